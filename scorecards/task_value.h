/*
 * task_value.h - what one task is worth, and to whom: the rule that every figure is made of.
 *
 * Savings add up what this gives, and a list of tasks shows it, so that a figure and the tasks
 * below it cannot differ. Nothing is rounded here (rules R1, R2 and R8 of savings.h):
 *   a task is worth the signed estimate of its day, and that at the rate of that day
 *   a reference that ended with a person is worth the signed estimate of the kind handover of its
 *   day, which is 0 where nobody signed one
 *   it goes whole to the department given on it, else by the robot's shares of that day; what
 *   these do not take, and what names a department that is not there, is Tværgående's
 *   what a department that has ended by that day would have goes to its successors, by their
 *   parts: millionths that are missing then go one each to the largest fractions, ties to the
 *   successor that was made first (by its id): the order of tables can be loaded anew, and would
 *   move what is closed
 *
 * A task's value depends on when it is booked, too: versions that were dated into closed months
 * (booking_from) value only what is booked from then on. So a closed month never moves.
 *
 * Threads: nothing here is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_TASK_VALUE_H
#define AUTOMAGI_SCORECARDS_TASK_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"

/* Exact amounts, so fine that a share of a task is whole: minutes are hundredths × millionths,
 * kroner are øre per hour × minutes so scaled. */
struct task_amount {
    int128 minutes; /* × TASK_MINUTE_SCALE */
    int128 kroner;  /* × TASK_KRONER_SCALE */
};
#define TASK_MINUTE_DIGITS 8 /* minutes are scaled by 10^8 */
#define TASK_MINUTE_SCALE  100000000
#define TASK_KRONER_SCALE  ((int128)TASK_MINUTE_SCALE * 60 * 100) /* minutes an hour, øre a krone */

/* Which versions value a task: those of these days, as its booking month sees them. They are all
 * the day of its completion; only a comparison asks what it were worth by another day's. */
struct valuation {
    int32_t estimate_day, rate_day, share_day;
    int32_t booking; /* month; BOOKING_LATEST: as everything is known now */
};
#define VALUATION_OWN INT32_MIN /* in saved_query.as_if: that of the task itself */
struct valuation valuation_of(int32_t day, int32_t booking);

/* How tasks of one robot and day are valued. */
struct task_value {
    bool is_signed;     /* else they are uncounted, and worth 0 */
    bool is_disputed;   /* somebody contests the estimate and has no answer */
    int64_t hundredths; /* of a minute per task */
    int64_t ore_per_hour;
    const struct estimate *estimate; /* borrowed from the robot; NULL: none is signed */
};
struct task_value task_value_on(const struct organisation *organisation, const struct robot *robot,
                                enum estimate_kind kind, const struct valuation *at);

/* What so many millionths of a task are worth (of many tasks: their sum; negative: taken back).
 * False when it does not fit 128 bits. */
bool task_value_of(const struct task_value *value, int128 millionths,
                   struct task_amount *ret_amount) __attribute__((warn_unused_result));
/* *sum += amount. False when it does not fit. */
bool task_amount_add(struct task_amount *sum, const struct task_amount *amount)
    __attribute__((warn_unused_result));

/* The place of a department in tables: that in organisation->departments, and behind them all
 * Tværgående (also for an id that is not there). */
size_t task_department_place(const struct organisation *organisation, int64_t department_id);

/* Calls `take` for each department that has a part in tasks of the robot and day; the parts
 * add up to SHARE_WHOLE, and a department may come twice. department_id: the tasks' own; 0: the
 * robot's shares decide. Ends at the first result that is not 0, which is returned. */
typedef int task_share_callback(size_t place, int64_t millionths, void *context);
int task_shares_each(const struct organisation *organisation, const struct robot *robot,
                     int64_t department_id, const struct valuation *at, task_share_callback *take,
                     void *context);
/* The same of so many millionths of one department, that may have ended by then. */
int task_successors_each(const struct organisation *organisation, int64_t department_id,
                         int64_t millionths, const struct valuation *at, task_share_callback *take,
                         void *context);
/* Of either, what comes to one place; 0: nothing. */
int64_t task_shares_at(const struct organisation *organisation, const struct robot *robot,
                       int64_t department_id, const struct valuation *at, size_t place);
int64_t task_successors_at(const struct organisation *organisation, int64_t department_id,
                           int64_t millionths, const struct valuation *at, size_t place);

#endif
