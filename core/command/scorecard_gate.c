/* scorecard gate | gates: whether a robot, or an idea, may start. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/detail.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/store/idea.h"
#include "core/store/scorecard.h"

enum { OF_MAX = 80 };

static int subject_check(const struct json *arguments, bool is_needed, struct fault *fault)
{
    bool has_robot = json_member(arguments, "robot") != NULL;
    bool has_idea = json_member(arguments, "idea") != NULL;

    if ((has_robot && has_idea) || (is_needed && !has_robot && !has_idea))
        return fault_set(fault, -EINVAL, "say whose gate: either ROBOT or --idea ID");
    return 0;
}

static int gate_check(const struct json *arguments, struct fault *fault)
{
    return subject_check(arguments, true, fault);
}

static int gates_check(const struct json *arguments, struct fault *fault)
{
    return subject_check(arguments, false, fault);
}

/* What a red item keeps from happening. */
static const char *const robot_held = "it starts no more until that is green";

static const char *idea_held(const struct idea *idea)
{
    if (idea->status == IDEA_DEVELOPMENT)
        return "it does not go into operation until that is green";
    if (idea->status == IDEA_REJECTED)
        return "it is rejected and stays so";
    return "it does not go into development until that is green";
}

/* Red of what is in operation would hold nothing: runs are its robot's, which has a gate of its own. */
static int refuse_in_operation(const struct command_call *call, const struct idea *idea,
                               struct fault *fault)
{
    const char *slug = "ROBOT";
    struct robot_list robots = {0};
    const struct robot *robot;
    int result;

    if (idea->status != IDEA_OPERATION || strcmp(argument_text(call, "state", ""), "red") != 0)
        return 0;
    result = robot_list_read(call->store, &robots, fault);
    robot = result == 0 ? robot_list_find_id(&robots, idea->robot_id) : NULL;
    if (robot != NULL)
        slug = robot->slug;
    if (result == 0)
        result = fault_set(fault, -EPERM,
                           "idea %" PRId64 " is in operation; the gate that holds it is its "
                           "robot's: `automagi scorecard gate %s --item %s --state red --note TEXT "
                           "--by NAME`",
                           idea->id, slug, argument_text(call, "item", ""));
    robot_list_release(&robots);
    return result;
}

/* The robot or idea of the arguments, both 0 when neither is given, and what red would keep from happening, a literal.
 * Sets the call's subject. */
static int call_gate_subject(struct command_call *call, struct gate_subject *ret_subject,
                             const char **ret_held, struct fault *fault)
{
    int64_t idea_id = argument_number(call, "idea", 0);
    struct idea_list ideas = {.count = 0};
    const struct idea *idea = NULL;
    int result = call_robot_id(call, "robot", &ret_subject->robot_id, fault);

    *ret_held = robot_held;
    if (idea_id == 0) {
        (void)snprintf(call->subject, sizeof call->subject, "%s", argument_text(call, "robot", ""));
        return result;
    }
    (void)snprintf(call->subject, sizeof call->subject, "idea %" PRId64, idea_id);
    result = idea_list_read(call->store, &ideas, fault);
    if (result == 0)
        idea = idea_list_find(&ideas, idea_id);
    if (idea != NULL) {
        *ret_held = idea_held(idea);
        result = refuse_in_operation(call, idea, fault);
    } else if (result == 0) {
        result = fault_set(fault, -ENOENT,
                           "there is no idea %" PRId64 "; `automagi backlog list` shows those "
                           "there are",
                           idea_id);
    }
    ret_subject->idea_id = idea_id;
    idea_list_release(&ideas);
    return result;
}

/* ---- scorecard gate ---- */

static enum gate_state call_gate_state(const struct command_call *call)
{
    const char *word = argument_text(call, "state", "");
    enum gate_state state = GATE_GREEN;

    while (state < GATE_NOT_RELEVANT && strcmp(gate_state_word(state), word) != 0)
        state++;
    return state;
}

static void answer_gate(struct command_call *call, const struct gate_change *change,
                        const struct gate *gate, const char *held)
{
    enum gate_item red = gate_red(gate);

    if (change->state == GATE_RED)
        result_only_message(call, "%s: %s is red; %s: %s", call->subject,
                            gate_item_word(change->item), held, change->note);
    else if (red != 0)
        result_only_message(call, "%s: %s is %s; its gate stays red: %s, %s", call->subject,
                            gate_item_word(change->item), gate_state_word(change->state),
                            gate_item_word(red), gate->items[red - 1].note);
    else
        result_only_message(call, "%s: %s is %s; nothing in its gate is red", call->subject,
                            gate_item_word(change->item), gate_state_word(change->state));
}

static int scorecard_gate_apply(struct command_call *call, struct fault *fault)
{
    struct gate_change change = {.item = gate_item_of(argument_text(call, "item", "")),
                                 .state = call_gate_state(call),
                                 .note = argument_text(call, "note", ""),
                                 .by_whom = call->by,
                                 .now_ms = call->now_ms};
    struct gate gate = {.items = {{.at_ms = 0}}};
    const char *held = NULL;
    int result = call_gate_subject(call, &change.subject, &held, fault);

    if (result == 0)
        result = gate_read(call->store, &change.subject, INT64_MAX, &gate, fault);
    if (result == 0) {
        detail_text(call, "before", gate_state_word(gate.items[change.item - 1].state));
        gate_release(&gate);
        result = gate_set(call->store, &change, fault);
    }
    if (result == 0)
        result = gate_read(call->store, &change.subject, INT64_MAX, &gate, fault);
    if (result == 0) {
        call->effects.robots_changed = change.subject.robot_id != 0;
        answer_gate(call, &change, &gate, held);
    }
    gate_release(&gate);
    return result;
}

#define OF_ROBOT                                                                                   \
    {                                                                                              \
        .name = "robot", .kind = ARGUMENT_ROBOT, .is_positional = true, .value = "ROBOT",          \
        .help = "whose gate"                                                                       \
    }
#define OF_IDEA                                                                                    \
    {                                                                                              \
        .name = "idea", .kind = ARGUMENT_NUMBER, .value = "ID",                                    \
        .help = "or the idea's number in `backlog list`", .least = 1, .most = INT64_MAX,           \
        .source = SOURCE_IDEA                                                                      \
    }

static const struct argument gate_arguments[] = {
    OF_ROBOT,
    OF_IDEA,
    {.name = "item",
     .kind = ARGUMENT_CHOICE,
     .is_required = true,
     .choices = "legal-basis|dpia|automated-decision|processing-agreement|supplier-consent|"
                "archive-duty",
     .value = "ITEM",
     .help = "what was looked at"},
    {.name = "state",
     .kind = ARGUMENT_CHOICE,
     .is_required = true,
     .choices = "green|red|not-relevant",
     .value = "STATE",
     .help = "red: it is not in order, and the robot does not start"},
    {.name = "note",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "where it is found, or what is missing; green and red need it",
     .most = REASON_MAX},
    BY_ARGUMENT("who says so"),
    ARGUMENTS_END,
};

const struct command command_scorecard_gate = {
    .name = "scorecard gate",
    .summary =
        "say whether an item of the gate (DPIA, consent, ...) is in order; red blocks the start",
    .help =
        "The gate is what must be in order before a robot starts, six items; it stands beside the\n"
        "points. A robot with a red item does not start: its schedule is skipped, `automagi run` "
        "of\n"
        "it is refused, runs asked for before wait, and `automagi why ROBOT` says so. An idea "
        "with\n"
        "a red item goes neither into development nor into operation; of one in operation it is\n"
        "its robot's gate that counts.\n"
        "Automated decisions (GDPR art. 22): a robot that decides about a person proposes, a\n"
        "person approves. An item that nobody has looked at is open and blocks nothing. Earlier\n"
        "answers are kept.\n"
        "\n"
        "  automagi scorecard gate franco-fakturatjek-momentum --item dpia --state red \\\n"
        "      --note \"the risk of wrong case numbers is not described\" --by NAME\n"
        "  automagi scorecard gate --idea 4 --item supplier-consent --state green \\\n"
        "      --note \"letter of 2026-09-01, case 26/1234\" --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = gate_arguments,
    .check = gate_check,
    .preview = scorecard_gate_preview,
    .apply = scorecard_gate_apply,
};

/* ---- scorecard gates ---- */

static void put_entry(struct row_list *rows, const char *of, enum gate_item item,
                      const struct gate_entry *entry)
{
    struct json_writer *writer = rows_next(rows);

    if (writer == NULL)
        return;
    json_begin_object(writer);
    result_text(writer, "of", of);
    result_text(writer, "item", gate_item_word(item));
    result_text(writer, "state", gate_state_word(entry->state));
    result_text(writer, "by", entry->by_whom);
    result_instant(writer, "at", entry->at_ms);
    result_text_or_null(writer, "note", entry->note != NULL ? entry->note : "");
    json_end_object(writer);
}

/* The whole gate, or what is red in it. */
static int put_gate(struct row_list *rows, const struct gate_subject *subject, const char *of,
                    bool is_red_only, struct fault *fault)
{
    struct gate gate = {.items = {{.at_ms = 0}}};
    int item;
    int result = gate_read(rows->call->store, subject, INT64_MAX, &gate, fault);

    for (item = GATE_LEGAL_BASIS; item <= GATE_ARCHIVE_DUTY && result == 0; item++)
        if (!is_red_only || gate.items[item - 1].state == GATE_RED)
            put_entry(rows, of, (enum gate_item)item, &gate.items[item - 1]);
    gate_release(&gate);
    return result;
}

static int put_red(struct row_list *rows, struct fault *fault)
{
    struct robot_list robots = {0};
    struct idea_list ideas = {.count = 0};
    char of[OF_MAX];
    size_t i;
    int result = robot_list_read(rows->call->store, &robots, fault);

    if (result == 0)
        result = idea_list_read(rows->call->store, &ideas, fault);
    for (i = 0; i < robots.count && result == 0; i++)
        result = put_gate(rows, &(struct gate_subject){.robot_id = robots.robots[i].id},
                          robots.robots[i].slug, true, fault);
    for (i = 0; i < ideas.count && result == 0; i++) {
        (void)snprintf(of, sizeof of, "idea %" PRId64, ideas.ideas[i].id);
        result =
            put_gate(rows, &(struct gate_subject){.idea_id = ideas.ideas[i].id}, of, true, fault);
    }
    idea_list_release(&ideas);
    robot_list_release(&robots);
    return result;
}

static int scorecard_gates_apply(struct command_call *call, struct fault *fault)
{
    struct gate_subject subject = {.robot_id = 0};
    const char *held = NULL;
    struct row_list rows;
    int result = call_gate_subject(call, &subject, &held, fault);

    if (result < 0)
        return result;
    (void)rows_begin(&rows, call, LIMIT_MOST);
    if (subject.robot_id == 0 && subject.idea_id == 0)
        result = put_red(&rows, fault);
    else
        result = put_gate(&rows, &subject, call->subject, false, fault);
    rows_end(&rows);
    return result;
}

static const struct argument gates_arguments[] = {OF_ROBOT, OF_IDEA, ARGUMENTS_END};

static const struct column gates_columns[] = {
    {.member = "of", .heading = "of"},
    {.member = "item", .heading = "item"},
    {.member = "state", .heading = "state", .is_state = true},
    {.member = "by", .heading = "by"},
    {.member = "at", .heading = "at"},
    {.member = "note", .heading = "note", .wraps = true},
    COLUMNS_END,
};

const struct command command_scorecard_gates = {
    .name = "scorecard gates",
    .summary = "the gate of a robot or an idea, item by item; without one, what is red anywhere",
    .help = "  automagi scorecard gates franco-fakturatjek-momentum\n"
            "  automagi scorecard gates --idea 4",
    .kind = COMMAND_READS,
    .arguments = gates_arguments,
    .columns = gates_columns,
    .empty = "no gate is red",
    .check = gates_check,
    .apply = scorecard_gates_apply,
};
