/* organisation.json: the organisation, its rates, departments and budgets. */
#include "core/command/organisation_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"

enum { TEXT_LIMIT = 8 * 1024 * 1024, NAME_BYTES_MAX = 200, YEAR_LEAST = 1900, YEAR_MOST = 2199 };
#define ORE_MOST    INT64_C(100000000)
#define BUDGET_MOST INT64_C(1000000000000)

static const char CROSS_DEPARTMENT[] = "tvaergaaende";

static int by_rate_day(const void *left, const void *right)
{
    const struct rate *one = left;
    const struct rate *other = right;

    if (one->from_day == other->from_day)
        return (one->booking_from > other->booking_from) -
               (one->booking_from < other->booking_from);
    return one->from_day > other->from_day ? 1 : -1;
}

static int by_name_day(const void *left, const void *right)
{
    const struct file_name *one = left;
    const struct file_name *other = right;

    return (one->from_day > other->from_day) - (one->from_day < other->from_day);
}

static int parse_rate(const struct json *value, size_t index, struct rate *rate,
                      struct fault *fault)
{
    static const char *const members[] = {"from", "kroner_per_hour", "booked_from", NULL};
    static const struct file_decimal kroner = {
        FILE_RATE_DIGITS, 1, ORE_MOST,
        "an amount above 0 with at most two decimals, such as \"342.07\""};
    char where[FILE_WHERE_MAX];
    int result;

    (void)snprintf(where, sizeof(where), "rates[%zu]", index);
    result = json_only(value, members, where, fault);
    if (result == 0)
        result = file_need_day(value, "from", where, &rate->from_day, fault);
    if (result == 0)
        result =
            file_need_decimal(value, "kroner_per_hour", where, &kroner, &rate->ore_per_hour, fault);
    if (result == 0)
        result = file_may_booking(value, where, rate->from_day, &rate->booking_from, fault);
    return result;
}

static int parse_rates(struct organisation_file *file, struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    size_t count;
    size_t i = 0;
    int result = file_may_array(file->document, "rates", "", FILE_LIST_MAX, &array, &count, fault);

    if (result < 0 || array == NULL)
        return result;
    file->has_rates = true;
    file->rates = calloc(count + 1, sizeof(*file->rates));
    if (file->rates == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value), i++)
        result = parse_rate(value, i, &file->rates[i], fault);
    if (result < 0)
        return result;
    file->rate_count = count;
    qsort(file->rates, count, sizeof(*file->rates), by_rate_day);
    for (i = 1; i < count && result == 0; i++)
        if (by_rate_day(&file->rates[i], &file->rates[i - 1]) == 0)
            result = file_refuse_same_day("rates", file->rates[i].from_day, fault);
    return result;
}

static int parse_names(const struct json *object, const char *where,
                       struct file_department *department, struct fault *fault)
{
    static const char *const members[] = {"name", "from", NULL};
    const struct json *array;
    const struct json *value;
    char inner[FILE_WHERE_MAX];
    size_t count;
    size_t i = 0;
    int result = file_may_array(object, "names", where, FILE_LIST_MAX, &array, &count, fault);

    if (result == 0 && count == 0)
        result = fault_set(fault, -EINVAL, "%s.names: expected at least one {\"name\", \"from\"}",
                           where);
    if (result < 0)
        return result;
    department->names = calloc(count + 1, sizeof(*department->names));
    if (department->names == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value), i++) {
        (void)snprintf(inner, sizeof(inner), "%s.names[%zu]", where, i);
        result = json_only(value, members, inner, fault);
        if (result == 0)
            result = file_need_name(value, "name", inner, NAME_BYTES_MAX,
                                    &department->names[i].name, fault);
        if (result == 0)
            result = file_need_day(value, "from", inner, &department->names[i].from_day, fault);
    }
    if (result < 0)
        return result;
    department->name_count = count;
    qsort(department->names, count, sizeof(*department->names), by_name_day);
    (void)snprintf(inner, sizeof(inner), "%s.names", where);
    for (i = 1; i < count && result == 0; i++)
        if (department->names[i].from_day == department->names[i - 1].from_day)
            result = file_refuse_same_day(inner, department->names[i].from_day, fault);
    return result;
}

static int parse_aliases(const struct json *object, const char *where,
                         struct file_department *department, struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    size_t count;
    size_t i = 0;
    int result = file_may_array(object, "also_called", where, FILE_LIST_MAX, &array, &count, fault);

    if (result < 0 || array == NULL)
        return result;
    department->has_aliases = true;
    department->aliases = calloc(count + 1, sizeof(*department->aliases));
    if (department->aliases == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL; value = json_next(value), i++) {
        const char *alias = json_string(value);

        if (alias == NULL || alias[0] == '\0' || strlen(alias) > NAME_BYTES_MAX)
            return fault_set(fault, -EINVAL, "%s.also_called[%zu]: expected a name", where, i);
        department->aliases[i] = strdup(alias);
        if (department->aliases[i] == NULL)
            return fault_no_memory(fault);
        department->alias_count++;
    }
    return 0;
}

static int parse_department(const struct json *value, struct organisation_file *file,
                            struct fault *fault)
{
    static const char *const members[] = {"id", "names", "also_called", "areas", "ends", NULL};
    struct file_department *department = &file->departments[file->department_count];
    char where[FILE_WHERE_MAX / 2];
    size_t i;
    int result;

    (void)snprintf(where, sizeof(where), "departments[%zu]", file->department_count);
    result = json_only(value, members, where, fault);
    if (result == 0)
        result = file_need_slug(value, "id", where, &department->slug, fault);
    if (result == 0 && strcmp(department->slug, CROSS_DEPARTMENT) == 0)
        result = fault_set(fault, -EINVAL,
                           "%s.id: \"%s\" is kept for what belongs to no department; use another",
                           where, CROSS_DEPARTMENT);
    for (i = 0; i < file->department_count && result == 0; i++)
        if (strcmp(file->departments[i].slug, department->slug) == 0)
            result = fault_set(fault, -EINVAL, "%s.id: \"%s\" is departments[%zu] already", where,
                               department->slug, i);
    file->department_count++;
    if (result == 0)
        result = parse_names(value, where, department, fault);
    if (result == 0)
        result = parse_aliases(value, where, department, fault);
    if (result == 0)
        result = file_parse_memberships(value, where, department, fault);
    return result == 0 ? file_parse_end(value, where, department, fault) : result;
}

static int parse_departments(struct organisation_file *file, struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    size_t count;
    int result = file_may_array(file->document, "departments", "", FILE_DEPARTMENTS_MAX, &array,
                                &count, fault);

    if (result < 0)
        return result;
    file->departments = calloc(count + 1, sizeof(*file->departments));
    if (file->departments == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value))
        result = parse_department(value, file, fault);
    return result;
}

static int parse_budget(const struct json *value, struct organisation_file *file,
                        const struct organisation *known, struct fault *fault)
{
    static const char *const members[] = {"department", "year", "kroner", "from", NULL};
    struct file_budget *budget = &file->budgets[file->budget_count];
    char where[FILE_WHERE_MAX];
    char inner[FILE_WHERE_MAX + 16];
    int64_t year = 0;
    size_t i;
    int result;

    (void)snprintf(where, sizeof(where), "budgets[%zu]", file->budget_count);
    (void)snprintf(inner, sizeof(inner), "%s.department", where);
    result = json_only(value, members, where, fault);
    if (result == 0)
        result = file_need_slug(value, "department", where, &budget->department, fault);
    if (result == 0)
        result = file_need_department(file, known, budget->department, inner, fault);
    if (result == 0)
        result = json_need_int64(value, "year", where, YEAR_LEAST, YEAR_MOST, &year, fault);
    if (result == 0)
        result = json_need_int64(value, "kroner", where, -BUDGET_MOST, BUDGET_MOST, &budget->kroner,
                                 fault);
    budget->year = (int32_t)year;
    budget->has_from = json_member(value, "from") != NULL;
    if (result == 0 && budget->has_from)
        result = file_need_day(value, "from", where, &budget->from_day, fault);
    for (i = 0; i < file->budget_count && result == 0; i++)
        if (file->budgets[i].year == budget->year &&
            file->budgets[i].has_from == budget->has_from &&
            file->budgets[i].from_day == budget->from_day &&
            strcmp(file->budgets[i].department, budget->department) == 0)
            result = fault_set(fault, -EINVAL, "%s: %s has a budget of %d in budgets[%zu] already",
                               where, budget->department, (int)budget->year, i);
    file->budget_count++;
    return result;
}

static int parse_budgets(struct organisation_file *file, const struct organisation *known,
                         struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    size_t count;
    int result =
        file_may_array(file->document, "budgets", "", FILE_BUDGETS_MAX, &array, &count, fault);

    if (result < 0 || array == NULL)
        return result;
    file->has_budgets = true;
    file->budgets = calloc(count + 1, sizeof(*file->budgets));
    if (file->budgets == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value))
        result = parse_budget(value, file, known, fault);
    return result;
}

static int parse_self(struct organisation_file *file, struct fault *fault)
{
    static const char *const members[] = {
        "organisation", "time_zone",         "hours_per_fte", "rates",  "areas",
        "departments",  "distribution_keys", "budgets",       "robots", NULL};
    int result = json_only(file->document, members, "", fault);

    if (result == 0)
        result =
            file_need_name(file->document, "organisation", "", NAME_BYTES_MAX, &file->name, fault);
    if (result == 0)
        result = json_may_string(file->document, "time_zone", "", &file->time_zone, fault);
    if (result == 0)
        result = json_may_int64(file->document, "hours_per_fte", "", 1, 8784, &file->hours_per_fte,
                                fault);
    return result;
}

int organisation_file_parse(const char *text, size_t length, const struct organisation *known,
                            struct organisation_file *ret_file, struct fault *fault)
{
    struct organisation_file file = {0};
    int result = json_parse(text, length, TEXT_LIMIT, &file.document, fault);

    if (result == 0)
        result = parse_self(&file, fault);
    if (result == 0)
        result = parse_rates(&file, fault);
    if (result == 0)
        result = parse_departments(&file, fault);
    if (result == 0)
        result = file_parse_areas(&file, known, fault);
    if (result == 0)
        result = file_check_ends(&file, known, fault);
    if (result == 0)
        result = file_parse_keys(&file, known, fault);
    if (result == 0)
        result = parse_budgets(&file, known, fault);
    if (result == 0)
        result = file_parse_robots(&file, known, fault);
    if (result == 0)
        *ret_file = file;
    else
        organisation_file_release(&file);
    return result;
}

static void department_release(struct file_department *department)
{
    size_t i;

    for (i = 0; i < department->alias_count; i++)
        free(department->aliases[i]);
    free(department->aliases);
    free(department->names);
    free(department->areas);
    free(department->successors);
}

void organisation_file_release(struct organisation_file *file)
{
    size_t i;

    for (i = 0; i < file->department_count; i++)
        department_release(&file->departments[i]);
    for (i = 0; i < file->robot_count; i++)
        file_robot_release(&file->robots[i]);
    free(file->rates);
    free(file->departments);
    free(file->areas);
    free(file->keys);
    free(file->budgets);
    free(file->robots);
    json_free(file->document);
    *file = (struct organisation_file){0};
}
