/*
 * backtest.h - what the forecast's rule would have said at each earlier month end, against what
 * came.
 *
 * At the end of a month the organisation's rule (forecast.h) is asked for the months that followed,
 * up to twelve of them and as far as they are over by now; and then the tasks of these months are
 * counted. Both are valued at the estimate, rate and shares of that earlier day, so that only the
 * counts are judged: an estimate that was changed since is no error of the rule.
 *
 * Taken part have the robots that had a month in operation by then and operated after it, with a
 * signed estimate; those that began later are in neither number. When robots operate is taken as it
 * is known now (intervals have no versions): a retirement is known beforehand, as the rule wants
 * it. Late tasks and those taken back are counted as they stand now.
 *
 * Month ends lie close together, so their windows overlap and their errors are alike: held 8 of 10
 * is no sample of ten.
 */
#ifndef AUTOMAGI_SCORECARDS_BACKTEST_H
#define AUTOMAGI_SCORECARDS_BACKTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scorecards/forecast.h"

struct fault;
struct store;

enum { BACKTEST_MONTHS = 12 };

struct backtest_query {
    int32_t as_of;          /* months up to it that are over are looked at */
    int64_t robot_id;       /* 0: all */
    const char *department; /* id, or SAVINGS_CROSS_ID; NULL: all */
};

struct backtest_row {
    int32_t day;    /* the month end */
    int32_t months; /* that followed and are over by now */
    int64_t tasks;  /* foreseen, rounded half up, as all numbers here */
    int64_t tasks_came;
    int64_t kroner, low, high;
    int64_t kroner_came;
    struct forecast_percent
        error;    /* tenths of a percent of what came; above 0: the rule said too much; undefined
                                    * when nothing came */
    bool is_held; /* low <= kroner_came <= high */
};

struct backtest {
    struct backtest_row *rows; /* oldest first */
    size_t count;
    size_t held;                   /* of count */
    struct forecast_percent bias;  /* tenths: all that was foreseen, against all that came */
    struct forecast_percent error; /* tenths: mean of the errors without their signs */
};

/* In one view. -ENOENT for a department that is not there; -ERANGE; -ENOMEM. backtest_release(). */
int backtest_read(struct store *store, const struct backtest_query *query,
                  struct backtest *ret_backtest, struct fault *fault)
    __attribute__((warn_unused_result));
void backtest_release(struct backtest *backtest);

#endif
