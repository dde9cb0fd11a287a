/* run | runs | stop. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/run/wire.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { LIMIT_USUAL = 20, INPUT_MOST = WIRE_INPUT_MAX };

_Static_assert(INPUT_MOST == 32768, "the help of --input says so");

static int need_runnable(const struct command_call *call, const struct robot *robot,
                         struct fault *fault)
{
    int result = need_real_home(call->store, fault);

    if (result == 0)
        result = robot_need_installed(robot, fault);

    if (result < 0)
        return result;
    if (robot->is_paused)
        return fault_set(fault, -EINVAL, "%s is paused; `automagi robot resume %s` lets it start",
                         robot->slug, robot->slug);
    if (!robot_operates_on(robot, call_today(call)))
        return fault_set(fault, -EINVAL,
                         "%s is not in operation today (%s); its operation is in organisation.json",
                         robot->slug, robot_state_word(robot, call_today(call)));
    return robot_need_gate(robot, fault);
}

static int create(struct command_call *call, const struct robot *robot, int64_t *ret_id,
                  struct fault *fault)
{
    struct run_new run = {.robot_id = robot->id,
                          .cause = RUN_BY_HAND,
                          .asked_by = call_asker(call),
                          .now_ms = call->now_ms};
    struct text input;
    int result;

    text_init(&input, INPUT_MOST);
    if (argument_json(call, "input", &input))
        run.input = text_string(&input);
    detail_bool(call, "has_input", run.input != NULL);
    call->effects.run_has_input = run.input != NULL;
    result = input.broken != 0
                 ? fault_set(fault, -EINVAL, "--input: more than %d bytes", INPUT_MOST)
                 : run_create_of(call->store, &run, ret_id, fault);
    text_release(&input);
    return result;
}

static int run_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    char waits[RUN_HOLD_MAX] = "";
    int64_t id = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = need_runnable(call, robot, fault);
    if (result == 0)
        result = run_hold(call->store, robot, call->now_ms, waits, fault);
    if (result == 0)
        result = create(call, robot, &id, fault);
    if (result == 0) {
        call->effects.run_created = id;
        call->effects.run_robot = robot->id;
        json_begin_object(call->result);
        result_message(call->result, "run %" PRId64 " of %s is queued%s%s", id, robot->slug,
                       waits[0] != '\0' ? " and waits: " : "", waits);
        result_int(call->result, "run", id);
        result_text(call->result, "robot", robot->slug);
        result_text_or_null(call->result, "waits", waits);
        json_end_object(call->result);
    }
    robot_list_release(&list);
    return result;
}

static void put_seconds(struct json_writer *writer, const struct run_record *run)
{
    if (run->started_ms == 0 || run->ended_ms == 0)
        result_text(writer, "seconds", NULL);
    else
        result_decimal(writer, "seconds", run->ended_ms - run->started_ms, 3);
}

struct listing {
    struct row_list rows;
    bool is_served;
};

static int put_run(const struct run_record *run, void *context)
{
    struct listing *listing = context;
    struct json_writer *writer = rows_next(&listing->rows);

    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    result_int(writer, "run", run->id);
    result_text(writer, "robot", run->robot);
    result_text(writer, "cause", run_cause_word(run->cause));
    result_run_state(writer, "state", run, listing->is_served);
    result_instant(writer, "created", run->created_ms);
    result_instant(writer, "started", run->started_ms);
    result_instant(writer, "ended", run->ended_ms);
    put_seconds(writer, run);
    result_int(writer, "done", run->done);
    result_int(writer, "business", run->business);
    result_int(writer, "failed", run->failed);
    result_text_or_null(writer, "asked_by", run->asked_by);
    result_run_note(writer, run, listing->is_served);
    json_end_object(writer);
    return 0;
}

static int runs_apply(struct command_call *call, struct fault *fault)
{
    struct listing listing = {.is_served = home_is_served(store_home(call->store))};
    int64_t robot_id = 0;
    int64_t limit;
    int result = call_robot_id(call, "robot", &robot_id, fault);

    if (result < 0)
        return result;
    limit = rows_begin(&listing.rows, call, LIMIT_USUAL);
    result = run_each(call->store, robot_id, limit, put_run, &listing, fault);
    rows_end(&listing.rows);
    return result;
}

/* One that only waits is ended here; one that goes on is ended by whoever started it, or by recovery when that has died. */
static int stop_apply(struct command_call *call, struct fault *fault)
{
    int64_t id = argument_number(call, "run", 0);
    struct run_record run = {0};
    char note[192];
    int result = run_read(call->store, id, &run, fault);

    (void)snprintf(call->subject, sizeof(call->subject), "run %" PRId64, id);
    if (result < 0)
        return result;
    switch (run.state) {
    case RUN_QUEUED:
        (void)snprintf(note, sizeof(note), "stopped before it began, by %.127s", call_asker(call));
        result = run_end(call->store, id, RUN_STOPPED, note, call->now_ms, fault);
        result_only_message(call, "run %" PRId64 " of %s is stopped; it had not begun", id,
                            run.robot);
        break;
    case RUN_RUNNING:
        result = run_note_stop(call->store, id, call_asker(call), fault);
        result_only_message(call, "run %" PRId64 " of %s is being stopped", id, run.robot);
        break;
    case RUN_ENDED:
        return fault_set(fault, -EINVAL, "run %" PRId64 " of %s has ended already: %s", id,
                         run.robot, run_ending_word(run.ending));
    }
    call->effects.run_stop = id;
    (void)text_copy(call->effects.run_stop_by, sizeof(call->effects.run_stop_by), call_asker(call));
    return result < 0 ? result : 0;
}

static const struct argument run_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "input",
     .kind = ARGUMENT_JSON,
     .value = "JSON|@FILE",
     .help = "an object that the plugin is given with this run, of at most 32768 bytes",
     .most = INPUT_MOST},
    {.name = "wait",
     .kind = ARGUMENT_FLAG,
     .help = "wait for its end and say how it ended; exit status 1 when not done"},
    ARGUMENTS_END,
};

const struct command command_run = {
    .name = "run",
    .summary = "start a robot now",
    .help = "Without the daemon the run is kept and starts when `automagi serve` does.",
    .kind = COMMAND_CHANGES,
    .arguments = run_arguments,
    .apply = run_apply,
};

static const struct argument runs_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of this robot alone"},
    LIMIT_ARGUMENT("at most so many (20)"),
    ARGUMENTS_END,
};

static const struct column runs_columns[] = {
    {.member = "run", .heading = "run", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "cause", .heading = "cause"},
    {.member = "state", .heading = "state", .is_state = true},
    {.member = "started", .heading = "started"},
    {.member = "seconds", .heading = "seconds", .is_right = true},
    {.member = "done", .heading = "done", .is_right = true},
    {.member = "business", .heading = "for a person", .is_right = true},
    {.member = "failed", .heading = "failed", .is_right = true},
    {.member = "asked_by", .heading = "asked by"},
    {.member = "note", .heading = "note"},
    COLUMNS_END,
};

const struct command command_runs = {
    .name = "runs",
    .summary = "the newest runs, and how they ended",
    .kind = COMMAND_READS,
    .arguments = runs_arguments,
    .columns = runs_columns,
    .empty = "no runs yet",
    .apply = runs_apply,
};

static const struct argument stop_arguments[] = {
    {.name = "run",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "RUN",
     .help = "the run's number",
     .least = 1,
     .most = INT32_MAX,
     .source = SOURCE_OPEN_RUN},
    ARGUMENTS_END,
};

const struct command command_stop = {
    .name = "stop",
    .summary = "stop a run: ask it, and after its grace end it",
    .help = "What it leaves on the queue waits for the robot's next run; none starts for it.",
    .kind = COMMAND_CHANGES,
    .arguments = stop_arguments,
    .apply = stop_apply,
};
