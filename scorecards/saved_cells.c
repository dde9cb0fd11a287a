/* Which sums of the store count in a range, and whether by month or by day. */
#include "scorecards/saved_cells.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/cost.h"
#include "core/store/ledger.h"
#include "core/store/period.h"
#include "core/store/store.h"
#include "scorecards/saved_cells_inner.h"

/* Four hundred years: more than clock.h's dates span. */
enum { MONTHS_MAX = 4800 };

struct reading {
    struct store *store;
    struct fault *fault;
    const struct saved_query *query;
    struct saved_cells cells;
    struct cell_list list;
    size_t robot_hint;   /* where the last one was found */
    int32_t *day_months; /* months to be read by the day, ascending */
    size_t day_month_count, day_month_room;
    int32_t first_day, last_day; /* of all tasks and gains; first > last: none */
};

static bool is_task(enum attempt_outcome outcome)
{
    return attempt_outcome_sign(outcome) != 0;
}

/* ---- from the first task or gain, to the last ---- */

static int widen_by_day(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;
    int32_t counted;

    if (!is_task(row->outcome))
        return 0;
    counted = row->booking == clock_month_of_day(row->period)
                  ? row->period
                  : clock_last_day_of_month(row->booking);
    if (row->period < reading->first_day)
        reading->first_day = row->period;
    if (counted > reading->last_day)
        reading->last_day = counted;
    return 0;
}

/* Only finds the outermost months: then two months of days are enough. */
static int widen_by_month(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;

    if (!is_task(row->outcome))
        return 0;
    if (row->period < reading->first_day)
        reading->first_day = row->period;
    if (row->period > reading->last_day)
        reading->last_day = row->period;
    return 0;
}

/* What is booked late counts on the last day of a month that may not be over yet. */
static void widen_to_month(struct reading *reading, int32_t booking)
{
    if (clock_last_day_of_month(booking) > reading->last_day)
        reading->last_day = clock_last_day_of_month(booking);
}

/* A booking lies in its month of completion or later; the latest booking need not be of
 * the last month, so bookings are taken from the months. */
static int widen_by_booking(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;

    if (is_task(row->outcome) && row->booking != row->period)
        widen_to_month(reading, row->booking);
    return 0;
}

static int widen_by_adjustment(const struct adjustment *adjustment, void *context)
{
    widen_to_month(context, adjustment->booking);
    return 0;
}

/* Gains count on their day or, late, on the last one of their booking month; there may be some before the first task
 * and behind the last, and without any. */
static int widen_by_gain(const struct gain *gain, void *context)
{
    struct reading *reading = context;
    int32_t counted = gain->booking == clock_month_of_day(gain->day)
                          ? gain->day
                          : clock_last_day_of_month(gain->booking);

    if (gain->day < reading->first_day)
        reading->first_day = gain->day;
    if (counted > reading->last_day)
        reading->last_day = counted;
    return 0;
}

static int find_span_of_tasks(struct reading *reading)
{
    int32_t first_month;
    int32_t last_month;
    int result;

    reading->first_day = INT32_MAX;
    reading->last_day = INT32_MIN;
    result = rollup_each_month(reading->store, INT32_MIN, INT32_MAX, widen_by_month, reading,
                               reading->fault);
    if (result < 0 || reading->first_day > reading->last_day)
        return result;
    first_month = reading->first_day;
    last_month = reading->last_day;
    reading->first_day = INT32_MAX;
    reading->last_day = INT32_MIN;
    result = rollup_each_day(reading->store, clock_first_day_of_month(first_month),
                             clock_last_day_of_month(first_month), widen_by_day, reading,
                             reading->fault);
    if (result == 0 && last_month != first_month)
        result = rollup_each_day(reading->store, clock_first_day_of_month(last_month),
                                 clock_last_day_of_month(last_month), widen_by_day, reading,
                                 reading->fault);
    if (result == 0)
        result = rollup_each_month(reading->store, INT32_MIN, INT32_MAX, widen_by_booking, reading,
                                   reading->fault);
    if (result == 0)
        result = adjustment_each(reading->store, widen_by_adjustment, reading, reading->fault);
    return result;
}

static int find_span(struct reading *reading)
{
    int result = find_span_of_tasks(reading);

    return result == 0 ? gain_each(reading->store, widen_by_gain, reading, reading->fault) : result;
}

static int set_range(struct reading *reading, int32_t from_day, int32_t to_day)
{
    struct saved_cells *sums = &reading->cells;
    int result = 0;

    if (from_day == INT32_MIN || to_day == INT32_MAX)
        result = find_span(reading);
    if (result < 0)
        return result;
    sums->from_day = from_day;
    sums->to_day = to_day;
    if (to_day == INT32_MAX) {
        sums->to_day = clock_local_day(clock_now_ms());
        if (reading->last_day > sums->to_day)
            sums->to_day = reading->last_day;
        if (from_day > sums->to_day)
            sums->to_day = from_day;
    }
    if (from_day == INT32_MIN)
        sums->from_day = reading->first_day < sums->to_day ? reading->first_day : sums->to_day;
    if (clock_month_of_day(sums->to_day) - clock_month_of_day(sums->from_day) >= MONTHS_MAX)
        return fault_set(reading->fault, -EINVAL, "a range of more than %d months", MONTHS_MAX);
    return 0;
}

/* ---- what is valued alike ---- */

static bool is_inside(int32_t month, int32_t day)
{
    return day > clock_first_day_of_month(month) && day <= clock_last_day_of_month(month);
}

static bool is_reorganised(const struct organisation *organisation, int32_t month)
{
    size_t i;

    for (i = 0; i < organisation->department_count; i++)
        if (organisation->departments[i].successor_count > 0 &&
            is_inside(month, organisation->departments[i].successors[0].from_day))
            return true;
    return false;
}

/* The first day with a signed estimate of the kind, or a day before all others. */
static int32_t first_estimate(const struct robot *robot, enum estimate_kind kind)
{
    size_t i;

    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].kind == kind && robot->estimates[i].signed_by != NULL)
            return robot->estimates[i].from_day;
    return INT32_MIN;
}

static int32_t first_shares(const struct robot *robot)
{
    return robot->share_count > 0 ? robot->shares[0].from_day : INT32_MIN;
}

static bool is_of_fixed_days(const struct valuation *as_if)
{
    return as_if->estimate_day != VALUATION_OWN && as_if->rate_day != VALUATION_OWN &&
           as_if->share_day != VALUATION_OWN;
}

/* Held against fixed days only its first values can begin in the month (change_valuation()). */
static bool is_begun_inside(const struct robot *robot, int32_t month)
{
    return is_inside(month, first_estimate(robot, ESTIMATE_TASK)) ||
           is_inside(month, first_estimate(robot, ESTIMATE_HANDOVER)) ||
           is_inside(month, first_shares(robot));
}

/* Is every day of the month worth the same for this robot? */
static bool is_unbroken(const struct reading *reading, const struct robot *robot, int32_t month)
{
    size_t i;

    if (reading->query->as_if != NULL && is_of_fixed_days(reading->query->as_if))
        return !is_begun_inside(robot, month);
    for (i = 0; i < reading->cells.organisation.rate_count; i++)
        if (is_inside(month, reading->cells.organisation.rates[i].from_day))
            return false;
    if (is_reorganised(&reading->cells.organisation, month))
        return false;
    for (i = 0; i < robot->share_count; i++)
        if (is_inside(month, robot->shares[i].from_day))
            return false;
    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].signed_by != NULL && is_inside(month, robot->estimates[i].from_day))
            return false;
    return true;
}

static bool is_in_range(const struct reading *reading, int32_t day)
{
    return day >= reading->cells.from_day && day <= reading->cells.to_day;
}

static bool is_month_in_range(const struct reading *reading, int32_t month)
{
    return clock_first_day_of_month(month) >= reading->cells.from_day &&
           clock_last_day_of_month(month) <= reading->cells.to_day;
}

/* Can the month's own sum be used for rows booked in `booking`? Those booked late count whole
 * or not at all. */
static bool is_by_month(const struct reading *reading, const struct robot *robot, int32_t month,
                        int32_t booking)
{
    bool is_whole =
        (booking != month && !reading->query->by_completion) || is_month_in_range(reading, month);

    return is_whole && is_unbroken(reading, robot, month);
}

/* ---- the two passes ---- */

/* Rows come by robot, so the next one is mostly the next in the list. */
static const struct robot *find_robot(struct reading *reading, int64_t id)
{
    size_t count = reading->cells.robots.count;
    size_t i;

    for (i = 0; i < count; i++) {
        size_t at = (reading->robot_hint + i) % count;

        if (reading->cells.robots.robots[at].id == id) {
            reading->robot_hint = at;
            return &reading->cells.robots.robots[at];
        }
    }
    (void)fault_set(reading->fault, -EBADMSG,
                    "the sums name robot number %" PRId64 ", which is not there; "
                    "run automagi verify",
                    id);
    return NULL;
}

/* A robot that began after the day asked for has nothing to be held against but its own first values; and what
 * was done before these began was worth nothing, and stays so: a value given to it here the next step of
 * changes.h would only take back. */
static int32_t held_against(int32_t asked, int32_t first, int32_t own)
{
    if (asked >= first)
        return asked;
    return own < first ? own : first;
}

static void change_valuation(struct cell_part *part, const struct valuation *as_if)
{
    const struct robot *robot = part->robot;

    if (as_if->estimate_day != VALUATION_OWN)
        part->at.estimate_day =
            held_against(as_if->estimate_day,
                         first_estimate(robot, part->is_help ? ESTIMATE_HANDOVER : ESTIMATE_TASK),
                         part->at.estimate_day);
    if (as_if->rate_day != VALUATION_OWN)
        part->at.rate_day = as_if->rate_day;
    if (as_if->share_day != VALUATION_OWN)
        part->at.share_day =
            part->department_id != 0 /* then shares do not matter: mergers alone */
                ? as_if->share_day
                : held_against(as_if->share_day, first_shares(robot), part->at.share_day);
    if (as_if->booking != VALUATION_OWN)
        part->at.booking = as_if->booking;
}

static int add(struct reading *reading, const struct rollup_row *row, const struct robot *robot,
               int32_t day)
{
    struct cell_part part = {
        .robot = robot,
        .department_id = row->department_id,
        .month = clock_month_of_day(day),
        .booking = row->booking,
        .at = valuation_of(day, reading->query->value_booking != 0 ? reading->query->value_booking
                                                                   : row->booking),
        .count = attempt_outcome_sign(row->outcome) * row->count,
        .is_help = row->outcome == ATTEMPT_HELPED || row->outcome == ATTEMPT_UNHELPED,
    };

    if (reading->query->as_if != NULL)
        change_valuation(&part, reading->query->as_if);
    return cell_list_add(&reading->list, &reading->cells, &part, reading->fault);
}

static int want_days(struct reading *reading, int32_t month)
{
    size_t count = reading->day_month_count;
    int32_t *months;

    if (count > 0 && reading->day_months[count - 1] == month)
        return 0;
    if (count == reading->day_month_room) {
        reading->day_month_room = count == 0 ? 64 : count * 2;
        months = reallocarray(reading->day_months, reading->day_month_room, sizeof *months);
        if (months == NULL)
            return fault_no_memory(reading->fault);
        reading->day_months = months;
    }
    reading->day_months[reading->day_month_count++] = month;
    return 0;
}

static bool is_booked_in_time(const struct reading *reading, int32_t booking)
{
    return reading->query->booked_before == 0 || booking < reading->query->booked_before;
}

static int take_month(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;
    const struct robot *robot;
    int32_t month = row->period;
    bool counts;

    if (!is_task(row->outcome) || !is_booked_in_time(reading, row->booking))
        return 0;
    if (row->booking == month || reading->query->by_completion)
        counts = clock_last_day_of_month(month) >= reading->cells.from_day &&
                 clock_first_day_of_month(month) <= reading->cells.to_day;
    else
        counts = is_in_range(reading, clock_last_day_of_month(row->booking));
    if (!counts)
        return 0;
    robot = find_robot(reading, row->robot_id);
    if (robot == NULL)
        return -EBADMSG;
    if (!is_by_month(reading, robot, month, row->booking))
        return want_days(reading, month);
    return add(reading, row, robot, clock_first_day_of_month(month));
}

static int take_day(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;
    const struct robot *robot;
    int32_t month = clock_month_of_day(row->period);

    if (!is_task(row->outcome) || !is_booked_in_time(reading, row->booking) ||
        !is_in_range(reading, row->booking == month || reading->query->by_completion
                                  ? row->period
                                  : clock_last_day_of_month(row->booking)))
        return 0;
    robot = find_robot(reading, row->robot_id);
    if (robot == NULL)
        return -EBADMSG;
    if (is_by_month(reading, robot, month, row->booking))
        return 0; /* it was in the month's sum */
    return add(reading, row, robot, row->period);
}

static int take_all(struct reading *reading)
{
    size_t i;
    size_t next;
    int result = rollup_each_month(reading->store, INT32_MIN, INT32_MAX, take_month, reading,
                                   reading->fault);

    for (i = 0; i < reading->day_month_count && result == 0; i = next) {
        for (next = i + 1; next < reading->day_month_count &&
                           reading->day_months[next] == reading->day_months[next - 1] + 1;)
            next++;
        result = rollup_each_day(reading->store, clock_first_day_of_month(reading->day_months[i]),
                                 clock_last_day_of_month(reading->day_months[next - 1]), take_day,
                                 reading, reading->fault);
    }
    return result;
}

static int take_adjustment(const struct adjustment *adjustment, void *context)
{
    struct reading *reading = context;
    int32_t month = reading->query->by_completion ? adjustment->month : adjustment->booking;
    const struct robot *robot;

    if (!is_in_range(reading, clock_last_day_of_month(month)))
        return 0;
    robot = find_robot(reading, adjustment->robot_id);
    if (robot == NULL)
        return -EBADMSG;
    return cell_list_adjust(&reading->list, &reading->cells, robot, adjustment, reading->fault);
}

static int read_all(struct reading *reading)
{
    struct saved_cells *cells = &reading->cells;
    int result = organisation_read(reading->store, &cells->organisation, reading->fault);

    if (result == 0)
        result = robot_list_read(reading->store, &cells->robots, reading->fault);
    if (result == 0)
        result = period_open_from(reading->store, &cells->open_from, reading->fault);
    if (result == 0)
        result = set_range(reading, reading->query->from_day, reading->query->to_day);
    if (result == 0)
        result = take_all(reading);
    if (result == 0 && reading->query->as_if == NULL && reading->query->value_booking == 0)
        result = adjustment_each(reading->store, take_adjustment, reading, reading->fault);
    if (result == 0)
        result = cell_list_finish(&reading->list, cells, reading->fault);
    return result;
}

int saved_cells_read(struct store *store, const struct saved_query *query,
                     struct saved_cells *ret_cells, struct fault *fault)
{
    struct reading reading = {.store = store, .fault = fault, .query = query};
    bool is_entered = false;
    int result;

    if (query->from_day > query->to_day)
        return fault_set(fault, -EINVAL, "the first day of the range is after its last day");
    result = store_view_enter(store, &is_entered, fault);
    if (result < 0)
        return result;
    result = read_all(&reading);
    store_view_leave(store, is_entered);
    free(reading.day_months);
    cell_list_release(&reading.list);
    if (result < 0)
        saved_cells_release(&reading.cells);
    else
        *ret_cells = reading.cells;
    return result;
}

void saved_cells_release(struct saved_cells *cells)
{
    if (cells == NULL)
        return;
    robot_list_release(&cells->robots);
    organisation_release(&cells->organisation);
    free(cells->cells);
    *cells = (struct saved_cells){.count = 0};
}
