/*
 * Savings: exactly, cell by cell, and as the table that people are shown.
 *
 * Both are rounded within a booking month alone, so that a month that is closed never moves again,
 * whatever comes after it.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "scorecards/savings.h"
#include "scorecards/warehouse_inner.h"

enum { SHARE_DIGITS = 6, KRONER_DIGITS = 4, KRONER_SCALE = 10000 };

/* Where the cells of the month that begins at `first` end. */
static size_t month_end(const struct saved_cells *cells, size_t first)
{
    size_t end = first;

    while (end < cells->count && cells->cells[end].booking == cells->cells[first].booking)
        end++;
    return end;
}

static void put_cell(const struct saved_cells *cells, const struct saved_cell *cell, int64_t kroner,
                     int64_t disputed, struct warehouse_rows *rows)
{
    warehouse_row_begin(rows);
    warehouse_put_month(rows, cell->booking);
    warehouse_put_month(rows, cell->month);
    warehouse_put_bool(rows, cell->is_adjustment);
    warehouse_put_text(rows, cells->robots.robots[cell->robot].slug);
    warehouse_put_text(rows, warehouse_department(&cells->organisation, cell->place));
    warehouse_put_decimal(rows, cell->amount.tasks, SHARE_DIGITS);
    warehouse_put_decimal(rows, cell->amount.uncounted, SHARE_DIGITS);
    warehouse_put_decimal(rows, cell->amount.helped, SHARE_DIGITS);
    warehouse_put_decimal(rows, cell->amount.minutes, TASK_MINUTE_DIGITS);
    warehouse_put_decimal(rows, kroner, KRONER_DIGITS);
    warehouse_put_decimal(rows, disputed, KRONER_DIGITS);
    warehouse_row_end(rows);
}

/* The cells from `first` to before `end`; room for that many in `exact`, twice in `rounded`. */
static int put_month(const struct saved_cells *cells, size_t first, size_t end, int128 *exact,
                     int64_t *rounded, struct warehouse_rows *rows)
{
    size_t count = end - first;
    int64_t total;
    size_t i;
    int result;

    for (i = 0; i < count; i++)
        exact[i] = cells->cells[first + i].amount.kroner;
    result = decimal_apportion(exact, count, TASK_KRONER_SCALE / KRONER_SCALE, rounded, &total);
    for (i = 0; i < count; i++)
        exact[i] = cells->cells[first + i].amount.disputed;
    if (result == 0)
        result = decimal_apportion(exact, count, TASK_KRONER_SCALE / KRONER_SCALE, rounded + count,
                                   &total);
    for (i = 0; i < count && result == 0; i++)
        put_cell(cells, &cells->cells[first + i], rounded[i], rounded[count + i], rows);
    return result;
}

int warehouse_write_savings(const struct warehouse_source *source, struct warehouse_rows *rows,
                            struct fault *fault)
{
    const struct saved_cells *cells = &source->cells;
    int128 *exact = calloc(cells->count + 1, sizeof *exact);
    int64_t *rounded = calloc(cells->count + 1, 2 * sizeof *rounded);
    int result = exact != NULL && rounded != NULL ? 0 : -ENOMEM;
    size_t first;
    size_t end;

    for (first = 0; first < cells->count && result == 0; first = end) {
        end = month_end(cells, first);
        result = put_month(cells, first, end, exact, rounded, rows);
    }
    free(rounded);
    free(exact);
    if (result == -ENOMEM)
        return fault_no_memory(fault);
    return result < 0 ? fault_set(fault, result, "the savings of a month are too large to add up")
                      : 0;
}

static void put_table_rows(const struct savings *savings, int32_t month,
                           struct warehouse_rows *rows)
{
    size_t i;

    for (i = 0; i < savings->row_count; i++) {
        warehouse_row_begin(rows);
        warehouse_put_month(rows, month);
        warehouse_put_text(rows, savings->rows[i].id);
        warehouse_put_int(rows, savings->rows[i].tasks);
        warehouse_put_int(rows, savings->rows[i].uncounted_tasks);
        warehouse_put_decimal(rows, savings->rows[i].minutes, savings->minute_digits);
        warehouse_put_int(rows, savings->rows[i].kroner);
        warehouse_put_int(rows, savings->rows[i].released);
        warehouse_put_int(rows, savings->rows[i].realised);
        warehouse_put_int(rows, savings->rows[i].disputed);
        warehouse_put_int(rows, savings->rows[i].gains);
        warehouse_row_end(rows);
    }
}

/* The table of one month, as `automagi savings` of its days shows it. */
static int put_table(const struct warehouse_source *source, int32_t month,
                     struct warehouse_rows *rows, struct fault *fault)
{
    struct savings_query query = {.from_day = clock_first_day_of_month(month),
                                  .to_day = clock_last_day_of_month(month),
                                  .by = SAVINGS_BY_DEPARTMENT};
    struct savings savings = {.row_count = 0};
    int result = savings_read(source->store, &query, &savings, fault);

    if (result == 0)
        put_table_rows(&savings, month, rows);
    savings_release(&savings);
    return result;
}

int warehouse_write_table(const struct warehouse_source *source, struct warehouse_rows *rows,
                          struct fault *fault)
{
    const struct saved_cells *cells = &source->cells;
    int32_t last = clock_month_of_day(cells->to_day);
    int32_t month;
    int result = 0;

    for (month = clock_month_of_day(cells->from_day); month <= last && result == 0; month++)
        result = put_table(source, month, rows, fault);
    return result;
}
