/*
 * forecast_percent.h - a forecast against targets: percentages, from exact kroner.
 *
 * Of a department (R5): forecast / its target, undefined when that is not above 0. Of all, four that
 * are mixed up unless they are named, each of the sum of the departments' targets:
 *   capped      min(forecast, target) of each department, also when the target is negative
 *   with_pool   that and half of every surplus (R6); a surplus is only where forecast > target >= 0
 *   sum         the forecasts of the departments
 *   with_cross  that and the forecast of Tværgående
 * Rounded half up, once.
 *
 * Threads: nothing here is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_FORECAST_PERCENT_H
#define AUTOMAGI_SCORECARDS_FORECAST_PERCENT_H

#include <stddef.h>
#include <stdint.h>

#include "scorecards/forecast.h"
#include "scorecards/fraction.h"

/* kroner / target × 100 × steps: steps 1 gives whole percent, 10 tenths. -ERANGE when it does not fit. */
int forecast_percent_of(mpq_srcptr kroner, int64_t target, int64_t steps,
                        struct forecast_percent *ret_percent) __attribute__((warn_unused_result));

/* part / whole × 100 × steps; undefined when the whole is not above 0. */
int forecast_percent_between(mpq_srcptr part, mpq_srcptr whole, int64_t steps,
                             struct forecast_percent *ret_percent)
    __attribute__((warn_unused_result));

struct forecast_percentages {
    struct forecast_percent capped, with_pool, sum, with_cross; /* tenths */
};
/* kroner: of `departments` departments, and behind them Tværgående; targets: of the departments.
 * -ENOMEM; -ERANGE when the targets' sum or a percentage does not fit. */
int forecast_percentages_of(mpq_srcptr kroner, const int64_t *targets, size_t departments,
                            struct forecast_percentages *ret_percentages)
    __attribute__((warn_unused_result));

#endif
