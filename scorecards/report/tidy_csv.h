/*
 * tidy_csv.h - a report as one CSV file: a line for each cell of each table, for programs.
 *
 *   table,row,row_name,column,column_name,kind,value,beside
 * table, row and column are ids, the same in both languages; value is a plain number (point, no grouping), a day
 * YYYY-MM-DD, a month YYYY-MM or text; beside what is said beside it, or why there is none. Text that a
 * spreadsheet would take for a formula stands behind a ' (csv_append(), core/base/csv.h).
 *
 * kind is text, count, kroner, hours, minutes, percent, points, day or month; of a cell that holds words text,
 * whatever its column is. Percent is as it is read: 12.5. A row's first cell is its name and has a line too.
 * The row `total` of a table is no row of its own.
 *
 * Appended to `target`. As document_result(); -E2BIG or -ENOMEM when it does not fit.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_TIDY_CSV_H
#define AUTOMAGI_SCORECARDS_REPORT_TIDY_CSV_H

struct document;
struct fault;
struct text;

int tidy_csv_render(const struct document *document, struct text *target, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
