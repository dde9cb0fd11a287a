/* Pages: strictly well-formed in every form, safe with any text, complete, and told apart for those who hear them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "markup_reader.h"
#include "sample_document.h"
#include "scorecards/report/document.h"
#include "scorecards/report/html.h"

static const enum html_form forms[] = {HTML_SCREEN, HTML_PAPER, HTML_SLIDES};
enum { FORMS = 3, LIMIT = 16 << 20 };

static struct text render(const struct document *document, enum html_form form)
{
    struct text page;
    struct fault fault = {{0}};

    text_init(&page, LIMIT);
    assert_int_equal(document_result(document, &fault), 0);
    assert_int_equal(html_render(document, form, &page, &fault), 0);
    return page;
}

static struct text sample(enum html_form form, enum language language)
{
    struct document document;
    struct text page;

    sample_document(&document, language);
    page = render(&document, form);
    document_release(&document);
    return page;
}

/* SAMPLE_PAGES=FOLDER keeps the pages, to be looked at in a browser. */
static void keep(const struct text *page, size_t form, const char *language)
{
    const char *folder = getenv("SAMPLE_PAGES");
    char name[4096];
    FILE *file;

    if (folder == NULL)
        return;
    (void)snprintf(name, sizeof name, "%s/sample-%zu-%s.html", folder, form, language);
    file = fopen(name, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(page->bytes, 1, page->length, file), page->length);
    assert_int_equal(fclose(file), 0);
}

static bool has(const struct text *page, const char *part)
{
    return strstr(text_string(page), part) != NULL;
}

static void every_form_is_well_formed(void **state)
{
    size_t i;
    int language;

    (void)state;
    for (i = 0; i < FORMS; i++)
        for (language = 0; language < LANGUAGES; language++) {
            struct text page = sample(forms[i], (enum language)language);
            char part[64];

            keep(&page, i, language_tag((enum language)language));
            markup_read(text_string(&page), NULL, NULL);
            (void)snprintf(part, sizeof part, "<html lang=\"%s\">",
                           language_tag((enum language)language));
            assert_true(has(&page, part));
            assert_true(has(&page, "content=\"default-src 'none'; style-src 'unsafe-inline'; "
                                   "img-src data:; base-uri 'none'; form-action 'none'\""));
            assert_false(has(&page, "<script"));
            assert_false(has(&page, "@import"));
            assert_false(has(&page, " src="));
            /* the one address is the name of SVG */
            assert_int_equal(
                occurrences(text_string(&page), "http://"),
                occurrences(text_string(&page), "xmlns=\"http://www.w3.org/2000/svg\""));
            assert_int_equal(occurrences(text_string(&page), "https:"), 0);
            text_release(&page);
        }
}

/* ---- what those who hear a page go by ---- */

struct heard {
    int level, h1, sections, tables, captions, columns, rows, figures, images, details, scrolling;
    int skips;
};

static void hear(const struct markup_element *element, void *context)
{
    struct heard *heard = context;
    char value[MARKUP_VALUE_MAX];

    if (element->name_length == 2 && element->name[0] == 'h' && element->name[1] >= '1' &&
        element->name[1] <= '6') {
        int level = element->name[1] - '0';

        assert_true(level <= heard->level + 1); /* no gaps */
        heard->level = level;
        heard->h1 += level == 1;
    }
    heard->sections += markup_is(element, "section");
    heard->tables += markup_is(element, "table");
    heard->captions += markup_is(element, "caption");
    heard->figures += markup_is(element, "figure");
    heard->images += markup_is(element, "svg");
    heard->details += markup_is(element, "details");
    if (markup_is(element, "th")) {
        assert_true(markup_attribute(element, "scope", value));
        heard->columns += strcmp(value, "col") == 0;
        heard->rows += strcmp(value, "row") == 0;
    }
    if (markup_attribute(element, "class", value) && strcmp(value, "scroll") == 0) {
        heard->scrolling++;
        assert_true(markup_attribute(element, "tabindex", value));
        assert_true(markup_attribute(element, "aria-label", value));
        /* No landmark: those must have a name each, and many robots have tables of one name. */
        assert_true(markup_attribute(element, "role", value));
        assert_string_equal(value, "group");
    }
}

static void a_screen_has_contents_and_folded_tables(void **state)
{
    struct text page = sample(HTML_SCREEN, LANGUAGE_DANISH);
    struct heard *heard = calloc(1, sizeof *heard);

    (void)state;
    assert_non_null(heard);
    markup_read(text_string(&page), hear, heard);
    assert_int_equal(heard->h1, 1);
    assert_int_equal(heard->sections, 10);
    assert_int_equal(heard->tables, 8);
    assert_int_equal(heard->captions, 8);
    assert_int_equal(heard->figures, 5);
    assert_int_equal(heard->details, 5);
    assert_true(heard->scrolling >= 5); /* figures, and wide tables */
    assert_int_equal(heard->images, 5 + 4);
    assert_int_equal(heard->columns, 6 + 5 * 3 + 7 + 24);
    assert_int_equal(heard->rows, 9 + 5 * 4 + 4 + 30);
    assert_true(has(&page, "<a class=\"skip\" href=\"#page-main\">Gå til indholdet</a>"));
    assert_true(has(&page, "<li><a href=\"#summary\">Sammenfatning</a>"));
    assert_true(
        has(&page, "<a href=\"rapport-en.html\" hreflang=\"en\" lang=\"en\">In English</a>"));
    assert_true(has(&page, "<p class=\"banner\">DEMO – alle tal er opfundne</p>"));
    assert_true(has(&page, "Tallene bag figuren"));
    free(heard);
    text_release(&page);
}

static void cells_are_as_they_are_read(void **state)
{
    struct text page = sample(HTML_SCREEN, LANGUAGE_DANISH);

    (void)state;
    assert_true(has(&page, "<th scope=\"row\">Borger, Arbejdsmarked &amp; Erhverv</th>"
                           "<td class=\"figure \">5.875</td>"));
    assert_true(has(&page, ">114.987<span class=\"unit\">\u00a0kr.</span></td>"));
    assert_true(has(&page, "<td class=\"figure weak \">1.192 <span class=\"beside\">"
                           "mangler underskrift</span></td>"));
    assert_true(has(&page, "<td class=\"figure none\">intet måltal</td>"));
    assert_true(has(&page, "<td class=\"prose\">Tabellen viser kun de måneder"));
    assert_true(has(&page, "<td class=\"figure none\">–</td>"));
    assert_true(has(&page, "<tr class=\"total\"><th scope=\"row\">I alt</th>"));
    assert_true(has(&page, "<td class=\"whole \">31.01.2026</td>"));
    assert_true(has(&page, "<a href=\"#franco\">Franco Fakturatjek (Momentum)</a>"));
    assert_true(has(&page, "<th scope=\"row\">Slette Jette</th>")); /* leads nowhere: no link */
    assert_true(has(&page, "<td><svg ")); /* the chart takes the place of the text */
    assert_false(has(&page, "<td>besparelse 4"));
    assert_true(has(&page, "<p class=\"note\">Utalte opgaver er løst uden"));
    assert_true(has(&page, "<dt>Årsværk</dt><dd>1.924 timer (37 × 52).</dd>"));
    assert_true(has(&page, "<p class=\"warning\">To robotter"));
    assert_int_equal(occurrences(text_string(&page), "<ul>"), 1);
    assert_int_equal(occurrences(text_string(&page), "<dl>"), 1);
    text_release(&page);
}

static void paper_unfolds_and_has_feet(void **state)
{
    struct text page = sample(HTML_PAPER, LANGUAGE_DANISH);

    (void)state;
    assert_false(has(&page, "<details>"));
    assert_false(has(&page, "class=\"scroll\""));
    assert_int_equal(occurrences(text_string(&page), "<table "), 8);
    assert_true(has(&page, "@page{size:A4;"));
    assert_true(has(&page, "@page wide{size:A4 landscape;"));
    assert_int_equal(
        occurrences(text_string(&page), "@top-left{content:\"DEMO – alle tal er opfundne\""), 2);
    assert_int_equal(
        occurrences(text_string(&page), "content:\"Lavet den 31. januar 2026 af Prøve"), 2);
    assert_true(has(&page, "\"Side \" counter(page) \" af \" counter(pages)"));
    assert_true(has(&page, "<section id=\"changes\" class=\"begins\">"));
    /* the heading goes with its table to the wide page */
    assert_true(has(&page, "<div class=\"wide\"><h2>Opgaver pr. måned</h2>"));
    text_release(&page);
}

static void slides_have_a_message_each(void **state)
{
    struct text page = sample(HTML_SLIDES, LANGUAGE_DANISH);
    struct heard *heard = calloc(1, sizeof *heard);

    (void)state;
    assert_non_null(heard);
    markup_read(text_string(&page), hear, heard);
    assert_int_equal(heard->sections, 10); /* a title, and every section that has a message */
    assert_int_equal(occurrences(text_string(&page), "<div class=\"foot\">"), 10);
    assert_int_equal(
        occurrences(text_string(&page), "<span class=\"mark\">DEMO – alle tal er opfundne</span>"),
        10);
    assert_true(has(&page, "Side 10 af 10</span>"));
    assert_true(has(&page, "<p class=\"kicker\">Prognose mod måltal</p>"
                           "<h2>Dagtilbud &amp; Skole mangler 171.526 kr. – mest af alle.</h2>"));
    assert_int_equal(heard->figures, 5);
    assert_int_equal(heard->tables, 2); /* figures stand without theirs */
    assert_false(has(&page, "href=\"#"));
    assert_false(has(&page, "Opgaver pr. robot og måned"));
    free(heard);
    text_release(&page);
}

/* ---- what may come ---- */

static void slides_show_the_first_rows_and_totals(void **state)
{
    static const struct document_column columns[] = {
        {.id = "a", .heading = "A", .kind = KIND_TEXT},
        {.id = "b", .heading = "B", .kind = KIND_COUNT}};
    struct document document;
    struct document_table *table;
    struct text page;
    int i;

    (void)state;
    document_init(&document, LANGUAGE_ENGLISH);
    document_head(&document, "T", NULL, NULL, NULL);
    document_section(&document, "s", 1, "S");
    document_message(&document, "M");
    table = document_table(&document, "t", "T", columns, 2);
    for (i = 0; i < 1200; i++) {
        char name[16];

        (void)snprintf(name, sizeof name, "row%d", i);
        document_row(table, name, i == 1199 ? ROW_TOTAL : ROW_PLAIN);
        document_cell_text(table, name);
        document_cell_number(table, i);
    }
    page = render(&document, HTML_SLIDES);
    markup_read(text_string(&page), NULL, NULL);
    assert_true(has(&page, ">row5<"));
    assert_false(has(&page, ">row20<"));
    assert_true(has(&page, ">row1199<"));
    assert_true(has(&page, "The report has all 1,200 rows."));
    assert_false(has(&page, "class=\"mark\""));
    text_release(&page);
    document_release(&document);
}

/* A text that would do harm in every place where a text can stand. */
static void any_text_is_harmless(void **state)
{
    static const char evil[] = "</style><script>alert(\"1\")</script>'&amp;\x01\xff\\";
    static const struct document_column columns[] = {
        {.id = "a", .heading = evil, .kind = KIND_TEXT},
        {.id = "b", .heading = evil, .kind = KIND_COUNT},
        {.id = "c", .heading = evil, .kind = KIND_COUNT},
        {.id = "d", .heading = evil, .kind = KIND_TEXT}};
    struct document document;
    struct document_table *table;
    int kind;
    size_t i;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    document_head(&document, evil, evil, evil, evil);
    document_other_language(&document, evil);
    document_section(&document, "s", 1, evil);
    document_message(&document, evil);
    for (kind = BLOCK_PARAGRAPH; kind <= BLOCK_LIST_ITEM; kind++)
        document_paragraph(&document, (enum block_kind)kind, evil);
    document_term(&document, evil, evil);
    table = document_table(&document, "t", evil, columns, 4);
    document_note(table, evil);
    document_row(table, "r", ROW_PLAIN);
    document_cell_text(table, evil);
    document_cell_number_beside(table, 1, evil, true);
    document_cell_none(table, evil);
    document_cell_link(table, evil, evil);
    table = document_table(&document, "u", evil, columns, 4);
    document_figure(table, evil, "<svg></svg>");
    for (i = 0; i < FORMS; i++) {
        struct text page = render(&document, forms[i]);

        markup_read(text_string(&page), NULL, NULL);
        assert_false(has(&page, "<script"));
        assert_int_equal(occurrences(text_string(&page), "</style>"), 1);
        text_release(&page);
    }
    document_release(&document);
}

static void an_empty_report_is_a_page(void **state)
{
    struct document document;
    size_t i;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    for (i = 0; i < FORMS; i++) {
        struct text page = render(&document, forms[i]);

        markup_read(text_string(&page), NULL, NULL);
        text_release(&page);
    }
    document_release(&document);
}

static void levels_have_no_gaps(void **state)
{
    static const int levels[] = {2, 2, 1, 2, 7, 0, 2};
    struct document document;
    struct heard *heard = calloc(1, sizeof *heard);
    struct text page;
    size_t i;

    (void)state;
    assert_non_null(heard);
    document_init(&document, LANGUAGE_DANISH);
    document_head(&document, "T", NULL, NULL, NULL);
    for (i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        char id[8];

        (void)snprintf(id, sizeof id, "s%zu", i);
        document_section(&document, id, levels[i], id);
    }
    page = render(&document, HTML_SCREEN);
    markup_read(text_string(&page), hear, heard);
    assert_int_equal(heard->sections, 7);
    text_release(&page);
    document_release(&document);
    free(heard);
}

static void too_large_a_page_is_said(void **state)
{
    struct document document;
    struct fault fault = {{0}};
    struct text page;

    (void)state;
    sample_document(&document, LANGUAGE_DANISH);
    text_init(&page, 20000);
    assert_int_equal(html_render(&document, HTML_SCREEN, &page, &fault), -E2BIG);
    assert_non_null(strstr(fault.text, "20000 bytes"));
    text_release(&page);
    document_release(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_well_formed),
        cmocka_unit_test(a_screen_has_contents_and_folded_tables),
        cmocka_unit_test(cells_are_as_they_are_read),
        cmocka_unit_test(paper_unfolds_and_has_feet),
        cmocka_unit_test(slides_have_a_message_each),
        cmocka_unit_test(slides_show_the_first_rows_and_totals),
        cmocka_unit_test(any_text_is_harmless),
        cmocka_unit_test(an_empty_report_is_a_page),
        cmocka_unit_test(levels_have_no_gaps),
        cmocka_unit_test(too_large_a_page_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
