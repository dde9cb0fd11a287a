/*
 * explain_money.h - what is realised, released and gained, opened: the budget reductions, what each
 * robot saved in each booking month and how much of it they realise (realised.h), and the gains.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_EXPLAIN_MONEY_H
#define AUTOMAGI_SCORECARDS_EXPLAIN_MONEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "scorecards/explain.h"

struct fault;
struct store;

/* What a robot saved that is booked in a month; kroner × TASK_KRONER_SCALE. */
struct explain_month {
    const struct robot *robot;
    int32_t booking;
    int128 kroner, realised; /* the difference is released */
};

/* A cut of a budget of the range's years, of the department that is asked for; of a robot that is asked for,
 * those that name it or none. */
struct explain_reduction {
    int64_t id;
    const struct department *department; /* NULL: it is not there */
    const struct robot *robot;           /* NULL: of whatever robot */
    int32_t year;
    int64_t kroner;
    int32_t decided_day;
    char *document, *by_whom;
};

/* A direct gain of the range. */
struct explain_gain {
    int64_t id;
    const struct robot *robot;
    const struct department *department; /* given on it; NULL: the robot's shares decide */
    int32_t day, booking;
    int64_t ore;   /* of the whole gain */
    int128 kroner; /* what is asked for of it, × TASK_KRONER_SCALE */
    char *what, *document, *by_whom;
};

struct explain_money {
    struct explain explain;       /* without parts: whose figures, and as `savings` shows them */
    struct explain_month *months; /* by booking month, then robot */
    size_t month_count;
    struct explain_reduction *reductions; /* by id */
    size_t reduction_count;
    struct explain_gain *gains; /* by id */
    size_t gain_count;
    int128 saved, realised; /* sums of the months */
    int128 gained;          /* sum of the gains; these three × TASK_KRONER_SCALE */
};

/* query->figure is not looked at. In one view. As explain_read(): -EBADMSG when sums are not the figures. */
int explain_money_read(struct store *store, const struct explain_query *query,
                       struct explain_money *ret_money, struct fault *fault)
    __attribute__((warn_unused_result));
void explain_money_release(struct explain_money *money);

#endif
