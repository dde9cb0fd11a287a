/* What a clock that stood ahead left behind, when it is set right. */
#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/date_note.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

static int right_delays(struct store *store, int64_t now_ms, int64_t *ret_count,
                        struct fault *fault)
{
    static const char SQL[] = "UPDATE item SET due_ms = ?1 + due_ms - changed_ms, changed_ms = ?1 "
                              "WHERE state = 2 AND attempts > 0 AND changed_ms > ?1 + 3600000";
    int result = sql_run_numbers(store, SQL, now_ms, 0, fault);

    if (result == 0)
        *ret_count = sql_changes(store);
    return result;
}

/* A robot, and the window that now is. */
struct righted {
    int64_t robot_id;
    int64_t window;
    int64_t now_ms;
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

#define NOT_NOTED                                                                                  \
    "FROM ledger l CROSS JOIN run r ON r.id = l.run_id AND r.cause <> 4 "                          \
    "LEFT JOIN attempt_note n ON n.run_id = l.run_id AND n.seq = l.seq "                           \
    "WHERE l.robot_id = ?1 AND l.window > ?2 AND (n.note IS NULL OR NOT "                          \
    "(n.note GLOB 'business date *' OR n.note GLOB 'clock ahead, *')) "

/* 1: *ret_run_id did tasks of the robot ahead that have no note of it; 0: none did. */
static int find_run(struct store *store, const struct righted *robot, int64_t *ret_run_id,
                    struct fault *fault)
{
    static const char SQL[] = "SELECT l.run_id " NOT_NOTED "LIMIT 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot->robot_id);
        sqlite3_bind_int64(statement, 2, robot->window);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_run_id = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result;
}

/* The last thing before it that a clock which stood right had seen: a run, or the making of the store. */
static int read_since(struct store *store, int64_t run_id, int64_t now_ms, int64_t *ret_ms,
                      struct fault *fault)
{
    static const char SQL[] = "SELECT coalesce((SELECT created_ms FROM run WHERE id <= ?1 AND id > "
                              "0 AND created_ms <= ?2 "
                              "ORDER BY id DESC LIMIT 1), min(created_ms, ?2)) FROM store";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        sqlite3_bind_int64(statement, 2, now_ms);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_ms = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result < 0 ? result : 0;
}

static int note_run(struct store *store, const struct righted *robot, int64_t run_id,
                    struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO attempt_note(run_id, seq, note) "
        "SELECT l.run_id, l.seq, ?4 || coalesce('; ' || n.note, '') " NOT_NOTED
        "AND l.run_id = ?3 ON CONFLICT DO UPDATE SET note = excluded.note";
    char note[DATE_NOTE_MAX];
    sqlite3_stmt *statement = NULL;
    int64_t since_ms = robot->now_ms;
    int result = read_since(store, run_id, robot->now_ms, &since_ms, fault);

    ahead_note_write(clock_local_day(since_ms), clock_local_day(robot->now_ms), NULL, note,
                     sizeof note);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot->robot_id);
        sqlite3_bind_int64(statement, 2, robot->window);
        sqlite3_bind_int64(statement, 3, run_id);
        sql_bind_text(statement, 4, note);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

struct righting {
    struct store *store;
    int64_t now_ms;
};

static int right_robot(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const struct righting *righting = context;
    struct righted robot = {
        .robot_id = sqlite3_column_int64(row, 0),
        .window = robot_window_of((enum robot_window)sqlite3_column_int(row, 1),
                                  clock_local_day(righting->now_ms)),
        .now_ms = righting->now_ms,
    };
    int64_t run_id = 0;
    int result = right_closed(righting->store, &robot, fault);

    while (result == 0 && (result = find_run(righting->store, &robot, &run_id, fault)) > 0)
        result = note_run(righting->store, &robot, run_id, fault);
    return result;
}

int item_right_clock(struct store *store, int64_t now_ms, int64_t *ret_count, struct fault *fault)
{
    static const char ROBOTS[] = "SELECT id, window_kind FROM robot";
    struct righting righting = {.store = store, .now_ms = now_ms};
    int result = batch_settle(store, fault);

    if (result == 0)
        result = right_delays(store, now_ms, ret_count, fault);
    if (result == 0)
        result = sql_each(store, ROBOTS, right_robot, &righting, fault);
    return result;
}
