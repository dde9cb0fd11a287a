/* upgrade, and its rehearsal. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/backup_progress.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/store.h"
#include "core/store/upgrade.h"

enum { ANSWER_MAX = 16384 };

static void write_message(const struct cli_request *request, bool is_rehearsal,
                          const struct upgrade_report *report, struct json_writer *writer)
{
    if (report->from == report->to)
        result_message(writer,
                       "%s: its store has version %" PRId64
                       ", with which this Automagi works: nothing to do",
                       request->home, report->from);
    else if (is_rehearsal)
        result_message(writer,
                       "%s: its store can be upgraded from version %" PRId64 " to %" PRId64
                       ": that was done on a copy and recounted, %" PRId64 " %s, in %" PRId64
                       ".%" PRId64 " s; nothing was changed",
                       request->home, report->from, report->to, report->tasks,
                       report->tasks == 1 ? "task" : "tasks", report->took_ms / 1000,
                       report->took_ms % 1000 / 100);
    else
        result_message(writer,
                       "%s: its store was upgraded from version %" PRId64 " to %" PRId64
                       ", %" PRId64 " %s, in %" PRId64 ".%" PRId64
                       " s; as it was it lies in %s/%s: remove that when nobody will go back",
                       request->home, report->from, report->to, report->tasks,
                       report->tasks == 1 ? "task" : "tasks", report->took_ms / 1000,
                       report->took_ms % 1000 / 100, request->home, report->copy);
}

static int print(const struct cli_request *request, bool is_rehearsal,
                 const struct upgrade_report *report, struct fault *fault)
{
    struct json_writer writer;
    struct text answer;
    int result;

    text_init(&answer, ANSWER_MAX);
    json_writer_init(&writer, &answer);
    json_begin_object(&writer);
    write_message(request, is_rehearsal, report, &writer);
    result_int(&writer, "from", report->from);
    result_int(&writer, "to", report->to);
    result_int(&writer, "tasks", report->tasks);
    result_int(&writer, "bytes", report->bytes);
    result_text_or_null(&writer, "copy", report->copy);
    result_int(&writer, "took_ms", report->took_ms);
    json_end_object(&writer);
    result = cli_print_written(request, &answer, fault);
    text_release(&answer);
    return result;
}

static int lock(const struct cli_request *request, struct home_lock *ret_lock, struct fault *fault)
{
    int result = home_lock(request->home, ret_lock, fault);

    if (result == -EWOULDBLOCK)
        result =
            fault_set(fault, result,
                      "%s: a daemon or another command works here; stop it first (SIGTERM), or "
                      "give --rehearse",
                      request->home);
    return result;
}

int cli_upgrade(const struct cli_request *request, struct fault *fault)
{
    bool is_rehearsal = json_bool(json_member(request->arguments, "rehearse"));
    char account[CLI_ACCOUNT_MAX];
    struct upgrade_asker asker = {.account = account, .by = request->by};
    struct upgrade_report report = {.copy = ""};
    struct cli_progress shown;
    struct backup_progress progress;
    struct home_lock held = HOME_UNLOCKED;
    int result = home_check(request->home, fault);

    if (result == 0)
        result = upgrade_look(request->home, &report.from, fault);
    report.to = report.from;
    if (result == 0 && report.from >= STORE_VERSION) /* whoever works there */
        return print(request, is_rehearsal, &report, fault);
    if (result == 0)
        result = cli_account(account, fault);
    if (result == 0 && !is_rehearsal)
        result = lock(request, &held, fault);
    if (result < 0)
        return result;
    cli_progress_begin(&shown, &progress);
    result = is_rehearsal ? upgrade_rehearse(request->home, &progress, &report, fault)
                          : upgrade_make(request->home, &asker, &progress, &report, fault);
    cli_progress_end(&shown);
    if (result == 0 && !is_rehearsal)
        cli_note_carried_out();
    if (result == 0)
        result = print(request, is_rehearsal, &report, fault);
    home_unlock(&held);
    return result;
}
