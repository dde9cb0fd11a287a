/* A table's sheet: its title, the mark, its head, its rows, and what is said below it. */
#include <string.h>

#include "core/base/clock.h"
#include "scorecards/report/words.h"
#include "scorecards/report/xlsx_inner.h"

enum {
    DAY_OF_1970 = 25569, /* as spreadsheets count days */
    FIRST_SURE_DAY = 61, /* before 1900-03-01 they do not agree */
    WIDTH_LEAST = 9,
    WIDTH_MOST = 60,
    FILTER_BUTTON = 4, /* columns that it covers, and what bold letters take more */
    SLACK = 2
};
#define EXACT_MOST INT64_C(999999999999999) /* more digits a spreadsheet does not keep */

/* Tenths are exact as far as 10^22. */
static const double TENS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9, 1e10,
                              1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20};
enum { PERCENT_DIGITS = 2 };

struct sheet {
    struct xlsx *xlsx;
    lxw_worksheet *worksheet;
    const struct document_table *table;
    lxw_row_t row;
    lxw_col_t places[DOCUMENT_COLUMNS_MAX]; /* where each column stands */
    bool has_beside[DOCUMENT_COLUMNS_MAX];  /* a column of words to the right of it */
    lxw_col_t width;                        /* columns of all */
};

/* Words that the cell itself has no room for, because it is a number's. */
static bool says_beside(const struct document_column *column, const struct document_cell *cell)
{
    return column->kind != KIND_TEXT && cell->state != CELL_TEXT && cell->text != NULL &&
           cell->text[0] != '\0';
}

static void place_columns(struct sheet *sheet)
{
    const struct document_table *table = sheet->table;
    size_t i;
    size_t j;

    for (i = 0; i < table->column_count; i++) {
        for (j = 0; j < table->row_count && !sheet->has_beside[i]; j++)
            sheet->has_beside[i] = says_beside(&table->columns[i], &table->rows[j].cells[i]);
        sheet->places[i] = sheet->width++;
        if (sheet->has_beside[i])
            sheet->width++;
    }
}

/* Days and months as the spreadsheet's days, percent as a fraction. False: it could not hold it exactly. */
static bool number_of(const struct document_column *column, int64_t number, double *ret_number)
{
    int64_t days = INT64_MIN;

    if (number < -EXACT_MOST || number > EXACT_MOST)
        return false;
    switch (column->kind) {
    case KIND_DAY:
        days = number + DAY_OF_1970;
        break;
    case KIND_MONTH:
        days = (int64_t)clock_first_day_of_month((int32_t)number) + DAY_OF_1970;
        break;
    case KIND_PERCENT:
        *ret_number = (double)number / TENS[column->digits + PERCENT_DIGITS];
        return true;
    case KIND_KRONER:
        *ret_number = (double)number;
        return true;
    case KIND_TEXT:
    case KIND_COUNT:
    case KIND_HOURS:
    case KIND_MINUTES:
    case KIND_POINTS:
        *ret_number = (double)number / TENS[column->digits];
        return true;
    }
    *ret_number = (double)days;
    return days >= FIRST_SURE_DAY;
}

/* The sheet of the section's first table; NULL: it has none. */
static const struct xlsx_name *sheet_of(const struct xlsx *xlsx, const char *section_id)
{
    const struct document *document = xlsx->document;
    const struct document_table *table = NULL;
    size_t i;
    size_t j;

    for (i = 0; i < document->section_count && table == NULL; i++)
        if (strcmp(document->sections[i].id, section_id) == 0)
            for (j = 0; j < document->sections[i].block_count && table == NULL; j++)
                table = document->sections[i].blocks[j].table;
    for (i = 0; i < document->table_count && table != NULL; i++)
        if (document->tables[i] == table && !table->is_of_page)
            return &xlsx->names[i + 1];
    return NULL;
}

static void put_words(struct sheet *sheet, lxw_col_t place, const struct document_cell *cell,
                      lxw_format *format)
{
    const struct xlsx_name *to = cell->link != NULL ? sheet_of(sheet->xlsx, cell->link) : NULL;

    if (to != NULL)
        xlsx_put_link(sheet->xlsx, sheet->worksheet, sheet->row, place, cell->text, to);
    else
        xlsx_put_text(sheet->xlsx, sheet->worksheet, sheet->row, place, cell->text, format);
}

/* As it is read, where a spreadsheet could not hold it. */
static void put_as_read(struct sheet *sheet, size_t column, const struct document_cell *cell,
                        lxw_format *format)
{
    struct text text;

    text_init(&text, LANGUAGE_TEXT_MAX);
    document_cell_put(sheet->table, column, cell, &text);
    xlsx_put_text(sheet->xlsx, sheet->worksheet, sheet->row, sheet->places[column],
                  text_string(&text), format);
    text_release(&text);
}

static void put_cell(struct sheet *sheet, size_t column, const struct document_cell *cell,
                     enum xlsx_look look)
{
    static const struct document_column words_column = {.kind = KIND_TEXT};
    struct xlsx *xlsx = sheet->xlsx;
    lxw_format *words_format = xlsx_cell_format(xlsx, &words_column, look);
    lxw_format *format = xlsx_cell_format(xlsx, &sheet->table->columns[column], look);
    lxw_col_t place = sheet->places[column];
    double number;

    if (xlsx->error != LXW_NO_ERROR)
        return;
    switch (cell->state) {
    case CELL_TEXT:
        put_words(sheet, place, cell, words_format);
        break;
    case CELL_NUMBER:
        if (number_of(&sheet->table->columns[column], cell->number, &number))
            xlsx_keep(xlsx,
                      worksheet_write_number(sheet->worksheet, sheet->row, place, number, format));
        else
            put_as_read(sheet, column, cell, words_format);
        break;
    case CELL_NONE:
        if (sheet->table->columns[column].kind == KIND_TEXT)
            put_words(sheet, place, cell, words_format);
        else
            xlsx_keep(xlsx, worksheet_write_blank(sheet->worksheet, sheet->row, place, format));
        break;
    }
    if (sheet->has_beside[column])
        xlsx_put_text(xlsx, sheet->worksheet, sheet->row, (lxw_col_t)(place + 1),
                      says_beside(&sheet->table->columns[column], cell) ? cell->text : "",
                      words_format);
}

static void put_row(struct sheet *sheet, const struct document_row *row)
{
    size_t i;

    for (i = 0; i < sheet->table->column_count; i++) {
        bool is_weak = row->kind == ROW_WEAK || row->cells[i].is_weak;

        put_cell(sheet, i, &row->cells[i],
                 (enum xlsx_look)((is_weak ? XLSX_WEAK : XLSX_PLAIN) |
                                  (row->kind == ROW_TOTAL ? XLSX_TOTAL : XLSX_PLAIN)));
    }
    sheet->row++;
}

/* The heading of what is said beside a column. */
static void put_beside_heading(const struct sheet *sheet, size_t column, struct text *heading)
{
    words_put(heading, sheet->xlsx->document->language, WORDS_WORKBOOK_BESIDE,
              (const char *[]){sheet->table->columns[column].heading});
}

static void put_head(struct sheet *sheet)
{
    struct xlsx *xlsx = sheet->xlsx;
    struct text heading;
    size_t i;

    text_init(&heading, DOCUMENT_BYTES_MAX);
    for (i = 0; i < sheet->table->column_count; i++) {
        const struct document_column *column = &sheet->table->columns[i];

        xlsx_put_text(xlsx, sheet->worksheet, sheet->row, sheet->places[i], column->heading,
                      xlsx->heading);
        if (!sheet->has_beside[i])
            continue;
        text_clear(&heading);
        put_beside_heading(sheet, i, &heading);
        xlsx_put_text(xlsx, sheet->worksheet, sheet->row, (lxw_col_t)(sheet->places[i] + 1),
                      text_string(&heading), xlsx->heading);
    }
    text_release(&heading);
    sheet->row++;
}

static size_t wider(size_t width, size_t other)
{
    return width > other ? width : other;
}

/* As wide as what stands in it. */
static void set_widths(struct sheet *sheet, size_t column)
{
    const struct document_table *table = sheet->table;
    size_t width = text_columns(table->columns[column].heading) + FILTER_BUTTON;
    size_t beside;
    struct text text;
    size_t i;

    text_init(&text, DOCUMENT_BYTES_MAX);
    put_beside_heading(sheet, column, &text);
    beside = text_columns(text_string(&text)) + FILTER_BUTTON;
    for (i = 0; i < table->row_count; i++) {
        const struct document_cell *cell = &table->rows[i].cells[column];

        text_clear(&text);
        if (cell->state != CELL_NONE)
            document_cell_put(table, column, cell, &text);
        width = wider(width, text_columns(text_string(&text)) + SLACK);
        if (says_beside(&table->columns[column], cell))
            beside = wider(beside, text_columns(cell->text) + SLACK);
    }
    text_release(&text);
    width = wider(width < WIDTH_MOST ? width : WIDTH_MOST, WIDTH_LEAST);
    beside = wider(beside < WIDTH_MOST ? beside : WIDTH_MOST, WIDTH_LEAST);
    xlsx_keep(sheet->xlsx, worksheet_set_column(sheet->worksheet, sheet->places[column],
                                                sheet->places[column], (double)width, NULL));
    if (sheet->has_beside[column])
        xlsx_keep(sheet->xlsx, worksheet_set_column(
                                   sheet->worksheet, (lxw_col_t)(sheet->places[column] + 1),
                                   (lxw_col_t)(sheet->places[column] + 1), (double)beside, NULL));
}

/* Totals at the end stay where they are when the rows are sorted or filtered. */
static lxw_row_t filtered_rows(const struct document_table *table)
{
    size_t count = table->row_count;

    while (count > 0 && table->rows[count - 1].kind == ROW_TOTAL)
        count--;
    return (lxw_row_t)count;
}

void xlsx_put_table(struct xlsx *xlsx, const struct document_table *table,
                    const struct xlsx_name *name)
{
    struct sheet sheet = {.xlsx = xlsx, .table = table};
    struct text title;
    lxw_row_t head;
    size_t i;

    if (xlsx->error == LXW_NO_ERROR)
        sheet.worksheet = workbook_add_worksheet(xlsx->workbook, name->text);
    if (sheet.worksheet == NULL) {
        xlsx_keep(xlsx, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    place_columns(&sheet);
    text_init(&title, DOCUMENT_BYTES_MAX);
    xlsx_title_put(table, &title);
    xlsx_put_text(xlsx, sheet.worksheet, sheet.row++, 0, text_string(&title), xlsx->title);
    text_release(&title);
    if (xlsx->document->mark != NULL)
        xlsx_put_text(xlsx, sheet.worksheet, sheet.row++, 0, xlsx->document->mark, xlsx->mark);
    head = sheet.row;
    put_head(&sheet);
    for (i = 0; i < table->row_count && xlsx->error == LXW_NO_ERROR; i++)
        put_row(&sheet, &table->rows[i]);
    if (table->note != NULL)
        xlsx_put_text(xlsx, sheet.worksheet, ++sheet.row, 0, table->note, xlsx->line);
    for (i = 0; i < table->column_count && xlsx->error == LXW_NO_ERROR; i++)
        set_widths(&sheet, i);
    worksheet_freeze_panes(sheet.worksheet, head + 1, 1);
    xlsx_keep(xlsx, worksheet_autofilter(sheet.worksheet, head, 0, head + filtered_rows(table),
                                         (lxw_col_t)(sheet.width - 1)));
    xlsx_keep(xlsx, worksheet_repeat_rows(sheet.worksheet, 0, head));
    xlsx_page(xlsx, sheet.worksheet);
}
