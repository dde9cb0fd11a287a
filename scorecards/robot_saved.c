#include "scorecards/robot_saved.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/fault.h"
#include "scorecards/saved_cells.h"

static const struct robot *robot_of(const struct saved_cells *cells, size_t index)
{
    return &cells->robots.robots[cells->cells[index].robot];
}

int robot_saved_read(struct store *store, int64_t robot_id, struct robot_saved *ret_saved,
                     struct fault *fault)
{
    struct saved_query query = {.from_day = INT32_MIN, .to_day = INT32_MAX};
    struct saved_cells cells = {.count = 0};
    struct robot_saved saved = {.open = 0};
    struct saved_amount sums[3] = {{.kroner = 0}}; /* closed, open, adjusted */
    bool fits = true;
    size_t i;
    int result = saved_cells_read(store, &query, &cells, fault);

    for (i = 0; i < cells.count && result == 0; i++) {
        const struct saved_cell *cell = &cells.cells[i];

        if (robot_of(&cells, i)->id != robot_id)
            continue;
        fits = fits &&
               saved_amount_add(&sums[cell->booking >= cells.open_from ? 1 : 0], &cell->amount);
        if (cell->is_adjustment && cell->booking >= cells.open_from)
            fits = fits && saved_amount_add(&sums[2], &cell->amount);
    }
    if (result == 0 && !fits)
        result = fault_set(fault, -ERANGE, "the robot's savings are too large to add up");
    saved = (struct robot_saved){.closed = sums[0].kroner,
                                 .open = sums[1].kroner,
                                 .adjusted = sums[2].kroner,
                                 .open_from = cells.open_from};
    saved_cells_release(&cells);
    if (result == 0)
        *ret_saved = saved;
    return result;
}

static bool is_same_range(const struct disputed_part *one, const struct disputed_part *other)
{
    return one->from_day == other->from_day && one->to_day == other->to_day;
}

/* Those of the first one's range. */
static int fill_range(struct store *store, struct disputed_part *parts, size_t count,
                      struct fault *fault)
{
    struct saved_query query = {.from_day = parts->from_day,
                                .to_day = parts->to_day,
                                .by_completion = true,
                                .value_booking = BOOKING_LATEST};
    struct saved_cells cells = {.count = 0};
    size_t i;
    size_t j;
    int result = saved_cells_read(store, &query, &cells, fault);

    for (i = 0; i < cells.count && result == 0; i++) {
        if (cells.cells[i].amount.disputed == 0)
            continue;
        for (j = 0; j < count; j++)
            if (parts[j].robot_id == robot_of(&cells, i)->id && is_same_range(parts, &parts[j]) &&
                __builtin_add_overflow(parts[j].kroner, cells.cells[i].amount.disputed,
                                       &parts[j].kroner))
                result = fault_set(fault, -ERANGE, "disputed savings are too large to add up");
    }
    saved_cells_release(&cells);
    return result;
}

int robot_saved_disputed(struct store *store, struct disputed_part *parts, size_t count,
                         struct fault *fault)
{
    int result = 0;
    size_t i;
    size_t j;

    for (i = 0; i < count; i++)
        parts[i].kroner = 0;
    for (i = 0; i < count && result == 0; i++) {
        for (j = 0; j < i && !is_same_range(&parts[i], &parts[j]); j++)
            ;
        if (j == i && parts[i].from_day <= parts[i].to_day)
            result = fill_range(store, &parts[i], count - i, fault);
    }
    return result;
}

int64_t robot_kroner(int128 exact)
{
    return (int64_t)decimal_divide_half_up(exact, TASK_KRONER_SCALE);
}
