#include "scorecards/forecast_interval.h"

#include <math.h>

static const double Z_90 = 1.2815515655446004;
static const double Z_95 = 1.6448536269514722;

/* Cornish-Fisher's expansion (Abramowitz & Stegun 26.7.5), which is good to 0.001 from 3 degrees
 * on; for fewer, between the exact ones of 1, 2 and 3 (straight in 1 / freedom^1.5). */
static double student(double freedom, double z, const double *exact)
{
    double z2 = z * z;
    double between;

    if (freedom < 1)
        freedom = 1;
    if (freedom < 3) {
        int at = freedom < 2 ? 1 : 2;
        double left = pow(at, -1.5);
        double right = pow(at + 1, -1.5);

        between = (pow(freedom, -1.5) - right) / (left - right);
        return exact[at] + between * (exact[at - 1] - exact[at]);
    }
    return z + z * (z2 + 1) / (4 * freedom) +
           z * (5 * z2 * z2 + 16 * z2 + 3) / (96 * freedom * freedom) +
           z * (3 * z2 * z2 * z2 + 19 * z2 * z2 + 17 * z2 - 15) /
               (384 * freedom * freedom * freedom) +
           z * (79 * z2 * z2 * z2 * z2 + 776 * z2 * z2 * z2 + 1482 * z2 * z2 - 1920 * z2 - 945) /
               (92160 * freedom * freedom * freedom * freedom);
}

double forecast_student_90(double freedom)
{
    static const double EXACT[] = {3.0776835371752536, 1.8856180831641267, 1.6377443572159065};

    return student(freedom, Z_90, EXACT);
}

double forecast_student_95(double freedom)
{
    static const double EXACT[] = {6.313751514675041, 2.919985580355516, 2.353363434801823};

    return student(freedom, Z_95, EXACT);
}

static double mean_of(const double *counts, size_t months)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < months; i++)
        sum += counts[i];
    return sum / (double)months;
}

static double squares_of(const double *counts, size_t months, double mean)
{
    double squares = 0;
    size_t i;

    for (i = 0; i < months; i++)
        squares += (counts[i] - mean) * (counts[i] - mean);
    return squares;
}

/* log of P(chi-square of so many degrees < x), of small x: the series of the incomplete gamma
 * function (Abramowitz & Stegun 6.5.29), which converges for any. */
static double log_chi_square(double x, double freedom)
{
    double a = freedom / 2;
    double half = x / 2;
    double term = 1 / a;
    double sum = term;
    double k;

    for (k = a + 1; term > sum * 1e-12; k++) {
        term *= half / k;
        sum += term;
    }
    return a * log(half) - half - lgamma(a) + log(sum);
}

/* Whole numbers hide a variance of this (Sheppard's correction). */
static const double ROUNDING = 1.0 / 12;
enum { LIST_MONTHS = 3, LIST_ODDS = 100 };

bool forecast_is_list(const double *counts, size_t months, double unit)
{
    double mean;
    double squares;

    if (months < LIST_MONTHS)
        return false;
    mean = mean_of(counts, months) / unit;
    squares = squares_of(counts, months, mean * unit) / (unit * unit);
    if (mean <= 0)
        return false;
    return log_chi_square((squares + (double)(months - 1) * ROUNDING) / mean,
                          (double)(months - 1)) < -log(LIST_ODDS);
}

/* Skewed counts make their sample variance less sure than its degrees of freedom say: its variance is
 * variance^2 (2 / freedom + excess kurtosis / n). Of that excess so much is taken: all of it is too
 * much, since the variance it is computed from is as unsure. Found by simulation. */
static const double SKEW_PART = 0.5;

/* Excess kurtosis of the negative binomial with this mean and variance; of Poisson where the variance is
 * less. */
static double excess_of(double mean, double variance)
{
    double over = variance / mean > 1 ? variance / mean : 1;

    return 6 * (over - 1) / mean + 1 / (mean * over);
}

/* In tasks. */
static struct forecast_error error_of(const double *counts, size_t months, double unit,
                                      double ahead)
{
    double n = (double)months;
    double mean = mean_of(counts, months) / unit;
    double squares = squares_of(counts, months, mean * unit) / (unit * unit);
    double reach = ahead + ahead * ahead / n;
    double freedom = n - 1;
    struct forecast_error error;

    if (forecast_is_list(counts, months, unit)) {
        double wider = forecast_student_95(freedom) / forecast_student_90(freedom);

        error.mean = mean * ahead;
        error.variance = (squares / freedom + ROUNDING) * reach * wider * wider;
    } else {
        double variance;

        if (mean <= 0) /* then that they do not differ says nothing */
            squares = freedom * 0.5 / n;
        mean += 0.5 / n;
        if (freedom < 1 || squares < freedom * mean) {
            freedom++;
            squares += mean;
        }
        variance = squares / freedom;
        freedom = 2 * freedom / (2 + SKEW_PART * excess_of(mean, variance));
        error.mean = mean * ahead;
        error.variance = variance * reach;
    }
    error.spread = error.variance * error.variance / freedom;
    return error;
}

struct forecast_error forecast_error_of(const double *counts, size_t months, double unit,
                                        int32_t ahead)
{
    struct forecast_error error = {.mean = 0};

    if (months == 0 || ahead <= 0)
        return error;
    error = error_of(counts, months, unit, ahead);
    return forecast_error_scaled(&error, unit);
}

void forecast_error_add(struct forecast_error *sum, const struct forecast_error *addend)
{
    sum->mean += addend->mean;
    sum->variance += addend->variance;
    sum->spread += addend->spread;
}

struct forecast_error forecast_error_scaled(const struct forecast_error *error, double factor)
{
    return (struct forecast_error){.mean = error->mean * factor,
                                   .variance = error->variance * factor * factor,
                                   .spread = error->spread * factor * factor * factor * factor};
}

static double gamma_point(double mean, double shape, double t)
{
    double root = 1 - 1 / (9 * shape) + t / (3 * sqrt(shape));

    return root > 0 ? mean * root * root * root : 0;
}

void forecast_error_bounds(const struct forecast_error *error, double *ret_low, double *ret_high)
{
    double shape;
    double t;

    if (error->variance <= 0 || error->mean <= 0) {
        *ret_low = error->mean;
        *ret_high = error->mean;
        return;
    }
    shape = error->mean * error->mean / error->variance;
    t = forecast_student_90(error->variance * error->variance / error->spread);
    *ret_low = gamma_point(error->mean, shape, -t);
    *ret_high = gamma_point(error->mean, shape, t);
}
