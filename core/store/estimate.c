/* Versions of what a task is worth: set by the process owner, signed by somebody else. */
#include "core/store/robot.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/sql.h"
#include "core/store/timing.h"

enum { HUNDREDTHS_MAX = 100 * 60 * 24 * 366 }; /* a year of minutes for one task */

struct lines {
    char set_by[LINE_BYTES_MAX + 1];
    char reason[LINE_BYTES_MAX + 1];
    char task[LINE_BYTES_MAX + 1];
    char method[LINE_BYTES_MAX + 1];
    char timings[TIMINGS_TEXT_MAX];
};

const char *estimate_kind_word(enum estimate_kind kind)
{
    switch (kind) {
    case ESTIMATE_TASK:
        return "task";
    case ESTIMATE_HANDOVER:
        return "handover";
    }
    return "?";
}

/* A line that may be missing: "". */
static int may_take(const char *what, const char *line, char target[static LINE_BYTES_MAX + 1],
                    struct fault *fault)
{
    target[0] = '\0';
    return line != NULL && line[0] != '\0' ? line_take(what, line, target, fault) : 0;
}

static int check_estimate(const struct estimate_new *estimate, struct lines *ret_lines,
                          struct fault *fault)
{
    struct timings timings;
    int result =
        line_take_name("who sets the estimate", estimate->set_by, ret_lines->set_by, fault);

    if (result == 0)
        result = may_take("the estimate's reason", estimate->reason, ret_lines->reason, fault);
    if (result == 0)
        result = may_take("what a task is", estimate->task, ret_lines->task, fault);
    if (result == 0)
        result = may_take("how the minutes were found", estimate->method, ret_lines->method, fault);
    if (result == 0)
        result = timings_read(estimate->timings != NULL ? estimate->timings : "", &timings, fault);
    if (result == 0)
        timings_write(&timings, ret_lines->timings);
    if (result == 0 && (estimate->hundredths < 0 || estimate->hundredths > HUNDREDTHS_MAX))
        result = fault_set(fault, -EINVAL,
                           "the estimate is %" PRId64 " hundredths of a minute; give 0 to %d",
                           estimate->hundredths, HUNDREDTHS_MAX);
    return result;
}

int estimate_set(struct store *store, int64_t robot_id, const struct estimate_new *estimate,
                 int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO estimate(robot_id, from_day, hundredths, set_by, set_ms, reason, kind, task, "
        "method, timings) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
    sqlite3_stmt *statement = NULL;
    struct lines lines;
    int result = check_estimate(estimate, &lines, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, estimate->from_day);
        sqlite3_bind_int64(statement, 3, estimate->hundredths);
        sql_bind_text(statement, 4, lines.set_by);
        sqlite3_bind_int64(statement, 5, clock_now_ms());
        sql_bind_text(statement, 6, lines.reason);
        sqlite3_bind_int(statement, 7, estimate->kind == 0 ? ESTIMATE_TASK : (int)estimate->kind);
        sql_bind_text(statement, 8, lines.task);
        sql_bind_text(statement, 9, lines.method);
        sql_bind_text(statement, 10, lines.timings);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

static int check_signer(const char *set_by, const char *signed_by, struct fault *fault)
{
    bool is_same = false;
    int result = line_same_name(set_by, signed_by, &is_same, fault);

    if (result == 0 && is_same)
        result = fault_set(fault, -EPERM,
                           "\"%s\" set this estimate and cannot sign it; let the head of "
                           "department do so",
                           set_by);
    return result;
}

/* May it be signed? The row tells who set it, whether it is signed, and whether its
 * day has another that is. */
static int check_row(sqlite3_stmt *row, int64_t estimate_id, const char *signed_by,
                     struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(sqlite3_column_int(row, 2), day);
    if (sqlite3_column_type(row, 1) != SQLITE_NULL)
        return fault_set(fault, -EALREADY,
                         "estimate %" PRId64 " is signed already, by \"%s\"; set a new version to "
                         "change it",
                         estimate_id, sql_text(row, 1));
    if (sqlite3_column_int(row, 3) != 0)
        return fault_set(fault, -EEXIST,
                         "estimate %" PRId64 " of robot %s is valid from %s, and so is one that is "
                         "signed; set a version with another valid-from",
                         estimate_id, sql_text(row, 4), day);
    return check_signer(sql_text(row, 0), signed_by, fault);
}

static int check_signature(struct store *store, int64_t estimate_id, const char *signed_by,
                           struct fault *fault)
{
    static const char SQL[] =
        "SELECT e.set_by, e.signed_by, e.from_day, EXISTS(SELECT 1 FROM estimate o WHERE "
        "o.robot_id = e.robot_id AND o.kind = e.kind AND o.from_day = e.from_day AND "
        "o.signed_by IS NOT NULL), r.slug "
        "FROM estimate e JOIN robot r ON r.id = e.robot_id WHERE e.id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, estimate_id);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result =
                fault_set(fault, -ENOENT,
                          "there is no estimate %" PRId64 "; `automagi estimate history` shows "
                          "those there are",
                          estimate_id);
    }
    if (result > 0)
        result = check_row(statement, estimate_id, signed_by, fault);
    sql_done(statement);
    return result;
}

int estimate_sign_booked(struct store *store, int64_t estimate_id,
                         const struct estimate_signature *signature, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE estimate SET signed_by = ?2, signed_day = ?3, booking_from = ?4 WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    char signer[LINE_BYTES_MAX + 1];
    int result = line_take_name("who signs the estimate", signature->signed_by, signer, fault);

    if (result == 0)
        result = check_signature(store, estimate_id, signer, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, estimate_id);
        sql_bind_text(statement, 2, signer);
        sqlite3_bind_int(statement, 3, signature->signed_day);
        sqlite3_bind_int(statement, 4, signature->booking_from);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int estimate_sign(struct store *store, int64_t estimate_id, const char *signed_by,
                  int32_t signed_day, struct fault *fault)
{
    return estimate_sign_booked(
        store, estimate_id,
        &(struct estimate_signature){.signed_by = signed_by, .signed_day = signed_day}, fault);
}
