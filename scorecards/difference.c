#include "scorecards/difference.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"

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

/* What one robot, month and place gains or loses. Departments are not removed, nor robots, so a place
 * before is the same place after. */
struct change {
    size_t robot, place;
    int32_t month;
    struct saved_amount amount;
};

struct change_table {
    struct change *changes;
    size_t count;
};

static int compare_changes(const void *left, const void *right)
{
    const struct change *a = left;
    const struct change *b = right;

    if (a->robot != b->robot)
        return a->robot < b->robot ? -1 : 1;
    if (a->month != b->month)
        return a->month < b->month ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static void push(struct change_table *table, const struct saved_cell *cell, int sign)
{
    const struct saved_amount *amount = &cell->amount;

    table->changes[table->count++] = (struct change){
        .robot = cell->robot,
        .place = cell->place,
        .month = cell->month,
        .amount = {.tasks = sign * amount->tasks,
                   .uncounted = sign * amount->uncounted,
                   .helped = sign * amount->helped,
                   .minutes = sign * amount->minutes,
                   .kroner = sign * amount->kroner},
    };
}

/* Sorted, each robot, month and place once, none of them 0. */
static int compare(const struct saved_cells *before, const struct saved_cells *after,
                   struct change_table *table, struct fault *fault)
{
    size_t kept = 0;
    size_t i;

    table->changes = calloc(before->count + after->count + 1, sizeof *table->changes);
    if (table->changes == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < before->count; i++)
        push(table, &before->cells[i], -1);
    for (i = 0; i < after->count; i++)
        push(table, &after->cells[i], 1);
    qsort(table->changes, table->count, sizeof *table->changes, compare_changes);
    for (i = 0; i < table->count; i++) {
        struct change *change = &table->changes[i];

        if (kept > 0 && compare_changes(&table->changes[kept - 1], change) == 0) {
            if (!saved_amount_add(&table->changes[kept - 1].amount, &change->amount))
                return fault_set(fault, -ERANGE, "the difference is too large to add up");
            continue;
        }
        if (kept > 0 && saved_amount_is_zero(&table->changes[kept - 1].amount))
            kept--;
        table->changes[kept++] = *change;
    }
    if (kept > 0 && saved_amount_is_zero(&table->changes[kept - 1].amount))
        kept--;
    table->count = kept;
    return 0;
}

static bool fits(int128 number)
{
    return number >= INT64_MIN && number <= INT64_MAX;
}

/* One adjustment of the `count` changes of a robot and month. */
static int book_one(struct difference *difference, const struct saved_cells *after,
                    const struct change *changes, size_t count,
                    const struct difference_cause *cause, struct fault *fault)
{
    const struct organisation *organisation = &after->organisation;
    struct figure *parts = calloc(count, sizeof *parts);
    int64_t id = 0;
    struct adjustment adjustment = {
        .robot_id = after->robots.robots[changes->robot].id,
        .month = changes->month,
        .booking = after->open_from,
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

    for (i = 0; i < count && result == 0; i++) {
        const struct saved_amount *amount = &changes[i].amount;

        if (!fits(amount->tasks) || !fits(amount->uncounted) || !fits(amount->helped))
            result = fault_set(fault, -ERANGE, "the difference is too large to be kept");
        parts[i] = (struct figure){
            .department_id = changes[i].place < organisation->department_count
                                 ? organisation->departments[changes[i].place].id
                                 : 0,
            .tasks = (int64_t)amount->tasks,
            .uncounted = (int64_t)amount->uncounted,
            .helped = (int64_t)amount->helped,
            .minutes = amount->minutes,
            .kroner = amount->kroner,
        };
    }
    if (result == 0)
        result = adjustment_add(difference->store, &adjustment, &id, fault);
    free(parts);
    return result;
}

int difference_book(struct difference *difference, const struct difference_cause *cause,
                    int64_t *ret_count, struct fault *fault)
{
    struct change_table table = {.count = 0};
    struct saved_cells after = {.count = 0};
    int64_t booked = 0;
    size_t i;
    size_t next;
    int result = read_closed(difference->store, &after, fault);

    if (result == 0)
        result = compare(&difference->before, &after, &table, fault);
    for (i = 0; i < table.count && result == 0; i = next) {
        for (next = i + 1; next < table.count &&
                           table.changes[next].robot == table.changes[i].robot &&
                           table.changes[next].month == table.changes[i].month;)
            next++;
        result = book_one(difference, &after, &table.changes[i], next - i, cause, fault);
        booked++;
    }
    free(table.changes);
    saved_cells_release(&after);
    if (result == 0)
        *ret_count = booked;
    return result;
}
