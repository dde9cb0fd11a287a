/*
 * saved_cells.h - the exact amounts that every figure is added up from.
 *
 * A cell is what one robot saved for one department in one month of completion, booked in one
 * month. Savings by whatever axis, what is realised, a closed month's figures, an explanation and
 * a comparison are sums of cells, so they cannot differ from each other; only whoever shows
 * them rounds (decimal_apportion()).
 *
 * Where they come from: rollups × task_value.h, and the counter-entries (adjustments) that are booked
 * beside them. What is counted: ATTEMPT_DONE less ATTEMPT_UNDONE as tasks, ATTEMPT_HELPED less
 * ATTEMPT_UNHELPED as helped.
 *
 * Which days are in a range. By booking (usual): what is booked in its own month counts on its day;
 * what was booked late counts on the last day of its booking month, as adjustments do. By completion: on its
 * day; adjustments on the last day of their month.
 *
 * Speed: months that lie whole in the range and in which no version of estimate, share, rate or
 * successor changes come from rollup_month, the rest from rollup_day; cost depends on months ×
 * robots × departments, not on tasks.
 */
#ifndef AUTOMAGI_SCORECARDS_SAVED_CELLS_H
#define AUTOMAGI_SCORECARDS_SAVED_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/store/organisation.h"
#include "core/store/period.h"
#include "core/store/robot.h"
#include "scorecards/task_value.h"

struct fault;
struct store;

struct saved_amount {
    int128 tasks, uncounted, helped; /* × SHARE_WHOLE */
    int128 minutes;                  /* × TASK_MINUTE_SCALE; of tasks and help */
    int128 kroner;                   /* × TASK_KRONER_SCALE */
    int128 disputed;                 /* of the kroner: under an estimate that somebody contests */
};

struct saved_cell {
    size_t robot;    /* its place in robots.robots */
    size_t place;    /* task_department_place(): departments, and behind them Tværgående */
    int32_t month;   /* of completion */
    int32_t booking; /* month */
    bool is_adjustment;
    struct saved_amount amount;
};

struct saved_query {
    /* Inclusive. INT32_MIN and INT32_MAX: from the first task or gain, to the last or today,
     * whichever is later, and to the end of a month that something was booked late in. */
    int32_t from_day, to_day;
    bool by_completion;
    int32_t booked_before; /* month: only what is booked in earlier ones; 0: all */
    /* Month: valued as if all were booked in it (BOOKING_LATEST: as everything is known now); then
     * adjustments are left out. 0: each as its own booking month sees it. */
    int32_t value_booking;
    /* What if: these values in place of those of the task's day and booking (where they are not
     * VALUATION_OWN; of a robot whose first estimate or shares begin later, those, but for tasks of
     * days before these, which nothing values: they stay so); adjustments are left out as well.
     * NULL: what is counted. */
    const struct valuation *as_if;
};

/* saved_cells_release(). */
struct saved_cells {
    int32_t from_day, to_day; /* as found */
    struct organisation organisation;
    struct robot_list robots;
    int32_t open_from; /* the oldest open month; 0: none is closed */
    struct saved_cell
        *cells; /* by booking, adjustments last, then month, robot, place; none is 0 */
    size_t count;
};

/* Reads inside one view of the store, its own unless one or the writer's transaction is open (then
 * with what that has done so far). from_day > to_day: -EINVAL; -ERANGE when a sum does not fit
 * 128 bits; -EBADMSG for sums of a robot that is not there. */
int saved_cells_read(struct store *store, const struct saved_query *query,
                     struct saved_cells *ret_cells, struct fault *fault)
    __attribute__((warn_unused_result));
void saved_cells_release(struct saved_cells *cells);

/* Of the versions of rates, departments, shares and estimates among the cells', one of those that begin
 * to value what is booked (their booking_from) next after the month `booking`; booking_from 0: none. */
struct saved_version {
    int32_t booking_from; /* month */
    enum adjustment_cause cause;
    int32_t from_day;
};
struct saved_version saved_next_version(const struct saved_cells *cells, int32_t booking);

/* *sum += amount. False when it does not fit. */
bool saved_amount_add(struct saved_amount *sum, const struct saved_amount *amount)
    __attribute__((warn_unused_result));
bool saved_amount_is_zero(const struct saved_amount *amount);

#endif
