/* restore FILE, and its rehearsal. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/backup_progress.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/restore.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "core/store/trigger.h"
#include "scorecards/savings.h"

enum { ANSWER_MAX = 65536, NOTE_MAX = 1200, DAY_MS = 86400000, HOUR_MS = 3600000 };

struct answer {
    const struct cli_request *request;
    const char *path;
    struct restore *restore;
    struct restore_difference difference;
    bool is_rehearsal;
    char aside[RESTORE_ASIDE_MAX];
    int64_t begun_ms; /* monotonic */
    int64_t kroner;   /* of the copy's year, to its instant */
    int64_t robots;   /* installed in the copy and not paused */
    int64_t triggers; /* theirs */
    bool is_paused;   /* all robots were paused */
    struct cli_progress shown;
    struct backup_progress progress;
    struct text text;
    struct json_writer writer;
};

static void note(struct answer *answer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void note(struct answer *answer, const char *format, ...)
{
    char line[NOTE_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    json_begin_object(&answer->writer);
    result_text(&answer->writer, "note", line);
    json_end_object(&answer->writer);
}

/* The instant of the copy, and of its newest attempt. */
static void note_age(struct answer *answer)
{
    const struct backup_manifest *manifest = &restore_report(answer->restore)->manifest;
    int64_t age_ms = clock_now_ms() - manifest->made_ms;
    char made[CLOCK_INSTANT_TEXT];
    char newest[CLOCK_INSTANT_TEXT] = "";

    clock_format_instant(manifest->made_ms, made);
    if (manifest->newest_ms != 0)
        clock_format_instant(manifest->newest_ms, newest);
    note(answer, "the copy is of %s, %" PRId64 " days and %" PRId64 " hours ago%s%s", made,
         age_ms / DAY_MS, age_ms % DAY_MS / HOUR_MS,
         newest[0] != '\0' ? "; its newest task was finished " : "", newest);
}

static void note_version(struct answer *answer)
{
    int64_t version = restore_report(answer->restore)->version;

    if (version < STORE_VERSION)
        note(answer,
             "an earlier Automagi made it: its store was of version %" PRId64 " and %s of %d",
             version, answer->is_rehearsal ? "would be" : "is now", STORE_VERSION);
}

static void note_items(struct answer *answer)
{
    int64_t items = answer->difference.items;
    bool is_one = items == 1;

    if (items > 0)
        note(answer,
             "%" PRId64 " item%s open on queues there %s not in the copy, and no run %s %s: put %s "
             "on the queue again, or go back to what was there, which %s kept",
             items, is_one ? "" : "s", is_one ? "is" : "are",
             answer->is_rehearsal ? "would do" : "will do", is_one ? "it" : "them",
             is_one ? "it" : "them", answer->is_rehearsal ? "would be" : "is");
}

/* What was closed needs nobody to find it: it lies on the queue. */
static void note_reopened(struct answer *answer)
{
    const struct restore_difference *difference = &answer->difference;
    const char *are = answer->is_rehearsal ? "would be" : "are";

    if (difference->reopened > 0)
        note(answer,
             "items closed there since (done by hand, or dropped) that %s open again: %" PRId64
             "; %" PRId64 " of them %s ready, and a run does such an item again, whoever did it: "
             "look at them before the daemon starts: automagi queue list, automagi queue drop",
             are, difference->reopened, difference->reopened_ready, are);
}

static void note_undone(struct answer *answer)
{
    const struct restore_difference *difference = &answer->difference;
    const char *would = answer->is_rehearsal ? "would count" : "count";

    if (difference->corrections > 0)
        note(answer,
             "tasks taken back there since that are not taken back in the copy: %" PRId64
             "; those that it has, or that are found again, %s: import them as undone again",
             difference->corrections, would);
    if (difference->months > 0)
        note(answer,
             "months closed there since that %s open again, or closed with other figures: %" PRId64
             "; close them again (automagi period close) when what is missing has been counted",
             answer->is_rehearsal ? "would be" : "are", difference->months);
}

static void note_difference(struct answer *answer)
{
    const struct restore_difference *difference = &answer->difference;

    if (difference->unreadable[0] != '\0')
        note(answer, "what the installation had beyond the copy cannot be told: %s",
             difference->unreadable);
    if (!difference->is_there)
        return;
    if (difference->is_other_kind)
        note(answer, "either it or the copy is a demo home, and the other is not: it would not be "
                     "put there");
    else if (!difference->is_same)
        note(answer, "the store that %s there is of another installation than the copy",
             answer->is_rehearsal ? "is" : "was");
    else if (difference->tasks >= 0)
        note(answer,
             "%" PRId64
             " tasks were counted there since and are not in the copy; their work may be "
             "found and counted again",
             difference->tasks);
    note_undone(answer);
    note_items(answer);
    note_reopened(answer);
    if (difference->keys_back > 0)
        note(answer,
             "%" PRId64 " key%s destroyed since the copy %s back, %s first: destroy %s again to "
             "erase what it opens",
             difference->keys_back, difference->keys_back == 1 ? "" : "s",
             answer->is_rehearsal ? "would be" : "is", difference->key_back,
             difference->keys_back == 1 ? "it" : "each");
}

static void note_plugins(struct answer *answer)
{
    char first[BACKUP_FILE_NAME_MAX + 1];
    int64_t others = 0;
    int64_t count = restore_plugins(answer->restore, answer->request->home, &others, first);

    if (count > 0)
        note(answer,
             "%" PRId64 " of the plugins noted in the copy %s missing from %s/plugins, or %s other "
             "contents there (%" PRId64 "): %s first; put them there before robots run",
             count, count == 1 ? "is" : "are", answer->request->home, count == 1 ? "has" : "have",
             others, first);
}

/* A copy knows nothing of the home it was taken from, which may be serving elsewhere. */
static void note_starts(struct answer *answer)
{
    if (answer->robots == 0)
        return;
    if (answer->is_paused)
        note(answer,
             "%" PRId64
             " robot%s %spaused, so the next `automagi serve` starts nothing; `automagi robot "
             "resume ROBOT` for each that is to run here and nowhere else",
             answer->robots, answer->robots == 1 ? "" : "s",
             answer->is_rehearsal  ? "would be "
             : answer->robots == 1 ? "was "
                                   : "were ");
    else
        note(answer,
             "%" PRId64 " robot%s with %" PRId64
             " trigger%s can start at the next `automagi serve`, "
             "which also makes up for times missed since the copy (each trigger's \"misfire\"): "
             "where "
             "the home it is of goes on as well, the same work is done twice. To have them all "
             "paused: `automagi restore FILE --paused`",
             answer->robots, answer->robots == 1 ? "" : "s", answer->triggers,
             answer->triggers == 1 ? "" : "s");
}

static void note_way_back(struct answer *answer)
{
    if (answer->aside[0] != '\0')
        note(
            answer,
            "what was there is in %s/%s; to go back, stop the daemon and move its automagi.db* and "
            "keys, and the files of its logs, to %s in place of those there",
            answer->request->home, answer->aside, answer->request->home);
}

static void put_since(struct json_writer *writer, const char *name, int64_t count)
{
    json_key(writer, name);
    if (count >= 0)
        json_put_int(writer, count);
    else
        json_put_null(writer);
}

static void write_figures(struct answer *answer)
{
    const struct backup_report *report = restore_report(answer->restore);
    const struct backup_manifest *manifest = &report->manifest;
    const struct restore_difference *difference = &answer->difference;
    struct json_writer *writer = &answer->writer;

    result_bool(writer, "rehearsal", answer->is_rehearsal);
    result_text(writer, "file", answer->path);
    result_int(writer, "bytes", report->size_bytes);
    result_text(writer, "sha256", report->sha256);
    result_instant(writer, "made", manifest->made_ms);
    result_instant(writer, "newest", manifest->newest_ms);
    result_int(writer, "tasks", manifest->tasks);
    result_int(writer, "items", manifest->items);
    result_int(writer, "keys", manifest->keys);
    result_int(writer, "keys_destroyed", manifest->keys_gone);
    result_int(writer, "keys_back", answer->difference.keys_back);
    result_int(writer, "kroner_of_year", answer->kroner);
    result_int(writer, "triggers", answer->triggers);
    result_bool(writer, "paused", answer->is_paused);
    put_since(writer, "tasks_since", difference->tasks);
    put_since(writer, "corrections_since", difference->corrections);
    put_since(writer, "months_since", difference->months);
    put_since(writer, "items_since", difference->items);
    put_since(writer, "items_open_again", difference->reopened);
    put_since(writer, "items_ready_again", difference->reopened_ready);
    result_text_or_null(writer, "aside", answer->aside);
    result_int(writer, "took_ms", clock_monotonic_ms() - answer->begun_ms);
}

static void write_answer(struct answer *answer)
{
    const struct backup_manifest *manifest = &restore_report(answer->restore)->manifest;
    int64_t took_ms = clock_monotonic_ms() - answer->begun_ms;
    struct json_writer *writer = &answer->writer;
    char gone[CLI_KEYS_GONE_MAX];

    cli_keys_gone(manifest->keys_gone, gone);
    json_begin_object(writer);
    result_message(writer,
                   "%s: %s, %" PRId64 " %s, %" PRId64 " items, %" PRId64 " keys, %" PRId64
                   " kroner of the year, in %" PRId64 ".%" PRId64 " s%s%s",
                   answer->path, answer->is_rehearsal ? "good" : "restored", manifest->tasks,
                   manifest->tasks == 1 ? "task" : "tasks", manifest->items, manifest->keys,
                   answer->kroner, took_ms / 1000, took_ms % 1000 / 100,
                   answer->is_rehearsal ? "; nothing was changed" : "", gone);
    json_key(writer, "rows");
    json_begin_array(writer);
    note_age(answer);
    note_version(answer);
    note_difference(answer);
    note_plugins(answer);
    note_starts(answer);
    note_way_back(answer);
    json_end_array(writer);
    write_figures(answer);
    json_end_object(writer);
}

static int count_trigger(const struct trigger *trigger, void *context)
{
    struct answer *answer = context;

    (void)trigger;
    answer->triggers++;
    return 0;
}

static int count_starts(struct answer *answer, struct store *store, struct fault *fault)
{
    struct robot_list list = {0};
    int result = robot_list_read(store, &list, fault);
    size_t i;

    for (i = 0; i < list.count && result == 0; i++) {
        if (list.robots[i].plugin == NULL || list.robots[i].is_paused)
            continue;
        answer->robots++;
        result = trigger_each(store, list.robots[i].id, count_trigger, answer, fault);
    }
    robot_list_release(&list);
    return result;
}

/* The kroner are those from New Year to the copy's instant. */
static int count_copy(struct answer *answer, struct fault *fault)
{
    const struct backup_manifest *manifest = &restore_report(answer->restore)->manifest;
    int32_t to_day = clock_local_day(manifest->made_ms);
    struct savings_query query = {.to_day = to_day, .by = SAVINGS_BY_ROBOT};
    struct savings savings = {.row_count = 0};
    struct store *store = NULL;
    int year = 0;
    int month = 0;
    int day = 0;
    int result = store_open(restore_home(answer->restore), STORE_READ, &store, fault);

    clock_civil(to_day, &year, &month, &day);
    query.from_day = clock_day(year, 1, 1);
    if (result == 0)
        result = savings_read(store, &query, &savings, fault);
    if (result == 0) {
        answer->kroner = savings.total.kroner;
        result = count_starts(answer, store, fault);
    }
    savings_release(&savings);
    store_close(store);
    return result;
}

static int open_and_look(struct answer *answer, const char *folder, struct fault *fault)
{
    int result = restore_open(answer->path, folder, &answer->progress, &answer->restore, fault);

    cli_progress_clear(&answer->shown);
    if (result == 0)
        result = count_copy(answer, fault);
    if (result == 0)
        restore_compare(answer->restore, answer->request->home, &answer->difference);
    return result < 0 ? result : cli_progress_heed(answer->request, fault);
}

/* The answer of a rehearsal is shown, and asked about, where there is a store to lose; but not what would be refused. The
 * home's lock is held meanwhile, so what was told is what is done. */
static int ask(struct answer *answer, struct fault *fault)
{
    const struct restore_difference *difference = &answer->difference;
    char made[CLOCK_INSTANT_TEXT];
    int64_t asked_ms = clock_monotonic_ms();
    int result;

    if (!cli_may_ask(answer->request) || difference->is_other_kind ||
        (!difference->is_there && difference->unreadable[0] == '\0'))
        return 0;
    answer->is_rehearsal = true;
    write_answer(answer);
    answer->is_rehearsal = false;
    result = cli_print_written(answer->request, &answer->text, fault);
    text_clear(&answer->text);
    json_writer_init(&answer->writer, &answer->text);
    if (result < 0)
        return result;
    clock_format_instant(restore_report(answer->restore)->manifest.made_ms, made);
    (void)printf("- %s has a store: the copy of %s takes its place, and it is kept in "
                 "%s/before-restore-...\n",
                 answer->request->home, made, answer->request->home);
    result = cli_progress_ask(answer->request, fault);
    answer->begun_ms += clock_monotonic_ms() - asked_ms;
    return result;
}

static int put(struct answer *answer, struct fault *fault)
{
    char account[CLI_ACCOUNT_MAX];
    char whole[PATH_MAX];
    struct restore_asker asker = {.account = account,
                                  .by = answer->request->by,
                                  .path = answer->path,
                                  .is_paused = answer->is_paused};
    struct home_lock lock = HOME_UNLOCKED;
    int result = restore_prepare_home(answer->request->home, fault);

    if (result == 0)
        result = home_lock(answer->request->home, &lock, fault);
    if (result == -EWOULDBLOCK)
        result =
            fault_set(fault, result,
                      "%s: a daemon or another command works here; stop it first (SIGTERM), or "
                      "give --rehearse",
                      answer->request->home);
    if (result == 0)
        result = open_and_look(answer, answer->request->home, fault);
    if (result == 0)
        result = ask(answer, fault);
    if (result == 0)
        result = cli_account(account, fault);
    if (result == 0) {
        if (realpath(answer->path, whole) != NULL)
            asker.path = whole;
        result = restore_put(answer->restore, answer->request->home, &asker, answer->aside, fault);
        if (result == 0)
            cli_note_carried_out();
    }
    home_unlock(&lock);
    return result;
}

/* In the home when there is one: it has room for a store like that. Else beside the file. */
static int rehearse(struct answer *answer, struct fault *fault)
{
    char folder[PATH_MAX];
    struct stat about;
    char *slash;

    if (stat(answer->request->home, &about) == 0 && S_ISDIR(about.st_mode))
        return open_and_look(answer, answer->request->home, fault);
    if (!text_copy(folder, sizeof(folder), answer->path))
        return fault_set(fault, -ENAMETOOLONG, "%.80s...: the path is too long", answer->path);
    slash = strrchr(folder, '/');
    if (slash == NULL)
        (void)text_copy(folder, sizeof(folder), ".");
    else
        slash[slash == folder ? 1 : 0] = '\0';
    return open_and_look(answer, folder, fault);
}

int cli_restore(const struct cli_request *request, struct fault *fault)
{
    struct answer answer = {.request = request, .begun_ms = clock_monotonic_ms()};
    int result;

    answer.path = json_string(json_member(request->arguments, "file"));
    answer.is_rehearsal = json_bool(json_member(request->arguments, "rehearse"));
    answer.is_paused = json_bool(json_member(request->arguments, "paused"));
    text_init(&answer.text, ANSWER_MAX);
    json_writer_init(&answer.writer, &answer.text);
    /* A signal does not end it while keys lie unpacked, which restore_close() removes, and from restore_put() on is late. */
    cli_progress_begin(&answer.shown, &answer.progress);
    result = answer.is_rehearsal ? rehearse(&answer, fault) : put(&answer, fault);
    if (result == 0)
        write_answer(&answer);
    restore_close(answer.restore);
    cli_progress_end(&answer.shown);
    if (result == 0)
        result = cli_print_written(request, &answer.text, fault);
    text_release(&answer.text);
    return result;
}
