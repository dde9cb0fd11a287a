/* The rows of one robot's scorecard: where each point comes from, its gate, and what was expected. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/money.h"
#include "core/command/nouns.h"
#include "core/command/scorecard_shown.h"
#include "scorecards/task_value.h"

enum { WORDS_MAX = 16384, ID_MAX = 64, MILLIONTH_DIGITS = 6 };

static void put_amounts(struct json_writer *writer, const struct scorecard *card,
                        enum scorecard_parameter parameter)
{
    char confidence[2] = {card->confidence != ' ' ? card->confidence : '\0', '\0'};

    result_int(writer, "months", card->months);
    result_month(writer, "from", card->from_month);
    result_month(writer, "to", card->to_month);
    result_text_or_null(writer, "confidence", confidence);
    result_bool(writer, "one_off", card->robot->is_one_off);
    if (parameter == SCORECARD_SAVING) {
        result_amount(writer, "kroner_per_year", card->saving_ore);
        result_amount(writer, "realised", card->realised_ore);
        result_amount(writer, "gains", card->gains_ore);
        result_amount(writer, "running", card->running_ore);
        result_amount(writer, "released", card->released_ore);
        result_bool(writer, "budget_record", card->has_budget_record);
        return;
    }
    result_amount(writer, "hours_per_year", card->hundredths_of_hours);
    result_decimal(writer, "minutes", card->minutes, TASK_MINUTE_DIGITS);
    result_int(writer, "tasks", card->tasks);
    result_int(writer, "uncounted_tasks", card->uncounted_tasks);
    result_bool(writer, "signed", card->is_signed);
}

static void put_expected(struct json_writer *writer, const struct scorecard *card,
                         enum scorecard_parameter parameter)
{
    enum expectation expectation = card->expectation[parameter - 1];
    const struct score *held = &card->held[parameter - 1];

    result_text_or_null(writer, "expectation", expectation_word(expectation));
    if (expectation == EXPECTED_NOTHING)
        return;
    result_int(writer, "idea", card->idea->id);
    result_int(writer, "expected_low", card->wanted->expected[parameter - 1].low);
    result_int(writer, "expected_likely", card->wanted->expected[parameter - 1].likely);
    result_int(writer, "expected_high", card->wanted->expected[parameter - 1].high);
    if (card->held_day != INT32_MIN)
        result_day(writer, "held_on", card->held_day);
    if (expectation != EXPECTED_LATER && held->state == SCORE_GIVEN)
        result_int(writer, "held_points", held->points);
}

static void begin_row(struct json_writer *writer, const char *what, const char *id,
                      const char *shown)
{
    json_begin_object(writer);
    result_text(writer, "what", what);
    result_text(writer, "id", id);
    result_text(writer, "points_shown", shown);
}

static void end_row(struct json_writer *writer, struct text *words)
{
    result_text(writer, "words", text_string(words));
    json_end_object(writer);
    text_clear(words);
}

static void put_parameter(struct json_writer *writer, const struct scorecard *card,
                          enum scorecard_parameter parameter, struct text *words)
{
    const struct score *score = &card->scores[parameter - 1];
    char shown[SCORE_SHOWN_MAX];

    score_shown(score, shown);
    begin_row(writer, "parameter", scorecard_parameter_word(parameter), shown);
    score_put(writer, score);
    if (parameter == SCORECARD_SAVING || parameter == SCORECARD_TIME) {
        put_amounts(writer, card, parameter);
        scorecard_say_amounts(words, card, parameter);
    } else {
        scorecard_say_parameter(words, card, parameter);
    }
    put_expected(writer, card, parameter);
    scorecard_say_expected(words, card, parameter);
    end_row(writer, words);
}

static void put_slot(struct json_writer *writer, const struct scorecard_indicator *slot,
                     int32_t as_of, struct text *words)
{
    struct score score = {.state = slot->attainment.is_known ? SCORE_GIVEN : SCORE_OPEN,
                          .points = slot->attainment.score,
                          .is_worsened = slot->attainment.is_worsened,
                          .is_overdue = slot->is_overdue,
                          .is_capped = slot->attainment.is_capped,
                          .is_unapproved = slot->is_unapproved};
    char shown[SCORE_SHOWN_MAX];
    char id[ID_MAX];

    if (slot->indicator->status == INDICATOR_NOT_RELEVANT)
        score.state = SCORE_NOT_RELEVANT;
    score_shown(&score, shown);
    (void)snprintf(id, sizeof id, "%s %d", scorecard_parameter_word(slot->indicator->parameter),
                   slot->indicator->slot);
    begin_row(writer, "indicator", id, shown);
    score_put(writer, &score);
    scorecard_put_indicator(writer, slot->indicator, as_of);
    if (slot->attainment.is_known)
        result_decimal(writer, "attainment", slot->attainment.millionths, MILLIONTH_DIGITS);
    else
        result_text(writer, "attainment", NULL);
    scorecard_say_indicator(words, slot);
    end_row(writer, words);
}

static void put_gate_item(struct json_writer *writer, enum gate_item item,
                          const struct gate_entry *entry, struct text *words)
{
    begin_row(writer, "gate", gate_item_word(item), gate_state_word(entry->state));
    result_text(writer, "state", gate_state_word(entry->state));
    result_text(writer, "note", entry->note);
    result_text(writer, "by", entry->by_whom);
    result_instant(writer, "at", entry->at_ms);
    if (entry->note != NULL && entry->note[0] != '\0')
        text_printf(words, "%s; ", entry->note);
    if (entry->by_whom != NULL)
        text_printf(words, "by %s", entry->by_whom);
    else
        text_append_string(words, "nobody has looked at it");
    end_row(writer, words);
}

void scorecard_put_card(struct json_writer *writer, const struct scorecard *card, int32_t as_of)
{
    struct text words;
    int parameter;
    int slot;
    int item;

    text_init(&words, WORDS_MAX);
    for (parameter = SCORECARD_SAVING; parameter <= SCORECARD_WELLBEING; parameter++) {
        put_parameter(writer, card, (enum scorecard_parameter)parameter, &words);
        for (slot = 0; slot < INDICATOR_SLOTS; slot++)
            if (card->indicators[parameter - 1][slot].indicator != NULL)
                put_slot(writer, &card->indicators[parameter - 1][slot], as_of, &words);
    }
    for (item = GATE_LEGAL_BASIS; item <= GATE_ARCHIVE_DUTY; item++)
        put_gate_item(writer, (enum gate_item)item, &card->gate.items[item - 1], &words);
    text_release(&words);
}
