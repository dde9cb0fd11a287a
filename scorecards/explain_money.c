#include "scorecards/explain_money.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/budget.h"
#include "core/store/cost.h"
#include "core/store/store.h"
#include "scorecards/explain_inner.h"
#include "scorecards/realised.h"
#include "scorecards/savings_inner.h"

enum { MONTHS_A_YEAR = 12, ORE_A_KRONE = 100 };
/* savings_part.gains are millionths of an øre */
#define PER_GAIN (TASK_KRONER_SCALE / SHARE_WHOLE / ORE_A_KRONE)

struct reading {
    struct explain_money *money;
    struct fault *fault;
};

/* ---- months ---- */

static int compare_months(const void *left, const void *right)
{
    const struct explain_month *a = left;
    const struct explain_month *b = right;

    if (a->booking != b->booking)
        return a->booking < b->booking ? -1 : 1;
    return (a->robot > b->robot) - (a->robot < b->robot);
}

static int join_months(struct reading *reading)
{
    struct explain_money *money = reading->money;
    size_t kept = 0;
    size_t i;

    if (money->month_count > 0)
        qsort(money->months, money->month_count, sizeof *money->months, compare_months);
    for (i = 0; i < money->month_count; i++) {
        struct explain_month *month = &money->months[i];
        struct explain_month *last = kept > 0 ? &money->months[kept - 1] : NULL;

        if (__builtin_add_overflow(money->saved, month->kroner, &money->saved) ||
            __builtin_add_overflow(money->realised, month->realised, &money->realised))
            return fault_set(reading->fault, -ERANGE, "the savings are too large to add up");
        if (last == NULL || compare_months(last, month) != 0) {
            money->months[kept++] = *month;
            continue;
        }
        if (__builtin_add_overflow(last->kroner, month->kroner, &last->kroner) ||
            __builtin_add_overflow(last->realised, month->realised, &last->realised))
            return fault_set(reading->fault, -ERANGE, "the savings are too large to add up");
    }
    money->month_count = kept;
    return 0;
}

static int read_months(struct store *store, struct reading *reading)
{
    struct explain_money *money = reading->money;
    const struct saved_cells *cells = &money->explain.cells;
    struct saved_query query = {.from_day = money->explain.query.from_day,
                                .to_day = money->explain.query.to_day};
    int128 *realised = NULL;
    size_t i;
    int result = realised_read(store, &query, cells, &realised, reading->fault);

    if (result < 0)
        return result;
    money->months = calloc(cells->count + 1, sizeof *money->months);
    for (i = 0; i < cells->count && money->months != NULL; i++) {
        const struct saved_cell *cell = &cells->cells[i];

        if (explain_is_asked(&money->explain, cell->robot, cell->place) &&
            (cell->amount.kroner != 0 || realised[i] != 0))
            money->months[money->month_count++] =
                (struct explain_month){.robot = &cells->robots.robots[cell->robot],
                                       .booking = cell->booking,
                                       .kroner = cell->amount.kroner,
                                       .realised = realised[i]};
    }
    free(realised);
    return money->months == NULL ? fault_no_memory(reading->fault) : join_months(reading);
}

/* ---- reductions ---- */

static bool counts(const struct explain *explain, const struct budget_reduction *reduction)
{
    const struct saved_cells *cells = &explain->cells;
    size_t place = task_department_place(&cells->organisation, reduction->department_id);

    return reduction->year >= clock_month_of_day(cells->from_day) / MONTHS_A_YEAR &&
           reduction->year <= clock_month_of_day(cells->to_day) / MONTHS_A_YEAR &&
           (!explain->is_of_department || explain->place == place) &&
           (explain->robot == NULL || reduction->robot_id == 0 ||
            reduction->robot_id == explain->robot->id);
}

static int take_reduction(const struct budget_reduction *reduction, void *context)
{
    struct reading *reading = context;
    struct explain_money *money = reading->money;
    const struct saved_cells *cells = &money->explain.cells;
    struct explain_reduction *added;

    if (!counts(&money->explain, reduction))
        return 0;
    added = reallocarray(money->reductions, money->reduction_count + 1, sizeof *added);
    if (added == NULL)
        return fault_no_memory(reading->fault);
    money->reductions = added;
    added += money->reduction_count++;
    *added = (struct explain_reduction){
        .id = reduction->id,
        .department = organisation_department_by_id(&cells->organisation, reduction->department_id),
        .robot = robot_list_find_id(&cells->robots, reduction->robot_id),
        .year = reduction->year,
        .kroner = reduction->kroner,
        .decided_day = reduction->decided_day,
        .document = strdup(reduction->document),
        .by_whom = strdup(reduction->by_whom),
    };
    return added->document != NULL && added->by_whom != NULL ? 0 : fault_no_memory(reading->fault);
}

/* ---- gains ---- */

static int push_gain(struct reading *reading, const struct savings_part *part)
{
    struct explain_money *money = reading->money;
    const struct saved_cells *cells = &money->explain.cells;
    const struct gain *gain = part->gain;
    struct explain_gain *added =
        reallocarray(money->gains, money->gain_count + 1, sizeof *money->gains);

    if (added == NULL)
        return fault_no_memory(reading->fault);
    money->gains = added;
    added += money->gain_count++;
    *added = (struct explain_gain){
        .id = gain->id,
        .robot = &cells->robots.robots[part->cell.robot],
        .department = organisation_department_by_id(&cells->organisation, gain->department_id),
        .day = gain->day,
        .booking = gain->booking,
        .ore = gain->ore,
        .what = strdup(gain->what),
        .document = strdup(gain->document),
        .by_whom = strdup(gain->by_whom),
    };
    return added->what != NULL && added->document != NULL && added->by_whom != NULL
               ? 0
               : fault_no_memory(reading->fault);
}

static int take_gain(const struct savings_part *part, void *context)
{
    struct reading *reading = context;
    struct explain_money *money = reading->money;
    struct explain_gain *last;

    if (!explain_is_asked(&money->explain, part->cell.robot, part->cell.place) || part->gains == 0)
        return 0;
    last = money->gain_count > 0 ? &money->gains[money->gain_count - 1] : NULL;
    if (last == NULL || last->id != part->gain->id) {
        int result = push_gain(reading, part);

        if (result < 0)
            return result;
        last = &money->gains[money->gain_count - 1];
    }
    if (last == NULL)
        return fault_no_memory(reading->fault);
    /* a gain is 10^11 øre at most: gain_add() */
    last->kroner += part->gains * PER_GAIN;
    if (__builtin_add_overflow(money->gained, part->gains * PER_GAIN, &money->gained))
        return fault_set(reading->fault, -ERANGE, "the gains are too large to add up");
    return 0;
}

/* ---- all of it ---- */

/* A total is the sum rounded half up; a row may have got or given a krone so that rows add up, what
 * is realised from as many rows as there are (savings_sums.c). */
static bool is_figure(const struct explain *explain, int64_t figure, int128 exact)
{
    int128 away = decimal_divide_half_up(exact, TASK_KRONER_SCALE) - figure;
    int128 most = 0;

    if (explain->is_of_department)
        most = (int128)explain->cells.organisation.department_count + 1;
    else if (explain->robot != NULL)
        most = (int128)explain->cells.robots.count;
    return away <= most && -away <= most;
}

static int read_all(struct store *store, struct reading *reading)
{
    struct explain_money *money = reading->money;
    const struct explain *explain = &money->explain;
    int result = explain_open(store, &money->explain, reading->fault);

    if (result == 0)
        result = read_months(store, reading);
    if (result == 0)
        result = budget_reduction_each(store, take_reduction, reading, reading->fault);
    if (result == 0)
        result =
            savings_gains_each(store, &explain->cells, false, take_gain, reading, reading->fault);
    if (result == 0 && (money->saved != explain->of_cells.kroner ||
                        !is_figure(explain, explain->realised, money->realised) ||
                        !is_figure(explain, explain->gains, money->gained)))
        result = fault_set(reading->fault, -EBADMSG,
                           "what is realised and gained does not add up to the figure; run "
                           "`automagi verify`, which says what is damaged");
    return result;
}

int explain_money_read(struct store *store, const struct explain_query *query,
                       struct explain_money *ret_money, struct fault *fault)
{
    struct explain_money money = {.explain = {.query = *query}};
    struct reading reading = {.money = &money, .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = read_all(store, &reading);
    store_view_leave(store, is_entered);
    if (result < 0)
        explain_money_release(&money);
    else
        *ret_money = money;
    return result;
}

void explain_money_release(struct explain_money *money)
{
    size_t i;

    if (money == NULL)
        return;
    for (i = 0; i < money->reduction_count; i++) {
        free(money->reductions[i].document);
        free(money->reductions[i].by_whom);
    }
    for (i = 0; i < money->gain_count; i++) {
        free(money->gains[i].what);
        free(money->gains[i].document);
        free(money->gains[i].by_whom);
    }
    free(money->reductions);
    free(money->gains);
    free(money->months);
    explain_release(&money->explain);
    *money = (struct explain_money){.month_count = 0};
}
