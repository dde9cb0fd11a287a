/* task list | show: the record, down to the single task. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/store/ledger.h"
#include "core/store/run_record.h"

enum { LIMIT_USUAL = 50, FOUND = 1 };

static void put_task(struct json_writer *writer, const struct task_record *task)
{
    char month[CLOCK_MONTH_TEXT];

    clock_format_month(task->booking, month);
    result_int(writer, "run", task->run_id);
    result_int(writer, "seq", task->seq);
    result_text(writer, "robot", task->robot);
    result_instant(writer, "completed", task->completed_ms);
    result_text(writer, "outcome",
                task->is_undone ? "undone" : attempt_outcome_word(task->outcome));
    result_bool(writer, "counted", task->outcome == ATTEMPT_DONE && !task->is_undone);
    result_text(writer, "booking_month", month);
    result_text_or_null(writer, "department", task->department);
    if (task->duration_ms >= 0)
        result_int(writer, "duration_ms", task->duration_ms);
    else
        result_text(writer, "duration_ms", NULL);
    result_text_or_null(writer, "reference", task->masked);
    result_text_or_null(writer, "note", task->note);
}

static int list_task(const struct task_record *task, void *context)
{
    struct command_call *call = context;

    json_begin_object(call->result);
    put_task(call->result, task);
    json_end_object(call->result);
    return 0;
}

static int task_list_apply(struct command_call *call, struct fault *fault)
{
    struct task_filter filter = {
        .run_id = argument_number(call, "run", 0),
        .from_day = INT32_MIN,
        .to_day = INT32_MAX,
        .only_counted = !argument_flag(call, "all"),
        .limit = argument_number(call, "limit", LIMIT_USUAL),
    };
    int result;

    (void)argument_day(call, "from", &filter.from_day);
    (void)argument_day(call, "to", &filter.to_day);
    if (filter.from_day > filter.to_day)
        return fault_set(fault, -EINVAL, "--from lies after --to; exchange them");
    result = call_robot_id(call, "robot", &filter.robot_id, fault);
    if (result < 0)
        return result;
    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    result = task_each(call->store, &filter, list_task, call, fault);
    json_end_array(call->result);
    json_end_object(call->result);
    return result < 0 ? result : 0;
}

struct wanted {
    int64_t seq;
    struct task_record task;
    bool is_found;
};

static int keep_wanted(const struct task_record *task, void *context)
{
    struct wanted *wanted = context;

    if (task->seq != wanted->seq)
        return 0;
    wanted->task = *task;
    wanted->is_found = true;
    return FOUND;
}

static int task_show_apply(struct command_call *call, struct fault *fault)
{
    struct task_filter filter = {
        .run_id = argument_number(call, "run", 0),
        .from_day = INT32_MIN,
        .to_day = INT32_MAX,
        .limit = INT64_MAX,
    };
    struct wanted wanted = {.seq = argument_number(call, "seq", 0)};
    struct run_record run;
    int result = run_read(call->store, filter.run_id, &run, fault);

    if (result == 0)
        result = task_each(call->store, &filter, keep_wanted, &wanted, fault);
    if (result < 0)
        return result;
    if (!wanted.is_found)
        return fault_set(fault, -ENOENT,
                         "run %" PRId64 " has no attempt %" PRId64
                         "; see `automagi task list --run "
                         "%" PRId64 " --all`",
                         filter.run_id, wanted.seq, filter.run_id);
    json_begin_object(call->result);
    put_task(call->result, &wanted.task);
    result_text(call->result, "run_cause", run_cause_word(run.cause));
    result_instant(call->result, "run_started", run.started_ms);
    result_text_or_null(call->result, "run_asked_by", run.asked_by);
    json_end_object(call->result);
    return 0;
}

static const struct argument list_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of this robot alone"},
    {.name = "run",
     .kind = ARGUMENT_NUMBER,
     .value = "RUN",
     .help = "of this run alone",
     .least = 1,
     .most = INT32_MAX},
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "completed on or after it"},
    {.name = "to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "completed on or before it"},
    {.name = "all",
     .kind = ARGUMENT_FLAG,
     .help = "also what was not done, repeated, or taken back"},
    {.name = "limit",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "at most so many (50)",
     .least = 1,
     .most = LIMIT_MOST},
    ARGUMENTS_END,
};

static const struct column list_columns[] = {
    {.member = "run", .heading = "run", .is_right = true},
    {.member = "seq", .heading = "seq", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "completed", .heading = "completed"},
    {.member = "outcome", .heading = "outcome"},
    {.member = "reference", .heading = "reference"},
    {.member = "department", .heading = "department"},
    {.member = "duration_ms", .heading = "ms", .is_right = true},
    {.member = "note", .heading = "note"},
    COLUMNS_END,
};

const struct command command_task_list = {
    .name = "task list",
    .summary = "the newest tasks; each is counted once",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "no tasks",
    .apply = task_list_apply,
};

static const struct argument show_arguments[] = {
    {.name = "run",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "RUN",
     .help = "the run's number",
     .least = 1,
     .most = INT32_MAX},
    {.name = "seq",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "SEQ",
     .help = "the attempt's number in the run",
     .least = 1,
     .most = INT32_MAX},
    ARGUMENTS_END,
};

const struct command command_task_show = {
    .name = "task show",
    .summary = "one attempt of a run",
    .kind = COMMAND_READS,
    .arguments = show_arguments,
    .apply = task_show_apply,
};

static const struct argument import_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "CSV with the header robot,reference,completed_at,outcome[,duration_ms][,department]"},
    ARGUMENTS_END,
};

const struct command command_task_import = {
    .name = "task import",
    .summary = "take over tasks that something else has done, from a CSV file",
    .help =
        "completed_at is ISO 8601 with offset; outcome is done, business, failed, or undone,\n"
        "which takes a counted task back. The file is checked whole before anything is stored.\n"
        "Importing the same file again changes nothing; an import that was cut short is\n"
        "finished by importing again.",
    .kind = COMMAND_LOCAL,
    .arguments = import_arguments,
};
