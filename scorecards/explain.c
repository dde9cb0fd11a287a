#include "scorecards/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store.h"
#include "scorecards/explain_inner.h"
#include "scorecards/savings.h"

int128 explain_exact(enum explain_figure figure, const struct saved_amount *amount)
{
    switch (figure) {
    case EXPLAIN_KRONER:
        return amount->kroner;
    case EXPLAIN_MINUTES:
        return amount->minutes;
    case EXPLAIN_TASKS:
        return amount->tasks;
    case EXPLAIN_UNCOUNTED:
        return amount->uncounted;
    case EXPLAIN_HELPED:
        return amount->helped;
    case EXPLAIN_DISPUTED:
        return amount->disputed;
    }
    return 0;
}

int128 explain_scale(enum explain_figure figure)
{
    switch (figure) {
    case EXPLAIN_KRONER:
    case EXPLAIN_DISPUTED:
        return TASK_KRONER_SCALE;
    case EXPLAIN_MINUTES:
        return TASK_MINUTE_SCALE;
    case EXPLAIN_TASKS:
    case EXPLAIN_UNCOUNTED:
    case EXPLAIN_HELPED:
        return SHARE_WHOLE;
    }
    return 1;
}

int128 explain_shown(const struct explain *explain)
{
    switch (explain->query.figure) {
    case EXPLAIN_KRONER:
        return explain->kroner;
    case EXPLAIN_MINUTES:
        return explain->of_cells.minutes;
    case EXPLAIN_TASKS:
        return explain->tasks;
    case EXPLAIN_UNCOUNTED:
        return explain->uncounted;
    case EXPLAIN_HELPED:
        return explain->helped;
    case EXPLAIN_DISPUTED:
        return explain->disputed;
    }
    return 0;
}

bool explain_is_of_figure(enum explain_figure figure, const struct explain_part *part)
{
    switch (figure) {
    case EXPLAIN_KRONER:
    case EXPLAIN_MINUTES:
        return true;
    case EXPLAIN_TASKS:
        return part->amount.tasks != 0;
    case EXPLAIN_UNCOUNTED:
        return part->amount.uncounted != 0;
    case EXPLAIN_HELPED:
        return part->amount.helped != 0;
    case EXPLAIN_DISPUTED:
        return part->estimate != NULL && part->estimate->dispute_id != 0;
    }
    return false;
}

bool explain_is_equal(const struct saved_amount *a, const struct saved_amount *b)
{
    return a->tasks == b->tasks && a->uncounted == b->uncounted && a->helped == b->helped &&
           a->minutes == b->minutes && a->kroner == b->kroner && a->disputed == b->disputed;
}

int explain_as_if(const struct explain_part *part, int64_t hundredths,
                  struct task_amount *ret_amount)
{
    struct task_value value = {.is_signed = true,
                               .hundredths = hundredths,
                               .ore_per_hour = part->rate != NULL ? part->rate->ore_per_hour : 0};

    return task_value_of(&value, (int128)part->count * part->millionths, ret_amount) ? 0 : -ERANGE;
}

/* ---- whose figure ---- */

static int find_department(struct explain *explain, struct fault *fault)
{
    const struct organisation *organisation = &explain->cells.organisation;
    const char *slug = explain->query.department;
    const struct department *department = NULL;
    const char *name = SAVINGS_CROSS_NAME;
    int result = savings_department(organisation, slug, &department, fault);

    if (result < 0)
        return result;
    explain->is_of_department = true;
    explain->place = task_department_place(organisation, department != NULL ? department->id : 0);
    if (department != NULL)
        name = department_name_on(department, explain->cells.to_day);
    (void)text_copy(explain->name, sizeof explain->name, name);
    return 0;
}

static int find_robot(struct explain *explain, struct fault *fault)
{
    explain->robot = robot_list_find(&explain->cells.robots, explain->query.robot);
    if (explain->robot == NULL)
        return fault_set(fault, -ENOENT, "no robot is called %s; `automagi robot list` lists them",
                         explain->query.robot);
    if (!explain->is_of_department)
        (void)text_copy(explain->name, sizeof explain->name, explain->robot->name);
    return 0;
}

/* ---- what `savings` shows ---- */

bool explain_is_asked(const struct explain *explain, size_t robot, size_t place)
{
    return (!explain->is_of_department || explain->place == place) &&
           (explain->robot == NULL || explain->robot == &explain->cells.robots.robots[robot]);
}

static int add_up_cells(struct explain *explain, struct fault *fault)
{
    size_t i;

    for (i = 0; i < explain->cells.count; i++) {
        const struct saved_cell *cell = &explain->cells.cells[i];

        if (!explain_is_asked(explain, cell->robot, cell->place))
            continue;
        if (!saved_amount_add(&explain->of_cells, &cell->amount))
            return fault_set(fault, -ERANGE, "the savings are too large to add up");
    }
    return 0;
}

/* A row that nothing falls into is left out where a robot or department is asked for. */
static const struct savings_row *find_row(const struct savings *savings, const char *id)
{
    size_t i;

    for (i = 0; id != NULL && i < savings->row_count; i++)
        if (strcmp(savings->rows[i].id, id) == 0)
            return &savings->rows[i];
    return NULL;
}

/* Of a department the row among all departments, of a robot among all robots, of both the
 * department's among that robot's. */
static int take_row(struct store *store, struct explain *explain, struct fault *fault)
{
    bool is_of_both = explain->robot != NULL && explain->is_of_department;
    struct savings_query query = {
        .from_day = explain->cells.from_day,
        .to_day = explain->cells.to_day,
        .by = explain->robot != NULL && !is_of_both ? SAVINGS_BY_ROBOT : SAVINGS_BY_DEPARTMENT,
        .robot = is_of_both ? explain->query.robot : NULL,
    };
    struct savings savings = {.row_count = 0};
    const struct savings_row *row = &savings.total;
    int result = savings_read(store, &query, &savings, fault);

    if (result < 0)
        return result;
    if (explain->is_of_department)
        row = find_row(&savings, explain->query.department);
    else if (explain->robot != NULL)
        row = find_row(&savings, explain->query.robot);
    if (row != NULL) {
        explain->kroner = row->kroner;
        explain->tasks = row->tasks;
        explain->uncounted = row->uncounted_tasks;
        explain->helped = row->helped_tasks;
        explain->disputed = row->disputed;
        explain->realised = row->realised;
        explain->released = row->released;
        explain->gains = row->gains;
    }
    savings_release(&savings);
    return 0;
}

int explain_open(struct store *store, struct explain *explain, struct fault *fault)
{
    struct saved_query query = {.from_day = explain->query.from_day,
                                .to_day = explain->query.to_day};
    int result = saved_cells_read(store, &query, &explain->cells, fault);

    if (result == 0 && explain->query.department != NULL)
        result = find_department(explain, fault);
    if (result == 0 && explain->query.robot != NULL)
        result = find_robot(explain, fault);
    if (result == 0)
        result = add_up_cells(explain, fault);
    if (result == 0)
        result = take_row(store, explain, fault);
    return result;
}

static int read_all(struct store *store, struct explain *explain, struct fault *fault)
{
    int result = explain_open(store, explain, fault);

    if (result == 0)
        result = explain_read_parts(store, explain, fault);
    if (result == 0 && !explain_is_equal(&explain->of_cells, &explain->of_parts))
        result = fault_set(fault, -EBADMSG,
                           "the sums of days do not add up to the figure; run `automagi verify`, "
                           "which says what is damaged");
    return result;
}

int explain_read(struct store *store, const struct explain_query *query,
                 struct explain *ret_explain, struct fault *fault)
{
    struct explain explain = {.query = *query};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = read_all(store, &explain, fault);
    store_view_leave(store, is_entered);
    if (result < 0)
        explain_release(&explain);
    else
        *ret_explain = explain;
    return result;
}

void explain_release(struct explain *explain)
{
    size_t i;

    if (explain == NULL)
        return;
    for (i = 0; i < explain->part_count; i++) {
        free(explain->parts[i].reason);
        free(explain->parts[i].by_whom);
    }
    free(explain->parts);
    saved_cells_release(&explain->cells);
    *explain = (struct explain){.part_count = 0};
}
