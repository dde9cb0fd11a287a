/* task show; and how `task import` is called, which the command line does. */
#include <stdint.h>

#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/command/task_view.h"
#include "core/store/run_record.h"

static int task_show_apply(struct command_call *call, struct fault *fault)
{
    int64_t run_id = argument_number(call, "run", 0);
    int64_t seq = argument_number(call, "seq", 0);
    struct task_view view = {.robot = NULL};
    struct task_record task;
    struct task_worth worth;
    struct run_record run;
    int result = run_read(call->store, run_id, &run, fault);

    if (result == 0)
        result = task_read(call->store, run_id, seq, &task, fault);
    if (result == 0)
        result = task_view_open(&view, call->store, NULL, fault);
    if (result == 0)
        result = task_view_value(&view, &task, &worth, fault);
    if (result == 0) {
        json_begin_object(call->result);
        task_view_put(&view, call->result, &task, &worth);
        result_text(call->result, "run_cause", run_cause_word(run.cause));
        result_instant(call->result, "run_started", run.started_ms);
        result_text_or_null(call->result, "run_asked_by", run.asked_by);
        json_end_object(call->result);
    }
    task_view_close(&view);
    return result;
}

static const struct argument show_arguments[] = {
    {.name = "run",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "RUN",
     .help = "the run's number",
     .least = 1,
     .most = INT32_MAX,
     .source = SOURCE_RUN},
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
    .summary = "one attempt of a run, and what it saves",
    .help =
        "`automagi task list` shows which there are; with --robot and --reference it finds a task\n"
        "by its reference.",
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
     .help = "CSV with the header robot,reference,completed_at,outcome[,duration_ms][,department]"
             "[,business_date]",
     .source = SOURCE_PATH},
    ARGUMENTS_END,
};

const struct command command_task_import = {
    .name = "task import",
    .summary = "take over tasks that something else has done, from a CSV file",
    .help =
        "completed_at is ISO 8601 with offset; outcome is done, business, failed, or undone. The\n"
        "file is checked whole before anything is stored: the first ten wrong lines are named, "
        "and\n"
        "nothing is imported. Importing the same file again changes nothing; an import that was "
        "cut\n"
        "short is finished by importing again. There is no --dry-run: the whole file is checked\n"
        "before anything is counted, and `undone` rows take back what was counted.\n"
        "\n"
        "A reference counts once in its robot's window (day, month, year or ever): in that of\n"
        "business_date, the date that the work belongs to, as for `queue add --business-date`; "
        "where\n"
        "there is none, in that of the day of completion. What a robot did under a business date "
        "is\n"
        "imported with it, or it is counted twice around the end of a window. (What a clock that\n"
        "stood ahead had counted has a note of the days on which it was done: a row of those days\n"
        "is a repeat of it.)\n"
        "\n"
        "What is counted and lies on a queue too waits for a person from then on, so that it is "
        "not\n"
        "done once more unasked: `queue drop` it, or `queue retry` when it is to be done again; "
        "to\n"
        "put it off decides nothing. So does, of a row without business_date, an item without "
        "one\n"
        "that is open since an earlier window, or since the clock stood ahead of now, when the\n"
        "row's own window has none that is open, or only one with a business date; while the\n"
        "key of such a window is gone nobody can tell, and the row is refused until it is back, "
        "or\n"
        "what is open there is dropped: import the file again then, and it goes on. What\n"
        "a run has in its hands at that moment is done, and not counted again; the answer says "
        "how\n"
        "many there are of each. What was dropped has a note then that it was counted, but not\n"
        "while the key of its window is gone.\n"
        "\n"
        "undone takes the counted task of its reference back: business_date, or completed_at,\n"
        "only says in which of the robot's windows it was counted. An item of another window\n"
        "that it had counted says so, and may be done and counted (`queue retry`; also one that\n"
        "is closed, for a run had done it since); unless another row without business_date counts\n"
        "it too. One of its own window says that it would be a repeat: what a run does of it all\n"
        "the same, and what is added with its reference, waits for a person. A task that\n"
        "was taken back stays taken back: done for the same reference in that window is then a\n"
        "repeat, which is what makes it safe to import a file twice. One that was taken back by\n"
        "mistake is counted again under a reference of its own (\"F-17 corrected\"), so that both\n"
        "entries are seen.",
    .kind = COMMAND_LOCAL,
    .arguments = import_arguments,
};
