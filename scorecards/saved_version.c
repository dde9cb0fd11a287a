/* From which booking months on versions value. */
#include "scorecards/saved_cells.h"

struct search {
    int32_t after;
    struct saved_version found;
};

static void look(struct search *search, int32_t booking_from, enum adjustment_cause cause,
                 int32_t from_day)
{
    const struct saved_version *found = &search->found;

    if (booking_from > search->after &&
        (found->booking_from == 0 || booking_from < found->booking_from))
        search->found = (struct saved_version){booking_from, cause, from_day};
}

static void look_at_robot(struct search *search, const struct robot *robot)
{
    size_t i;

    for (i = 0; i < robot->share_count; i++)
        look(search, robot->shares[i].booking_from, ADJUSTMENT_SHARE, robot->shares[i].from_day);
    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].signed_by != NULL)
            look(search, robot->estimates[i].booking_from, ADJUSTMENT_ESTIMATE,
                 robot->estimates[i].from_day);
}

struct saved_version saved_next_version(const struct saved_cells *cells, int32_t booking)
{
    const struct organisation *organisation = &cells->organisation;
    struct search search = {.after = booking};
    size_t i;

    for (i = 0; i < organisation->rate_count; i++)
        look(&search, organisation->rates[i].booking_from, ADJUSTMENT_RATE,
             organisation->rates[i].from_day);
    for (i = 0; i < organisation->department_count; i++) {
        const struct department *department = &organisation->departments[i];

        if (department->successor_count > 0)
            look(&search, department->successors[0].booking_from, ADJUSTMENT_DEPARTMENT,
                 department->successors[0].from_day);
    }
    for (i = 0; i < cells->robots.count; i++)
        look_at_robot(&search, &cells->robots.robots[i]);
    return search.found;
}
