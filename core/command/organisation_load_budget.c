/* load: targets. What the file says without a day is what holds on the day it is loaded. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/nouns.h"
#include "core/command/organisation_load.h"
#include "core/command/parts.h"
#include "core/store/department.h"
#include "core/store/period.h"

static void put_budget(struct text *target, int32_t year, int64_t kroner)
{
    text_printf(target, "%" PRId32 ": %" PRId64 " kr.", year, kroner);
}

static bool is_of(const struct file_budget *budget, const char *department, int32_t year)
{
    return budget->year == year && strcmp(budget->department, department) == 0;
}

static bool has_budget(const struct organisation_file *file, const char *department, int32_t year)
{
    size_t i;

    for (i = 0; i < file->budget_count; i++)
        if (is_of(&file->budgets[i], department, year))
            return true;
    return false;
}

/* What a target was in a closed month stays, and with it that there was one. */
static int need_open_budget(const struct loading *loading, const struct budget *budget,
                            const char *department, int32_t open_from, struct fault *fault)
{
    size_t i;

    for (i = 0; i < loading->before.budget_count; i++) {
        const struct budget *version = &loading->before.budgets[i];

        if (version->department_id == budget->department_id && version->year == budget->year &&
            clock_month_of_day(version->from_day) < open_from)
            return fault_set(fault, -EPERM,
                             "budgets: %s has a target of %" PRId32 " since a month that is "
                             "closed, and the file has none; keep it, or make it 0",
                             department, budget->year);
    }
    return 0;
}

/* What is 0 today needs no entry: a file from before a merger knows nothing of what its successor
 * will have. */
static int remove_budgets(struct loading *loading, struct fault *fault)
{
    int32_t open_from = 0;
    size_t i;
    int result = period_open_from(loading->call->store, &open_from, fault);

    for (i = 0; i < loading->before.budget_count && result == 0; i++) {
        const struct budget *budget = &loading->before.budgets[i];
        const struct department *department =
            organisation_department_by_id(&loading->before, budget->department_id);
        int64_t kroner = 0;

        (void)organisation_budget_on(&loading->before, budget->department_id, budget->year,
                                     call_today(loading->call), &kroner);
        if (kroner == 0 ||
            budget != organisation_budget(&loading->before, budget->department_id, budget->year) ||
            (department != NULL && has_budget(&loading->file, department->slug, budget->year)))
            continue;
        result = need_open_budget(loading, budget, department != NULL ? department->slug : "",
                                  open_from, fault);
        if (result == 0)
            result =
                budget_remove(loading->call->store, budget->department_id, budget->year, fault);
        put_budget(&loading->was, budget->year, kroner);
        if (result == 0)
            result =
                load_note(loading, "budget", department != NULL ? department->slug : "", fault);
    }
    return result;
}

/* A file that was written earlier names days that are past by now: of all that are not ahead, the
 * last one holds. */
static bool is_superseded(const struct loading *loading, const struct file_budget *budget,
                          int32_t today)
{
    const struct organisation_file *file = &loading->file;
    size_t i;

    if (budget->has_from && budget->from_day > today)
        return false;
    for (i = 0; i < file->budget_count; i++)
        if (is_of(&file->budgets[i], budget->department, budget->year) &&
            file->budgets[i].has_from && file->budgets[i].from_day <= today &&
            (!budget->has_from || file->budgets[i].from_day > budget->from_day))
            return true;
    return false;
}

/* The version the entry is held against: of its day when that is ahead, else what holds today. */
static bool find_old(const struct loading *loading, const struct department *department,
                     const struct file_budget *budget, int32_t day, int64_t *ret_kroner)
{
    const struct organisation *before = &loading->before;
    bool is_ahead = day > call_today(loading->call);
    size_t i;

    for (i = 0; is_ahead && i < before->budget_count; i++)
        if (before->budgets[i].department_id == department->id &&
            before->budgets[i].year == budget->year && before->budgets[i].from_day == day) {
            *ret_kroner = before->budgets[i].kroner;
            return true;
        }
    return !is_ahead &&
           organisation_budget_on(before, department->id, budget->year, day, ret_kroner);
}

/* What a department had is its successors' from its end on. */
static int check_end(const struct loading *loading, const struct department *department,
                     const struct file_budget *budget, int32_t day, struct fault *fault)
{
    struct fault ended = {.text = ""};
    int result = budget->kroner == 0 ? 0
                                     : department_need_target(&loading->departments, department,
                                                              budget->year, day, &ended);

    return result == 0
               ? 0
               : fault_set(fault, result, "%s; `automagi export` writes the file as things are",
                           ended.text);
}

static int load_budget(struct loading *loading, const struct file_budget *new, struct fault *fault)
{
    const struct department *department =
        organisation_department(&loading->departments, new->department);
    int32_t today = call_today(loading->call);
    struct budget_new budget = {.department_id = department->id,
                                .year = new->year,
                                .kroner = new->kroner,
                                .from_day = today,
                                .set_by = call_asker(loading->call),
                                .reason = ""};
    int64_t old = 0;
    bool is_there;
    int result;

    if (new->has_from &&new->from_day > today)
        budget.from_day = new->from_day;
    is_there = find_old(loading, department, new, budget.from_day, &old);
    if ((is_there && old == new->kroner) || is_superseded(loading, new, today))
        return 0;
    result = check_end(loading, department, new, budget.from_day, fault);
    if (result == 0)
        result = budget_set(loading->call->store, &budget, fault);
    if (is_there)
        put_budget(&loading->was, new->year, old);
    put_budget(&loading->becomes, new->year, new->kroner);
    return result == 0 ? load_note(loading, "budget", new->department, fault) : result;
}

int load_budgets(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    int result = file->has_budgets ? remove_budgets(loading, fault) : 0;
    size_t i;

    for (i = 0; i < file->budget_count && result == 0; i++) {
        result = load_budget(loading, &file->budgets[i], fault);
        if (result < 0)
            return fault_prefix(fault, result, "budgets[%zu]", i);
    }
    return result;
}
