/* A robot that may not start: put to rest by a person, or after failures in a row; or behind a red gate (gate.c). */
#include <errno.h>

#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/robot.h"
#include "core/store/sql.h"

static int refuse_unknown(int64_t robot_id, struct fault *fault)
{
    return fault_set(fault, -ENOENT,
                     "there is no robot number %lld; `automagi robot list` shows those there are",
                     (long long)robot_id);
}

int robot_pause(struct store *store, int64_t robot_id, const char *by, const char *reason,
                int64_t now_ms, struct fault *fault)
{
    static const char SQL[] = "UPDATE robot SET paused = 1, paused_by = ?2, paused_reason = ?3, "
                              "paused_ms = ?4 WHERE id = ?1";
    char by_line[LINE_BYTES_MAX + 1];
    char reason_line[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = 0;

    if (by != NULL)
        result = line_take_name("who pauses a robot", by, by_line, fault);
    if (result == 0 && reason != NULL)
        result = line_take("the reason of a pause", reason, reason_line, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sql_bind_text(statement, 2, by != NULL ? by_line : NULL);
        sql_bind_text(statement, 3, reason != NULL ? reason_line : NULL);
        sqlite3_bind_int64(statement, 4, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result == 0 && sql_changes(store) == 0 ? refuse_unknown(robot_id, fault) : result;
}

int robot_resume(struct store *store, int64_t robot_id, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE robot SET paused = 0, paused_by = NULL, paused_reason = NULL, "
        "paused_ms = NULL, failures = 0 WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result == 0 && sql_changes(store) == 0 ? refuse_unknown(robot_id, fault) : result;
}

int robot_hold_read(struct store *store, int64_t robot_id, struct robot_hold *ret_hold,
                    struct fault *fault)
{
    /* 2: GATE_RED. The newest of an item counts. */
    static const char SQL[] =
        "SELECT paused, (SELECT min(g.item) FROM gate g WHERE g.robot_id = robot.id AND "
        "g.state = 2 AND g.id = (SELECT max(o.id) FROM gate o WHERE o.robot_id = g.robot_id AND "
        "o.item = g.item)) FROM robot WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    *ret_hold = (struct robot_hold){.is_paused = false};
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = refuse_unknown(robot_id, fault);
    }
    if (result > 0) {
        ret_hold->is_paused = sqlite3_column_int(statement, 0) != 0;
        ret_hold->red_item = (enum gate_item)sqlite3_column_int(statement, 1);
        result = ret_hold->is_paused || ret_hold->red_item != 0;
    }
    sql_done(statement);
    return result;
}

int robot_failure_count(struct store *store, int64_t robot_id, bool has_failed, int *ret_failures,
                        struct fault *fault)
{
    /* Most runs end in order after one that did: then there is nothing to write. */
    static const char READ[] = "SELECT failures FROM robot WHERE id = ?1";
    static const char WRITE[] = "UPDATE robot SET failures = ?2 WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int before = 0;
    int after;
    int result = sql_use(store, READ, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = refuse_unknown(robot_id, fault);
    }
    if (result > 0)
        before = sqlite3_column_int(statement, 0);
    sql_done(statement);
    after = has_failed ? before + 1 : 0;
    if (result > 0)
        result = after == before ? 0 : sql_use(store, WRITE, &statement, fault);
    if (result == 0 && after != before) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, after);
        result = sql_run(store, statement, fault);
        sql_done(statement);
    }
    if (result == 0)
        *ret_failures = after;
    return result;
}
