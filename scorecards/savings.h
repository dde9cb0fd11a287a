/*
 * savings.h - what robots have saved: tasks, minutes and kroner.
 *
 * Nothing of this is stored. A saving is rollup × estimate valid on the day of completion ×
 * department share of that day × rate of that day, so a signature or a correction is a
 * row, not a rewrite. Rules (the organisation's):
 *   R1 minutes = tasks × the estimate valid on the day the task was completed
 *   R2 kroner = minutes × hourly rate of that day / 60; from exact minutes, never from hours
 *   R8 nothing counts until the estimate is signed; then from its valid-from
 *   totals are rounded half up from the exact sum; rows are rounded down and what is then
 *   missing goes one each to the largest fractions, ties to the earlier row
 * What no department's share takes belongs to Tværgående (id "tvaergaaende"). How one task is
 * valued and divided is task_value.h's; here it is added up.
 *
 * Speed: months that lie whole in the range and in which no version of estimate, share or rate
 * changes come from rollup_month, the rest from rollup_day; cost depends on
 * days × robots × departments, not on tasks.
 */
#ifndef AUTOMAGI_SCORECARDS_SAVINGS_H
#define AUTOMAGI_SCORECARDS_SAVINGS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "scorecards/task_value.h"

struct fault;
struct store;

#define SAVINGS_CROSS_ID   "tvaergaaende"
#define SAVINGS_CROSS_NAME "Tværgående"

enum savings_by { SAVINGS_BY_DEPARTMENT, SAVINGS_BY_ROBOT, SAVINGS_BY_MONTH };

struct savings_row {
    char id[64];
    char name[256];
    int64_t tasks;           /* done and counted */
    int64_t uncounted_tasks; /* done without a signed estimate */
    int128 minutes;          /* × TASK_MINUTE_SCALE, exact */
    int64_t kroner;
};

struct savings {
    int32_t from_day, to_day; /* inclusive */
    enum savings_by by;
    struct savings_row *rows; /* savings_release() */
    size_t row_count;
    struct savings_row total; /* id and name "" */
};

/*
 * Reads inside one view of the store, its own unless one or the writer's transaction is open (then
 * with what that has done so far). By department: every department, named as on the last
 * day, and the row tvaergaaende last; by robot: every robot; by month: every month of
 * the range (id and name YYYY-MM). from_day > to_day is -EINVAL. INT32_MIN and
 * INT32_MAX mean: from the first task, to the last task or today, whichever is later.
 */
int savings_read(struct store *store, int32_t from_day, int32_t to_day, enum savings_by by,
                 struct savings *ret_savings, struct fault *fault)
    __attribute__((warn_unused_result));
void savings_release(struct savings *savings);

#endif
