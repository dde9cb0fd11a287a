/* Which month may be closed, closing it, and the list of months. */
#include "scorecards/period.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/ledger.h"
#include "core/store/store.h"
#include "scorecards/cell_change.h"
#include "scorecards/difference.h"
#include "scorecards/period_inner.h"
#include "scorecards/pool.h"

/* ---- a month's own figures */

static const struct saved_cells nothing = {.count = 0};

/* Adds one month's changes, which follow one another by robot. */
static int add_up(const struct cell_changes *list, struct period_month *month, struct fault *fault)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        if (list->changes[i].month != month->month)
            continue;
        if (!saved_amount_add(&month->amount, &list->changes[i].amount))
            return fault_set(fault, -ERANGE, "the savings of a month are too large to add up");
        if (i == 0 || list->changes[i - 1].month != month->month ||
            list->changes[i - 1].robot != list->changes[i].robot)
            month->robots++;
    }
    return 0;
}

/* What is late or an adjustment among the cells booked in the month. */
static void count_late(const struct saved_cells *cells, struct period_month *month)
{
    const struct saved_cell *before = NULL;
    size_t i;

    for (i = 0; i < cells->count; i++) {
        const struct saved_cell *cell = &cells->cells[i];

        if (cell->booking != month->month)
            continue;
        if (!cell->is_adjustment && cell->month != month->month)
            month->late += cell->amount.tasks + cell->amount.uncounted;
        if (!cell->is_adjustment)
            continue;
        if (before == NULL || before->month != cell->month || before->robot != cell->robot)
            month->adjustments++;
        month->adjusted += cell->amount.kroner;
        before = cell;
    }
}

/* ---- which may be closed */

/* The next one: after the last that was closed, or the first with anything booked; 0: none. */
static int find_next(struct store *store, int32_t *ret_next, struct fault *fault)
{
    int32_t first = 0;
    int32_t last = 0;
    int32_t open_from = 0;
    int result = period_open_from(store, &open_from, fault);

    if (result == 0)
        result = period_booked(store, &first, &last, fault);
    if (result == 0)
        *ret_next = open_from != 0 ? open_from : first;
    return result;
}

static int check_order(int32_t month, int32_t next, int32_t today, struct fault *fault)
{
    char name[CLOCK_MONTH_TEXT];
    char next_name[CLOCK_MONTH_TEXT];
    char day[CLOCK_DAY_TEXT];

    clock_format_month(month, name);
    clock_format_month(next, next_name);
    if (next == 0)
        return fault_set(fault, -EPERM,
                         "%s cannot be closed: no task is booked yet; see `automagi task list`",
                         name);
    if (month < next)
        return fault_set(fault, -EPERM,
                         "%s is closed or lies before the first month with a task; the next to be "
                         "closed is %s, see `automagi period list`",
                         name, next_name);
    if (month > next)
        return fault_set(fault, -EPERM,
                         "%s cannot be closed before %s, months are closed in order; close that "
                         "first: `automagi period close %s --by NAME`",
                         name, next_name, next_name);
    if (clock_last_day_of_month(month) < today)
        return 0;
    clock_format_day(clock_first_day_of_month(month + 1), day);
    return fault_set(fault, -EPERM, "%s has not ended; close it on %s or later", name, day);
}

struct gap {
    const struct organisation *organisation;
    int32_t month, day;
    int64_t robot_id; /* 0: none was found */
};

static int find_gap(const struct rollup_row *row, void *context)
{
    struct gap *gap = context;

    if (gap->robot_id == 0 && row->booking == gap->month &&
        attempt_outcome_sign(row->outcome) > 0 &&
        organisation_rate_for(gap->organisation, row->period, gap->month) == 0) {
        gap->day = row->period;
        gap->robot_id = row->robot_id;
    }
    return 0;
}

/* Every task booked in it has a rate? */
static int check_rates(struct store *store, const struct saved_cells *cells, int32_t month,
                       struct fault *fault)
{
    struct gap gap = {.organisation = &cells->organisation, .month = month};
    const struct robot *robot;
    char name[CLOCK_MONTH_TEXT];
    char day[CLOCK_DAY_TEXT];
    int result =
        rollup_each_day(store, INT32_MIN, clock_last_day_of_month(month), find_gap, &gap, fault);

    if (result < 0 || gap.robot_id == 0)
        return result;
    robot = robot_list_find_id(&cells->robots, gap.robot_id);
    clock_format_month(month, name);
    clock_format_day(gap.day, day);
    return fault_set(fault, -EPERM,
                     "%s cannot be closed: %s has tasks of %s, a day without an hourly rate; "
                     "set one from that day or earlier with `automagi rate set`, then close it",
                     name, robot != NULL ? robot->slug : "a robot", day);
}

/* The cells booked in a month that may be closed. */
static int look(struct store *store, int32_t month, int64_t now_ms, struct saved_cells *ret_cells,
                struct fault *fault)
{
    int32_t next = 0;
    int result = find_next(store, &next, fault);

    if (result == 0)
        result = check_order(month, next, clock_local_day(now_ms), fault);
    if (result == 0)
        result = period_cells(store, month, month, ret_cells, fault);
    if (result == 0)
        result = check_rates(store, ret_cells, month, fault);
    return result;
}

static int describe(const struct saved_cells *cells, int32_t month,
                    struct cell_changes *ret_figures, struct period_month *ret_month,
                    struct fault *fault)
{
    struct period_month described = {.month = month};
    size_t i;
    int result = cell_changes_read(&nothing, cells, CELL_MONTH_BOOKING, ret_figures, fault);

    if (result == 0)
        result = add_up(ret_figures, &described, fault);
    count_late(cells, &described);
    for (i = 0; i < cells->count; i++)
        described.amount.disputed += cells->cells[i].amount.disputed;
    if (result == 0)
        *ret_month = described;
    return result;
}

int period_look(struct store *store, int32_t month, int64_t now_ms, struct period_month *ret_month,
                struct fault *fault)
{
    struct saved_cells cells = {.count = 0};
    struct cell_changes figures = {.count = 0};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result == 0)
        result = look(store, month, now_ms, &cells, fault);
    if (result == 0)
        result = describe(&cells, month, &figures, ret_month, fault);
    store_view_leave(store, is_entered);
    cell_changes_release(&figures);
    saved_cells_release(&cells);
    return result;
}

/* ---- closing */

static int compare_figures(const void *left, const void *right)
{
    const struct figure *a = left;
    const struct figure *b = right;

    if (a->robot_id != b->robot_id)
        return a->robot_id < b->robot_id ? -1 : 1;
    return (a->department_id > b->department_id) - (a->department_id < b->department_id);
}

static int list_figures(const struct saved_cells *cells, const struct cell_changes *changes,
                        struct figure **ret_figures, struct fault *fault)
{
    struct figure *figures = calloc(changes->count + 1, sizeof *figures);
    size_t i;
    int result = 0;

    if (figures == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < changes->count && result == 0; i++)
        result = cell_change_figure(cells, &changes->changes[i], &figures[i], fault);
    if (result < 0) {
        free(figures);
        return result;
    }
    qsort(figures, changes->count, sizeof *figures, compare_figures);
    *ret_figures = figures;
    return 0;
}

static int keep_last_hash(const struct period *period, void *context)
{
    memcpy(context, period->hash, PERIOD_HASH_SIZE);
    return 0;
}

static int freeze(struct store *store, const struct saved_cells *cells,
                  const struct figure *figures, size_t count, struct period_month *month,
                  struct fault *fault)
{
    unsigned char previous[PERIOD_HASH_SIZE] = {0};
    struct period period = {.month = month->month,
                            .closed_ms = month->closed_ms,
                            .closed_by = month->closed_by,
                            .hash = month->hash};
    int result = period_each(store, keep_last_hash, previous, fault);

    if (result < 0)
        return result;
    if (!period_hash_of(cells, month->month, previous, figures, count, month->hash))
        return fault_set(fault, -EBADMSG,
                         "a figure names a robot or department that is not there; run automagi "
                         "verify");
    return period_add(store, &period, figures, count, fault);
}

static bool is_december(int32_t month)
{
    return month % 12 == 11;
}

int period_close(struct store *store, int32_t month, const char *by, int64_t now_ms,
                 struct period_month *ret_month, struct fault *fault)
{
    struct saved_cells cells = {.count = 0};
    struct cell_changes changes = {.count = 0};
    struct period_month closing = {.month = month};
    struct figure *figures = NULL;
    int result = look(store, month, now_ms, &cells, fault);

    if (result == 0)
        result = describe(&cells, month, &changes, &closing, fault);
    if (result == 0)
        result = list_figures(&cells, &changes, &figures, fault);
    if (result == 0) {
        closing.is_closed = true;
        closing.closed_ms = now_ms;
        (void)text_copy(closing.closed_by, sizeof closing.closed_by, by);
        result = freeze(store, &cells, figures, changes.count, &closing, fault);
    }
    if (result == 0)
        result = difference_book_ahead(store, &cells, month, by, now_ms, fault);
    if (result == 0 && is_december(month))
        result = pool_credit_year(store, month / 12, by, now_ms, fault);
    free(figures);
    cell_changes_release(&changes);
    saved_cells_release(&cells);
    if (result == 0)
        *ret_month = closing;
    return result;
}

/* ---- the list */

static void put_frozen(const struct period_kept *kept, const struct period_row *row,
                       struct period_month *month)
{
    size_t i;

    month->is_closed = true;
    month->closed_ms = row->closed_ms;
    (void)text_copy(month->closed_by, sizeof month->closed_by, row->closed_by);
    memcpy(month->hash, row->hash, sizeof month->hash);
    month->amount = (struct saved_amount){.tasks = 0};
    month->robots = 0;
    for (i = row->first; i < row->first + row->count; i++) {
        const struct figure *figure = &kept->figures[i];

        month->amount.tasks += figure->tasks;
        month->amount.uncounted += figure->uncounted;
        month->amount.helped += figure->helped;
        month->amount.minutes += figure->minutes;
        month->amount.kroner += figure->kroner;
        if (i == row->first || figure->robot_id != kept->figures[i - 1].robot_id)
            month->robots++;
    }
}

static int list_months(struct store *store, int32_t first, struct period_list *list,
                       struct fault *fault)
{
    struct saved_cells cells = {.count = 0};
    struct cell_changes changes = {.count = 0};
    struct period_kept kept = {.count = 0};
    size_t closed = 0;
    size_t i;
    int result = period_cells(store, first, first + (int32_t)list->count - 1, &cells, fault);

    if (result == 0)
        result = cell_changes_read(&nothing, &cells, CELL_MONTH_BOOKING, &changes, fault);
    if (result == 0)
        result = period_kept_read(store, &kept, fault);
    for (i = 0; i < list->count && result == 0; i++) {
        struct period_month *month = &list->months[i];

        month->month = first + (int32_t)i;
        result = add_up(&changes, month, fault);
        count_late(&cells, month);
        while (closed < kept.count && kept.rows[closed].month < month->month)
            closed++;
        if (closed < kept.count && kept.rows[closed].month == month->month)
            put_frozen(&kept, &kept.rows[closed], month);
    }
    period_kept_release(&kept);
    cell_changes_release(&changes);
    saved_cells_release(&cells);
    return result;
}

int period_list_read(struct store *store, int32_t today, struct period_list *ret_list,
                     struct fault *fault)
{
    struct period_list list = {.count = 0};
    int32_t first = 0;
    int32_t last = 0;
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result == 0)
        result = period_booked(store, &first, &last, fault);
    if (result == 0 && first != 0) {
        if (last < clock_month_of_day(today))
            last = clock_month_of_day(today);
        list.count = (size_t)(last - first) + 1;
        list.months = calloc(list.count, sizeof *list.months);
        result =
            list.months != NULL ? list_months(store, first, &list, fault) : fault_no_memory(fault);
    }
    store_view_leave(store, is_entered);
    if (result < 0)
        period_list_release(&list);
    else
        *ret_list = list;
    return result;
}

void period_list_release(struct period_list *list)
{
    free(list->months);
    *list = (struct period_list){.count = 0};
}
