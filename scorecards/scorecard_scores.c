/* From amounts and indicators to the points of five parameters. */
#include <errno.h>
#include <stdbool.h>

#include "core/base/fault.h"
#include "scorecards/scorecard_inner.h"

static int read_bands(struct scorecard_basis *basis, int32_t day, struct fault *fault)
{
    struct scorecard_bands *bands = &basis->bands;
    int result;

    if (bands->day == day)
        return 0;
    bands->day = INT32_MIN;
    result = score_band_on(basis->store, SCORECARD_SAVING, day, &bands->saving, fault);
    if (result == 0)
        result = score_band_on(basis->store, SCORECARD_TIME, day, &bands->time, fault);
    if (result == 0)
        bands->day = day;
    return result;
}

static struct score given(int points)
{
    return (struct score){.state = SCORE_GIVEN, .points = points};
}

static void read_slot(const struct indicator_list *list, const struct scorecard *card,
                      enum scorecard_parameter parameter, int32_t day, int slot,
                      struct scorecard_indicator *ret_slot)
{
    const struct indicator *indicator =
        indicator_on(list, card->robot->id, parameter, slot + 1, day);

    *ret_slot = (struct scorecard_indicator){.indicator = indicator};
    if (indicator == NULL)
        return;
    ret_slot->is_unapproved = !indicator_is_approved(indicator, day);
    if (indicator->status != INDICATOR_IN_USE)
        return;
    ret_slot->attainment = attainment_of(indicator);
    ret_slot->is_overdue = indicator->review_day != INT32_MIN && indicator->review_day < day;
}

/* Of what is measured; where nothing is, it is not relevant when somebody has said so. */
static struct score score_of_slots(const struct scorecard_indicator *slots)
{
    struct score score = {.state = SCORE_OPEN};
    int points[INDICATOR_SLOTS];
    int count = 0;
    bool is_used = false;
    bool is_irrelevant = false;
    int i;

    for (i = 0; i < INDICATOR_SLOTS; i++) {
        const struct scorecard_indicator *slot = &slots[i];

        if (slot->indicator == NULL || slot->indicator->status == INDICATOR_ENDED)
            continue;
        score.is_unapproved = score.is_unapproved || slot->is_unapproved;
        if (slot->indicator->status == INDICATOR_NOT_RELEVANT) {
            is_irrelevant = true;
            continue;
        }
        is_used = true;
        score.is_overdue = score.is_overdue || slot->is_overdue;
        score.is_worsened = score.is_worsened || slot->attainment.is_worsened;
        score.is_capped = score.is_capped || slot->attainment.is_capped;
        if (slot->attainment.is_known)
            points[count++] = slot->attainment.score;
    }
    if (count > 0) {
        score.state = SCORE_GIVEN;
        score.points = score_of_indicators(points, count);
    } else if (is_irrelevant && !is_used) {
        score.state = SCORE_NOT_RELEVANT;
    }
    return score;
}

int scorecard_fill(struct scorecard_basis *basis, size_t robot, int32_t day, struct scorecard *card,
                   struct fault *fault)
{
    int parameter;
    int slot;
    int result;

    card->robot = &basis->robots->robots[robot];
    result = read_bands(basis, day, fault);
    if (result < 0)
        return result;
    if (scorecard_amounts(&basis->sums, robot, day, card) < 0)
        return fault_set(fault, -ERANGE, "what robot %s brings a year is too large to show",
                         card->robot->slug);
    card->scores[SCORECARD_SAVING - 1] = card->scores[SCORECARD_TIME - 1] =
        (struct score){.state = SCORE_OPEN};
    if (card->months > 0) {
        card->scores[SCORECARD_SAVING - 1] =
            given(score_of_amount(&basis->bands.saving, card->saving_ore));
        card->scores[SCORECARD_TIME - 1] =
            given(score_of_amount(&basis->bands.time, card->hundredths_of_hours));
    }
    for (parameter = SCORECARD_QUALITY; parameter <= SCORECARD_WELLBEING; parameter++) {
        for (slot = 0; slot < INDICATOR_SLOTS; slot++)
            read_slot(basis->indicators, card, (enum scorecard_parameter)parameter, day, slot,
                      &card->indicators[parameter - 1][slot]);
        card->scores[parameter - 1] = score_of_slots(card->indicators[parameter - 1]);
    }
    return 0;
}
