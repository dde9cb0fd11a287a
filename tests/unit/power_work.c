#include "tests/unit/power_work.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/command/command.h"
#include "core/store/backoff.h"
#include "core/store/backup.h"
#include "core/store/home.h"
#include "core/store/import.h"
#include "core/store/item.h"
#include "core/store/ledger.h"
#include "core/store/reference_key.h"
#include "core/store/restore.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/command_caller.h"
#include "tests/unit/dice.h"
#include "tests/unit/power_job.h"

enum {
    ITEMS = 5,
    ROWS = 4,
    CHECKPOINT_PAGES = 60, /* so that there are some in the midst */
    IDEMPOTENT_CLASS = 1,
    DAY_MS = 24 * 60 * 60 * 1000
};

static struct {
    char home[TEMP_HOME_PATH + 16], backup[TEMP_HOME_PATH + 32], backup_name[24];
    struct store *store;
    struct writer *writer;
    struct fault fault;
    struct dice dice;
    struct item_policy policy;
    struct home_lock lock;
    int64_t now_ms;
    int64_t robot_id, run_id, fence;
    int64_t leased[ITEMS];
    size_t leased_count;
    uint32_t seq;
    unsigned items, backups;
} work;

static void need(int result)
{
    if (result >= 0)
        return;
    (void)fprintf(stderr, "power_work: %d: %s\n", result, work.fault.text);
    exit(2);
}

/* ---- the home */

static void open_home(void)
{
    need(home_lock(work.home, &work.lock, &work.fault));
    need(store_open(work.home, STORE_WRITE, &work.store, &work.fault));
    power_say("+ generation SELECT generation >= %" PRId64 " FROM store\n",
              store_generation(work.store));
    (void)sqlite3_wal_autocheckpoint(work.store->db, CHECKPOINT_PAGES);
    need(writer_start(work.store, &work.writer, &work.fault));
}

static void close_home(void)
{
    writer_stop(work.writer);
    home_unlock(&work.lock);
}

static int command(struct power_job *job, struct store *store, struct fault *fault)
{
    char request[4096];
    struct command_effects effects;
    struct text reply;
    int result;

    (void)snprintf(request, sizeof request, "{\"command\":\"%s\",\"arguments\":%s}", job->command,
                   job->arguments);
    text_init(&reply, COMMAND_REPLY_MAX);
    result = command_execute(store, request, strlen(request), "tester", &reply, &effects);
    if (result < 0)
        result = fault_set(fault, result, "%s: %.500s", job->command, text_string(&reply));
    text_release(&reply);
    return result;
}

/* `check`: an id, and what is true from then on. */
static void do_command(const char *name, const char *arguments, const char *check)
{
    struct power_job *job = power_job_new(work.writer, command);

    job->command = name;
    job->arguments = arguments;
    power_will_say(job, "+ %s\n", check);
    power_job_do(job);
}

static int install(struct power_job *job, struct store *store, struct fault *fault)
{
    static char plugin[] = "test";
    struct robot definition = {
        .window = WINDOW_DAY, .plugin = plugin, .side_effects = IDEMPOTENT_CLASS};
    int result = robot_put(store, "franco", "Franco", false, false, &work.robot_id, fault);

    if (result == 0)
        result = robot_install(store, work.robot_id, &definition, fault);
    power_will_say(
        job, "+ robot SELECT count(*) FROM robot WHERE slug = 'franco' AND plugin = 'test'\n");
    return result;
}

/* ---- a run */

static int add(struct power_job *job, struct store *store, struct fault *fault)
{
    char payload[1500];
    struct item_new item = {
        .reference = job->reference, .payload = payload, .business_day = job->day};
    int result;

    memset(payload, 'p', sizeof payload - 1);
    payload[sizeof payload - 1] = '\0';
    result = item_add(store, &work.policy, &item, work.now_ms, &job->id, fault);
    power_will_say(job, "+ item-%" PRId64 " SELECT count(*) FROM item WHERE id = %" PRId64 "\n",
                   job->id, job->id);
    return result;
}

static int start_run(struct power_job *job, struct store *store, struct fault *fault)
{
    static const unsigned char plugin_hash[32] = {1};
    int result =
        run_create(store, work.robot_id, RUN_BY_HAND, "test", work.now_ms, &work.run_id, fault);

    if (result == 0)
        result = run_start(store, work.run_id, plugin_hash, work.now_ms, &work.fence, fault);
    work.seq = 0;
    power_will_say(job,
                   "+ run-%" PRId64 " SELECT state >= 2 AND fence = %" PRId64
                   " FROM run WHERE id = %" PRId64 "\n",
                   work.run_id, work.fence, work.run_id);
    return result;
}

static int keep_leased(const struct item_lease *item, void *context)
{
    struct power_job *job = context;

    work.leased[work.leased_count++] = item->id;
    power_will_say(job,
                   "+ lease-%" PRId64 " SELECT count(*) FROM lease l, json_each(l.items) j WHERE "
                   "l.run_id = %" PRId64 " AND l.fence = %" PRId64 " AND j.value = %" PRId64 "\n",
                   item->id, work.run_id, work.fence, item->id);
    return 0;
}

static int lease(struct power_job *job, struct store *store, struct fault *fault)
{
    bool more = false;

    work.leased_count = 0;
    return item_lease(store, &work.policy,
                      &(struct item_lease_request){work.run_id, work.fence, ITEMS, work.now_ms},
                      keep_leased, job, &more, fault);
}

static int take(struct power_job *job, struct store *store, struct fault *fault)
{
    struct item_result result = {.item_id = job->id,
                                 .run_id = work.run_id,
                                 .fence = work.fence,
                                 .seq = ++work.seq,
                                 .outcome = job->outcome,
                                 .completed_ms = work.now_ms,
                                 .duration_ms = 10,
                                 .note = job->outcome == 0 ? NULL : "why"};
    static const enum attempt_outcome recorded[] = {ATTEMPT_DONE, ATTEMPT_BUSINESS,
                                                    ATTEMPT_TRANSIENT};
    enum item_taken taken = ITEM_TAKEN_LATE;
    int code = item_take_result(store, &work.policy, &result, &taken, fault);

    if (code == 0 && taken == ITEM_TAKEN_LATE)
        return fault_set(fault, -EINVAL, "item %" PRId64 " came late", job->id);
    power_will_say(job,
                   "+ attempt-%" PRId64 "-%u SELECT count(*) FROM attempt WHERE run_id = %" PRId64
                   " AND seq = %u AND outcome = %d\n",
                   work.run_id, result.seq, work.run_id, result.seq, (int)recorded[job->outcome]);
    if (taken == ITEM_TAKEN_COUNTED)
        power_will_say(job,
                       "+ task-%" PRId64 "-%u SELECT count(*) FROM ledger WHERE run_id = %" PRId64
                       " AND seq = %u\n",
                       work.run_id, result.seq, work.run_id, result.seq);
    return code;
}

static int end_run(struct power_job *job, struct store *store, struct fault *fault)
{
    struct item_released released;
    int result = item_release_run(
        store, &work.policy,
        &(struct item_release){work.run_id, ITEM_BEGUN_FIRST, NULL, work.now_ms}, &released, fault);

    if (result == 0)
        result = run_end(store, work.run_id, RUN_DONE, NULL, work.now_ms, fault);
    power_will_say(job, "+ end-%" PRId64 " SELECT state = 3 FROM run WHERE id = %" PRId64 "\n",
                   work.run_id, work.run_id);
    return result;
}

/* Items of a day of its own, so that there is a new key; one of them is left to the next run. */
static void run(unsigned round)
{
    static const int outcomes[] = {0, 0, 1, 2, 0};
    size_t i;

    for (i = 0; i < ITEMS; i++) {
        struct power_job *job = power_job_new(work.writer, add);

        job->day = 20179 + (int32_t)round / 2;
        (void)snprintf(job->reference, sizeof job->reference, "SAG-%u", work.items++);
        power_job_submit(job);
        if (dice_roll(&work.dice, 2) == 0)
            power_job_wait(work.writer);
    }
    power_job_do(power_job_new(work.writer, start_run));
    power_job_do(power_job_new(work.writer, lease));
    for (i = 0; i + 1 < work.leased_count; i++) {
        struct power_job *job = power_job_new(work.writer, take);

        job->id = work.leased[i];
        job->outcome = outcomes[i];
        power_say("- item-%" PRId64 "\n- lease-%" PRId64 "\n", job->id, job->id);
        power_job_submit(job);
        if (dice_roll(&work.dice, 3) == 0)
            power_job_wait(work.writer);
    }
    power_job_wait(work.writer);
    for (; i < work.leased_count; i++)
        power_say("- lease-%" PRId64 "\n", work.leased[i]);
    power_job_do(power_job_new(work.writer, end_run));
    work.now_ms += DAY_MS / 24;
    clock_pretend(work.now_ms);
}

/* ---- an import */

static int begin_import(struct power_job *job, struct store *store, struct fault *fault)
{
    unsigned char hash[32] = {(unsigned char)job->number, 1};
    struct import_record import;
    int result = import_begin(store, &(struct import_new){"tasks.csv", hash, ROWS, "tester"},
                              work.now_ms, &import, fault);

    work.run_id = import.id;
    power_will_say(job, "+ import-%" PRId64 " SELECT count(*) FROM import WHERE id = %" PRId64 "\n",
                   import.id, import.id);
    return result;
}

static int import_one(struct power_job *job, struct store *store, struct fault *fault)
{
    struct import_row row = {.number = job->number,
                             .line = job->number,
                             .robot_id = work.robot_id,
                             .reference = job->reference,
                             .completed_ms = work.now_ms - INT64_C(60) * DAY_MS,
                             .outcome = (enum import_outcome)job->outcome,
                             .duration_ms = 20};
    struct import_met met = {0};
    int result = import_apply(store, work.run_id, &row, work.now_ms, &met, fault);

    power_will_say(job,
                   "+ rows-%" PRId64 " SELECT applied >= %" PRId64
                   " FROM import WHERE id = %" PRId64 "\n",
                   work.run_id, job->number, work.run_id);
    if (job->outcome == IMPORT_UNDONE)
        power_will_say(
            job, "+ undone-%" PRId64 " SELECT undone_rows FROM import WHERE id = %" PRId64 "\n",
            work.run_id, work.run_id);
    return result < 0 ? result : 0;
}

static int end_import(struct power_job *job, struct store *store, struct fault *fault)
{
    struct import_record import;
    int result = import_finish(store, work.run_id, work.now_ms, &import, fault);

    power_will_say(job,
                   "+ imported-%" PRId64
                   " SELECT finished_ms IS NOT NULL FROM import WHERE id = %" PRId64 "\n",
                   work.run_id, work.run_id);
    return result;
}

/* Of which the last takes the first back. */
static void import_file(unsigned round)
{
    struct power_job *job = power_job_new(work.writer, begin_import);
    int64_t number;

    job->number = round;
    power_job_do(job);
    for (number = 1; number <= ROWS; number++) {
        job = power_job_new(work.writer, import_one);
        job->number = number;
        job->outcome = number == ROWS ? IMPORT_UNDONE : IMPORT_DONE;
        (void)snprintf(job->reference, sizeof job->reference, "FIL-%u-%" PRId64, round,
                       number == ROWS ? 1 : number);
        power_job_submit(job);
        if (dice_roll(&work.dice, 2) == 0)
            power_job_wait(work.writer);
    }
    power_job_wait(work.writer);
    power_job_do(power_job_new(work.writer, end_import));
}

/* ---- backup and restore */

static void back_up(const char *root)
{
    struct backup_report report;

    (void)snprintf(work.backup_name, sizeof work.backup_name, "backup-%u", ++work.backups);
    (void)snprintf(work.backup, sizeof work.backup, "%s/%s", root, work.backup_name);
    power_say("backing up\n");
    need(backup_make(work.home, work.backup, NULL, &report, &work.fault));
    backup_report_release(&report);
    power_say("backup %s\n", work.backup_name);
}

static void restore(void)
{
    struct restore *restore = NULL;
    char aside[RESTORE_ASIDE_MAX];
    struct restore_asker asker = {.account = "tester", .path = work.backup};

    need(home_lock(work.home, &work.lock, &work.fault));
    need(restore_open(work.backup, work.home, NULL, &restore, &work.fault));
    power_say("restore\n");
    need(restore_put(restore, work.home, &asker, aside, &work.fault));
    power_say("restored\n");
    restore_close(restore);
    home_unlock(&work.lock);
}

/* ---- all of it */

static void set_up(const char *root, uint64_t seed)
{
    char path[TEMP_HOME_PATH + 16];
    bool made = false;
    int said_fd;

    dice_start(&work.dice, seed);
    backoff_pretend(BACKOFF_PARTS);
    work.now_ms = INT64_C(1000) * POWER_NOW_S;
    clock_pretend(work.now_ms);
    (void)snprintf(work.home, sizeof work.home, "%s/home", root);
    (void)snprintf(path, sizeof path, "%s/said", root);
    said_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    need(said_fd);
    power_say_to(said_fd);
    need(home_init(work.home, &made, &work.fault));
    power_say("made\n");
}

static void decide(void)
{
    char *town = caller_file("town.json", caller_town);

    do_command("load", town, "loaded SELECT count(*) = 2 FROM robot WHERE slug IN ('r', 'form')");
    free(town);
    do_command("estimate set",
               "{\"robot\":\"r\",\"minutes\":\"1\",\"from\":\"2025-04-01\",\"by\":\"Owner\","
               "\"reason\":\"measured\"}",
               "set SELECT count(*) FROM estimate WHERE set_by = 'Owner'");
    do_command("estimate sign", "{\"robot\":\"r\",\"by\":\"Head\"}",
               "signed SELECT count(*) FROM document WHERE signed_by = 'Head'");
    power_job_do(power_job_new(work.writer, install));
}

static void know_robot(void)
{
    work.policy = (struct item_policy){.robot_id = work.robot_id,
                                       .window = WINDOW_DAY,
                                       .side_effects = IDEMPOTENT_CLASS,
                                       .attempts = 3,
                                       .retry_delay_ms = 1000};
}

void power_work(const char *root, unsigned rounds, uint64_t seed)
{
    unsigned round;

    set_up(root, seed);
    open_home();
    decide();
    know_robot();
    for (round = 0; round < rounds; round++) {
        run(round);
        if (round % 3 == 0)
            import_file(round);
        if (round == 1)
            do_command("period close", "{\"month\":\"2025-01\",\"by\":\"Controller\"}",
                       "closed SELECT count(*) FROM period WHERE closed_by = 'Controller'");
        if (round % 4 == 2)
            back_up(root);
        if (round % 4 == 3) {
            close_home();
            if (round % 8 == 3)
                restore();
            open_home();
        }
    }
    close_home();
}

/* ---- after a kill */

static int ask(struct store *store, const char *query, int64_t *ret_answer, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, query, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    *ret_answer = result > 0 ? sqlite3_column_int64(statement, 0) : 0;
    sql_done(statement);
    return result < 0 ? result : 0;
}

static int look_around(struct power_job *job, struct store *store, struct fault *fault)
{
    static const char ROBOT[] = "SELECT id FROM robot WHERE slug = 'franco' AND plugin IS NOT NULL";
    static const char RESTORES[] = "SELECT count(*) FROM audit WHERE action = 'restore'";
    int64_t restores = 0;
    int result = ask(store, ROBOT, &work.robot_id, fault);

    if (result == 0)
        result = ask(store, RESTORES, &restores, fault);
    power_will_say(job, "resumed %" PRId64 "\n", restores);
    return result;
}

static int gather(const struct run_record *lost, void *context)
{
    struct power_job *job = context;

    if (lost->state == RUN_RUNNING)
        job->id = lost->id;
    return 0;
}

/* There is one at most. */
static int end_lost_run(struct power_job *job, struct store *store, struct fault *fault)
{
    struct item_released released;
    int result = run_each_open(store, gather, job, fault);

    if (result < 0 || job->id == 0)
        return result < 0 ? result : 0;
    result = item_release_run(store, &work.policy,
                              &(struct item_release){job->id, ITEM_BEGUN_ANY, NULL, work.now_ms},
                              &released, fault);
    if (result == 0)
        result = run_end(store, job->id, RUN_LOST, "killed", work.now_ms, fault);
    power_will_say(job, "+ end-%" PRId64 " SELECT state = 3 FROM run WHERE id = %" PRId64 "\n",
                   job->id, job->id);
    return result;
}

void power_resume(const char *root, unsigned rounds, uint64_t seed)
{
    unsigned round;

    set_up(root, seed);
    work.items = 1000;
    open_home();
    power_job_do(power_job_new(work.writer, look_around));
    if (work.robot_id != 0) {
        know_robot();
        power_job_do(power_job_new(work.writer, end_lost_run));
        for (round = 0; round < rounds;
             round += 2) /* each day again: its key may be there already */
            run(round);
    }
    close_home();
}
