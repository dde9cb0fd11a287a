/*
 * References that ended with a person: each is help in part, once, until it is done after all. Done
 * tasks look for one only in windows that have any, and that is kept in memory.
 */
#include "core/store/batch.h"

#include <string.h>

#include "core/base/fault.h"
#include "core/store/date_note.h"
#include "core/store/sql.h"

void handovers_discard(struct rollup_batch *batch)
{
    memset(&batch->handovers, 0, sizeof batch->handovers);
}

static struct handover_window *slot_of(struct rollup_batch *batch, int64_t robot_id, int64_t window)
{
    static const uint64_t FACTOR = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = ((uint64_t)robot_id * FACTOR ^ (uint64_t)window) * FACTOR;

    return &batch->handovers.slots[mixed >> (64 - HANDOVER_SLOT_BITS)];
}

static bool is_of(const struct handover_window *slot, int64_t robot_id, int64_t window)
{
    return slot->is_known && slot->robot_id == robot_id && slot->window == window;
}

/* Does any handover of the window stand? */
static int look(struct rollup_batch *batch, int64_t robot_id, int64_t window, bool *ret_stands,
                struct fault *fault)
{
    static const char SQL[] = "SELECT 1 FROM handover WHERE robot_id = ?1 AND window = ?2 "
                              "AND back_booking IS NULL LIMIT 1";
    struct handover_window *slot = slot_of(batch, robot_id, window);
    sqlite3_stmt *statement = NULL;
    int result;

    if (is_of(slot, robot_id, window)) {
        *ret_stands = slot->stands;
        return 0;
    }
    result = sql_use(batch->store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, window);
        result = sql_step(batch->store, statement, fault);
    }
    sql_done(statement);
    if (result < 0)
        return result;
    *slot = (struct handover_window){
        .robot_id = robot_id, .window = window, .is_known = true, .stands = result > 0};
    *ret_stands = slot->stands;
    return 0;
}

static int insert(struct store *store, const struct attempt *attempt, const struct sum_key *key,
                  int64_t window, const unsigned char *ref_hash, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO handover(robot_id, window, ref_hash, run_id, seq, day, department_id, booking)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS(SELECT 1 FROM ledger "
        "WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3) ON CONFLICT DO NOTHING";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, attempt->robot_id);
        sqlite3_bind_int64(statement, 2, window);
        sql_bind_blob(statement, 3, ref_hash, REFERENCE_HASH_SIZE);
        sqlite3_bind_int64(statement, 4, attempt->run_id);
        sqlite3_bind_int64(statement, 5, attempt->seq);
        sqlite3_bind_int(statement, 6, key->day);
        if (key->department_id != 0)
            sqlite3_bind_int64(statement, 7, key->department_id);
        sqlite3_bind_int(statement, 8, key->booking);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int handover_add(struct rollup_batch *batch, const struct attempt *attempt,
                 const struct sum_key *key, int64_t window, const unsigned char *ref_hash,
                 struct fault *fault)
{
    struct sum_key help = *key;
    int result = insert(batch->store, attempt, key, window, ref_hash, fault);

    if (result < 0 || sql_changes(batch->store) == 0)
        return result;
    *slot_of(batch, attempt->robot_id, window) = (struct handover_window){
        .robot_id = attempt->robot_id, .window = window, .is_known = true, .stands = true};
    help.outcome = ATTEMPT_HELPED;
    return sums_add(batch, &help, 0, fault);
}

/* The attempt that a handover is of. */
struct handed_over {
    int64_t run_id, seq;
};

/* 1: the handover stands, and *key is its day and department. */
static int find_standing(struct rollup_batch *batch, struct sum_key *key, int64_t window,
                         const unsigned char *ref_hash, struct handed_over *ret_handed,
                         struct fault *fault)
{
    static const char SQL[] =
        "SELECT day, department_id, run_id, seq FROM handover WHERE robot_id = ?1 "
        "AND window = ?2 AND ref_hash = ?3 AND back_booking IS NULL";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(batch->store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, key->robot_id);
        sqlite3_bind_int64(statement, 2, window);
        sql_bind_blob(statement, 3, ref_hash, REFERENCE_HASH_SIZE);
        result = sql_step(batch->store, statement, fault);
    }
    if (result > 0) {
        key->day = sqlite3_column_int(statement, 0);
        key->department_id = sqlite3_column_int64(statement, 1);
        ret_handed->run_id = sqlite3_column_int64(statement, 2);
        ret_handed->seq = sqlite3_column_int64(statement, 3);
    }
    sql_done(statement);
    return result;
}

static int mark_back(struct store *store, const struct sum_key *key, int64_t window,
                     const unsigned char *ref_hash, struct fault *fault)
{
    static const char SQL[] = "UPDATE handover SET back_booking = ?4 "
                              "WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, key->robot_id);
        sqlite3_bind_int64(statement, 2, window);
        sql_bind_blob(statement, 3, ref_hash, REFERENCE_HASH_SIZE);
        sqlite3_bind_int(statement, 4, key->booking);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int handover_stands(struct rollup_batch *batch, int64_t robot_id, int64_t window,
                    const unsigned char *ref_hash, struct fault *fault)
{
    struct sum_key key = {.robot_id = robot_id};
    struct handed_over ignored;
    bool stands = false;
    int result = look(batch, robot_id, window, &stands, fault);

    return result == 0 && stands ? find_standing(batch, &key, window, ref_hash, &ignored, fault)
                                 : result;
}

/* 1 when one stood. */
static int take_back(struct rollup_batch *batch, int64_t robot_id, int64_t window,
                     const unsigned char *ref_hash, struct handed_over *ret_handed,
                     struct fault *fault)
{
    struct sum_key key = {.robot_id = robot_id, .outcome = ATTEMPT_UNHELPED};
    bool stands = false;
    int result = look(batch, robot_id, window, &stands, fault);

    if (result < 0 || !stands)
        return result;
    result = find_standing(batch, &key, window, ref_hash, ret_handed, fault);
    if (result <= 0)
        return result;
    result = booking_month_of(batch->store, key.day, &key.booking, fault);
    if (result == 0)
        result = mark_back(batch->store, &key, window, ref_hash, fault);
    if (result == 0)
        result = sums_add(batch, &key, 0, fault);
    return result < 0 ? result : 1;
}

int handover_take_back(struct rollup_batch *batch, int64_t robot_id, int64_t window,
                       const unsigned char *ref_hash, struct fault *fault)
{
    struct handed_over handed;
    int result = take_back(batch, robot_id, window, ref_hash, &handed, fault);

    return result < 0 ? result : 0;
}

int handover_take_back_elsewhere(struct rollup_batch *batch, const struct handover_done *done,
                                 struct fault *fault)
{
    char note[DATE_NOTE_MAX];
    struct attempt by = {.run_id = done->by_run_id, .seq = done->by_seq, .note = note};
    struct handed_over handed = {.run_id = 0};
    int result = take_back(batch, done->robot_id, done->window, done->ref_hash, &handed, fault);

    if (result <= 0)
        return result;
    handover_note_write(handed.run_id, handed.seq, note);
    result = store_half_done(attempt_note_add(batch->store, &by, fault));
    return result < 0 ? result : 1;
}
