/* doctor: tasks that are counted though their robot was not in operation. They stay counted, for what was done is
 * done; but then a robot's operation, or its tasks, are not what somebody believes. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/doctor.h"
#include "core/store/ledger.h"

/* Of one robot. Rows come by day, so that one day at a time is added up. */
struct outside {
    int64_t count, of_day;
    int32_t day, first, last;
};

struct looking {
    const struct robot_list *robots;
    struct outside *outside; /* in the order of the robots */
    int32_t first, last;     /* months in which a robot was not in operation all the time */
};

static int64_t counted(const struct rollup_row *row)
{
    bool is_task = row->outcome == ATTEMPT_DONE || row->outcome == ATTEMPT_UNDONE;

    return is_task ? attempt_outcome_sign(row->outcome) * row->count : 0;
}

static bool operates_throughout(const struct robot *robot, int32_t month)
{
    size_t i;

    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].from_day <= clock_first_day_of_month(month) &&
            robot->operations[i].to_day >= clock_last_day_of_month(month))
            return true;
    return false;
}

static int take_month(const struct rollup_row *row, void *context)
{
    struct looking *looking = context;
    const struct robot *robot = robot_list_find_id(looking->robots, row->robot_id);

    if (robot == NULL || counted(row) == 0 || operates_throughout(robot, row->period))
        return 0;
    if (row->period < looking->first)
        looking->first = row->period;
    if (row->period > looking->last)
        looking->last = row->period;
    return 0;
}

static void end_day(struct outside *outside)
{
    if (outside->of_day > 0) {
        outside->first = outside->count == 0 ? outside->day : outside->first;
        outside->last = outside->day;
        outside->count += outside->of_day;
    }
    outside->of_day = 0;
}

static int take_day(const struct rollup_row *row, void *context)
{
    struct looking *looking = context;
    const struct robot *robot = robot_list_find_id(looking->robots, row->robot_id);
    struct outside *outside;

    if (robot == NULL || robot_operates_on(robot, row->period))
        return 0;
    outside = &looking->outside[robot - looking->robots->robots];
    if (outside->day != row->period)
        end_day(outside);
    outside->day = row->period;
    outside->of_day += counted(row);
    return 0;
}

static void tell(struct doctor *doctor, const struct robot *robot, const struct outside *outside)
{
    char first[CLOCK_DAY_TEXT];
    char last[CLOCK_DAY_TEXT];

    clock_format_day(outside->first, first);
    clock_format_day(outside->last, last);
    doctor_fix_here(doctor, "robot operate %s --from %s --to %s", robot->slug, first, last);
    doctor_row(doctor, DOCTOR_NOTE,
               "operation: robot %s: %" PRId64 " task%s counted on days outside its operation "
               "(first %s, last %s): correct its operation with `automagi robot operate`, or take "
               "them back",
               robot->slug, outside->count, outside->count == 1 ? "" : "s", first, last);
}

void doctor_operation(struct doctor *doctor)
{
    struct looking looking = {.robots = doctor->list, .first = INT32_MAX, .last = INT32_MIN};
    struct fault fault = {.text = ""};
    int result;
    size_t i;

    if (doctor->store == NULL)
        return;
    looking.outside = calloc(doctor->list->count + 1, sizeof *looking.outside);
    result = looking.outside == NULL ? fault_no_memory(&fault)
                                     : rollup_each_month(doctor->store, INT32_MIN, INT32_MAX,
                                                         take_month, &looking, &fault);
    if (result == 0 && looking.first <= looking.last)
        result = rollup_each_day(doctor->store, clock_first_day_of_month(looking.first),
                                 clock_last_day_of_month(looking.last), take_day, &looking, &fault);
    doctor_failed(doctor, result, "operation", &fault);
    for (i = 0; looking.outside != NULL && i < doctor->list->count && result == 0; i++) {
        end_day(&looking.outside[i]);
        if (looking.outside[i].count > 0)
            tell(doctor, &doctor->list->robots[i], &looking.outside[i]);
    }
    free(looking.outside);
}
