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

/* On paper it has pages of its own width. */
bool html_is_wide(const struct document_table *table);

/* Paragraphs, lists, terms. */
void html_texts(const struct page *page, const struct document_block *blocks, size_t count);
bool html_is_text(const struct document_block *block);

/* <main> of the slides. */
void html_slides(const struct page *page);

#endif
