/* scorecard: five benefits side by side, of all robots or of one; never one figure alone. */
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/money.h"
#include "core/command/nouns.h"
#include "core/command/scorecard_shown.h"

enum { WORDS_MAX = 4096 };

/* ---- all robots ---- */

/* Its points are of nothing, however many months it was in operation. */
static bool has_no_tasks(const struct scorecard *card)
{
    return card->months > 0 && card->tasks == 0 && card->uncounted_tasks == 0;
}

/* "quality worsened, overdue for review; gate red: dpia". */
static void say_marks(struct text *words, const struct scorecard *card)
{
    const char *between = "";
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        const struct score *score = &card->scores[i];

        if (!score->is_worsened && !score->is_overdue && !score->is_capped && !score->is_unapproved)
            continue;
        text_printf(words, "%s%s ", between,
                    scorecard_parameter_word((enum scorecard_parameter)(i + 1)));
        score_add_marks(words, score);
        between = "; ";
    }
    if (has_no_tasks(card)) {
        text_printf(words, "%sno task recorded in these months", between);
        between = "; ";
    }
    if (card->months > 0 && !card->is_signed) {
        text_printf(words, "%sno estimate is signed", between);
        between = "; ";
    }
    if (gate_red(&card->gate) != 0) {
        text_printf(words, "%sgate ", between);
        gate_add_words(words, &card->gate);
    }
}

static void put_robot(struct json_writer *writer, const struct scorecard *card)
{
    char confidence[2] = {card->confidence != ' ' ? card->confidence : '\0', '\0'};
    struct text words;

    text_init(&words, WORDS_MAX);
    json_begin_object(writer);
    result_text(writer, "what", "robot");
    result_text(writer, "id", card->robot->slug);
    result_text(writer, "name", card->robot->name);
    result_int(writer, "months", card->months);
    result_text_or_null(writer, "confidence", confidence);
    scorecard_put_scores(writer, card->scores);
    result_amount(writer, "kroner_per_year", card->saving_ore);
    result_amount(writer, "hours_per_year", card->hundredths_of_hours);
    result_bool(writer, "signed", card->is_signed);
    result_text(writer, "gate", gate_word(&card->gate));
    say_marks(&words, card);
    result_text_or_null(writer, "words", text_string(&words));
    json_end_object(writer);
    text_release(&words);
}

static void begin_answer(struct json_writer *writer, int32_t as_of)
{
    json_begin_object(writer);
    result_day(writer, "as_of", as_of);
}

static void begin_message(struct text *message, const char *name, int32_t as_of)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(as_of, day);
    text_init(message, WORDS_MAX);
    text_printf(message, "%s, as of %s", name, day);
}

static void end_answer(struct json_writer *writer, struct text *message)
{
    result_text(writer, "message", text_string(message));
    json_end_object(writer);
    text_release(message);
}

static void say_all(struct text *message, const struct scorecard_list *list)
{
    size_t overdue = 0;
    size_t i;
    int j;

    text_append_string(message, ": 0 to 5 points of each; - nobody knows yet, n/a not relevant "
                                "(neither is 0), \xe2\x96\x92 overdue for review");
    for (i = 0; i < list->count; i++)
        for (j = 0; j < SCORECARD_PARAMETERS; j++)
            overdue += list->cards[i].scores[j].is_overdue;
    if (overdue > 0)
        text_printf(message, "; %zu score%s overdue", overdue, overdue == 1 ? " is" : "s are");
    if (list->indicators.count == 0)
        text_append_string(message, "; quality, service and well-being have no indicator yet: "
                                    "`automagi scorecard set --help`");
}

static void put_all(struct json_writer *writer, const struct scorecard_list *list)
{
    struct text message;
    size_t i;

    begin_answer(writer, list->as_of);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < list->count; i++)
        put_robot(writer, &list->cards[i]);
    json_end_array(writer);
    if (list->count == 0) { /* the table says what to do */
        json_end_object(writer);
        return;
    }
    begin_message(&message, "scorecards", list->as_of);
    say_all(&message, list);
    end_answer(writer, &message);
}

/* ---- one ---- */

static void say_one(struct text *message, const struct scorecard *card)
{
    text_append_string(message, ": ");
    scorecard_say_months(message, card);
    if (has_no_tasks(card))
        text_append_string(message, ", in which no task is recorded");
    text_append_string(message, "; gate ");
    gate_add_words(message, &card->gate);
    text_printf(message, "; `automagi scorecard history %s` shows how it came", card->robot->slug);
}

static void put_one(struct json_writer *writer, const struct scorecard *card, int32_t as_of)
{
    struct text message;

    begin_answer(writer, as_of);
    json_key(writer, "robot");
    put_robot(writer, card);
    if (card->live_day != INT32_MIN) {
        result_day(writer, "live", card->live_day);
        result_day(writer, "held_on", card->held_day);
    }
    if (card->idea != NULL)
        result_int(writer, "idea", card->idea->id);
    json_key(writer, "rows");
    json_begin_array(writer);
    scorecard_put_card(writer, card, as_of);
    json_end_array(writer);
    begin_message(&message, card->robot->name, as_of);
    say_one(&message, card);
    end_answer(writer, &message);
}

static int scorecard_apply(struct command_call *call, struct fault *fault)
{
    struct scorecard_list list = {.count = 0};
    int64_t robot_id = 0;
    int32_t as_of;
    int result = call_as_of(call, &as_of, fault);

    if (result == 0)
        result = call_robot_id(call, "robot", &robot_id, fault);
    if (result < 0)
        return result;
    result = scorecard_list_read(call->store, robot_id, as_of, &list, fault);
    if (result < 0)
        return result;
    if (robot_id != 0)
        put_one(call->result, &list.cards[0], as_of);
    else
        put_all(call->result, &list);
    scorecard_list_release(&list);
    return 0;
}

static const struct argument arguments[] = {
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .is_positional = true,
     .value = "ROBOT",
     .help = "where each point of this robot comes from"},
    AS_OF_ARGUMENT,
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "what", .heading = "what", .is_csv_only = true},
    {.member = "id", .heading = "id", .most = 24},
    {.member = "name", .heading = "name", .is_csv_only = true},
    {.member = "confidence", .heading = "sure"},
    {.member = "saving_shown", .heading = "saving"},
    {.member = "time_shown", .heading = "time"},
    {.member = "quality_shown", .heading = "quality"},
    {.member = "service_shown", .heading = "service"},
    {.member = "wellbeing_shown", .heading = "well-being"},
    {.member = "points_shown", .heading = "points"},
    {.member = "gate", .heading = "gate", .is_state = true},
    {.member = "saving", .heading = "saving", .is_csv_only = true},
    {.member = "time", .heading = "time", .is_csv_only = true},
    {.member = "quality", .heading = "quality", .is_csv_only = true},
    {.member = "service", .heading = "service", .is_csv_only = true},
    {.member = "wellbeing", .heading = "wellbeing", .is_csv_only = true},
    {.member = "points", .heading = "points", .is_csv_only = true},
    {.member = "months", .heading = "months", .is_csv_only = true},
    {.member = "kroner_per_year", .heading = "kroner a year", .is_csv_only = true},
    {.member = "hours_per_year", .heading = "hours a year", .is_csv_only = true},
    {.member = "words", .heading = "what to know", .wraps = true},
    COLUMNS_END,
};

const struct command command_scorecard = {
    .name = "scorecard",
    .summary =
        "what robots bring, in five benefits side by side; of one robot, where it comes from",
    .help =
        "Points are 0 to 5. There is no total: a leader sees all five. -: nobody knows yet; n/a:\n"
        "not relevant; neither is 0 points.\n"
        "saving: kroner a year that are realised (a budget was cut) or documented as a direct\n"
        "gain, less running cost. Released kroner give no points, and stand beside them.\n"
        "time: hours a year at the signed estimates.\n"
        "Both are made a year's from the complete months in operation among the last 12; sure: A\n"
        "from 6 of them, B from 3, C below. A one-off robot has what it brought, no year.\n"
        "quality, service, well-being: from indicators that people set, each with baseline, "
        "target\n"
        "and actual value: 5 x how much of the way was gone, at most 2 points by judgement (E0), "
        "4\n"
        "by a sample (E1), 5 when measured before and after (E2). Of two it is the mean.\n"
        "Greyed: its review is overdue. Not approved: nobody but who set it has looked at it.\n"
        "gate: red when one of its six items is, which keeps the robot from starting; green when\n"
        "none is and all have been looked at; else open (`automagi scorecard gates ROBOT`).\n"
        "From six months after a robot's first day its scores are held against those its idea\n"
        "expected.\n"
        "`automagi scorecard settings` shows which amounts give how many points.\n"
        "\n"
        "  automagi scorecard\n"
        "  automagi scorecard franco-fakturatjek-momentum --as-of 2026-06-30\n"
        "  automagi scorecard --format json",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "no robots yet; `automagi load` takes them, `automagi robot add` installs one",
    .apply = scorecard_apply,
};
