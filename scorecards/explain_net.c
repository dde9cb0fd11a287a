#include "scorecards/explain_net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/explain_inner.h"
#include "scorecards/net_inner.h"

struct reading {
    struct explain_net *net;
    struct fault *fault;
};

/* ---- what `net` shows ---- */

static int take_row(struct store *store, const struct explain_query *query, int32_t today,
                    struct reading *reading)
{
    struct explain_net *net = reading->net;
    struct net_query asked = {.from_day = query->from_day,
                              .to_day = query->to_day,
                              .by = query->department != NULL ? SAVINGS_BY_DEPARTMENT
                                                              : SAVINGS_BY_ROBOT,
                              .today = today};
    const char *id = query->department != NULL ? query->department : query->robot;
    struct net table = {.rows = NULL};
    size_t i;
    int result = net_read(store, &asked, &table, reading->fault);

    if (result < 0)
        return result;
    net->row = table.total;
    for (i = 0; i < table.row_count && id != NULL; i++)
        if (strcmp(table.rows[i].id, id) == 0)
            net->row = table.rows[i];
    net->from_day = table.from_day;
    net->to_day = table.to_day;
    net_release(&table);
    return 0;
}

/* ---- costs ---- */

static int take_part(const struct net_part *part, void *context)
{
    struct reading *reading = context;
    struct explain_net *net = reading->net;
    const struct explain *explain = &net->money.explain;
    int128 *sum = part->kind == NET_DEVELOPMENT ? &net->development : &net->running;
    struct explain_net_cost *cost = net->cost_count > 0 ? &net->costs[net->cost_count - 1] : NULL;

    if ((part->kind != NET_DEVELOPMENT && part->kind != NET_RUNNING) || part->day < net->from_day ||
        !explain_is_asked(explain, part->robot, part->place))
        return 0;
    if (cost == NULL || cost->id != part->id) {
        cost = reallocarray(net->costs, net->cost_count + 1, sizeof *cost);
        if (cost == NULL)
            return -ENOMEM;
        net->costs = cost;
        cost += net->cost_count++;
        *cost = (struct explain_net_cost){.id = part->id,
                                          .robot = &explain->cells.robots.robots[part->robot],
                                          .first_booking = part->booking};
    }
    /* parts come month by month; those of one month are of several departments */
    if (cost->months == 0 || cost->last_month != part->month)
        cost->months++;
    cost->last_month = part->month;
    cost->last_booking = part->booking;
    return __builtin_add_overflow(cost->kroner, part->kroner, &cost->kroner) ||
                   __builtin_add_overflow(*sum, part->kroner, sum)
               ? -ERANGE
               : 0;
}

/* What people entered of those that count. */
static int take_cost(const struct cost *entered, void *context)
{
    struct reading *reading = context;
    struct explain_net *net = reading->net;
    size_t i;

    for (i = 0; i < net->cost_count; i++) {
        struct explain_net_cost *cost = &net->costs[i];

        if (cost->id != entered->id)
            continue;
        cost->kind = entered->kind;
        cost->bearer = organisation_department_by_id(&net->money.explain.cells.organisation,
                                                     entered->bearer_id);
        cost->from_day = entered->from_day;
        cost->to_day = entered->to_day;
        cost->ore = entered->ore;
        cost->hours = entered->hours;
        cost->what = strdup(entered->what);
        cost->by_whom = strdup(entered->by_whom);
        if (cost->what == NULL || cost->by_whom == NULL)
            return fault_no_memory(reading->fault);
    }
    return 0;
}

static int read_costs(struct store *store, struct reading *reading)
{
    const struct saved_cells *cells = &reading->net->money.explain.cells;
    struct net_entries entries = {.count = 0};
    int result = net_entries_read(store, &entries, reading->fault);

    if (result == 0) {
        result = net_entries_each(&entries, &cells->organisation, &cells->robots,
                                  reading->net->to_day, take_part, reading);
        if (result == -ENOMEM)
            result = fault_no_memory(reading->fault);
        else if (result < 0)
            result = fault_set(reading->fault, result, "costs are too large to add up");
    }
    net_entries_release(&entries);
    return result == 0 ? cost_each(store, take_cost, reading, reading->fault) : result;
}

/* ---- all of it ---- */

/* A row may have got a krone, or not, so that rows add up. */
static bool is_close(int64_t shown, int128 exact)
{
    int128 away = shown * TASK_KRONER_SCALE - exact;

    return away <= TASK_KRONER_SCALE && -away <= TASK_KRONER_SCALE;
}

static int read_all(struct store *store, const struct explain_query *query, int32_t today,
                    struct reading *reading)
{
    struct explain_net *net = reading->net;
    struct explain_query of_range = *query;
    int result = take_row(store, query, today, reading);

    of_range.from_day = net->from_day;
    of_range.to_day = net->to_day;
    if (result == 0)
        result = explain_money_read(store, &of_range, &net->money, reading->fault);
    if (result == 0)
        result = read_costs(store, reading);
    if (result == 0 && (net->row.saved != net->money.explain.kroner ||
                        net->row.gains != net->money.explain.gains ||
                        net->row.realised != net->money.explain.realised ||
                        !is_close(net->row.development, net->development) ||
                        !is_close(net->row.running, net->running)))
        result = fault_set(reading->fault, -EBADMSG,
                           "costs and savings do not add up to the figure; run `automagi verify`, "
                           "which says what is damaged");
    return result;
}

int explain_net_read(struct store *store, const struct explain_query *query, int32_t today,
                     struct explain_net *ret_net, struct fault *fault)
{
    struct explain_net net = {.cost_count = 0};
    struct reading reading = {.net = &net, .fault = fault};
    bool is_entered = false;
    int result;

    if (query->robot != NULL && query->department != NULL)
        return fault_set(fault, -EINVAL, "net is of a robot or of a department, not of both");
    result = store_view_enter(store, &is_entered, fault);
    if (result < 0)
        return result;
    result = read_all(store, query, today, &reading);
    store_view_leave(store, is_entered);
    if (result < 0)
        explain_net_release(&net);
    else
        *ret_net = net;
    return result;
}

int128 explain_net_exact(const struct explain_net *net)
{
    return net->money.saved + net->money.gained - net->development - net->running;
}

void explain_net_release(struct explain_net *net)
{
    size_t i;

    if (net == NULL)
        return;
    for (i = 0; i < net->cost_count; i++) {
        free(net->costs[i].what);
        free(net->costs[i].by_whom);
    }
    free(net->costs);
    explain_money_release(&net->money);
    *net = (struct explain_net){.cost_count = 0};
}
