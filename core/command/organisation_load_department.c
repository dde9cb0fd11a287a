/* load: departments, their names and what else they are called. */
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/nouns.h"
#include "core/command/organisation_load.h"

enum { WHAT_MAX = 128 };

static const struct department_name *name_from(const struct department *department, int32_t day)
{
    size_t i;

    for (i = 0; i < department->name_count; i++)
        if (department->names[i].from_day == day)
            return &department->names[i];
    return NULL;
}

static bool has_name_from(const struct file_department *file, int32_t day)
{
    size_t i;

    for (i = 0; i < file->name_count; i++)
        if (file->names[i].from_day == day)
            return true;
    return false;
}

/* Tables of closed months name it as it was called. */
static int need_open_name(struct loading *loading, const struct file_department *file,
                          int32_t from_day, struct fault *fault)
{
    char what[WHAT_MAX];

    (void)snprintf(what, sizeof(what), "the name of %s", file->slug);
    return need_open_month(loading->call->store, what, from_day, fault);
}

static int remove_names(struct loading *loading, const struct file_department *file,
                        const struct department *before, struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; i < before->name_count && result == 0; i++) {
        const struct department_name *name = &before->names[i];

        if (has_name_from(file, name->from_day))
            continue;
        result = need_open_name(loading, file, name->from_day, fault);
        if (result == 0)
            result =
                department_name_remove(loading->call->store, before->id, name->from_day, fault);
        load_put_name(&loading->was, name->from_day, name->name);
        if (result == 0)
            result = load_note(loading, "department name", file->slug, fault);
    }
    return result;
}

static int load_names(struct loading *loading, const struct file_department *file,
                      const struct department *before, struct fault *fault)
{
    int result = remove_names(loading, file, before, fault);
    size_t i;

    for (i = 0; i < file->name_count && result == 0; i++) {
        const struct file_name *new = &file->names[i];
        const struct department_name *old = name_from(before, new->from_day);

        if (old != NULL && strcmp(old->name, new->name) == 0)
            continue;
        result = need_open_name(loading, file, new->from_day, fault);
        if (result == 0)
            result = department_name_set(loading->call->store, before->id, new->from_day, new->name,
                                         fault);
        if (old != NULL)
            load_put_name(&loading->was, old->from_day, old->name);
        load_put_name(&loading->becomes, new->from_day, new->name);
        if (result == 0)
            result = load_note(loading, "department name", file->slug, fault);
    }
    return result;
}

static bool same_aliases(const struct file_department *file, const struct department *before)
{
    size_t i;

    if (file->alias_count != before->alias_count)
        return false;
    for (i = 0; i < file->alias_count; i++)
        if (strcmp(file->aliases[i], before->aliases[i]) != 0)
            return false;
    return true;
}

static int load_aliases(struct loading *loading, const struct file_department *file,
                        const struct department *before, struct fault *fault)
{
    int result;

    if (!file->has_aliases || same_aliases(file, before))
        return 0;
    result = department_aliases_set(loading->call->store, before->id, file->aliases,
                                    file->alias_count, fault);
    load_put_aliases(&loading->was, before->aliases, before->alias_count);
    load_put_aliases(&loading->becomes, file->aliases, file->alias_count);
    return result == 0 ? load_note(loading, "alias", file->slug, fault) : result;
}

/* Where a department stands in tables. */
static int load_place(struct loading *loading, const struct department *before, size_t place,
                      struct fault *fault)
{
    size_t old = (size_t)(before - loading->before.departments);
    int64_t id;
    int result = department_put(loading->call->store, before->slug, (int64_t)place, &id, fault);

    if (result < 0 || old == place)
        return result;
    text_printf(&loading->was, "place %zu", old + 1);
    text_printf(&loading->becomes, "place %zu", place + 1);
    return load_note(loading, "department", before->slug, fault);
}

static int add_department(struct loading *loading, const struct file_department *file, size_t place,
                          struct fault *fault)
{
    struct store *store = loading->call->store;
    int64_t id = 0;
    int result = department_put(store, file->slug, (int64_t)place, &id, fault);
    size_t i;

    for (i = 0; i < file->name_count && result == 0; i++) {
        text_append_string(&loading->becomes, i > 0 ? "; " : "");
        load_put_name(&loading->becomes, file->names[i].from_day, file->names[i].name);
        result =
            department_name_set(store, id, file->names[i].from_day, file->names[i].name, fault);
    }
    if (result == 0 && file->alias_count > 0) {
        text_append_string(&loading->becomes, "; also called ");
        load_put_aliases(&loading->becomes, file->aliases, file->alias_count);
        result = department_aliases_set(store, id, file->aliases, file->alias_count, fault);
    }
    return result == 0 ? load_note(loading, "department", file->slug, fault) : result;
}

static int load_department(struct loading *loading, size_t index, struct fault *fault)
{
    const struct file_department *file = &loading->file.departments[index];
    const struct department *before = organisation_department(&loading->before, file->slug);
    int result;

    if (before == NULL) {
        result = add_department(loading, file, index, fault);
    } else {
        result = load_place(loading, before, index, fault);
        if (result == 0)
            result = load_names(loading, file, before, fault);
        if (result == 0)
            result = load_aliases(loading, file, before, fault);
    }
    return result < 0 ? fault_prefix(fault, result, "departments[%zu]", index) : 0;
}

static bool is_in_file(const struct organisation_file *file, const char *slug)
{
    size_t i;

    for (i = 0; i < file->department_count; i++)
        if (strcmp(file->departments[i].slug, slug) == 0)
            return true;
    return false;
}

/* Departments that the file does not have come after those it has. */
int load_departments(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    size_t place = file->department_count;
    int result = 0;
    size_t i;

    for (i = 0; i < file->department_count && result == 0; i++)
        result = load_department(loading, i, fault);
    for (i = 0; file->department_count > 0 && i < loading->before.department_count && result == 0;
         i++)
        if (!is_in_file(file, loading->before.departments[i].slug))
            result = load_place(loading, &loading->before.departments[i], place++, fault);
    if (result == 0)
        result = organisation_read(loading->call->store, &loading->departments, fault);
    return result;
}
