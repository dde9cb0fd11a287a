/* load: the store made to follow organisation.json. */
#include "core/command/organisation_load.h"

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"

static int load_self(struct loading *loading, struct fault *fault)
{
    const struct organisation *before = &loading->before;
    const struct organisation_file *file = &loading->file;
    const char *zone = file->time_zone != NULL ? file->time_zone : before->time_zone;
    int64_t hours = file->hours_per_fte != 0 ? file->hours_per_fte : before->hours_per_fte;
    struct load_tally *tally = &loading->tallies[LOAD_ORGANISATION];

    if (strcmp(before->name, file->name) == 0 && strcmp(before->time_zone, zone) == 0 &&
        before->hours_per_fte == hours) {
        tally->unchanged++;
        return 0;
    }
    *(before->name[0] == '\0' ? &tally->added : &tally->changed) += 1;
    return organisation_set(loading->call->store, file->name, zone, hours, fault);
}

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

static int load_names(struct loading *loading, const struct file_department *file,
                      const struct department *before, int64_t id, bool *is_changed,
                      struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; before != NULL && i < before->name_count && result == 0; i++) {
        if (has_name_from(file, before->names[i].from_day))
            continue;
        result = department_name_remove(loading->call->store, id, before->names[i].from_day, fault);
        *is_changed = true;
    }
    for (i = 0; i < file->name_count && result == 0; i++) {
        const struct department_name *old =
            before != NULL ? name_from(before, file->names[i].from_day) : NULL;

        if (old != NULL && strcmp(old->name, file->names[i].name) == 0)
            continue;
        result = department_name_set(loading->call->store, id, file->names[i].from_day,
                                     file->names[i].name, fault);
        *is_changed = true;
    }
    return result;
}

static bool same_aliases(const struct file_department *file, const struct department *before)
{
    size_t count = before != NULL ? before->alias_count : 0;
    size_t i;

    if (file->alias_count != count)
        return false;
    for (i = 0; i < count; i++)
        if (strcmp(file->aliases[i], before->aliases[i]) != 0)
            return false;
    return true;
}

static int load_department(struct loading *loading, size_t index, struct fault *fault)
{
    const struct file_department *file = &loading->file.departments[index];
    const struct department *before = organisation_department(&loading->before, file->slug);
    struct load_tally *tally = &loading->tallies[LOAD_DEPARTMENTS];
    bool is_changed = before == NULL || index >= loading->before.department_count ||
                      &loading->before.departments[index] != before;
    int64_t id = before != NULL ? before->id : 0;
    int result = 0;

    if (is_changed)
        result = department_put(loading->call->store, file->slug, (int64_t)index, &id, fault);
    if (result == 0)
        result = load_names(loading, file, before, id, &is_changed, fault);
    if (result == 0 && file->has_aliases && !same_aliases(file, before)) {
        result = department_aliases_set(loading->call->store, id, file->aliases, file->alias_count,
                                        fault);
        is_changed = true;
    }
    *(before == NULL ? &tally->added : is_changed ? &tally->changed : &tally->unchanged) += 1;
    return result < 0 ? fault_prefix(fault, result, "departments[%zu]", index) : 0;
}

/* Departments that the file does not have come after those it has. */
static int load_departments(struct loading *loading, struct fault *fault)
{
    size_t position = loading->file.department_count;
    int result = 0;
    int64_t id;
    size_t i;
    size_t j;

    for (i = 0; i < loading->file.department_count && result == 0; i++)
        result = load_department(loading, i, fault);
    for (i = 0;
         loading->file.department_count > 0 && i < loading->before.department_count && result == 0;
         i++) {
        const char *slug = loading->before.departments[i].slug;

        for (j = 0; j < loading->file.department_count; j++)
            if (strcmp(loading->file.departments[j].slug, slug) == 0)
                break;
        if (j == loading->file.department_count)
            result = department_put(loading->call->store, slug, (int64_t)position++, &id, fault);
    }
    if (result == 0)
        result = organisation_read(loading->call->store, &loading->departments, fault);
    return result;
}

static const struct budget *budget_of(const struct organisation *organisation, int64_t department,
                                      int32_t year)
{
    size_t i;

    for (i = 0; i < organisation->budget_count; i++)
        if (organisation->budgets[i].department_id == department &&
            organisation->budgets[i].year == year)
            return &organisation->budgets[i];
    return NULL;
}

static int remove_budgets(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    int result = 0;
    size_t i;
    size_t j;

    for (i = 0; i < loading->before.budget_count && result == 0; i++) {
        const struct budget *budget = &loading->before.budgets[i];
        const struct department *department =
            organisation_department_by_id(&loading->before, budget->department_id);

        for (j = 0; j < file->budget_count; j++)
            if (file->budgets[j].year == budget->year && department != NULL &&
                strcmp(file->budgets[j].department, department->slug) == 0)
                break;
        if (j < file->budget_count)
            continue;
        result = budget_remove(loading->call->store, budget->department_id, budget->year, fault);
        loading->tallies[LOAD_BUDGETS].removed++;
    }
    return result;
}

static int load_budgets(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    struct load_tally *tally = &loading->tallies[LOAD_BUDGETS];
    int result = file->has_budgets ? remove_budgets(loading, fault) : 0;
    size_t i;

    for (i = 0; i < file->budget_count && result == 0; i++) {
        const struct file_budget *new = &file->budgets[i];
        const struct department *department =
            organisation_department(&loading->departments, new->department);
        const struct budget *old = budget_of(&loading->before, department->id, new->year);

        if (old != NULL && old->kroner == new->kroner) {
            tally->unchanged++;
            continue;
        }
        *(old == NULL ? &tally->added : &tally->changed) += 1;
        result = budget_set(loading->call->store, department->id, new->year, new->kroner, fault);
    }
    return result;
}

static bool is_anything_changed(const struct loading *loading)
{
    size_t i;

    for (i = 0; i < LOAD_KINDS; i++)
        if (loading->tallies[i].added + loading->tallies[i].changed + loading->tallies[i].removed >
            0)
            return true;
    return false;
}

static void answer(struct loading *loading)
{
    static const char *const words[LOAD_KINDS] = {"organisation", "rates",  "departments",
                                                  "budgets",      "robots", "estimates"};
    struct json_writer *writer = loading->call->result;
    bool is_changed = is_anything_changed(loading);
    bool is_moved = loading->file.time_zone != NULL &&
                    strcmp(loading->file.time_zone, loading->before.time_zone) != 0;
    size_t i;

    loading->call->effects.robots_changed = is_changed;
    json_begin_object(writer);
    result_message(writer, "%s%s%s", loading->file.name, is_changed ? " is loaded" : ": no change",
                   is_moved ? "; the new time zone holds when automagid is started again" : "");
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < LOAD_KINDS; i++) {
        json_begin_object(writer);
        result_text(writer, "what", words[i]);
        result_int(writer, "added", loading->tallies[i].added);
        result_int(writer, "changed", loading->tallies[i].changed);
        result_int(writer, "removed", loading->tallies[i].removed);
        result_int(writer, "unchanged", loading->tallies[i].unchanged);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static int load_apply(struct command_call *call, struct fault *fault)
{
    struct loading loading = {.call = call};
    const char *path;
    const char *folder;
    const char *text = argument_file(call, "file", &path, &folder);
    int result = organisation_read(call->store, &loading.before, fault);

    (void)text_copy(call->subject, sizeof(call->subject), path);
    if (result == 0)
        result = robot_list_read(call->store, &loading.robots, fault);
    if (result == 0) {
        result = organisation_file_parse(text, strlen(text), &loading.before, &loading.file, fault);
        if (result == 0)
            result = load_self(&loading, fault);
        if (result == 0)
            result = load_rates(&loading, fault);
        if (result == 0)
            result = load_departments(&loading, fault);
        if (result == 0)
            result = load_budgets(&loading, fault);
        if (result == 0)
            result = load_robots(&loading, fault);
        if (result < 0)
            (void)fault_prefix(fault, result, "%s", path);
    }
    if (result == 0)
        answer(&loading);
    organisation_file_release(&loading.file);
    organisation_release(&loading.before);
    organisation_release(&loading.departments);
    robot_list_release(&loading.robots);
    return result;
}

static const struct argument arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_FILE,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "organisation.json"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "what", .heading = ""},
    {.member = "added", .heading = "added", .is_right = true},
    {.member = "changed", .heading = "changed", .is_right = true},
    {.member = "removed", .heading = "removed", .is_right = true},
    {.member = "unchanged", .heading = "unchanged", .is_right = true},
    COLUMNS_END,
};

const struct command command_load = {
    .name = "load",
    .summary = "take over organisation.json: departments, rates, budgets, robots, estimates",
    .help =
        "The file is checked whole first. Loading it twice changes nothing; loading a changed one\n"
        "changes what differs, except what is signed and rates in use, which are refused by name:\n"
        "then nothing is loaded. Robots, departments and estimates it does not have are left.",
    .kind = COMMAND_CHANGES,
    .arguments = arguments,
    .columns = columns,
    .apply = load_apply,
};
