/* queue list | add | retry | done | drop. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/run/definition.h"
#include "core/store/item.h"
#include "core/store/reference_key.h"

enum { LIMIT_USUAL = 100, PRIORITY_MOST = 1000 };

/* By enum item_state. */
static const char *const state_choices[] = {"ready",   "leased", "deferred",
                                            "waiting", "done",   "dropped"};

static int put_item(const struct item_record *item, void *context)
{
    struct json_writer *writer = rows_next(context);

    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    result_int(writer, "item", item->id);
    result_text(writer, "robot", item->robot);
    result_text(writer, "state", item_state_word(item->state));
    result_text(writer, "reference", item->masked);
    result_int(writer, "priority", item->priority);
    result_day(writer, "business_date", item->business_day);
    result_int(writer, "attempts", item->attempts);
    if (item->run_id != 0)
        result_int(writer, "run", item->run_id);
    else
        result_text(writer, "run", NULL);
    result_instant(writer, "due", item->due_ms);
    result_instant(writer, "created", item->created_ms);
    result_instant(writer, "changed", item->changed_ms);
    result_text_or_null(writer, "note", item->note);
    json_end_object(writer);
    return 0;
}

static int state_of(const char *word)
{
    int state;

    for (state = ITEM_READY; state <= ITEM_DROPPED; state++)
        if (strcmp(state_choices[state], word) == 0)
            return state;
    return -1;
}

static int queue_list_apply(struct command_call *call, struct fault *fault)
{
    int state = state_of(argument_text(call, "state", ""));
    struct row_list rows;
    int64_t robot_id = 0;
    int64_t limit;
    int result = call_robot_id(call, "robot", &robot_id, fault);

    if (result < 0)
        return result;
    limit = rows_begin(&rows, call, LIMIT_USUAL);
    result = item_each(call->store, robot_id, state, limit, put_item, &rows, fault);
    rows_end(&rows);
    return result;
}

static int read_policy(const struct robot *robot, struct item_policy *ret_policy,
                       struct fault *fault)
{
    struct definition definition = {0};
    int result = robot_need_installed(robot, fault);

    if (result == 0)
        result = definition_parse(robot->definition, strlen(robot->definition),
                                  robot->folder != NULL ? robot->folder : "/", robot->side_effects,
                                  &definition, fault);
    if (result < 0)
        return result;
    definition_policy(&definition, robot->id, robot->side_effects, ret_policy);
    definition_release(&definition);
    return 0;
}

static void audit_item(const struct command_call *call, enum robot_window kind,
                       const struct item_new *item, int64_t id)
{
    char normalised[ITEM_REFERENCE_MAX + 1];
    char masked[REFERENCE_MASKED_MAX];
    struct fault ignored; /* the store has taken the reference */

    if (reference_normalise(item->reference, normalised, &ignored) == 0) {
        reference_mask(normalised, kind, masked);
        detail_text(call, "masked", masked);
    }
    if (id != 0)
        detail_int(call, "item", id);
    else
        detail_bool(call, "no_change", true);
}

static int queue_add_apply(struct command_call *call, struct fault *fault)
{
    struct item_new item = {
        .reference = argument_text(call, "reference", ""),
        .payload = argument_text(call, "payload", ""),
        .priority = (int32_t)argument_number(call, "priority", 0),
    };
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    struct item_policy policy;
    int64_t id = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    (void)argument_day(call, "business-date", &item.business_day);
    if (result == 0 && strlen(item.payload) > ITEM_PAYLOAD_MAX)
        result = fault_set(fault, -EINVAL, "--payload: at most %d bytes", ITEM_PAYLOAD_MAX);
    if (result == 0)
        result = read_policy(robot, &policy, fault);
    if (result == 0)
        result = item_add(call->store, &policy, &item, call->now_ms, &id, fault);
    if (result == 0)
        audit_item(call, robot->window, &item, id);
    if (result == 0 && id == 0) {
        result_only_message(call,
                            "%s: no change, an item with this reference is open, done or closed "
                            "already",
                            robot->slug);
    } else if (result == 0) {
        json_begin_object(call->result);
        result_message(call->result, "item %" PRId64 " is on the queue of %s", id, robot->slug);
        result_int(call->result, "item", id);
        json_end_object(call->result);
    }
    robot_list_release(&list);
    return result;
}

static int64_t named_item(struct command_call *call)
{
    int64_t id = argument_number(call, "item", 0);

    (void)snprintf(call->subject, sizeof(call->subject), "item %" PRId64, id);
    return id;
}

static int queue_retry_apply(struct command_call *call, struct fault *fault)
{
    int64_t id = named_item(call);
    int result = item_retry(call->store, id, call_asker(call), argument_text(call, "reason", NULL),
                            call->now_ms, fault);

    result_only_message(call, "item %" PRId64 " is ready again", id);
    return result;
}

static int queue_done_apply(struct command_call *call, struct fault *fault)
{
    int64_t id = named_item(call);
    int result = item_done_by_hand(call->store, id, argument_text(call, "reason", "done by hand"),
                                   call->now_ms, fault);

    result_only_message(call, "item %" PRId64 " is closed as done by hand; it counts nothing", id);
    return result;
}

static int queue_drop_apply(struct command_call *call, struct fault *fault)
{
    int64_t id = named_item(call);
    int result = item_drop(call->store, id, argument_text(call, "reason", ""), call->now_ms, fault);

    result_only_message(call, "item %" PRId64 " is dropped", id);
    return result;
}

static const struct argument list_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of this robot alone"},
    {.name = "state",
     .kind = ARGUMENT_CHOICE,
     .choices = "ready|leased|deferred|waiting|done|dropped",
     .value = "STATE",
     .help = "in this state alone (all that are open); done: closed by hand"},
    {.name = "limit",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "at most so many (100)",
     .least = 1,
     .most = LIMIT_MOST},
    ARGUMENTS_END,
};

static const struct column list_columns[] = {
    {.member = "item", .heading = "item", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "state", .heading = "state", .is_state = true},
    {.member = "reference", .heading = "reference"},
    {.member = "priority", .heading = "priority", .is_right = true},
    {.member = "business_date", .heading = "business date"},
    {.member = "attempts", .heading = "tries", .is_right = true},
    {.member = "run", .heading = "run", .is_right = true},
    {.member = "due", .heading = "due"},
    {.member = "changed", .heading = "changed"},
    {.member = "note", .heading = "note"},
    COLUMNS_END,
};

const struct command command_queue_list = {
    .name = "queue list",
    .summary = "open items, those that wait for a person first",
    .help = "Open: ready, leased, deferred and waiting. Closed are `done`, which a person closed\n"
            "with `queue done`, and `dropped`. What a robot has done leaves the queue when it is\n"
            "counted: `automagi task list` shows it.",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "nothing on the queue",
    .apply = queue_list_apply,
};

static const struct argument add_arguments[] = {
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .is_positional = true,
     .is_required = true,
     .value = "ROBOT",
     .help = "the robot's id"},
    {.name = "reference",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "REF",
     .help = "which unit of work it is; it counts once in the robot's window",
     .is_private = true},
    {.name = "payload",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "what the robot's plugin is handed with it",
     .is_private = true},
    {.name = "priority",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "higher first (0)",
     .least = -PRIORITY_MOST,
     .most = PRIORITY_MOST},
    {.name = "business-date",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "the date the work belongs to; decides the window (today)"},
    ARGUMENTS_END,
};

const struct command command_queue_add = {
    .name = "queue add",
    .summary = "put an item on a robot's queue by hand",
    .help = "The robot's next run does it (`automagi run ROBOT`). Nothing is added while an item\n"
            "with the reference is open, or when it has been done. Without --business-date an\n"
            "item that is open in any window of the robot is that one.",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .apply = queue_add_apply,
};

#define ITEM_ARGUMENT                                                                              \
    {                                                                                              \
        .name = "item", .kind = ARGUMENT_NUMBER, .is_positional = true, .is_required = true,       \
        .value = "ITEM", .help = "the item's number, as `queue list` shows it", .least = 1,        \
        .most = INT64_C(1) << 53, .source = SOURCE_OPEN_ITEM                                       \
    }

#define REASON_ARGUMENT(needed)                                                                    \
    {                                                                                              \
        .name = "reason", .kind = ARGUMENT_TEXT, .is_required = (needed), .value = "TEXT",         \
        .help = "why, for whoever looks later", .most = REASON_MAX                                 \
    }

static const struct argument retry_arguments[] = {ITEM_ARGUMENT, REASON_ARGUMENT(false),
                                                  ARGUMENTS_END};
static const struct argument drop_arguments[] = {ITEM_ARGUMENT, REASON_ARGUMENT(true),
                                                 ARGUMENTS_END};

const struct command command_queue_retry = {
    .name = "queue retry",
    .summary = "let the robot try an item again that waits for a person or was dropped",
    .help = "Its next run does it; it may be tried as often as a new item. Until then its note\n"
            "says who asked and why, how often it had been tried, and the note it had. An item\n"
            "that may have been done is performed again: look first.",
    .kind = COMMAND_CHANGES,
    .arguments = retry_arguments,
    .apply = queue_retry_apply,
};

const struct command command_queue_done = {
    .name = "queue done",
    .summary = "close an item that a person has done; it is not counted",
    .kind = COMMAND_CHANGES,
    .arguments = retry_arguments,
    .apply = queue_done_apply,
};

const struct command command_queue_drop = {
    .name = "queue drop",
    .summary = "close an item that shall not be done; the reason is kept",
    .kind = COMMAND_CHANGES,
    .arguments = drop_arguments,
    .preview = queue_drop_preview,
    .apply = queue_drop_apply,
};
