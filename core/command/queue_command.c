/* queue list | add. */
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
#include "core/command/nouns.h"
#include "core/run/definition.h"
#include "core/store/item.h"
#include "core/store/reference_key.h"

enum { LIMIT_USUAL = 100, PRIORITY_MOST = 1000 };

static int put_item(const struct item_record *item, void *context)
{
    struct json_writer *writer = rows_next(context);

    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    result_int(writer, "item", item->id);
    result_text(writer, "robot", item->robot);
    result_text(writer, "state", item_record_word(item));
    result_text(writer, "reference", item->masked);
    result_int(writer, "priority", item->priority);
    result_day(writer, "business_date", item->business_day);
    result_int(writer, "attempts", item->attempts);
    if (item->run_id != 0)
        result_int(writer, "run", item->run_id);
    else
        result_text(writer, "run", NULL);
    result_instant(writer, "deadline", item->deadline_ms);
    result_instant(writer, "due", item->due_ms);
    result_instant(writer, "created", item->created_ms);
    result_instant(writer, "changed", item->changed_ms);
    result_text_or_null(writer, "note", item->note);
    json_end_object(writer);
    return 0;
}

int queue_state_of(const char *word)
{
    /* By enum item_state. */
    static const char *const words[] = {"ready",   "leased", "deferred",
                                        "waiting", "done",   "dropped"};
    int state;

    for (state = ITEM_READY; state <= ITEM_DROPPED; state++)
        if (strcmp(words[state], word) == 0)
            return state;
    return strcmp(word, "quarantined") == 0 ? ITEM_STATE_QUARANTINED : ITEM_STATE_OPEN;
}

/* Of one robot, whatever the rows are. */
static int put_outlook(struct command_call *call, int64_t robot_id, struct fault *fault)
{
    struct item_outlook outlook = {0};
    struct json_writer *writer = call->result;
    int result = item_outlook(call->store, robot_id, call->now_ms, &outlook, fault);

    if (result < 0)
        return result;
    json_key(writer, "outlook");
    json_begin_object(writer);
    result_int(writer, "ready", outlook.ready);
    result_int(writer, "leased", outlook.leased);
    result_int(writer, "deferred", outlook.deferred);
    result_int(writer, "waiting", outlook.waiting);
    result_int(writer, "quarantined", outlook.quarantined);
    result_int(writer, "overdue", outlook.overdue);
    result_instant(writer, "next_deadline", outlook.next_deadline_ms);
    json_end_object(writer);
    return 0;
}

static int queue_list_apply(struct command_call *call, struct fault *fault)
{
    struct item_filter filter = {
        .state = queue_state_of(argument_text(call, "state", "")),
        .is_overdue = argument_flag(call, "overdue"),
        .note_contains = argument_text(call, "note-contains", NULL),
        .now_ms = call->now_ms,
    };
    struct row_list rows;
    int64_t limit;
    int result = call_robot_id(call, "robot", &filter.robot_id, fault);

    if (result < 0)
        return result;
    limit = rows_begin(&rows, call, LIMIT_USUAL);
    result = item_each(call->store, &filter, limit, put_item, &rows, fault);
    rows_end_list(&rows);
    if (rows.count == 0 && filter.is_overdue && filter.note_contains == NULL)
        result_text(call->result, "empty", "nothing is overdue");
    if (result == 0 && filter.robot_id != 0)
        result = put_outlook(call, filter.robot_id, fault);
    json_end_object(call->result);
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

/* --deadline and --not-before, where they are given. */
static int read_times(const struct command_call *call, struct item_new *item, struct fault *fault)
{
    int result = call_instant(call, "deadline", &item->deadline_ms, fault);

    if (result == 0)
        result = call_instant(call, "not-before", &item->not_before_ms, fault);
    if (result == 0 && item->deadline_ms != 0 && item->not_before_ms > item->deadline_ms)
        result = fault_set(fault, -EINVAL, "--not-before lies after --deadline; exchange them");
    return result;
}

static int queue_add_check(const struct json *arguments, struct fault *fault)
{
    int result = instant_check(arguments, "deadline", fault);

    return result == 0 ? instant_check(arguments, "not-before", fault) : result;
}

/* What has become of it. due_day: of --not-before. undone_by: the task of its reference was taken back by that; "": it was not. */
static void answer_add(struct command_call *call, const struct robot *robot, int64_t id,
                       int32_t due_day, const char *undone_by)
{
    char remark[KEPT_REMARK_MAX];

    if (id == 0 && undone_by[0] == '\0') {
        result_only_message(call,
                            "%s: no change, an item with this reference is open, done or closed "
                            "already",
                            robot->slug);
        return;
    }
    if (id == 0) {
        result_only_message(call,
                            "%s: no change, an item with this reference is open or closed already; "
                            "%s took its task back: done in that window, it would count for "
                            "nothing",
                            robot->slug, undone_by);
        return;
    }
    robot_kept_remark(robot, call_today(call), due_day, remark);
    json_begin_object(call->result);
    if (undone_by[0] == '\0')
        result_message(call->result, "item %" PRId64 " is on the queue of %s%s", id, robot->slug,
                       remark);
    else
        result_message(call->result,
                       "item %" PRId64 " is on the queue of %s and waits for a person: %s took "
                       "back the task of this reference: done, it would count for nothing; retry "
                       "it when the work is still to be done, or drop it",
                       id, robot->slug, undone_by);
    result_int(call->result, "item", id);
    json_end_object(call->result);
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
    char undone_by[ITEM_UNDONE_BY_MAX] = "";
    int64_t id = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    (void)argument_day(call, "business-date", &item.business_day);
    if (result == 0 && strlen(item.payload) > ITEM_PAYLOAD_MAX)
        result = fault_set(fault, -EINVAL, "--payload: at most %d bytes", ITEM_PAYLOAD_MAX);
    if (result == 0)
        result = read_times(call, &item, fault);
    if (result == 0)
        result = read_policy(robot, &policy, fault);
    if (result == 0)
        result = item_add(call->store, &policy, &item, call->now_ms, &id, fault);
    if (result == 0)
        audit_item(call, robot->window, &item, id);
    if (result == 0 && id != 0 && item.not_before_ms > call->now_ms)
        call->effects.robots_changed = true; /* the daemon reads when each is due */
    if (result == 0)
        result = item_undone_by(call->store, &policy, &item, call->now_ms, undone_by, fault);
    if (result >= 0) {
        answer_add(call, robot, id, clock_local_day(item.not_before_ms), undone_by);
        result = 0;
    }
    robot_list_release(&list);
    return result;
}

static const struct argument list_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of this robot alone"},
    {.name = "state",
     .kind = ARGUMENT_CHOICE,
     .choices = "ready|leased|deferred|waiting|quarantined|done|dropped",
     .value = "STATE",
     .help = "in this state alone (all that are open); waiting: also quarantined; done: closed by "
             "hand"},
    {.name = "overdue", .kind = ARGUMENT_FLAG, .help = "open, with a deadline that has passed"},
    {.name = "note-contains",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "whose note has this in it",
     .most = REASON_MAX},
    LIMIT_ARGUMENT("at most so many (100)"),
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
    {.member = "deadline", .heading = "deadline"},
    {.member = "due", .heading = "due"},
    {.member = "changed", .heading = "changed"},
    {.member = "note", .heading = "note"},
    COLUMNS_END,
};

const struct command command_queue_list = {
    .name = "queue list",
    .summary = "open items, those that wait for a person first",
    .help =
        "After those that wait for a person in the order of doing: highest priority, then\n"
        "earliest deadline, then those without a deadline; of the same, the oldest. Open:\n"
        "ready, leased, deferred and waiting. Quarantined is one that waits because runs ended\n"
        "while it was being done until its tries were used up. Closed are `done`, which a\n"
        "person closed with `queue done`, and `dropped`. What a robot has done leaves the\n"
        "queue when it is counted: `automagi task list` shows it. With --robot, --format json\n"
        "has `outlook` beside the rows: how many there are, and the next deadline.",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "nothing on the queue",
    .apply = queue_list_apply,
};

static const struct argument add_arguments[] = {
    ROBOT_ARGUMENT,
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
    {.name = "deadline",
     .kind = ARGUMENT_TEXT,
     .value = "TIME",
     .help =
         "when it should be done by: 2026-12-01T14:00+01:00, or local time \"2026-12-01 14:00\"",
     .most = INSTANT_TEXT_MAX},
    {.name = "not-before",
     .kind = ARGUMENT_TEXT,
     .value = "TIME",
     .help = "it is deferred until then, and the robot then gets a run",
     .most = INSTANT_TEXT_MAX},
    ARGUMENTS_END,
};

const struct command command_queue_add = {
    .name = "queue add",
    .summary = "put an item on a robot's queue by hand",
    .help =
        "The robot's next run does it (`automagi run ROBOT`). Nothing is added while an item\n"
        "with the reference is open, or when it has been done or dropped (`queue retry`\n"
        "reopens it). What was done and taken back (`task import`, undone) would count for\n"
        "nothing: it is put there once and waits for a person. Without --business-date an item\n"
        "that is open in any window of the robot is that one, and so is one that was done in a\n"
        "window after today's, when the clock stood ahead.",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .check = queue_add_check,
    .apply = queue_add_apply,
};
