/* backlog show: everything that is known of one idea. */
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/backlog_idea.h"
#include "core/store/robot.h"
#include "scorecards/priority.h"

static const char *state_words(enum score_state state)
{
    switch (state) {
    case SCORE_OPEN:
        return "not said";
    case SCORE_GIVEN:
        return "expected";
    case SCORE_NOT_RELEVANT:
        return "not relevant";
    }
    return "?";
}

static void put_expected(struct json_writer *writer, const struct idea_scores *scores)
{
    int i;

    json_key(writer, "expected");
    json_begin_array(writer);
    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        struct expected_score expected = {.state = SCORE_OPEN};

        if (scores != NULL)
            expected = scores->expected[i];
        json_begin_object(writer);
        result_text(writer, "of", scorecard_parameter_word((enum scorecard_parameter)(i + 1)));
        result_text(writer, "how", state_words(expected.state));
        if (expected.state == SCORE_GIVEN) {
            result_int(writer, "low", expected.low);
            result_int(writer, "likely", expected.likely);
            result_int(writer, "high", expected.high);
        } else {
            result_text(writer, "low", NULL);
            result_text(writer, "likely", NULL);
            result_text(writer, "high", NULL);
        }
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_said(struct json_writer *writer, const char *name, int number)
{
    if (number < 0)
        result_text(writer, name, NULL);
    else
        result_int(writer, name, number);
}

static void put_ease(struct json_writer *writer, const struct idea_scores *scores)
{
    int i;

    json_key(writer, "ease_parts");
    json_begin_object(writer);
    for (i = 0; i < EASES; i++)
        put_said(writer, ease_word((enum ease)(i + 1)), scores != NULL ? scores->ease[i] : -1);
    put_said(writer, "systems", scores != NULL ? scores->systems : -1);
    json_end_object(writer);
    result_text(writer, "scored_by", scores != NULL ? scores->by_whom : NULL);
    result_instant(writer, "scored", scores != NULL ? scores->at_ms : 0);
}

static int put_gate(struct command_call *call, const struct idea *idea, struct fault *fault)
{
    struct gate_subject subject = {.idea_id = idea->id};
    struct json_writer *writer = call->result;
    struct gate gate = {.items[0].note = NULL};
    int result = gate_read(call->store, &subject, INT64_MAX, &gate, fault);
    int i;

    json_key(writer, "gate");
    json_begin_array(writer);
    for (i = 0; i < GATE_ITEMS && result == 0; i++) {
        const struct gate_entry *entry = &gate.items[i];

        json_begin_object(writer);
        result_text(writer, "item", gate_item_word((enum gate_item)(i + 1)));
        result_text(writer, "state", gate_state_word(entry->state));
        result_text_or_null(writer, "note", entry->note);
        result_text(writer, "by", entry->by_whom);
        result_instant(writer, "at", entry->at_ms);
        json_end_object(writer);
    }
    json_end_array(writer);
    gate_release(&gate);
    return result;
}

static int put_robot(struct command_call *call, const struct idea *idea, struct fault *fault)
{
    struct robot_list robots = {0};
    const struct robot *robot = NULL;
    int result = 0;

    if (idea->robot_id != 0)
        result = robot_list_read(call->store, &robots, fault);
    if (result == 0)
        robot = robot_list_find_id(&robots, idea->robot_id);
    result_text(call->result, "robot", robot != NULL ? robot->slug : NULL);
    robot_list_release(&robots);
    return result;
}

static int put_idea(struct command_call *call, const struct ranking *ranking,
                    const struct ranked_idea *ranked, struct fault *fault)
{
    struct json_writer *writer = call->result;
    const struct idea *idea = ranked->idea;
    int result;

    json_begin_object(writer);
    put_idea_members(writer, ranking, ranked);
    result_int(writer, "ranked_ideas", (int64_t)ranking->ranked_count);
    put_expected(writer, ranked->scores);
    put_ease(writer, ranked->scores);
    result_text(writer, "answered_by", idea->answered_by);
    result_instant(writer, "answered", idea->answered_ms);
    result = put_robot(call, idea, fault);
    if (result == 0)
        result = put_gate(call, idea, fault);
    result_instant(writer, "made", idea->made_ms);
    result_instant(writer, "last_changed", idea->changed_ms);
    json_end_object(writer);
    return result;
}

static int backlog_show_apply(struct command_call *call, struct fault *fault)
{
    struct ranking ranking = {.count = 0};
    struct idea_list list = {.count = 0};
    const struct idea *idea = NULL;
    size_t i;
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0)
        result = call_ranking(call, &ranking, fault);
    for (i = 0; i < ranking.count && result == 0; i++)
        if (ranking.ideas[i].idea->id == idea->id)
            result = put_idea(call, &ranking, &ranking.ideas[i], fault);
    ranking_release(&ranking);
    idea_list_release(&list);
    return result;
}

static const struct argument arguments[] = {
    IDEA_ID,
    ARGUMENTS_END,
};

/* As `backlog list` heads them. */
static const struct column labels[] = {
    {.member = "score", .heading = "priority"},
    {.member = "priority", .heading = "own order"},
    COLUMNS_END,
};

const struct command command_backlog_show = {
    .name = "backlog show",
    .summary = "everything of one idea: scores, approval, gate, answer, what became of it",
    .help =
        "priority is what ranks (`automagi backlog list --help`), and own order the department's;\n"
        "--format json and csv have them as \"score\" and \"priority\". What nobody has said is\n"
        "empty, which is not 0.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .labels = labels,
    .apply = backlog_show_apply,
};
