/* backlog list | add | change | approve | move: ideas for robots. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/command/nouns.h"
#include "core/store/idea.h"
#include "core/store/organisation.h"
#include "scorecards/gap.h"

enum { HOUR_DIGITS = MONEY_DIGITS, TITLE_SHOWN = 44 };

/* Absent: as it was. */
static int call_department(const struct command_call *call, int64_t *ret_id, struct fault *fault)
{
    return argument_text(call, "department", NULL) != NULL
               ? call_department_id(call, "department", true, ret_id, fault)
               : 0;
}

static int hours_check(const struct json *arguments, struct fault *fault)
{
    int64_t hours = 0;
    int result = amount_check(arguments, "hours", IDEA_HOURS_MAX, &hours, fault);

    if (result == 0 && hours < 0)
        result = fault_set(fault, -EINVAL, "--hours: expected 0 hours a year or more");
    return result;
}

/* What is given of an idea takes the place of what it was. */
static int take_arguments(const struct command_call *call, struct idea *idea, struct fault *fault)
{
    int result = call_department(call, &idea->department_id, fault);

    if (argument_text(call, "hours", NULL) != NULL)
        idea->hours = call_amount(call, "hours");
    idea->title = argument_text(call, "title", idea->title);
    idea->sender = argument_text(call, "sender", idea->sender);
    idea->owner = argument_text(call, "owner", idea->owner);
    idea->description = argument_text(call, "description", idea->description);
    idea->priority = argument_number(call, "priority", idea->priority);
    (void)argument_day(call, "go-live", &idea->go_live_day);
    return result;
}

static int backlog_add_apply(struct command_call *call, struct fault *fault)
{
    struct idea idea = {.status = IDEA_WISH,
                        .owner = "",
                        .description = "",
                        .hours = IDEA_UNKNOWN,
                        .go_live_day = IDEA_NO_DAY,
                        .priority = IDEA_UNKNOWN};
    int64_t id = 0;
    int result = take_arguments(call, &idea, fault);

    if (result == 0)
        result = idea_put(call->store, &idea, call->now_ms, &id, fault);
    if (result < 0)
        return result;
    (void)snprintf(call->subject, sizeof call->subject, "idea %" PRId64, id);
    result_only_message(call,
                        "idea %" PRId64 " is on the backlog as a wish; the head of department "
                        "approves it with `automagi backlog approve %" PRId64 " --by NAME`",
                        id, id);
    return 0;
}

/* The idea of the argument, with the list that owns it. */
static int call_idea(struct command_call *call, struct idea_list *ret_list,
                     const struct idea **ret_idea, struct fault *fault)
{
    int64_t id = argument_number(call, "id", 0);
    int result = idea_list_read(call->store, ret_list, fault);

    if (result < 0)
        return result;
    *ret_idea = idea_list_find(ret_list, id);
    (void)snprintf(call->subject, sizeof call->subject, "idea %" PRId64, id);
    if (*ret_idea != NULL)
        return 0;
    return fault_set(fault, -ENOENT,
                     "there is no idea %" PRId64 "; `automagi backlog list` shows those there are",
                     id);
}

static int backlog_change_apply(struct command_call *call, struct fault *fault)
{
    struct idea_list list = {.count = 0};
    const struct idea *found = NULL;
    struct idea idea;
    int64_t id = 0;
    int result = call_idea(call, &list, &found, fault);

    if (result == 0) {
        idea = *found;
        result = take_arguments(call, &idea, fault);
    }
    if (result == 0)
        result = idea_put(call->store, &idea, call->now_ms, &id, fault);
    if (result == 0)
        result_only_message(call, "idea %" PRId64 " is changed: %s", found->id, idea.title);
    idea_list_release(&list);
    return result;
}

static int backlog_approve_apply(struct command_call *call, struct fault *fault)
{
    struct idea_list list = {.count = 0};
    const struct idea *idea = NULL;
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0)
        result = idea_approve(call->store, idea, call->by, call_today(call),
                              argument_text(call, "answer", NULL), call->now_ms, fault);
    if (result == 0)
        result_only_message(call, "idea %" PRId64 " (%s) is approved by %s; development may begin",
                            idea->id, idea->title, call->by);
    idea_list_release(&list);
    return result;
}

static int backlog_move_apply(struct command_call *call, struct fault *fault)
{
    enum idea_status status = idea_status_of(argument_text(call, "status", ""));
    struct idea_list list = {.count = 0};
    const struct idea *idea = NULL;
    struct idea_reply reply = {.answer = argument_text(call, "answer", NULL),
                               .by = call_asker(call),
                               .now_ms = call->now_ms};
    const char *slug = argument_text(call, "robot", NULL);
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0 && slug != NULL)
        result = robot_find(call->store, slug, &reply.robot_id, fault);
    if (result == 0)
        result = idea_move(call->store, idea, status, &reply, fault);
    if (result == 0)
        result_only_message(call, "idea %" PRId64 " (%s) is %s", idea->id, idea->title,
                            idea_status_phrase(status));
    idea_list_release(&list);
    return result;
}

static void put_optional_int(struct json_writer *writer, const char *name, int64_t value)
{
    if (value == IDEA_UNKNOWN)
        result_text(writer, name, NULL);
    else
        result_int(writer, name, value);
}

static void put_numbers(struct json_writer *writer, const struct idea *idea, int64_t ore_per_hour)
{
    if (idea->hours == IDEA_UNKNOWN) {
        result_text(writer, "hours", NULL);
        result_text(writer, "kroner", NULL);
    } else {
        result_decimal(writer, "hours", idea->hours, HOUR_DIGITS);
        result_int(writer, "kroner", gap_kroner_per_year(idea, ore_per_hour));
    }
    if (idea->go_live_day == IDEA_NO_DAY)
        result_text(writer, "go_live", NULL);
    else
        result_day(writer, "go_live", idea->go_live_day);
    put_optional_int(writer, "priority", idea->priority);
}

static void put_idea(struct json_writer *writer, const struct idea *idea,
                     const struct organisation *organisation, int64_t ore_per_hour)
{
    json_begin_object(writer);
    result_int(writer, "id", idea->id);
    result_text(writer, "title", idea->title);
    result_text(writer, "status", idea_status_word(idea->status));
    result_text(writer, "department", money_department_slug(organisation, idea->department_id));
    put_numbers(writer, idea, ore_per_hour);
    result_text(writer, "sender", idea->sender);
    result_text_or_null(writer, "owner", idea->owner);
    result_text_or_null(writer, "description", idea->description);
    result_text_or_null(writer, "approved_by", idea->approved_by);
    if (idea->approved_by != NULL)
        result_day(writer, "approved_on", idea->approved_day);
    else
        result_text(writer, "approved_on", NULL);
    result_text_or_null(writer, "answer", idea->answer);
    json_end_object(writer);
}

static int backlog_list_apply(struct command_call *call, struct fault *fault)
{
    const char *status = argument_text(call, "status", NULL);
    struct organisation organisation = {0};
    struct idea_list list = {.count = 0};
    struct row_list rows;
    int64_t department = -1;
    int64_t ore_per_hour;
    size_t i;
    int result = call_department(call, &department, fault);

    if (result == 0)
        result = organisation_read(call->store, &organisation, fault);
    if (result == 0)
        result = idea_list_read(call->store, &list, fault);
    if (result == 0) {
        ore_per_hour = organisation_rate_on(&organisation, call_today(call));
        (void)rows_begin(&rows, call, LIMIT_MOST);
        for (i = 0; i < list.count; i++) {
            if ((status != NULL && strcmp(status, idea_status_word(list.ideas[i].status)) != 0) ||
                (department >= 0 && list.ideas[i].department_id != department))
                continue;
            if (rows_next(&rows) == NULL)
                break;
            put_idea(call->result, &list.ideas[i], &organisation, ore_per_hour);
        }
        rows_end(&rows);
    }
    idea_list_release(&list);
    organisation_release(&organisation);
    return result;
}

/* What an idea is made of; the title stands before them. */
#define IDEA_ARGUMENTS                                                                             \
    {.name = "department",                                                                         \
     .kind = ARGUMENT_TEXT,                                                                        \
     .value = "DEPARTMENT",                                                                        \
     .help = "whose target it would help; tvaergaaende: of no single one",                         \
     .source = SOURCE_DEPARTMENT},                                                                 \
        {.name = "description",                                                                    \
         .kind = ARGUMENT_TEXT,                                                                    \
         .value = "TEXT",                                                                          \
         .help = "what it is about; three sentences are enough",                                   \
         .most = REASON_MAX},                                                                      \
        {.name = "owner",                                                                          \
         .kind = ARGUMENT_TEXT,                                                                    \
         .value = "NAME",                                                                          \
         .help = "the process owner",                                                              \
         .most = BY_MAX},                                                                          \
        {.name = "hours",                                                                          \
         .kind = ARGUMENT_DECIMAL,                                                                 \
         .value = "N",                                                                             \
         .help = "hours a year it is expected to save"},                                           \
        {.name = "go-live",                                                                        \
         .kind = ARGUMENT_DAY,                                                                     \
         .value = "DATE",                                                                          \
         .help = "from when it would run"},                                                        \
    {                                                                                              \
        .name = "priority", .kind = ARGUMENT_NUMBER, .value = "N",                                 \
        .help = "the department's own order, 1 first", .least = 1, .most = 1000000                 \
    }

static const struct argument add_arguments[] = {
    {.name = "title",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "TITLE",
     .help = "what the robot would do, in a few words",
     .most = 200},
    {.name = "sender",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "NAME",
     .help = "who had the idea, and is answered",
     .most = BY_MAX},
    IDEA_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_backlog_add = {
    .name = "backlog add",
    .summary = "an idea for a robot; a title and a sender are enough",
    .help = "It begins as a wish. `automagi gap` counts with ideas that say their hours a year.\n"
            "\n"
            "  automagi backlog add \"Letters of withdrawal\" --department ds --sender NAME \\\n"
            "      --hours 120 --go-live 2027-03-01 --priority 1",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .check = hours_check,
    .apply = backlog_add_apply,
};

#define IDEA_ID                                                                                    \
    {                                                                                              \
        .name = "id", .kind = ARGUMENT_NUMBER, .is_positional = true, .is_required = true,         \
        .value = "ID", .help = "the idea's number in `backlog list`", .least = 1,                  \
        .most = INT64_MAX, .source = SOURCE_IDEA                                                   \
    }
#define IDEA_ANSWER                                                                                \
    {                                                                                              \
        .name = "answer", .kind = ARGUMENT_TEXT, .value = "TEXT",                                  \
        .help = "what the sender is told", .most = REASON_MAX                                      \
    }

static const struct argument change_arguments[] = {
    IDEA_ID,
    {.name = "title",
     .kind = ARGUMENT_TEXT,
     .value = "TITLE",
     .help = "another title",
     .most = 200},
    IDEA_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_backlog_change = {
    .name = "backlog change",
    .summary = "change what is known of an idea: hours, date, owner, priority",
    .kind = COMMAND_CHANGES,
    .help = "Of an approved idea title, description and department stay as they were approved;\n"
            "`automagi backlog move ID --status wish` takes the approval back.",
    .arguments = change_arguments,
    .check = hours_check,
    .apply = backlog_change_apply,
};

static const struct argument approve_arguments[] = {
    IDEA_ID,
    BY_ARGUMENT("the head of department; not who sent or owns the idea"),
    IDEA_ANSWER,
    ARGUMENTS_END,
};

const struct command command_backlog_approve = {
    .name = "backlog approve",
    .summary = "the head of department approves a wish; only then may development begin",
    .kind = COMMAND_CHANGES,
    .arguments = approve_arguments,
    .apply = backlog_approve_apply,
};

static const struct argument move_arguments[] = {
    IDEA_ID,
    {.name = "status",
     .kind = ARGUMENT_CHOICE,
     .is_required = true,
     .choices = "wish|approved|development|operation|rejected",
     .value = "STATUS",
     .help = "what it is from now on; a rejection needs an --answer"},
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .value = "ROBOT",
     .help = "the robot that came of it"},
    IDEA_ANSWER,
    ARGUMENTS_END,
};

const struct command command_backlog_move = {
    .name = "backlog move",
    .summary = "an idea's status: in development, in operation, rejected",
    .help = "  automagi backlog move 1 --status development\n"
            "  automagi backlog move 1 --status operation --robot mona-mangelliste\n"
            "  automagi backlog move 1 --status rejected --answer \"the form is changed instead\"",
    .kind = COMMAND_CHANGES,
    .arguments = move_arguments,
    .apply = backlog_move_apply,
};

static const struct argument list_arguments[] = {
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "only its ideas",
     .source = SOURCE_DEPARTMENT},
    {.name = "status",
     .kind = ARGUMENT_CHOICE,
     .choices = "wish|approved|development|operation|rejected",
     .value = "STATUS",
     .help = "only ideas of that status"},
    ARGUMENTS_END,
};

static const struct column list_columns[] = {
    {.member = "id", .heading = "id", .is_right = true},
    {.member = "title", .heading = "title", .most = TITLE_SHOWN},
    {.member = "status", .heading = "status", .is_state = true},
    {.member = "department", .heading = "department"},
    {.member = "hours", .heading = "hours/year", .is_right = true},
    {.member = "kroner", .heading = "kroner/year", .is_right = true},
    {.member = "go_live", .heading = "go-live"},
    {.member = "priority", .heading = "priority", .is_right = true},
    {.member = "sender", .heading = "sender"},
    {.member = "approved_by", .heading = "approved by"},
    COLUMNS_END,
};

const struct command command_backlog_list = {
    .name = "backlog list",
    .summary = "ideas for robots, by department and its own priority",
    .help =
        "kroner a year = expected hours x today's rate. `automagi gap` says which of them would\n"
        "bring a department to its target.",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "no ideas yet; `automagi backlog add` takes the first",
    .apply = backlog_list_apply,
};
