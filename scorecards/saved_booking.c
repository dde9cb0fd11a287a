/* From which booking months on versions value. */
#include "scorecards/saved_cells.h"

struct search {
    int32_t after, found;
};

static void look(struct search *search, int32_t booking_from)
{
    if (booking_from > search->after && (search->found == 0 || booking_from < search->found))
        search->found = booking_from;
}

static void look_at_robot(struct search *search, const struct robot *robot)
{
    size_t i;

    for (i = 0; i < robot->share_count; i++)
        look(search, robot->shares[i].booking_from);
    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].signed_by != NULL)
            look(search, robot->estimates[i].booking_from);
}

int32_t saved_next_booking(const struct saved_cells *cells, int32_t booking)
{
    const struct organisation *organisation = &cells->organisation;
    struct search search = {.after = booking};
    size_t i;

    for (i = 0; i < organisation->rate_count; i++)
        look(&search, organisation->rates[i].booking_from);
    for (i = 0; i < organisation->department_count; i++)
        if (organisation->departments[i].successor_count > 0)
            look(&search, organisation->departments[i].successors[0].booking_from);
    for (i = 0; i < cells->robots.count; i++)
        look_at_robot(&search, &cells->robots.robots[i]);
    return search.found;
}
