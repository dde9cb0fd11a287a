/*
 * chart.h - charts as SVG: each reads without colour, without a mouse, and without the text around it.
 *
 * One <svg role="img"> with <title> and <desc>, a viewBox and no size of its own, so that it takes the width it is
 * given; ids begin with `id`, so that several stand in one page. Series are told apart by a pattern beside
 * the colour, colours have a contrast of at least 3:1 to white and to each other where they touch, text at
 * least 4.5:1 and, at the width of an A4 page, 9 points. No script, nothing from elsewhere. Numbers are written by
 * language.h. Labels are cut with … where they do not fit; the table behind has them whole.
 *
 * Appended to `target`; a chart without anything to show is an empty axis and says so.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_CHART_H
#define AUTOMAGI_SCORECARDS_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/language.h"
#include "scorecards/scorecard.h"

struct text;

struct chart {
    enum language language;
    const char *id;          /* a slug */
    const char *title;       /* <title>: what it shows */
    const char *description; /* <desc>: what is to be seen in it, with the numbers that matter */
    const char *unit;        /* of the axis: "kr.", "timer"; "" none */
};

/* Horizontal bars, one under another; with a target a line across the bar, with low and high whiskers, which are
 * one where they are too near to be told apart. */
struct chart_bar {
    const char *label;
    int64_t value;
    bool has_target, has_interval;
    int64_t target, low, high;
    int64_t part; /* of the value, with its sign: what is disputed, hatched at the bar's end */
};
void chart_bars(struct text *target, const struct chart *chart, const struct chart_bar *bars,
                size_t count);

/* Columns by month, of up to CHART_SERIES_MAX series on top of each other; years are marked. What all of a month
 * come to stands above its column where there is room for all of them, else of the highest and of the last month. */
enum { CHART_SERIES_MAX = 4 };
struct chart_months {
    int32_t first_month;
    size_t month_count;
    const char *names[CHART_SERIES_MAX];
    const int64_t *values[CHART_SERIES_MAX]; /* month_count each, none below 0 */
    size_t series;
};
void chart_months(struct text *target, const struct chart *chart,
                  const struct chart_months *months);

/* From one figure to another by its reasons: what adds stands on what was, what takes away hangs from it. */
struct chart_step {
    const char *label;
    int64_t change;
};
struct chart_change {
    const char *before_label, *after_label;
    int64_t before, after;
    const struct chart_step *steps;
    size_t count;
};
void chart_steps(struct text *target, const struct chart *chart, const struct chart_change *change);

/* Benefit over ease, 0-100 each, lines at 50, the four quadrants named; points have numbers, which the table
 * behind explains. A point lies where its value is, on another one too; it is its number that gives way. Intervals
 * are shown of the first three, which are given first, and of the chosen one. */
struct chart_point {
    int number;
    int64_t benefit, ease; /* hundredths */
    int64_t low, high;     /* of benefit; -1: none */
    bool is_chosen;        /* marked: the next to build */
    bool is_begun;         /* hollow: it is being built already */
};
void chart_quadrant(struct text *target, const struct chart *chart,
                    const struct chart_point *points, size_t count);

/* Five small bars side by side, for a row of the overview: 0 points are an empty frame on a strong line and a 0, open
 * ones a dashed frame and –, not relevant ones a cross, overdue ones greyed, worsened ones marked below the line.
 * WORDS_SCORECARD_SIGNS says so to readers. */
void chart_scores(struct text *target, const struct chart *chart,
                  const struct score scores[static SCORECARD_PARAMETERS]);

/* The five over time, oldest first, each in a small frame of its own, which says so when nothing is known in it. As far
 * apart as their days are; overdue ones are grey. */
void chart_history(struct text *target, const struct chart *chart,
                   const struct scorecard_point *points, size_t count);

#endif
