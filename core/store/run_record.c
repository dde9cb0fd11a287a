/* Runs: made, started, ended. */
#include "core/store/run_record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/sql.h"

enum { PLUGIN_HASH_SIZE = 32, ASKER_MAX = 160 };

const char *run_cause_word(enum run_cause cause)
{
    switch (cause) {
    case RUN_BY_HAND:
        return "by hand";
    case RUN_BY_CRON:
        return "cron";
    case RUN_BY_RETRY:
        return "retry";
    case RUN_BY_IMPORT:
        return "import";
    }
    return "?";
}

const char *run_state_word(enum run_state state)
{
    switch (state) {
    case RUN_QUEUED:
        return "queued";
    case RUN_RUNNING:
        return "running";
    case RUN_ENDED:
        return "ended";
    }
    return "?";
}

const char *run_ending_word(int ending)
{
    static const char *const words[] = {"",          "done", "failed",   "stopped",
                                        "timed out", "lost", "cut short"};

    return ending >= 0 && ending <= RUN_CUT_SHORT ? words[ending] : "?";
}

int run_create(struct store *store, int64_t robot_id, enum run_cause cause, const char *asked_by,
               int64_t now_ms, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO run(robot_id, cause, state, asked_by, fence, "
                              "created_ms) VALUES(?1, ?2, 1, ?3, 0, ?4)";
    sqlite3_stmt *statement = NULL;
    int result = line_check("who asks for a run", asked_by, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, (int)cause);
        sql_bind_text(statement, 3, asked_by);
        sqlite3_bind_int64(statement, 4, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return result;
}

/* 1 and the trigger's robot when the time has not fired; 0 when there is no such trigger. */
static int look_at_trigger(struct store *store, int64_t trigger_id, int64_t nominal_ms,
                           int64_t *ret_robot_id, char asker[static ASKER_MAX], bool *ret_fired,
                           struct fault *fault)
{
    static const char SQL[] =
        "SELECT robot_id, cron, EXISTS(SELECT 1 FROM fire WHERE trigger_id = ?1 AND "
        "nominal_ms = ?2 AND (skipped IS NULL OR skipped NOT GLOB '" RUN_FIRE_MISSED "*')) "
        "FROM trigger WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, trigger_id);
        sqlite3_bind_int64(statement, 2, nominal_ms);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        *ret_robot_id = sqlite3_column_int64(statement, 0);
        (void)snprintf(asker, ASKER_MAX, "cron %.128s", sql_text(statement, 1));
        *ret_fired = sqlite3_column_int(statement, 2) != 0;
    }
    sql_done(statement);
    return result;
}

/* run_id 0: it was skipped. -EEXIST when that time has its record. */
static int insert_fire(struct store *store, int64_t trigger_id, int64_t nominal_ms, int64_t run_id,
                       const char *skipped, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO fire(trigger_id, nominal_ms, run_id, skipped) VALUES(?1, ?2, ?3, ?4) "
        "ON CONFLICT(trigger_id, nominal_ms) DO UPDATE SET run_id = excluded.run_id, skipped = "
        "NULL "
        "WHERE excluded.run_id IS NOT NULL AND fire.skipped GLOB '" RUN_FIRE_MISSED "*'";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, trigger_id);
    sqlite3_bind_int64(statement, 2, nominal_ms);
    if (run_id != 0)
        sqlite3_bind_int64(statement, 3, run_id);
    sql_bind_text(statement, 4, skipped);
    result = sql_run(store, statement, fault);
    if (result == 0 && sql_changes(store) == 0)
        result =
            fault_set(fault, -EEXIST, "trigger %" PRId64 " has fired for that time", trigger_id);
    sql_done(statement);
    return result;
}

int run_fire(struct store *store, int64_t trigger_id, int64_t nominal_ms, int64_t now_ms,
             int64_t *ret_run_id, struct fault *fault)
{
    char asker[ASKER_MAX] = "";
    int64_t robot_id = 0;
    int64_t run_id = 0;
    bool has_fired = false;
    int result =
        look_at_trigger(store, trigger_id, nominal_ms, &robot_id, asker, &has_fired, fault);

    if (result < 0)
        return result;
    if (result == 0)
        return fault_set(fault, -ENOENT, "there is no trigger %" PRId64, trigger_id);
    if (has_fired)
        return fault_set(fault, -EEXIST, "trigger %" PRId64 " has fired for that time", trigger_id);
    result = run_create(store, robot_id, RUN_BY_CRON, asker, now_ms, &run_id, fault);
    if (result == 0)
        result = insert_fire(store, trigger_id, nominal_ms, run_id, NULL, fault);
    if (result == 0)
        *ret_run_id = run_id;
    return result;
}

int run_fire_skipped(struct store *store, int64_t trigger_id, int64_t nominal_ms,
                     const char *reason, struct fault *fault)
{
    return insert_fire(store, trigger_id, nominal_ms, 0, reason, fault);
}

/* 1 and the state, or 0. */
static int read_state(struct store *store, int64_t run_id, enum run_state *ret_state,
                      struct fault *fault)
{
    static const char SQL[] = "SELECT state FROM run WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_state = (enum run_state)sqlite3_column_int(statement, 0);
    sql_done(statement);
    return result;
}

static int refuse_unknown(int64_t run_id, struct fault *fault)
{
    return fault_set(fault, -ENOENT, "there is no run %" PRId64 "; `automagi runs` shows them",
                     run_id);
}

int run_start(struct store *store, int64_t run_id, const unsigned char plugin_hash[32],
              int64_t now_ms, int64_t *ret_fence, struct fault *fault)
{
    static const char SQL[] = "UPDATE run SET state = 2, fence = ?2, started_ms = ?3, "
                              "plugin_hash = ?4 WHERE id = ?1 AND state = 1";
    enum run_state state = RUN_ENDED;
    sqlite3_stmt *statement = NULL;
    int64_t fence = store->generation << 32 | (store->fence_count + 1);
    int result = 0;

    if (store->fence_count == UINT32_MAX)
        return fault_set(fault, -EOVERFLOW, "all fences of this start are used; start again");
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        sqlite3_bind_int64(statement, 2, fence);
        sqlite3_bind_int64(statement, 3, now_ms);
        sql_bind_blob(statement, 4, plugin_hash, PLUGIN_HASH_SIZE);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result < 0)
        return result;
    if (sql_changes(store) == 1) {
        store->fence_count++; /* even if it is undone: it is never given again */
        *ret_fence = fence;
        return 0;
    }
    result = read_state(store, run_id, &state, fault);
    if (result == 0)
        return refuse_unknown(run_id, fault);
    return result < 0 ? result
                      : fault_set(fault, -EINVAL, "run %" PRId64 " is %s: it cannot start", run_id,
                                  run_state_word(state));
}

int run_end(struct store *store, int64_t run_id, enum run_ending ending, const char *note,
            int64_t now_ms, struct fault *fault)
{
    static const char SQL[] = "UPDATE run SET state = 3, ending = ?2, ended_ms = ?3, note = ?4 "
                              "WHERE id = ?1 AND state <> 3";
    enum run_state state = RUN_ENDED;
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        sqlite3_bind_int(statement, 2, (int)ending);
        sqlite3_bind_int64(statement, 3, now_ms);
        sql_bind_text(statement, 4, note != NULL && note[0] != '\0' ? note : NULL);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result < 0 || sql_changes(store) == 1)
        return result;
    result = read_state(store, run_id, &state, fault);
    return result == 0 ? refuse_unknown(run_id, fault) : result;
}

int run_remark(struct store *store, int64_t run_id, const char *note, struct fault *fault)
{
    static const char SQL[] = "UPDATE run SET note = ?2 WHERE id = ?1 AND state = 2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        sql_bind_text(statement, 2, note);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
