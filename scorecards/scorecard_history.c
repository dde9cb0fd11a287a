/* How the scores of a robot became what they are. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/scorecard_inner.h"

enum { MONTHS_A_QUARTER = 3 };

/* Days of the points: ends of quarters before as_of, and as_of. Gives their number. */
static size_t set_days(int32_t as_of, int quarters, struct scorecard_point *points)
{
    int32_t month = clock_month_of_day(as_of);
    int32_t quarter = month - month % MONTHS_A_QUARTER; /* its first month */
    size_t count = 0;
    int i;

    for (i = quarters; i > 0; i--)
        points[count++] = (struct scorecard_point){
            .day = clock_first_day_of_month(quarter - (i - 1) * MONTHS_A_QUARTER) - 1};
    points[count++] = (struct scorecard_point){.day = as_of};
    return count;
}

static bool is_empty(const struct scorecard_point *point)
{
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++)
        if (point->scores[i].state != SCORE_OPEN)
            return false;
    return true;
}

/* Without the first ones of which nothing is known; the last stays. */
static size_t drop_empty(struct scorecard_point *points, size_t count)
{
    size_t first = 0;

    while (first + 1 < count && is_empty(&points[first]))
        first++;
    memmove(points, points + first, (count - first) * sizeof *points);
    return count - first;
}

static int fill_points(struct scorecard_basis *basis, int64_t robot_id,
                       struct scorecard_point *points, size_t count, struct fault *fault)
{
    const struct robot *robot = robot_list_find_id(basis->robots, robot_id);
    size_t place;
    size_t i;
    int result;

    if (robot == NULL)
        return fault_set(fault, -ENOENT, "there is no such robot");
    place = (size_t)(robot - basis->robots->robots);
    result = scorecard_sums_read(
        basis->store, place, scorecard_first_month(points[0].day),
        scorecard_first_month(points[count - 1].day) + SCORECARD_MONTHS - 1, &basis->sums, fault);
    for (i = 0; i < count && result == 0; i++) {
        struct scorecard card = {.robot = NULL};

        result = scorecard_fill(basis, place, points[i].day, &card, fault);
        memcpy(points[i].scores, card.scores, sizeof card.scores);
    }
    return result;
}

int scorecard_history(struct store *store, int64_t robot_id, int32_t as_of, int quarters,
                      struct scorecard_point points[static SCORECARD_POINTS_MAX], size_t *ret_count,
                      struct fault *fault)
{
    struct robot_list robots = {.count = 0};
    struct indicator_list indicators = {.count = 0};
    struct scorecard_basis basis = {
        .store = store, .robots = &robots, .indicators = &indicators, .bands = {.day = INT32_MIN}};
    bool is_entered = false;
    size_t count;
    int result;

    if (quarters < 0 || quarters >= SCORECARD_POINTS_MAX)
        return fault_set(fault, -EINVAL, "a history has 0 to %d quarters",
                         SCORECARD_POINTS_MAX - 1);
    result = store_view_enter(store, &is_entered, fault);
    if (result < 0)
        return result;
    count = set_days(as_of, quarters, points);
    result = robot_list_read(store, &robots, fault);
    if (result == 0)
        result = indicator_list_read(store, &indicators, fault);
    if (result == 0)
        result = fill_points(&basis, robot_id, points, count, fault);
    store_view_leave(store, is_entered);
    scorecard_sums_release(&basis.sums);
    indicator_list_release(&indicators);
    robot_list_release(&robots);
    if (result == 0)
        *ret_count = drop_empty(points, count);
    return result;
}
