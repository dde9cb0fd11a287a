/* What a robot's history says of its months to come, and of each department's part in them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "scorecards/forecast_inner.h"

/* One kind of tasks of the robot: those with one department of their own, or those that its shares
 * divide. */
struct sorting {
    const struct forecast_basis *basis;
    const struct robot *robot;
    const struct forecast_history *history;
    struct valuation at;
    int32_t *months; /* the denominator, ascending */
    struct forecast_outlook *outlook;
    int64_t *millionths;    /* of each place: of the kind at hand */
    double *squares, *sums; /* of each place: what its unit is made of */
    int64_t kind_tasks;
};

static int take_part(size_t place, int64_t millionths, void *context)
{
    struct sorting *sorting = context;

    sorting->millionths[place] += millionths;
    return 0;
}

/* The place of the month in the denominator, or its length. */
static size_t find_month(const struct sorting *sorting, int32_t month)
{
    size_t low = 0;
    size_t high = (size_t)sorting->outlook->months;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sorting->months[middle] < month)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < (size_t)sorting->outlook->months && sorting->months[low] == month)
        return low;
    return (size_t)sorting->outlook->months;
}

static bool add_count(struct sorting *sorting, const struct forecast_count *count)
{
    struct forecast_outlook *outlook = sorting->outlook;
    size_t month = find_month(sorting, count->month);
    size_t months = (size_t)outlook->months;
    size_t place;

    if (month == months)
        return true;
    if (__builtin_add_overflow(outlook->tasks, count->count, &outlook->tasks))
        return false;
    sorting->kind_tasks += count->count;
    for (place = 0; place < sorting->basis->places; place++)
        outlook->series[place * months + month] +=
            (double)count->count * (double)sorting->millionths[place] / SHARE_WHOLE;
    outlook->series[place * months + month] += (double)count->count;
    return true;
}

/* Tasks of one kind, all of them at once: what they are in a place is the same for each. */
static int add_kind(struct sorting *sorting, int64_t department_id)
{
    size_t place;
    size_t i;
    int result;

    for (place = 0; place < sorting->basis->places; place++)
        sorting->millionths[place] = 0;
    sorting->kind_tasks = 0;
    result = task_shares_each(&sorting->basis->organisation, sorting->robot, department_id,
                              &sorting->at, take_part, sorting);
    for (i = 0; i < sorting->history->count && result == 0; i++)
        if (sorting->history->counts[i].department_id == department_id &&
            !add_count(sorting, &sorting->history->counts[i]))
            result = -ERANGE;
    for (place = 0; place < sorting->basis->places && result == 0; place++) {
        double part = (double)sorting->millionths[place] / SHARE_WHOLE;
        double tasks = (double)sorting->kind_tasks + (department_id == 0 ? 0.5 : 0);

        sorting->outlook->parts[place] += (int128)sorting->kind_tasks * sorting->millionths[place];
        sorting->squares[place] += part * part * tasks;
        sorting->sums[place] += part * tasks;
    }
    return result;
}

static bool came_before(const struct forecast_history *history, size_t index)
{
    size_t i;

    for (i = 0; i < index; i++)
        if (history->counts[i].department_id == history->counts[index].department_id)
            return true;
    return false;
}

static int add_kinds(struct sorting *sorting)
{
    const struct forecast_history *history = sorting->history;
    size_t place;
    size_t i;
    int result = add_kind(sorting, 0);

    for (i = 0; i < history->count && result == 0; i++)
        if (history->counts[i].department_id != 0 && !came_before(history, i))
            result = add_kind(sorting, history->counts[i].department_id);
    for (place = 0; place < sorting->basis->places; place++)
        sorting->outlook->units[place] =
            sorting->sums[place] > 0 ? sorting->squares[place] / sorting->sums[place] : 0;
    sorting->outlook->units[place] = 1;
    return result;
}

/* The months in operation of first..last; their number. */
static int32_t list_months(const struct robot *robot, int32_t first, int32_t last, int32_t *months)
{
    int32_t count = 0;
    int32_t month;

    if (robot->operation_count == 0)
        return 0;
    month = clock_month_of_day(robot->operations[0].from_day);
    for (month = month > first ? month : first; month <= last; month++)
        if (forecast_operates_in(robot, month)) {
            if (months != NULL)
                months[count] = month;
            count++;
        }
    return count;
}

int forecast_outlook_between(const struct forecast_basis *basis, size_t robot,
                             const struct forecast_query *query, const int32_t *between,
                             struct forecast_outlook *outlook, struct fault *fault)
{
    struct sorting sorting = {
        .basis = basis,
        .robot = &basis->robots.robots[robot],
        .history = &basis->histories[robot],
        .at = {query->estimate_day, query->rate_day, query->share_day, BOOKING_LATEST},
        .outlook = outlook};
    size_t months;
    int result = -ENOMEM;

    outlook->months = list_months(sorting.robot, between[0], between[1], NULL);
    outlook->value = task_value_on(&basis->organisation, sorting.robot, ESTIMATE_TASK, &sorting.at);
    months = (size_t)outlook->months;
    outlook->parts = calloc(basis->places, sizeof *outlook->parts);
    outlook->series = calloc((basis->places + 1) * (months + 1), sizeof *outlook->series);
    outlook->units = calloc(basis->places + 1, sizeof *outlook->units);
    sorting.months = calloc(months + 1, sizeof *sorting.months);
    sorting.millionths = calloc(basis->places, sizeof *sorting.millionths);
    sorting.squares = calloc(basis->places, sizeof *sorting.squares);
    sorting.sums = calloc(basis->places, sizeof *sorting.sums);
    if (outlook->parts != NULL && outlook->series != NULL && outlook->units != NULL &&
        sorting.months != NULL && sorting.millionths != NULL && sorting.squares != NULL &&
        sorting.sums != NULL) {
        (void)list_months(sorting.robot, between[0], between[1], sorting.months);
        result = add_kinds(&sorting);
    }
    free(sorting.sums);
    free(sorting.squares);
    free(sorting.millionths);
    free(sorting.months);
    if (result == -ENOMEM)
        return fault_no_memory(fault);
    return result == 0 ? 0
                       : fault_set(fault, result, "the tasks of robot %s are too many to add up",
                                   sorting.robot->slug);
}

int forecast_outlook_read(const struct forecast_basis *basis, size_t robot,
                          const struct forecast_query *query, struct forecast_outlook *outlook,
                          struct fault *fault)
{
    int32_t between[2] = {INT32_MIN, forecast_complete_month(query->as_of)};

    return forecast_outlook_between(basis, robot, query, between, outlook, fault);
}

void forecast_outlook_release(struct forecast_outlook *outlook)
{
    free(outlook->parts);
    free(outlook->series);
    free(outlook->units);
    *outlook = (struct forecast_outlook){.months = 0};
}

/* tasks / months so far × months to come × estimate (× rate): task_value.h's scales. */
void forecast_outlook_amount(const struct forecast_outlook *outlook, size_t place, int32_t months,
                             mpq_ptr minutes_hundredths, mpq_ptr kroner)
{
    if (outlook->months == 0 || !outlook->value.is_signed) {
        mpq_set_si(minutes_hundredths, 0, 1);
        mpq_set_si(kroner, 0, 1);
        return;
    }
    fraction_set(minutes_hundredths, outlook->parts[place], (int128)SHARE_WHOLE * outlook->months);
    fraction_multiply(minutes_hundredths, months);
    fraction_multiply(minutes_hundredths, outlook->value.hundredths);
    fraction_set(kroner, outlook->value.ore_per_hour, TASK_KRONER_SCALE / SHARE_WHOLE);
    mpq_mul(kroner, kroner, minutes_hundredths);
}

struct forecast_error forecast_outlook_error(const struct forecast_outlook *outlook, size_t place,
                                             int32_t months)
{
    struct forecast_error error = {.mean = 0};
    size_t length = (size_t)outlook->months;

    if (length == 0 || months == 0 || !outlook->value.is_signed)
        return error;
    error =
        forecast_error_of(&outlook->series[place * length], length, outlook->units[place], months);
    return forecast_error_scaled(&error, (double)outlook->value.hundredths *
                                             (double)outlook->value.ore_per_hour /
                                             ((double)TASK_KRONER_SCALE / SHARE_WHOLE));
}
