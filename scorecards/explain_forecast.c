#include "scorecards/explain_forecast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store.h"
#include "scorecards/forecast_inner.h"
#include "scorecards/savings.h"

struct opening {
    struct explain_forecast explain;
    const struct robot *robot;
    mpq_ptr sum;     /* of the kroner */
    mpq_ptr scratch; /* four */
    struct fault *fault;
};

static int find(struct opening *opening, const char *department, const char *robot)
{
    struct explain_forecast *explain = &opening->explain;
    const struct organisation *organisation = &explain->basis->organisation;
    const struct department *found = NULL;

    if (department != NULL) {
        if (savings_department(organisation, department, &found, opening->fault) < 0)
            return -ENOENT;
        explain->is_of_department = true;
        explain->place = task_department_place(organisation, found != NULL ? found->id : 0);
        (void)text_copy(explain->name, sizeof explain->name,
                        found != NULL ? department_name_on(found, explain->query.as_of)
                                      : SAVINGS_CROSS_NAME);
    }
    if (robot == NULL)
        return 0;
    opening->robot = robot_list_find(&explain->basis->robots, robot);
    explain->is_of_robot = true;
    if (opening->robot == NULL)
        return fault_set(opening->fault, -ENOENT,
                         "no robot is called %s; `automagi robot list` lists them", robot);
    if (department == NULL)
        (void)text_copy(explain->name, sizeof explain->name, opening->robot->name);
    return 0;
}

static const struct rate *rate_of(const struct organisation *organisation, int32_t day)
{
    size_t i = organisation->rate_count;

    while (i > 0 && organisation->rates[i - 1].from_day > day)
        i--;
    return i > 0 ? &organisation->rates[i - 1] : NULL;
}

/* ×10^EXPLAIN_FORECAST_DIGITS, to be shown. */
static int scale(mpq_srcptr fraction, mpq_ptr scratch, int64_t factor, int64_t *ret_scaled)
{
    mpq_set(scratch, fraction);
    fraction_multiply(scratch, factor);
    return fraction_half_up(scratch, ret_scaled);
}

/* Adds up the robot's places that are asked for. */
static int add_places(struct opening *opening, const struct forecast_outlook *outlook,
                      struct explain_outlook *shown)
{
    struct explain_forecast *explain = &opening->explain;
    mpq_ptr minutes = &opening->scratch[0];
    mpq_ptr kroner = &opening->scratch[1];
    mpq_ptr part_minutes = &opening->scratch[2];
    mpq_ptr part_kroner = &opening->scratch[3];
    size_t place;
    int result;

    mpq_set_si(minutes, 0, 1);
    mpq_set_si(kroner, 0, 1);
    for (place = 0; place < explain->basis->places; place++) {
        if (explain->is_of_department && place != explain->place)
            continue;
        shown->parts += outlook->parts[place];
        forecast_outlook_amount(outlook, place, shown->months_in_year, part_minutes, part_kroner);
        fraction_add(minutes, part_minutes);
        fraction_add(kroner, part_kroner);
    }
    fraction_add(opening->sum, kroner);
    result = scale(minutes, part_minutes, 100, &shown->minutes);
    if (result == 0)
        result = scale(kroner, part_kroner, 10000, &shown->kroner);
    return result < 0 ? fault_set(opening->fault, result, "the forecast is too large to be shown")
                      : 0;
}

static int add_robot(struct opening *opening, size_t index)
{
    struct explain_forecast *explain = &opening->explain;
    const struct robot *robot = &explain->basis->robots.robots[index];
    struct explain_outlook *shown = &explain->outlooks[explain->count];
    struct forecast_outlook outlook = {.months = 0};
    int32_t first_month = explain->query.year * 12;
    int result;

    if (opening->robot != NULL && opening->robot != robot)
        return 0;
    result =
        forecast_outlook_read(explain->basis, index, &explain->query, &outlook, opening->fault);
    if (result == 0) {
        *shown = (struct explain_outlook){
            .robot = robot,
            .months = outlook.months,
            .tasks = outlook.tasks,
            .value = outlook.value,
            .rate = rate_of(&explain->basis->organisation, explain->query.rate_day),
        };
        if (forecast_goes_on(robot, explain->query.as_of))
            shown->months_in_year = forecast_months_in(robot, first_month, first_month + 11);
        result = add_places(opening, &outlook, shown);
        shown->why =
            forecast_why_of(robot, &explain->query, &outlook, shown->parts, &shown->why_day);
    }
    if (result == 0 &&
        (!explain->is_of_department || outlook.units[explain->place] > 0 || shown->parts != 0))
        explain->count++;
    forecast_outlook_release(&outlook);
    return result;
}

/* What `forecast` shows. */
static int take_figure(struct opening *opening, struct store *store)
{
    struct explain_forecast *explain = &opening->explain;
    struct forecast forecast = {.row_count = 0};
    const struct forecast_row *row = &forecast.total;
    int64_t whole = 0;
    int result = forecast_read(store, &explain->query, &forecast, opening->fault);

    if (result < 0)
        return result;
    if (explain->is_of_department)
        row = &forecast.rows[explain->place];
    explain->kroner = row->kroner;
    explain->budget = row->budget;
    explain->percent = row->percent;
    result = fraction_half_up(opening->sum, &whole);
    if (explain->is_of_robot) {
        explain->budget = 0;
        explain->percent = (struct forecast_percent){.is_defined = false};
        explain->kroner = whole;
    }
    if (explain->is_of_robot && !explain->is_of_department)
        explain->kroner = forecast.robots[opening->robot - explain->basis->robots.robots].kroner;
    if (result == 0)
        result = scale(opening->sum, &opening->scratch[0], 10000, &explain->exact);
    forecast_release(&forecast);
    if (result < 0)
        return fault_set(opening->fault, result, "the forecast is too large to be shown");
    /* a row that got a krone by apportioning is one off at most */
    if (whole - explain->kroner > 1 || explain->kroner - whole > 1)
        return fault_set(opening->fault, -EBADMSG,
                         "the robots' forecasts do not add up to the figure; run `automagi "
                         "verify`, which says what is damaged");
    return 0;
}

static int open_all(struct opening *opening, struct store *store, const char *department,
                    const char *robot)
{
    struct explain_forecast *explain = &opening->explain;
    size_t i;
    int result = forecast_basis_read(store, explain->basis, opening->fault);

    if (result == 0)
        result = find(opening, department, robot);
    if (result < 0)
        return result;
    explain->outlooks = calloc(explain->basis->robots.count + 1, sizeof *explain->outlooks);
    if (explain->outlooks == NULL)
        return fault_no_memory(opening->fault);
    for (i = 0; i < explain->basis->robots.count && result == 0; i++)
        result = add_robot(opening, i);
    return result == 0 ? take_figure(opening, store) : result;
}

int explain_forecast_read(struct store *store, const struct forecast_query *query,
                          const char *department, const char *robot,
                          struct explain_forecast *ret_explain, struct fault *fault)
{
    struct opening opening = {.explain = {.query = *query}, .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    opening.explain.basis = calloc(1, sizeof *opening.explain.basis);
    opening.sum = fractions_new(1);
    opening.scratch = fractions_new(4);
    if (opening.explain.basis == NULL || opening.sum == NULL || opening.scratch == NULL)
        result = fault_no_memory(fault);
    else
        result = open_all(&opening, store, department, robot);
    store_view_leave(store, is_entered);
    fractions_free(opening.sum, 1);
    fractions_free(opening.scratch, 4);
    if (result < 0)
        explain_forecast_release(&opening.explain);
    else
        *ret_explain = opening.explain;
    return result;
}

int64_t explain_forecast_department(const struct explain_forecast *explain)
{
    const struct organisation *organisation = &explain->basis->organisation;

    return explain->place < organisation->department_count
               ? organisation->departments[explain->place].id
               : 0;
}

void explain_forecast_release(struct explain_forecast *explain)
{
    if (explain == NULL)
        return;
    if (explain->basis != NULL)
        forecast_basis_release(explain->basis);
    free(explain->basis);
    free(explain->outlooks);
    *explain = (struct explain_forecast){.count = 0};
}
