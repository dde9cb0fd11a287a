/* The tasks of a figure, one by one: the third way to its sum. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/counter_entry.h"
#include "core/store/store.h"
#include "scorecards/explain_inner.h"

enum { ROBOTS_MOST = 1 << 20 };

struct reading {
    const struct explain *explain;
    explain_entry_callback *take;
    void *context;
    struct fault *fault;
    struct saved_amount sum;
    int ended; /* what the callback gave */
};

static int compare_parts(const void *left, const void *right)
{
    return explain_compare(left, right);
}

static int refuse_sum(struct fault *fault)
{
    return fault_set(fault, -EBADMSG,
                     "the tasks do not add up to the figure; run `automagi verify`, which says "
                     "what is damaged");
}

/* Values the item, finds the part it belongs to, hands the entry on. */
static int add(struct reading *reading, const struct explain_item *item,
               struct explain_entry *entry)
{
    const struct explain *explain = reading->explain;
    const struct explain_part *found;
    struct explain_part part;
    bool is_any = false;
    int result;

    if (!explain_is_in_range(explain, item))
        return 0;
    result = explain_value(explain, item, &part, &is_any, reading->fault);
    if (result < 0 || !is_any)
        return result;
    if (!saved_amount_add(&reading->sum, &part.amount))
        return fault_set(reading->fault, -ERANGE, "the tasks are worth too much to be added up");
    found = explain->part_count > 0 ? bsearch(&part, explain->parts, explain->part_count,
                                              sizeof *explain->parts, compare_parts)
                                    : NULL;
    if (found == NULL)
        return refuse_sum(reading->fault);
    if (!explain_is_of_figure(explain->query.figure, found))
        return 0;
    entry->robot = part.robot->slug;
    entry->part = (size_t)(found - explain->parts);
    entry->day = item->day;
    entry->booking = item->booking;
    entry->is_help = part.kind == EXPLAIN_HELP;
    entry->is_taken_back = part.is_taken_back;
    entry->millionths = part.millionths;
    entry->amount = part.amount;
    reading->ended = reading->take(entry, reading->context);
    return reading->ended;
}

static int take_counter_entry(const struct counter_entry *counter, void *context)
{
    struct explain_item item = {
        .robot_id = counter->robot_id,
        .day = counter->day,
        .booking = counter->booking,
        .department_id = counter->department_id,
        .outcome = counter->outcome,
        .count = counter->outcome == ATTEMPT_HELPED ? 1 : -1,
    };
    struct explain_entry entry = {
        .run_id = counter->run_id,
        .seq = counter->seq,
        .completed_ms = counter->completed_ms,
        .masked = counter->masked,
        .reason = counter->reason,
        .by_whom = counter->by_whom,
        .at_ms = counter->at_ms,
    };

    return add(context, &item, &entry);
}

static int take_task(const struct task_record *task, void *context)
{
    struct explain_item item = {
        .robot_id = task->robot_id,
        .day = task->day,
        .booking = task->booking,
        .department_id = task->department_id,
        .outcome = task->outcome,
        .count = 1,
    };
    struct explain_entry entry = {
        .run_id = task->run_id,
        .seq = task->seq,
        .completed_ms = task->completed_ms,
        .masked = task->masked,
        .reason = "",
        .by_whom = "",
    };

    if (task->outcome != ATTEMPT_DONE)
        return 0;
    return add(context, &item, &entry);
}

/* Does one of the parts have tasks of the robot? */
static bool has_tasks_of(const struct explain *explain, const struct robot *robot)
{
    size_t i;

    for (i = 0; i < explain->part_count; i++)
        if (explain->parts[i].robot == robot && explain->parts[i].kind == EXPLAIN_DONE &&
            !explain->parts[i].is_taken_back)
            return true;
    return false;
}

int64_t explain_cost(const struct explain *explain)
{
    const struct saved_cells *cells = &explain->cells;
    int128 cost = 0;
    size_t robot = SIZE_MAX;
    bool is_read = false;
    size_t i;

    for (i = 0; i < cells->count; i++) {
        const struct saved_cell *cell = &cells->cells[i];

        if (cell->robot != robot)
            is_read = !explain->is_of_department ||
                      has_tasks_of(explain, &cells->robots.robots[cell->robot]);
        robot = cell->robot;
        if (is_read && !cell->is_adjustment &&
            (explain->robot == NULL || explain->robot == &cells->robots.robots[robot]))
            cost += cell->amount.tasks + cell->amount.uncounted;
    }
    cost /= SHARE_WHOLE;
    return cost < INT64_MAX ? (int64_t)cost : INT64_MAX;
}

/* A department's: those robots that have a part in it, for others may have done millions. */
static void list_robots(const struct explain *explain, struct text *robots)
{
    size_t i;

    text_append_char(robots, ',');
    for (i = 0; i < explain->cells.robots.count; i++)
        if (has_tasks_of(explain, &explain->cells.robots.robots[i]))
            text_printf(robots, "%" PRId64 ",", explain->cells.robots.robots[i].id);
}

static int each_task(struct store *store, struct reading *reading)
{
    const struct explain *explain = reading->explain;
    struct task_filter filter = {.robot_id = explain->robot != NULL ? explain->robot->id : 0,
                                 .from_day = INT32_MAX,
                                 .to_day = INT32_MIN,
                                 .limit = INT64_MAX};
    struct text robots;
    size_t i;
    int result;

    for (i = 0; i < explain->part_count; i++) {
        const struct explain_part *part = &explain->parts[i];

        if (part->kind != EXPLAIN_DONE || part->is_taken_back)
            continue;
        if (part->first_day < filter.from_day)
            filter.from_day = part->first_day;
        if (part->last_day > filter.to_day)
            filter.to_day = part->last_day;
    }
    if (filter.from_day > filter.to_day)
        return 0;
    text_init(&robots, ROBOTS_MOST);
    if (explain->is_of_department && explain->robot == NULL) {
        list_robots(explain, &robots);
        filter.robots = robots.broken == 0 ? text_string(&robots) : NULL;
    }
    result = task_each(store, &filter, take_task, reading, reading->fault);
    text_release(&robots);
    return result;
}

/* Adjustments have no tasks: they are entries themselves. */
static int add_adjustments(struct reading *reading)
{
    const struct explain *explain = reading->explain;
    size_t i;

    for (i = 0; i < explain->part_count; i++)
        if (explain->parts[i].kind == EXPLAIN_ADJUSTMENT &&
            !saved_amount_add(&reading->sum, &explain->parts[i].amount))
            return fault_set(reading->fault, -ERANGE,
                             "the tasks are worth too much to be added up");
    return 0;
}

int explain_each_entry(struct store *store, const struct explain *explain,
                       explain_entry_callback *take, void *context, struct saved_amount *ret_sum,
                       struct fault *fault)
{
    struct reading reading = {.explain = explain, .take = take, .context = context, .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = counter_entry_each(store, clock_month_of_day(explain->cells.from_day),
                                clock_month_of_day(explain->cells.to_day), take_counter_entry,
                                &reading, fault);
    if (result == 0 && reading.ended == 0)
        result = each_task(store, &reading);
    store_view_leave(store, is_entered);
    if (result == 0 && reading.ended != 0)
        return reading.ended;
    if (result == 0)
        result = add_adjustments(&reading);
    if (result == 0 && !explain_is_equal(&reading.sum, &explain->of_parts))
        result = refuse_sum(fault);
    if (result == 0)
        *ret_sum = reading.sum;
    return result;
}
