/* Cells while they are read: valued, divided, and added up. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "core/store/period.h"
#include "scorecards/saved_cells_inner.h"

bool saved_amount_add(struct saved_amount *sum, const struct saved_amount *amount)
{
    return !__builtin_add_overflow(sum->tasks, amount->tasks, &sum->tasks) &&
           !__builtin_add_overflow(sum->uncounted, amount->uncounted, &sum->uncounted) &&
           !__builtin_add_overflow(sum->helped, amount->helped, &sum->helped) &&
           !__builtin_add_overflow(sum->minutes, amount->minutes, &sum->minutes) &&
           !__builtin_add_overflow(sum->kroner, amount->kroner, &sum->kroner) &&
           !__builtin_add_overflow(sum->disputed, amount->disputed, &sum->disputed);
}

bool saved_amount_is_zero(const struct saved_amount *amount)
{
    return amount->tasks == 0 && amount->uncounted == 0 && amount->helped == 0 &&
           amount->minutes == 0 && amount->kroner == 0 && amount->disputed == 0;
}

static int refuse_size(const struct robot *robot, struct fault *fault)
{
    return fault_set(fault, -ERANGE, "the savings of robot %s are too large to add up",
                     robot->slug);
}

static int push(struct cell_list *list, const struct saved_cell *cell, struct fault *fault)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 256 : list->room * 2;
        struct saved_cell *grown = reallocarray(list->cells, room, sizeof *grown);

        if (grown == NULL)
            return fault_no_memory(fault);
        list->cells = grown;
        list->room = room;
    }
    list->cells[list->count++] = *cell;
    return 0;
}

/* A part and where it is added. */
struct adding {
    struct cell_list *list;
    const struct cell_part *part;
    struct saved_cell cell; /* all but place and amount */
    struct task_value value;
    struct fault *fault;
};

/* Gives `millionths` of the part to a department. */
static int add_share(size_t place, int64_t millionths, void *context)
{
    struct adding *adding = context;
    int128 exact = (int128)adding->part->count * millionths;
    struct saved_amount *amount = &adding->cell.amount;
    struct task_amount worth = {0};

    *amount = (struct saved_amount){.tasks = 0};
    adding->cell.place = place;
    if (adding->part->is_help)
        amount->helped = exact;
    else if (adding->value.is_signed)
        amount->tasks = exact;
    else
        amount->uncounted = exact;
    if (adding->value.is_signed && !task_value_of(&adding->value, exact, &worth))
        return refuse_size(adding->part->robot, adding->fault);
    amount->minutes = worth.minutes;
    amount->kroner = worth.kroner;
    if (adding->value.is_disputed)
        amount->disputed = worth.kroner;
    return push(adding->list, &adding->cell, adding->fault);
}

int cell_list_add(struct cell_list *list, const struct saved_cells *of,
                  const struct cell_part *part, struct fault *fault)
{
    struct adding adding = {
        .list = list,
        .part = part,
        .cell = {.robot = (size_t)(part->robot - of->robots.robots),
                 .month = part->month,
                 .booking = part->booking},
        .value = task_value_on(&of->organisation, part->robot,
                               part->is_help ? ESTIMATE_HANDOVER : ESTIMATE_TASK, &part->at),
        .fault = fault,
    };

    return task_shares_each(&of->organisation, part->robot, part->department_id, &part->at,
                            add_share, &adding);
}

int cell_list_adjust(struct cell_list *list, const struct saved_cells *of,
                     const struct robot *robot, const struct adjustment *adjustment,
                     struct fault *fault)
{
    struct saved_cell cell = {.robot = (size_t)(robot - of->robots.robots),
                              .month = adjustment->month,
                              .booking = adjustment->booking,
                              .is_adjustment = true};
    int result = 0;
    size_t i;

    for (i = 0; i < adjustment->part_count && result == 0; i++) {
        const struct figure *part = &adjustment->parts[i];

        cell.place = task_department_place(&of->organisation, part->department_id);
        cell.amount = (struct saved_amount){.tasks = part->tasks,
                                            .uncounted = part->uncounted,
                                            .helped = part->helped,
                                            .minutes = part->minutes,
                                            .kroner = part->kroner};
        result = push(list, &cell, fault);
    }
    return result;
}

static int compare_cells(const void *left, const void *right)
{
    const struct saved_cell *a = left;
    const struct saved_cell *b = right;

    if (a->booking != b->booking)
        return a->booking < b->booking ? -1 : 1;
    if (a->is_adjustment != b->is_adjustment)
        return a->is_adjustment ? 1 : -1;
    if (a->month != b->month)
        return a->month < b->month ? -1 : 1;
    if (a->robot != b->robot)
        return a->robot < b->robot ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

int cell_list_finish(struct cell_list *list, struct saved_cells *cells, struct fault *fault)
{
    size_t kept = 0;
    size_t i;

    if (list->count > 0)
        qsort(list->cells, list->count, sizeof *list->cells, compare_cells);
    for (i = 0; i < list->count; i++) {
        struct saved_cell *cell = &list->cells[i];

        if (kept > 0 && compare_cells(&list->cells[kept - 1], cell) == 0) {
            if (!saved_amount_add(&list->cells[kept - 1].amount, &cell->amount))
                return refuse_size(&cells->robots.robots[cell->robot], fault);
            continue;
        }
        if (kept > 0 && saved_amount_is_zero(&list->cells[kept - 1].amount))
            kept--;
        list->cells[kept++] = *cell;
    }
    if (kept > 0 && saved_amount_is_zero(&list->cells[kept - 1].amount))
        kept--;
    cells->cells = list->cells;
    cells->count = kept;
    *list = (struct cell_list){.cells = NULL};
    return 0;
}

void cell_list_release(struct cell_list *list)
{
    free(list->cells);
    *list = (struct cell_list){.cells = NULL};
}
