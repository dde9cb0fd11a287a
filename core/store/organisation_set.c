/* What changes the organisation. Values are checked before the store is touched. */
#include "core/store/organisation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/id_own.h"
#include "core/store/line.h"
#include "core/store/list.h"
#include "core/store/sql.h"

/* A year has 8,784 hours. */
enum { ZONE_MAX = 64, HOURS_PER_FTE_MAX = 8784, YEAR_MIN = 1900, YEAR_MAX = 2199 };
static const int64_t BUDGET_KRONER_MAX = INT64_C(1000000000000);

/* A zone that is not there would keep the store from being opened again; clock_set_zone()
 * itself is only for the time before there are threads. */
static int check_zone(const char *zone, struct fault *fault)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    char path[sizeof "/usr/share/zoneinfo/" + ZONE_MAX];
    size_t length = zone != NULL ? strlen(zone) : 0;
    struct stat about;

    if (length > 0 && length < ZONE_MAX && zone[0] != '/' && strspn(zone, safe) == length) {
        (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", ZONE_MAX - 1, zone);
        if (stat(path, &about) == 0 && S_ISREG(about.st_mode))
            return 0;
    }
    return fault_set(fault, -EINVAL,
                     "the time zone \"%.100s\" is not in /usr/share/zoneinfo; use a name such as "
                     "Europe/Copenhagen and install the package tzdata",
                     zone != NULL ? zone : "");
}

static int refuse_zone(const char *before, const char *zone, bool has_tasks, struct fault *fault)
{
    if (has_tasks)
        return fault_set(fault, -EINVAL,
                         "the time zone is %.64s and cannot become %.64s: the local day is "
                         "stored with each task, and there are tasks; so the zone stays",
                         before, zone);
    return fault_set(fault, -EINVAL,
                     "the time zone is %.64s and cannot become %.64s while automagid runs, which "
                     "counts by the one it started with: stop it, load this again, and start it",
                     before, zone);
}

/* Windows and figures rest on the local day that is stored with each task; in another zone the same
 * task could fall into another window and count once more. So could what a daemon counts in the zone
 * that it read at its start, when it is started again. */
static int check_zone_stays(struct store *store, const char *zone, struct fault *fault)
{
    static const char SQL[] = "SELECT coalesce((SELECT time_zone FROM organisation WHERE id = 1), "
                              "'" ORGANISATION_TIME_ZONE "'), EXISTS(SELECT 1 FROM ledger) OR "
                              "EXISTS(SELECT 1 FROM attempt) OR EXISTS(SELECT 1 FROM item)";
    sqlite3_stmt *statement = NULL;
    bool has_tasks;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0 && strcmp(sql_text(statement, 0), zone) != 0) {
        has_tasks = sqlite3_column_int(statement, 1) != 0;
        if (has_tasks || store->keeps_zone)
            result = refuse_zone(sql_text(statement, 0), zone, has_tasks, fault);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int organisation_set(struct store *store, const char *name, const char *time_zone,
                     int64_t hours_per_fte, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO organisation(id, name, time_zone, hours_per_fte) VALUES(1, ?1, ?2, ?3) "
        "ON CONFLICT(id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, "
        "hours_per_fte = excluded.hours_per_fte";
    sqlite3_stmt *statement = NULL;
    int result = line_check("the organisation's name", name, fault);

    if (result == 0)
        result = check_zone(time_zone, fault);
    if (result == 0)
        result = check_zone_stays(store, time_zone, fault);
    if (result == 0 && (hours_per_fte < 1 || hours_per_fte > HOURS_PER_FTE_MAX))
        result = fault_set(fault, -EINVAL,
                           "hours_per_fte is %" PRId64 "; give the hours of a year's work, 1 to %d",
                           hours_per_fte, HOURS_PER_FTE_MAX);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, name);
        sql_bind_text(statement, 2, time_zone);
        sqlite3_bind_int64(statement, 3, hours_per_fte);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int rate_set(struct store *store, const struct rate *rate, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO rate(from_day, ore_per_hour, booking_from) "
                              "VALUES(?1, ?2, ?3) ON CONFLICT(from_day, booking_from) DO UPDATE "
                              "SET ore_per_hour = excluded.ore_per_hour";
    int64_t ore_per_hour = rate->ore_per_hour;
    sqlite3_stmt *statement = NULL;
    int result;

    if (ore_per_hour < 1 || ore_per_hour > RATE_ORE_MOST)
        return fault_set(fault, -EINVAL,
                         "the hourly rate is %" PRId64
                         " øre; give an amount above 0 and at most %d",
                         ore_per_hour, RATE_ORE_MOST);
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int(statement, 1, rate->from_day);
        sqlite3_bind_int64(statement, 2, ore_per_hour);
        sqlite3_bind_int(statement, 3, rate->booking_from);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int check_slug(struct store *store, const char *slug, struct fault *fault)
{
    if (!text_is_slug(slug))
        return fault_set(
            fault, -EINVAL,
            "the department's id \"%.100s\" must be a small letter and then at most 62 "
            "small letters, digits, - or _",
            slug);
    return id_check_own(store, ID_OF_DEPARTMENT, slug, fault);
}

int department_put(struct store *store, const char *slug, int64_t position, int64_t *ret_id,
                   struct fault *fault)
{
    static const char SQL[] = "INSERT INTO department(slug, position) VALUES(?1, ?2) "
                              "ON CONFLICT(slug) DO UPDATE SET position = excluded.position "
                              "RETURNING id";
    sqlite3_stmt *statement = NULL;
    int result = check_slug(store, slug, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        sqlite3_bind_int64(statement, 2, position);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

int department_name_set(struct store *store, int64_t department_id, int32_t from_day,
                        const char *name, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO department_name(department_id, from_day, name) VALUES(?1, ?2, ?3) "
        "ON CONFLICT(department_id, from_day) DO UPDATE SET name = excluded.name";
    sqlite3_stmt *statement = NULL;
    int result = line_check("the department's name", name, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, department_id);
        sqlite3_bind_int(statement, 2, from_day);
        sql_bind_text(statement, 3, name);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int forget_aliases(struct store *store, int64_t department_id, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM department_alias WHERE department_id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, department_id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int department_aliases_set(struct store *store, int64_t department_id, char *const *names,
                           size_t count, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO department_alias(department_id, position, name) VALUES(?1, ?2, ?3)";
    sqlite3_stmt *statement = NULL;
    int result = 0;
    size_t i;

    if (count > LIST_MAX)
        return fault_set(fault, -E2BIG, "a department has %zu other names; give at most %d", count,
                         LIST_MAX);
    for (i = 0; i < count && result == 0; i++)
        result = line_check("the department's other name", names[i], fault);
    if (result == 0)
        result = forget_aliases(store, department_id, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    for (i = 0; i < count && result == 0; i++) {
        sqlite3_bind_int64(statement, 1, department_id);
        sqlite3_bind_int64(statement, 2, (int64_t)i);
        sql_bind_text(statement, 3, names[i]);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int check_budget(const struct budget_new *budget, struct fault *fault)
{
    int32_t year = budget->year;
    int64_t kroner = budget->kroner;

    if (year < YEAR_MIN || year > YEAR_MAX)
        return fault_set(fault, -EINVAL, "the budget's year is %" PRId32 "; give one from %d to %d",
                         year, YEAR_MIN, YEAR_MAX);
    if (kroner < -BUDGET_KRONER_MAX || kroner > BUDGET_KRONER_MAX)
        return fault_set(fault, -EINVAL,
                         "the budget of %" PRId32 " is %" PRId64 " kroner; give at most %" PRId64
                         " either way",
                         year, kroner, BUDGET_KRONER_MAX);
    return 0;
}

int budget_set(struct store *store, const struct budget_new *budget, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO budget(department_id, year, kroner, from_day, set_by, set_ms, reason) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(department_id, year, from_day) DO UPDATE "
        "SET kroner = excluded.kroner, set_by = excluded.set_by, set_ms = excluded.set_ms, "
        "reason = excluded.reason";
    sqlite3_stmt *statement = NULL;
    char set_by[LINE_BYTES_MAX + 1];
    char reason[LINE_BYTES_MAX + 1] = "";
    int result = check_budget(budget, fault);

    if (result == 0)
        result = line_take_name("who sets the budget", budget->set_by, set_by, fault);
    if (result == 0 && budget->reason[0] != '\0')
        result = line_take("the budget's reason", budget->reason, reason, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, budget->department_id);
        sqlite3_bind_int(statement, 2, budget->year);
        sqlite3_bind_int64(statement, 3, budget->kroner);
        sqlite3_bind_int(statement, 4, budget->from_day);
        sql_bind_text(statement, 5, set_by);
        sqlite3_bind_int64(statement, 6, clock_now_ms());
        sql_bind_text(statement, 7, reason);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
