/* What is asked of an organisation that was read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/name.h"
#include "core/base/nearest.h"
#include "core/store/organisation.h"
#include "core/store/sql.h"

const struct department *organisation_department(const struct organisation *organisation,
                                                 const char *slug)
{
    size_t i;

    for (i = 0; i < organisation->department_count; i++)
        if (strcmp(organisation->departments[i].slug, slug) == 0)
            return &organisation->departments[i];
    return NULL;
}

const struct department *organisation_department_by_id(const struct organisation *organisation,
                                                       int64_t id)
{
    size_t i;

    for (i = 0; i < organisation->department_count; i++)
        if (organisation->departments[i].id == id)
            return &organisation->departments[i];
    return NULL;
}

const char *department_name_on(const struct department *department, int32_t day)
{
    size_t i = department->name_count;

    if (i == 0)
        return department->slug;
    while (i > 1 && department->names[i - 1].from_day > day)
        i--;
    return department->names[i - 1].name;
}

int64_t organisation_rate_for(const struct organisation *organisation, int32_t day, int32_t booking)
{
    size_t i = organisation->rate_count;

    while (i > 0 && (organisation->rates[i - 1].from_day > day ||
                     organisation->rates[i - 1].booking_from > booking))
        i--;
    return i > 0 ? organisation->rates[i - 1].ore_per_hour : 0;
}

int64_t organisation_rate_on(const struct organisation *organisation, int32_t day)
{
    return organisation_rate_for(organisation, day, BOOKING_LATEST);
}

bool organisation_budget_on(const struct organisation *organisation, int64_t department_id,
                            int32_t year, int32_t day, int64_t *ret_kroner)
{
    const struct budget *found = NULL;
    size_t i;

    for (i = 0; i < organisation->budget_count; i++) {
        const struct budget *budget = &organisation->budgets[i];

        if (budget->department_id == department_id && budget->year == year &&
            (found == NULL || budget->from_day <= day))
            found = budget;
    }
    *ret_kroner = found != NULL ? found->kroner : 0;
    return found != NULL;
}

const struct budget *organisation_budget(const struct organisation *organisation,
                                         int64_t department_id, int32_t year)
{
    size_t i;

    for (i = organisation->budget_count; i > 0; i--)
        if (organisation->budgets[i - 1].department_id == department_id &&
            organisation->budgets[i - 1].year == year)
            return &organisation->budgets[i - 1];
    return NULL;
}

const struct area *organisation_area_on(const struct organisation *organisation,
                                        const struct department *department, int32_t day)
{
    size_t place = department->area_count;
    size_t i;

    while (place > 0 && department->areas[place - 1].from_day > day)
        place--;
    for (i = 0; place > 0 && i < organisation->area_count; i++)
        if (organisation->areas[i].id == department->areas[place - 1].area_id)
            return &organisation->areas[i];
    return NULL;
}

size_t organisation_keys_on(const struct organisation *organisation, int32_t day,
                            const struct distribution_key **ret_first)
{
    size_t end = organisation->key_count;
    size_t first;

    while (end > 0 && organisation->keys[end - 1].from_day > day)
        end--;
    first = end;
    while (first > 0 &&
           organisation->keys[first - 1].from_day == organisation->keys[end - 1].from_day)
        first--;
    *ret_first = end > first ? &organisation->keys[first] : NULL;
    return end - first;
}

/* As name_fold(), but a department is no person: what stands before a comma is not its last name. free() it. */
static char *fold_name(const char *name)
{
    char *plain = strdup(name);
    char *folded;
    char *at;

    for (at = plain; at != NULL && *at != '\0'; at++)
        if (*at == ',')
            *at = ' ';
    folded = plain != NULL ? name_fold(plain) : NULL;
    free(plain);
    return folded;
}

/* Is `name` what was folded before? *result turns -ENOMEM when it cannot be told. */
static bool is_called(const char *name, const char *folded, int *result)
{
    char *own = fold_name(name);
    bool is_same = own != NULL && own[0] != '\0' && strcmp(own, folded) == 0;

    if (own == NULL)
        *result = -ENOMEM;
    free(own);
    return is_same;
}

static bool is_department_called(const struct department *department, const char *folded,
                                 int *result)
{
    bool is_found = is_called(department->slug, folded, result);
    size_t i;

    for (i = 0; i < department->name_count && !is_found; i++)
        is_found = is_called(department->names[i].name, folded, result);
    for (i = 0; i < department->alias_count && !is_found; i++)
        is_found = is_called(department->aliases[i], folded, result);
    return is_found;
}

int organisation_department_called(const struct organisation *organisation, const char *name,
                                   const struct department **ret_department, struct fault *fault)
{
    const struct department *found = NULL;
    char *folded = fold_name(name);
    size_t count = 0;
    size_t i;
    int result = folded != NULL ? 0 : -ENOMEM;

    for (i = 0; i < organisation->department_count && result == 0; i++)
        if (is_department_called(&organisation->departments[i], folded, &result)) {
            found = &organisation->departments[i];
            count++;
        }
    free(folded);
    if (result < 0)
        return fault_no_memory(fault);
    *ret_department = count == 1 ? found : NULL;
    return 0;
}

int organisation_area_called(const struct organisation *organisation, const char *name,
                             const struct area **ret_area, struct fault *fault)
{
    const struct area *found = NULL;
    char *folded = fold_name(name);
    size_t i;
    int result = folded != NULL ? 0 : -ENOMEM;

    for (i = 0; i < organisation->area_count && result == 0 && found == NULL; i++)
        if (is_called(organisation->areas[i].slug, folded, &result) ||
            is_called(organisation->areas[i].name, folded, &result))
            found = &organisation->areas[i];
    free(folded);
    if (result < 0)
        return fault_no_memory(fault);
    *ret_area = found;
    return 0;
}

static void look_at_name(struct nearest *nearest, const char *name, const char *slug)
{
    char *folded = fold_name(name);

    if (folded != NULL && folded[0] != '\0')
        nearest_look_at(nearest, folded, slug);
    free(folded);
}

/* By its newest name first, for that is how people know it. */
static void look_at_names(struct nearest *nearest, const struct department *department)
{
    size_t i;

    look_at_name(nearest, department->slug, department->slug);
    for (i = department->name_count; i > 0; i--)
        look_at_name(nearest, department->names[i - 1].name, department->slug);
    for (i = 0; i < department->alias_count; i++)
        look_at_name(nearest, department->aliases[i], department->slug);
}

int department_refuse(const struct organisation *organisation, const char *slug,
                      struct fault *fault)
{
    struct nearest nearest = {.wanted = ""};
    char *folded = fold_name(slug);
    int result = fault_set(fault, -ENOENT,
                           "there is no department \"%.100s\"; `automagi department list` shows "
                           "those there are",
                           slug);
    size_t i;

    if (folded != NULL)
        nearest.wanted = folded;
    for (i = 0; i < organisation->department_count; i++)
        look_at_names(&nearest, &organisation->departments[i]);
    result = nearest_say(&nearest, result, fault);
    free(folded);
    return result;
}

static int refuse_unread(struct store *store, const char *slug, struct fault *fault)
{
    struct organisation organisation = {.name = NULL};
    int result = organisation_read(store, &organisation, fault);

    if (result == 0)
        result = department_refuse(&organisation, slug, fault);
    organisation_release(&organisation);
    return result;
}

int department_find(struct store *store, const char *slug, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] = "SELECT id FROM department WHERE slug = ?1";
    sqlite3_stmt *statement = NULL;
    bool is_there = false;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        result = sql_step(store, statement, fault);
        is_there = result > 0;
    }
    if (is_there) {
        *ret_id = sqlite3_column_int64(statement, 0);
        result = 0;
    }
    sql_done(statement);
    return result < 0 || is_there ? result : refuse_unread(store, slug, fault);
}
