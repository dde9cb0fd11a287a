/* estimate history: every version, who answers for it, and who contests it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/estimate_version.h"
#include "core/command/nouns.h"
#include "core/command/robot_show.h"
#include "core/store/dispute.h"
#include "core/store/signed_document.h"
#include "scorecards/agreement.h"

enum { DISPUTES_TEXT = 64 };

/* Disputes of one version. */
struct disputed {
    unsigned open, answered;
};

struct history {
    struct command_call *call;
    const struct robot *robot;
    struct disputed *disputed; /* per version of the robot's */
};

static int count_dispute(const struct dispute *dispute, void *context)
{
    struct history *history = context;
    size_t i;

    for (i = 0; i < history->robot->estimate_count; i++) {
        if (history->robot->estimates[i].id != dispute->estimate_id)
            continue;
        if (dispute->answer == NULL)
            history->disputed[i].open++;
        else
            history->disputed[i].answered++;
    }
    return 0;
}

static int put_dispute(const struct dispute *dispute, void *context)
{
    const struct history *history = context;
    struct json_writer *writer = history->call->result;

    json_begin_object(writer);
    result_int(writer, "version", dispute->estimate_id);
    put_dispute_members(writer, dispute);
    json_end_object(writer);
    return 0;
}

static void put_disputed(struct json_writer *writer, const struct disputed *disputed)
{
    char text[DISPUTES_TEXT] = "";

    if (disputed->open > 0 && disputed->answered > 0)
        (void)snprintf(text, sizeof(text), "%u open, %u answered", disputed->open,
                       disputed->answered);
    else if (disputed->open > 0)
        (void)snprintf(text, sizeof(text), "%u open", disputed->open);
    else if (disputed->answered > 0)
        (void)snprintf(text, sizeof(text), "%u answered", disputed->answered);
    result_text_or_null(writer, "disputes", text);
}

static int put_version(struct history *history, size_t index, struct fault *fault)
{
    const struct estimate *estimate = &history->robot->estimates[index];
    struct json_writer *writer = history->call->result;
    char title[AGREEMENT_TITLE_MAX];
    int64_t document = 0;
    int result;

    agreement_title(history->robot, estimate, title);
    result = signed_document_find(history->call->store, DOCUMENT_AGREEMENT, history->robot->slug,
                                  title, &document, fault);
    if (result < 0)
        return result;
    json_begin_object(writer);
    result_int(writer, "version", estimate->id);
    put_estimate_members(writer, estimate);
    put_disputed(writer, &history->disputed[index]);
    json_key(writer, "document");
    if (document != 0)
        json_put_int(writer, document);
    else
        json_put_null(writer);
    json_end_object(writer);
    return 0;
}

static int put_history(struct history *history, struct fault *fault)
{
    struct dispute_filter filter = {.robot_id = history->robot->id};
    struct command_call *call = history->call;
    size_t i;
    int result = dispute_each(call->store, &filter, count_dispute, history, fault);

    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    for (i = 0; i < history->robot->estimate_count && result == 0; i++)
        result = put_version(history, i, fault);
    json_end_array(call->result);
    json_key(call->result, "disputes");
    json_begin_array(call->result);
    if (result == 0)
        result = dispute_each(call->store, &filter, put_dispute, history, fault);
    json_end_array(call->result);
    json_end_object(call->result);
    return result;
}

static int estimate_history_apply(struct command_call *call, struct fault *fault)
{
    struct history history = {.call = call};
    struct robot_list list = {0};
    int result = call_robot(call, "robot", &list, &history.robot, fault);

    if (result == 0) {
        history.disputed = calloc(history.robot->estimate_count + 1, sizeof(*history.disputed));
        result = history.disputed != NULL ? put_history(&history, fault) : fault_no_memory(fault);
    }
    free(history.disputed);
    robot_list_release(&list);
    return result;
}

static const struct argument arguments[] = {ROBOT_ARGUMENT, ARGUMENTS_END};

static const struct column columns[] = {
    {.member = "from", .heading = "from"},
    {.member = "for", .heading = "for"},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "set_by", .heading = "set by"},
    {.member = "signed_by", .heading = "signed by"},
    {.member = "signed_on", .heading = "signed on"},
    {.member = "entered_on", .heading = "entered here on"},
    {.member = "signature", .heading = "signature", .is_state = true},
    {.member = "booked_from", .heading = "booked from"},
    {.member = "disputes", .heading = "disputes"},
    {.member = "document", .heading = "document", .is_right = true},
    {.member = "timings", .heading = "timings", .most = 40},
    {.member = "reason", .heading = "reason"},
    COLUMNS_END,
};

const struct command command_estimate_history = {
    .name = "estimate history",
    .summary = "every version of a robot's estimate: who set it, who signed it",
    .help =
        "With the document of its agreement (`automagi document show ID`) and how many contest\n"
        "it (`automagi estimate disputes --robot ROBOT --all`). \"entered here on\" stands where "
        "the\n"
        "signature was given before that day elsewhere, and was taken over from a file or paper.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "no estimate yet",
    .apply = estimate_history_apply,
};
