/* What forecasts are made from: organisation, robots, and each robot's tasks by month. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "core/store/store.h"
#include "scorecards/forecast_inner.h"
#include "scorecards/saved_cells.h"

struct reading {
    struct forecast_basis *basis;
    size_t hint; /* where the last robot was found: rows come by robot */
    struct fault *fault;
};

/* The place of the robot in the list; its count when it is not there. */
static size_t find_robot(struct reading *reading, int64_t id)
{
    const struct robot_list *robots = &reading->basis->robots;
    size_t i;

    for (i = 0; i < robots->count; i++) {
        size_t at = (reading->hint + i) % robots->count;

        if (robots->robots[at].id == id) {
            reading->hint = at;
            return at;
        }
    }
    return robots->count;
}

static int take(const struct rollup_row *row, void *context)
{
    struct reading *reading = context;
    size_t robot;
    struct forecast_history *history;

    if (row->outcome != ATTEMPT_DONE && row->outcome != ATTEMPT_UNDONE)
        return 0;
    robot = find_robot(reading, row->robot_id);
    if (robot == reading->basis->robots.count)
        return fault_set(reading->fault, -EBADMSG,
                         "the sums name robot number %" PRId64 ", which is not there; "
                         "run automagi verify",
                         row->robot_id);
    history = &reading->basis->histories[robot];
    if (history->count == history->room) {
        size_t room = history->room == 0 ? 32 : history->room * 2;
        struct forecast_count *grown = reallocarray(history->counts, room, sizeof *history->counts);

        if (grown == NULL)
            return fault_no_memory(reading->fault);
        history->counts = grown;
        history->room = room;
    }
    history->counts[history->count++] = (struct forecast_count){
        row->period, row->department_id, row->outcome == ATTEMPT_DONE ? row->count : -row->count};
    return 0;
}

int forecast_basis_read(struct store *store, struct forecast_basis *basis, struct fault *fault)
{
    struct reading reading = {.basis = basis, .fault = fault};
    int result = organisation_read(store, &basis->organisation, fault);

    if (result == 0)
        result = robot_list_read(store, &basis->robots, fault);
    if (result < 0)
        return result;
    basis->places = basis->organisation.department_count + 1;
    basis->histories = calloc(basis->robots.count + 1, sizeof *basis->histories);
    if (basis->histories == NULL)
        return fault_no_memory(fault);
    return rollup_each_month(store, INT32_MIN, INT32_MAX, take, &reading, fault);
}

void forecast_basis_release(struct forecast_basis *basis)
{
    size_t i;

    for (i = 0; i < basis->robots.count && basis->histories != NULL; i++)
        free(basis->histories[i].counts);
    free(basis->histories);
    robot_list_release(&basis->robots);
    organisation_release(&basis->organisation);
    *basis = (struct forecast_basis){.places = 0};
}

int32_t forecast_complete_month(int32_t day)
{
    int32_t month = clock_month_of_day(day);

    return day == clock_last_day_of_month(month) ? month : month - 1;
}

int32_t forecast_left_from(const struct forecast_query *query)
{
    int32_t january = query->year * 12;
    int32_t complete = forecast_complete_month(query->as_of);

    if (complete < january)
        return january;
    return complete < january + 12 ? complete + 1 : january + 12;
}

int forecast_saved_read(struct store *store, const struct forecast_query *query,
                        struct saved_cells *ret_cells, struct fault *fault)
{
    int32_t left_from = forecast_left_from(query);
    struct saved_query saved = {.from_day = clock_first_day_of_month(query->year * 12),
                                .to_day = clock_first_day_of_month(left_from) - 1};

    if (left_from == query->year * 12)
        return 0;
    return saved_cells_read(store, &saved, ret_cells, fault);
}

bool forecast_operates_in(const struct robot *robot, int32_t month)
{
    int32_t first = clock_first_day_of_month(month);
    int32_t last = clock_last_day_of_month(month);
    size_t i;

    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].from_day <= last && robot->operations[i].to_day >= first)
            return true;
    return false;
}

int32_t forecast_months_in(const struct robot *robot, int32_t from_month, int32_t to_month)
{
    int32_t count = 0;
    int32_t month;

    for (month = from_month; month <= to_month; month++)
        if (forecast_operates_in(robot, month))
            count++;
    return count;
}

bool forecast_goes_on(const struct robot *robot, int32_t as_of)
{
    size_t i;

    if (robot->is_one_off)
        return false;
    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].to_day > as_of)
            return true;
    return false;
}
