/* Tasks, hours and kroner, by department and by month. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

enum { TENTHS = 10 }; /* of hours */

static const struct report_column department_columns[] = {
    {"name", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    REPORT_SAVED_COLUMNS,
};

void report_cells_saved(struct document_table *table, const struct savings_row *row, int64_t hours)
{
    document_cell_number(table, row->tasks);
    document_cell_number(table, row->uncounted_tasks);
    document_cell_number(table, hours);
    document_cell_number(table, row->kroner);
    document_cell_number(table, row->disputed);
    document_cell_number(table, row->realised);
    document_cell_number(table, row->gains);
}

static void put_total(struct composing *composing, struct document_table *table,
                      const struct savings *savings, int64_t hours)
{
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, report_word(composing, WORDS_REPORT_TOTAL));
    report_cells_saved(table, &savings->total, hours);
}

/* Whole ones, as the drawing has them: the part that the disputed kroner are of all. */
static int64_t disputed_hours(const struct savings_row *row, int64_t tenths)
{
    if (row->kroner == 0 || row->disputed == 0)
        return 0;
    return (int64_t)decimal_divide_half_up((int128)tenths * row->disputed,
                                           (int128)row->kroner * TENTHS);
}

static int put_department_chart(struct composing *composing, struct document_table *table,
                                struct fault *fault)
{
    const struct savings *savings = &composing->figures.departments;
    const int64_t *hours = composing->figures.department_hours.rows;
    struct chart chart = {composing->language, "savings-departments-chart",
                          report_word(composing, WORDS_REPORT_CHART_DEPARTMENTS),
                          SAY(composing, WORDS_REPORT_CHART_DEPARTMENTS_IS,
                              shown_hours(composing, composing->figures.department_hours.total)),
                          report_word(composing, WORDS_REPORT_HOURS)};
    struct chart_bar *bars = calloc(savings->row_count + 1, sizeof *bars);
    struct text svg;
    size_t i;

    if (bars == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < savings->row_count; i++)
        bars[i] = (struct chart_bar){.label = savings->rows[i].name,
                                     .value = (int64_t)decimal_divide_half_up(hours[i], TENTHS),
                                     .part = disputed_hours(&savings->rows[i], hours[i])};
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_bars(&svg, &chart, bars, savings->row_count);
    free(bars);
    document_figure(table, chart.title, report_keep(composing, &svg));
    return 0;
}

static int put_departments(struct composing *composing, struct fault *fault)
{
    const struct savings *savings = &composing->figures.departments;
    struct document_table *table =
        TABLE(composing, "savings-departments", WORDS_REPORT_TABLE_DEPARTMENTS, department_columns);
    size_t i;

    for (i = 0; i < savings->row_count; i++) {
        document_row(table, savings->rows[i].id, ROW_PLAIN);
        document_cell_text(table, savings->rows[i].name);
        report_cells_saved(table, &savings->rows[i], composing->figures.department_hours.rows[i]);
    }
    put_total(composing, table, savings, composing->figures.department_hours.total);
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_DEPARTMENTS_NOTE));
    return put_department_chart(composing, table, fault);
}

static const struct report_column month_columns[] = {
    {"month", WORDS_REPORT_MONTH, KIND_MONTH, 0, false},
    REPORT_SAVED_COLUMNS,
};

/* Columns stand on zero: a month in which more was taken back than done has none. */
static int64_t not_below_zero(int64_t number)
{
    return number < 0 ? 0 : number;
}

static int put_month_chart(struct composing *composing, struct document_table *table,
                           struct fault *fault)
{
    const struct savings *savings = &composing->figures.months;
    struct chart chart = {composing->language, "savings-months-chart",
                          report_word(composing, WORDS_REPORT_CHART_MONTHS),
                          SAY(composing, WORDS_REPORT_CHART_MONTHS_IS,
                              shown_count(composing, savings->total.tasks),
                              shown_count(composing, savings->total.uncounted_tasks)),
                          report_word(composing, WORDS_REPORT_TASKS_UNIT)};
    int64_t *counts = calloc(2 * savings->row_count + 1, sizeof *counts);
    struct chart_months months = {.month_count = savings->row_count, .series = 2};
    struct text svg;
    size_t i;

    if (counts == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < savings->row_count; i++) {
        counts[i] = not_below_zero(savings->rows[i].tasks);
        counts[savings->row_count + i] = not_below_zero(savings->rows[i].uncounted_tasks);
    }
    months.first_month = clock_month_of_day(composing->query.from_day);
    months.names[0] = report_word(composing, WORDS_REPORT_SERIES_COUNTED);
    months.names[1] = report_word(composing, WORDS_REPORT_SERIES_UNCOUNTED);
    months.values[0] = counts;
    months.values[1] = counts + savings->row_count;
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_months(&svg, &chart, &months);
    free(counts);
    document_figure(table, chart.title, report_keep(composing, &svg));
    return 0;
}

static int put_months(struct composing *composing, struct fault *fault)
{
    const struct savings *savings = &composing->figures.months;
    struct document_table *table =
        TABLE(composing, "savings-months", WORDS_REPORT_TABLE_MONTHS, month_columns);
    size_t i;

    for (i = 0; i < savings->row_count; i++) {
        int32_t month = clock_month_of_day(composing->query.from_day) + (int32_t)i;

        document_row(table, savings->rows[i].id, ROW_PLAIN);
        document_cell_number(table, month);
        report_cells_saved(table, &savings->rows[i], composing->figures.month_hours.rows[i]);
    }
    put_total(composing, table, savings, composing->figures.month_hours.total);
    return put_month_chart(composing, table, fault);
}

/* Whose hours are most. */
static size_t largest(const struct composing *composing)
{
    const int64_t *hours = composing->figures.department_hours.rows;
    size_t most = 0;
    size_t i;

    for (i = 1; i < composing->figures.departments.row_count; i++)
        if (hours[i] > hours[most])
            most = i;
    return most;
}

int report_savings(struct composing *composing, struct fault *fault)
{
    const struct savings *savings = &composing->figures.departments;
    const struct savings_row *total = &savings->total;
    int64_t hours = composing->figures.department_hours.total;
    size_t most = largest(composing);
    int result;

    report_section(composing, "savings", WORDS_REPORT_SAVINGS);
    if (total->tasks == 0)
        document_message(composing->document, report_word(composing, WORDS_REPORT_SAVINGS_NONE));
    else
        document_message(
            composing->document,
            SAY(composing, WORDS_REPORT_SAVINGS_MESSAGE, shown_hours(composing, hours),
                savings->rows[most].name,
                shown_hours(composing, composing->figures.department_hours.rows[most])));
    report_lead(composing,
                SAY(composing, WORDS_REPORT_SAVINGS_LEAD, shown_count(composing, total->tasks),
                    shown_hours(composing, hours), shown_kroner(composing, total->kroner)));
    report_paragraph(composing, SAY(composing, WORDS_REPORT_SAVINGS_REALISED,
                                    shown_kroner(composing, total->realised),
                                    shown_kroner(composing, total->released)));
    if (total->gains != 0)
        report_paragraph(composing, SAY(composing, WORDS_REPORT_SAVINGS_GAINS,
                                        shown_kroner(composing, total->gains)));
    if (total->uncounted_tasks != 0)
        report_warning(composing, SAY(composing, WORDS_REPORT_SAVINGS_UNCOUNTED,
                                      shown_count(composing, total->uncounted_tasks)));
    if (total->disputed != 0)
        report_warning(composing, SAY(composing, WORDS_REPORT_SAVINGS_DISPUTED,
                                      shown_kroner(composing, total->disputed)));
    result = put_departments(composing, fault);
    if (result == 0)
        result = put_months(composing, fault);
    return result;
}
