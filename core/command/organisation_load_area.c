/* load: areas, what lies under them, how departments end, and distribution keys. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/nouns.h"
#include "core/command/organisation_load.h"
#include "core/command/parts.h"
#include "core/store/department.h"

enum { WHAT_MAX = 128, NUMBER_TEXT = 48 };

static const struct area *find_area(const struct organisation *organisation, const char *slug)
{
    size_t i;

    for (i = 0; slug != NULL && i < organisation->area_count; i++)
        if (strcmp(organisation->areas[i].slug, slug) == 0)
            return &organisation->areas[i];
    return NULL;
}

static int read_again(struct loading *loading, struct fault *fault)
{
    struct organisation now = {0};
    int result = organisation_read(loading->call->store, &now, fault);

    if (result < 0)
        return result;
    organisation_release(&loading->departments);
    loading->departments = now;
    return 0;
}

/* Areas that the file does not have are left. */
static int load_areas(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    int64_t id;
    int result = 0;
    size_t i;

    for (i = 0; i < file->area_count && result == 0; i++) {
        const struct area *before = find_area(&loading->before, file->areas[i].slug);

        if (before != NULL && strcmp(before->name, file->areas[i].name) == 0)
            continue;
        result =
            area_put(loading->call->store, file->areas[i].slug, file->areas[i].name, &id, fault);
        if (result < 0)
            return fault_prefix(fault, result, "areas[%zu]", i);
        if (before != NULL)
            text_append_string(&loading->was, before->name);
        text_append_string(&loading->becomes, file->areas[i].name);
        result = load_note(loading, "area", file->areas[i].slug, fault);
    }
    return result == 0 && file->area_count > 0 ? read_again(loading, fault) : result;
}

/* ---- what lies under them ---- */

static const char *slug_of_area(const struct organisation *organisation, int64_t id)
{
    size_t i;

    for (i = 0; i < organisation->area_count; i++)
        if (organisation->areas[i].id == id)
            return organisation->areas[i].slug;
    return "none";
}

static const struct department_area *membership_from(const struct department *department,
                                                     int32_t day)
{
    size_t i;

    for (i = 0; i < department->area_count; i++)
        if (department->areas[i].from_day == day)
            return &department->areas[i];
    return NULL;
}

static bool has_membership_from(const struct file_department *file, int32_t day)
{
    size_t i;

    for (i = 0; i < file->area_count; i++)
        if (file->areas[i].from_day == day)
            return true;
    return false;
}

/* What the department's table of closed months lies under stays; a new one has none. */
static int need_open(struct loading *loading, const char *what_of, const char *slug, int32_t day,
                     struct fault *fault)
{
    char what[WHAT_MAX];

    if (organisation_department(&loading->before, slug) == NULL)
        return 0;
    (void)snprintf(what, sizeof(what), "the %s of %s", what_of, slug);
    return need_open_month(loading->call->store, what, day, fault);
}

static int remove_memberships(struct loading *loading, const struct file_department *file,
                              const struct department *now, struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; i < now->area_count && result == 0; i++) {
        const struct department_area *old = &now->areas[i];

        if (has_membership_from(file, old->from_day))
            continue;
        result = need_open(loading, "area", file->slug, old->from_day, fault);
        if (result == 0)
            result = department_area_remove(loading->call->store, now->id, old->from_day, fault);
        load_put_name(&loading->was, old->from_day,
                      slug_of_area(&loading->departments, old->area_id));
        if (result == 0)
            result = load_note(loading, "department area", file->slug, fault);
    }
    return result;
}

static int load_memberships(struct loading *loading, const struct file_department *file,
                            struct fault *fault)
{
    const struct department *now = organisation_department(&loading->departments, file->slug);
    int result = remove_memberships(loading, file, now, fault);
    size_t i;

    for (i = 0; i < file->area_count && result == 0; i++) {
        const struct file_membership *new = &file->areas[i];
        const struct area *area = find_area(&loading->departments, new->area);
        const struct department_area *old = membership_from(now, new->from_day);
        int64_t id = area != NULL ? area->id : 0;

        if (old != NULL && old->area_id == id)
            continue;
        result = need_open(loading, "area", file->slug, new->from_day, fault);
        if (result == 0)
            result = department_area_set(loading->call->store, now->id, new->from_day, id, fault);
        if (old != NULL)
            load_put_name(&loading->was, old->from_day,
                          slug_of_area(&loading->departments, old->area_id));
        load_put_name(&loading->becomes, new->from_day, slug_of_area(&loading->departments, id));
        if (result == 0)
            result = load_note(loading, "department area", file->slug, fault);
    }
    return result;
}

/* ---- ends ---- */

static bool same_end(const struct loading *loading, const struct file_department *file,
                     const struct department *now)
{
    size_t i;
    size_t j;

    if (file->successor_count != now->successor_count)
        return false;
    for (i = 0; i < now->successor_count; i++) {
        const struct department_successor *old = &now->successors[i];

        for (j = 0; j < file->successor_count; j++) {
            const struct department *into =
                organisation_department(&loading->departments, file->successors[j].department);

            if (into != NULL && into->id == old->successor_id &&
                file->successors[j].millionths == old->millionths)
                break;
        }
        if (j == file->successor_count || old->from_day != file->end_day ||
            old->booking_from != file->end_booking_from)
            return false;
    }
    return true;
}

static void put_end(struct text *target, const struct organisation *organisation,
                    const struct department *department)
{
    char day[CLOCK_DAY_TEXT];

    if (department->successor_count == 0)
        return;
    clock_format_day(department->successors[0].from_day, day);
    text_printf(target, "%s into ", day);
    successors_words(organisation, department, target);
}

static int write_end(struct loading *loading, const struct file_department *file,
                     struct fault *fault)
{
    struct department_successor successors[DEPARTMENT_PARTS_MAX];
    const struct department *now = organisation_department(&loading->departments, file->slug);
    size_t i;
    int result;

    for (i = 0; i < file->successor_count; i++)
        successors[i] = (struct department_successor){
            .from_day = file->end_day,
            .booking_from = file->end_booking_from,
            .successor_id =
                organisation_department(&loading->departments, file->successors[i].department)->id,
            .millionths = file->successors[i].millionths,
        };
    result =
        department_end_check(&loading->departments, now, successors, file->successor_count, fault);
    if (result == 0)
        result =
            department_end(loading->call->store, now->id, successors, file->successor_count, fault);
    return result;
}

/* The end of a department is taken back by "ends": null, and changed, while its day is open. */
static int load_end(struct loading *loading, const struct file_department *file,
                    struct fault *fault)
{
    const struct department *now = organisation_department(&loading->departments, file->slug);
    int result = 0;

    if (same_end(loading, file, now))
        return 0;
    put_end(&loading->was, &loading->departments, now);
    if (now->successor_count > 0) {
        result = need_open(loading, "end", file->slug, now->successors[0].from_day, fault);
        if (result == 0)
            result = department_end_remove(loading->call->store, now->id, fault);
        if (result == 0)
            result = read_again(loading, fault);
    }
    if (result == 0 && file->successor_count > 0) {
        result = need_open(loading, "end", file->slug, file->end_day, fault);
        if (result == 0)
            result = write_end(loading, file, fault);
        if (result == 0)
            result = read_again(loading, fault);
    }
    if (result < 0)
        return result;
    put_end(&loading->becomes, &loading->departments,
            organisation_department(&loading->departments, file->slug));
    return load_note(loading, "department end", file->slug, fault);
}

/* ---- distribution keys ---- */

/* The keys of one day as the store has them, or the file; how many. */
static size_t stored_keys(const struct loading *loading, int32_t day,
                          struct distribution_key keys[static PARTS_MAX])
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < loading->before.key_count && count < PARTS_MAX; i++)
        if (loading->before.keys[i].from_day == day)
            keys[count++] = loading->before.keys[i];
    return count;
}

static size_t file_keys(const struct loading *loading, int32_t day,
                        struct distribution_key keys[static PARTS_MAX])
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < loading->file.key_count && count < PARTS_MAX; i++) {
        const struct file_key *key = &loading->file.keys[i];

        if (key->from_day == day)
            keys[count++] = (struct distribution_key){
                day, organisation_department(&loading->departments, key->department)->id,
                key->millionths};
    }
    return count;
}

static bool same_keys(const struct distribution_key *one, size_t one_count,
                      const struct distribution_key *other, size_t other_count)
{
    size_t i;
    size_t j;

    for (i = 0; i < one_count; i++) {
        for (j = 0; j < other_count; j++)
            if (one[i].department_id == other[j].department_id &&
                one[i].millionths == other[j].millionths)
                break;
        if (j == other_count)
            return false;
    }
    return one_count == other_count;
}

static void put_keys(struct text *target, const struct organisation *organisation,
                     const struct distribution_key *keys, size_t count)
{
    char number[NUMBER_TEXT];
    size_t i;

    for (i = 0; i < count; i++) {
        const struct department *department =
            organisation_department_by_id(organisation, keys[i].department_id);

        decimal_format(keys[i].millionths, FILE_SHARE_DIGITS, number, sizeof(number));
        text_printf(target, "%s%s %s", i > 0 ? ", " : "",
                    department != NULL ? department->slug : "?", number);
    }
}

static int load_keys_of(struct loading *loading, int32_t day, struct fault *fault)
{
    struct distribution_key old[PARTS_MAX];
    struct distribution_key new[PARTS_MAX];
    size_t olds = stored_keys(loading, day, old);
    size_t news = file_keys(loading, day, new);
    char text[CLOCK_DAY_TEXT];
    int result;

    if (same_keys(old, olds, new, news))
        return 0;
    result = need_open_month(loading->call->store, "the distribution keys", day, fault);
    if (result == 0)
        result = distribution_keys_set(loading->call->store, day, new, news, fault);
    if (result < 0)
        return result;
    put_keys(&loading->was, &loading->departments, old, olds);
    put_keys(&loading->becomes, &loading->departments, new, news);
    clock_format_day(day, text);
    return load_note(loading, "distribution key", text, fault);
}

static bool was_day_before(const struct loading *loading, int32_t day)
{
    size_t i;

    for (i = 0; i < loading->before.key_count; i++)
        if (loading->before.keys[i].from_day == day)
            return true;
    return false;
}

static int load_keys(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    int result = 0;
    size_t i;

    for (i = 0; i < loading->before.key_count && result == 0; i++)
        if (i == 0 || loading->before.keys[i].from_day != loading->before.keys[i - 1].from_day)
            result = load_keys_of(loading, loading->before.keys[i].from_day, fault);
    for (i = 0; i < file->key_count && result == 0; i++) {
        bool is_first = true;
        size_t j;

        for (j = 0; j < i; j++)
            is_first = is_first && file->keys[j].from_day != file->keys[i].from_day;
        if (is_first && !was_day_before(loading, file->keys[i].from_day))
            result = load_keys_of(loading, file->keys[i].from_day, fault);
    }
    return result;
}

int load_reorganisations(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    size_t i;
    int result = load_areas(loading, fault);

    for (i = 0; i < file->department_count && result == 0; i++) {
        const struct file_department *department = &file->departments[i];

        if (department->has_areas)
            result = load_memberships(loading, department, fault);
        if (result == 0 && department->has_end)
            result = load_end(loading, department, fault);
        if (result < 0)
            return fault_prefix(fault, result, "departments[%zu]", i);
    }
    return result == 0 && file->has_keys ? load_keys(loading, fault) : result;
}
