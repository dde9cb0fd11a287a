#include "core/command/scorecard_shown.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"

enum { MEMBER_MAX = 32 };

int call_as_of(const struct command_call *call, int32_t *ret_day, struct fault *fault)
{
    *ret_day = call_today(call);
    (void)argument_day(call, "as-of", ret_day);
    if (*ret_day > call_today(call))
        return fault_set(fault, -EINVAL,
                         "--as-of lies ahead; a scorecard says what is known, until today");
    return 0;
}

void score_shown(const struct score *score, char target[static SCORE_SHOWN_MAX])
{
    static const char full[] = "█████";
    static const char grey[] = "▒▒▒▒▒";
    static const char rest[] = "·····";
    int points = score->points;

    switch (score->state) {
    case SCORE_OPEN:
        (void)snprintf(target, SCORE_SHOWN_MAX, "-");
        return;
    case SCORE_NOT_RELEVANT:
        (void)snprintf(target, SCORE_SHOWN_MAX, "n/a");
        return;
    case SCORE_GIVEN:
        break;
    }
    (void)snprintf(target, SCORE_SHOWN_MAX, "%d %.*s%.*s", points,
                   points * (int)((sizeof full - 1) / SCORE_MOST), score->is_overdue ? grey : full,
                   (SCORE_MOST - points) * (int)((sizeof rest - 1) / SCORE_MOST), rest);
}

static const char *state_word(enum score_state state)
{
    switch (state) {
    case SCORE_OPEN:
        return "open";
    case SCORE_GIVEN:
        return "given";
    case SCORE_NOT_RELEVANT:
        return "not-relevant";
    }
    return "?";
}

static void put_points(struct json_writer *writer, const char *name, const struct score *score)
{
    if (score->state == SCORE_GIVEN)
        result_int(writer, name, score->points);
    else
        result_text(writer, name, NULL);
}

void score_put(struct json_writer *writer, const struct score *score)
{
    result_text(writer, "state", state_word(score->state));
    put_points(writer, "points", score);
    result_bool(writer, "worsened", score->is_worsened);
    result_bool(writer, "overdue", score->is_overdue);
    result_bool(writer, "capped", score->is_capped);
    result_bool(writer, "approved", !score->is_unapproved);
}

void scorecard_put_scores(struct json_writer *writer, const struct score *scores)
{
    char shown[SCORE_SHOWN_MAX];
    char member[MEMBER_MAX];
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        const char *word = scorecard_parameter_word((enum scorecard_parameter)(i + 1));

        put_points(writer, word, &scores[i]);
        score_shown(&scores[i], shown);
        (void)snprintf(member, sizeof member, "%s_shown", word);
        result_text(writer, member, shown);
    }
    json_key(writer, "scores");
    json_begin_object(writer);
    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        json_key(writer, scorecard_parameter_word((enum scorecard_parameter)(i + 1)));
        json_begin_object(writer);
        score_put(writer, &scores[i]);
        json_end_object(writer);
    }
    json_end_object(writer);
}

void score_add_marks(struct text *words, const struct score *score)
{
    const struct {
        bool is_set;
        const char *mark;
    } marks[] = {
        {score->is_worsened, "worsened"},
        {score->is_overdue, "overdue for review"},
        {score->is_capped, "capped by its evidence"},
        {score->is_unapproved, "not approved"},
    };
    const char *between = "";
    size_t i;

    for (i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (!marks[i].is_set)
            continue;
        text_printf(words, "%s%s", between, marks[i].mark);
        between = ", ";
    }
}

static int count_open(const struct gate *gate)
{
    int count = 0;
    int i;

    for (i = 0; i < GATE_ITEMS; i++)
        count += gate->items[i].state == 0;
    return count;
}

const char *gate_word(const struct gate *gate)
{
    if (gate_red(gate) != 0)
        return "red";
    return count_open(gate) > 0 ? "open" : "green";
}

void gate_add_words(struct text *words, const struct gate *gate)
{
    int open = count_open(gate);
    const char *between = "red: ";
    int i;

    for (i = 0; i < GATE_ITEMS; i++) {
        if (gate->items[i].state != GATE_RED)
            continue;
        text_printf(words, "%s%s", between, gate_item_word((enum gate_item)(i + 1)));
        between = ", ";
    }
    if (open > 0)
        text_printf(words, "%sopen: %d of %d", gate_red(gate) != 0 ? "; " : "", open, GATE_ITEMS);
    else if (gate_red(gate) == 0)
        text_append_string(words, "green");
}
