/* What becomes of budgets when a department ends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/department_end.h"
#include "core/command/nouns.h"
#include "core/store/department.h"

/* Room for one more at items[count]; NULL without memory, `items` stay. */
static void *grow(void *items, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? 32 : *room * 2;
    void *grown = items;

    if (count == *room) {
        grown = reallocarray(items, wanted, size);
        if (grown != NULL)
            *room = wanted;
    }
    return grown;
}

static int plan_write(struct budget_plan *plan, const struct budget_new *budget,
                      struct fault *fault)
{
    void *grown = grow(plan->writes, plan->write_count, &plan->write_room, sizeof(*plan->writes));

    if (grown == NULL)
        return fault_no_memory(fault);
    plan->writes = grown;
    plan->writes[plan->write_count++] = *budget;
    return 0;
}

static int plan_move(struct budget_plan *plan, const struct budget_move *move, const char *slug,
                     struct fault *fault)
{
    void *grown;
    size_t i;

    for (i = 0; i < plan->move_count; i++)
        if (plan->moves[i].year == move->year && strcmp(plan->moves[i].slug, slug) == 0) {
            plan->moves[i].after = move->after; /* several that end go into one */
            return 0;
        }
    grown = grow(plan->moves, plan->move_count, &plan->move_room, sizeof(*plan->moves));
    if (grown == NULL)
        return fault_no_memory(fault);
    plan->moves = grown;
    plan->moves[plan->move_count] = *move;
    (void)text_copy(plan->moves[plan->move_count++].slug, MOVE_SLUG_MAX, slug);
    return 0;
}

static int64_t kroner_on(const struct ending *ending, int64_t department_id, int32_t year,
                         int32_t day)
{
    int64_t kroner = 0;

    (void)organisation_budget_on(ending->organisation, department_id, year, day, &kroner);
    return kroner;
}

static bool is_concerned(const struct ending *ending, int64_t department_id)
{
    size_t i;

    for (i = 0; i < ending->count; i++)
        if (ending->successors[i].successor_id == department_id)
            return true;
    return department_id == ending->department->id;
}

/* Its first version holds for the days before it too: so one that would begin with the end is
 * given one before it. */
static int keep_before(struct budget_plan *plan, const struct ending *ending, int64_t department_id,
                       int32_t year, struct fault *fault)
{
    const struct organisation *organisation = ending->organisation;
    struct budget_new kept = {.department_id = department_id,
                              .year = year,
                              .from_day = ending->budget_day - 1,
                              .kroner = kroner_on(ending, department_id, year, INT32_MIN)};
    size_t i;

    for (i = 0; i < organisation->budget_count; i++)
        if (organisation->budgets[i].department_id == department_id &&
            organisation->budgets[i].year == year &&
            organisation->budgets[i].from_day < ending->budget_day)
            return 0;
    return plan_write(plan, &kept, fault);
}

/* The budgets as of one day on which one of them has a version. */
static int move_day(struct budget_plan *plan, const struct ending *ending, int32_t year,
                    int32_t day, struct fault *fault)
{
    struct budget_new budget = {
        .department_id = ending->department->id, .year = year, .from_day = day};
    int64_t kroner = kroner_on(ending, budget.department_id, year, day);
    int128 exact[DEPARTMENT_PARTS_MAX];
    int64_t parts[DEPARTMENT_PARTS_MAX];
    int64_t total = 0;
    size_t i;
    int result;

    for (i = 0; i < ending->count; i++)
        exact[i] = (int128)kroner * ending->successors[i].millionths;
    result = decimal_apportion(exact, ending->count, SHARE_WHOLE, parts, &total);
    if (result < 0)
        return fault_set(fault, result, "the budget of %d cannot be divided", (int)year);
    result = plan_write(plan, &budget, fault);
    for (i = 0; i < ending->count && result == 0; i++) {
        budget.department_id = ending->successors[i].successor_id;
        budget.kroner = kroner_on(ending, budget.department_id, year, day) + parts[i];
        result = plan_write(plan, &budget, fault);
    }
    return result;
}

/* What is shown: the newest versions. */
static int note_moves(struct budget_plan *plan, const struct ending *ending, int32_t year,
                      size_t first, struct fault *fault)
{
    size_t shown = plan->write_count - ending->count - 1;
    int result = 0;
    size_t i;

    if (shown < first)
        return 0;
    for (i = shown; i < plan->write_count && result == 0; i++) {
        const struct budget_new *new = &plan->writes[i];
        const struct budget *old =
            organisation_budget(ending->organisation, new->department_id, year);
        const struct department *department =
            organisation_department_by_id(ending->organisation, new->department_id);
        struct budget_move move = {
            .year = year, .before = old != NULL ? old->kroner : 0, .after = new->kroner};

        result = plan_move(plan, &move, department != NULL ? department->slug : "?", fault);
    }
    return result;
}

/* The first day after `day` on which a budget in question has a version; INT32_MAX: none. */
static int32_t next_day(const struct ending *ending, int32_t year, int32_t day)
{
    const struct organisation *organisation = ending->organisation;
    int32_t next = INT32_MAX;
    size_t i;

    for (i = 0; i < organisation->budget_count; i++)
        if (organisation->budgets[i].year == year && organisation->budgets[i].from_day > day &&
            organisation->budgets[i].from_day < next &&
            is_concerned(ending, organisation->budgets[i].department_id))
            next = organisation->budgets[i].from_day;
    return next;
}

static bool has_any(const struct ending *ending, int32_t year)
{
    const struct organisation *organisation = ending->organisation;
    bool is_any = kroner_on(ending, ending->department->id, year, ending->budget_day) != 0;
    size_t i;

    for (i = 0; i < organisation->budget_count; i++)
        is_any = is_any || (organisation->budgets[i].department_id == ending->department->id &&
                            organisation->budgets[i].year == year &&
                            organisation->budgets[i].from_day >= ending->budget_day &&
                            organisation->budgets[i].kroner != 0);
    return is_any;
}

static int plan_year(struct budget_plan *plan, const struct ending *ending, int32_t year,
                     struct fault *fault)
{
    size_t first = plan->write_count;
    int32_t day;
    size_t i;
    int result;

    if (!has_any(ending, year))
        return 0;
    result = keep_before(plan, ending, ending->department->id, year, fault);
    for (i = 0; i < ending->count && result == 0; i++)
        result = keep_before(plan, ending, ending->successors[i].successor_id, year, fault);
    for (day = ending->budget_day; day != INT32_MAX && result == 0;
         day = next_day(ending, year, day))
        result = move_day(plan, ending, year, day, fault);
    return result == 0 ? note_moves(plan, ending, year, first, fault) : result;
}

int budget_plan_end(struct budget_plan *plan, const struct ending *ending, struct fault *fault)
{
    const struct organisation *organisation = ending->organisation;
    int32_t last = INT32_MIN;
    int year;
    int month;
    int day;
    size_t i;
    int result = 0;

    clock_civil(ending->budget_day, &year, &month, &day);
    for (i = 0; i < organisation->budget_count && result == 0; i++) {
        const struct budget *budget = &organisation->budgets[i];

        /* By department, then year: each year once. */
        if (budget->department_id != ending->department->id || budget->year < year ||
            budget->year == last)
            continue;
        last = budget->year;
        result = plan_year(plan, ending, budget->year, fault);
    }
    return result;
}

int budget_plan_write(const struct budget_plan *plan, size_t done, struct command_call *call,
                      const char *reason, struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = done; i < plan->write_count && result == 0; i++) {
        struct budget_new budget = plan->writes[i];

        budget.set_by = call_asker(call);
        budget.reason = reason;
        result = budget_set(call->store, &budget, fault);
    }
    return result;
}

void budget_plan_release(struct budget_plan *plan)
{
    free(plan->writes);
    free(plan->moves);
    *plan = (struct budget_plan){0};
}
