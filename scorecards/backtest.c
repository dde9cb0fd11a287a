#include "scorecards/backtest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/forecast_inner.h"
#include "scorecards/forecast_percent.h"
#include "scorecards/savings.h"

/* Sums of a month end, of all month ends, and what they are made from. */
enum number {
    TASKS,
    TASKS_CAME,
    KRONER,
    CAME,
    ALL_KRONER,
    ALL_CAME,
    ERRORS,
    PART,
    MINUTES,
    NUMBERS
};

struct testing {
    const struct backtest_query *query;
    struct forecast_basis basis;
    size_t place; /* basis.places: all */
    mpq_ptr numbers;
    struct forecast_error error; /* of the month end */
    bool is_valued;              /* a robot took part in it */
    size_t error_count;          /* month ends with an error in percent */
    struct backtest backtest;
    size_t room;
    struct fault *fault;
};

static int find_place(struct testing *testing)
{
    const struct organisation *organisation = &testing->basis.organisation;
    const char *slug = testing->query->department;
    const struct department *department;

    testing->place = testing->basis.places;
    if (slug == NULL)
        return 0;
    if (savings_department(organisation, slug, &department, testing->fault) < 0)
        return -ENOENT;
    testing->place = department != NULL ? (size_t)(department - organisation->departments)
                                        : organisation->department_count;
    return 0;
}

/* Tasks and kroner of the outlook in a place, or all: those of `months` months. */
static void add_amount(struct testing *testing, const struct forecast_outlook *outlook,
                       int32_t months, enum number tasks, enum number kroner)
{
    mpq_ptr part = &testing->numbers[PART];
    mpq_ptr minutes = &testing->numbers[MINUTES];
    size_t place;

    for (place = 0; place < testing->basis.places; place++) {
        if (testing->place != testing->basis.places && testing->place != place)
            continue;
        forecast_outlook_amount(outlook, place, months, minutes, part);
        fraction_add(&testing->numbers[kroner], part);
        fraction_set(part, outlook->parts[place], (int128)SHARE_WHOLE * outlook->months);
        fraction_multiply(part, months);
        fraction_add(&testing->numbers[tasks], part);
    }
}

static int add_robot(struct testing *testing, size_t robot, int32_t day, const int32_t *between)
{
    struct forecast_query query = forecast_query_of(clock_month_of_day(day) / 12, day);
    struct forecast_outlook outlook = {.months = 0};
    struct forecast_outlook came = {.months = 0};
    struct forecast_error error;
    int result;

    if (!forecast_goes_on(&testing->basis.robots.robots[robot], day))
        return 0;
    result = forecast_outlook_read(&testing->basis, robot, &query, &outlook, testing->fault);
    if (result == 0)
        result = forecast_outlook_between(&testing->basis, robot, &query, between, &came,
                                          testing->fault);
    if (result == 0 && outlook.months > 0 && came.months > 0 && outlook.value.is_signed &&
        outlook.units[testing->place] > 0) {
        add_amount(testing, &outlook, came.months, TASKS, KRONER);
        add_amount(testing, &came, came.months, TASKS_CAME, CAME);
        error = forecast_outlook_error(&outlook, testing->place, came.months);
        forecast_error_add(&testing->error, &error);
        testing->is_valued = true;
    }
    forecast_outlook_release(&came);
    forecast_outlook_release(&outlook);
    return result;
}

/* The month end's row, from its sums. */
static int finish_row(struct testing *testing, struct backtest_row *row)
{
    mpq_ptr numbers = testing->numbers;
    mpq_ptr difference = &numbers[PART];
    int result = fraction_half_up(&numbers[TASKS], &row->tasks);

    if (result == 0)
        result = fraction_half_up(&numbers[TASKS_CAME], &row->tasks_came);
    if (result == 0)
        result = fraction_half_up(&numbers[KRONER], &row->kroner);
    if (result == 0)
        result = fraction_half_up(&numbers[CAME], &row->kroner_came);
    if (result < 0)
        return result;
    forecast_bounds(&testing->error, 0, row->kroner, &row->low, &row->high);
    row->is_held = row->low <= row->kroner_came && row->kroner_came <= row->high;
    mpq_sub(difference, &numbers[KRONER], &numbers[CAME]);
    result = forecast_percent_between(difference, &numbers[CAME], 10, &row->error);
    if (result == 0 && row->error.is_defined) {
        mpq_div(difference, difference, &numbers[CAME]);
        mpq_abs(difference, difference);
        fraction_add(&numbers[ERRORS], difference);
        testing->error_count++;
    }
    fraction_add(&numbers[ALL_KRONER], &numbers[KRONER]);
    fraction_add(&numbers[ALL_CAME], &numbers[CAME]);
    return result;
}

static int push(struct testing *testing, const struct backtest_row *row)
{
    struct backtest *backtest = &testing->backtest;

    if (backtest->count == testing->room) {
        size_t room = testing->room == 0 ? 64 : testing->room * 2;
        struct backtest_row *grown = reallocarray(backtest->rows, room, sizeof *grown);

        if (grown == NULL)
            return -ENOMEM;
        backtest->rows = grown;
        testing->room = room;
    }
    backtest->rows[backtest->count++] = *row;
    if (row->is_held)
        backtest->held++;
    return 0;
}

static int test_month(struct testing *testing, int32_t month, int32_t complete)
{
    int32_t between[2] = {month + 1, month + BACKTEST_MONTHS};
    struct backtest_row row = {.day = clock_last_day_of_month(month)};
    size_t i;
    int result = 0;

    if (between[1] > complete)
        between[1] = complete;
    row.months = between[1] - month;
    for (i = TASKS; i <= CAME; i++)
        mpq_set_si(&testing->numbers[i], 0, 1);
    testing->error = (struct forecast_error){.mean = 0};
    testing->is_valued = false;
    for (i = 0; i < testing->basis.robots.count && result == 0; i++)
        if (testing->query->robot_id == 0 ||
            testing->query->robot_id == testing->basis.robots.robots[i].id)
            result = add_robot(testing, i, row.day, between);
    if (result < 0 || !testing->is_valued)
        return result;
    result = finish_row(testing, &row);
    if (result == 0)
        result = push(testing, &row);
    if (result == -ENOMEM)
        return fault_no_memory(testing->fault);
    return result == 0 ? 0
                       : fault_set(testing->fault, result, "the forecasts are too large to add up");
}

static int summarise(struct testing *testing)
{
    mpq_ptr numbers = testing->numbers;
    int result;

    mpq_sub(&numbers[PART], &numbers[ALL_KRONER], &numbers[ALL_CAME]);
    result =
        forecast_percent_between(&numbers[PART], &numbers[ALL_CAME], 10, &testing->backtest.bias);
    fraction_set(&numbers[PART], (int128)testing->error_count, 1);
    if (result == 0)
        result = forecast_percent_between(&numbers[ERRORS], &numbers[PART], 10,
                                          &testing->backtest.error);
    return result == 0 ? 0
                       : fault_set(testing->fault, result, "the forecasts are too large to add up");
}

static int test_all(struct testing *testing)
{
    int32_t complete = forecast_complete_month(testing->query->as_of);
    int32_t month = complete;
    size_t i;
    int result = find_place(testing);

    for (i = 0; i < testing->basis.robots.count; i++) {
        const struct robot *robot = &testing->basis.robots.robots[i];

        if (robot->operation_count > 0 && clock_month_of_day(robot->operations[0].from_day) < month)
            month = clock_month_of_day(robot->operations[0].from_day);
    }
    for (; month < complete && result == 0; month++)
        result = test_month(testing, month, complete);
    return result == 0 ? summarise(testing) : result;
}

int backtest_read(struct store *store, const struct backtest_query *query,
                  struct backtest *ret_backtest, struct fault *fault)
{
    struct testing testing = {.query = query, .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = forecast_basis_read(store, &testing.basis, fault);
    store_view_leave(store, is_entered);
    testing.numbers = fractions_new(NUMBERS);
    if (result == 0 && testing.numbers == NULL)
        result = fault_no_memory(fault);
    if (result == 0)
        result = test_all(&testing);
    fractions_free(testing.numbers, NUMBERS);
    forecast_basis_release(&testing.basis);
    if (result < 0)
        backtest_release(&testing.backtest);
    else
        *ret_backtest = testing.backtest;
    return result;
}

void backtest_release(struct backtest *backtest)
{
    if (backtest == NULL)
        return;
    free(backtest->rows);
    *backtest = (struct backtest){.count = 0};
}
