/*
 * explain_forecast.h - a forecast opened: what each robot's months so far say of the year.
 *
 * The forecast is the organisation's rule (forecast.h). Each robot's part is
 *   tasks in its months of operation / those months × its months in the year
 *   × minutes per task × share × rate / 60
 * exactly; their sum, rounded by the table's rule, is the figure.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_EXPLAIN_FORECAST_H
#define AUTOMAGI_SCORECARDS_EXPLAIN_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "scorecards/forecast.h"
#include "scorecards/task_value.h"

struct fault;
struct forecast_basis;
struct store;

enum { EXPLAIN_FORECAST_DIGITS = 4 };

struct explain_outlook {
    const struct robot *robot;
    int32_t months;         /* in operation so far: the denominator */
    int64_t tasks;          /* in them, of all departments */
    int128 parts;           /* of them, the department's × SHARE_WHOLE */
    enum forecast_why why;  /* it brings something, or nothing */
    int32_t why_day;        /* as forecast_part has it */
    int32_t months_in_year; /* in operation in the year of the forecast */
    struct task_value value;
    const struct rate *rate; /* NULL: none */
    int64_t minutes, kroner; /* × 10^EXPLAIN_FORECAST_DIGITS, rounded half up */
};

struct explain_forecast {
    struct forecast_query query;
    struct forecast_basis *basis; /* what outlooks point into */
    char name[256];               /* of department or robot; "": all */
    bool is_of_department, is_of_robot;
    size_t place;
    struct explain_outlook
        *outlooks; /* robots in their order; of a department those that serve it */
    size_t count;
    int64_t exact;  /* sum of the kroner, × 10^EXPLAIN_FORECAST_DIGITS, rounded half up */
    int64_t kroner; /* as `forecast` shows it; of a robot and a department: rounded for itself */
    int64_t budget; /* of a department, or of all; 0 of a robot */
    struct forecast_percent percent;
};

/* In one view. department: a slug, or tvaergaaende; NULL: all. robot: a slug or NULL. -ENOENT: they are
 * not there; -EBADMSG: the parts are not the figure; else as forecast_read().
 * explain_forecast_release(). */
int explain_forecast_read(struct store *store, const struct forecast_query *query,
                          const char *department, const char *robot,
                          struct explain_forecast *ret_explain, struct fault *fault)
    __attribute__((warn_unused_result));
/* Its id; 0 for Tværgående. */
int64_t explain_forecast_department(const struct explain_forecast *explain);
void explain_forecast_release(struct explain_forecast *explain);

#endif
