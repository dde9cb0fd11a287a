/* Slides: one message a page, with its figure or a short table; the page's foot is part of each. */
#include <string.h>

#include "core/base/text.h"
#include "scorecards/report/html_inner.h"
#include "scorecards/report/markup.h"

static size_t slide_count(const struct document *document)
{
    size_t count = 1;
    size_t i;

    for (i = 0; i < document->section_count; i++)
        count += document->sections[i].message != NULL;
    return count;
}

static void put_foot(const struct page *page, size_t number)
{
    const struct document *document = page->document;

    text_append_string(page->target, "<div class=\"foot\">");
    if (document->mark != NULL)
        html_element(page, "span", "mark", document->mark);
    if (document->made != NULL)
        html_element(page, "span", "made", document->made);
    text_append_string(page->target, "<span class=\"number\">");
    html_words(page, WORDS_PAGE_BEFORE_NUMBER);
    text_printf(page->target, " %zu ", number);
    html_words(page, WORDS_PAGE_BETWEEN_NUMBERS);
    text_printf(page->target, " %zu</span></div>\n</section>\n", slide_count(document));
}

/* What is shown of a section: its first figure; else its first table that is not too wide. NULL: neither. */
static const struct document_block *shown_of(const struct document_section *section)
{
    const struct document_block *table = NULL;
    size_t i;

    for (i = 0; i < section->block_count; i++) {
        const struct document_block *block = &section->blocks[i];

        if (block->kind == BLOCK_FIGURE)
            return block;
        if (block->kind == BLOCK_TABLE && table == NULL && html_fits_slide(block->table))
            table = block;
    }
    return table;
}

static bool says_the_message(const struct document_section *section,
                             const struct document_block *block)
{
    return html_is_text(block) && strcmp(block->text, section->message) == 0;
}

/* A section of words alone: as many as fit, without the message, which stands above them. */
static void put_texts(const struct page *page, const struct document_section *section)
{
    size_t begin = 0;
    size_t count = 0;
    int room = html_slide_room(section->message);

    while (begin < section->block_count && (!html_is_text(&section->blocks[begin]) ||
                                            says_the_message(section, &section->blocks[begin])))
        begin++;
    for (; begin + count < section->block_count && html_is_text(&section->blocks[begin + count]);
         count++) {
        room -= html_height_of_text(&section->blocks[begin + count]);
        if (room < 0)
            break;
    }
    html_texts(page, section->blocks + begin, count);
}

/* The message beside its figure, which has the page's whole height. */
static void put_drawn(const struct page *page, const struct document_section *section,
                      const struct document_block *figure)
{
    struct text *target = page->target;

    text_append_string(target, "<div class=\"words\">");
    html_element(page, "p", "kicker", section->title);
    html_element(page, "h2", NULL, section->message);
    text_append_string(target, "</div>\n<figure"); /* with a text, as in html.c */
    html_attribute(page, "aria-label", figure->title);
    text_append_string(target, "><div class=\"drawing\">");
    text_append_string(target, figure->svg);
    text_append_string(target, "</div>");
    html_element(page, "figcaption", NULL, figure->title);
    text_append_string(target, "</figure>\n");
}

/* The message above a table or words. */
static void put_written(const struct page *page, const struct document_section *section,
                        const struct document_block *table)
{
    struct text *target = page->target;

    html_element(page, "p", "kicker", section->title);
    html_element(page, "h2", NULL, section->message);
    text_append_string(target, "<div class=\"stage\">\n");
    if (table != NULL)
        html_table_short(page, table->table,
                         html_rows_that_fit(table->table, html_slide_room(section->message)));
    else
        put_texts(page, section);
    text_append_string(target, "</div>\n");
}

static void put_slide(const struct page *page, const struct document_section *section,
                      size_t number)
{
    const struct document_block *shown = shown_of(section);
    bool is_drawn = shown != NULL && shown->kind == BLOCK_FIGURE;

    text_append_string(page->target, "<section");
    html_attribute(page, "id", section->id);
    text_printf(page->target, " class=\"slide%s%s\">", is_drawn ? " drawn" : "",
                html_is_long(section->message) ? " long" : "");
    if (is_drawn)
        put_drawn(page, section, shown);
    else
        put_written(page, section, shown);
    put_foot(page, number);
}

void html_slides(const struct page *page)
{
    const struct document *document = page->document;
    size_t number = 1;
    size_t i;

    text_append_string(page->target, "<main id=\"page-main\">\n<section class=\"slide first\">\n");
    if (document->mark != NULL)
        html_element(page, "p", "banner", document->mark);
    html_element(page, "h1", NULL, document->title);
    if (document->subtitle != NULL)
        html_element(page, "p", "subtitle", document->subtitle);
    put_foot(page, number);
    for (i = 0; i < document->section_count; i++)
        if (document->sections[i].message != NULL)
            put_slide(page, &document->sections[i], ++number);
    text_append_string(page->target, "</main>\n");
}
