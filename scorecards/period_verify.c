/* Closed months recounted. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store.h"
#include "scorecards/cell_change.h"
#include "scorecards/period_inner.h"
#include "scorecards/savings.h"

enum { SAY_MAX = 1000, SAY_SIZE = 1024, COUNT_DIGITS = 6 };

struct verifying {
    struct store *store;
    struct fault *fault;
    period_difference_callback *callback;
    void *context;
    struct period_report report;
    struct period_kept kept;
    struct saved_cells cells; /* booked in closed months */
};

__attribute__((format(printf, 2, 3))) static void say(struct verifying *verifying,
                                                      const char *format, ...)
{
    char line[SAY_SIZE];
    va_list arguments;

    if (verifying->report.differences++ >= SAY_MAX)
        return;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    verifying->callback(line, verifying->context);
}

/* ---- order and hashes */

static void check_order(struct verifying *verifying, int32_t first_booked)
{
    const struct period_kept *kept = &verifying->kept;
    char name[CLOCK_MONTH_TEXT];
    char before[CLOCK_MONTH_TEXT];
    size_t i;

    clock_format_month(kept->rows[0].month, name);
    if (first_booked != 0 && first_booked < kept->rows[0].month) {
        clock_format_month(first_booked, before);
        say(verifying,
            "period %s: it is the first that is closed, but tasks are booked in %s before it", name,
            before);
    }
    for (i = 1; i < kept->count; i++) {
        if (kept->rows[i].month == kept->rows[i - 1].month + 1)
            continue;
        clock_format_month(kept->rows[i].month, name);
        clock_format_month(kept->rows[i - 1].month, before);
        say(verifying, "period %s: it is closed, and before it only those up to %s", name, before);
    }
}

static void check_hashes(struct verifying *verifying)
{
    static const unsigned char none[PERIOD_HASH_SIZE];
    const struct period_kept *kept = &verifying->kept;
    const unsigned char *previous = none;
    unsigned char hash[PERIOD_HASH_SIZE];
    char name[CLOCK_MONTH_TEXT];
    size_t i;

    for (i = 0; i < kept->count; i++) {
        const struct period_row *row = &kept->rows[i];
        const struct figure *figures = row->count > 0 ? &kept->figures[row->first] : NULL;

        clock_format_month(row->month, name);
        if (!period_hash_of(&verifying->cells, row->month, previous, figures, row->count, hash))
            say(verifying, "period %s: a figure names a robot or department that is not there",
                name);
        else if (memcmp(hash, row->hash, sizeof hash) != 0)
            say(verifying,
                "period %s: its hash is not that of its figures and the hash of the month before",
                name);
        previous = row->hash;
    }
}

/* ---- amounts */

static void name_cell(const struct saved_cells *of, const struct cell_change *change, char *target,
                      size_t size)
{
    const struct organisation *organisation = &of->organisation;

    (void)snprintf(target, size, "robot %s, department %s", of->robots.robots[change->robot].slug,
                   change->place < organisation->department_count
                       ? organisation->departments[change->place].slug
                       : SAVINGS_CROSS_ID);
}

/* "tasks 2, minutes -3.5": what is not 0. */
static void name_amount(const struct saved_amount *amount, char *target, size_t size)
{
    const struct {
        const char *name;
        int128 value;
        unsigned digits;
    } parts[] = {
        {"tasks", amount->tasks, COUNT_DIGITS},
        {"uncounted tasks", amount->uncounted, COUNT_DIGITS},
        {"handed over", amount->helped, COUNT_DIGITS},
        {"minutes", amount->minutes, TASK_MINUTE_DIGITS},
        {"kroner", decimal_divide_half_up(amount->kroner * 100, TASK_KRONER_SCALE), 2},
    };
    struct text text;
    size_t i;

    text_init(&text, size);
    for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char number[DECIMAL_TEXT_MAX];

        if (parts[i].value == 0)
            continue;
        decimal_format(parts[i].value, parts[i].digits, number, sizeof number);
        text_printf(&text, "%s%s %s", text.length > 0 ? ", " : "", parts[i].name, number);
    }
    (void)text_copy(target, size, text.length > 0 ? text_string(&text) : "less than an øre");
    text_release(&text);
}

static void say_changes(struct verifying *verifying, const struct saved_cells *of,
                        const struct cell_changes *changes, const char *what)
{
    char month[CLOCK_MONTH_TEXT];
    char cell[256];
    char amount[256];
    size_t i;

    for (i = 0; i < changes->count; i++) {
        clock_format_month(changes->changes[i].month, month);
        name_cell(of, &changes->changes[i], cell, sizeof cell);
        name_amount(&changes->changes[i].amount, amount, sizeof amount);
        say(verifying, "period %s, %s: %s: %s", month, cell, what, amount);
    }
}

static size_t robot_place(const struct saved_cells *of, int64_t id)
{
    size_t i;

    for (i = 0; i < of->robots.count; i++)
        if (of->robots.robots[i].id == id)
            break;
    return i;
}

/* The kept figures as cells, which borrow robots and departments. Those of a robot that is not
 * there were said with the hash. */
static int cells_of_kept(struct verifying *verifying, struct saved_cells *ret_cells)
{
    const struct period_kept *kept = &verifying->kept;
    struct saved_cells cells = verifying->cells;
    size_t i;
    size_t j;

    cells.count = 0;
    cells.cells = calloc(kept->figure_count + 1, sizeof *cells.cells);
    if (cells.cells == NULL)
        return fault_no_memory(verifying->fault);
    for (i = 0; i < kept->count; i++)
        for (j = kept->rows[i].first; j < kept->rows[i].first + kept->rows[i].count; j++) {
            const struct figure *figure = &kept->figures[j];
            struct saved_cell cell = {
                .robot = robot_place(&cells, figure->robot_id),
                .place = task_department_place(&cells.organisation, figure->department_id),
                .month = kept->rows[i].month,
                .booking = kept->rows[i].month,
                .amount = {.tasks = figure->tasks,
                           .uncounted = figure->uncounted,
                           .helped = figure->helped,
                           .minutes = figure->minutes,
                           .kroner = figure->kroner},
            };

            if (cell.robot < cells.robots.count)
                cells.cells[cells.count++] = cell;
        }
    *ret_cells = cells;
    return 0;
}

static int check_figures(struct verifying *verifying)
{
    struct saved_cells kept = {.count = 0};
    struct cell_changes changes = {.count = 0};
    int result = cells_of_kept(verifying, &kept);

    if (result == 0)
        result = cell_changes_read(&kept, &verifying->cells, CELL_MONTH_BOOKING, &changes,
                                   verifying->fault);
    if (result == 0)
        say_changes(verifying, &verifying->cells, &changes,
                    "a recount differs from the frozen figures by");
    cell_changes_release(&changes);
    free(kept.cells);
    return result;
}

/* ---- counter-entries */

/* Booked once a month had been closed, after their own, and at the latest where those of today
 * would be or where a version begins to value. */
static int look_at_adjustment(const struct adjustment *adjustment, void *context)
{
    struct verifying *verifying = context;
    const struct period_kept *kept = &verifying->kept;
    const char *wrong = NULL;
    char booking[CLOCK_MONTH_TEXT];

    if (kept->count == 0 || adjustment->booking <= kept->rows[0].month)
        wrong = "before a month had been closed";
    else if (adjustment->booking <= adjustment->month)
        wrong = "which is not after its own month";
    else if (adjustment->booking > verifying->cells.open_from &&
             saved_next_version(&verifying->cells, adjustment->booking - 1).booking_from !=
                 adjustment->booking)
        wrong = "later than the oldest open month";
    if (wrong == NULL)
        return 0;
    clock_format_month(adjustment->booking, booking);
    say(verifying, "adjustment %" PRId64 ": it is booked in %s, %s", adjustment->id, booking,
        wrong);
    return 0;
}

/* What was closed and all counter-entries, against what is known now: difference.h. Over all days
 * there are: a counter-entry is to be seen also where no task is. */
static int check_adjustments(struct verifying *verifying)
{
    struct saved_query query = {.from_day = clock_first_day_of_month(PERIOD_MONTH_LEAST),
                                .to_day = clock_last_day_of_month(PERIOD_MONTH_MOST),
                                .by_completion = true,
                                .booked_before = verifying->cells.open_from};
    struct saved_cells closed = {.count = 0};
    struct saved_cells latest = {.count = 0};
    struct cell_changes changes = {.count = 0};
    int result = saved_cells_read(verifying->store, &query, &closed, verifying->fault);

    query.value_booking = BOOKING_LATEST;
    if (result == 0)
        result = saved_cells_read(verifying->store, &query, &latest, verifying->fault);
    if (result == 0)
        result =
            cell_changes_read(&closed, &latest, CELL_MONTH_COMPLETION, &changes, verifying->fault);
    if (result == 0)
        say_changes(verifying, &latest, &changes,
                    "with all adjustments it still differs from what is known now by");
    cell_changes_release(&changes);
    saved_cells_release(&closed);
    saved_cells_release(&latest);
    return result;
}

static int verify_all(struct verifying *verifying)
{
    struct period_kept *kept = &verifying->kept;
    int32_t first = 0;
    int32_t last = 0;
    int result = period_kept_read(verifying->store, kept, verifying->fault);

    if (result == 0 && kept->count == 0)
        result = adjustment_each(verifying->store, look_at_adjustment, verifying, verifying->fault);
    if (result < 0 || kept->count == 0)
        return result;
    verifying->report.periods = (int64_t)kept->count;
    verifying->report.figures = (int64_t)kept->figure_count;
    result = period_booked(verifying->store, &first, &last, verifying->fault);
    if (result == 0)
        result =
            period_cells(verifying->store, kept->rows[0].month, kept->rows[kept->count - 1].month,
                         &verifying->cells, verifying->fault);
    if (result < 0)
        return result;
    check_order(verifying, first);
    check_hashes(verifying);
    result = adjustment_each(verifying->store, look_at_adjustment, verifying, verifying->fault);
    if (result == 0)
        result = check_figures(verifying);
    return result == 0 ? check_adjustments(verifying) : result;
}

int period_verify(struct store *store, period_difference_callback *callback, void *context,
                  struct period_report *ret_report, struct fault *fault)
{
    struct verifying verifying = {
        .store = store, .fault = fault, .callback = callback, .context = context};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result == 0)
        result = verify_all(&verifying);
    store_view_leave(store, is_entered);
    period_kept_release(&verifying.kept);
    saved_cells_release(&verifying.cells);
    /* What cannot be a month or an amount, or cannot be added up, is a difference. */
    if (result == -EBADMSG || result == -ERANGE || result == -EINVAL) {
        say(&verifying, "%s", fault->text);
        result = 0;
    }
    if (result == 0)
        *ret_report = verifying.report;
    return result;
}
