/* The axes of a savings table: which row a cell belongs to, and what rows are called. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "scorecards/savings_inner.h"

enum { MONTHS_A_QUARTER = 3, MONTHS_A_YEAR = 12 };

static const char EXTERNAL[] = "external";
static const char NOT_INSTALLED[] = "not-installed";

/* How many months a row of time has; 0: it is none. */
static int32_t months_of(enum savings_by by)
{
    switch (by) {
    case SAVINGS_BY_MONTH:
        return 1;
    case SAVINGS_BY_QUARTER:
        return MONTHS_A_QUARTER;
    case SAVINGS_BY_YEAR:
        return MONTHS_A_YEAR;
    case SAVINGS_BY_DEPARTMENT:
    case SAVINGS_BY_AREA:
    case SAVINGS_BY_ROBOT:
    case SAVINGS_BY_PLUGIN:
        break;
    }
    return 0;
}

/* Also of a month before year 0. */
static int32_t period_of(int32_t month, int32_t months)
{
    return (int32_t)decimal_divide_floor(month, months);
}

static int set_periods(struct savings_axis *axis)
{
    int32_t months = months_of(axis->by);

    axis->first_period = period_of(clock_month_of_day(axis->cells->from_day), months);
    axis->count = (size_t)(period_of(clock_month_of_day(axis->cells->to_day), months) -
                           axis->first_period + 1);
    return 0;
}

static int make_rows(struct savings_axis *axis, size_t count, struct fault *fault)
{
    axis->rows = calloc(count + 1, sizeof *axis->rows);
    return axis->rows != NULL ? 0 : fault_no_memory(fault);
}

static int set_departments(struct savings_axis *axis, struct fault *fault)
{
    size_t i;
    int result;

    axis->count = axis->cells->organisation.department_count + 1; /* and Tværgående, the last */
    result = make_rows(axis, axis->count, fault);
    for (i = 0; i < axis->count && result == 0; i++)
        axis->rows[i] = i;
    return result;
}

static int set_areas(struct savings_axis *axis, struct fault *fault)
{
    const struct organisation *organisation = &axis->cells->organisation;
    size_t i;
    int result = make_rows(axis, organisation->department_count + 1, fault);

    axis->count = organisation->area_count + 2;
    for (i = 0; i < organisation->department_count && result == 0; i++) {
        const struct area *area =
            organisation_area_on(organisation, &organisation->departments[i], axis->cells->to_day);

        axis->rows[i] =
            area != NULL ? (size_t)(area - organisation->areas) : organisation->area_count;
    }
    if (result == 0)
        axis->rows[organisation->department_count] = axis->count - 1;
    return result;
}

static int set_robots(struct savings_axis *axis, struct fault *fault)
{
    size_t i;
    int result = make_rows(axis, axis->cells->robots.count, fault);

    axis->count = axis->cells->robots.count;
    for (i = 0; i < axis->count && result == 0; i++)
        axis->rows[i] = i;
    return result;
}

/* What stands for the robot's plugin. */
static const char *plugin_of(const struct robot *robot)
{
    if (robot->plugin != NULL)
        return robot->plugin;
    return robot->is_external ? EXTERNAL : NOT_INSTALLED;
}

/* Gives all robots that have this plugin, or this word for none, the next row. */
static void add_plugin(struct savings_axis *axis, const char *plugin, bool is_installed)
{
    const struct robot_list *robots = &axis->cells->robots;
    bool is_there = false;
    size_t i;

    for (i = 0; i < robots->count; i++)
        if ((robots->robots[i].plugin != NULL) == is_installed &&
            strcmp(plugin_of(&robots->robots[i]), plugin) == 0) {
            axis->rows[i] = axis->count;
            is_there = true;
        }
    axis->count += is_there;
}

static int set_plugins(struct savings_axis *axis, struct fault *fault)
{
    const struct robot_list *robots = &axis->cells->robots;
    size_t i;
    int result = make_rows(axis, robots->count, fault);

    if (result < 0)
        return result;
    for (i = 0; i < robots->count; i++)
        axis->rows[i] = SIZE_MAX;
    for (i = 0; i < robots->count; i++)
        if (robots->robots[i].plugin != NULL && axis->rows[i] == SIZE_MAX)
            add_plugin(axis, robots->robots[i].plugin, true);
    add_plugin(axis, EXTERNAL, false);
    add_plugin(axis, NOT_INSTALLED, false);
    return 0;
}

int savings_axis_init(struct savings_axis *axis, const struct savings_query *query,
                      const struct saved_cells *cells, struct fault *fault)
{
    *axis = (struct savings_axis){
        .by = query->by, .by_completion = query->by_completion, .cells = cells};
    switch (axis->by) {
    case SAVINGS_BY_DEPARTMENT:
        return set_departments(axis, fault);
    case SAVINGS_BY_AREA:
        return set_areas(axis, fault);
    case SAVINGS_BY_ROBOT:
        return set_robots(axis, fault);
    case SAVINGS_BY_PLUGIN:
        return set_plugins(axis, fault);
    case SAVINGS_BY_MONTH:
    case SAVINGS_BY_QUARTER:
    case SAVINGS_BY_YEAR:
        return set_periods(axis);
    }
    return fault_set(fault, -EINVAL, "a table of savings by nothing that is known");
}

void savings_axis_release(struct savings_axis *axis)
{
    free(axis->rows);
    axis->rows = NULL;
}

size_t savings_axis_row(const struct savings_axis *axis, const struct saved_cell *cell)
{
    int32_t month = axis->by_completion ? cell->month : cell->booking;

    switch (axis->by) {
    case SAVINGS_BY_DEPARTMENT:
    case SAVINGS_BY_AREA:
        return axis->rows[cell->place];
    case SAVINGS_BY_ROBOT:
    case SAVINGS_BY_PLUGIN:
        return axis->rows[cell->robot];
    case SAVINGS_BY_MONTH:
    case SAVINGS_BY_QUARTER:
    case SAVINGS_BY_YEAR:
        return (size_t)(period_of(month, months_of(axis->by)) - axis->first_period);
    }
    return 0;
}

bool savings_axis_is_time(const struct savings_axis *axis)
{
    return months_of(axis->by) > 0;
}

static void set_name(struct savings_row *row, const char *id, const char *name)
{
    (void)text_copy(row->id, sizeof row->id, id);
    (void)text_copy(row->name, sizeof row->name, name);
}

static void name_period(const struct savings_axis *axis, size_t index, struct savings_row *row)
{
    int32_t period = axis->first_period + (int32_t)index;
    char month[CLOCK_MONTH_TEXT];
    int32_t year;

    clock_format_month(period * months_of(axis->by), month);
    year = period_of(period * months_of(axis->by), MONTHS_A_YEAR);
    if (axis->by == SAVINGS_BY_MONTH)
        (void)text_copy(row->id, sizeof row->id, month);
    else if (axis->by == SAVINGS_BY_YEAR)
        (void)snprintf(row->id, sizeof row->id, "%04d", year);
    else
        (void)snprintf(row->id, sizeof row->id, "%04d-Q%d", year,
                       period - year * (MONTHS_A_YEAR / MONTHS_A_QUARTER) + 1);
    (void)text_copy(row->name, sizeof row->name, row->id);
}

static void name_place(const struct savings_axis *axis, size_t index, struct savings_row *row)
{
    const struct organisation *organisation = &axis->cells->organisation;

    if (index == axis->count - 1)
        set_name(row, SAVINGS_CROSS_ID, SAVINGS_CROSS_NAME);
    else if (axis->by == SAVINGS_BY_DEPARTMENT)
        set_name(row, organisation->departments[index].slug,
                 department_name_on(&organisation->departments[index], axis->cells->to_day));
    else if (index == organisation->area_count)
        set_name(row, SAVINGS_NO_AREA_ID, SAVINGS_NO_AREA_NAME);
    else
        set_name(row, organisation->areas[index].slug, organisation->areas[index].name);
}

static void name_robot(const struct savings_axis *axis, size_t index, struct savings_row *row)
{
    const struct robot *robots = axis->cells->robots.robots;
    const char *plugin;
    size_t first = 0;

    if (axis->by == SAVINGS_BY_ROBOT) {
        set_name(row, robots[index].slug, robots[index].name);
        return;
    }
    while (axis->rows[first] != index)
        first++;
    plugin = plugin_of(&robots[first]);
    set_name(row, plugin, plugin != NOT_INSTALLED ? plugin : "not installed");
}

void savings_axis_name(const struct savings_axis *axis, size_t index, struct savings_row *row)
{
    switch (axis->by) {
    case SAVINGS_BY_DEPARTMENT:
    case SAVINGS_BY_AREA:
        name_place(axis, index, row);
        break;
    case SAVINGS_BY_ROBOT:
    case SAVINGS_BY_PLUGIN:
        name_robot(axis, index, row);
        break;
    case SAVINGS_BY_MONTH:
    case SAVINGS_BY_QUARTER:
    case SAVINGS_BY_YEAR:
        name_period(axis, index, row);
        break;
    }
}
