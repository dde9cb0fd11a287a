/* Direct gains (rule R13), divided among departments as tasks are. */
#include <errno.h>
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/cost.h"
#include "scorecards/savings_inner.h"

struct gaining {
    const struct saved_cells *cells;
    bool by_completion;
    savings_part_callback *take;
    void *context;
    struct fault *fault;
    struct savings_part part; /* of the gain that is divided */
    int64_t ore;
};

static int give(size_t place, int64_t millionths, void *context)
{
    struct gaining *gaining = context;

    gaining->part.cell.place = place;
    gaining->part.gains = (int128)gaining->ore * millionths;
    return gaining->take(&gaining->part, gaining->context);
}

static int take_gain(const struct gain *gain, void *context)
{
    struct gaining *gaining = context;
    const struct saved_cells *cells = gaining->cells;
    const struct robot *robot = robot_list_find_id(&cells->robots, gain->robot_id);
    struct valuation at = valuation_of(gain->day, gain->booking);
    int32_t month = clock_month_of_day(gain->day);
    int32_t day = gain->booking == month || gaining->by_completion
                      ? gain->day
                      : clock_last_day_of_month(gain->booking);

    if (day < cells->from_day || day > cells->to_day)
        return 0;
    if (robot == NULL)
        return fault_set(gaining->fault, -EBADMSG,
                         "gain %" PRId64 " names robot number %" PRId64
                         ", which is not there; run automagi verify",
                         gain->id, gain->robot_id);
    gaining->ore = gain->ore;
    gaining->part = (struct savings_part){
        .cell = {.robot = (size_t)(robot - cells->robots.robots),
                 .month = month,
                 .booking = gain->booking},
        .gain = gain,
    };
    return task_shares_each(&cells->organisation, robot, gain->department_id, &at, give, gaining);
}

int savings_gains_each(struct store *store, const struct saved_cells *cells, bool by_completion,
                       savings_part_callback *take, void *context, struct fault *fault)
{
    struct gaining gaining = {.cells = cells,
                              .by_completion = by_completion,
                              .take = take,
                              .context = context,
                              .fault = fault};

    return gain_each(store, take_gain, &gaining, fault);
}
