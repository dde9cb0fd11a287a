/*
 * priority.h - which idea should be built next: benefit, ease, priority, quadrant.
 *
 *   Benefit  = 20 × weighted mean of the expected scores that are given (not relevant ones and open ones
 *              are left out of the mean); low and high from the same mean of their ends
 *   Ease     = 20 × mean(rules, digital input, structured input, stability, interface)
 *              - 10 for each system beyond two; not below 0
 *   Priority = sqrt(Benefit × Ease)
 *   quadrant by 50 of each: build now (both), plan (benefit alone), quick win (ease alone), leave
 * Order: by priority, compared exactly (Benefit × Ease as fractions); ties go to the department that is
 * furthest from its target (gap.h: largest gap in kroner first; of no single department last), then to the
 * older idea. What has no priority comes last, by department order and id: none of the five is said, or a part
 * of its ease is not (the number of systems is one). Only ideas that are still to be built are ranked: not those
 * in operation or rejected, which stand behind all others. Ideas and their scores are as they are now, gaps and
 * weights those of the as-of day.
 *
 * Source: the organisation's ranking of ideas. Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_PRIORITY_H
#define AUTOMAGI_SCORECARDS_PRIORITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/idea.h"
#include "scorecards/gap.h"

struct fault;
struct store;

enum quadrant {
    QUADRANT_NONE,
    QUADRANT_BUILD_NOW,
    QUADRANT_PLAN,
    QUADRANT_QUICK_WIN,
    QUADRANT_LEAVE
};
const char *
quadrant_word(enum quadrant quadrant); /* "build-now", "plan", "quick-win", "leave"; "" */

/* Numbers 0-100 in hundredths, half up, to be shown; -1: not known. */
struct priority {
    int64_t benefit, benefit_low, benefit_high;
    int64_t ease;
    int64_t priority;
    enum quadrant quadrant;
    int rank; /* 1 first; 0: not ranked */
    /* Exact, for the order: benefit = 20 × score_sum / weight_sum, ease × 1. */
    int64_t score_sum, weight_sum, ease_exact;
};
/* The rule alone, without order. scores NULL: nothing is said. */
struct priority priority_of(const struct idea_scores *scores, const struct score_weights *weights);

struct ranked_idea {
    const struct idea *idea;          /* in gap.ideas */
    const struct idea_scores *scores; /* NULL: none */
    struct priority priority;
    int64_t gap;  /* of its department, kroner; 0: none, or of no single one */
    size_t place; /* of its department in the departments' order; of no single one behind them */
};
struct ranking {
    int32_t as_of, year;
    struct gap gap;
    struct idea_score_list scores;
    struct score_weights weights;
    struct ranked_idea *ideas; /* all ideas: ranked ones first, in order */
    size_t count, ranked_count;
};
/* In one view. ranking_release(). As gap_read(). */
int ranking_read(struct store *store, int32_t year, int32_t as_of, struct ranking *ret_ranking,
                 struct fault *fault) __attribute__((warn_unused_result));
void ranking_release(struct ranking *ranking);

#endif
