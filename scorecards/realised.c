#include "scorecards/realised.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/budget.h"
#include "core/store/robot.h"
#include "scorecards/task_value.h"

enum { MONTHS_A_YEAR = 12 };

/* What a department's budget of a year was cut by because of one robot, or of any. */
struct pot {
    size_t place;
    size_t robot; /* ANY_ROBOT */
    int32_t year;
    int128 budget;
    int128 saved; /* so far */
};
#define ANY_ROBOT SIZE_MAX

/* A cell, or what is left beside those that are asked for. */
struct entry {
    const struct saved_cell *cell;
    int128 kroner, realised;
    bool is_asked;
    bool is_early; /* it comes before all that are asked for */
};

struct realising {
    const struct saved_cells *cells;
    struct pot *pots; /* sorted */
    size_t pot_count, pot_room;
    struct entry *entries;
    size_t entry_count;
    struct fault *fault;
};

/* ---- what was cut ---- */

static int compare_pots(const void *left, const void *right)
{
    const struct pot *a = left;
    const struct pot *b = right;

    if (a->year != b->year)
        return a->year < b->year ? -1 : 1;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->robot > b->robot) - (a->robot < b->robot);
}

static int take_reduction(const struct budget_reduction *reduction, void *context)
{
    struct realising *realising = context;
    const struct saved_cells *cells = realising->cells;
    const struct robot *robot = robot_list_find_id(&cells->robots, reduction->robot_id);
    struct pot *pots = realising->pots;

    if (robot == NULL && reduction->robot_id != 0)
        return fault_set(realising->fault, -EBADMSG,
                         "budget reduction %" PRId64 " names robot number %" PRId64
                         ", which is not there; run automagi verify",
                         reduction->id, reduction->robot_id);
    if (realising->pot_count == realising->pot_room) {
        size_t room = realising->pot_room == 0 ? 16 : realising->pot_room * 2;

        pots = reallocarray(realising->pots, room, sizeof *pots);
        if (pots == NULL)
            return fault_no_memory(realising->fault);
        realising->pots = pots;
        realising->pot_room = room;
    }
    pots[realising->pot_count++] = (struct pot){
        .place = task_department_place(&cells->organisation, reduction->department_id),
        .robot = robot != NULL ? (size_t)(robot - cells->robots.robots) : ANY_ROBOT,
        .year = reduction->year,
        .budget = (int128)reduction->kroner * TASK_KRONER_SCALE,
    };
    return 0;
}

/* Sorts, and adds up those that are of the same. */
static void join_pots(struct realising *realising)
{
    struct pot *pots = realising->pots;
    size_t kept = 0;
    size_t i;

    if (realising->pot_count > 0)
        qsort(pots, realising->pot_count, sizeof *pots, compare_pots);
    for (i = 0; i < realising->pot_count; i++)
        if (kept > 0 && compare_pots(&pots[kept - 1], &pots[i]) == 0)
            pots[kept - 1].budget += pots[i].budget;
        else
            pots[kept++] = pots[i];
    realising->pot_count = kept;
}

/* ---- what was saved, in order ---- */

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;

    if (a->is_early != b->is_early)
        return a->is_early ? -1 : 1;
    if (a->cell->booking != b->cell->booking)
        return a->cell->booking < b->cell->booking ? -1 : 1;
    if (a->cell->robot != b->cell->robot)
        return a->cell->robot < b->cell->robot ? -1 : 1;
    if (a->cell->is_adjustment != b->cell->is_adjustment)
        return a->cell->is_adjustment ? 1 : -1;
    if (a->cell->month != b->cell->month)
        return a->cell->month < b->cell->month ? -1 : 1;
    if (a->cell->place != b->cell->place)
        return a->cell->place < b->cell->place ? -1 : 1;
    return a->is_asked - b->is_asked;
}

/* by_completion: `others` has the cells that are asked for once more, so they are taken out. */
static int order_entries(struct realising *realising, const struct saved_cells *others,
                         bool by_completion)
{
    const struct saved_cells *cells = realising->cells;
    struct entry *entries = calloc(others->count + 2 * cells->count + 1, sizeof *entries);
    size_t count = 0;
    size_t i;

    if (entries == NULL)
        return fault_no_memory(realising->fault);
    for (i = 0; i < others->count; i++)
        entries[count++] = (struct entry){.cell = &others->cells[i],
                                          .kroner = others->cells[i].amount.kroner,
                                          .is_early = !by_completion};
    for (i = 0; i < cells->count; i++) {
        const struct saved_cell *cell = &cells->cells[i];

        if (by_completion)
            entries[count++] = (struct entry){.cell = cell, .kroner = -cell->amount.kroner};
        entries[count++] =
            (struct entry){.cell = cell, .kroner = cell->amount.kroner, .is_asked = true};
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    realising->entries = entries;
    realising->entry_count = count;
    return 0;
}

/* ---- the rule ---- */

static int128 realised_so_far(const struct pot *pot)
{
    int128 most = pot->budget > 0 ? pot->budget : 0;

    if (pot->saved <= 0)
        return 0;
    return pot->saved < most ? pot->saved : most;
}

static int realise(struct realising *realising, bool is_named)
{
    size_t i;

    for (i = 0; i < realising->entry_count; i++) {
        struct entry *entry = &realising->entries[i];
        struct pot wanted = {
            .place = entry->cell->place,
            .robot = is_named ? entry->cell->robot : ANY_ROBOT,
            .year = (int32_t)decimal_divide_floor(entry->cell->booking, MONTHS_A_YEAR)};
        struct pot *pot =
            bsearch(&wanted, realising->pots, realising->pot_count, sizeof *pot, compare_pots);
        int128 before;

        if (pot == NULL)
            continue;
        before = realised_so_far(pot);
        if (__builtin_add_overflow(pot->saved, entry->kroner - entry->realised, &pot->saved))
            return fault_set(realising->fault, -ERANGE,
                             "the savings of department number %zu are too large to add up",
                             pot->place + 1);
        entry->realised += realised_so_far(pot) - before;
    }
    return 0;
}

/* The cells beside those that are asked for which have a say in what they realise. */
static int read_others(struct store *store, bool by_completion, const struct saved_cells *cells,
                       struct saved_cells *ret_others, struct fault *fault)
{
    struct saved_query query = {.to_day = INT32_MAX};
    int month;
    int day;
    int year;

    clock_civil(cells->from_day, &year, &month, &day);
    query.from_day = clock_day(year, 1, 1);
    if (!by_completion)
        query.to_day = cells->from_day - 1;
    if (query.from_day > query.to_day)
        return 0;
    return saved_cells_read(store, &query, ret_others, fault);
}

static int find_realised(struct realising *realising, struct store *store, bool by_completion,
                         int128 *realised)
{
    struct saved_cells others = {.count = 0};
    int result = read_others(store, by_completion, realising->cells, &others, realising->fault);
    size_t i;

    if (result == 0)
        result = order_entries(realising, &others, by_completion);
    if (result == 0)
        result = realise(realising, true);
    if (result == 0)
        result = realise(realising, false);
    for (i = 0; i < realising->entry_count && result == 0; i++)
        if (realising->entries[i].is_asked)
            realised[realising->entries[i].cell - realising->cells->cells] =
                realising->entries[i].realised;
    saved_cells_release(&others);
    return result;
}

int realised_read(struct store *store, const struct saved_query *query,
                  const struct saved_cells *cells, int128 **ret_realised, struct fault *fault)
{
    struct realising realising = {.cells = cells, .fault = fault};
    int128 *realised;
    int result;

    if (query->as_if != NULL || query->value_booking != 0 || query->booked_before != 0)
        return fault_set(fault, -EINVAL, "what is realised of savings that were never counted");
    realised = calloc(cells->count + 1, sizeof *realised);
    if (realised == NULL)
        return fault_no_memory(fault);
    result = budget_reduction_each(store, take_reduction, &realising, fault);
    join_pots(&realising);
    if (result == 0 && realising.pot_count > 0 && cells->count > 0)
        result = find_realised(&realising, store, query->by_completion, realised);
    free(realising.entries);
    free(realising.pots);
    if (result < 0) {
        free(realised);
        return result;
    }
    *ret_realised = realised;
    return 0;
}
