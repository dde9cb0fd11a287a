/*
 * xlsx.h - a report as a workbook: a sheet of its own for each table, and a first one that says what it is.
 *
 * Numbers are numbers with a format (kroner, hours, percent, dates), so they can be added up; heads are frozen
 * and filter; widths fit; text that a spreadsheet would take for a formula is text. Names of sheets are those of
 * the tables, with their section's where two have the same, cut to 31 characters and told apart. The same report
 * gives the same bytes.
 *
 * How a cell becomes one: a number the number itself (hours and minutes as they are, percent as a fraction with a
 * format of percent, a day and the first of a month as a day); no number an empty cell. What is said beside a
 * number, or why there is none, stands in a column of its own to the right of it, so that it can be filtered and is
 * not lost elsewhere. What a spreadsheet cannot hold exactly (beyond 15 digits, before March 1900) is text. Weak
 * cells are grey and italic. Below the head the filter takes in all rows but the totals at the end.
 *
 * The library that writes it crashes, or goes on without a word to its caller, where it lacks memory: it works in a
 * process of its own (core/base/apart.h), and a workbook in whose making it told of an error is none.
 *
 * Threads: no other one in this process.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_XLSX_H
#define AUTOMAGI_SCORECARDS_REPORT_XLSX_H

struct document;
struct fault;
struct text;

/* The workbook's bytes, appended. As document_result(); -E2BIG: more tables or rows than a workbook has room for;
 * -ENOMEM, -EIO. */
int xlsx_render(const struct document *document, struct text *target, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
