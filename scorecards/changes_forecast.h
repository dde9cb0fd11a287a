/*
 * changes_forecast.h - why a year's forecast is not what it was: the same reasons as changes.h has.
 *
 * From the forecast as of one day to that of another, one thing is changed after another: the
 * tasks, months and operation; the estimates; the rate; the shares. Each step is a forecast of
 * its own as `forecast` would show it, so in whole kroner the reasons add up to the difference, in
 * every row and in the total. A robot whose first estimate came in between is the step of estimates,
 * and until the step of shares Tværgående has what is of a robot whose first shares did: the step that
 * gives it to its departments takes it from there. The first rate is the step of the rate.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_CHANGES_FORECAST_H
#define AUTOMAGI_SCORECARDS_CHANGES_FORECAST_H

#include <stddef.h>
#include <stdint.h>

#include "scorecards/forecast.h"

struct fault;
struct store;

enum changes_forecast_step {
    CHANGES_FORECAST_TASKS,
    CHANGES_FORECAST_ESTIMATE,
    CHANGES_FORECAST_RATE,
    CHANGES_FORECAST_SHARE
};
enum { CHANGES_FORECAST_STEPS = CHANGES_FORECAST_SHARE + 1 };

struct changes_forecast {
    /* [0] as of the earlier day, each next with one thing more as of the later, the last all of it. */
    struct forecast forecasts[CHANGES_FORECAST_STEPS + 1];
};

/* In one view. As forecast_read(). changes_forecast_release(). */
int changes_forecast_read(struct store *store, int32_t year, int32_t as_of_before,
                          int32_t as_of_after, struct changes_forecast *ret_changes,
                          struct fault *fault) __attribute__((warn_unused_result));
void changes_forecast_release(struct changes_forecast *changes);

/* The row of a place, or the total; of one of the forecasts. */
const struct forecast_row *changes_forecast_row(const struct changes_forecast *changes,
                                                size_t forecast, size_t place);

#endif
