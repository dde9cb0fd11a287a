/*
 * forecast_interval.h - how far off a forecast can be: the 80 % prediction interval.
 *
 * The rule foresees H months as H times the mean of n past ones. If months are alike and
 * independent, with variance v, what comes differs from that by a variance of v (H + H^2 / n): the
 * months to come vary, and the mean of the past ones is not the true mean. With s^2 for v the
 * interval is mean +- t(n - 1; 0.9) s sqrt(H + H^2 / n): Hahn & Meeker, Statistical Intervals
 * (1991; second edition with Escobar, 2017), prediction intervals of the mean or sum of future
 * observations. Here it is made for counts of tasks:
 *
 *   demand  People ask when they ask. The least variance of such counts is their mean (Poisson), so
 *           where s^2 is less, one more month with that variance is counted in, with one degree of
 *           freedom more (the idea of Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3:3); where it is
 *           more, s^2 stands. Half a task is added to what was counted (Jeffreys's prior for
 *           Poisson counts), so that no tasks yet are not none for ever. The ends are those of a
 *           gamma distribution with this mean and variance, by Wilson & Hilferty (1931, PNAS
 *           17:684) with t for the normal point: never below 0, skewed for few tasks, and the
 *           interval above for many. The degrees of freedom are lowered for the skewness of few,
 *           overdispersed counts (negative binomial).
 *   list    The same list every month. It is believed of 3 months or more whose counts differ so
 *           little that Poisson counts do so in less than 1 of 100 cases (chi-square of the
 *           dispersion index, each month with 1/12 more, for counts are whole). Then s^2 + 1/12
 *           stands alone, and t(0.95) is taken: who is picked for a small s^2 may have it by luck.
 *
 * With one month there is no s^2: the variance is the mean, at one degree of freedom. With two, s^2
 * has one degree of freedom, and the interval is as wide as that is unsure. No month: no forecast,
 * no interval.
 *
 * Robots are added up as independent: means and variances add, and the degrees of freedom are
 * Welch's and Satterthwaite's (Satterthwaite 1946, Biometrics Bull. 2:110).
 *
 * How well it holds: tests/unit/test_forecast_interval.c prints it. Of years of demand-driven robots with
 * a mean of 1 to 1,000 a month it holds 79-93 % after 3 months, 77-84 % after 6, 78-82 % from a year on
 * (means of thousands of robots). After two years it is 1.22 to 1.29 times as wide as the true quantiles of a
 * year, of which sqrt(1.5) = 1.22 is the price of learning the mean from 24 months. Lists over 88 %,
 * within 2 % of the year's tasks from 10 a month (below 50 a month after a single year: 2.5 %).
 * SKEW_PART, the one constant found by simulation, was chosen on other seeds than the test's.
 *
 * What breaks it: months that are not alike. A trend, a change of law, a robot that is still being
 * taken up, estimates that change. Seasons: with whole years of history it is too wide, with less
 * than a year too narrow. Overdispersed counts after a single month (nothing shows yet how they
 * vary). A list that seldom changes, before it has. For sums: robots that rise and fall together (a
 * common system that is down, a common season) make the sum's interval too narrow. The first and
 * the last month of a robot count as whole in the rule, though they are often not.
 *
 * Doubles are fine here: an interval is an estimate. Kroner themselves never pass through one.
 * Threads: nothing here is shared.
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

/* The 90 % (or 95 %) point of Student's t, of any degrees of freedom from 1 (less counts as 1). Off by less
 * than 0.003 (and 0.01) at whole degrees. */
double forecast_student_90(double freedom);
double forecast_student_95(double freedom);

#endif
