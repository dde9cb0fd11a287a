/* load: what it does to what is counted already. */
#include <inttypes.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/organisation_load.h"
#include "core/store/ledger.h"

static int see_row(const struct rollup_row *row, void *context)
{
    bool *has_tasks = context;

    (void)row;
    *has_tasks = true;
    return 1;
}

static int count(struct loading *loading, struct load_counted *counted, struct fault *fault)
{
    struct store *store = loading->call->store;
    struct savings_query query = {
        .from_day = INT32_MIN, .to_day = INT32_MAX, .by = SAVINGS_BY_DEPARTMENT};
    int result = savings_read(store, &query, &counted->by_department, fault);

    query.by = SAVINGS_BY_ROBOT;
    if (result == 0)
        result = savings_read(store, &query, &counted->by_robot, fault);
    return result;
}

/* The row of the same department or robot; mostly it is where it was. */
static const struct savings_row *find_row(const struct savings *savings, const char *id,
                                          size_t hint)
{
    size_t i;

    for (i = 0; i < savings->row_count; i++) {
        const struct savings_row *row = &savings->rows[(hint + i) % savings->row_count];

        if (strcmp(row->id, id) == 0)
            return row;
    }
    return NULL;
}

static void put_saved(struct text *target, bool in_kroner, const struct savings_row *row)
{
    if (in_kroner)
        text_printf(target, "%" PRId64 " kr.", row->kroner);
    else
        text_printf(target, "%" PRId64 " tasks", row->tasks);
}

/* Departments and robots are never removed, so every row of before is there after. */
static int compare(struct loading *loading, const struct savings *before,
                   const struct savings *after, const char *what, struct fault *fault)
{
    static const struct savings_row none = {.kroner = 0};
    int result = 0;
    size_t i;

    for (i = 0; i < after->row_count && result == 0; i++) {
        const struct savings_row *new = &after->rows[i];
        const struct savings_row *old = find_row(before, new->id, i);

        if (old == NULL)
            old = &none;
        if (old->kroner == new->kroner && old->tasks == new->tasks)
            continue;
        put_saved(&loading->was, old->kroner != new->kroner, old);
        put_saved(&loading->becomes, old->kroner != new->kroner, new);
        result = change_list_add(&loading->effects, what, new->id, &loading->was, &loading->becomes,
                                 fault);
        text_clear(&loading->was);
        text_clear(&loading->becomes);
    }
    return result;
}

int load_count_before(struct loading *loading, struct fault *fault)
{
    int result = rollup_each_month(loading->call->store, INT32_MIN, INT32_MAX, see_row,
                                   &loading->has_tasks, fault);

    return result == 0 && loading->has_tasks ? count(loading, &loading->counted_before, fault)
                                             : result;
}

int load_count_after(struct loading *loading, struct fault *fault)
{
    const struct load_counted *before = &loading->counted_before;
    const struct load_counted *after = &loading->counted_after;
    int result;

    if (!loading->has_tasks || loading->changes.count == 0)
        return 0;
    result = count(loading, &loading->counted_after, fault);
    if (result == 0)
        result = compare(loading, &before->by_department, &after->by_department,
                         "savings of department", fault);
    if (result == 0)
        result = compare(loading, &before->by_robot, &after->by_robot, "savings of robot", fault);
    return result;
}

void load_put_effect(const struct loading *loading, struct text *target)
{
    const struct savings_row *old = &loading->counted_before.by_robot.total;
    const struct savings_row *new = &loading->counted_after.by_robot.total;

    if (loading->effects.count == 0)
        return;
    text_append_string(target, "; what is counted already ");
    if (old->kroner != new->kroner)
        text_printf(target, "changes from %" PRId64 " to %" PRId64 " kr.", old->kroner,
                    new->kroner);
    else if (old->tasks != new->tasks)
        text_printf(target, "changes from %" PRId64 " to %" PRId64 " tasks", old->tasks,
                    new->tasks);
    else
        text_append_string(target, "is shared out otherwise");
}
