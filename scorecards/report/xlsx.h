/*
 * xlsx.h - a report as a workbook: a sheet of its own for each table, and a first one that says what it is.
 *
 * Numbers are numbers with a format (kroner, hours, percent, dates), so they can be added up; heads are frozen
 * and filter; widths fit; text that a spreadsheet would take for a formula is text. Names of sheets are those of
 * the tables, cut to 31 characters and told apart. The same report gives the same bytes.
 *
 * Threads: one at a time.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_XLSX_H
#define AUTOMAGI_SCORECARDS_REPORT_XLSX_H

struct document;
struct fault;
struct text;

/* The workbook's bytes. -ENOMEM, -EIO with a fault. */
int xlsx_render(const struct document *document, struct text *target, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
