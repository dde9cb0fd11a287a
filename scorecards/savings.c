/* Cells as a table. */
#include "scorecards/savings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/saved_cells.h"
#include "scorecards/savings_inner.h"

struct table {
    const struct savings_query *query;
    struct saved_cells cells;
    struct savings_axis axis;
    struct savings_sums sums;
    size_t only_robot, only_place; /* SIZE_MAX: all */
    struct fault *fault;
};

/* ---- filters ---- */

static int find_filters(struct table *table)
{
    const struct organisation *organisation = &table->cells.organisation;
    const struct department *department;
    const struct robot *robot;

    table->only_robot = SIZE_MAX;
    table->only_place = SIZE_MAX;
    if (table->query->robot != NULL) {
        robot = robot_list_find(&table->cells.robots, table->query->robot);
        if (robot == NULL)
            return fault_set(table->fault, -ENOENT,
                             "no robot is called %s; `automagi robot list` lists them",
                             table->query->robot);
        table->only_robot = (size_t)(robot - table->cells.robots.robots);
    }
    if (table->query->department == NULL)
        return 0;
    department = organisation_department(organisation, table->query->department);
    if (department == NULL && strcmp(table->query->department, SAVINGS_CROSS_ID) != 0)
        return fault_set(table->fault, -ENOENT,
                         "no department is called %s; `automagi savings` lists them",
                         table->query->department);
    table->only_place = department != NULL ? (size_t)(department - organisation->departments)
                                           : organisation->department_count;
    return 0;
}

/* ---- spread ---- */

/* A cell of Tværgående while its parts are given out. */
struct spreading {
    struct table *table;
    struct saved_cell cell;
};

static int add_part(struct table *table, const struct saved_cell *cell, int64_t millionths)
{
    if (table->only_place != SIZE_MAX && cell->place != table->only_place)
        return 0;
    return savings_sums_add(&table->sums, cell, millionths, table->fault);
}

static int give(size_t place, int64_t millionths, void *context)
{
    struct spreading *spreading = context;

    spreading->cell.place = place;
    return add_part(spreading->table, &spreading->cell, millionths);
}

/* Keys by the last day of the month of completion: a cell knows no day. */
static int spread(struct table *table, const struct saved_cell *cell)
{
    const struct organisation *organisation = &table->cells.organisation;
    int32_t day = clock_last_day_of_month(cell->month);
    struct valuation at = valuation_of(day, BOOKING_LATEST);
    struct spreading spreading = {table, *cell};
    const struct distribution_key *key = NULL;
    size_t count = organisation_keys_on(organisation, day, &key);
    int64_t rest = SHARE_WHOLE;
    int result = 0;

    for (; count > 0 && result == 0; count--, key++) {
        rest -= key->millionths;
        result = task_successors_each(organisation, key->department_id, key->millionths, &at, give,
                                      &spreading);
    }
    return result == 0 && rest != 0 ? give(cell->place, rest, &spreading) : result;
}

/* ---- the table ---- */

static int add_cell(struct table *table, const struct saved_cell *cell)
{
    if (table->only_robot != SIZE_MAX && cell->robot != table->only_robot)
        return 0;
    if (table->query->is_spread && cell->place == table->cells.organisation.department_count)
        return spread(table, cell);
    return add_part(table, cell, SHARE_WHOLE);
}

static int make_table(struct table *table, struct store *store, struct savings *ret_savings)
{
    struct saved_query query = {.from_day = table->query->from_day,
                                .to_day = table->query->to_day,
                                .by_completion = table->query->by_completion};
    int result = saved_cells_read(store, &query, &table->cells, table->fault);
    size_t i;

    if (result == 0)
        result = find_filters(table);
    if (result == 0)
        result = savings_axis_init(&table->axis, table->query, &table->cells, table->fault);
    if (result == 0)
        result = savings_sums_init(&table->sums, table->fault);
    for (i = 0; i < table->cells.count && result == 0; i++)
        result = add_cell(table, &table->cells.cells[i]);
    if (result == 0)
        result = savings_sums_finish(&table->sums, ret_savings, table->fault);
    return result;
}

int savings_read(struct store *store, const struct savings_query *query,
                 struct savings *ret_savings, struct fault *fault)
{
    struct table table = {
        .query = query,
        .sums = {.axis = &table.axis, .query = query, .finer = query->is_spread ? SHARE_WHOLE : 1},
        .fault = fault,
    };
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = make_table(&table, store, ret_savings);
    store_view_leave(store, is_entered);
    savings_sums_release(&table.sums);
    savings_axis_release(&table.axis);
    saved_cells_release(&table.cells);
    return result;
}
