#include "core/store/ledger.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/batch.h"
#include "core/store/sql.h"

const char *attempt_outcome_word(enum attempt_outcome outcome)
{
    switch (outcome) {
    case ATTEMPT_DONE:
        return "done";
    case ATTEMPT_REPEATED:
        return "repeated";
    case ATTEMPT_BUSINESS:
        return "business";
    case ATTEMPT_TRANSIENT:
        return "transient";
    case ATTEMPT_FAILED:
        return "failed";
    case ATTEMPT_UNKNOWN:
        return "unknown";
    case ATTEMPT_UNDONE:
        return "undone";
    case ATTEMPT_HELPED:
        return "helped";
    case ATTEMPT_UNHELPED:
        return "unhelped";
    }
    return "?";
}

int attempt_outcome_sign(enum attempt_outcome outcome)
{
    switch (outcome) {
    case ATTEMPT_DONE:
    case ATTEMPT_HELPED:
        return 1;
    case ATTEMPT_UNDONE:
    case ATTEMPT_UNHELPED:
        return -1;
    case ATTEMPT_REPEATED:
    case ATTEMPT_BUSINESS:
    case ATTEMPT_TRANSIENT:
    case ATTEMPT_FAILED:
    case ATTEMPT_UNKNOWN:
        break;
    }
    return 0;
}

/* -EEXIST when (run, seq) is there. */
static int insert_attempt(struct store *store, const struct attempt *attempt,
                          const struct sum_key *key, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO attempt(run_id, seq, outcome, day, completed_ms, duration_ms, department_id, "
        "masked, booking) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, attempt->run_id);
    sqlite3_bind_int64(statement, 2, attempt->seq);
    sqlite3_bind_int(statement, 3, (int)attempt->outcome);
    sqlite3_bind_int(statement, 4, key->day);
    sqlite3_bind_int64(statement, 5, attempt->completed_ms);
    if (attempt->duration_ms >= 0)
        sqlite3_bind_int64(statement, 6, attempt->duration_ms);
    if (attempt->department_id != 0)
        sqlite3_bind_int64(statement, 7, attempt->department_id);
    sql_bind_text(statement, 8, attempt->masked);
    if (key->booking != clock_month_of_day(key->day))
        sqlite3_bind_int(statement, 9, key->booking);
    result = sql_run(store, statement, fault);
    if (result == 0 && sql_changes(store) == 0)
        result = fault_set(fault, -EEXIST, "attempt %" PRId64 " of run %" PRId64 " is recorded",
                           attempt->seq, attempt->run_id);
    sql_done(statement);
    return result;
}

int attempt_note_add(struct store *store, const struct attempt *attempt, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO attempt_note(run_id, seq, note) VALUES(?1, ?2, ?3)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, attempt->run_id);
        sqlite3_bind_int64(statement, 2, attempt->seq);
        sql_bind_text(statement, 3, attempt->note);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* *ret_counted: the reference was free. */
static int insert_task(struct store *store, const struct attempt *attempt, int64_t window,
                       const unsigned char *ref_hash, bool *ret_counted, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO ledger(robot_id, window, ref_hash, run_id, seq) "
                              "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, attempt->robot_id);
    sqlite3_bind_int64(statement, 2, window);
    sql_bind_blob(statement, 3, ref_hash, REFERENCE_HASH_SIZE);
    sqlite3_bind_int64(statement, 4, attempt->run_id);
    sqlite3_bind_int64(statement, 5, attempt->seq);
    result = sql_run(store, statement, fault);
    if (result == 0)
        *ret_counted = sql_changes(store) == 1;
    sql_done(statement);
    return result;
}

static int mark_repeated(struct store *store, const struct attempt *attempt, struct fault *fault)
{
    static const char SQL[] = "UPDATE attempt SET outcome = 1 WHERE run_id = ?1 AND seq = ?2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, attempt->run_id);
        sqlite3_bind_int64(statement, 2, attempt->seq);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* The attempt first: when it is there already nothing has changed yet. */
int ledger_record(struct store *store, const struct attempt *attempt, int64_t window,
                  const unsigned char *ref_hash, bool *ret_counted, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    int32_t day = clock_local_day(attempt->completed_ms);
    struct sum_key key = {
        .day = day,
        .robot_id = attempt->robot_id,
        .department_id = attempt->department_id,
        .outcome = attempt->outcome,
    };
    bool is_counted = false;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        result = booking_month_of(store, day, &key.booking, fault);
    if (result == 0)
        result = insert_attempt(store, attempt, &key, fault);
    if (result < 0)
        return result;
    if (attempt->outcome == ATTEMPT_DONE) {
        result = insert_task(store, attempt, window, ref_hash, &is_counted, fault);
        if (result == 0 && !is_counted) {
            key.outcome = ATTEMPT_REPEATED;
            result = mark_repeated(store, attempt, fault);
        }
        if (result == 0 && is_counted)
            result = handover_take_back(batch, attempt->robot_id, window, ref_hash, fault);
    }
    if (result == 0 && attempt->outcome == ATTEMPT_BUSINESS && !attempt->is_done_elsewhere)
        result = handover_add(batch, attempt, &key, window, ref_hash, fault);
    if (result == 0 && attempt->note != NULL && attempt->note[0] != '\0')
        result = attempt_note_add(store, attempt, fault);
    if (result == 0)
        result = sums_add(batch, &key, attempt->duration_ms, fault);
    if (result == 0)
        result = run_counts_add(batch, attempt->run_id, key.outcome, day, fault);
    if (result == 0)
        *ret_counted = is_counted;
    return store_half_done(result);
}

int ledger_find(struct store *store, int64_t robot_id, int64_t window,
                const unsigned char *ref_hash, int64_t *ret_run_id, int64_t *ret_seq,
                struct fault *fault)
{
    static const char SQL[] = "SELECT run_id, seq FROM ledger "
                              "WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, window);
        sql_bind_blob(statement, 3, ref_hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        *ret_run_id = sqlite3_column_int64(statement, 0);
        *ret_seq = sqlite3_column_int64(statement, 1);
    }
    sql_done(statement);
    return result;
}

int ledger_has(struct store *store, int64_t robot_id, int64_t window, const unsigned char *ref_hash,
               bool *ret_has, struct fault *fault)
{
    int64_t run_id = 0;
    int64_t seq = 0;
    int result = ledger_find(store, robot_id, window, ref_hash, &run_id, &seq, fault);

    if (result < 0)
        return result;
    *ret_has = result > 0;
    return 0;
}

/* An import's row is the reason of its correction. */
int ledger_undone_by(struct store *store, int64_t robot_id, int64_t window,
                     const unsigned char *ref_hash, char ret_by[static LEDGER_BY_MAX],
                     struct fault *fault)
{
    static const char SQL[] = "SELECT iif(by_run_id IS NULL, by_whom, reason) FROM correction "
                              "WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, window);
        sql_bind_blob(statement, 3, ref_hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        (void)text_copy(ret_by, LEDGER_BY_MAX, sql_text(statement, 0));
    if (result > 0 && memory_lacked())
        result = fault_no_memory(fault);
    sql_done(statement);
    return result;
}

struct correction {
    int64_t robot_id;
    int64_t window;
    const unsigned char *ref_hash;
    int64_t run_id, seq; /* the attempt it takes back */
    int32_t day;
    int32_t booking;
    int64_t department_id;
    const char *reason;
    const char *by_whom;
    int64_t by_run_id;
    int64_t at_ms;
};

/* The attempt's day and department, which value its counter-entry. */
static int read_attempt(struct store *store, struct correction *correction, struct fault *fault)
{
    static const char SQL[] = "SELECT day, department_id FROM attempt "
                              "WHERE run_id = ?1 AND seq = ?2 AND outcome = 0";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, correction->run_id);
        sqlite3_bind_int64(statement, 2, correction->seq);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        correction->day = sqlite3_column_int(statement, 0);
        correction->department_id = sqlite3_column_int64(statement, 1);
        result = booking_month_of(store, correction->day, &correction->booking, fault);
    } else if (result == 0) {
        result = fault_set(fault, -EBADMSG,
                           "attempt %" PRId64 " of run %" PRId64
                           " is in the ledger and nowhere else; run `automagi verify`",
                           correction->seq, correction->run_id);
    }
    sql_done(statement);
    return result;
}

static int insert_correction(struct store *store, const struct correction *correction,
                             struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO correction(robot_id, window, ref_hash, run_id, seq, day, department_id, "
        "booking, reason, by_run_id, by_whom, at_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, correction->robot_id);
    sqlite3_bind_int64(statement, 2, correction->window);
    sql_bind_blob(statement, 3, correction->ref_hash, REFERENCE_HASH_SIZE);
    sqlite3_bind_int64(statement, 4, correction->run_id);
    sqlite3_bind_int64(statement, 5, correction->seq);
    sqlite3_bind_int(statement, 6, correction->day);
    if (correction->department_id != 0)
        sqlite3_bind_int64(statement, 7, correction->department_id);
    sqlite3_bind_int(statement, 8, correction->booking);
    sql_bind_text(statement, 9, correction->reason);
    if (correction->by_run_id != 0)
        sqlite3_bind_int64(statement, 10, correction->by_run_id);
    sql_bind_text(statement, 11, correction->by_whom);
    sqlite3_bind_int64(statement, 12, correction->at_ms);
    result = sql_run(store, statement, fault);
    if (result == 0 && sql_changes(store) == 0)
        result = fault_set(fault, -EALREADY, "the task was taken back before");
    sql_done(statement);
    return result;
}

int ledger_undo(struct store *store, const struct ledger_reversal *reversal, struct fault *fault)
{
    struct correction correction = {
        .robot_id = reversal->robot_id,
        .window = reversal->window,
        .ref_hash = reversal->ref_hash,
        .reason = reversal->reason,
        .by_whom = reversal->by_whom,
        .by_run_id = reversal->by_run_id,
        .at_ms = reversal->now_ms,
    };
    struct rollup_batch *batch = NULL;
    struct sum_key key = {.robot_id = reversal->robot_id, .outcome = ATTEMPT_UNDONE};
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        result = ledger_find(store, reversal->robot_id, reversal->window, reversal->ref_hash,
                             &correction.run_id, &correction.seq, fault);
    if (result == 0)
        return fault_set(fault, -ENOENT, "there is no such task to take back");
    if (result > 0)
        result = read_attempt(store, &correction, fault);
    if (result == 0)
        result = insert_correction(store, &correction, fault);
    if (result == 0) {
        key.day = correction.day;
        key.booking = correction.booking;
        key.department_id = correction.department_id;
        result = sums_add(batch, &key, 0, fault);
    }
    return result;
}
