#include "tests/unit/idea_points.h"

struct idea_scores idea_points(const int likely[SCORECARD_PARAMETERS], const int ease[EASES],
                               int systems)
{
    struct idea_scores scores = {.systems = systems};
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        scores.expected[i].state = likely[i] == OPEN   ? SCORE_OPEN
                                   : likely[i] == NONE ? SCORE_NOT_RELEVANT
                                                       : SCORE_GIVEN;
        scores.expected[i].likely = likely[i];
        scores.expected[i].low = likely[i] > 0 ? likely[i] - 1 : 0;
        scores.expected[i].high = likely[i] < 5 ? likely[i] + 1 : 5;
    }
    for (i = 0; i < EASES; i++)
        scores.ease[i] = ease[i];
    return scores;
}
