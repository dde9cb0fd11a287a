/*
 * forecast.h - what robots in operation will save in a year, against each department's budget.
 *
 * Two rules, both with their basis:
 *
 * The organisation's rule (R4): mean tasks per month in operation × months in operation in the
 * year × the estimate and the rate of the as-of day. A month in operation is a calendar month with a
 * day inside an operating interval; that of the as-of day counts only when it is its last day. All
 * tasks completed inside those months count in the mean. Without a signed estimate, for a one-off
 * robot, or one whose last day of operation is on or before the as-of day: 0. A forecast is divided by the
 * shares of the as-of day, tasks with a department of their own by their history.
 *
 * The to-date rule: what the completed months of the year saved (savings by booking) + the mean
 * × the months left. Before the year it is the organisation's rule, after it what was saved, to the krone.
 *
 * As of a day that is past: what is *dated* after it is left out (tasks completed, versions valid, targets
 * set from a later day; months booked). What was *recorded* after it about the time until then is in, for
 * the store is asked as it is now: late tasks and those taken back, signatures that came later (R8),
 * and operating intervals, which have no versions, so a retirement is known from the start. A late
 * task is in the mean from its month of completion on, and in what was saved from its booking month on,
 * where it is counted once; the mean stands for months to come alone. As of a day to come: the
 * months until then count, without tasks.
 *
 * The 80 % interval: forecast_interval.h has the method and its source.
 *
 * Numbers are exact rationals until they are shown; a total is rounded half up from the exact sum, and
 * rows so that they add up to it (decimal.h's rule).
 */
#ifndef AUTOMAGI_SCORECARDS_FORECAST_H
#define AUTOMAGI_SCORECARDS_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

/* Days of the basis; INT32_MIN: the as-of day. Only a comparison of two forecasts sets them apart. */
struct forecast_query {
    int32_t year;
    int32_t as_of; /* tasks, months and operation as they stand on that day */
    int32_t estimate_day, rate_day, share_day, budget_day;
};
/* All days are the as-of day. */
struct forecast_query forecast_query_of(int32_t year, int32_t as_of);

/* A percentage or nothing: tenths or whole, as its member says. */
struct forecast_percent {
    bool is_defined;
    int64_t value;
};

struct forecast_row {
    char id[64];
    char name[256];
    int64_t budget;
    int64_t kroner;                  /* organisation's rule */
    struct forecast_percent percent; /* whole, of the budget */
    int64_t low, high;               /* 80 % interval of kroner */
    int64_t kroner_to_date;
    int64_t low_to_date, high_to_date;
    struct forecast_percent percent_to_date; /* whole, of the budget */
    int64_t saved;                           /* of kroner_to_date: in the year's completed months */
    int64_t minutes_hundredths;              /* of kroner's rule */
};

struct forecast_robot {
    char id[64];
    char name[256];
    int32_t months;  /* in operation so far */
    char confidence; /* forecast_confidence() of them */
    int64_t tasks;   /* completed in them */
    int64_t tasks_per_month_hundredths;
    int32_t months_in_year;
    int64_t kroner, low, high;
    int64_t kroner_to_date;
};

/* How much so many months in operation say: 'A' from 6, 'B' from 3, 'C' below. */
char forecast_confidence(int32_t months);

struct forecast {
    struct forecast_query query;
    struct forecast_row *rows; /* departments in order, tvaergaaende last */
    size_t row_count;
    struct forecast_row total; /* id and name "" */
    struct forecast_robot *robots;
    size_t robot_count;
    struct forecast_percent capped, with_pool, sum, with_cross; /* tenths, of the sum of targets */
};

/* In one view. -EINVAL for years outside 1900-2199. forecast_release(). */
int forecast_read(struct store *store, const struct forecast_query *query,
                  struct forecast *ret_forecast, struct fault *fault)
    __attribute__((warn_unused_result));
void forecast_release(struct forecast *forecast);

/* Why a robot brings something, or nothing, in a forecast; the first that holds. */
enum forecast_why {
    FORECAST_BRINGS,
    FORECAST_ONE_OFF,
    FORECAST_NOT_BEGUN, /* by the as-of day, or not in the year */
    FORECAST_ENDED,     /* by the as-of day, or before the year */
    FORECAST_SUSPENDED, /* all the year */
    FORECAST_NO_MONTH,  /* it has begun, but no month in operation is over */
    FORECAST_UNSIGNED,
    FORECAST_NO_TASKS /* of this department, in its months */
};

/* What a robot brings a department, which its shares or its tasks serve. */
struct forecast_part {
    size_t place, robot; /* rows of the forecast */
    int64_t kroner;      /* these three are rounded so that those of a place add up to its row */
    int64_t kroner_to_date;
    int64_t saved;
    enum forecast_why why;
    int32_t
        why_day; /* FORECAST_ENDED: the last day of operation; FORECAST_NOT_BEGUN: the first, when one is known */
    /* The latest version that only has to be signed to value months of the year: never counted. */
    bool is_signable;
    int32_t signable_from;
    int64_t minutes_hundredths; /* of that version, a task */
    int64_t tasks;              /* the department's in its months so far, half up */
    int64_t kroner_if_signed;   /* what kroner_to_date would be, half up: forecast_version.c */
    /* The oldest open dispute of the version that values it; 0: none. */
    int64_t dispute_id;
    int64_t dispute_hundredths; /* what they hold to be right; -1: not said */
    int64_t kroner_if_right;    /* as kroner_if_signed, by these */
};
typedef int forecast_part_callback(const struct forecast_part *part, void *context);
/* By place, then robot; until the callback gives something else than 0, which is returned. In the view the
 * forecast was read in, else they may not fit. As forecast_read(). */
int forecast_parts_each(struct store *store, const struct forecast *forecast,
                        forecast_part_callback *take, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
