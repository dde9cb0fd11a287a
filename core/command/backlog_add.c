/* backlog add | change: what an idea is. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/backlog_idea.h"
#include "core/command/money.h"
#include "core/store/idea.h"

/* Bytes of one of the three sentences: together they are a description. */
enum { SENTENCE_MAX = 330 };

/* What is done today, what is cumbersome, what would be better. */
static const char *const sentences[] = {"today", "trouble", "wish"};
enum { SENTENCES = sizeof sentences / sizeof sentences[0] };

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

static int change_check(const struct json *arguments, struct fault *fault)
{
    int result = idea_texts_check(arguments, fault);

    return result == 0 ? hours_check(arguments, fault) : result;
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

/* The three sentences one after the other, each with an end. */
static void put_sentences(const struct json *arguments, struct text *target)
{
    size_t i;

    for (i = 0; i < SENTENCES; i++) {
        const char *sentence = json_string(json_member(arguments, sentences[i]));
        size_t length = sentence != NULL ? strlen(sentence) : 0;

        while (length > 0 && sentence[length - 1] == ' ')
            length--;
        if (length == 0)
            continue;
        if (target->length > 0)
            text_append_char(target, ' ');
        text_append(target, sentence, length);
        if (strchr(".!?", sentence[length - 1]) == NULL)
            text_append_char(target, '.');
    }
}

/* Two sentences that hold none may be one when they stand behind each other. */
static int check_sentences(const struct json *arguments, struct fault *fault)
{
    struct text described;
    int result = 0;

    text_init(&described, REASON_MAX);
    put_sentences(arguments, &described);
    if (cpr_is_in(text_string(&described), described.length))
        result = fault_set(fault, -EINVAL,
                           "the three sentences behind each other hold what reads like a CPR "
                           "number; write them without");
    text_release(&described);
    return result;
}

static int add_check(const struct json *arguments, struct fault *fault)
{
    int result = change_check(arguments, fault);
    size_t i;

    for (i = 0; i < SENTENCES && result == 0; i++)
        if (json_member(arguments, sentences[i]) != NULL &&
            json_member(arguments, "description") != NULL)
            return fault_set(fault, -EINVAL,
                             "--%s and --description say the same; give one of them", sentences[i]);
    return result == 0 ? check_sentences(arguments, fault) : result;
}

static int backlog_add_apply(struct command_call *call, struct fault *fault)
{
    struct idea idea = {.status = IDEA_WISH,
                        .owner = "",
                        .description = "",
                        .hours = IDEA_UNKNOWN,
                        .go_live_day = IDEA_NO_DAY,
                        .priority = IDEA_UNKNOWN};
    struct text described;
    int64_t id = 0;
    int result = take_arguments(call, &idea, fault);

    text_init(&described, REASON_MAX);
    put_sentences(call->arguments, &described);
    if (described.length > 0)
        idea.description = text_string(&described);
    if (result == 0)
        result = idea_put(call->store, &idea, call->now_ms, &id, fault);
    text_release(&described);
    if (result < 0)
        return result;
    (void)snprintf(call->subject, sizeof call->subject, "idea %" PRId64, id);
    result_only_message(call,
                        "idea %" PRId64 " is on the backlog as a wish; the head of department "
                        "approves it with `automagi backlog approve %" PRId64 " --by NAME`, and "
                        "`automagi backlog score %" PRId64 "` gives it its place",
                        id, id, id);
    return 0;
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
         .help = "what it is about, in one text",                                                  \
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
     .most = IDEA_TITLE_MAX},
    {.name = "sender",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "NAME",
     .help = "who had the idea, and is answered",
     .most = BY_MAX},
    {.name = "today",
     .kind = ARGUMENT_TEXT,
     .value = "SENTENCE",
     .help = "what is done today, by whom and how often",
     .most = SENTENCE_MAX},
    {.name = "trouble",
     .kind = ARGUMENT_TEXT,
     .value = "SENTENCE",
     .help = "what is cumbersome about it",
     .most = SENTENCE_MAX},
    {.name = "wish",
     .kind = ARGUMENT_TEXT,
     .value = "SENTENCE",
     .help = "what would be better",
     .most = SENTENCE_MAX},
    IDEA_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_backlog_add = {
    .name = "backlog add",
    .summary = "an idea for a robot: a title, a sender and three sentences are enough",
    .help =
        "Say in a sentence each what is done today, what is cumbersome about it and what would be\n"
        "better. No kroner are asked for, and no hours: they can come later, from others. It "
        "begins\n"
        "as a wish, and whoever sent it is answered (`automagi backlog answer`).\n"
        "\n"
        "  automagi backlog add \"Letters of withdrawal\" --sender NAME --department ds \\\n"
        "      --today \"We write to every parent whose child leaves, some forty a month\" \\\n"
        "      --trouble \"Each letter is copied from two systems by hand\" \\\n"
        "      --wish \"That the letter lies ready when the child is signed off\"\n"
        "\n"
        "`automagi gap` counts with ideas that say their hours a year: --hours 120 --go-live\n"
        "2027-03-01.",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .check = add_check,
    .apply = backlog_add_apply,
};

static const struct argument change_arguments[] = {
    IDEA_ID,
    {.name = "title",
     .kind = ARGUMENT_TEXT,
     .value = "TITLE",
     .help = "another title",
     .most = IDEA_TITLE_MAX},
    IDEA_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_backlog_change = {
    .name = "backlog change",
    .summary = "change what is known of an idea: hours, date, owner, priority",
    .kind = COMMAND_CHANGES,
    .help = "Of an approved idea title, description and department stay as they were approved;\n"
            "`automagi backlog move ID --status wish --reason TEXT --by NAME` takes it back.",
    .arguments = change_arguments,
    .check = change_check,
    .apply = backlog_change_apply,
};
