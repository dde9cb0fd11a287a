/*
 * gap.h - how far each department is from its target, why, and which ideas would close it.
 *
 * gap = target − what the year will have brought (forecast.h, the to-date rule: what is booked in its
 * completed months, and the mean for those left), where the target is above it; a target of 0 or below
 * leaves none. Before the year that is the organisation's rule. How sure: the 80 % interval of it
 * against the target, in words of gap_certainty. What would close it: ideas of the department that are not
 * in operation nor rejected and that say hours, each with
 *   kroner in the year = hours a year × rate of the as-of day × months of the year after go-live / 12
 * where a month counts when it begins on or after the go-live day, or that is its first day; an idea
 * without a date counts from the month after the as-of day, marked as not planned. Those that are
 * approved come first, then by the department's own priority, then by kroner; "closes" is the idea
 * at which their sum reaches the gap.
 * A department that ended in the year keeps its savings from before, though its target has moved: they are in no
 * successor's "expected" nor gap. (The pool does hold them against the successors' targets: pool.h.)
 * Why: below a gap the robots that serve the department, by shares or by tasks that name it, with their
 * part of it, rounded so that they add up to it, and why those that bring 0 do.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_GAP_H
#define AUTOMAGI_SCORECARDS_GAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/idea.h"
#include "core/store/organisation.h"
#include "scorecards/forecast.h"

struct fault;
struct store;

enum gap_certainty {
    GAP_NO_TARGET,
    GAP_REACHED,     /* the whole interval is at or above the target */
    GAP_LIKELY,      /* what is expected reaches it, the low end does not */
    GAP_UNLIKELY,    /* what is expected does not, the high end does */
    GAP_OUT_OF_REACH /* the whole interval is below */
};
/* In a sentence: "out of reach at today's pace". */
const char *gap_certainty_words(enum gap_certainty certainty);

struct gap_idea {
    const struct idea *idea; /* in ideas */
    int32_t months;          /* of the year after go-live */
    int64_t kroner;          /* in the year, half up */
    int64_t kroner_per_year;
    bool is_planned; /* it has a go-live day */
    bool closes;     /* with this one and those before it the gap is closed */
};

struct gap_row {
    const struct forecast_row *forecast; /* in forecast */
    int64_t department_id;
    int64_t gap; /* kroner; 0: none */
    enum gap_certainty certainty;
    int64_t disputed; /* of forecast->kroner_to_date: under estimates that somebody disputes */
    struct forecast_part *parts; /* of robots; none without a gap */
    size_t part_count;
    struct gap_idea *ideas;
    size_t idea_count;
    int64_t idea_kroner;  /* of them all */
    size_t decided_count; /* of them: approved or in development; the others are wishes */
    int64_t decided_kroner;
    size_t wordless_count; /* that are to come and say no hours: not among ideas */
};

struct gap {
    struct organisation organisation;
    struct forecast forecast;
    struct idea_list ideas;
    struct gap_row *rows; /* the largest gap first, then by department order; without Tværgående */
    size_t row_count;
    int64_t ore_per_hour;
};

/* In one view. gap_release(). Readers. */
int gap_read(struct store *store, int32_t year, int32_t as_of, struct gap *ret_gap,
             struct fault *fault) __attribute__((warn_unused_result));
void gap_release(struct gap *gap);

/* What an idea is expected to save in a whole year; 0 when it does not say. */
int64_t gap_kroner_per_year(const struct idea *idea, int64_t ore_per_hour);
/* Months of the year that begin on or after the day. */
int32_t gap_months_after(int32_t year, int32_t day);

#endif
