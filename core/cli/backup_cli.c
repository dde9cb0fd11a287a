/* backup FILE: made by this program as a reader; the daemon is told for its audit. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/backup_progress.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"
#include "core/store/backup.h"
#include "core/store/home.h"

enum { ANSWER_MAX = 16384 };

static void write_note(const struct backup_report *report, const char *path, struct text *target)
{
    struct json_writer writer;

    json_writer_init(&writer, target);
    json_begin_object(&writer);
    result_text(&writer, "path", path);
    result_text(&writer, "sha256", report->sha256);
    result_int(&writer, "bytes", report->size_bytes);
    result_int(&writer, "tasks", report->manifest.tasks);
    result_int(&writer, "made_ms", report->manifest.made_ms);
    json_end_object(&writer);
}

static int note(const struct cli_request *request, const struct backup_report *report,
                const char *path, struct fault *fault)
{
    struct cli_session *session = NULL;
    struct json *answer = NULL;
    char whole[PATH_MAX];
    struct text arguments;
    int result = cli_session_open(request->home, &session, fault);

    text_init(&arguments, ANSWER_MAX);
    write_note(report, realpath(path, whole) != NULL ? whole : path, &arguments);
    if (result == 0)
        result = cli_session_send(session, command_backup_made.name, text_string(&arguments),
                                  request->by, &answer, fault);
    json_free(answer);
    text_release(&arguments);
    cli_session_close(session);
    return result < 0 ? fault_prefix(fault, result,
                                     "%s is made and whole, but it is not in the "
                                     "audit",
                                     path)
                      : 0;
}

/* The store cannot see which of the two it was. */
void cli_keys_gone(int64_t count, char ret_words[static CLI_KEYS_GONE_MAX])
{
    ret_words[0] = '\0';
    if (count > 0)
        (void)snprintf(
            ret_words, CLI_KEYS_GONE_MAX,
            "; the key%s of %" PRId64 " window%s, erased or put aside before, %s not in it",
            count == 1 ? "" : "s", count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
}

static void write_answer(const struct backup_report *report, const char *path,
                         struct json_writer *writer)
{
    const struct backup_manifest *manifest = &report->manifest;
    char made[CLOCK_INSTANT_TEXT];
    char gone[CLI_KEYS_GONE_MAX];

    clock_format_instant(manifest->made_ms, made);
    cli_keys_gone(manifest->keys_gone, gone);
    json_begin_object(writer);
    result_message(writer,
                   "%s: %" PRId64 " %s, %" PRId64 " items and %" PRId64 " keys as of %s, %" PRId64
                   " bytes, proved, in %" PRId64 ".%" PRId64 " s%s",
                   path, manifest->tasks, manifest->tasks == 1 ? "task" : "tasks", manifest->items,
                   manifest->keys, made, report->size_bytes, report->took_ms / 1000,
                   report->took_ms % 1000 / 100, gone);
    result_text(writer, "file", path);
    result_int(writer, "bytes", report->size_bytes);
    result_text(writer, "sha256", report->sha256);
    result_text(writer, "made", made);
    result_int(writer, "tasks", manifest->tasks);
    result_int(writer, "items", manifest->items);
    result_int(writer, "keys", manifest->keys);
    result_int(writer, "keys_destroyed", manifest->keys_gone);
    result_int(writer, "plugins_noted", (int64_t)manifest->plugin_count);
    result_int(writer, "took_ms", report->took_ms);
    json_end_object(writer);
}

int cli_print_written(const struct cli_request *request, const struct text *answer,
                      struct fault *fault)
{
    struct json *object = NULL;
    int result = answer->broken != 0 ? fault_no_memory(fault)
                                     : json_parse(text_string(answer), answer->length,
                                                  answer->length, &object, fault);

    if (result == 0 && request->format == CLI_CSV && request->command->columns == NULL)
        cli_print_object_csv(object, stdout);
    else if (result == 0)
        result = cli_print_result(request->command, request->format, object, text_string(answer),
                                  stdout, stderr, fault);
    json_free(object);
    return result;
}

int cli_backup(const struct cli_request *request, struct fault *fault)
{
    const char *path = json_string(json_member(request->arguments, "file"));
    struct backup_report report = {.size_bytes = 0};
    struct cli_progress shown;
    struct backup_progress progress;
    struct json_writer writer;
    struct text answer;
    int result = home_check(request->home, fault);

    if (result < 0)
        return result;
    cli_progress_begin(&shown, &progress);
    result = backup_make(request->home, path, &progress, &report, fault);
    cli_progress_end(&shown);
    if (result < 0)
        return result;
    text_init(&answer, ANSWER_MAX);
    json_writer_init(&writer, &answer);
    write_answer(&report, path, &writer);
    result = cli_print_written(request, &answer, fault);
    if (result == 0)
        result = note(request, &report, path, fault);
    text_release(&answer);
    backup_report_release(&report);
    return result;
}
