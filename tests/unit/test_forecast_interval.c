/*
 * Does the 80 % interval hold in 80 % of cases, and is it as narrow as that allows?
 *
 * A thousand robots of each kind, five times with other seeds, get a history of some months; then their next year comes, and it is
 * counted how often the interval held what came. The tables that are printed show it for histories of
 * other lengths, too. Widths are compared with two others:
 *   process  the distance of the 10 % and 90 % points of a year's tasks, for somebody who knows
 *            the process and needs no history: no honest interval can be narrower (of counts, where
 *            the middle of the distribution's steps crosses 10 % and 90 %)
 *   error    the same of what came less what the rule said, which adds that the rule learns the mean
 *            from few months: sqrt(1 + 12 / n) times the first
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "scorecards/forecast_interval.h"

enum { ROBOTS = 1000, MONTHS_MAX = 60, AHEAD = 12 };

enum process { POISSON, OVERDISPERSED, SEASONAL, LIST };

struct kind {
    const char *name;
    enum process process;
    double mean;
    double dispersion; /* variance / mean of overdispersed counts */
    double jitter;     /* of lists: counts differ by up to so many ... */
    double often;      /* ... in so many of the months */
};

static uint64_t seed;

static double draw(void) /* over 0, under 1 */
{
    uint64_t mixed;

    seed += 0x9e3779b97f4a7c15U;
    mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return ((double)((mixed ^ (mixed >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static double draw_poisson(double mean)
{
    double count = 0;

    while (mean > 0) {
        double limit = exp(-(mean < 30 ? mean : 30));
        double product = draw();

        while (product > limit) {
            product *= draw();
            count++;
        }
        mean -= 30;
    }
    return count;
}

static double draw_normal(void)
{
    return sqrt(-2 * log(draw())) * cos(6.283185307179586 * draw());
}

/* Marsaglia and Tsang (2000); a shape below 1 by way of one more. */
static double draw_gamma(double shape)
{
    double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    double c = 1 / sqrt(9 * d);
    double v;
    double x;

    do {
        x = draw_normal();
        v = (1 + c * x) * (1 + c * x) * (1 + c * x);
    } while (v <= 0 || log(draw()) > 0.5 * x * x + d - d * v + d * log(v));
    return shape < 1 ? d * v * pow(draw(), 1 / shape) : d * v;
}

/* A year as clerks know it: little in July, much before Christmas. */
static const double SEASON[12] = {1.1, 1.0, 1.05, 0.95, 1.0, 0.9, 0.55, 0.9, 1.1, 1.1, 1.15, 1.2};

static double draw_month(const struct kind *kind, int month)
{
    double excess = kind->dispersion - 1;

    switch (kind->process) {
    case POISSON:
        return draw_poisson(kind->mean);
    case OVERDISPERSED: /* gamma-Poisson: the negative binomial */
        return draw_poisson(draw_gamma(kind->mean / excess) * excess);
    case SEASONAL:
        return draw_poisson(kind->mean * SEASON[month % 12]);
    case LIST:
        break;
    }
    if (draw() >= kind->often)
        return kind->mean;
    return kind->mean + floor((2 * kind->jitter + 1) * draw()) - kind->jitter;
}

/* Where the distribution of a year's tasks crosses `part`, between the middles of its steps. */
static double point_of(const struct kind *kind, double part)
{
    double mean = kind->mean * AHEAD;
    double excess = kind->dispersion - 1;
    double below = 0;
    double middle = -1; /* of the step before */
    double k = 0;

    while (k < 1e6) {
        double size = kind->mean * AHEAD / excess;
        double chance = kind->process == OVERDISPERSED
                            ? exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1) -
                                  size * log1p(excess) + k * log(excess / (1 + excess)))
                            : exp(k * log(mean) - mean - lgamma(k + 1));
        double now = below + chance / 2;

        if (now >= part)
            return middle < 0 ? k : k - (now - part) / (now - middle);
        middle = now;
        below += chance;
        k++;
    }
    return k;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

struct outcome {
    double held;    /* part of the robots */
    double width;   /* mean */
    double error;   /* distance of the 10 % and 90 % points of the rule's error */
    double process; /* of a year's tasks; 0: a list */
    double worst;   /* the largest half-width, of the year's tasks */
};

static struct outcome simulate(const struct kind *kind, size_t months)
{
    static double errors[ROBOTS];
    struct outcome outcome = {.held = 0};
    size_t robot;
    size_t i;

    for (robot = 0; robot < ROBOTS; robot++) {
        double counts[MONTHS_MAX];
        double sum = 0;
        double came = 0;
        double low;
        double high;
        int start = (int)(12 * draw());
        struct forecast_error error;

        for (i = 0; i < months; i++) {
            counts[i] = draw_month(kind, start + (int)i);
            sum += counts[i];
        }
        for (i = 0; i < AHEAD; i++)
            came += draw_month(kind, start + (int)(months + i));
        error = forecast_error_of(counts, months, 1, AHEAD);
        forecast_error_bounds(&error, &low, &high);
        assert_true(low >= 0 && low <= high);
        errors[robot] = came - sum / (double)months * AHEAD;
        outcome.held += low <= came && came <= high;
        outcome.width += high - low;
        if ((high - low) / 2 > outcome.worst * kind->mean * AHEAD)
            outcome.worst = (high - low) / 2 / (kind->mean * AHEAD);
    }
    qsort(errors, ROBOTS, sizeof *errors, compare);
    outcome.held /= ROBOTS;
    outcome.width /= ROBOTS;
    outcome.error = errors[ROBOTS * 9 / 10] - errors[ROBOTS / 10];
    if (kind->process != LIST)
        outcome.process = point_of(kind, 0.9) - point_of(kind, 0.1);
    return outcome;
}

static const struct kind DEMAND[] = {
    {"Poisson 1", POISSON, 1, 1, 0, 0},
    {"Poisson 3", POISSON, 3, 1, 0, 0},
    {"Poisson 10", POISSON, 10, 1, 0, 0},
    {"Poisson 50", POISSON, 50, 1, 0, 0},
    {"Poisson 200", POISSON, 200, 1, 0, 0},
    {"Poisson 1000", POISSON, 1000, 1, 0, 0},
    {"overdispersed 1, x2", OVERDISPERSED, 1, 2, 0, 0},
    {"overdispersed 2, x4", OVERDISPERSED, 2, 4, 0, 0},
    {"overdispersed 10, x1.5", OVERDISPERSED, 10, 1.5, 0, 0},
    {"overdispersed 10, x3", OVERDISPERSED, 10, 3, 0, 0},
    {"overdispersed 50, x10", OVERDISPERSED, 50, 10, 0, 0},
    {"overdispersed 200, x20", OVERDISPERSED, 200, 20, 0, 0},
    {"overdispersed 1000, x5", OVERDISPERSED, 1000, 5, 0, 0},
    {"overdispersed 1000, x100", OVERDISPERSED, 1000, 100, 0, 0},
};
static const struct kind LISTS[] = {
    {"list of 10", LIST, 10, 0, 0, 0},
    {"list of 100", LIST, 100, 0, 0, 0},
    {"list of 1000", LIST, 1000, 0, 0, 0},
    {"list of 30, rarely one off", LIST, 30, 0, 1, 0.2},
    {"list of 100, often one off", LIST, 100, 0, 1, 1},
    {"list of 350, 3 off", LIST, 350, 0, 3, 0.7},
    {"list of 1000, 10 off", LIST, 1000, 0, 10, 1},
};
/* What the method is not made for, shown so that everybody knows how it does. */
static const struct kind HARD[] = {
    {"Poisson 0.2", POISSON, 0.2, 1, 0, 0},
    {"list of 1000, rarely 20 off", LIST, 1000, 0, 20, 0.1},
    {"seasonal 3", SEASONAL, 3, 1, 0, 0},
    {"seasonal 20", SEASONAL, 20, 1, 0, 0},
    {"seasonal 100", SEASONAL, 100, 1, 0, 0},
    {"seasonal 1000", SEASONAL, 1000, 1, 0, 0},
};
static const size_t LENGTHS[] = {1, 2, 3, 6, 9, 12, 24, 36};
enum { LENGTH_COUNT = sizeof LENGTHS / sizeof LENGTHS[0], YEAR = 5, TWO_YEARS, THREE_YEARS };

/* One thousand robots of one seed are held a percent more or less often than the next thousand, so
 * what is judged, from a year of history on, is the mean of five thousands, each of another seed. */
enum { SEEDS = 5 };

static struct outcome simulate_seeds(const struct kind *kind, size_t months)
{
    struct outcome mean = {.held = 0};
    size_t seeds = months < LENGTHS[YEAR] ? 1 : SEEDS;
    size_t i;

    for (i = 0; i < seeds; i++) {
        struct outcome outcome;

        seed = 20270101 + i * 7919; /* SKEW_PART was chosen on others */
        outcome = simulate(kind, months);
        mean.held += outcome.held / (double)seeds;
        mean.width += outcome.width / (double)seeds;
        mean.error += outcome.error / (double)seeds;
        mean.process = outcome.process;
        if (outcome.worst > mean.worst)
            mean.worst = outcome.worst;
    }
    return mean;
}

/* A line per kind; the outcomes by length of history. */
static void show(const struct kind *kind, struct outcome outcomes[static LENGTH_COUNT])
{
    const struct outcome *at = &outcomes[TWO_YEARS];
    size_t i;

    (void)printf("%-27s", kind->name);
    for (i = 0; i < LENGTH_COUNT; i++) {
        outcomes[i] = simulate_seeds(kind, LENGTHS[i]);
        (void)printf(" %5.1f", outcomes[i].held * 100);
    }
    (void)printf(" %9.1f", at->width);
    if (at->process > 0)
        (void)printf(" %6.2f %6.2f   12: %4.2f  36: %4.2f", at->width / at->process,
                     at->width / at->error, outcomes[YEAR].width / outcomes[YEAR].error,
                     outcomes[THREE_YEARS].width / outcomes[THREE_YEARS].error);
    (void)printf("  %7.2f %%\n", at->worst * 100);
}

static void show_heading(void)
{
    size_t i;

    (void)printf("\n%% held after months:      ");
    for (i = 0; i < LENGTH_COUNT; i++)
        (void)printf(" %5zu", LENGTHS[i]);
    (void)printf("     width /proc. /error   /error          widest half\n");
}

static void demand_is_held_in_four_of_five(void **state)
{
    struct outcome outcomes[LENGTH_COUNT];
    size_t i;
    size_t k;

    (void)state;
    show_heading();
    for (i = 0; i < sizeof DEMAND / sizeof DEMAND[0]; i++) {
        show(&DEMAND[i], outcomes);
        for (k = YEAR; k <= THREE_YEARS; k++) {
            assert_true(outcomes[k].held >= 0.75 && outcomes[k].held <= 0.85);
            assert_true(outcomes[k].width <= 1.3 * outcomes[k].error);
        }
        assert_true(outcomes[TWO_YEARS].width <= 1.3 * outcomes[TWO_YEARS].process);
        assert_true(outcomes[THREE_YEARS].width <= 1.3 * outcomes[THREE_YEARS].process);
    }
}

static void lists_are_held_narrowly(void **state)
{
    struct outcome outcomes[LENGTH_COUNT];
    size_t i;
    size_t k;

    (void)state;
    show_heading();
    for (i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        show(&LISTS[i], outcomes);
        for (k = YEAR; k <= THREE_YEARS; k++) {
            assert_true(outcomes[k].held >= 0.80);
            assert_true(outcomes[k].worst <= (k == YEAR && LISTS[i].mean < 50 ? 0.025 : 0.02));
        }
    }
}

static void what_is_harder_is_shown(void **state)
{
    struct outcome outcomes[LENGTH_COUNT];
    size_t i;

    (void)state;
    show_heading();
    for (i = 0; i < sizeof HARD / sizeof HARD[0]; i++)
        show(&HARD[i], outcomes);
}

/* Robots of five kinds and their kroner per task, one of them fixed: their sum. */
static void sums_are_held_too(void **state)
{
    static const struct kind KINDS[] = {
        {"", POISSON, 40, 1, 0, 0}, {"", OVERDISPERSED, 20, 5, 0, 0},  {"", LIST, 300, 0, 1, 0.5},
        {"", POISSON, 2, 1, 0, 0},  {"", OVERDISPERSED, 300, 8, 0, 0},
    };
    static const double KRONER[] = {17.1, 68.4, 5.7, 205.2, 11.4};
    size_t k;
    size_t i;

    (void)state;
    seed = 20260102;
    for (k = 0; k < LENGTH_COUNT; k++) {
        double held = 0;
        double width = 0;
        size_t town;

        for (town = 0; town < ROBOTS; town++) {
            struct forecast_error sum = {.mean = 0};
            double counts[MONTHS_MAX];
            double came = 0;
            double low;
            double high;
            size_t robot;

            for (robot = 0; robot < sizeof KINDS / sizeof KINDS[0]; robot++) {
                struct forecast_error error;

                for (i = 0; i < LENGTHS[k]; i++)
                    counts[i] = draw_month(&KINDS[robot], 0);
                for (i = 0; i < AHEAD; i++)
                    came += KRONER[robot] * draw_month(&KINDS[robot], 0);
                error = forecast_error_of(counts, LENGTHS[k], 1, AHEAD);
                error = forecast_error_scaled(&error, KRONER[robot]);
                forecast_error_add(&sum, &error);
            }
            forecast_error_bounds(&sum, &low, &high);
            held += low <= came && came <= high;
            width += high - low;
        }
        (void)printf("sum of five robots after %2zu months: held %.1f %%, width %.0f kr\n",
                     LENGTHS[k], held * 100 / ROBOTS, width / ROBOTS);
        if (LENGTHS[k] >= 6)
            assert_true(held >= 0.75 * ROBOTS && held <= 0.85 * ROBOTS);
    }
}

static void quantiles_are_those_of_tables(void **state)
{
    static const struct {
        double freedom, t90, t95;
    } TABLE[] = {{1, 3.0777, 6.3138},  {2, 1.8856, 2.9200},  {3, 1.6377, 2.3534},
                 {4, 1.5332, 2.1318},  {5, 1.4759, 2.0150},  {6, 1.4398, 1.9432},
                 {8, 1.3968, 1.8595},  {11, 1.3634, 1.7959}, {23, 1.3195, 1.7139},
                 {35, 1.3062, 1.6896}, {1e9, 1.2816, 1.6449}};
    double before = 4;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
        assert_true(fabs(forecast_student_90(TABLE[i].freedom) - TABLE[i].t90) < 0.003);
        assert_true(fabs(forecast_student_95(TABLE[i].freedom) - TABLE[i].t95) < 0.01);
    }
    for (i = 100; i < 1200; i++) { /* without steps upwards */
        double freedom = (double)i / 100;

        assert_true(forecast_student_90(freedom) < before + 0.003);
        before = forecast_student_90(freedom);
    }
}

static void lists_are_recognised(void **state)
{
    static const double same[24] = {50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50,
                                    50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50};
    static const double ones[24] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const double none[24] = {0};
    struct forecast_error error;
    double low;
    double high;

    (void)state;
    assert_true(forecast_is_list(same, 3, 1));
    assert_true(forecast_is_list(same, 24, 1));
    assert_true(
        forecast_is_list(same, 24, 10));        /* five tasks of ten each: few, but for two years */
    assert_false(forecast_is_list(same, 2, 1)); /* luck */
    assert_false(forecast_is_list(ones, 4, 1));
    assert_true(forecast_is_list(ones, 24, 1));
    assert_false(forecast_is_list(none, 24, 1));
    /* nothing yet is not nothing for ever, and two alike are not a list */
    error = forecast_error_of(none, 3, 1, 12);
    forecast_error_bounds(&error, &low, &high);
    assert_true(low == 0 && high > 1);
    error = forecast_error_of(same, 2, 1, 12);
    forecast_error_bounds(&error, &low, &high);
    assert_true(high - low > 100);
    error = forecast_error_of(same, 1, 1, 12);
    forecast_error_bounds(&error, &low, &high);
    assert_true(high - low > 100);
    /* units only scale */
    error = forecast_error_of(same, 12, 0.25, 12);
    assert_true(fabs(error.mean - 600) < 0.5);
    /* no months, or none to come: nothing is unsure */
    error = forecast_error_of(same, 0, 1, 12);
    assert_true(error.mean == 0 && error.variance == 0);
    error = forecast_error_of(same, 12, 1, 0);
    assert_true(error.mean == 0 && error.variance == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_tables),
        cmocka_unit_test(lists_are_recognised),
        cmocka_unit_test(sums_are_held_too),
        cmocka_unit_test(what_is_harder_is_shown),
        cmocka_unit_test(lists_are_held_narrowly),
        cmocka_unit_test(demand_is_held_in_four_of_five),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
