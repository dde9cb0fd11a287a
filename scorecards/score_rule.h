/*
 * score_rule.h - the scorecard's rules, without a store: from amounts and indicators to points.
 *
 *   saving  øre a year    0 at or below 0, 1 below the second band, ... 5 from the fifth on
 *   time    hours a year  likewise
 *   an indicator: attainment = clamp((actual - baseline) / (target - baseline), -1, 1)
 *                 score = round(5 × max(0, attainment)), half up, at most what its evidence allows:
 *                 E0 2, E1 4, E2 5. Below 0 it has worsened: score 0, and said.
 *   a parameter of two indicators: the mean of their scores, half a point rounded down (the organisation is
 *                 conservative where it can choose); it has worsened when one of them has.
 * Source: the organisation's scorecard of five parameters.
 *
 * Exact: integers throughout. Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_SCORE_RULE_H
#define AUTOMAGI_SCORECARDS_SCORE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/store/scorecard.h"

/* An amount a year, in the band's unit. */
int score_of_amount(const struct score_band *band, int64_t amount);
/* What the evidence allows: 2, 4, 5. */
int score_cap(enum evidence evidence);

struct attainment {
    bool is_known;      /* baseline, target and actual are there */
    int64_t millionths; /* -1000000 to 1000000, cut towards 0: to be shown */
    int score;          /* 0-5, capped */
    bool is_capped;     /* without the cap it were higher */
    bool is_worsened;
};
struct attainment attainment_of(const struct indicator *indicator);

/* The parameter's points from those of its indicators; count 1 or 2. */
int score_of_indicators(const int *scores, int count);

#endif
