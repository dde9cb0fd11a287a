/* Costs and gains as amounts of months, robots and departments. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/cost.h"
#include "scorecards/net_inner.h"
#include "scorecards/task_value.h"

enum { ENTRIES_FIRST = 64 };

/* Exact amounts are per millionth, so that a share of one is whole: of an øre, and of a hundredth
 * of an hour at an øre per hour. */
enum { ORE_DIVISOR = 100, HOUR_DIVISOR = 100 };
#define PER_ORE      (TASK_KRONER_SCALE / ORE_DIVISOR / SHARE_WHOLE)
#define PER_HOUR_ORE (TASK_KRONER_SCALE / ORE_DIVISOR / HOUR_DIVISOR / SHARE_WHOLE)

struct net_entry {
    enum net_kind kind;
    int64_t id;
    int64_t robot_id;
    int64_t department_id; /* who bears it, or whose gain; 0: nobody, or by shares */
    int32_t from_day, to_day;
    int32_t booking_from;
    int64_t ore, hours;
};

static int push(struct net_entries *entries, const struct net_entry *entry)
{
    if (entries->count == entries->room) {
        size_t room = entries->room == 0 ? ENTRIES_FIRST : 2 * entries->room;
        struct net_entry *grown = realloc(entries->entries, room * sizeof *grown);

        if (grown == NULL)
            return -ENOMEM;
        entries->entries = grown;
        entries->room = room;
    }
    entries->entries[entries->count++] = *entry;
    if (entry->from_day < entries->first_day)
        entries->first_day = entry->from_day;
    return 0;
}

static int take_cost(const struct cost *cost, void *context)
{
    bool is_running = cost->kind == COST_RUNNING;

    return push(context, &(struct net_entry){
                             .kind = is_running ? NET_RUNNING : NET_DEVELOPMENT,
                             .id = cost->id,
                             .robot_id = cost->robot_id,
                             .department_id = cost->bearer_id,
                             .from_day = cost->from_day,
                             .to_day = is_running ? cost->to_day : cost->from_day,
                             .booking_from = cost->booking_from,
                             .ore = cost->ore,
                             .hours = cost->hours,
                         });
}

static int take_gain(const struct gain *gain, void *context)
{
    return push(context, &(struct net_entry){
                             .kind = NET_GAINS,
                             .id = gain->id,
                             .robot_id = gain->robot_id,
                             .department_id = gain->department_id,
                             .from_day = gain->day,
                             .to_day = gain->day,
                             .booking_from = gain->booking,
                             .ore = gain->ore,
                         });
}

int net_entries_read(struct store *store, struct net_entries *entries, struct fault *fault)
{
    int result;

    entries->first_day = INT32_MAX;
    result = cost_each(store, take_cost, entries, fault);
    if (result == 0)
        result = gain_each(store, take_gain, entries, fault);
    return result == -ENOMEM ? fault_no_memory(fault) : result;
}

void net_entries_release(struct net_entries *entries)
{
    free(entries->entries);
    entries->entries = NULL;
    entries->count = 0;
}

struct dividing {
    struct net_part part; /* of whom, when */
    int128 per_millionth;
    net_part_callback *take;
    void *context;
};

static int divide(size_t place, int64_t millionths, void *context)
{
    struct dividing *dividing = context;

    dividing->part.place = place;
    dividing->part.kroner = dividing->per_millionth * millionths;
    return dividing->take(&dividing->part, dividing->context);
}

/* One month of an entry; `day` values and divides it. */
static int take_month(const struct net_entry *entry, const struct organisation *organisation,
                      const struct robot *robot, int32_t day, struct dividing *dividing)
{
    struct valuation at = valuation_of(day, dividing->part.booking);

    dividing->per_millionth =
        PER_ORE * entry->ore +
        PER_HOUR_ORE * entry->hours *
            organisation_rate_for(organisation, at.rate_day, dividing->part.booking);
    if (entry->kind == NET_GAINS)
        return task_shares_each(organisation, robot, entry->department_id, &at, divide, dividing);
    if (entry->department_id == 0)
        return divide(organisation->department_count, SHARE_WHOLE, dividing);
    return task_successors_each(organisation, entry->department_id, SHARE_WHOLE, &at, divide,
                                dividing);
}

static int take_entry(const struct net_entry *entry, const struct organisation *organisation,
                      const struct robot *robot, int32_t to_day, struct dividing *dividing)
{
    int32_t last = clock_month_of_day(entry->to_day < to_day ? entry->to_day : to_day);
    int32_t month;
    int result = 0;

    for (month = clock_month_of_day(entry->from_day); month <= last && result == 0; month++) {
        int32_t first_day = clock_first_day_of_month(month);
        int32_t day = entry->from_day > first_day ? entry->from_day : first_day;

        dividing->part.month = month;
        dividing->part.booking = month > entry->booking_from ? month : entry->booking_from;
        dividing->part.day =
            dividing->part.booking == month ? day : clock_last_day_of_month(dividing->part.booking);
        if (dividing->part.day <= to_day)
            result = take_month(entry, organisation, robot, day, dividing);
    }
    return result;
}

int net_entries_each(const struct net_entries *entries, const struct organisation *organisation,
                     const struct robot_list *robots, int32_t to_day, net_part_callback *take,
                     void *context)
{
    struct dividing dividing = {.take = take, .context = context};
    size_t i;
    int result = 0;

    for (i = 0; i < entries->count && result == 0; i++) {
        const struct net_entry *entry = &entries->entries[i];
        const struct robot *robot = robot_list_find_id(robots, entry->robot_id);

        if (robot == NULL)
            continue;
        dividing.part.kind = entry->kind;
        dividing.part.id = entry->id;
        dividing.part.robot = (size_t)(robot - robots->robots);
        result = take_entry(entry, organisation, robot, to_day, &dividing);
    }
    return result;
}
