/* What a clock that stood ahead left behind, when it is set right. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/date_note.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

/* What a person put off rests until the time that the person gave. */
static int right_delays(struct store *store, int64_t now_ms, int64_t *ret_count,
                        struct fault *fault)
{
    static const char SQL[] = "UPDATE item SET due_ms = ?1 + due_ms - changed_ms, changed_ms = ?1 "
                              "WHERE state = 2 AND attempts > 0 AND changed_ms > ?1 + 3600000 "
                              "AND (note IS NULL OR NOT note GLOB 'put off until *')";
    int result = sql_run_numbers(store, SQL, now_ms, 0, fault);

    if (result == 0)
        *ret_count = sql_changes(store);
    return result;
}

/* What is still open was added by then: an import on a later day is to find it there. Of an item of before there was a
 * column for it, whether it has a date is guessed by when it was added, and that stays. */
static int right_open(struct store *store, int64_t now_ms, int64_t by_ms, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET created_ms = created_ms - ?2 WHERE state IN (0, 2, 3) "
        "AND created_ms > ?1 AND is_dated IS NOT NULL";

    return sql_run_numbers(store, SQL, now_ms, by_ms, fault);
}

/* A robot, and the window that now is. */
struct righted {
    int64_t robot_id;
    enum robot_window kind;
    int64_t window;
    int64_t now_ms, by_ms;
};

/* What was closed ahead was closed by now. */
static int right_closed(struct store *store, const struct righted *robot, struct fault *fault)
{
    static const char SQL[] = "UPDATE item SET changed_ms = ?3 WHERE robot_id = ?1 AND window > ?2 "
                              "AND state <> 0 AND state IN (4, 5) AND changed_ms > ?3";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot->robot_id);
        sqlite3_bind_int64(statement, 2, robot->window);
        sqlite3_bind_int64(statement, 3, robot->now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* A task that is counted in now's window, or in one after it. */
struct ahead_task {
    int64_t window;
    unsigned char hash[REFERENCE_HASH_SIZE];
    int64_t run_id, seq;
    int64_t completed_ms;
    char note[ITEM_NOTE_MAX + 1];
};

enum { TASKS_PER_READ = 64 };

/* Those that come after *after. Their number, or negative. */
static int read_tasks(struct store *store, const struct righted *robot,
                      const struct ahead_task *after, struct ahead_task tasks[TASKS_PER_READ],
                      struct fault *fault)
{
    static const char SQL[] =
        "SELECT l.window, l.ref_hash, l.run_id, l.seq, a.completed_ms, n.note FROM ledger l "
        "CROSS JOIN run r ON r.id = l.run_id AND r.cause <> 4 "
        "CROSS JOIN attempt a ON a.run_id = l.run_id AND a.seq = l.seq "
        "LEFT JOIN attempt_note n ON n.run_id = l.run_id AND n.seq = l.seq "
        "WHERE l.robot_id = ?1 AND (l.window, l.ref_hash) > (?2, ?3) "
        "ORDER BY l.window, l.ref_hash LIMIT ?4";
    sqlite3_stmt *statement = NULL;
    int count = 0;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot->robot_id);
        sqlite3_bind_int64(statement, 2, after->window);
        sql_bind_blob(statement, 3, after->hash, REFERENCE_HASH_SIZE);
        sqlite3_bind_int(statement, 4, TASKS_PER_READ);
        while (count < TASKS_PER_READ && (result = sql_step(store, statement, fault)) > 0) {
            struct ahead_task *task = &tasks[count++];
            const unsigned char *hash = NULL;

            result = ready_hash(statement, 1, &hash, fault);
            if (result < 0)
                break;
            task->window = sqlite3_column_int64(statement, 0);
            memset(task->hash, 0xff, sizeof task->hash);
            if (hash !=
                NULL) /* else it is damaged, as verify says: what stands behind it there is passed over */
                memcpy(task->hash, hash, sizeof task->hash);
            task->run_id = sqlite3_column_int64(statement, 2);
            task->seq = sqlite3_column_int64(statement, 3);
            task->completed_ms = sqlite3_column_int64(statement, 4);
            (void)text_copy(task->note, sizeof task->note, sql_text(statement, 5));
        }
        if (result >= 0 && memory_lacked())
            result = fault_no_memory(fault);
    }
    sql_done(statement);
    return result < 0 ? result : count;
}

/* On which day it was done, which is no later than today; with what else its note says. False: that is known, or what
 * is counted in now's window is of it. */
static bool note_of(const struct righted *robot, const struct ahead_task *task,
                    char note[static ITEM_NOTE_MAX + 1])
{
    bool is_ahead = task->completed_ms > robot->now_ms;
    int32_t day = clock_local_day(task->completed_ms - (is_ahead ? robot->by_ms : 0));
    int32_t today = clock_local_day(robot->now_ms);
    const char *rest = task->note;
    int32_t from;
    int32_t to;

    if (date_note_read(task->note, &from) ||
        (task->window == robot->window && robot_window_of(robot->kind, day) == robot->window))
        return false;
    if (ahead_note_read(task->note, &from, &to)) { /* of the first of two steps back */
        if (from <= today)
            return false;
        rest = strchr(task->note, ';');
        rest = rest != NULL ? rest + 2 : "";
    }
    if (day > today)
        day = today;
    ahead_note_write(day, day, rest, note, ITEM_NOTE_MAX + 1);
    return true;
}

static int put_note(struct store *store, int64_t robot_id, const struct ahead_task *task,
                    const char *note, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO attempt_note(run_id, seq, note) VALUES(?1, ?2, ?3) "
                              "ON CONFLICT DO UPDATE SET note = excluded.note";
    sqlite3_stmt *statement = NULL;
    struct rollup_batch *batch = NULL;
    int32_t day = 0;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, task->run_id);
        sqlite3_bind_int64(statement, 2, task->seq);
        sql_bind_text(statement, 3, note);
        result = sql_run(store, statement, fault);
    }
    if (result == 0 && ahead_note_read(note, &day, &day))
        import_day_noted(batch, robot_id, day);
    sql_done(statement);
    return result;
}

static int note_tasks(struct store *store, const struct righted *robot, struct fault *fault)
{
    struct ahead_task *tasks = calloc(TASKS_PER_READ, sizeof *tasks);
    int32_t day = clock_local_day(robot->now_ms - robot->by_ms);
    bool has_begun_ahead = robot_window_of(robot->kind, day) != robot->window;
    /* Now's window is looked into when the clock was in it before it had begun. */
    struct ahead_task after = {.window = robot->window - (has_begun_ahead ? 1 : 0)};
    char note[ITEM_NOTE_MAX + 1];
    int result = 0;
    int count = TASKS_PER_READ;
    int i;

    if (tasks == NULL)
        return fault_no_memory(fault);
    memset(after.hash, 0xff, sizeof after.hash); /* past all of that window */
    while (result == 0 && count == TASKS_PER_READ) {
        count = read_tasks(store, robot, &after, tasks, fault);
        if (count < 0)
            result = count;
        for (i = 0; i < count && result == 0; i++) {
            if (note_of(robot, &tasks[i], note))
                result = put_note(store, robot->robot_id, &tasks[i], note, fault);
        }
        if (count > 0)
            after = tasks[count - 1];
    }
    free(tasks);
    return result;
}

struct righting {
    struct store *store;
    int64_t now_ms, by_ms;
};

static int right_robot(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const struct righting *righting = context;
    struct righted robot = {
        .robot_id = sqlite3_column_int64(row, 0),
        .kind = (enum robot_window)sqlite3_column_int(row, 1),
        .now_ms = righting->now_ms,
        .by_ms = righting->by_ms,
    };
    int result;

    robot.window = robot_window_of(robot.kind, clock_local_day(righting->now_ms));
    result = right_closed(righting->store, &robot, fault);
    if (result == 0)
        result = note_tasks(righting->store, &robot, fault);
    return result;
}

int item_right_clock(struct store *store, int64_t now_ms, int64_t by_ms, int64_t *ret_count,
                     struct fault *fault)
{
    static const char ROBOTS[] = "SELECT id, window_kind FROM robot";
    struct righting righting = {.store = store, .now_ms = now_ms, .by_ms = by_ms};
    int result = batch_settle(store, fault);

    if (result == 0)
        result = right_delays(store, now_ms, ret_count, fault);
    if (result == 0 && by_ms != 0)
        result = right_open(store, now_ms, by_ms, fault);
    if (result == 0 && by_ms != 0)
        result = sql_each(store, ROBOTS, right_robot, &righting, fault);
    return result;
}

int item_ahead_read(struct store *store, int64_t robot_id, enum robot_window kind, int64_t now_ms,
                    struct item_ahead *ret_ahead, struct fault *fault)
{
    static const char SQL[] =
        "SELECT count(*), sum(n.note IS NULL OR NOT n.note GLOB 'clock ahead, *'), min(l.window), "
        "max(l.window), min(a.day), max(a.day) FROM ledger l "
        "CROSS JOIN run r ON r.id = l.run_id AND r.cause <> 4 "
        "LEFT JOIN attempt_note n ON n.run_id = l.run_id AND n.seq = l.seq "
        "CROSS JOIN attempt a ON a.run_id = l.run_id AND a.seq = l.seq "
        "WHERE l.robot_id = ?1 AND l.window > ?2 "
        "AND (n.note IS NULL OR NOT n.note GLOB 'business date *')";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, robot_window_of(kind, clock_local_day(now_ms)));
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_ahead = (struct item_ahead){
            .count = sqlite3_column_int64(statement, 0),
            .not_noted = sqlite3_column_int64(statement, 1),
            .first_window = sqlite3_column_int64(statement, 2),
            .last_window = sqlite3_column_int64(statement, 3),
            .first_day = sqlite3_column_int(statement, 4),
            .last_day = sqlite3_column_int(statement, 5),
        };
    sql_done(statement);
    return result < 0 ? result : 0;
}
