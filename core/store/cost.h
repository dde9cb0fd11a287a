/*
 * cost.h - what robots cost, and what they gain beside time: the rows that people enter.
 *
 * Both are append-only (but for the day a running cost ends): a mistake is taken back by an entry
 * of the opposite sign. Closed months never move: what is dated into one is booked in the oldest month
 * that was open when it was entered.
 *
 * Money is in øre, hours in hundredths. What they amount to is scorecards/net.h's.
 *
 * Threads: as the store. Functions that write belong inside a transaction.
 */
#ifndef AUTOMAGI_STORE_COST_H
#define AUTOMAGI_STORE_COST_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

enum cost_kind {
    COST_DEVELOPMENT = 1, /* once */
    COST_RUNNING = 2      /* each month that has a day in from_day to to_day */
};
const char *cost_kind_word(enum cost_kind kind); /* "development", "running" */

#define COST_NO_END INT32_MAX

/* The most of one entry, either sign: a thousand million kroner, a million hours. */
#define COST_ORE_MOST   INT64_C(100000000000)
#define COST_HOURS_MOST INT64_C(100000000)

struct cost {
    int64_t id;
    int64_t robot_id;
    enum cost_kind kind;
    int32_t from_day;     /* of development: the day */
    int32_t to_day;       /* inclusive; COST_NO_END: none is known; of development: COST_NO_END */
    int64_t ore;          /* of running cost: per month */
    int64_t hours;        /* of people, as ore; worth the rate of the day */
    int64_t bearer_id;    /* the department that pays; 0: of no single one */
    int32_t booking_from; /* cost of an earlier month is booked in this; 0: none was closed then */
    const char *what, *by_whom;
    int64_t at_ms;
};
typedef int cost_each_callback(const struct cost *cost, void *context);
/* By id, until the callback gives something else than 0, which is returned. Texts live as long as
 * the call. Readers. */
int cost_each(struct store *store, cost_each_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));
/* id and booking_from are not looked at: the first is given, the second is the oldest open month.
 * Texts are kept without CPR numbers. -EINVAL: nothing or too much, an end before the beginning, a text
 * that is no line. *ret_id is its number. */
int cost_add(struct store *store, const struct cost *cost, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* The last day of a running cost. -ENOENT: there is no such cost. -EINVAL: it is of development, or begins
 * later. -EALREADY: it has an end. -EPERM: closed months have it booked after that day. */
int cost_stop(struct store *store, int64_t id, int32_t last_day, struct fault *fault)
    __attribute__((warn_unused_result));

/* A direct gain: fewer wrong payments, correct collection. */
struct gain {
    int64_t id;
    int64_t robot_id;
    int32_t day;
    int32_t booking;       /* month: that of `day`, or the oldest that was open */
    int64_t department_id; /* 0: the robot's shares of the day decide */
    int64_t ore;
    const char *what, *document, *by_whom;
    int64_t at_ms;
};
typedef int gain_each_callback(const struct gain *gain, void *context);
/* As cost_each(). */
int gain_each(struct store *store, gain_each_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));
/* As cost_add(): id and booking are not looked at. */
int gain_add(struct store *store, const struct gain *gain, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
