/*
 * xlsx_inner.h - what the parts of the workbook share; xlsx*.c alone.
 *
 * The library is asked through these functions, which keep its first error in `error` and then do nothing.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_XLSX_INNER_H
#define AUTOMAGI_SCORECARDS_REPORT_XLSX_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xlsxwriter.h>

#include "core/base/text.h"
#include "scorecards/report/document.h"

enum {
    XLSX_SHEETS_MAX = 4096,
    XLSX_NAME_UNITS = 31,   /* of UTF-16, which is what spreadsheets count */
    XLSX_NAME_MAX = 96 + 1, /* the same in UTF-8 */
    XLSX_TEXT_UNITS = 32767 /* of a cell */
};
enum xlsx_look {
    XLSX_PLAIN = 0,
    XLSX_WEAK = 1,
    XLSX_TOTAL = 2,
    XLSX_LOOKS = 4 /* WEAK | TOTAL is one too */
};
enum { XLSX_KINDS = KIND_MONTH + 1, XLSX_DIGITS = 18 + 1 };

struct xlsx_name {
    char text[XLSX_NAME_MAX];
};

struct xlsx {
    const struct document *document;
    int file; /* in memory; of this one and of the process that writes it */
    lxw_workbook *workbook;
    struct xlsx_name *names; /* of the first sheet, then of tables[i] at i + 1 */
    lxw_format *cells[XLSX_KINDS][XLSX_DIGITS][XLSX_LOOKS]; /* made when first asked for */
    lxw_format *title, *mark, *heading, *link;
    lxw_format *line, *words; /* words are wrapped */
    struct text text;         /* of the cell in hand */
    lxw_error error;
};

/* A table's title, with that of its section where others have the same; appended. */
void xlsx_title_put(const struct document_table *table, struct text *target);
/* Names of sheets: what spreadsheets take, and told apart. */
void xlsx_names(const struct document *document, struct xlsx_name *names);

/* NULL, and the error, when there is no memory. */
lxw_format *xlsx_cell_format(struct xlsx *xlsx, const struct document_column *column,
                             enum xlsx_look look);
void xlsx_formats(struct xlsx *xlsx);

/* Text is text, whatever it looks like; control characters are blanks, what is too long ends in "…". */
void xlsx_put_text(struct xlsx *xlsx, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                   const char *text, lxw_format *format);
/* Text that leads to a sheet. */
void xlsx_put_link(struct xlsx *xlsx, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                   const char *text, const struct xlsx_name *to);
/* How it is printed, with the report's mark at each foot. */
void xlsx_page(struct xlsx *xlsx, lxw_worksheet *sheet);
void xlsx_keep(struct xlsx *xlsx, lxw_error error);

/* The sheets. */
void xlsx_put_contents(struct xlsx *xlsx);
void xlsx_put_table(struct xlsx *xlsx, const struct document_table *table,
                    const struct xlsx_name *name);

#endif
