#include "scorecards/difference.h"

#include <stdlib.h>

#include "core/base/fault.h"
#include "scorecards/cell_change.h"

/* All tasks booked in closed months, by completion, as everything is known now. */
static int read_closed(struct store *store, struct saved_cells *ret_cells, struct fault *fault)
{
    struct saved_query query = {.from_day = INT32_MIN,
                                .to_day = INT32_MAX,
                                .by_completion = true,
                                .value_booking = BOOKING_LATEST};
    int result = period_open_from(store, &query.booked_before, fault);

    if (result < 0 || query.booked_before == 0)
        return result;
    return saved_cells_read(store, &query, ret_cells, fault);
}

int difference_begin(struct store *store, struct difference *difference, struct fault *fault)
{
    difference->store = store;
    return read_closed(store, &difference->before, fault);
}

void difference_release(struct difference *difference)
{
    saved_cells_release(&difference->before);
}

/* One adjustment of the `count` changes of a robot and month. */
static int book_one(struct store *store, const struct saved_cells *after, int32_t booking,
                    const struct cell_change *changes, size_t count,
                    const struct difference_cause *cause, struct fault *fault)
{
    struct figure *parts = calloc(count, sizeof *parts);
    int64_t id = 0;
    struct adjustment adjustment = {
        .robot_id = after->robots.robots[changes->robot].id,
        .month = changes->month,
        .booking = booking,
        .cause = cause->cause,
        .from_day = cause->from_day,
        .reason = cause->reason,
        .by_whom = cause->by_whom,
        .at_ms = cause->now_ms,
        .parts = parts,
        .part_count = count,
    };
    size_t i;
    int result = parts != NULL ? 0 : fault_no_memory(fault);

    for (i = 0; i < count && result == 0; i++)
        result = cell_change_figure(after, &changes[i], &parts[i], fault);
    if (result == 0)
        result = adjustment_add(store, &adjustment, &id, fault);
    free(parts);
    return result;
}

int difference_write(struct store *store, const struct saved_cells *before,
                     const struct saved_cells *after, int32_t booking,
                     const struct difference_cause *cause, int64_t *ret_count, struct fault *fault)
{
    struct cell_changes list = {.count = 0};
    size_t i;
    size_t next;
    int result = cell_changes_read(before, after, CELL_MONTH_COMPLETION, &list, fault);

    for (i = 0; i < list.count && result == 0; i = next) {
        const struct cell_change *first = &list.changes[i];

        for (next = i + 1; next < list.count && list.changes[next].robot == first->robot &&
                           list.changes[next].month == first->month;)
            next++;
        result = book_one(store, after, booking, first, next - i, cause, fault);
        (*ret_count)++;
    }
    cell_changes_release(&list);
    return result;
}

int difference_book(struct difference *difference, const struct difference_cause *cause,
                    int64_t *ret_count, struct fault *fault)
{
    struct saved_cells after = {.count = 0};
    int64_t booked = 0;
    int result = read_closed(difference->store, &after, fault);

    if (result == 0 && after.open_from != 0)
        result = difference_write(difference->store, &difference->before, &after, after.open_from,
                                  cause, &booked, fault);
    saved_cells_release(&after);
    if (result == 0)
        *ret_count = booked;
    return result;
}

int difference_book_ahead(struct store *store, const struct saved_cells *cells, int32_t month,
                          const char *by, int64_t now_ms, struct fault *fault)
{
    struct saved_query query = {
        .from_day = cells->from_day, .to_day = cells->to_day, .value_booking = month};
    struct saved_version version = saved_next_version(cells, month);
    struct saved_cells before = {.count = 0};
    int64_t count = 0;
    int result = 0;

    if (version.booking_from != 0)
        result = saved_cells_read(store, &query, &before, fault);
    while (result == 0 && version.booking_from != 0) {
        struct difference_cause cause = {version.cause, version.from_day,
                                         "a version that values what is booked from this month on",
                                         by, now_ms};
        struct saved_cells after = {.count = 0};

        query.value_booking = version.booking_from;
        result = saved_cells_read(store, &query, &after, fault);
        if (result == 0)
            result = difference_write(store, &before, &after, version.booking_from, &cause, &count,
                                      fault);
        saved_cells_release(&before);
        before = after;
        version = saved_next_version(cells, version.booking_from);
    }
    saved_cells_release(&before);
    return result;
}
