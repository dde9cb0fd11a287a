#include "scorecards/report/html.h"

#include "core/base/fault.h"
#include "core/base/text.h"
#include "scorecards/report/html_inner.h"
#include "scorecards/report/markup.h"

void html_attribute(const struct page *page, const char *name, const char *value)
{
    text_printf(page->target, " %s=\"", name);
    markup_put(page->target, value);
    text_append_char(page->target, '"');
}

void html_element(const struct page *page, const char *name, const char *class_name,
                  const char *text)
{
    if (text == NULL)
        return;
    text_printf(page->target, "<%s", name);
    if (class_name != NULL)
        html_attribute(page, "class", class_name);
    text_append_char(page->target, '>');
    markup_put(page->target, text);
    text_printf(page->target, "</%s>", name);
}

void html_words(const struct page *page, enum words id)
{
    markup_put(page->target, words(page->document->language, id));
}

static void put_head(const struct page *page)
{
    const struct document *document = page->document;
    struct text *target = page->target;

    text_append_string(target, "<!DOCTYPE html>\n<html");
    html_attribute(page, "lang", language_tag(document->language));
    text_append_string(
        target,
        ">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<title>");
    if (document->title != NULL)
        markup_put(target, document->title);
    if (document->subtitle != NULL && document->subtitle[0] != '\0') {
        text_append_string(target, " – ");
        markup_put(target, document->subtitle);
    }
    text_append_string(target, "</title>\n<style>\n");
    html_style(page);
    text_append_string(target, "</style>\n</head>\n");
}

/* ---- texts ---- */

bool html_is_text(const struct document_block *block)
{
    return block->kind != BLOCK_TABLE && block->kind != BLOCK_FIGURE;
}

static void put_text(const struct page *page, const struct document_block *block)
{
    switch (block->kind) {
    case BLOCK_PARAGRAPH:
        html_element(page, "p", NULL, block->text);
        break;
    case BLOCK_LEAD:
        html_element(page, "p", "lead", block->text);
        break;
    case BLOCK_WARNING:
        html_element(page, "p", "warning", block->text);
        break;
    case BLOCK_LIST_ITEM:
        html_element(page, "li", NULL, block->text);
        break;
    case BLOCK_TERM:
        text_append_string(page->target, "<div>");
        html_element(page, "dt", NULL, block->term);
        html_element(page, "dd", NULL, block->text);
        text_append_string(page->target, "</div>");
        break;
    case BLOCK_TABLE:
    case BLOCK_FIGURE:
        break;
    }
    text_append_char(page->target, '\n');
}

/* What items of a kind stand in; NULL: nothing. */
static const char *list_of(enum block_kind kind)
{
    if (kind == BLOCK_LIST_ITEM)
        return "ul";
    return kind == BLOCK_TERM ? "dl" : NULL;
}

void html_texts(const struct page *page, const struct document_block *blocks, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const char *list = list_of(blocks[i].kind);

        if (list != NULL && (i == 0 || blocks[i - 1].kind != blocks[i].kind))
            text_printf(page->target, "<%s>\n", list);
        put_text(page, &blocks[i]);
        if (list != NULL && (i + 1 == count || blocks[i + 1].kind != blocks[i].kind))
            text_printf(page->target, "</%s>\n", list);
    }
}

/* ---- sections ---- */

static void put_figure(const struct page *page, const struct document_block *block)
{
    struct text *target = page->target;

    /* Chromium makes a <figure> a Figure in the PDF, which must have a text: that is the drawing's. */
    text_append_string(target, page->form == HTML_PAPER ? "<figure role=\"group\">" : "<figure>");
    html_element(page, "figcaption", NULL, block->title);
    if (page->form == HTML_SCREEN) {
        text_append_string(target, "<div class=\"scroll\" role=\"group\" tabindex=\"0\"");
        html_attribute(page, "aria-label", block->title);
        text_append_string(target, ">");
    } else {
        text_append_string(target, "<div>");
    }
    text_append_string(target, block->svg);
    text_append_string(target, "</div></figure>\n");
    if (!block->table->is_behind_figure)
        return;
    if (page->form == HTML_PAPER) {
        /* What one robot's drawing shows is its text as well, and in the workbook. */
        if (!block->table->is_of_page)
            html_table(page, block->table);
        return;
    }
    text_append_string(target, "<details><summary>");
    html_words(page, WORDS_PAGE_NUMBERS_BEHIND);
    text_append_string(target, "<span class=\"unseen\">: ");
    markup_put(target, block->table->title);
    text_append_string(target, "</span></summary>\n");
    html_table(page, block->table);
    text_append_string(target, "</details>\n");
}

/* The blocks from `begin` up to `end`. */
static void put_blocks(const struct page *page, const struct document_section *section,
                       size_t begin, size_t end)
{
    size_t i = begin;

    while (i < end) {
        const struct document_block *block = &section->blocks[i];
        size_t count = 0;

        while (i + count < end && html_is_text(&block[count]))
            count++;
        html_texts(page, block, count);
        if (count == 0) {
            if (block->kind == BLOCK_FIGURE)
                put_figure(page, block);
            else
                html_table(page, block->table);
            count = 1;
        }
        i += count;
    }
}

/* How many blocks stand with the heading on the first wide table's page: words, and that table; 0: it is not wide. */
static size_t blocks_of_wide_page(const struct document_section *section)
{
    size_t i = 0;

    while (i < section->block_count && html_is_text(&section->blocks[i]))
        i++;
    if (i == section->block_count || section->blocks[i].kind != BLOCK_TABLE ||
        !html_print_of(section->blocks[i].table).is_wide)
        return 0;
    return i + 1;
}

/* A section of level 2 lies inside the one of level 1 before it; without one it is of level 1. */
static int level_of(const struct document_section *section, int open)
{
    int level = section->level < 1 ? 1 : section->level > 2 ? 2 : section->level;

    return level < open + 1 ? level : open + 1;
}

static void put_sections(const struct page *page)
{
    const struct document *document = page->document;
    struct text *target = page->target;
    int open = 0;
    size_t i;

    for (i = 0; i < document->section_count; i++) {
        const struct document_section *section = &document->sections[i];
        int level = level_of(section, open);
        size_t wide = blocks_of_wide_page(section);

        for (; open >= level; open--)
            text_append_string(target, "</section>\n");
        open = level;
        text_append_string(target, "<section");
        html_attribute(page, "id", section->id);
        if (section->begins_page || section->is_dense)
            html_attribute(page, "class",
                           !section->is_dense     ? "begins"
                           : section->begins_page ? "begins dense"
                                                  : "dense");
        text_append_char(target, '>');
        if (wide > 0)
            text_append_string(target, "<div class=\"wide\">");
        html_element(page, open == 1 ? "h2" : "h3", NULL, section->title);
        text_append_char(target, '\n');
        put_blocks(page, section, 0, wide);
        if (wide > 0)
            text_append_string(target, "</div>\n");
        put_blocks(page, section, wide, section->block_count);
    }
    for (; open > 0; open--)
        text_append_string(target, "</section>\n");
}

/* ---- around them ---- */

static void put_contents(const struct page *page)
{
    const struct document *document = page->document;
    struct text *target = page->target;
    int open = 0;
    size_t i;

    text_append_string(target, "<nav id=\"page-contents\" aria-labelledby=\"page-contents-title\">"
                               "<p id=\"page-contents-title\">");
    html_words(page, WORDS_PAGE_CONTENTS);
    text_append_string(target, "</p>\n");
    for (i = 0; i < document->section_count; i++) {
        const struct document_section *section = &document->sections[i];
        int level = level_of(section, open);

        for (; open > level; open--)
            text_append_string(target, "</li></ol>\n");
        if (open == level)
            text_append_string(target, "</li>\n");
        else
            text_append_string(target, "<ol>");
        open = level;
        text_append_string(target, "<li><a href=\"#");
        markup_put(target, section->id);
        text_append_string(target, "\">");
        markup_put(target, section->title);
        text_append_string(target, "</a>");
    }
    for (; open > 0; open--)
        text_append_string(target, "</li></ol>\n");
    text_append_string(target, "</nav>\n");
}

static void put_link_to_other_language(const struct page *page)
{
    enum language other =
        page->document->language == LANGUAGE_DANISH ? LANGUAGE_ENGLISH : LANGUAGE_DANISH;

    text_append_string(page->target, "<p class=\"other\"><a");
    html_attribute(page, "href", page->document->other_language_href);
    html_attribute(page, "hreflang", language_tag(other));
    html_attribute(page, "lang", language_tag(other));
    text_append_char(page->target, '>');
    html_words(page, WORDS_PAGE_OTHER_LANGUAGE);
    text_append_string(page->target, "</a></p>\n");
}

static void put_header(const struct page *page)
{
    const struct document *document = page->document;
    struct text *target = page->target;

    if (page->form == HTML_SCREEN) {
        text_append_string(target, "<a class=\"skip\" href=\"#page-main\">");
        html_words(page, WORDS_PAGE_SKIP);
        text_append_string(target, "</a>\n");
    }
    text_append_string(target, "<header>\n");
    if (document->mark != NULL)
        html_element(page, "p", "banner", document->mark);
    if (page->form == HTML_SCREEN && document->other_language_href != NULL)
        put_link_to_other_language(page);
    html_element(page, "h1", NULL, document->title);
    if (document->subtitle != NULL)
        html_element(page, "p", "subtitle", document->subtitle);
    text_append_string(target, "</header>\n");
}

static void put_page(const struct page *page)
{
    put_header(page);
    if (page->document->section_count > 1)
        put_contents(page);
    text_append_string(page->target, "<main id=\"page-main\" tabindex=\"-1\">\n");
    put_sections(page);
    text_append_string(page->target, "</main>\n");
    if (page->document->made == NULL)
        return;
    text_append_string(page->target, "<footer>");
    html_element(page, "p", NULL, page->document->made);
    text_append_string(page->target, "</footer>\n");
}

static const char *form_word(enum html_form form)
{
    switch (form) {
    case HTML_SCREEN:
        return "screen";
    case HTML_PAPER:
        return "paper";
    case HTML_SLIDES:
        return "slides";
    }
    return "";
}

int html_render(const struct document *document, enum html_form form, struct text *target,
                struct fault *fault)
{
    struct page page = {.document = document, .form = form, .target = target};

    put_head(&page);
    text_printf(target, "<body class=\"%s\">\n", form_word(form));
    if (form == HTML_SLIDES)
        html_slides(&page);
    else
        put_page(&page);
    text_append_string(target, "</body>\n</html>\n");
    if (target->broken == 0)
        return 0;
    return fault_broken(fault, target->broken,
                        "the report does not fit into a page of %zu bytes: choose a shorter period",
                        target->limit);
}
