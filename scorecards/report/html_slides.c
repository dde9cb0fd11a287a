/* Slides: one message a page, with its figure or a short table; the page's foot is part of each. */
#include <string.h>

#include "core/base/text.h"
#include "scorecards/report/html_inner.h"
#include "scorecards/report/markup.h"

enum { SLIDE_ROWS = 9, SLIDE_COLUMNS = 8, SLIDE_TEXTS = 5 };

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
        if (block->kind == BLOCK_TABLE && table == NULL &&
            block->table->column_count <= SLIDE_COLUMNS)
            table = block;
    }
    return table;
}

static bool says_the_message(const struct document_section *section,
                             const struct document_block *block)
{
    return html_is_text(block) && strcmp(block->text, section->message) == 0;
}

/* A section of words alone: its first ones, without the message, which stands above them. */
static void put_texts(const struct page *page, const struct document_section *section)
{
    size_t begin = 0;
    size_t count = 0;

    while (begin < section->block_count && (!html_is_text(&section->blocks[begin]) ||
                                            says_the_message(section, &section->blocks[begin])))
        begin++;
    while (begin + count < section->block_count && count < SLIDE_TEXTS &&
           html_is_text(&section->blocks[begin + count]))
        count++;
    html_texts(page, section->blocks + begin, count);
}

static void put_slide(const struct page *page, const struct document_section *section,
                      size_t number)
{
    const struct document_block *shown = shown_of(section);
    struct text *target = page->target;

    text_append_string(target, "<section class=\"slide\"");
    html_attribute(page, "id", section->id);
    text_append_string(target, ">");
    html_element(page, "p", "kicker", section->title);
    html_element(page, "h2", NULL, section->message);
    text_append_string(target, "<div class=\"stage\">\n");
    if (shown == NULL) {
        put_texts(page, section);
    } else if (shown->kind == BLOCK_TABLE) {
        html_table_short(page, shown->table, SLIDE_ROWS);
    } else {
        text_append_string(target, "<figure>");
        html_element(page, "figcaption", NULL, shown->title);
        text_append_string(target, "<div class=\"drawing\">");
        text_append_string(target, shown->svg);
        text_append_string(target, "</div></figure>\n");
    }
    text_append_string(target, "</div>\n");
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
