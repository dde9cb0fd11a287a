/* organisation.json: areas, what lies under them, how departments end, and distribution keys. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/organisation_file.h"
#include "core/store/department.h"

enum { NAME_BYTES_MAX = 200, NUMBER_TEXT = 48 };

static bool is_area(const struct organisation_file *file, const struct organisation *known,
                    const char *slug)
{
    size_t i;

    for (i = 0; i < file->area_count; i++)
        if (file->areas[i].slug != NULL && strcmp(file->areas[i].slug, slug) == 0)
            return true;
    for (i = 0; i < known->area_count; i++)
        if (strcmp(known->areas[i].slug, slug) == 0)
            return true;
    return false;
}

static int parse_area(const struct json *value, struct organisation_file *file, struct fault *fault)
{
    static const char *const members[] = {"id", "name", NULL};
    struct file_area *area = &file->areas[file->area_count];
    char where[FILE_WHERE_MAX / 2];
    size_t i;
    int result;

    (void)snprintf(where, sizeof(where), "areas[%zu]", file->area_count);
    result = json_only(value, members, where, fault);
    if (result == 0)
        result = file_need_slug(value, "id", where, &area->slug, fault);
    if (result == 0)
        result = file_need_name(value, "name", where, NAME_BYTES_MAX, &area->name, fault);
    for (i = 0; i < file->area_count && result == 0; i++)
        if (strcmp(file->areas[i].slug, area->slug) == 0)
            result = fault_set(fault, -EINVAL, "%s.id: \"%s\" is areas[%zu] already", where,
                               area->slug, i);
    for (i = 0; i < file->department_count && result == 0; i++)
        if (strcmp(file->departments[i].slug, area->slug) == 0)
            result = fault_set(fault, -EINVAL,
                               "%s.id: \"%s\" is departments[%zu], and an area is never a "
                               "department; use another",
                               where, area->slug, i);
    file->area_count++;
    return result;
}

/* Departments that lie under one name one there is. */
static int check_memberships(const struct organisation_file *file, const struct organisation *known,
                             struct fault *fault)
{
    size_t i;
    size_t j;

    for (i = 0; i < file->department_count; i++)
        for (j = 0; j < file->departments[i].area_count; j++) {
            const char *slug = file->departments[i].areas[j].area;

            if (slug != NULL && !is_area(file, known, slug))
                return fault_set(fault, -EINVAL,
                                 "departments[%zu].areas: no area has the id \"%.64s\"; add it to "
                                 "areas",
                                 i, slug);
        }
    return 0;
}

int file_parse_areas(struct organisation_file *file, const struct organisation *known,
                     struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    size_t count;
    int result = file_may_array(file->document, "areas", "", FILE_LIST_MAX, &array, &count, fault);

    if (result < 0)
        return result;
    file->areas = calloc(count + 1, sizeof(*file->areas));
    if (file->areas == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value))
        result = parse_area(value, file, fault);
    return result == 0 ? check_memberships(file, known, fault) : result;
}

static int by_day(const void *left, const void *right)
{
    const struct file_membership *one = left;
    const struct file_membership *other = right;

    return (one->from_day > other->from_day) - (one->from_day < other->from_day);
}

int file_parse_memberships(const struct json *object, const char *where,
                           struct file_department *department, struct fault *fault)
{
    static const char *const members[] = {"id", "from", NULL};
    const struct json *array;
    const struct json *value;
    char inner[FILE_WHERE_MAX];
    size_t count;
    size_t i = 0;
    int result = file_may_array(object, "areas", where, FILE_LIST_MAX, &array, &count, fault);

    if (result < 0 || array == NULL)
        return result;
    department->has_areas = true;
    department->areas = calloc(count + 1, sizeof(*department->areas));
    if (department->areas == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value), i++) {
        (void)snprintf(inner, sizeof(inner), "%s.areas[%zu]", where, i);
        result = json_only(value, members, inner, fault);
        if (result == 0 && !json_is_null(json_member(value, "id")))
            result = file_need_slug(value, "id", inner, &department->areas[i].area, fault);
        if (result == 0)
            result = file_need_day(value, "from", inner, &department->areas[i].from_day, fault);
    }
    if (result < 0)
        return result;
    department->area_count = count;
    qsort(department->areas, count, sizeof(*department->areas), by_day);
    (void)snprintf(inner, sizeof(inner), "%s.areas", where);
    for (i = 1; i < count && result == 0; i++)
        if (department->areas[i].from_day == department->areas[i - 1].from_day)
            result = file_refuse_same_day(inner, department->areas[i].from_day, fault);
    return result;
}

static int parse_successors(const struct json *ends, const char *where,
                            struct file_department *department, struct fault *fault)
{
    static const char *const members[] = {"id", "share", NULL};
    const struct json *array;
    const struct json *value;
    char inner[FILE_WHERE_MAX];
    size_t count;
    size_t i = 0;
    int result = file_may_array(ends, "into", where, DEPARTMENT_PARTS_MAX, &array, &count, fault);

    if (result == 0 && count == 0)
        result =
            fault_set(fault, -EINVAL, "%s.into: expected at least one {\"id\", \"share\"}", where);
    if (result < 0)
        return result;
    department->successors = calloc(count + 1, sizeof(*department->successors));
    if (department->successors == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value), i++) {
        struct file_successor *successor = &department->successors[i];

        (void)snprintf(inner, sizeof(inner), "%s.into[%zu]", where, i);
        result = json_only(value, members, inner, fault);
        if (result == 0)
            result = file_need_slug(value, "id", inner, &successor->department, fault);
        if (result == 0)
            result = file_need_share(value, inner, &successor->millionths, fault);
    }
    department->successor_count = count;
    return result;
}

int file_parse_end(const struct json *object, const char *where, struct file_department *department,
                   struct fault *fault)
{
    static const char *const members[] = {"from", "booked_from", "into", NULL};
    const struct json *ends = json_member(object, "ends");
    char inner[FILE_WHERE_MAX - 48];
    int result;

    if (ends == NULL)
        return 0;
    department->has_end = true; /* null: it does not end */
    if (json_is_null(ends))
        return 0;
    (void)snprintf(inner, sizeof(inner), "%s.ends", where);
    result = json_only(ends, members, inner, fault);
    if (result == 0)
        result = file_need_day(ends, "from", inner, &department->end_day, fault);
    if (result == 0)
        result = file_may_booking(ends, inner, department->end_day, &department->end_booking_from,
                                  fault);
    return result == 0 ? parse_successors(ends, inner, department, fault) : result;
}

int file_check_ends(const struct organisation_file *file, const struct organisation *known,
                    struct fault *fault)
{
    char where[FILE_WHERE_MAX];
    size_t i;
    size_t j;
    int result = 0;

    for (i = 0; i < file->department_count; i++)
        for (j = 0; j < file->departments[i].successor_count && result == 0; j++) {
            (void)snprintf(where, sizeof(where), "departments[%zu].ends.into[%zu]", i, j);
            result = file_need_department(
                file, known, file->departments[i].successors[j].department, where, fault);
        }
    return result;
}

static int parse_key(const struct json *value, struct organisation_file *file,
                     const struct organisation *known, struct fault *fault)
{
    static const char *const members[] = {"from", "id", "share", NULL};
    struct file_key *key = &file->keys[file->key_count];
    char where[FILE_WHERE_MAX];
    char number[NUMBER_TEXT];
    int64_t sum = 0;
    size_t of_day = 0;
    size_t i;
    int result;

    (void)snprintf(where, sizeof(where), "distribution_keys[%zu]", file->key_count);
    result = json_only(value, members, where, fault);
    if (result == 0)
        result = file_need_day(value, "from", where, &key->from_day, fault);
    if (result == 0)
        result = file_need_slug(value, "id", where, &key->department, fault);
    if (result == 0)
        result = file_need_department(file, known, key->department, where, fault);
    if (result == 0)
        result = file_need_share(value, where, &key->millionths, fault);
    file->key_count++;
    for (i = 0; i < file->key_count && result == 0; i++)
        if (file->keys[i].from_day == key->from_day) {
            sum += file->keys[i].millionths;
            of_day++;
            if (&file->keys[i] != key && strcmp(file->keys[i].department, key->department) == 0)
                result = fault_set(fault, -EINVAL, "%s: %s has a share from that day already",
                                   where, key->department);
        }
    if (result == 0 && of_day > DEPARTMENT_PARTS_MAX)
        result =
            fault_set(fault, -E2BIG, "%s: over %d keys from one day", where, DEPARTMENT_PARTS_MAX);
    decimal_format(sum, FILE_SHARE_DIGITS, number, sizeof(number));
    if (result == 0 && sum > SHARE_WHOLE)
        result =
            fault_set(fault, -EINVAL, "%s: the keys of its day add up to %s; at most 1 is allowed",
                      where, number);
    return result;
}

int file_parse_keys(struct organisation_file *file, const struct organisation *known,
                    struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    size_t count;
    int result = file_may_array(file->document, "distribution_keys", "", FILE_LIST_MAX, &array,
                                &count, fault);

    if (result < 0 || array == NULL)
        return result;
    file->has_keys = true;
    file->keys = calloc(count + 1, sizeof(*file->keys));
    if (file->keys == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value))
        result = parse_key(value, file, known, fault);
    return result;
}
