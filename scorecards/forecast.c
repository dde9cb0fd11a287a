#include "scorecards/forecast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store.h"
#include "scorecards/forecast_inner.h"
#include "scorecards/forecast_percent.h"
#include "scorecards/saved_cells.h"
#include "scorecards/savings.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2199 };

/* What is foreseen of departments and of robots, before anything is rounded. */
struct amounts {
    mpq_ptr kroner, to_date;
    mpq_ptr saved; /* of to_date: what is certain; of places alone */
    struct forecast_error *error, *error_to_date;
};

struct assembling {
    struct store *store;
    const struct forecast_query *query;
    struct forecast_basis basis;
    struct amounts places, robots;
    mpq_ptr minutes; /* of places: hundredths */
    mpq_ptr scratch; /* two */
    struct forecast_error whole, whole_to_date;
    int32_t first_month, last_month; /* of the year */
    struct forecast *forecast;
    struct fault *fault;
};

struct forecast_query forecast_query_of(int32_t year, int32_t as_of)
{
    return (struct forecast_query){.year = year,
                                   .as_of = as_of,
                                   .estimate_day = as_of,
                                   .rate_day = as_of,
                                   .share_day = as_of,
                                   .budget_day = as_of};
}

static int amounts_init(struct amounts *amounts, size_t count)
{
    amounts->kroner = fractions_new(count);
    amounts->to_date = fractions_new(count);
    amounts->saved = fractions_new(count);
    amounts->error = calloc(count + 1, sizeof *amounts->error);
    amounts->error_to_date = calloc(count + 1, sizeof *amounts->error_to_date);
    if (amounts->kroner == NULL || amounts->to_date == NULL || amounts->saved == NULL ||
        amounts->error == NULL || amounts->error_to_date == NULL)
        return -ENOMEM;
    return 0;
}

static void amounts_release(struct amounts *amounts, size_t count)
{
    fractions_free(amounts->kroner, count);
    fractions_free(amounts->to_date, count);
    fractions_free(amounts->saved, count);
    free(amounts->error);
    free(amounts->error_to_date);
}

/* ---- the organisation's rule, and what is left of the year ---- */

/* A place's part of what a robot is to do in `months` months, into the place's and the robot's
 * sums. */
static void add_part(struct assembling *all, const struct forecast_outlook *outlook, size_t robot,
                     size_t place, int32_t months, bool is_to_date)
{
    mpq_ptr minutes = &all->scratch[0];
    mpq_ptr kroner = &all->scratch[1];
    struct forecast_error error = forecast_outlook_error(outlook, place, months);

    forecast_outlook_amount(outlook, place, months, minutes, kroner);
    if (is_to_date) {
        fraction_add(&all->places.to_date[place], kroner);
        fraction_add(&all->robots.to_date[robot], kroner);
        forecast_error_add(&all->places.error_to_date[place], &error);
        return;
    }
    fraction_add(&all->minutes[place], minutes);
    fraction_add(&all->places.kroner[place], kroner);
    fraction_add(&all->robots.kroner[robot], kroner);
    forecast_error_add(&all->places.error[place], &error);
}

char forecast_confidence(int32_t months)
{
    if (months >= 6)
        return 'A';
    return months >= 3 ? 'B' : 'C';
}

static int show_robot(const struct robot *robot, const struct forecast_outlook *outlook,
                      struct forecast_robot *shown)
{
    int128 mean = (int128)outlook->tasks * 100;

    (void)text_copy(shown->id, sizeof shown->id, robot->slug);
    (void)text_copy(shown->name, sizeof shown->name, robot->name);
    shown->months = outlook->months;
    shown->confidence = forecast_confidence(outlook->months);
    shown->tasks = outlook->tasks;
    if (outlook->months > 0)
        mean = decimal_divide_half_up(mean, outlook->months);
    if (mean > INT64_MAX || mean < INT64_MIN)
        return -ERANGE;
    shown->tasks_per_month_hundredths = outlook->months > 0 ? (int64_t)mean : 0;
    return 0;
}

static int add_robot(struct assembling *all, size_t index)
{
    const struct robot *robot = &all->basis.robots.robots[index];
    struct forecast_robot *shown = &all->forecast->robots[index];
    struct forecast_outlook outlook = {.months = 0};
    size_t places = all->basis.places;
    int32_t left = 0;
    size_t place;
    int result = forecast_outlook_read(&all->basis, index, all->query, &outlook, all->fault);

    if (result == 0)
        result = show_robot(robot, &outlook, shown);
    if (result == 0 && forecast_goes_on(robot, all->query->as_of)) {
        shown->months_in_year = forecast_months_in(robot, all->first_month, all->last_month);
        left = forecast_months_in(robot, forecast_left_from(all->query), all->last_month);
    }
    for (place = 0; place < places && result == 0; place++) {
        if (outlook.units[place] <= 0)
            continue; /* it has no part in the robot */
        add_part(all, &outlook, index, place, shown->months_in_year, false);
        add_part(all, &outlook, index, place, left, true);
    }
    if (result == 0) {
        all->robots.error[index] = forecast_outlook_error(&outlook, places, shown->months_in_year);
        all->robots.error_to_date[index] = forecast_outlook_error(&outlook, places, left);
        forecast_error_add(&all->whole, &all->robots.error[index]);
        forecast_error_add(&all->whole_to_date, &all->robots.error_to_date[index]);
    }
    forecast_outlook_release(&outlook);
    return result;
}

/* ---- what the months that are over saved ---- */

static int add_savings(struct assembling *all)
{
    struct saved_cells cells = {.count = 0};
    size_t i;
    int result = forecast_saved_read(all->store, all->query, &cells, all->fault);

    for (i = 0; i < cells.count && result == 0; i++) {
        const struct saved_cell *cell = &cells.cells[i];

        fraction_set(&all->scratch[0], cell->amount.kroner, TASK_KRONER_SCALE);
        fraction_add(&all->places.to_date[cell->place], &all->scratch[0]);
        fraction_add(&all->robots.to_date[cell->robot], &all->scratch[0]);
        fraction_add(&all->places.saved[cell->place], &all->scratch[0]);
    }
    saved_cells_release(&cells);
    return result;
}

/* ---- rounding ---- */

void forecast_bounds(const struct forecast_error *error, double before, int64_t kroner,
                     int64_t *ret_low, int64_t *ret_high)
{
    double low = 0;
    double high = 0;

    *ret_low = kroner;
    *ret_high = kroner;
    if (error->variance <= 0)
        return;
    forecast_error_bounds(error, &low, &high);
    low = floor(before + low);
    high = ceil(before + high);
    if (low < (double)kroner)
        *ret_low = (int64_t)low;
    if (high > (double)kroner && high < 9e18)
        *ret_high = (int64_t)high;
}

static int round_places(struct assembling *all, int64_t *whole)
{
    struct forecast *forecast = all->forecast;
    size_t count = all->basis.places;
    double saved = 0;
    double before;
    size_t i;
    int result =
        fraction_apportion(all->minutes, count, whole, &forecast->total.minutes_hundredths);

    for (i = 0; i < count && result == 0; i++)
        forecast->rows[i].minutes_hundredths = whole[i];
    if (result == 0)
        result = fraction_apportion(all->places.kroner, count, whole, &forecast->total.kroner);
    for (i = 0; i < count && result == 0; i++) {
        struct forecast_row *row = &forecast->rows[i];

        row->kroner = whole[i];
        forecast_bounds(&all->places.error[i], 0, row->kroner, &row->low, &row->high);
    }
    if (result == 0)
        result =
            fraction_apportion(all->places.to_date, count, whole, &forecast->total.kroner_to_date);
    for (i = 0; i < count && result == 0; i++) {
        struct forecast_row *row = &forecast->rows[i];

        row->kroner_to_date = whole[i];
        before = fraction_double(&all->places.saved[i]);
        forecast_bounds(&all->places.error_to_date[i], before, row->kroner_to_date,
                        &row->low_to_date, &row->high_to_date);
        saved += before;
    }
    if (result == 0)
        result = fraction_apportion(all->places.saved, count, whole, &forecast->total.saved);
    for (i = 0; i < count && result == 0; i++)
        forecast->rows[i].saved = whole[i];
    forecast_bounds(&all->whole, 0, forecast->total.kroner, &forecast->total.low,
                    &forecast->total.high);
    forecast_bounds(&all->whole_to_date, saved, forecast->total.kroner_to_date,
                    &forecast->total.low_to_date, &forecast->total.high_to_date);
    return result;
}

static int round_robots(struct assembling *all, int64_t *whole)
{
    struct forecast *forecast = all->forecast;
    size_t count = forecast->robot_count;
    int64_t total = 0;
    size_t i;
    int result = fraction_apportion(all->robots.kroner, count, whole, &total);

    for (i = 0; i < count && result == 0; i++) {
        struct forecast_robot *robot = &forecast->robots[i];

        robot->kroner = whole[i];
        forecast_bounds(&all->robots.error[i], 0, robot->kroner, &robot->low, &robot->high);
    }
    if (result == 0)
        result = fraction_apportion(all->robots.to_date, count, whole, &total);
    for (i = 0; i < count && result == 0; i++)
        forecast->robots[i].kroner_to_date = whole[i];
    return result;
}

/* ---- against the targets ---- */

static void name_row(const struct assembling *all, size_t place, struct forecast_row *row)
{
    const struct organisation *organisation = &all->basis.organisation;
    const char *id = SAVINGS_CROSS_ID;
    const char *name = SAVINGS_CROSS_NAME;

    if (place < organisation->department_count) {
        const struct department *department = &organisation->departments[place];

        id = department->slug;
        name = department_name_on(department, all->query->as_of);
        (void)organisation_budget_on(organisation, department->id, all->query->year,
                                     all->query->budget_day, &row->budget);
    }
    (void)text_copy(row->id, sizeof row->id, id);
    (void)text_copy(row->name, sizeof row->name, name);
}

static int add_targets(struct assembling *all, int64_t *targets)
{
    struct forecast *forecast = all->forecast;
    struct forecast_percentages percentages = {.sum = {.is_defined = false}};
    mpq_ptr total = &all->scratch[0];
    size_t i;
    int result = 0;

    mpq_set_si(total, 0, 1);
    for (i = 0; i < all->basis.places && result == 0; i++) {
        struct forecast_row *row = &forecast->rows[i];

        name_row(all, i, row);
        targets[i] = row->budget;
        fraction_add(total, &all->places.kroner[i]);
        result = forecast_percent_of(&all->places.kroner[i], row->budget, 1, &row->percent);
        if (result == 0)
            result =
                forecast_percent_of(&all->places.to_date[i], row->budget, 1, &row->percent_to_date);
        if (__builtin_add_overflow(forecast->total.budget, row->budget, &forecast->total.budget))
            result = -ERANGE;
    }
    if (result == 0)
        result = forecast_percent_of(total, forecast->total.budget, 1, &forecast->total.percent);
    if (result == 0)
        result = forecast_percentages_of(all->places.kroner, targets, all->basis.places - 1,
                                         &percentages);
    forecast->capped = percentages.capped;
    forecast->with_pool = percentages.with_pool;
    forecast->sum = percentages.sum;
    forecast->with_cross = percentages.with_cross;
    return result;
}

/* ---- all of it ---- */

static int make_room(struct assembling *all)
{
    size_t places = all->basis.places;
    size_t robots = all->basis.robots.count;

    all->forecast->rows = calloc(places, sizeof *all->forecast->rows);
    all->forecast->robots = calloc(robots + 1, sizeof *all->forecast->robots);
    all->forecast->row_count = places;
    all->forecast->robot_count = robots;
    all->minutes = fractions_new(places);
    all->scratch = fractions_new(2);
    if (amounts_init(&all->places, places) < 0 || amounts_init(&all->robots, robots) < 0 ||
        all->forecast->rows == NULL || all->forecast->robots == NULL || all->minutes == NULL ||
        all->scratch == NULL)
        return fault_no_memory(all->fault);
    return 0;
}

static int round_all(struct assembling *all)
{
    size_t most =
        all->basis.places > all->basis.robots.count ? all->basis.places : all->basis.robots.count;
    int64_t *whole = calloc(most, sizeof *whole);
    int result = whole != NULL ? round_places(all, whole) : -ENOMEM;

    if (result == 0)
        result = round_robots(all, whole);
    if (result == 0)
        result = add_targets(all, whole);
    free(whole);
    if (result == -ENOMEM)
        return fault_no_memory(all->fault);
    return result == 0 ? 0
                       : fault_set(all->fault, result, "the forecast of %d is too large to add up",
                                   (int)all->query->year);
}

static int read_all(struct assembling *all)
{
    size_t i;
    int result = forecast_basis_read(all->store, &all->basis, all->fault);

    if (result == 0)
        result = make_room(all);
    for (i = 0; i < all->basis.robots.count && result == 0; i++)
        result = add_robot(all, i);
    if (result == 0)
        result = add_savings(all);
    if (result == 0)
        result = round_all(all);
    return result;
}

int forecast_read(struct store *store, const struct forecast_query *query,
                  struct forecast *ret_forecast, struct fault *fault)
{
    struct forecast forecast = {.query = *query};
    struct assembling all = {.store = store,
                             .query = query,
                             .first_month = query->year * 12,
                             .last_month = query->year * 12 + 11,
                             .forecast = &forecast,
                             .fault = fault};
    bool is_entered = false;
    int result;

    if (query->year < FIRST_YEAR || query->year > LAST_YEAR)
        return fault_set(fault, -EINVAL, "the year %d is not between %d and %d", (int)query->year,
                         FIRST_YEAR, LAST_YEAR);
    result = store_view_enter(store, &is_entered, fault);
    if (result < 0)
        return result;
    result = read_all(&all);
    store_view_leave(store, is_entered);
    amounts_release(&all.places, all.basis.places);
    amounts_release(&all.robots, all.basis.robots.count);
    fractions_free(all.minutes, all.basis.places);
    fractions_free(all.scratch, 2);
    forecast_basis_release(&all.basis);
    if (result < 0)
        forecast_release(&forecast);
    else
        *ret_forecast = forecast;
    return result;
}

void forecast_release(struct forecast *forecast)
{
    if (forecast == NULL)
        return;
    free(forecast->rows);
    free(forecast->robots);
    *forecast = (struct forecast){.row_count = 0};
}
