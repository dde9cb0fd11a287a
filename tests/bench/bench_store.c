/*
 * bench_store [TASKS [ROUNDS [FOLDER [BATCH]]]] - what the store costs a task, in one process.
 *
 *   ours    item_add(), item_lease(), item_take_result() in transactions of BATCH
 *   same    a bare SQLite loop that leaves the same in the same tables
 *   record  a bare SQLite loop over attempt and ledger alone: the least that is kept of a task
 *
 * The three take turns; the last lines are medians, and the ratios of medians.
 */
#include <inttypes.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/store/home.h"
#include "core/store/item.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

#include <fcntl.h>

enum { ROUNDS_MAX = 99, BATCH_MAX = 8192, SEALED_SIZE = 150, RUN = 1, ROBOT = 1, DAY = 20000 };

static const int64_t COMPLETED_MS = INT64_C(1743494400000);
static const char PAYLOAD[] = "{\"supplier\":\"12345678\",\"amount\":\"1234.50\",\"account\":"
                              "\"4711\",\"file\":\"in/2025/04/01/invoice.xml\"}";

static struct {
    int64_t tasks, batch;
    char home[4096];
    struct fault fault;
    struct store *store;
    sqlite3 *db;
    int64_t fence;
    struct item_policy policy;
    int64_t ids[BATCH_MAX];
    int64_t leased;
    uint32_t seq;
} bench;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void need(int result)
{
    if (result < 0) {
        fprintf(stderr, "bench_store: %s\n", bench.fault.text);
        exit(1);
    }
}

static void need_sqlite(int code)
{
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "bench_store: %s\n", sqlite3_errmsg(bench.db));
        exit(1);
    }
}

/* ---- ours */

static void open_store(void)
{
    int64_t robot_id = 0;
    int64_t run_id = 0;
    static const unsigned char plugin_hash[32];
    bool made = false;

    need(home_init(bench.home, &made, &bench.fault));
    need(store_open(bench.home, STORE_WRITE, &bench.store, &bench.fault));
    need(store_begin(bench.store, &bench.fault));
    need(robot_put(bench.store, "bench", "Bench", false, false, &robot_id, &bench.fault));
    need(run_create(bench.store, robot_id, RUN_BY_HAND, "bench", COMPLETED_MS, &run_id,
                    &bench.fault));
    need(run_start(bench.store, run_id, plugin_hash, COMPLETED_MS, &bench.fence, &bench.fault));
    need(store_commit(bench.store, &bench.fault));
    bench.policy = (struct item_policy){.robot_id = robot_id,
                                        .window = WINDOW_DAY,
                                        .side_effects = 1,
                                        .attempts = 3,
                                        .retry_delay_ms = 1000};
    bench.seq = 0;
}

static int keep(const struct item_lease *item, void *context)
{
    (void)context;
    bench.ids[bench.leased++] = item->id;
    return 0;
}

static void add_ours(int64_t first, int64_t count)
{
    int64_t i;

    need(store_begin(bench.store, &bench.fault));
    for (i = first; i < first + count; i++) {
        char reference[32];
        int64_t id = 0;
        struct item_new item = {.reference = reference, .payload = PAYLOAD, .business_day = DAY};

        (void)snprintf(reference, sizeof reference, "FAKTURA-%08" PRId64, i);
        need(item_add(bench.store, &bench.policy, &item, COMPLETED_MS, &id, &bench.fault));
    }
    need(store_commit(bench.store, &bench.fault));
}

/* As the daemon does it: the results of one lease and the next lease share a transaction. */
static void work_ours(void)
{
    int64_t i;
    bool more = false;

    need(store_begin(bench.store, &bench.fault));
    for (i = 0; i < bench.leased; i++) {
        struct item_result result = {.item_id = bench.ids[i],
                                     .run_id = RUN,
                                     .fence = bench.fence,
                                     .seq = ++bench.seq,
                                     .completed_ms = COMPLETED_MS + bench.seq,
                                     .duration_ms = 1500};
        enum item_taken taken;

        need(item_take_result(bench.store, &bench.policy, &result, &taken, &bench.fault));
        if (taken != ITEM_TAKEN_COUNTED)
            abort();
    }
    bench.leased = 0;
    need(item_lease(
        bench.store, &bench.policy,
        &(struct item_lease_request){RUN, bench.fence, (uint32_t)bench.batch, COMPLETED_MS}, keep,
        NULL, &more, &bench.fault));
    need(store_commit(bench.store, &bench.fault));
}

static void run_ours(void)
{
    int64_t i;

    for (i = 0; i < bench.tasks; i += bench.batch)
        add_ours(i, bench.batch);
    bench.leased = 0;
    do
        work_ours();
    while (bench.leased > 0);
}

/* ---- bare SQLite */

static void run_sql(const char *text)
{
    need_sqlite(sqlite3_exec(bench.db, text, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(const char *text)
{
    sqlite3_stmt *statement = NULL;

    need_sqlite(
        sqlite3_prepare_v3(bench.db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    return statement;
}

static void step(sqlite3_stmt *statement)
{
    need_sqlite(sqlite3_step(statement));
    (void)sqlite3_reset(statement);
}

static void open_bare(void)
{
    char path[4200];

    open_store();
    store_close(bench.store);
    (void)snprintf(path, sizeof path, "%s/automagi.db", bench.home);
    need_sqlite(
        sqlite3_open_v2(path, &bench.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    run_sql("PRAGMA synchronous = FULL");
    run_sql("PRAGMA foreign_keys = ON");
    run_sql("PRAGMA secure_delete = ON");
    run_sql("PRAGMA cell_size_check = ON");
    run_sql("PRAGMA cache_size = -4096");
    run_sql("PRAGMA wal_autocheckpoint = 4000");
}

static void close_bare(void)
{
    sqlite3_stmt *statement;

    while ((statement = sqlite3_next_stmt(bench.db, NULL)) != NULL)
        (void)sqlite3_finalize(statement);
    need_sqlite(sqlite3_close(bench.db));
}

static void hash_of(int64_t i, unsigned char hash[static 16])
{
    static const unsigned char key[32] = {1};

    (void)crypto_generichash(hash, 16, (const unsigned char *)&i, sizeof i, key, sizeof key);
}

static void add_bare(sqlite3_stmt *add, int64_t first, int64_t count)
{
    static const unsigned char sealed[SEALED_SIZE] = {1};
    unsigned char hash[16];
    int64_t i;

    run_sql("BEGIN IMMEDIATE");
    for (i = first; i < first + count; i++) {
        hash_of(i, hash);
        sqlite3_bind_int64(add, 1, DAY);
        sqlite3_bind_blob(add, 2, hash, sizeof hash, SQLITE_STATIC);
        sqlite3_bind_blob(add, 3, "12345678", 8, SQLITE_STATIC);
        sqlite3_bind_blob(add, 4, sealed, sizeof sealed, SQLITE_STATIC);
        sqlite3_bind_text(add, 5, "*0001", -1, SQLITE_STATIC);
        sqlite3_bind_int64(add, 6, COMPLETED_MS);
        step(add);
    }
    run_sql("COMMIT");
}

struct record {
    sqlite3_stmt *attempt, *ledger, *day, *month;
};

static void prepare_record(struct record *record)
{
    record->attempt = prepare("INSERT INTO attempt(run_id, seq, outcome, day, completed_ms, "
                              "duration_ms, masked) VALUES(1, ?1, 0, 20000, ?2, 1500, '*0001')");
    record->ledger = prepare("INSERT INTO ledger(robot_id, window, ref_hash, run_id, seq) "
                             "VALUES(1, 20000, ?1, 1, ?2) ON CONFLICT DO NOTHING");
    record->day = prepare("INSERT INTO rollup_day VALUES(20000, 1, 24297, 0, 0, ?1, ?1) "
                          "ON CONFLICT DO UPDATE SET count = count + ?1");
    record->month = prepare("INSERT INTO rollup_month VALUES(24297, 1, 24297, 0, 0, ?1, ?1) "
                            "ON CONFLICT DO UPDATE SET count = count + ?1");
}

static void put_record(const struct record *record, int64_t i, const unsigned char *hash)
{
    sqlite3_bind_int64(record->attempt, 1, i);
    sqlite3_bind_int64(record->attempt, 2, COMPLETED_MS + i);
    step(record->attempt);
    sqlite3_bind_blob(record->ledger, 1, hash, 16, SQLITE_STATIC);
    sqlite3_bind_int64(record->ledger, 2, i);
    step(record->ledger);
}

static void put_sums(const struct record *record, int64_t count)
{
    sqlite3_bind_int64(record->day, 1, count);
    step(record->day);
    sqlite3_bind_int64(record->month, 1, count);
    step(record->month);
}

/* As much of the queue as there is: leases are a row, done items are deleted by range. */
static void run_same(void)
{
    sqlite3_stmt *add =
        prepare("INSERT INTO item(robot_id, window, ref_hash, state, priority, business_day, "
                "attempts, payload_hash, sealed, masked, created_ms, changed_ms) "
                "VALUES(1, ?1, ?2, 0, 0, 20000, 0, ?3, ?4, ?5, ?6, ?6)");
    sqlite3_stmt *ready = prepare("SELECT id, ref_hash, sealed, masked, attempts FROM item "
                                  "WHERE robot_id = 1 AND state = 0 ORDER BY priority DESC, "
                                  "-deadline_ms DESC, id LIMIT ?1");
    sqlite3_stmt *lease = prepare("REPLACE INTO lease VALUES(1, 1, 1, ?1)");
    sqlite3_stmt *done = prepare("DELETE FROM item WHERE id BETWEEN ?1 AND ?2");
    static unsigned char hashes[BATCH_MAX][16];
    static char list[BATCH_MAX * 8];
    struct record record;
    int64_t i;

    memset(list, '7', sizeof list);
    prepare_record(&record);
    for (i = 0; i < bench.tasks; i += bench.batch)
        add_bare(add, i, bench.batch);
    for (i = 0; i < bench.tasks; i += bench.batch) {
        int64_t first = i + 1;
        int64_t count = 0;

        run_sql("BEGIN IMMEDIATE");
        sqlite3_bind_int64(ready, 1, bench.batch);
        while (sqlite3_step(ready) == SQLITE_ROW) {
            memcpy(hashes[count++], sqlite3_column_blob(ready, 1), 16);
            (void)sqlite3_column_blob(ready, 2);
        }
        (void)sqlite3_reset(ready);
        sqlite3_bind_text(lease, 1, list, (int)count * 7, SQLITE_STATIC);
        step(lease);
        run_sql("COMMIT");
        run_sql("BEGIN IMMEDIATE");
        sqlite3_bind_int64(done, 1, first);
        sqlite3_bind_int64(done, 2, first + count - 1);
        step(done);
        for (count = 0; count < bench.batch; count++)
            put_record(&record, first + count, hashes[count]);
        put_sums(&record, bench.batch);
        run_sql("COMMIT");
    }
}

static void run_record(void)
{
    struct record record;
    unsigned char hash[16];
    int64_t i;
    int64_t j;

    prepare_record(&record);
    for (i = 0; i < bench.tasks; i += bench.batch) {
        run_sql("BEGIN IMMEDIATE");
        for (j = i; j < i + bench.batch; j++) {
            hash_of(j, hash);
            put_record(&record, j + 1, hash);
        }
        put_sums(&record, bench.batch);
        run_sql("COMMIT");
    }
}

/* ---- */

static void clean(void)
{
    if (file_remove_tree(AT_FDCWD, bench.home) < 0) {
        fprintf(stderr, "bench_store: %s cannot be removed\n", bench.home);
        exit(1);
    }
}

static double measure_ours(void)
{
    double begun;
    double seconds;

    open_store();
    begun = now();
    run_ours();
    seconds = now() - begun;
    store_close(bench.store);
    clean();
    return (double)bench.tasks / seconds;
}

static double measure_bare(void (*run)(void))
{
    double begun;
    double seconds;

    open_bare();
    begun = now();
    run();
    seconds = now() - begun;
    close_bare();
    clean();
    return (double)bench.tasks / seconds;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *rates, int count)
{
    qsort(rates, (size_t)count, sizeof rates[0], compare);
    return count % 2 == 1 ? rates[count / 2] : (rates[count / 2 - 1] + rates[count / 2]) / 2;
}

/* Sorts both. */
static void tell(const char *what, double *rates, double *ours, int count)
{
    double rate = median(rates, count);

    printf("%s: median %.0f tasks/s, best %.0f; ours is %.2f of it (best of best: %.2f)\n", what,
           rate, rates[count - 1], median(ours, count) / rate, ours[count - 1] / rates[count - 1]);
}

int main(int argc, char **argv)
{
    static double ours[ROUNDS_MAX], same[ROUNDS_MAX], record[ROUNDS_MAX];
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 3;
    const char *folder = argc > 3 ? argv[3] : "/var/tmp";
    const char *only = getenv("BENCH_ONLY");
    int i;

    bench.batch = argc > 4 ? strtol(argv[4], NULL, 10) : 1000;
    bench.tasks = argc > 1 ? strtol(argv[1], NULL, 10) : 200000;
    if (rounds < 1 || rounds > ROUNDS_MAX || bench.batch < 1 || bench.batch > BATCH_MAX ||
        bench.tasks < bench.batch)
        return 2;
    bench.tasks -= bench.tasks % bench.batch;
    (void)snprintf(bench.home, sizeof bench.home, "%s/bench_store.%ld", folder, (long)getpid());
    if (sodium_init() < 0)
        return 1;
    if (only != NULL && strcmp(only, "ours") == 0) { /* for a profile */
        printf("ours %.0f/s\n", measure_ours());
        return 0;
    }
    for (i = 0; i < rounds; i++) {
        record[i] = measure_bare(run_record);
        ours[i] = measure_ours();
        same[i] = measure_bare(run_same);
        printf("round %d: ours %.0f/s, same tables %.0f/s, attempt+ledger %.0f/s\n", i + 1, ours[i],
               same[i], record[i]);
    }
    tell("ours", ours, ours, rounds);
    tell("same tables, bare", same, ours, rounds);
    tell("attempt and ledger, bare", record, ours, rounds);
    return 0;
}
