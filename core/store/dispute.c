#include "core/store/dispute.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/sql.h"

int dispute_add(struct store *store, const struct dispute_new *dispute, int64_t *ret_id,
                struct fault *fault)
{
    static const char SQL[] = "INSERT INTO dispute(estimate_id, hundredths, reason, by_whom, "
                              "at_ms) VALUES(?1, ?2, ?3, ?4, ?5) RETURNING id";
    char reason[LINE_BYTES_MAX + 1];
    char by_whom[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = line_take("why the estimate is disputed", dispute->reason, reason, fault);

    if (result == 0)
        result = line_take_name("who disputes the estimate", dispute->by_whom, by_whom, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, dispute->estimate_id);
        if (dispute->hundredths >= 0)
            sqlite3_bind_int64(statement, 2, dispute->hundredths);
        sql_bind_text(statement, 3, reason);
        sql_bind_text(statement, 4, by_whom);
        sqlite3_bind_int64(statement, 5, dispute->now_ms);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

/* The row tells who made it, who answered it, and what it is about. */
static int check_row(sqlite3_stmt *row, const struct dispute_answer *answer, const char *by_whom,
                     struct fault *fault)
{
    const char *disputer = sql_text(row, 0);
    bool is_own = false;
    int result;

    if (sqlite3_column_type(row, 1) != SQLITE_NULL)
        return fault_set(fault, -EALREADY,
                         "dispute %" PRId64 " is answered already, by \"%s\"; make a new one with "
                         "`automagi estimate dispute`",
                         answer->id, sql_text(row, 1));
    result = line_same_name(disputer, by_whom, &is_own, fault);
    if (result < 0)
        return result;
    if (is_own && answer->answer != NULL)
        return fault_set(fault, -EPERM,
                         "\"%s\" made dispute %" PRId64 " and cannot answer it; they can withdraw "
                         "it with `automagi estimate withdraw %" PRId64 " --by NAME`",
                         disputer, answer->id, answer->id);
    if (!is_own && answer->answer == NULL)
        return fault_set(fault, -EPERM,
                         "dispute %" PRId64 " is \"%s\"'s, and only they can withdraw it; answer "
                         "it with `automagi estimate answer %" PRId64 " --answer TEXT --by NAME`",
                         answer->id, disputer, answer->id);
    return 0;
}

static int check_answer(struct store *store, const struct dispute_answer *answer,
                        const char *by_whom, int64_t *ret_estimate_id, struct fault *fault)
{
    static const char SQL[] = "SELECT by_whom, answered_by, estimate_id FROM dispute WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, answer->id);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = fault_set(fault, -ENOENT,
                               "there is no dispute %" PRId64 "; `automagi estimate disputes` "
                               "shows those there are",
                               answer->id);
    }
    if (result > 0) {
        *ret_estimate_id = sqlite3_column_int64(statement, 2);
        result = check_row(statement, answer, by_whom, fault);
    }
    sql_done(statement);
    return result;
}

int dispute_answer(struct store *store, const struct dispute_answer *answer,
                   int64_t *ret_estimate_id, struct fault *fault)
{
    static const char SQL[] = "UPDATE dispute SET answer = ?2, answered_by = ?3, answered_ms = ?4 "
                              "WHERE id = ?1 AND answer IS NULL";
    char text[LINE_BYTES_MAX + 1];
    char by_whom[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int64_t estimate_id = 0;
    int result = line_take_name("who answers the dispute", answer->by_whom, by_whom, fault);

    if (result == 0)
        result = line_take("the answer", answer->answer != NULL ? answer->answer : "withdrawn",
                           text, fault);
    if (result == 0)
        result = check_answer(store, answer, by_whom, &estimate_id, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, answer->id);
        sql_bind_text(statement, 2, text);
        sql_bind_text(statement, 3, by_whom);
        sqlite3_bind_int64(statement, 4, answer->now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result == 0)
        *ret_estimate_id = estimate_id;
    return result;
}

static int hand_on(sqlite3_stmt *row, dispute_each_callback *callback, void *context,
                   struct fault *fault)
{
    struct dispute dispute = {
        .id = sqlite3_column_int64(row, 0),
        .estimate_id = sqlite3_column_int64(row, 1),
        .robot_id = sqlite3_column_int64(row, 2),
        .hundredths =
            sqlite3_column_type(row, 3) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 3),
        .reason = sql_text(row, 4),
        .by_whom = sql_text(row, 5),
        .at_ms = sqlite3_column_int64(row, 6),
        .answer = sqlite3_column_type(row, 7) == SQLITE_NULL ? NULL : sql_text(row, 7),
        .answered_by = sqlite3_column_type(row, 8) == SQLITE_NULL ? NULL : sql_text(row, 8),
        .answered_ms = sqlite3_column_int64(row, 9),
    };
    int result = 0;

    if (dispute.answered_by != NULL)
        result = line_same_name(dispute.by_whom, dispute.answered_by, &dispute.is_withdrawn, fault);
    return result < 0 ? result : callback(&dispute, context);
}

int dispute_each(struct store *store, const struct dispute_filter *filter,
                 dispute_each_callback *callback, void *context, struct fault *fault)
{
    static const char SQL[] =
        "SELECT d.id, d.estimate_id, e.robot_id, d.hundredths, d.reason, d.by_whom, d.at_ms, "
        "d.answer, d.answered_by, d.answered_ms FROM dispute d JOIN estimate e ON "
        "e.id = d.estimate_id WHERE ?1 IN (0, e.robot_id) AND ?2 IN (0, e.id) AND "
        "(?3 = 0 OR d.answer IS NULL) ORDER BY d.id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, filter->robot_id);
        sqlite3_bind_int64(statement, 2, filter->estimate_id);
        sqlite3_bind_int(statement, 3, filter->is_open);
    }
    while (result == 0 && (result = sql_step(store, statement, fault)) > 0)
        result = hand_on(statement, callback, context, fault);
    sql_done(statement);
    return result;
}
