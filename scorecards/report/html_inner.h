/*
 * html_inner.h - the parts of a page; html*.c alone.
 *
 * What is written is well-formed XML as well, so that tests can read it strictly.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_HTML_INNER_H
#define AUTOMAGI_SCORECARDS_REPORT_HTML_INNER_H

#include <stdbool.h>
#include <stddef.h>

#include "scorecards/report/document.h"
#include "scorecards/report/html.h"
#include "scorecards/report/words.h"

struct text;

struct page {
    const struct document *document;
    enum html_form form;
    struct text *target;
};

/* The style of the form, with the mark and the made line at the foot of each printed page. */
void html_style(const struct page *page);

/* <name class="...">text</name>; class_name NULL: none; text NULL: nothing at all. */
void html_element(const struct page *page, const char *name, const char *class_name,
                  const char *text);
/* A word of the catalogue, escaped. */
void html_words(const struct page *page, enum words id);
/* name="value" after a blank. */
void html_attribute(const struct page *page, const char *name, const char *value);

/* The whole table, in a frame that scrolls where it may be wider than the page. */
void html_table(const struct page *page, const struct document_table *table);
/* ... its first rows and its totals, when it has more than `rows`. */
void html_table_short(const struct page *page, const struct document_table *table, size_t rows);

/* How a table is printed: what does not fit across a page is set smaller, then has its units in its heads, then lies
 * on a page that is turned. */
struct html_print {
    int tenths_of_point;
    bool has_units_in_head, is_wide, breaks_words;
};
struct html_print html_print_of(const struct document_table *table);

/* Of a slide, in tenths of a millimetre. */
bool html_is_long(const char *message);   /* set smaller */
int html_slide_room(const char *message); /* the height that is left below it */
int html_height_of_text(const struct document_block *block);
bool html_fits_slide(const struct document_table *table); /* across */
/* Of the table's rows from the first on, its totals besides. */
size_t html_rows_that_fit(const struct document_table *table, int room);

/* Paragraphs, lists, terms. */
void html_texts(const struct page *page, const struct document_block *blocks, size_t count);
bool html_is_text(const struct document_block *block);

/* <main> of the slides. */
void html_slides(const struct page *page);

#endif
