/*
 * time_schedules HOME COUNT - fills the triggers of a store that has none with COUNT mixed schedules, and measures
 * what a program does with them at its start: read each row, parse it, find its first next time, hold it. Lines of
 * NAME NUMBER: `scan`, milliseconds of stepping through the same rows with SQLite alone; `read`, of trigger_each()
 * that does nothing with them; `load`, of all; `parse` and `next`, of these two, each alone over rows in memory;
 * `bytes`, allocated per schedule; `fires`, per second: the first taken and its next time put in.
 */
#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/schedule/due.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

enum { FORMS = 8, PER_ROBOT = 64, FIRES = 3000000, SAMPLE = 100000 };

static double now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Those of a robot differ. */
static void mix(char *target, size_t size, int i)
{
    static const char *const forms[FORMS] = {
        "%d %d * * *",     "%d %d * * man-fre", "%d-59/10 %d-23 * * *", "%d %d LB-1 * *",
        "%d %d 1B,LB * *", "%d %d * * fri#2",   "%d %d 15W,L * *",      "%d %d 1 jan,jul *",
    };
    int minute = i / FORMS % FORMS * 7 + i / PER_ROBOT % 7;
    int hour = (int)((unsigned)i * 2654435761U >> 8) % 24;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(target, size, forms[i % FORMS], minute, hour);
#pragma GCC diagnostic pop
}

static int fill(sqlite3 *db, int count)
{
    static const char SQL[] = "INSERT INTO trigger(robot_id, kind, cron, misfire, misfire_limit, "
                              "overlap, is_added, made_by, since_ms) "
                              "VALUES(?1, 1, ?2, 2, 1, 1, 0, 'bench', 1)";
    sqlite3_stmt *statement = NULL;
    char cron[CRON_TEXT_MAX];
    int result = sqlite3_exec(db, "PRAGMA foreign_keys = off; BEGIN", NULL, NULL, NULL);
    int i;

    if (result == SQLITE_OK)
        result = sqlite3_prepare_v2(db, SQL, -1, &statement, NULL);
    for (i = 0; i < count && result == SQLITE_OK; i++) {
        mix(cron, sizeof cron, i);
        sqlite3_bind_int(statement, 1, i / PER_ROBOT + 1);
        sqlite3_bind_text(statement, 2, cron, -1, SQLITE_STATIC);
        result = sqlite3_step(statement) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    return result == SQLITE_OK ? sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) : result;
}

/* The rows as SQLite gives them. */
static int scan(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int64_t sum = 0;
    double begun = now_ms();
    int result = sqlite3_prepare_v2(
        db, "SELECT id, robot_id, cron, since_ms FROM trigger ORDER BY id", -1, &statement, NULL);

    while (result == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        sum += sqlite3_column_int64(statement, 0) + sqlite3_column_text(statement, 2)[0];
    sqlite3_finalize(statement);
    printf("scan %.1f\n", now_ms() - begun);
    return sum > 0 ? result : SQLITE_ERROR;
}

static int prepare(const char *home, int count)
{
    char path[4200];
    sqlite3 *db = NULL;
    int result;

    (void)snprintf(path, sizeof path, "%s/automagi.db", home);
    result = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (result == SQLITE_OK)
        result = fill(db, count);
    if (result == SQLITE_OK)
        result = scan(db);
    if (result != SQLITE_OK)
        fprintf(stderr, "time_schedules: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
    return result;
}

static int count_only(const struct trigger *trigger, void *context)
{
    (void)trigger;
    ++*(size_t *)context;
    return 0;
}

struct loading {
    struct due due;
    uint32_t now_minute;
    struct fault fault;
};

static int hold(const struct trigger *trigger, void *context)
{
    struct loading *loading = context;
    struct due_schedule schedule = {
        .id = (uint32_t)trigger->id,
        .last_minute = trigger->last_nominal_ms == 0 ? 0 : due_minute(trigger->last_nominal_ms)};
    int result = cron_parse(trigger->rule.cron, &schedule.cron, &loading->fault);

    if (result < 0)
        return result;
    return due_add(&loading->due, &schedule, due_next(&schedule.cron, NULL, loading->now_minute),
                   &loading->fault);
}

static size_t allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

static int load(struct store *store, struct loading *loading)
{
    size_t before;
    size_t count = 0;
    double begun = now_ms();
    int result = trigger_each(store, 0, count_only, &count, &loading->fault);

    if (result < 0)
        return result;
    printf("read %.1f\n", now_ms() - begun);
    before = allocated();
    begun = now_ms();
    result = trigger_each(store, 0, hold, loading, &loading->fault);
    due_build(&loading->due);
    if (result < 0)
        return result;
    printf("load %.1f\nbytes %.2f\n", now_ms() - begun,
           (double)(allocated() - before) / (double)loading->due.count);
    return 0;
}

static void parts(const struct loading *loading)
{
    static char texts[SAMPLE][CRON_TEXT_MAX];
    struct cron cron;
    struct fault fault;
    uint32_t sum = 0;
    double begun;
    double scale = (double)loading->due.count / SAMPLE;
    int i;

    for (i = 0; i < SAMPLE; i++)
        mix(texts[i], sizeof texts[i], i);
    begun = now_ms();
    for (i = 0; i < SAMPLE; i++)
        sum += (uint32_t)cron_parse(texts[i], &cron, &fault) + cron.months;
    printf("parse %.1f\n", (now_ms() - begun) * scale);
    begun = now_ms();
    for (i = 0; i < SAMPLE; i++)
        sum += due_next(&loading->due.schedules[(size_t)i % loading->due.count].cron, NULL,
                        loading->now_minute);
    printf("next %.1f\n", (now_ms() - begun) * scale);
    if (sum == 0)
        printf("nothing\n"); /* so that nothing of it is left out */
}

static void fire(struct due *due)
{
    double begun = now_ms();
    uint32_t minute = 0;
    int i;

    for (i = 0; i < FIRES; i++) {
        struct due_schedule *first = due_first(due, &minute);

        if (first == NULL)
            break;
        first->last_minute = minute;
        due_replace_first(due, due_next(&first->cron, NULL, minute));
    }
    printf("fires %.0f\n", i * 1e3 / (now_ms() - begun));
}

int main(int argc, char **argv)
{
    struct store *store = NULL;
    static struct loading loading;
    int64_t count = 0;
    int result;

    if (argc != 3 || !text_to_int64(argv[2], 1, DUE_MOST, &count))
        return 2;
    if (prepare(argv[1], (int)count) != 0)
        return 1;
    due_init(&loading.due);
    loading.now_minute = due_minute(clock_now_ms());
    result = store_open(argv[1], STORE_READ, &store, &loading.fault);
    if (result == 0)
        result = load(store, &loading);
    if (result == 0) {
        parts(&loading);
        fire(&loading.due);
    } else {
        fprintf(stderr, "time_schedules: %s\n", loading.fault.text);
    }
    due_release(&loading.due);
    store_close(store);
    return result < 0 ? 1 : 0;
}
