#include "scorecards/net.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store.h"
#include "scorecards/net_inner.h"
#include "scorecards/saved_cells.h"

struct reading {
    struct store *store;
    const struct net_query *query;
    struct net net;
    struct net_entries entries;
    struct saved_cells cells; /* all until now */
    struct savings savings;   /* of the range */
    int32_t now;              /* day: the last that payback knows */
    int32_t first_month;      /* of the series */
    size_t months;            /* in it */
    size_t lines;             /* of the series: one per row, then the total */
    int128 *entered;          /* kinds of cost × rows, in the range */
    int128 *net_of, *pace_of; /* lines × months */
    bool *has_cost;           /* of lines */
};

static int32_t earlier(int32_t one, int32_t other)
{
    return one < other ? one : other;
}

static int read_store(struct reading *reading, struct fault *fault)
{
    const struct net_query *query = reading->query;
    struct net *net = &reading->net;
    struct saved_query all = {.from_day = INT32_MIN};
    int32_t end = clock_last_day_of_month(clock_month_of_day(query->today));
    int result = net_entries_read(reading->store, &reading->entries, fault);

    net->by = query->by;
    net->to_day = query->to_day != INT32_MAX ? query->to_day : end;
    if (query->to_day == INT32_MAX && query->from_day > net->to_day)
        net->to_day = query->from_day;
    reading->now = earlier(net->to_day, end);
    all.to_day = reading->now;
    if (result == 0)
        result = saved_cells_read(reading->store, &all, &reading->cells, fault);
    if (result < 0)
        return result;
    reading->first_month =
        clock_month_of_day(earlier(reading->cells.from_day, reading->entries.first_day));
    net->from_day =
        query->from_day != INT32_MIN
            ? query->from_day
            : earlier(earlier(reading->cells.from_day, reading->entries.first_day), net->to_day);
    return savings_read(
        reading->store,
        &(struct savings_query){.from_day = net->from_day, .to_day = net->to_day, .by = net->by},
        &reading->savings, fault);
}

static int make_room(struct reading *reading, struct fault *fault)
{
    int32_t now = clock_month_of_day(reading->now);
    size_t rows = reading->savings.row_count;

    reading->net.row_count = rows;
    reading->months = now >= reading->first_month ? (size_t)(now - reading->first_month + 1) : 0;
    if (reading->months > NET_MONTHS_MAX)
        return fault_set(fault, -EINVAL, "costs and gains span more than %d months",
                         NET_MONTHS_MAX);
    reading->lines = rows + 1;
    reading->net.rows = calloc(rows + 1, sizeof *reading->net.rows);
    reading->entered = calloc(rows + 1, NET_COST_KINDS * sizeof *reading->entered);
    reading->net_of = calloc(reading->lines * (reading->months + 1), sizeof *reading->net_of);
    reading->pace_of = calloc(reading->lines * (reading->months + 1), sizeof *reading->pace_of);
    reading->has_cost = calloc(reading->lines, sizeof *reading->has_cost);
    if (reading->net.rows == NULL || reading->entered == NULL || reading->net_of == NULL ||
        reading->pace_of == NULL || reading->has_cost == NULL)
        return fault_no_memory(fault);
    return 0;
}

/* The row of what counts; rows by month are those of the range alone. */
static size_t row_of(const struct reading *reading, size_t robot, size_t place, int32_t booking)
{
    switch (reading->net.by) {
    case SAVINGS_BY_DEPARTMENT:
        return place;
    case SAVINGS_BY_ROBOT:
        return robot;
    case SAVINGS_BY_MONTH:
        return (size_t)(booking - clock_month_of_day(reading->net.from_day));
    case SAVINGS_BY_AREA:
    case SAVINGS_BY_PLUGIN:
    case SAVINGS_BY_QUARTER:
    case SAVINGS_BY_YEAR: /* net_read() refuses these */
        break;
    }
    return 0;
}

static bool add_to(int128 *sum, int128 amount)
{
    return !__builtin_add_overflow(*sum, amount, sum);
}

/* Into one line of the series. */
static bool add_month(struct reading *reading, size_t line, const struct net_part *part)
{
    size_t at = line * reading->months + (size_t)(part->booking - reading->first_month);
    bool is_cost = part->kind == NET_DEVELOPMENT || part->kind == NET_RUNNING;
    int128 amount = is_cost ? -part->kroner : part->kroner;

    reading->has_cost[line] = reading->has_cost[line] || (is_cost && amount != 0);
    return add_to(&reading->net_of[at], amount) &&
           (part->kind == NET_DEVELOPMENT || add_to(&reading->pace_of[at], amount));
}

static bool add_series(struct reading *reading, const struct net_part *part)
{
    if (part->day > reading->now)
        return true;
    return add_month(reading, reading->lines - 1, part) &&
           (reading->net.by == SAVINGS_BY_MONTH ||
            add_month(reading, row_of(reading, part->robot, part->place, part->booking), part));
}

static int take_part(const struct net_part *part, void *context)
{
    struct reading *reading = context;
    size_t row;

    if (!add_series(reading, part))
        return -ERANGE;
    if (part->kind == NET_GAINS || part->day < reading->net.from_day)
        return 0;
    row = row_of(reading, part->robot, part->place, part->booking);
    return add_to(&reading->entered[(size_t)part->kind * reading->net.row_count + row],
                  part->kroner)
               ? 0
               : -ERANGE;
}

static int add_up(struct reading *reading)
{
    size_t i;
    int result = net_entries_each(&reading->entries, &reading->cells.organisation,
                                  &reading->cells.robots, reading->net.to_day, take_part, reading);

    for (i = 0; i < reading->cells.count && result == 0; i++) {
        const struct saved_cell *cell = &reading->cells.cells[i];

        if (!add_series(reading, &(struct net_part){.kind = NET_SAVED,
                                                    .robot = cell->robot,
                                                    .place = cell->place,
                                                    .day = reading->now,
                                                    .booking = cell->booking,
                                                    .kroner = cell->amount.kroner}))
            result = -ERANGE;
    }
    return result;
}

/* ---- what is shown ---- */

static void settle(struct net_row *row, const struct savings_row *savings)
{
    row->saved = savings->kroner;
    row->released = savings->released;
    row->realised = savings->realised;
    row->gains = savings->gains;
    row->net = row->saved + row->gains - row->development - row->running;
}

static int round_rows(struct reading *reading)
{
    struct net *net = &reading->net;
    size_t count = net->row_count;
    int64_t *whole = calloc(count + 1, NET_COST_KINDS * sizeof *whole);
    int64_t totals[NET_COST_KINDS] = {0};
    int64_t cumulated = 0;
    size_t i;
    int result = whole != NULL ? 0 : -ENOMEM;

    for (i = 0; i < NET_COST_KINDS && result == 0; i++)
        result = decimal_apportion(reading->entered + i * count, count, TASK_KRONER_SCALE,
                                   whole + i * count, &totals[i]);
    for (i = 0; i < count && result == 0; i++) {
        struct net_row *row = &net->rows[i];

        (void)text_copy(row->id, sizeof row->id, reading->savings.rows[i].id);
        (void)text_copy(row->name, sizeof row->name, reading->savings.rows[i].name);
        row->development = whole[NET_DEVELOPMENT * count + i];
        row->running = whole[NET_RUNNING * count + i];
        settle(row, &reading->savings.rows[i]);
        cumulated += row->net;
        row->cumulated = net->by == SAVINGS_BY_MONTH ? cumulated : 0;
    }
    net->total.development = totals[NET_DEVELOPMENT];
    net->total.running = totals[NET_RUNNING];
    settle(&net->total, &reading->savings.total);
    net->total.cumulated = net->by == SAVINGS_BY_MONTH ? cumulated : 0;
    free(whole);
    return result;
}

static bool operates_in(const struct robot *robot, int32_t month)
{
    size_t i;

    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].from_day <= clock_last_day_of_month(month) &&
            robot->operations[i].to_day >= clock_first_day_of_month(month))
            return true;
    return false;
}

/* Month of its last day of operation; INT32_MAX when no end is known. */
static int32_t last_month_of(const struct robot *robot)
{
    int32_t last = INT32_MIN;
    size_t i;

    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].to_day > last)
            last = robot->operations[i].to_day;
    if (robot->operation_count == 0 || last == ROBOT_NO_END)
        return INT32_MAX;
    return clock_month_of_day(last);
}

/* A line of several robots is in operation when one of them is, from its first amount on. */
static void find_operation(const struct reading *reading, size_t line, bool *operates)
{
    const struct robot_list *robots = &reading->cells.robots;
    const int128 *amounts = reading->net_of + line * reading->months;
    bool is_robot = reading->net.by == SAVINGS_BY_ROBOT && line < reading->net.row_count;
    bool has_begun = false;
    size_t i;
    size_t j;

    for (i = 0; i < reading->months; i++) {
        int32_t month = reading->first_month + (int32_t)i;

        has_begun = has_begun || amounts[i] != 0;
        operates[i] = is_robot && operates_in(&robots->robots[line], month);
        for (j = 0; j < robots->count && !is_robot && has_begun && !operates[i]; j++)
            operates[i] = operates_in(&robots->robots[j], month);
    }
}

static struct net_payback payback_of(const struct reading *reading, size_t line, bool *operates)
{
    int32_t last_day = earlier(reading->net.to_day, reading->query->today);
    int32_t complete = clock_month_of_day(last_day + 1) - reading->first_month;
    struct net_series series = {
        .net = reading->net_of + line * reading->months,
        .pace = reading->pace_of + line * reading->months,
        .operates = operates,
        .count = reading->months,
        .complete = complete > 0 ? (size_t)complete : 0,
        .first_month = reading->first_month,
        .last_month = INT32_MAX,
        .has_cost = reading->has_cost[line],
    };

    if (series.complete > series.count)
        series.complete = series.count;
    find_operation(reading, line, operates);
    if (reading->net.by == SAVINGS_BY_ROBOT && line < reading->net.row_count)
        series.last_month = last_month_of(&reading->cells.robots.robots[line]);
    return net_payback_of(&series);
}

static int find_paybacks(struct reading *reading, struct fault *fault)
{
    bool *operates = calloc(reading->months + 1, sizeof *operates);
    size_t i;

    if (operates == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < reading->net.row_count && reading->net.by != SAVINGS_BY_MONTH; i++)
        reading->net.rows[i].payback = payback_of(reading, i, operates);
    reading->net.total.payback = payback_of(reading, reading->lines - 1, operates);
    free(operates);
    return 0;
}

static int read_net(struct reading *reading, struct fault *fault)
{
    int result = read_store(reading, fault);

    if (result == 0)
        result = make_room(reading, fault);
    if (result < 0)
        return result;
    result = add_up(reading);
    if (result == 0)
        result = round_rows(reading);
    if (result == -ENOMEM)
        return fault_no_memory(fault);
    if (result < 0)
        return fault_set(fault, result, "costs and gains are too large to add up");
    return find_paybacks(reading, fault);
}

int net_read(struct store *store, const struct net_query *query, struct net *ret_net,
             struct fault *fault)
{
    struct reading reading = {.store = store, .query = query};
    bool is_entered = false;
    int result;

    if (query->by != SAVINGS_BY_ROBOT && query->by != SAVINGS_BY_DEPARTMENT &&
        query->by != SAVINGS_BY_MONTH)
        return fault_set(fault, -EINVAL, "costs are shown by robot, department or month");
    result = store_view_enter(store, &is_entered, fault);
    if (result < 0)
        return result;
    result = read_net(&reading, fault);
    store_view_leave(store, is_entered);
    net_entries_release(&reading.entries);
    saved_cells_release(&reading.cells);
    savings_release(&reading.savings);
    free(reading.entered);
    free(reading.net_of);
    free(reading.pace_of);
    free(reading.has_cost);
    if (result < 0)
        net_release(&reading.net);
    else
        *ret_net = reading.net;
    return result;
}

void net_release(struct net *net)
{
    if (net == NULL)
        return;
    free(net->rows);
    net->rows = NULL;
    net->row_count = 0;
}
