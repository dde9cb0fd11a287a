/* Versions of what a task is worth: set by the process owner, signed by somebody else. */
#include "core/store/robot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/sql.h"

enum { HUNDREDTHS_MAX = 100 * 60 * 24 * 366 }; /* a year of minutes for one task */

struct lines {
    char set_by[LINE_BYTES_MAX + 1];
    char reason[LINE_BYTES_MAX + 1];
};

static int check_estimate(int64_t hundredths, const char *set_by, const char *reason,
                          struct lines *ret_lines, struct fault *fault)
{
    int result = line_take("who sets the estimate", set_by, ret_lines->set_by, fault);

    ret_lines->reason[0] = '\0';
    if (result == 0 && reason[0] != '\0')
        result = line_take("the estimate's reason", reason, ret_lines->reason, fault);
    if (result == 0 && (hundredths < 0 || hundredths > HUNDREDTHS_MAX))
        result = fault_set(fault, -EINVAL,
                           "the estimate is %" PRId64 " hundredths of a minute; give 0 to %d",
                           hundredths, HUNDREDTHS_MAX);
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
    int result =
        check_estimate(estimate->hundredths, estimate->set_by, estimate->reason, &lines, fault);

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
        sql_bind_text(statement, 8, estimate->task != NULL ? estimate->task : "");
        sql_bind_text(statement, 9, estimate->method != NULL ? estimate->method : "");
        sql_bind_text(statement, 10, estimate->timings != NULL ? estimate->timings : "");
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        *ret_id = sqlite3_column_int64(statement, 0);
        result = 0;
    }
    sql_done(statement);
    return result;
}

/* Case, width and composition put aside, and every space: "Anna  B" signs for "anna b" as little
 * as for herself. NULL when it is not UTF-8 or out of memory. */
static char *fold(const char *name)
{
    utf8proc_uint8_t *folded = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)name);
    char *from = (char *)folded;
    char *to = from;

    for (; from != NULL && *from != '\0'; from++)
        if (*from != ' ')
            *to++ = *from;
    if (to != NULL)
        *to = '\0';
    return (char *)folded;
}

static int check_signer(const char *set_by, const char *signed_by, struct fault *fault)
{
    char *setter = fold(set_by);
    char *signer = fold(signed_by);
    int result = 0;

    if (setter == NULL || signer == NULL)
        result = fault_no_memory(fault);
    else if (strcmp(setter, signer) == 0)
        result = fault_set(fault, -EPERM,
                           "\"%s\" set this estimate and cannot sign it; let the head of "
                           "department do so",
                           set_by);
    free(setter);
    free(signer);
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

int estimate_sign(struct store *store, int64_t estimate_id, const char *signed_by,
                  int32_t signed_day, struct fault *fault)
{
    static const char SQL[] = "UPDATE estimate SET signed_by = ?2, signed_day = ?3 WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    char signer[LINE_BYTES_MAX + 1];
    int result = line_take("who signs the estimate", signed_by, signer, fault);

    if (result == 0)
        result = check_signature(store, estimate_id, signer, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, estimate_id);
        sql_bind_text(statement, 2, signer);
        sqlite3_bind_int(statement, 3, signed_day);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
