/* Which sums of the store count in a range, and whether by month or by day. */
#include "scorecards/savings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "core/store/store.h"
#include "scorecards/savings_inner.h"

/* Four hundred years: more than clock.h's dates span. */
enum { MONTHS_MAX = 4800 };

struct reading {
    struct store *store;
    struct fault *fault;
    struct organisation organisation;
    struct robot_list robots;
    struct savings_sums sums;
    size_t robot_hint;   /* where the last one was found */
    int32_t *day_months; /* months to be read by the day, ascending */
    size_t day_month_count, day_month_room;
    int32_t first_day, last_day; /* of all tasks; first > last: none */
};

static bool is_task(enum attempt_outcome outcome)
{
    return outcome == ATTEMPT_DONE || outcome == ATTEMPT_UNDONE;
}

/* ---- from the first task, to the last ---- */

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

/* A booking lies in its month of completion or later; the latest booking need not be of
 * the last month, so bookings are taken from the months. */
static int widen_by_booking(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;

    if (is_task(row->outcome) && row->booking != row->period &&
        clock_last_day_of_month(row->booking) > reading->last_day)
        reading->last_day = clock_last_day_of_month(row->booking);
    return 0;
}

static int find_span(struct reading *reading)
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
    return result;
}

static int set_range(struct reading *reading, int32_t from_day, int32_t to_day)
{
    struct savings_sums *sums = &reading->sums;
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

/* Is every day of the month worth the same for this robot? */
static bool is_unbroken(const struct reading *reading, const struct robot *robot, int32_t month)
{
    size_t i;

    for (i = 0; i < reading->organisation.rate_count; i++)
        if (is_inside(month, reading->organisation.rates[i].from_day))
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
    return day >= reading->sums.from_day && day <= reading->sums.to_day;
}

static bool is_month_in_range(const struct reading *reading, int32_t month)
{
    return clock_first_day_of_month(month) >= reading->sums.from_day &&
           clock_last_day_of_month(month) <= reading->sums.to_day;
}

/* Can the month's own sum be used for rows booked in `booking`? Those booked late count whole
 * or not at all. */
static bool is_by_month(const struct reading *reading, const struct robot *robot, int32_t month,
                        int32_t booking)
{
    return (booking != month || is_month_in_range(reading, month)) &&
           is_unbroken(reading, robot, month);
}

/* ---- the two passes ---- */

/* Rows come by robot, so the next one is mostly the next in the list. */
static const struct robot *find_robot(struct reading *reading, int64_t id)
{
    size_t count = reading->robots.count;
    size_t i;

    for (i = 0; i < count; i++) {
        size_t at = (reading->robot_hint + i) % count;

        if (reading->robots.robots[at].id == id) {
            reading->robot_hint = at;
            return &reading->robots.robots[at];
        }
    }
    (void)fault_set(reading->fault, -EBADMSG,
                    "the sums name robot number %" PRId64 ", which is not there; "
                    "run automagi verify",
                    id);
    return NULL;
}

static int add(struct reading *reading, const struct rollup_row *row, const struct robot *robot,
               int32_t day)
{
    struct savings_part part = {
        .robot = robot,
        .department_id = row->department_id,
        .day = day,
        .booking = row->booking,
        .count = row->outcome == ATTEMPT_UNDONE ? -row->count : row->count,
    };

    return savings_sums_add(&reading->sums, &part, reading->fault);
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

static int take_month(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;
    const struct robot *robot;
    int32_t month = row->period;
    bool counts;

    if (!is_task(row->outcome))
        return 0;
    if (row->booking == month)
        counts = clock_last_day_of_month(month) >= reading->sums.from_day &&
                 clock_first_day_of_month(month) <= reading->sums.to_day;
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

    if (!is_task(row->outcome) ||
        !is_in_range(reading,
                     row->booking == month ? row->period : clock_last_day_of_month(row->booking)))
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

static int read_all(struct reading *reading, int32_t from_day, int32_t to_day,
                    struct savings *ret_savings)
{
    int result = organisation_read(reading->store, &reading->organisation, reading->fault);

    if (result == 0)
        result = robot_list_read(reading->store, &reading->robots, reading->fault);
    if (result == 0)
        result = set_range(reading, from_day, to_day);
    if (result == 0)
        result = savings_sums_init(&reading->sums, reading->fault);
    if (result == 0)
        result = take_all(reading);
    if (result == 0)
        result = savings_sums_finish(&reading->sums, ret_savings, reading->fault);
    return result;
}

int savings_read(struct store *store, int32_t from_day, int32_t to_day, enum savings_by by,
                 struct savings *ret_savings, struct fault *fault)
{
    struct reading reading = {.store = store, .fault = fault};
    bool is_entered = false;
    int result;

    if (from_day > to_day)
        return fault_set(fault, -EINVAL, "the first day of the range is after its last day");
    reading.sums.by = by;
    reading.sums.organisation = &reading.organisation;
    reading.sums.robots = &reading.robots;
    result = store_view_enter(store, &is_entered, fault);
    if (result < 0)
        return result;
    result = read_all(&reading, from_day, to_day, ret_savings);
    store_view_leave(store, is_entered);
    savings_sums_release(&reading.sums);
    robot_list_release(&reading.robots);
    organisation_release(&reading.organisation);
    free(reading.day_months);
    return result;
}
