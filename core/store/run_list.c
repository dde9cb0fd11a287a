/* Runs, as they are shown. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/batch.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"

#define RUN_COLUMNS                                                                                \
    "SELECT u.id, u.robot_id, r.slug, u.cause, u.state, u.ending, u.fence, u.created_ms, "         \
    "u.started_ms, u.ended_ms, u.done, u.business, u.failed, u.asked_by, u.note, "                 \
    "u.expected_ms, u.waits, u.input IS NOT NULL "                                                 \
    "FROM run u CROSS JOIN robot r ON r.id = u.robot_id "

static void read_run(sqlite3_stmt *row, struct run_record *run)
{
    run->id = sqlite3_column_int64(row, 0);
    run->robot_id = sqlite3_column_int64(row, 1);
    (void)text_copy(run->robot, sizeof run->robot, sql_text(row, 2));
    run->cause = (enum run_cause)sqlite3_column_int(row, 3);
    run->state = (enum run_state)sqlite3_column_int(row, 4);
    run->ending = sqlite3_column_int(row, 5);
    run->fence = sqlite3_column_int64(row, 6);
    run->created_ms = sqlite3_column_int64(row, 7);
    run->started_ms = sqlite3_column_int64(row, 8);
    run->ended_ms = sqlite3_column_int64(row, 9);
    run->done = sqlite3_column_int64(row, 10);
    run->business = sqlite3_column_int64(row, 11);
    run->failed = sqlite3_column_int64(row, 12);
    (void)text_copy(run->asked_by, sizeof run->asked_by, sql_text(row, 13));
    (void)text_copy(run->note, sizeof run->note, sql_text(row, 14));
    run->expected_ms = sqlite3_column_int64(row, 15);
    (void)text_copy(run->waits, sizeof run->waits, sql_text(row, 16));
    run->has_input = sqlite3_column_int(row, 17) != 0;
}

int run_read(struct store *store, int64_t run_id, struct run_record *ret_run, struct fault *fault)
{
    static const char SQL[] = RUN_COLUMNS "WHERE u.id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        read_run(statement, ret_run);
    else if (result == 0)
        result = fault_set(fault, -ENOENT,
                           "there is no run %" PRId64 "; `automagi runs` shows them", run_id);
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* Steps a statement that is bound, and is done with it. */
static int each_run(struct store *store, sqlite3_stmt *statement, run_each_callback *callback,
                    void *context, struct fault *fault)
{
    struct run_record run;
    int result;

    while ((result = sql_step(store, statement, fault)) > 0) {
        read_run(statement, &run);
        result = callback(&run, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int run_each(struct store *store, int64_t robot_id, int64_t limit, run_each_callback *callback,
             void *context, struct fault *fault)
{
    static const char OF_ALL[] = RUN_COLUMNS "ORDER BY u.id DESC LIMIT ?1";
    static const char OF_ROBOT[] = RUN_COLUMNS "WHERE u.robot_id = ?2 ORDER BY u.id DESC LIMIT ?1";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, robot_id != 0 ? OF_ROBOT : OF_ALL, &statement, fault);
    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, limit);
    if (robot_id != 0)
        sqlite3_bind_int64(statement, 2, robot_id);
    return each_run(store, statement, callback, context, fault);
}

int run_each_open(struct store *store, run_each_callback *callback, void *context,
                  struct fault *fault)
{
    /* 4: RUN_BY_IMPORT. The index run_open is small; so is what is sorted. */
    static const char SQL[] = RUN_COLUMNS "WHERE u.state <> 3 AND u.cause <> 4 ORDER BY u.id";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    return result < 0 ? result : each_run(store, statement, callback, context, fault);
}

int run_open_glance(struct store *store, int64_t robot_id, int64_t most, int64_t *ret_of_robot,
                    int64_t *ret_of_all, struct fault *fault)
{
    static const char SQL[] =
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM run WHERE state <> 3 AND robot_id = ?1 LIMIT "
        "?2)), (SELECT count(*) FROM (SELECT 1 FROM run WHERE state <> 3 LIMIT ?2))";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, most);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        *ret_of_robot = sqlite3_column_int64(statement, 0);
        *ret_of_all = sqlite3_column_int64(statement, 1);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int run_open_count(struct store *store, int64_t robot_id, struct run_open *ret_open,
                   struct fault *fault)
{
    /* 3: RUN_BY_RETRY */
    static const char SQL[] = "SELECT count(*) FILTER (WHERE state = 1), "
                              "count(*) FILTER (WHERE state = 2), count(*) FILTER (WHERE state = 1 "
                              "AND cause = 3 AND asked_by = '" RUN_ASKED_BY_DAEMON "') "
                              "FROM run WHERE robot_id = ?1 AND state <> 3 AND cause <> 4";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        ret_open->queued = sqlite3_column_int64(statement, 0);
        ret_open->running = sqlite3_column_int64(statement, 1);
        ret_open->owed = sqlite3_column_int64(statement, 2);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* 3: RUN_BY_RETRY */
#define RETRY_WAITS "SELECT 1 FROM run WHERE robot_id = ?1 AND state = 1 AND cause = 3 "

static int one_waits(struct store *store, const char *sql, int64_t robot_id, bool *ret_waits,
                     struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, sql, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    if (result >= 0)
        *ret_waits = result > 0;
    return result < 0 ? result : 0;
}

int run_retry_waits(struct store *store, int64_t robot_id, bool *ret_waits, struct fault *fault)
{
    return one_waits(store, RETRY_WAITS "LIMIT 1", robot_id, ret_waits, fault);
}

/* 1: it was cut off and nothing has gone on with it; 0: something has. */
static int look_back(struct store *store, sqlite3_stmt *newest_first, struct fault *fault)
{
    int64_t newest = 0; /* generation of those that ended by themselves */
    int64_t generation;
    int ending;
    int result;

    while ((result = sql_step(store, newest_first, fault)) > 0) {
        ending = sqlite3_column_int(newest_first, 0);
        generation = sqlite3_column_int64(newest_first, 1);
        if (generation == 0 && sqlite3_column_int(newest_first, 2) == 0)
            continue; /* it did nothing, and was there before */
        if (generation == 0 || generation < newest)
            return 0;
        if (ending == RUN_LOST || ending == RUN_CUT_SHORT)
            return 1;
        newest = generation;
    }
    return result;
}

int run_was_cut_off(struct store *store, int64_t robot_id, bool *ret_is, struct fault *fault)
{
    /* 3: RUN_BY_RETRY; 4: RUN_BY_IMPORT. No further back than the last daemon that began one. */
    static const char SQL[] = "SELECT ending, fence >> 32, cause = 3 AND "
                              "asked_by IN ('recovery', 'recovery, full queue') FROM run WHERE "
                              "robot_id = ?1 AND cause <> 4 ORDER BY id DESC";
    /* Not one that is run_is_owed(): with nothing on the queue it does not begin, and what was cut off may be to collect. */
    static const char COLLECTOR_WAITS[] =
        RETRY_WAITS "AND asked_by <> '" RUN_ASKED_BY_DAEMON "' LIMIT 1";
    sqlite3_stmt *statement = NULL;
    bool waits = false;
    int result = one_waits(store, COLLECTOR_WAITS, robot_id, &waits, fault);

    *ret_is = false;
    if (result < 0 || waits) /* it does what there is to do, and another does when it cannot */
        return result;
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = look_back(store, statement, fault);
    }
    sql_done(statement);
    *ret_is = result > 0;
    return result < 0 ? result : 0;
}

int run_input_read(struct store *store, int64_t run_id, char **ret_input, struct fault *fault)
{
    static const char SQL[] = "SELECT input FROM run WHERE id = ?1 AND input IS NOT NULL";
    sqlite3_stmt *statement = NULL;
    char *input = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        input = strdup(sql_text(statement, 0));
        result = input == NULL ? fault_no_memory(fault) : 0;
    }
    sql_done(statement);
    if (result == 0)
        *ret_input = input;
    return result;
}
