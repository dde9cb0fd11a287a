/* Reading; organisation_ask.c has what is asked of it, organisation_set.c what changes it. */
#include "core/store/organisation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/list.h"
#include "core/store/sql.h"

enum { HOURS_PER_FTE = 1924 }; /* 37 × 52: until something else is loaded */

/* Names and aliases come in the order of the departments, so a place in it is enough. */
struct reading {
    struct organisation *organisation;
    size_t at;
};

static int take_self(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct organisation *organisation = context;
    int result = 0;

    organisation->name = sql_copy(row, 0, &result);
    organisation->time_zone = sql_copy(row, 1, &result);
    organisation->hours_per_fte = sqlite3_column_int64(row, 2);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static int read_self(struct store *store, struct organisation *organisation, struct fault *fault)
{
    static const char SQL[] =
        "SELECT name, time_zone, hours_per_fte FROM organisation WHERE id = 1";
    int result = sql_each(store, SQL, take_self, organisation, fault);

    if (result < 0 || organisation->name != NULL)
        return result;
    organisation->name = strdup("");
    organisation->time_zone = strdup(ORGANISATION_TIME_ZONE);
    organisation->hours_per_fte = HOURS_PER_FTE;
    if (organisation->name == NULL || organisation->time_zone == NULL)
        return fault_no_memory(fault);
    return 0;
}

static int take_department(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct organisation *organisation = context;
    struct department *department;
    int result = 0;
    void *grown = list_grow(organisation->departments, organisation->department_count,
                            sizeof *organisation->departments, &result, fault);

    if (grown == NULL)
        return result;
    organisation->departments = grown;
    department = &organisation->departments[organisation->department_count++];
    department->id = sqlite3_column_int64(row, 0);
    department->slug = sql_copy(row, 1, &result);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static struct department *department_of(struct reading *reading, int64_t id)
{
    struct organisation *organisation = reading->organisation;

    while (reading->at < organisation->department_count &&
           organisation->departments[reading->at].id != id)
        reading->at++;
    return reading->at < organisation->department_count ? &organisation->departments[reading->at]
                                                        : NULL;
}

static int refuse_order(int64_t id, struct fault *fault)
{
    return fault_set(fault, -EBADMSG,
                     "the store is damaged: department number %" PRId64
                     " is out of order; run `automagi verify`, and restore the latest backup",
                     id);
}

static int take_name(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct department *department = department_of(context, sqlite3_column_int64(row, 0));
    struct department_name *name;
    void *grown;
    int result = 0;

    if (department == NULL)
        return refuse_order(sqlite3_column_int64(row, 0), fault);
    grown = list_grow(department->names, department->name_count, sizeof *department->names, &result,
                      fault);
    if (grown == NULL)
        return result;
    department->names = grown;
    name = &department->names[department->name_count++];
    name->from_day = sqlite3_column_int(row, 1);
    name->name = sql_copy(row, 2, &result);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static int take_alias(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct department *department = department_of(context, sqlite3_column_int64(row, 0));
    void *grown;
    int result = 0;

    if (department == NULL)
        return refuse_order(sqlite3_column_int64(row, 0), fault);
    grown = list_grow(department->aliases, department->alias_count, sizeof *department->aliases,
                      &result, fault);
    if (grown == NULL)
        return result;
    department->aliases = grown;
    department->aliases[department->alias_count++] = sql_copy(row, 1, &result);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static int take_rate(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct organisation *organisation = context;
    int result = 0;
    void *grown = list_grow(organisation->rates, organisation->rate_count,
                            sizeof *organisation->rates, &result, fault);

    if (grown == NULL)
        return result;
    organisation->rates = grown;
    organisation->rates[organisation->rate_count++] =
        (struct rate){.from_day = sqlite3_column_int(row, 0),
                      .ore_per_hour = sqlite3_column_int64(row, 1),
                      .booking_from = sqlite3_column_int(row, 2)};
    return 0;
}

static int take_budget(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct organisation *organisation = context;
    int result = 0;
    void *grown = list_grow(organisation->budgets, organisation->budget_count,
                            sizeof *organisation->budgets, &result, fault);

    if (grown == NULL)
        return result;
    organisation->budgets = grown;
    organisation->budgets[organisation->budget_count++] =
        (struct budget){.department_id = sqlite3_column_int64(row, 0),
                        .year = sqlite3_column_int(row, 1),
                        .kroner = sqlite3_column_int64(row, 2),
                        .from_day = sqlite3_column_int(row, 3)};
    return 0;
}

static int take_successor(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct department *department = department_of(context, sqlite3_column_int64(row, 0));
    void *grown;
    int result = 0;

    if (department == NULL)
        return refuse_order(sqlite3_column_int64(row, 0), fault);
    grown = list_grow(department->successors, department->successor_count,
                      sizeof *department->successors, &result, fault);
    if (grown == NULL)
        return result;
    department->successors = grown;
    department->successors[department->successor_count++] =
        (struct department_successor){.from_day = sqlite3_column_int(row, 1),
                                      .booking_from = sqlite3_column_int(row, 2),
                                      .successor_id = sqlite3_column_int64(row, 3),
                                      .millionths = sqlite3_column_int64(row, 4)};
    return 0;
}

static int take_membership(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct department *department = department_of(context, sqlite3_column_int64(row, 0));
    void *grown;
    int result = 0;

    if (department == NULL)
        return refuse_order(sqlite3_column_int64(row, 0), fault);
    grown = list_grow(department->areas, department->area_count, sizeof *department->areas, &result,
                      fault);
    if (grown == NULL)
        return result;
    department->areas = grown;
    department->areas[department->area_count++] = (struct department_area){
        .from_day = sqlite3_column_int(row, 1), .area_id = sqlite3_column_int64(row, 2)};
    return 0;
}

static int take_area(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct organisation *organisation = context;
    struct area *area;
    int result = 0;
    void *grown = list_grow(organisation->areas, organisation->area_count,
                            sizeof *organisation->areas, &result, fault);

    if (grown == NULL)
        return result;
    organisation->areas = grown;
    area = &organisation->areas[organisation->area_count++];
    area->id = sqlite3_column_int64(row, 0);
    area->slug = sql_copy(row, 1, &result);
    area->name = sql_copy(row, 2, &result);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static int take_key(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct organisation *organisation = context;
    int result = 0;
    void *grown = list_grow(organisation->keys, organisation->key_count, sizeof *organisation->keys,
                            &result, fault);

    if (grown == NULL)
        return result;
    organisation->keys = grown;
    organisation->keys[organisation->key_count++] =
        (struct distribution_key){.from_day = sqlite3_column_int(row, 0),
                                  .department_id = sqlite3_column_int64(row, 1),
                                  .millionths = sqlite3_column_int64(row, 2)};
    return 0;
}

/* Where departments end and what they lie under. */
static int read_reorganisations(struct store *store, struct organisation *organisation,
                                struct fault *fault)
{
    static const char SUCCESSORS[] =
        "SELECT s.department_id, s.from_day, s.booking_from, s.successor_id, s.millionths "
        "FROM department_successor s JOIN department d ON d.id = s.department_id "
        "ORDER BY d.position, d.id, s.successor_id";
    static const char MEMBERSHIPS[] =
        "SELECT a.department_id, a.from_day, a.area_id FROM department_area a "
        "JOIN department d ON d.id = a.department_id ORDER BY d.position, d.id, a.from_day";
    static const char AREAS[] = "SELECT id, slug, name FROM area ORDER BY slug";
    static const char KEYS[] = "SELECT k.from_day, k.department_id, k.millionths "
                               "FROM distribution_key k JOIN department d ON "
                               "d.id = k.department_id ORDER BY k.from_day, d.position, d.id";
    struct reading successors = {.organisation = organisation};
    struct reading memberships = {.organisation = organisation};
    int result = sql_each(store, SUCCESSORS, take_successor, &successors, fault);

    if (result == 0)
        result = sql_each(store, MEMBERSHIPS, take_membership, &memberships, fault);
    if (result == 0)
        result = sql_each(store, AREAS, take_area, organisation, fault);
    if (result == 0)
        result = sql_each(store, KEYS, take_key, organisation, fault);
    return result;
}

static int read_departments(struct store *store, struct organisation *organisation,
                            struct fault *fault)
{
    static const char DEPARTMENTS[] = "SELECT id, slug FROM department ORDER BY position, id";
    static const char NAMES[] =
        "SELECT n.department_id, n.from_day, n.name FROM department_name n "
        "JOIN department d ON d.id = n.department_id ORDER BY d.position, d.id, n.from_day";
    static const char ALIASES[] =
        "SELECT a.department_id, a.name FROM department_alias a "
        "JOIN department d ON d.id = a.department_id ORDER BY d.position, d.id, a.position";
    struct reading names = {.organisation = organisation};
    struct reading aliases = {.organisation = organisation};
    int result = sql_each(store, DEPARTMENTS, take_department, organisation, fault);

    if (result == 0)
        result = sql_each(store, NAMES, take_name, &names, fault);
    if (result == 0)
        result = sql_each(store, ALIASES, take_alias, &aliases, fault);
    return result;
}

static int read_numbers(struct store *store, struct organisation *organisation, struct fault *fault)
{
    static const char RATES[] =
        "SELECT from_day, ore_per_hour, booking_from FROM rate ORDER BY from_day, booking_from";
    static const char BUDGETS[] =
        "SELECT b.department_id, b.year, b.kroner, b.from_day FROM budget b "
        "JOIN department d ON d.id = b.department_id "
        "ORDER BY d.position, d.id, b.year, b.from_day";
    int result = sql_each(store, RATES, take_rate, organisation, fault);

    if (result == 0)
        result = sql_each(store, BUDGETS, take_budget, organisation, fault);
    return result;
}

int organisation_read(struct store *store, struct organisation *ret_organisation,
                      struct fault *fault)
{
    struct organisation organisation = {.is_demo = store_is_demo(store)};
    bool entered = false;
    int result = store_view_enter(store, &entered, fault);

    if (result == 0)
        result = read_self(store, &organisation, fault);
    if (result == 0)
        result = read_departments(store, &organisation, fault);
    if (result == 0)
        result = read_reorganisations(store, &organisation, fault);
    if (result == 0)
        result = read_numbers(store, &organisation, fault);
    store_view_leave(store, entered);
    if (result < 0)
        organisation_release(&organisation);
    else
        *ret_organisation = organisation;
    return result;
}

static void department_release(struct department *department)
{
    size_t i;

    for (i = 0; i < department->name_count; i++)
        free(department->names[i].name);
    for (i = 0; i < department->alias_count; i++)
        free(department->aliases[i]);
    free(department->names);
    free(department->successors);
    free(department->areas);
    free(department->aliases);
    free(department->slug);
}

void organisation_release(struct organisation *organisation)
{
    size_t i;

    if (organisation == NULL)
        return;
    for (i = 0; i < organisation->department_count; i++)
        department_release(&organisation->departments[i]);
    free(organisation->departments);
    for (i = 0; i < organisation->area_count; i++) {
        free(organisation->areas[i].slug);
        free(organisation->areas[i].name);
    }
    free(organisation->areas);
    free(organisation->keys);
    free(organisation->rates);
    free(organisation->budgets);
    free(organisation->name);
    free(organisation->time_zone);
    *organisation = (struct organisation){0};
}
