/* A figure's parts, from the store's sums of days: never from months, so that this is another way to the
 * same sum. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "scorecards/explain_inner.h"

struct reading {
    struct explain *explain;
    struct fault *fault;
    size_t room;
};

bool explain_is_in_range(const struct explain *explain, const struct explain_item *item)
{
    int32_t counted = item->booking == clock_month_of_day(item->day)
                          ? item->day
                          : clock_last_day_of_month(item->booking);

    return counted >= explain->cells.from_day && counted <= explain->cells.to_day &&
           (explain->robot == NULL || explain->robot->id == item->robot_id);
}

/* The version organisation_rate_for() takes: rates are by from_day, booking_from. */
static const struct rate *rate_for(const struct organisation *organisation,
                                   const struct valuation *at)
{
    size_t i = organisation->rate_count;

    while (i > 0 && (organisation->rates[i - 1].from_day > at->rate_day ||
                     organisation->rates[i - 1].booking_from > at->booking))
        i--;
    return i > 0 ? &organisation->rates[i - 1] : NULL;
}

static int64_t share_of(const struct explain *explain, const struct robot *robot,
                        int64_t department_id, const struct valuation *at)
{
    if (!explain->is_of_department)
        return SHARE_WHOLE;
    return task_shares_at(&explain->cells.organisation, robot, department_id, at, explain->place);
}

static int refuse_size(const struct robot *robot, struct fault *fault)
{
    return fault_set(fault, -ERANGE, "the savings of robot %s are too large to add up",
                     robot->slug);
}

static int fill_amount(struct explain_part *part, const struct task_value *value,
                       struct fault *fault)
{
    int128 exact = (int128)part->count * part->millionths;
    struct task_amount worth = {0};

    if (part->kind == EXPLAIN_HELP)
        part->amount.helped = exact;
    else if (value->is_signed)
        part->amount.tasks = exact;
    else
        part->amount.uncounted = exact;
    if (value->is_signed && !task_value_of(value, exact, &worth))
        return refuse_size(part->robot, fault);
    part->amount.minutes = worth.minutes;
    part->amount.kroner = worth.kroner;
    if (value->is_disputed)
        part->amount.disputed = worth.kroner;
    return 0;
}

struct routing {
    const struct explain *explain;
    explain_route_callback *take;
    void *context;
};

static int route(const struct routing *routing, const struct explain_part *part,
                 const struct robot_share *share)
{
    const struct organisation *organisation = &routing->explain->cells.organisation;
    struct explain_route route = {
        .department = organisation_department_by_id(organisation, share->department_id),
        .from_day = share->from_day,
        .given = share->millionths};

    route.millionths = task_successors_at(organisation, share->department_id, share->millionths,
                                          &part->at, routing->explain->place);
    route.is_own =
        task_department_place(organisation, share->department_id) == routing->explain->place;
    return route.millionths != 0 ? routing->take(&route, routing->context) : 0;
}

int explain_each_route(const struct explain *explain, const struct explain_part *part,
                       explain_route_callback *take, void *context)
{
    struct routing routing = {explain, take, context};
    struct robot_share whole = {.department_id = part->department_id, .millionths = SHARE_WHOLE};
    struct explain_route rest = {.given = SHARE_WHOLE, .is_own = true};
    int result = 0;
    size_t i;

    if (!explain->is_of_department || part->kind == EXPLAIN_ADJUSTMENT)
        return 0;
    if (part->department_id != 0)
        return route(&routing, part, &whole);
    for (i = 0; i < part->share_count && result == 0; i++) {
        rest.given -= part->share[i].millionths;
        result = route(&routing, part, &part->share[i]);
    }
    rest.millionths = rest.given;
    if (result == 0 && rest.given != 0 &&
        explain->place == explain->cells.organisation.department_count)
        result = take(&rest, context);
    return result;
}

int explain_value(const struct explain *explain, const struct explain_item *item,
                  struct explain_part *ret_part, bool *ret_is_any, struct fault *fault)
{
    const struct organisation *organisation = &explain->cells.organisation;
    const struct robot *robot = robot_list_find_id(&explain->cells.robots, item->robot_id);
    struct valuation at = valuation_of(item->day, item->booking);
    bool is_help = item->outcome == ATTEMPT_HELPED || item->outcome == ATTEMPT_UNHELPED;
    struct task_value value;
    struct explain_part part;

    if (robot == NULL)
        return fault_set(fault, -EBADMSG,
                         "the sums name robot number %" PRId64 ", which is not there; "
                         "run automagi verify",
                         item->robot_id);
    value = task_value_on(organisation, robot, is_help ? ESTIMATE_HANDOVER : ESTIMATE_TASK, &at);
    part = (struct explain_part){
        .kind = is_help ? EXPLAIN_HELP : EXPLAIN_DONE,
        .robot = robot,
        .first_day = item->day,
        .last_day = item->day,
        .late_booking = item->booking == clock_month_of_day(item->day) ? 0 : item->booking,
        .department_id = explain->is_of_department ? item->department_id : 0,
        .is_taken_back = item->count < 0,
        .is_outside = !robot_operates_on(robot, item->day),
        .millionths = share_of(explain, robot, item->department_id, &at),
        .estimate = value.estimate,
        .rate = rate_for(organisation, &at),
        .count = item->count,
        .at = at,
    };
    if (explain->is_of_department && item->department_id == 0)
        part.share_count = robot_shares_for(robot, at.share_day, at.booking, &part.share);
    *ret_part = part;
    *ret_is_any = part.millionths != 0 && part.count != 0;
    return fill_amount(ret_part, &value, fault);
}

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Of two pointers into one array, or NULL. */
static int order_places(const void *a, const void *b)
{
    return order((int64_t)(intptr_t)a, (int64_t)(intptr_t)b);
}

int explain_compare(const struct explain_part *a, const struct explain_part *b)
{
    int result = order(a->kind == EXPLAIN_ADJUSTMENT, b->kind == EXPLAIN_ADJUSTMENT);

    if (result == 0)
        result = order_places(a->robot, b->robot);
    if (result == 0)
        result = order(a->kind, b->kind);
    if (result == 0)
        result = order(a->late_booking, b->late_booking);
    if (result == 0)
        result = order(a->is_taken_back, b->is_taken_back);
    if (result == 0)
        result = order(a->is_outside, b->is_outside);
    if (result == 0)
        result = order_places(a->estimate, b->estimate);
    if (result == 0)
        result = order_places(a->rate, b->rate);
    if (result == 0)
        result = order_places(a->share, b->share);
    if (result == 0)
        result = order(a->department_id, b->department_id);
    if (result == 0)
        result = order(a->millionths, b->millionths);
    if (result == 0)
        result = order(a->adjustment.id, b->adjustment.id);
    return result;
}

static int compare_parts(const void *left, const void *right)
{
    return explain_compare(left, right);
}

static int push(struct reading *reading, const struct explain_part *part)
{
    struct explain *explain = reading->explain;
    struct explain_part *grown;

    if (explain->part_count == reading->room) {
        reading->room = reading->room == 0 ? 64 : reading->room * 2;
        grown = reallocarray(explain->parts, reading->room, sizeof *grown);
        if (grown == NULL)
            return fault_no_memory(reading->fault);
        explain->parts = grown;
    }
    explain->parts[explain->part_count++] = *part;
    return 0;
}

static int take_day(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;
    struct explain_item item = {
        .robot_id = row->robot_id,
        .day = row->period,
        .booking = row->booking,
        .department_id = row->department_id,
        .outcome = row->outcome,
        .count = attempt_outcome_sign(row->outcome) * row->count,
    };
    struct explain_part part;
    bool is_any = false;
    int result;

    if (item.count == 0 || !explain_is_in_range(reading->explain, &item))
        return 0;
    result = explain_value(reading->explain, &item, &part, &is_any, reading->fault);
    if (result < 0 || !is_any)
        return result;
    return push(reading, &part);
}

/* The months of completion that have something booked in the range. */
struct span {
    const struct explain *explain;
    int32_t first, last;
};

static int widen(const struct rollup_row *row, void *context)
{
    struct span *span = context;
    int32_t month = row->period;
    bool counts = row->booking == month
                      ? clock_last_day_of_month(month) >= span->explain->cells.from_day &&
                            clock_first_day_of_month(month) <= span->explain->cells.to_day
                      : clock_last_day_of_month(row->booking) >= span->explain->cells.from_day &&
                            clock_last_day_of_month(row->booking) <= span->explain->cells.to_day;

    if (counts && month < span->first)
        span->first = month;
    if (counts && month > span->last)
        span->last = month;
    return 0;
}

static int take_adjustment(const struct adjustment *adjustment, void *context)
{
    struct reading *reading = context;
    const struct explain *explain = reading->explain;
    int32_t day = clock_last_day_of_month(adjustment->booking);
    struct explain_part part = {.kind = EXPLAIN_ADJUSTMENT, .adjustment = *adjustment};
    size_t i;

    part.robot = robot_list_find_id(&explain->cells.robots, adjustment->robot_id);
    if (part.robot == NULL)
        return fault_set(reading->fault, -EBADMSG,
                         "adjustment %" PRId64 " is of a robot that is not there; run automagi "
                         "verify",
                         adjustment->id);
    if (day < explain->cells.from_day || day > explain->cells.to_day ||
        (explain->robot != NULL && explain->robot != part.robot))
        return 0;
    for (i = 0; i < adjustment->part_count; i++) {
        const struct figure *figure = &adjustment->parts[i];
        struct saved_amount amount = {.tasks = figure->tasks,
                                      .uncounted = figure->uncounted,
                                      .helped = figure->helped,
                                      .minutes = figure->minutes,
                                      .kroner = figure->kroner};

        if ((!explain->is_of_department ||
             task_department_place(&explain->cells.organisation, figure->department_id) ==
                 explain->place) &&
            !saved_amount_add(&part.amount, &amount))
            return refuse_size(part.robot, reading->fault);
    }
    if (saved_amount_is_zero(&part.amount))
        return 0;
    part.first_day = clock_first_day_of_month(adjustment->month);
    part.last_day = clock_last_day_of_month(adjustment->month);
    part.late_booking = adjustment->booking;
    part.adjustment.parts = NULL;
    part.adjustment.part_count = 0;
    part.reason = strdup(adjustment->reason);
    part.by_whom = strdup(adjustment->by_whom);
    part.adjustment.reason = part.reason;
    part.adjustment.by_whom = part.by_whom;
    if (part.reason != NULL && part.by_whom != NULL && push(reading, &part) == 0)
        return 0; // NOLINT(clang-analyzer-unix.Malloc): the list owns the texts now
    free(part.reason);
    free(part.by_whom);
    return fault_no_memory(reading->fault);
}

/* Sorts, and makes one part of those that are valued alike. */
static int merge(struct reading *reading)
{
    struct explain *explain = reading->explain;
    struct explain_part *parts = explain->parts;
    size_t kept = 0;
    size_t i;

    if (parts == NULL)
        return 0;
    qsort(parts, explain->part_count, sizeof *parts, compare_parts);
    for (i = 0; i < explain->part_count; i++) {
        struct explain_part *part = &parts[i];
        struct explain_part *last = kept > 0 ? &parts[kept - 1] : NULL;

        if (!saved_amount_add(&explain->of_parts, &part->amount))
            return refuse_size(part->robot, reading->fault);
        if (last == NULL || explain_compare(last, part) != 0) {
            parts[kept++] = *part;
            continue;
        }
        if (!saved_amount_add(&last->amount, &part->amount) ||
            __builtin_add_overflow(last->count, part->count, &last->count))
            return refuse_size(part->robot, reading->fault);
        if (part->first_day < last->first_day)
            last->first_day = part->first_day;
        if (part->last_day > last->last_day)
            last->last_day = part->last_day;
    }
    explain->part_count = kept;
    return 0;
}

int explain_read_parts(struct store *store, struct explain *explain, struct fault *fault)
{
    struct reading reading = {.explain = explain, .fault = fault};
    struct span span = {.explain = explain, .first = INT32_MAX, .last = INT32_MIN};
    int result = rollup_each_month(store, INT32_MIN, INT32_MAX, widen, &span, fault);

    if (result == 0 && span.first <= span.last)
        result = rollup_each_day(store, clock_first_day_of_month(span.first),
                                 clock_last_day_of_month(span.last), take_day, &reading, fault);
    if (result == 0)
        result = adjustment_each(store, take_adjustment, &reading, fault);
    if (result == 0)
        result = merge(&reading);
    return result;
}
