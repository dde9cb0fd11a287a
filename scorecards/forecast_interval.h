/*
 * forecast_interval.h - how far off a forecast can be: the 80 % prediction interval.
 */
#ifndef AUTOMAGI_SCORECARDS_FORECAST_INTERVAL_H
#define AUTOMAGI_SCORECARDS_FORECAST_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The error of a forecast; of nothing: all 0. */
struct forecast_error {
    double mean;     /* what is foreseen */
    double variance; /* of what comes less what is foreseen */
    double spread;   /* sum of variance^2 / degrees of freedom */
};

/* Of the sum of `ahead` months after these counts. unit: what one task is in them (1; a share of
 * half a task: 0.5); above 0. */
struct forecast_error forecast_error_of(const double *counts, size_t months, double unit,
                                        int32_t ahead);
/* *sum += addend, which is independent of it. */
void forecast_error_add(struct forecast_error *sum, const struct forecast_error *addend);
struct forecast_error forecast_error_scaled(const struct forecast_error *error, double factor);
/* The two ends of the interval. */
void forecast_error_bounds(const struct forecast_error *error, double *ret_low, double *ret_high);

/* Is the robot's list fixed: do its counts vary clearly less than demand would? */
bool forecast_is_list(const double *counts, size_t months, double unit);

/* The 90 % (or 95 %) point of Student's t, of any degrees of freedom from 1. */
double forecast_student_90(double freedom);
double forecast_student_95(double freedom);

#endif
