/* Runs: made, started, ended. */
#include "core/store/run_record.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/line.h"
#include "core/store/sql.h"

#define STOP_WORDS "is being stopped by " /* and the name, to the note's end */

enum { PLUGIN_HASH_SIZE = 32, STOP_NAME_SIZE = 128 };

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
    case RUN_BY_ONCE:
        return "once";
    case RUN_BY_AFTER:
        return "after";
    case RUN_BY_QUEUE:
        return "queue";
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

int run_create_of(struct store *store, const struct run_new *run, int64_t *ret_id,
                  struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO run(robot_id, cause, state, asked_by, fence, "
        "created_ms, expected_ms, input) VALUES(?1, ?2, 1, ?3, 0, ?4, ?5, ?6)";
    sqlite3_stmt *statement = NULL;
    int result = line_check("who asks for a run", run->asked_by, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run->robot_id);
        sqlite3_bind_int(statement, 2, (int)run->cause);
        sql_bind_text(statement, 3, run->asked_by);
        sqlite3_bind_int64(statement, 4, run->now_ms);
        if (run->expected_ms != 0)
            sqlite3_bind_int64(statement, 5, run->expected_ms);
        sql_bind_text(statement, 6,
                      run->input != NULL && run->input[0] != '\0' ? run->input : NULL);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return result;
}

int run_create(struct store *store, int64_t robot_id, enum run_cause cause, const char *asked_by,
               int64_t now_ms, int64_t *ret_id, struct fault *fault)
{
    return run_create_of(
        store,
        &(struct run_new){
            .robot_id = robot_id, .cause = cause, .asked_by = asked_by, .now_ms = now_ms},
        ret_id, fault);
}

/* Neither is the name of a person: those are RUN_BY_HAND. */
static bool is_for_room(const char *asked_by)
{
    return strcmp(asked_by, RUN_ASKED_BY_FULL_QUEUE) == 0 ||
           strcmp(asked_by, RUN_ASKED_BY_RECOVERY_FULL) == 0;
}

bool run_is_for_full_queue(const struct run_record *run)
{
    return run->cause == RUN_BY_RETRY && is_for_room(run->asked_by);
}

bool run_is_owed(const struct run_record *run)
{
    return run->cause == RUN_BY_RETRY && strcmp(run->asked_by, RUN_ASKED_BY_DAEMON) == 0;
}

int run_create_again(struct store *store, const struct run_again *again, int64_t *ret_id,
                     struct fault *fault)
{
    /* 3: RUN_BY_RETRY */
    static const char SQL[] =
        "INSERT INTO run(robot_id, cause, state, asked_by, fence, created_ms, expected_ms, input) "
        "SELECT robot_id, 3, 1, ?3, 0, created_ms, expected_ms, ifnull(input, ?4) FROM run "
        "WHERE id = ?1 AND (input IS NOT NULL OR NOT ?2) AND state <> 3";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    *ret_id = 0;
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, again->run_id);
        sqlite3_bind_int(statement, 2, again->needs_input);
        sql_bind_text(statement, 3, again->asked_by);
        sql_bind_text(statement, 4, is_for_room(again->asked_by) ? "" : NULL);
        result = sql_run(store, statement, fault);
    }
    if (result == 0 && sql_changes(store) == 1)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    sql_done(statement);
    return result;
}

int64_t run_asked_first(const struct run_record *run)
{
    bool is_cut_off = run->cause == RUN_BY_RETRY && run->has_input &&
                      strcmp(run->asked_by, RUN_ASKED_BY_RECOVERY) == 0;

    return is_cut_off || run_is_for_full_queue(run) ? run->created_ms : 0;
}

int run_input_drop(struct store *store, int64_t run_id, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE run SET input = NULL WHERE id = ?1 AND state = 2 AND input IS NOT NULL";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int run_waits_set(struct store *store, int64_t run_id, const char *why, struct fault *fault)
{
    static const char SQL[] = "UPDATE run SET waits = ?2 WHERE id = ?1 AND state = 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        sql_bind_text(statement, 2, why);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
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
                              "plugin_hash = ?4, waits = NULL WHERE id = ?1 AND state = 1";
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
    static const char SQL[] = "UPDATE run SET state = 3, ending = ?2, ended_ms = ?3, note = ?4, "
                              "input = NULL, waits = NULL "
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

/* 4: RUN_BY_IMPORT. ?2: the text, ?3: STOP_WORDS. */
static int set_note(struct store *store, const char *sql, int64_t run_id, const char *text,
                    struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, sql, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        sql_bind_text(statement, 2, text);
        sql_bind_text(statement, 3, STOP_WORDS);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int run_remark(struct store *store, int64_t run_id, const char *note, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE run SET note = ?2 || iif(instr(ifnull(note, ''), ?3) > 0, "
        "'; ' || substr(note, instr(note, ?3)), '') WHERE id = ?1 AND state = 2 AND cause <> 4";

    return set_note(store, SQL, run_id, note, fault);
}

int run_note_stop(struct store *store, int64_t run_id, const char *by, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE run SET note = ifnull(note || '; ', '') || ?3 || ?2 "
        "WHERE id = ?1 AND state = 2 AND cause <> 4 AND instr(ifnull(note, ''), ?3) = 0";
    char name[STOP_NAME_SIZE];

    (void)text_copy(name, sizeof(name), by);
    return set_note(store, SQL, run_id, name, fault);
}

/* The first there are: what the name holds comes after them. */
const char *run_stop_asked_by(const struct run_record *run)
{
    const char *words = run->state == RUN_RUNNING ? strstr(run->note, STOP_WORDS) : NULL;

    return words != NULL ? words + strlen(STOP_WORDS) : NULL;
}

bool run_has_remark(const struct run_record *run)
{
    return run->state == RUN_RUNNING && run->note[0] != '\0' &&
           strncmp(run->note, STOP_WORDS, strlen(STOP_WORDS)) != 0;
}
