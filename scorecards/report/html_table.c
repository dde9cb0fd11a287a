/* Tables: captions, header cells, totals; what is wide scrolls by itself. */
#include <string.h>

#include "core/base/text.h"
#include "scorecards/report/html_inner.h"
#include "scorecards/report/markup.h"

enum {
    NARROW_COLUMNS = 2, /* up to these a telephone shows all of it */
    SHORT = 9,          /* rows that printing keeps on one page */
    PROSE = 50          /* characters from which on a cell is a sentence */
};

/* Digits stand under digits; days, months and words begin at the left. */
static bool is_figure(const struct document_column *column)
{
    switch (column->kind) {
    case KIND_COUNT:
    case KIND_KRONER:
    case KIND_HOURS:
    case KIND_MINUTES:
    case KIND_PERCENT:
    case KIND_POINTS:
        return true;
    case KIND_TEXT:
    case KIND_DAY:
    case KIND_MONTH:
        return false;
    }
    return false;
}

static bool is_whole(const struct document_column *column)
{
    return column->is_narrow || column->kind == KIND_DAY || column->kind == KIND_MONTH;
}

/* A sentence is not squeezed into a column of words where the table may scroll. */
static bool is_prose(const struct document_cell *cell)
{
    return cell->state == CELL_TEXT && cell->svg == NULL && text_columns(cell->text) >= PROSE;
}

/* Whether a link to it leads somewhere in this form. */
static bool has_section(const struct page *page, const char *id)
{
    size_t i;

    if (page->form == HTML_SLIDES)
        return false;
    for (i = 0; i < page->document->section_count; i++)
        if (strcmp(page->document->sections[i].id, id) == 0)
            return true;
    return false;
}

/* The unit of an amount apart, so that paper can leave it to the column's head. */
static void put_with_unit(const struct page *page, const struct document_column *column,
                          const struct document_cell *cell, const char *value)
{
    static const char blank[] = "\xC2\xA0";
    const char *gap = strstr(value, blank);
    struct text number;

    if (column->kind != KIND_KRONER || cell->state != CELL_NUMBER || gap == NULL) {
        markup_put(page->target, value);
        return;
    }
    text_init(&number, DOCUMENT_BYTES_MAX);
    if (page->document->language == LANGUAGE_DANISH) {
        text_append(&number, value, (size_t)(gap - value));
        markup_put(page->target, text_string(&number));
        html_element(page, "span", "unit", gap);
    } else {
        gap += strlen(blank);
        text_append(&number, value, (size_t)(gap - value));
        html_element(page, "span", "unit", text_string(&number));
        markup_put(page->target, gap);
    }
    text_release(&number);
}

static void put_value(const struct page *page, const struct document_table *table, size_t column,
                      const struct document_cell *cell)
{
    struct text value;

    text_init(&value, DOCUMENT_BYTES_MAX);
    document_cell_put(table, column, cell, &value);
    if (value.broken != 0 && page->target->broken == 0)
        page->target->broken = value.broken;
    put_with_unit(page, &table->columns[column], cell, text_string(&value));
    text_release(&value);
}

static void put_inside(const struct page *page, const struct document_table *table, size_t column,
                       const struct document_cell *cell)
{
    bool has_link = cell->link != NULL && has_section(page, cell->link);

    if (cell->svg != NULL) {
        text_append_string(page->target, cell->svg);
        return;
    }
    if (has_link) {
        text_append_string(page->target, "<a href=\"#");
        markup_put(page->target, cell->link);
        text_append_string(page->target, "\">");
    }
    put_value(page, table, column, cell);
    if (has_link)
        text_append_string(page->target, "</a>");
    if (cell->state == CELL_NUMBER && cell->text != NULL && cell->text[0] != '\0') {
        text_append_char(page->target, ' ');
        html_element(page, "span", "beside", cell->text);
    }
}

static void put_cell(const struct page *page, const struct document_table *table, size_t column,
                     const struct document_cell *cell)
{
    const struct document_column *of = &table->columns[column];
    const char *name = column == 0 ? "th" : "td";
    struct text *target = page->target;

    text_printf(target, "<%s", name);
    if (column == 0)
        text_append_string(target, " scope=\"row\"");
    if (is_figure(of) || is_whole(of) || cell->is_weak || cell->state == CELL_NONE ||
        is_prose(cell))
        text_printf(target, " class=\"%s%s%s%s%s\"", is_figure(of) ? "figure " : "",
                    is_whole(of) ? "whole " : "", cell->is_weak ? "weak " : "",
                    cell->state == CELL_NONE ? "none" : "", is_prose(cell) ? "prose" : "");
    text_append_char(target, '>');
    put_inside(page, table, column, cell);
    text_printf(target, "</%s>", name);
}

static void put_row(const struct page *page, const struct document_table *table,
                    const struct document_row *row)
{
    size_t i;

    switch (row->kind) {
    case ROW_PLAIN:
        text_append_string(page->target, "<tr>");
        break;
    case ROW_TOTAL:
        text_append_string(page->target, "<tr class=\"total\">");
        break;
    case ROW_WEAK:
        text_append_string(page->target, "<tr class=\"weak\">");
        break;
    }
    for (i = 0; i < table->column_count; i++)
        put_cell(page, table, i, &row->cells[i]);
    text_append_string(page->target, "</tr>\n");
}

static void put_head(const struct page *page, const struct document_table *table)
{
    size_t i;

    text_append_string(page->target, "<thead><tr>");
    for (i = 0; i < table->column_count; i++) {
        text_append_string(page->target, is_figure(&table->columns[i])
                                             ? "<th scope=\"col\" class=\"figure\">"
                                             : "<th scope=\"col\">");
        markup_put(page->target, table->columns[i].heading);
        if (table->columns[i].kind == KIND_KRONER && page->form != HTML_SLIDES)
            html_element(page, "span", "unit",
                         page->document->language == LANGUAGE_DANISH ? " (kr.)" : " (DKK)");
        text_append_string(page->target, "</th>");
    }
    text_append_string(page->target, "</tr></thead>\n<tbody>\n");
}

static void put_table(const struct page *page, const struct document_table *table, size_t rows)
{
    struct html_print print = html_print_of(table);
    struct text *target = page->target;
    bool is_cut = table->row_count > rows;
    size_t i;

    text_append_string(target, "<table");
    html_attribute(page, "id", table->id);
    text_printf(target, " class=\"%s%s%s\"", print.has_units_in_head ? "heads" : "",
                print.breaks_words ? " breaks" : "", table->row_count <= SHORT ? " short" : "");
    if (page->form != HTML_SLIDES)
        text_printf(target, " style=\"--print:%d.%dpt\"", print.tenths_of_point / 10,
                    print.tenths_of_point % 10);
    text_append_char(target, '>');
    html_element(page, "caption", NULL, table->title);
    put_head(page, table);
    for (i = 0; i < table->row_count; i++)
        if (!is_cut || i < rows || table->rows[i].kind == ROW_TOTAL)
            put_row(page, table, &table->rows[i]);
    text_append_string(target, "</tbody></table>");
}

static void put_note(const struct page *page, const struct document_table *table)
{
    if (table->note != NULL)
        html_element(page, "p", "note", table->note);
}

/* A frame that scrolls, can be reached by keys and says what is in it (no landmark: many robots have tables
 * of one name); on paper nothing scrolls. */
static bool begin_scrolling(const struct page *page, const struct document_table *table)
{
    struct text label;

    if (page->form == HTML_PAPER || table->column_count <= NARROW_COLUMNS)
        return false;
    text_init(&label, DOCUMENT_BYTES_MAX);
    words_put(&label, page->document->language, WORDS_PAGE_WIDE_TABLE,
              (const char *[]){table->title});
    text_append_string(page->target, "<div class=\"scroll\" role=\"group\" tabindex=\"0\"");
    html_attribute(page, "aria-label", text_string(&label));
    text_append_char(page->target, '>');
    text_release(&label);
    return true;
}

void html_table(const struct page *page, const struct document_table *table)
{
    bool scrolls;

    text_printf(page->target, "<div class=\"table%s\">",
                html_print_of(table).is_wide ? " wide" : "");
    scrolls = begin_scrolling(page, table);
    put_table(page, table, table->row_count);
    text_append_string(page->target, scrolls ? "</div>" : "");
    put_note(page, table);
    text_append_string(page->target, "</div>\n");
}

void html_table_short(const struct page *page, const struct document_table *table, size_t rows)
{
    struct language_text count =
        language_number(page->document->language, (int128)table->row_count, 0);
    struct text more;
    bool scrolls;

    text_append_string(page->target, "<div class=\"table\">");
    scrolls = begin_scrolling(page, table);
    put_table(page, table, rows);
    text_append_string(page->target, scrolls ? "</div>" : "");
    if (table->row_count > rows) {
        text_init(&more, DOCUMENT_BYTES_MAX);
        words_put(&more, page->document->language, WORDS_PAGE_MORE_ROWS,
                  (const char *[]){count.text});
        html_element(page, "p", "note", text_string(&more));
        text_release(&more);
    }
    put_note(page, table);
    text_append_string(page->target, "</div>\n");
}
