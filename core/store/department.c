#include "core/store/department.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/id_own.h"
#include "core/store/line.h"
#include "core/store/robot.h"
#include "core/store/sql.h"

enum { SHARE_DIGITS = 6, NUMBER_TEXT = 32 };

bool department_has_ended(const struct department *department, int32_t day)
{
    return department->successor_count > 0 && department->successors[0].from_day <= day;
}

/* "kfe ends on 2026-07-01; name what goes on in its place: bf, ds" */
static int refuse_ended(const struct organisation *organisation,
                        const struct department *department, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    struct text names;
    size_t i;
    int result;

    text_init(&names, 1024);
    for (i = 0; i < department->successor_count; i++) {
        const struct department *successor =
            organisation_department_by_id(organisation, department->successors[i].successor_id);

        text_printf(&names, "%s%s", i > 0 ? ", " : "", successor != NULL ? successor->slug : "?");
    }
    clock_format_day(department->successors[0].from_day, day);
    result = fault_set(fault, -EINVAL, "%s ends on %s; name what goes on in its place: %s",
                       department->slug, day, text_string(&names));
    text_release(&names);
    return result;
}

int department_parts_check(int64_t sum, struct fault *fault)
{
    char text[NUMBER_TEXT];

    if (sum == SHARE_WHOLE)
        return 0;
    decimal_format(sum, SHARE_DIGITS, text, sizeof(text));
    return fault_set(fault, -EINVAL,
                     "the parts add up to %s; they must be the whole, exactly 1 (thirds: 0.333334, "
                     "0.333333 and 0.333333)",
                     text);
}

static int check_parts(const struct organisation *organisation, const struct department *department,
                       const struct department_successor *successors, size_t count,
                       struct fault *fault)
{
    int64_t sum = 0;
    size_t i;
    size_t j;

    if (count == 0 || count > DEPARTMENT_PARTS_MAX)
        return fault_set(fault, -EINVAL, "%s has %zu successors; give 1 to %d", department->slug,
                         count, DEPARTMENT_PARTS_MAX);
    for (i = 0; i < count; i++) {
        const struct department *successor =
            organisation_department_by_id(organisation, successors[i].successor_id);

        if (successor == NULL || successor == department)
            return fault_set(fault, -EINVAL, "%s cannot go into %s; name another department",
                             department->slug, successor != NULL ? "itself" : "what is not there");
        for (j = 0; j < i; j++)
            if (successors[j].successor_id == successors[i].successor_id)
                return fault_set(fault, -EINVAL, "%s is named twice; add its parts up",
                                 successor->slug);
        if (successors[i].millionths < 1 || successors[i].millionths > SHARE_WHOLE)
            return fault_set(fault, -EINVAL, "the part of %s must be above 0 and at most 1",
                             successor->slug);
        if (department_has_ended(successor, successors[i].from_day))
            return refuse_ended(organisation, successor, fault);
        sum += successors[i].millionths;
    }
    return department_parts_check(sum, fault);
}

/* How many merges and splits follow each other from here on; more than DEPARTMENT_STEPS_MAX: too
 * many, or a circle, which a damaged store alone has. */
static int steps_down(const struct organisation *organisation, int64_t department_id, int depth)
{
    const struct department *department =
        organisation_department_by_id(organisation, department_id);
    int most = 0;
    size_t i;

    if (department == NULL || depth > DEPARTMENT_STEPS_MAX)
        return 0;
    for (i = 0; i < department->successor_count; i++) {
        int steps = 1 + steps_down(organisation, department->successors[i].successor_id, depth + 1);

        if (steps > most)
            most = steps;
    }
    return most;
}

/* How many lead to it. */
static int steps_up(const struct organisation *organisation, int64_t department_id, int depth)
{
    int most = 0;
    size_t i;
    size_t j;

    for (i = 0; i < organisation->department_count && depth <= DEPARTMENT_STEPS_MAX; i++) {
        const struct department *department = &organisation->departments[i];

        for (j = 0; j < department->successor_count; j++) {
            int steps;

            if (department->successors[j].successor_id != department_id)
                continue;
            steps = 1 + steps_up(organisation, department->id, depth + 1);
            if (steps > most)
                most = steps;
        }
    }
    return most;
}

/* What goes into it does so before it ends, as it goes into what has not ended: so days grow along
 * every way, and none is a circle. */
static int check_before(const struct organisation *organisation,
                        const struct department *department, int32_t from_day, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    size_t i;
    size_t j;

    for (i = 0; i < organisation->department_count; i++) {
        const struct department *other = &organisation->departments[i];

        for (j = 0; j < other->successor_count; j++)
            if (other->successors[j].successor_id == department->id &&
                other->successors[j].from_day >= from_day) {
                clock_format_day(other->successors[j].from_day, day);
                return fault_set(fault, -EINVAL,
                                 "%s goes into %s on %s, when that would have ended; let %s end "
                                 "later",
                                 other->slug, department->slug, day, department->slug);
            }
    }
    return 0;
}

int department_end_check(const struct organisation *organisation,
                         const struct department *department,
                         const struct department_successor *successors, size_t count,
                         struct fault *fault)
{
    int above;
    size_t i;
    int result;

    if (count == 0)
        return fault_set(fault, -EINVAL, "%s goes into nothing; name a successor",
                         department->slug);
    if (department->successor_count > 0)
        return refuse_ended(organisation, department, fault);
    result = check_before(organisation, department, successors[0].from_day, fault);
    if (result < 0)
        return result;
    result = check_parts(organisation, department, successors, count, fault);
    above = steps_up(organisation, department->id, 0);
    for (i = 0; i < count && result == 0; i++) {
        if (above + 1 + steps_down(organisation, successors[i].successor_id, 0) >
            DEPARTMENT_STEPS_MAX)
            result = fault_set(fault, -EINVAL,
                               "more than %d mergers and splits would follow each other through "
                               "%s; let %s go into the last of them at once",
                               DEPARTMENT_STEPS_MAX, department->slug, department->slug);
    }
    return result;
}

int department_end(struct store *store, int64_t department_id,
                   const struct department_successor *successors, size_t count, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO department_successor(department_id, from_day, "
                              "booking_from, successor_id, millionths) VALUES(?1, ?2, ?3, ?4, ?5)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);
    size_t i;

    for (i = 0; i < count && result == 0; i++) {
        sqlite3_bind_int64(statement, 1, department_id);
        sqlite3_bind_int(statement, 2, successors[i].from_day);
        sqlite3_bind_int(statement, 3, successors[i].booking_from);
        sqlite3_bind_int64(statement, 4, successors[i].successor_id);
        sqlite3_bind_int64(statement, 5, successors[i].millionths);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int department_end_remove(struct store *store, int64_t department_id, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM department_successor WHERE department_id = ?1";

    return sql_run_numbers(store, SQL, department_id, 0, fault);
}

static bool is_area(const struct organisation *organisation, const char *slug)
{
    size_t i;

    for (i = 0; i < organisation->area_count; i++)
        if (strcmp(organisation->areas[i].slug, slug) == 0)
            return true;
    return false;
}

static int last_position(struct store *store, int64_t *ret_position, struct fault *fault)
{
    static const char SQL[] = "SELECT coalesce(max(position), 0) FROM department";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0)
        *ret_position = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result < 0 ? result : 0;
}

int department_add(struct store *store, const struct organisation *organisation, const char *slug,
                   int64_t *ret_id, struct fault *fault)
{
    int64_t position = 0;
    int result;

    if (organisation_department(organisation, slug) != NULL)
        return fault_set(fault, -EEXIST,
                         "there is a department %s already; `automagi department rename` gives it "
                         "another name",
                         slug);
    if (is_area(organisation, slug))
        return fault_set(fault, -EINVAL,
                         "%s is an area, and an area is never a department; use another id", slug);
    if (organisation->department_count >= DEPARTMENTS_MAX)
        return fault_set(fault, -E2BIG, "there are %d departments, which is the most",
                         DEPARTMENTS_MAX);
    result = last_position(store, &position, fault);
    return result == 0 ? department_put(store, slug, position + 1, ret_id, fault) : result;
}

static int check_area(struct store *store, const char *slug, const char *name, struct fault *fault)
{
    int64_t id = 0;
    int result;

    if (!text_is_slug(slug))
        return fault_set(fault, -EINVAL,
                         "the area's id \"%.100s\" must be a small letter and then at most 62 "
                         "small letters, digits, - or _",
                         slug);
    result = id_check_own(store, ID_OF_AREA, slug, fault);
    if (result < 0)
        return result;
    result = department_find(store, slug, &id, fault);
    if (result == 0)
        return fault_set(fault, -EINVAL,
                         "%s is a department, and an area is never one; use another id", slug);
    return result == -ENOENT ? line_check("the area's name", name, fault) : result;
}

int area_put(struct store *store, const char *slug, const char *name, int64_t *ret_id,
             struct fault *fault)
{
    static const char SQL[] = "INSERT INTO area(slug, name) VALUES(?1, ?2) ON CONFLICT(slug) "
                              "DO UPDATE SET name = excluded.name RETURNING id";
    sqlite3_stmt *statement = NULL;
    int result = check_area(store, slug, name, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        sql_bind_text(statement, 2, name);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

int department_area_set(struct store *store, int64_t department_id, int32_t from_day,
                        int64_t area_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO department_area(department_id, from_day, area_id) VALUES(?1, ?2, ?3) "
        "ON CONFLICT(department_id, from_day) DO UPDATE SET area_id = excluded.area_id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, department_id);
        sqlite3_bind_int(statement, 2, from_day);
        if (area_id != 0)
            sqlite3_bind_int64(statement, 3, area_id);
        else
            sqlite3_bind_null(statement, 3);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int department_area_remove(struct store *store, int64_t department_id, int32_t from_day,
                           struct fault *fault)
{
    static const char SQL[] =
        "DELETE FROM department_area WHERE department_id = ?1 AND from_day = ?2";

    return sql_run_numbers(store, SQL, department_id, from_day, fault);
}

static int check_keys(const struct distribution_key *keys, size_t count, struct fault *fault)
{
    char text[NUMBER_TEXT];
    int64_t sum = 0;
    size_t i;
    size_t j;

    for (i = 0; i < count; i++) {
        for (j = 0; j < i; j++)
            if (keys[j].department_id == keys[i].department_id)
                return fault_set(fault, -EINVAL, "the keys name a department twice; keep one");
        if (keys[i].millionths < 0 || keys[i].millionths > SHARE_WHOLE)
            return fault_set(fault, -EINVAL, "a key must be from 0 to 1");
        sum += keys[i].millionths;
    }
    if (sum <= SHARE_WHOLE)
        return 0;
    decimal_format(sum, SHARE_DIGITS, text, sizeof(text));
    return fault_set(fault, -EINVAL, "the keys add up to %s; at most 1 is allowed", text);
}

int distribution_keys_set(struct store *store, int32_t from_day,
                          const struct distribution_key *keys, size_t count, struct fault *fault)
{
    static const char FORGET[] = "DELETE FROM distribution_key WHERE from_day = ?1";
    static const char ADD[] =
        "INSERT INTO distribution_key(from_day, department_id, millionths) VALUES(?1, ?2, ?3)";
    sqlite3_stmt *statement = NULL;
    int result = check_keys(keys, count, fault);
    size_t i;

    if (result == 0)
        result = sql_run_numbers(store, FORGET, from_day, 0, fault);
    if (result == 0)
        result = sql_use(store, ADD, &statement, fault);
    for (i = 0; i < count && result == 0; i++) {
        sqlite3_bind_int(statement, 1, from_day);
        sqlite3_bind_int64(statement, 2, keys[i].department_id);
        sqlite3_bind_int64(statement, 3, keys[i].millionths);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
