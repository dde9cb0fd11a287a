/* Where points come from, in words. */
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/text.h"
#include "core/command/money.h"
#include "core/command/scorecard_shown.h"
#include "scorecards/task_value.h"

enum { PERCENT_DIGITS = 1 };

static void add_number(struct text *words, int128 scaled, unsigned digits)
{
    char number[DECIMAL_TEXT_MAX];

    decimal_format(scaled, digits, number, sizeof number);
    text_append_string(words, number);
}

static void add_day(struct text *words, const char *before, int32_t of)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(of, day);
    text_printf(words, "%s%s", before, day);
}

void scorecard_say_months(struct text *words, const struct scorecard *card)
{
    char from[CLOCK_MONTH_TEXT];
    char to[CLOCK_MONTH_TEXT];

    if (card->months == 0) {
        text_printf(words, "no complete month in operation among the last %d", SCORECARD_MONTHS);
        return;
    }
    clock_format_month(card->from_month, from);
    clock_format_month(card->to_month, to);
    text_printf(words, "%d complete month%s in operation, %s to %s, confidence %c",
                (int)card->months, card->months == 1 ? "" : "s", from, to, card->confidence);
}

/* " / 3 months x 12", and nothing of a one-off robot, whose amounts are no year's. */
static void add_year(struct text *words, const struct scorecard *card)
{
    if (!card->robot->is_one_off)
        text_printf(words, " / %d month%s x 12", (int)card->months, card->months == 1 ? "" : "s");
}

static void say_saving(struct text *words, const struct scorecard *card)
{
    add_number(words, card->saving_ore, MONEY_DIGITS);
    text_append_string(words, card->robot->is_one_off ? " kr, once = (realised "
                                                      : " kr a year = (realised ");
    add_number(words, card->realised_ore, MONEY_DIGITS);
    text_append_string(words, " + gains ");
    add_number(words, card->gains_ore, MONEY_DIGITS);
    text_append_string(words, " - running cost ");
    add_number(words, card->running_ore, MONEY_DIGITS);
    text_append_string(words, ")");
    add_year(words, card);
    if (!card->has_budget_record && card->gains_ore == 0)
        text_append_string(words, "; no budget was cut and no gain is documented");
    text_append_string(words, "; released beside it: ");
    add_number(words, card->released_ore, MONEY_DIGITS);
}

static void say_time(struct text *words, const struct scorecard *card)
{
    add_number(words, card->hundredths_of_hours, MONEY_DIGITS);
    text_append_string(words, card->robot->is_one_off ? " hours, once = " : " hours a year = ");
    add_number(words, card->minutes, TASK_MINUTE_DIGITS);
    text_printf(words, " minutes of %" PRId64 " tasks", card->tasks);
    add_year(words, card);
    text_append_string(words, " / 60");
    if (!card->is_signed)
        text_append_string(words, "; no estimate is signed");
    if (card->uncounted_tasks != 0)
        text_printf(words, "; %" PRId64 " tasks without a signed estimate do not count",
                    card->uncounted_tasks);
}

void scorecard_say_amounts(struct text *words, const struct scorecard *card,
                           enum scorecard_parameter parameter)
{
    if (card->months == 0)
        scorecard_say_months(words, card);
    else if (parameter == SCORECARD_SAVING)
        say_saving(words, card);
    else
        say_time(words, card);
}

void scorecard_say_parameter(struct text *words, const struct scorecard *card,
                             enum scorecard_parameter parameter)
{
    const struct scorecard_indicator *slots = card->indicators[parameter - 1];
    const struct score *score = &card->scores[parameter - 1];

    switch (score->state) {
    case SCORE_OPEN:
        if (slots[0].indicator == NULL && slots[1].indicator == NULL)
            text_printf(words, "no indicator yet: `automagi scorecard set %s --parameter %s`",
                        card->robot->slug, scorecard_parameter_word(parameter));
        else
            text_append_string(words, "not measured");
        break;
    case SCORE_GIVEN:
        text_append_string(words, "from its indicators");
        break;
    case SCORE_NOT_RELEVANT:
        text_append_string(words, "not relevant, which is not 0");
        break;
    }
    if (score->is_worsened || score->is_overdue || score->is_capped || score->is_unapproved) {
        text_append_string(words, "; ");
        score_add_marks(words, score);
    }
}

const char *expectation_word(enum expectation expectation)
{
    switch (expectation) {
    case EXPECTED_NOTHING:
        return "";
    case EXPECTED_LATER:
        return "later";
    case EXPECTED_UNKNOWN:
        return "unknown";
    case EXPECTED_BELOW:
        return "below";
    case EXPECTED_WITHIN:
        return "within";
    case EXPECTED_ABOVE:
        return "above";
    }
    return "?";
}

void scorecard_say_expected(struct text *words, const struct scorecard *card,
                            enum scorecard_parameter parameter)
{
    enum expectation expectation = card->expectation[parameter - 1];
    const struct expected_score *wanted;

    if (expectation == EXPECTED_NOTHING)
        return;
    wanted = &card->wanted->expected[parameter - 1];
    text_printf(words, "; idea %" PRId64 " expected %d to %d, likely %d: ", card->idea->id,
                wanted->low, wanted->high, wanted->likely);
    if (expectation == EXPECTED_LATER && card->live_day == INT32_MIN) {
        text_append_string(words, "it has not begun");
        return;
    }
    add_day(words, expectation == EXPECTED_LATER ? "to be held against it on " : "on ",
            card->held_day);
    if (expectation == EXPECTED_UNKNOWN)
        text_append_string(words, " nothing was measured");
    else if (expectation != EXPECTED_LATER)
        text_printf(words, " it was %d, %s", card->held[parameter - 1].points,
                    expectation_word(expectation));
}

/* "50 on 2025-01-15 (DEMO count, n 20)". */
static void say_value(struct text *words, const struct measured_value *value, const char *when,
                      const char *method)
{
    bool has_method = method[0] != '\0';
    bool has_answers = value->answers != INDICATOR_NONE;

    add_number(words, value->value, INDICATOR_DIGITS);
    add_day(words, when, value->day);
    if (!has_method && !has_answers)
        return;
    text_printf(words, " (%s%s", method, has_method && has_answers ? ", " : "");
    if (has_answers)
        text_printf(words, "n %" PRId64, value->answers);
    text_append_string(words, ")");
}

static bool is_there(const struct measured_value *value)
{
    return value->value != INDICATOR_NONE;
}

static void say_values(struct text *words, const struct scorecard_indicator *slot)
{
    const struct indicator *indicator = slot->indicator;

    text_printf(words, "%s (%s, %s is better): ", indicator->title, indicator->unit,
                indicator->is_lower_better ? "lower" : "higher");
    if (!is_there(&indicator->baseline)) {
        text_append_string(words, "no baseline yet");
        return;
    }
    say_value(words, &indicator->baseline, " on ", indicator->baseline_method);
    text_append_string(words, is_there(&indicator->target) ? ", target " : ", no target yet");
    if (is_there(&indicator->target))
        say_value(words, &indicator->target, " by ", "");
    text_append_string(words, is_there(&indicator->actual) ? ", actual " : ", not measured since");
    if (!is_there(&indicator->actual))
        return;
    say_value(words, &indicator->actual, " on ", "");
    if (slot->attainment.is_known) {
        text_append_string(words, ": ");
        add_number(words, slot->attainment.millionths / 1000, PERCENT_DIGITS);
        text_printf(words, " %% of the way%s", slot->attainment.is_worsened ? ", worse" : "");
    }
    text_printf(words, "; E%d%s%s", (int)indicator->evidence,
                indicator->link[0] != '\0' ? ", " : "", indicator->link);
    if (slot->attainment.is_capped)
        text_printf(words, ", which gives at most %d", score_cap(indicator->evidence));
}

static void say_status(struct text *words, const struct indicator *indicator)
{
    switch (indicator->status) {
    case INDICATOR_IN_USE:
        break;
    case INDICATOR_NOT_RELEVANT:
        text_append_string(words, "not relevant");
        break;
    case INDICATOR_ENDED:
        text_append_string(words, "ended, not measured any more");
        break;
    }
}

void scorecard_say_indicator(struct text *words, const struct scorecard_indicator *slot)
{
    const struct indicator *indicator = slot->indicator;

    say_status(words, indicator);
    if (indicator->status == INDICATOR_IN_USE) {
        say_values(words, slot);
        text_printf(words, "; owner %s", indicator->owner);
        if (indicator->review_day != INT32_MIN)
            add_day(words, slot->is_overdue ? "; its review was due on " : "; review by ",
                    indicator->review_day);
    }
    if (indicator->comment[0] != '\0')
        text_printf(words, "; %s", indicator->comment);
    text_printf(words, "; version %d set by %s", indicator->version, indicator->set_by);
    if (slot->is_unapproved)
        text_append_string(words, ", not approved");
    else
        text_printf(words, ", approved by %s", indicator->approved_by);
}
