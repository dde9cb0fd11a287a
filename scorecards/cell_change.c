#include "scorecards/cell_change.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/fault.h"

static int compare_changes(const void *left, const void *right)
{
    const struct cell_change *a = left;
    const struct cell_change *b = right;

    if (a->month != b->month)
        return a->month < b->month ? -1 : 1;
    if (a->robot != b->robot)
        return a->robot < b->robot ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* The place in `in` of a place in `of`: a department may have been made in between. */
static size_t place_in(const struct organisation *in, const struct organisation *of, size_t place)
{
    if (in->department_count == of->department_count)
        return place;
    return task_department_place(in, place < of->department_count ? of->departments[place].id : 0);
}

static void push(struct cell_changes *list, const struct saved_cells *cells,
                 const struct organisation *organisation, enum cell_month month, int sign)
{
    size_t i;

    for (i = 0; i < cells->count; i++) {
        const struct saved_cell *cell = &cells->cells[i];
        const struct saved_amount *amount = &cell->amount;

        list->changes[list->count++] = (struct cell_change){
            .robot = cell->robot,
            .place = place_in(organisation, &cells->organisation, cell->place),
            .month = month == CELL_MONTH_BOOKING ? cell->booking : cell->month,
            .amount = {.tasks = sign * amount->tasks,
                       .uncounted = sign * amount->uncounted,
                       .helped = sign * amount->helped,
                       .minutes = sign * amount->minutes,
                       .kroner = sign * amount->kroner},
        };
    }
}

int cell_changes_read(const struct saved_cells *before, const struct saved_cells *after,
                      enum cell_month month, struct cell_changes *ret_changes, struct fault *fault)
{
    struct cell_changes list = {.count = 0};
    size_t kept = 0;
    size_t i;

    list.changes = calloc(before->count + after->count + 1, sizeof *list.changes);
    if (list.changes == NULL)
        return fault_no_memory(fault);
    push(&list, before, &after->organisation, month, -1);
    push(&list, after, &after->organisation, month, 1);
    qsort(list.changes, list.count, sizeof *list.changes, compare_changes);
    for (i = 0; i < list.count; i++) {
        struct cell_change *change = &list.changes[i];

        if (kept > 0 && compare_changes(&list.changes[kept - 1], change) == 0) {
            if (!saved_amount_add(&list.changes[kept - 1].amount, &change->amount)) {
                cell_changes_release(&list);
                return fault_set(fault, -ERANGE, "the savings of a month are too large to add up");
            }
            continue;
        }
        if (kept > 0 && saved_amount_is_zero(&list.changes[kept - 1].amount))
            kept--;
        list.changes[kept++] = *change;
    }
    if (kept > 0 && saved_amount_is_zero(&list.changes[kept - 1].amount))
        kept--;
    list.count = kept;
    *ret_changes = list;
    return 0;
}

void cell_changes_release(struct cell_changes *changes)
{
    free(changes->changes);
    *changes = (struct cell_changes){.count = 0};
}

static bool fits(int128 number)
{
    return number >= INT64_MIN && number <= INT64_MAX;
}

int cell_change_figure(const struct saved_cells *of, const struct cell_change *change,
                       struct figure *ret_figure, struct fault *fault)
{
    const struct organisation *organisation = &of->organisation;
    const struct saved_amount *amount = &change->amount;

    if (!fits(amount->tasks) || !fits(amount->uncounted) || !fits(amount->helped))
        return fault_set(fault, -ERANGE, "the tasks of robot %s are too many to be kept",
                         of->robots.robots[change->robot].slug);
    *ret_figure = (struct figure){
        .robot_id = of->robots.robots[change->robot].id,
        .department_id = change->place < organisation->department_count
                             ? organisation->departments[change->place].id
                             : 0,
        .tasks = (int64_t)amount->tasks,
        .uncounted = (int64_t)amount->uncounted,
        .helped = (int64_t)amount->helped,
        .minutes = amount->minutes,
        .kroner = amount->kroner,
    };
    return 0;
}
