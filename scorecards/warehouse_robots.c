/* Who the robots and the departments are, as of the instant of the drop. */
#include "core/base/clock.h"
#include "scorecards/savings.h"
#include "scorecards/warehouse_inner.h"

enum { MINUTE_DIGITS = 2 };

/* The signed estimate of today; where there is none the latest unsigned one that waits; or NULL. */
static const struct estimate *current_estimate(const struct robot *robot, int32_t today)
{
    const struct estimate *found = robot_estimate_on(robot, today);
    size_t i;

    for (i = 0; i < robot->estimate_count && (found == NULL || found->signed_by == NULL); i++)
        if (robot->estimates[i].kind == ESTIMATE_TASK && robot->estimates[i].from_day <= today)
            found = &robot->estimates[i];
    return found;
}

static void put_operation(const struct robot *robot, struct warehouse_rows *rows)
{
    int32_t last = robot->operation_count == 0
                       ? ROBOT_NO_END
                       : robot->operations[robot->operation_count - 1].to_day;

    if (robot->operation_count > 0)
        warehouse_put_day(rows, robot->operations[0].from_day);
    else
        warehouse_put_null(rows);
    if (last != ROBOT_NO_END)
        warehouse_put_day(rows, last);
    else
        warehouse_put_null(rows);
}

static void put_robot(const struct robot *robot, int32_t today, struct warehouse_rows *rows)
{
    const struct estimate *estimate = current_estimate(robot, today);

    warehouse_row_begin(rows);
    warehouse_put_text(rows, robot->slug);
    warehouse_put_text(rows, robot->name);
    warehouse_put_text(rows, robot->plugin);
    warehouse_put_bool(rows, robot->is_external);
    warehouse_put_bool(rows, robot->is_one_off);
    put_operation(robot, rows);
    warehouse_put_text(rows, robot_state_word(robot, today));
    if (estimate != NULL) {
        warehouse_put_decimal(rows, estimate->hundredths, MINUTE_DIGITS);
        warehouse_put_day(rows, estimate->from_day);
    } else {
        warehouse_put_null(rows);
        warehouse_put_null(rows);
    }
    warehouse_put_bool(rows, estimate != NULL && estimate->signed_by != NULL);
    warehouse_put_bool(rows, estimate != NULL && estimate->dispute_id != 0);
    warehouse_row_end(rows);
}

int warehouse_write_robots(const struct warehouse_source *source, struct warehouse_rows *rows,
                           struct fault *fault)
{
    size_t i;

    (void)fault;
    for (i = 0; i < source->cells.robots.count; i++)
        put_robot(&source->cells.robots.robots[i], source->today, rows);
    return 0;
}

const char *warehouse_department(const struct organisation *organisation, size_t place)
{
    return place < organisation->department_count ? organisation->departments[place].slug
                                                  : SAVINGS_CROSS_ID;
}

static void put_department(const struct organisation *organisation,
                           const struct department *department, int32_t today,
                           struct warehouse_rows *rows)
{
    const struct area *area = organisation_area_on(organisation, department, today);

    warehouse_row_begin(rows);
    warehouse_put_text(rows, department->slug);
    warehouse_put_text(rows, department_name_on(department, today));
    warehouse_put_text(rows, area != NULL ? area->slug : NULL);
    warehouse_put_text(rows, area != NULL ? area->name : NULL);
    if (department->successor_count > 0)
        warehouse_put_day(rows, department->successors[0].from_day);
    else
        warehouse_put_null(rows);
    warehouse_row_end(rows);
}

int warehouse_write_departments(const struct warehouse_source *source, struct warehouse_rows *rows,
                                struct fault *fault)
{
    const struct organisation *organisation = &source->cells.organisation;
    size_t i;

    (void)fault;
    for (i = 0; i < organisation->department_count; i++)
        put_department(organisation, &organisation->departments[i], source->today, rows);
    warehouse_row_begin(rows);
    warehouse_put_text(rows, SAVINGS_CROSS_ID);
    warehouse_put_text(rows, SAVINGS_CROSS_NAME);
    warehouse_put_null(rows);
    warehouse_put_null(rows);
    warehouse_put_null(rows);
    warehouse_row_end(rows);
    return 0;
}
