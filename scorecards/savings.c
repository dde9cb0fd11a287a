/* Cells as a table. */
#include "scorecards/savings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/realised.h"
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

int savings_department(const struct organisation *organisation, const char *slug,
                       const struct department **ret_department, struct fault *fault)
{
    *ret_department = organisation_department(organisation, slug);
    if (*ret_department != NULL || strcmp(slug, SAVINGS_CROSS_ID) == 0)
        return 0;
    return department_refuse(organisation, slug, fault);
}

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
    if (savings_department(organisation, table->query->department, &department, table->fault) < 0)
        return -ENOENT;
    table->only_place = department != NULL ? (size_t)(department - organisation->departments)
                                           : organisation->department_count;
    return 0;
}

/* ---- spread ---- */

/* A part of Tværgående while it is given out. */
struct spreading {
    struct table *table;
    struct savings_part part;
};

static int add_part(struct table *table, const struct savings_part *part, int64_t millionths)
{
    if (table->only_place != SIZE_MAX && part->cell.place != table->only_place)
        return 0;
    return savings_sums_add(&table->sums, part, millionths, table->fault);
}

static int give(size_t place, int64_t millionths, void *context)
{
    struct spreading *spreading = context;

    spreading->part.cell.place = place;
    return add_part(spreading->table, &spreading->part, millionths);
}

/* Keys by the last day of the month of completion: a cell knows no day. */
static int spread(struct table *table, const struct savings_part *part)
{
    const struct organisation *organisation = &table->cells.organisation;
    int32_t day = clock_last_day_of_month(part->cell.month);
    struct valuation at = valuation_of(day, BOOKING_LATEST);
    struct spreading spreading = {table, *part};
    const struct distribution_key *key = NULL;
    size_t count = organisation_keys_on(organisation, day, &key);
    int64_t rest = SHARE_WHOLE;
    int result = 0;

    for (; count > 0 && result == 0; count--, key++) {
        rest -= key->millionths;
        result = task_successors_each(organisation, key->department_id, key->millionths, &at, give,
                                      &spreading);
    }
    return result == 0 && rest != 0 ? give(part->cell.place, rest, &spreading) : result;
}

/* ---- the table ---- */

static int take_part(const struct savings_part *part, void *context)
{
    struct table *table = context;

    if (table->only_robot != SIZE_MAX && part->cell.robot != table->only_robot)
        return 0;
    if (table->query->is_spread && part->cell.place == table->cells.organisation.department_count)
        return spread(table, part);
    return add_part(table, part, SHARE_WHOLE);
}

static int take_all(struct table *table, struct store *store, const int128 *realised)
{
    int result = 0;
    size_t i;

    for (i = 0; i < table->cells.count && result == 0; i++) {
        struct savings_part part = {.cell = table->cells.cells[i], .realised = realised[i]};

        result = take_part(&part, table);
    }
    return result == 0 ? savings_gains_each(store, &table->cells, table->query->by_completion,
                                            take_part, table, table->fault)
                       : result;
}

static int make_table(struct table *table, struct store *store, struct savings *ret_savings)
{
    struct saved_query query = {.from_day = table->query->from_day,
                                .to_day = table->query->to_day,
                                .by_completion = table->query->by_completion};
    int128 *realised = NULL;
    int result = saved_cells_read(store, &query, &table->cells, table->fault);

    if (result == 0)
        result = find_filters(table);
    if (result == 0)
        result = realised_read(store, &query, &table->cells, &realised, table->fault);
    if (result == 0)
        result = savings_axis_init(&table->axis, table->query, &table->cells, table->fault);
    if (result == 0)
        result = savings_sums_init(&table->sums, table->fault);
    if (result == 0)
        result = take_all(table, store, realised);
    if (result == 0)
        result = savings_sums_finish(&table->sums, ret_savings, table->fault);
    free(realised);
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
