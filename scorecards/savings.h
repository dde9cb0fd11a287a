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
 * valued and divided is task_value.h's; here cells (saved_cells.h) are added up along an axis.
 *
 * Every axis is a division of the same cells, so its rows add up to the same exact total:
 *   department  every department, named as on the last day, and the row tvaergaaende last
 *   area        every area (by id), with what its departments of the last day have; then
 *               "uden-omraade" with the departments that are of none that day, and tvaergaaende
 *   robot       every robot
 *   plugin      every plugin of installed robots, as their first robots stand; then, when there are
 *               such robots, "external" and "not-installed"
 *   month, quarter, year  every one of the range (id and name 2025-04, 2025-Q2, 2025), by booking;
 *               by completion when that is asked for. One that the range cuts has only its part
 *
 * Spread (a second view, nothing is booked by it): what is Tværgående's in a month of completion is
 * divided by the distribution keys valid on the last day of that month (also when a key begins
 * inside it); what their millionths leave stays there. A department that has ended by then
 * passes its part on to its successors. Keys have no booking: a key that is dated back moves this view
 * of closed months, and never the usual one.
 *
 * Realised (R12) is realised.h's. Its total is rounded half up from the exact sum, and so are its
 * rows, but a row's rounded part is never more than its kroner when another row can take it.
 * Gains (R13) count on their day, booked late on the last day of their booking month like tasks;
 * of the department given on them, else by the robot's shares of their day.
 *
 * Speed: that of saved_cells.h, twice when budget reductions are there.
 */
#ifndef AUTOMAGI_SCORECARDS_SAVINGS_H
#define AUTOMAGI_SCORECARDS_SAVINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "scorecards/task_value.h"

struct department;
struct fault;
struct organisation;
struct store;

#define SAVINGS_CROSS_ID     "tvaergaaende"
#define SAVINGS_CROSS_NAME   "Tværgående"
#define SAVINGS_NO_AREA_ID   "uden-omraade"
#define SAVINGS_NO_AREA_NAME "Uden område"

enum savings_by {
    SAVINGS_BY_DEPARTMENT,
    SAVINGS_BY_ROBOT,
    SAVINGS_BY_MONTH,
    SAVINGS_BY_AREA,
    SAVINGS_BY_PLUGIN,
    SAVINGS_BY_QUARTER,
    SAVINGS_BY_YEAR
};

/* Zeroed but for the days: every department, by booking, of everything. */
struct savings_query {
    int32_t from_day, to_day; /* inclusive; INT32_MIN and INT32_MAX as in saved_cells.h */
    enum savings_by by;
    bool by_completion;
    bool is_spread;
    /* Ids of the only robot and the only department (or tvaergaaende) to be counted; NULL: all. Then
     * a row that nothing of them falls into is left out, but for months, quarters and years. */
    const char *robot, *department;
};

struct savings_row {
    char id[64];
    char name[256];
    int64_t tasks;           /* done and counted */
    int64_t uncounted_tasks; /* done without a signed estimate */
    int64_t helped_tasks;    /* references that ended with a person */
    int128 minutes;          /* × 10^(struct savings).minute_digits, exact */
    int64_t kroner;
    int64_t disputed; /* of the kroner: under an estimate that is contested */
    int64_t released; /* released + realised = kroner; see realised.h */
    int64_t realised;
    int64_t gains; /* kroner of direct gains, which are no part of kroner */
};

struct savings {
    int32_t from_day, to_day; /* inclusive */
    enum savings_by by;
    unsigned minute_digits;   /* TASK_MINUTE_DIGITS, of a spread view more */
    struct savings_row *rows; /* savings_release() */
    size_t row_count;
    struct savings_row total; /* id and name "" */
};

/*
 * Reads inside one view of the store, its own unless one or the writer's transaction is open (then
 * with what that has done so far). from_day > to_day is -EINVAL; a robot or department that is
 * not there -ENOENT; -ERANGE when a sum does not fit 128 bits.
 */
int savings_read(struct store *store, const struct savings_query *query,
                 struct savings *ret_savings, struct fault *fault)
    __attribute__((warn_unused_result));
void savings_release(struct savings *savings);

/* Whose figures are asked for: *ret_department is NULL for tvaergaaende. -ENOENT as department_refuse(). */
int savings_department(const struct organisation *organisation, const char *slug,
                       const struct department **ret_department, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
