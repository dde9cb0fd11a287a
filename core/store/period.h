/*
 * period.h - months that are closed, their frozen figures, and counter-entries for them.
 *
 * A period is a calendar month. Months are closed in order and never opened again; what comes late
 * is booked in the oldest open one. What the figures are is scorecards/period.h's; here they are
 * kept and read.
 *
 * Threads: as the store. Functions that write belong inside a transaction.
 */
#ifndef AUTOMAGI_STORE_PERIOD_H
#define AUTOMAGI_STORE_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"

struct fault;
struct store;

/* Exact amounts of one robot and department: counts in millionths of a task, the rest in the
 * scales of scorecards/task_value.h. */
struct figure {
    int64_t robot_id;
    int64_t department_id; /* 0: Tværgående */
    int64_t tasks, uncounted, helped;
    int128 minutes, kroner;
};

/* The oldest month that is open: the one after the last that was closed; 0 when none was. */
int period_open_from(struct store *store, int32_t *ret_month, struct fault *fault)
    __attribute__((warn_unused_result));

enum {
    PERIOD_HASH_SIZE = 32,
    PERIOD_MONTH_LEAST = 1900 * 12, /* what a day of this program can lie in */
    PERIOD_MONTH_MOST = 2199 * 12 + 11
};

struct period {
    int32_t month;
    int64_t closed_ms;
    const char *closed_by;
    const unsigned char *hash; /* PERIOD_HASH_SIZE bytes */
};
typedef int period_each_callback(const struct period *period, void *context);
/* By month, until the callback gives something else than 0, which is returned. What the period points to
 * lives as long as the call. Readers. */
int period_each(struct store *store, period_each_callback *callback, void *context,
                struct fault *fault) __attribute__((warn_unused_result));

typedef int figure_each_callback(int32_t month, const struct figure *figure, void *context);
/* Of all closed months, by month, robot_id, department_id; else as period_each(). -EBADMSG: an amount is
 * no number. */
int figure_each(struct store *store, figure_each_callback *callback, void *context,
                struct fault *fault) __attribute__((warn_unused_result));

/* Closes the month with these figures: from here on what belongs to it is booked in the next. The
 * caller has seen that it is the next one. -EEXIST: it is closed. closed_by is stored without CPR
 * numbers. */
int period_add(struct store *store, const struct period *period, const struct figure *figures,
               size_t count, struct fault *fault) __attribute__((warn_unused_result));

/* The first and the last month with a task, handover or adjustment booked in it; 0 when there is
 * none. Readers. */
int period_booked(struct store *store, int32_t *ret_first, int32_t *ret_last, struct fault *fault)
    __attribute__((warn_unused_result));

/* May a version begin on from_day? In an open month: *ret_booking_from is 0. In a closed one: -EPERM with
 * a fault that begins with `what` ("the estimate of mona-mangelliste") and says what to do, or,
 * when its difference is to be booked (scorecards/difference.h), the oldest open month. */
int period_admit(struct store *store, const char *what, int32_t from_day, bool books_difference,
                 int32_t *ret_booking_from, struct fault *fault)
    __attribute__((warn_unused_result));

enum adjustment_cause {
    ADJUSTMENT_ESTIMATE = 1,
    ADJUSTMENT_RATE = 2,
    ADJUSTMENT_SHARE = 3,
    ADJUSTMENT_DEPARTMENT = 4 /* merged or split */
};
const char *adjustment_cause_word(enum adjustment_cause cause);

/* One counter-entry with its parts: what a version that was dated into closed months makes of a
 * robot's tasks completed in `month`, less what they were closed with. */
struct adjustment {
    int64_t id;
    int64_t robot_id;
    int32_t month;   /* of completion */
    int32_t booking; /* it counts in that month */
    enum adjustment_cause cause;
    int32_t from_day; /* of the version */
    const char *reason, *by_whom;
    int64_t at_ms;
    const struct figure *parts; /* by department order, Tværgående last */
    size_t part_count;
};
typedef int adjustment_each_callback(const struct adjustment *adjustment, void *context);
/* By id, until the callback gives something else than 0, which is returned. What the
 * adjustment points to lives as long as the call. Readers. -EBADMSG: an amount is no number, or a month
 * none. */
int adjustment_each(struct store *store, adjustment_each_callback *callback, void *context,
                    struct fault *fault) __attribute__((warn_unused_result));
/* robot_id of the parts is not looked at. *ret_id is its number. */
int adjustment_add(struct store *store, const struct adjustment *adjustment, int64_t *ret_id,
                   struct fault *fault) __attribute__((warn_unused_result));

#endif
