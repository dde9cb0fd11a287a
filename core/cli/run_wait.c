/* run --wait: until the run has ended. Reads the store; the daemon is not asked. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { LOOK_MS = 100, TEXT_LIMIT = 8192, WAITS_MAX = sizeof(((struct run_record *)NULL)->waits) };

int cli_look_at_run(const char *home, int64_t run_id, struct run_record *ret_run,
                    struct fault *fault)
{
    struct store *store = NULL;
    int result = store_open(home, STORE_READ, &store, fault);

    if (result == 0)
        result = run_read(store, run_id, ret_run, fault);
    store_close(store);
    return result;
}

int cli_need_daemon(const char *home, int64_t run_id, struct fault *fault)
{
    struct run_record run = {0};
    int result;

    if (home_is_locked(home) || home_is_served(home)) /* the lock's file may have been removed */
        return 0;
    result =
        cli_look_at_run(home, run_id, &run, fault); /* its end may have come before the daemon's */
    if (result < 0 || run.state == RUN_ENDED)
        return result;
    return fault_set(fault, -ECANCELED,
                     "automagid went away; the run's end is in `automagi runs` once it is started "
                     "again");
}

/* Said when it is known, and again when it is another reason: on stderr, for the answer is the run's end. */
static void say_wait(const struct run_record *run, char said[static WAITS_MAX])
{
    char line[WAITS_MAX + 64];

    if (run->state != RUN_QUEUED || run->waits[0] == '\0' || strcmp(run->waits, said) == 0)
        return;
    (void)text_copy(said, WAITS_MAX, run->waits);
    (void)snprintf(line, sizeof(line), "run %" PRId64 " waits: %s", run->id, said);
    cli_print_line(line, stderr);
}

static int wait_for_end(const char *home, int64_t run_id, struct run_record *run,
                        struct fault *fault)
{
    static const struct timespec moment = {.tv_nsec = LOOK_MS * 1000000L};
    char said[WAITS_MAX] = "";
    int result = 0;

    while (result == 0) {
        result = cli_look_at_run(home, run_id, run, fault);
        if (result < 0 || run->state == RUN_ENDED)
            break;
        say_wait(run, said);
        (void)nanosleep(&moment, NULL);
        result = cli_need_daemon(home, run_id, fault);
    }
    return result;
}

static void print_json(const struct run_record *run)
{
    struct json_writer writer;
    struct text text;

    text_init(&text, TEXT_LIMIT);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    json_key(&writer, "run");
    json_put_int(&writer, run->id);
    json_key(&writer, "robot");
    json_put_string(&writer, run->robot);
    json_key(&writer, "state");
    json_put_string(&writer, run_ending_word(run->ending));
    json_key(&writer, "done");
    json_put_int(&writer, run->done);
    json_key(&writer, "business");
    json_put_int(&writer, run->business);
    json_key(&writer, "failed");
    json_put_int(&writer, run->failed);
    json_key(&writer, "note");
    json_put_string(&writer, run->note[0] != '\0' ? run->note : NULL);
    json_end_object(&writer);
    (void)printf("%s\n", text_string(&text));
    text_release(&text);
}

int cli_run_wait(const struct cli_request *request, int64_t run_id, struct fault *fault)
{
    struct run_record run = {0};
    char counts[256];
    int result = wait_for_end(request->home, run_id, &run, fault);

    if (result < 0)
        return result;
    if (request->format == CLI_JSON)
        print_json(&run);
    (void)snprintf(
        counts, sizeof(counts),
        "run %" PRId64 " of %s: %s; %" PRId64 " done, %" PRId64 " for a person, %" PRId64 " failed",
        run.id, run.robot, run_ending_word(run.ending), run.done, run.business, run.failed);
    if (run.ending == RUN_DONE) {
        if (request->format != CLI_JSON)
            (void)printf("%s%s%s\n", counts, run.note[0] != '\0' ? ": " : "", run.note);
        return 0;
    }
    if (run.note[0] != '\0' && strstr(run.note, "automagi tail") != NULL)
        return fault_set(fault, -ECANCELED, "%s: %s", counts, run.note);
    return fault_set(fault, -ECANCELED, "%s%s%s; see `automagi tail %" PRId64 "`", counts,
                     run.note[0] != '\0' ? ": " : "", run.note, run.id);
}
