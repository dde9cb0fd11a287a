#include "scorecards/score_rule.h"

#include "core/base/decimal.h"

enum { BANDS = 4, MILLIONTHS = 1000000 };

int score_of_amount(const struct score_band *band, int64_t amount)
{
    int score = 1;
    int i;

    if (amount <= 0)
        return 0;
    for (i = 0; i < BANDS; i++)
        if (amount >= band->least[i])
            score = i + 2;
    return score;
}

int score_cap(enum evidence evidence)
{
    switch (evidence) {
    case EVIDENCE_JUDGEMENT:
        return 2;
    case EVIDENCE_SAMPLE:
        return 4;
    case EVIDENCE_MEASURED:
        return SCORE_MOST;
    }
    return 0;
}

static bool is_there(const struct measured_value *value)
{
    return value->value != INDICATOR_NONE;
}

struct attainment attainment_of(const struct indicator *indicator)
{
    struct attainment found = {.is_known = false};
    int cap = score_cap(indicator->evidence);
    int128 way;
    int128 gone;

    if (!is_there(&indicator->baseline) || !is_there(&indicator->target) ||
        !is_there(&indicator->actual) || indicator->target.value == indicator->baseline.value)
        return found;
    way = (int128)indicator->target.value - indicator->baseline.value;
    gone = (int128)indicator->actual.value - indicator->baseline.value;
    if (way < 0) { /* downwards is better: the same way, seen from the other side */
        way = -way;
        gone = -gone;
    }
    if (gone > way)
        gone = way;
    if (gone < -way)
        gone = -way;
    found.is_known = true;
    found.is_worsened = gone < 0;
    found.millionths = (int64_t)(gone * MILLIONTHS / way);
    found.score = gone > 0 ? (int)decimal_divide_half_up(SCORE_MOST * gone, way) : 0;
    found.is_capped = found.score > cap;
    if (found.is_capped)
        found.score = cap;
    return found;
}

int score_of_indicators(const int *scores, int count)
{
    int sum = 0;
    int i;

    for (i = 0; i < count; i++)
        sum += scores[i];
    return count > 0 ? sum / count : 0;
}
