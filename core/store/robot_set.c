/* What changes a robot; robot_install.c has its definition, estimate.c its estimates. */
#include "core/store/robot.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/id_own.h"
#include "core/store/line.h"
#include "core/store/sql.h"

/* Versions of one robot that are set in one call. */
enum { OPERATIONS_MAX = 1000, SHARES_MAX = 10000 };

int robot_put(struct store *store, const char *slug, const char *name, bool is_external,
              bool is_one_off, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO robot(slug, name, position, external, one_off) "
        "VALUES(?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM robot), ?3, ?4) "
        "ON CONFLICT(slug) DO UPDATE SET name = excluded.name, external = excluded.external, "
        "one_off = excluded.one_off RETURNING id";
    sqlite3_stmt *statement = NULL;
    int result = 0;

    if (!text_is_slug(slug))
        return fault_set(fault, -EINVAL,
                         "the robot's id \"%.100s\" must be a small letter and then at most 62 "
                         "small letters, digits, - or _",
                         slug);
    result = id_check_own(store, ID_OF_ROBOT, slug, fault);
    if (result == 0)
        result = line_check("the robot's name", name, fault);
    if (result == 0 && strlen(name) > ROBOT_NAME_MAX)
        result = fault_set(fault, -EINVAL, "robot %s: its name is over %d bytes; shorten it", slug,
                           ROBOT_NAME_MAX);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        sql_bind_text(statement, 2, name);
        sqlite3_bind_int(statement, 3, is_external);
        sqlite3_bind_int(statement, 4, is_one_off);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

/* A statement whose one parameter is the robot. *ret_changes may be NULL. */
static int run_for_robot(struct store *store, const char *text, int64_t robot_id,
                         int64_t *ret_changes, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_run(store, statement, fault);
    }
    if (result == 0 && ret_changes != NULL)
        *ret_changes = sql_changes(store);
    sql_done(statement);
    return result;
}

static int refuse_operation(const struct robot_operation *operation, const char *what,
                            struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(operation->from_day, day);
    return fault_set(fault, -EINVAL, "the operating interval from %s %s; correct its dates", day,
                     what);
}

static int check_operations(const struct robot_operation *operations, size_t count,
                            struct fault *fault)
{
    size_t i;
    size_t j;

    if (count > OPERATIONS_MAX)
        return fault_set(fault, -E2BIG, "a robot has %zu operating intervals; give at most %d",
                         count, OPERATIONS_MAX);
    for (i = 0; i < count; i++) {
        if (operations[i].to_day < operations[i].from_day)
            return refuse_operation(&operations[i], "ends before it begins", fault);
        for (j = 0; j < i; j++)
            if (operations[i].from_day <= operations[j].to_day &&
                operations[j].from_day <= operations[i].to_day)
                return refuse_operation(&operations[i], "overlaps another", fault);
    }
    return 0;
}

int robot_operations_set(struct store *store, int64_t robot_id,
                         const struct robot_operation *operations, size_t count,
                         struct fault *fault)
{
    static const char FORGET[] = "DELETE FROM robot_operation WHERE robot_id = ?1";
    static const char ADD[] =
        "INSERT INTO robot_operation(robot_id, from_day, to_day) VALUES(?1, ?2, ?3)";
    sqlite3_stmt *statement = NULL;
    int result = check_operations(operations, count, fault);
    size_t i;

    if (result == 0)
        result = run_for_robot(store, FORGET, robot_id, NULL, fault);
    if (result == 0)
        result = sql_use(store, ADD, &statement, fault);
    for (i = 0; i < count && result == 0; i++) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, operations[i].from_day);
        if (operations[i].to_day == ROBOT_NO_END)
            sqlite3_bind_null(statement, 3);
        else
            sqlite3_bind_int(statement, 3, operations[i].to_day);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int refuse_share(const struct robot_share *share, const char *what, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(share->from_day, day);
    return fault_set(fault, -EINVAL, "the shares from %s %s; correct them", day, what);
}

/* Each share against those before it: when the last of a day has been looked at,
 * the whole day's sum has. */
static int check_shares(const struct robot_share *shares, size_t count, struct fault *fault)
{
    size_t i;
    size_t j;

    if (count > SHARES_MAX)
        return fault_set(fault, -E2BIG, "a robot has %zu shares; give at most %d", count,
                         SHARES_MAX);
    for (i = 0; i < count; i++) {
        int64_t sum = shares[i].millionths;

        if (sum < 0 || sum > SHARE_WHOLE)
            return refuse_share(&shares[i], "hold one that is not between 0 and 1", fault);
        for (j = 0; j < i; j++) {
            if (shares[j].from_day != shares[i].from_day ||
                shares[j].booking_from != shares[i].booking_from)
                continue;
            if (shares[j].department_id == shares[i].department_id)
                return refuse_share(&shares[i], "name a department twice", fault);
            sum += shares[j].millionths;
        }
        if (sum > SHARE_WHOLE)
            return refuse_share(&shares[i], "sum to more than 1", fault);
    }
    return 0;
}

int robot_shares_set(struct store *store, int64_t robot_id, const struct robot_share *shares,
                     size_t count, struct fault *fault)
{
    static const char FORGET[] = "DELETE FROM robot_share WHERE robot_id = ?1";
    static const char ADD[] = "INSERT INTO robot_share(robot_id, from_day, department_id, "
                              "millionths, booking_from) VALUES(?1, ?2, ?3, ?4, ?5)";
    sqlite3_stmt *statement = NULL;
    int result = check_shares(shares, count, fault);
    size_t i;

    if (result == 0)
        result = run_for_robot(store, FORGET, robot_id, NULL, fault);
    if (result == 0)
        result = sql_use(store, ADD, &statement, fault);
    for (i = 0; i < count && result == 0; i++) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, shares[i].from_day);
        sqlite3_bind_int64(statement, 3, shares[i].department_id);
        sqlite3_bind_int64(statement, 4, shares[i].millionths);
        sqlite3_bind_int(statement, 5, shares[i].booking_from);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* Had the robot begun by the day? */
static int check_begun(struct store *store, int64_t robot_id, int32_t day, struct fault *fault)
{
    static const char SQL[] =
        "SELECT 1 FROM robot_operation WHERE robot_id = ?1 AND from_day <= ?2";
    sqlite3_stmt *statement = NULL;
    char name[CLOCK_DAY_TEXT];
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, day);
        result = sql_step(store, statement, fault);
        if (result == 0) {
            clock_format_day(day, name);
            result = fault_set(fault, -EINVAL,
                               "the robot had not begun by %s; give a later last day, or change "
                               "its operation",
                               name);
        }
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

static int run_for_day(struct store *store, const char *text, int64_t robot_id, int32_t day,
                       struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, day);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int robot_retire(struct store *store, int64_t robot_id, int32_t last_day, struct fault *fault)
{
    static const char FORGET[] =
        "DELETE FROM robot_operation WHERE robot_id = ?1 AND from_day > ?2";
    static const char END[] = "UPDATE robot_operation SET to_day = ?2 WHERE robot_id = ?1 AND "
                              "from_day <= ?2 AND (to_day IS NULL OR to_day > ?2)";
    int result = check_begun(store, robot_id, last_day, fault);

    if (result == 0)
        result = run_for_day(store, FORGET, robot_id, last_day, fault);
    if (result == 0)
        result = run_for_day(store, END, robot_id, last_day, fault);
    return result;
}
