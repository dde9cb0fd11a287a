/* A report's document and its CSV. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "sample_report.h"
#include "scorecards/report/document.h"
#include "scorecards/report/tidy_csv.h"

static const struct document_column COLUMNS[] = {
    {.id = "name", .heading = "Navn", .kind = KIND_TEXT},
    {.id = "kroner", .heading = "Kroner", .kind = KIND_KRONER},
};

static void what_is_written_is_read(void **state)
{
    struct fault fault = {""};
    struct document document;
    const struct document_table *table;

    (void)state;
    sample_report(&document, LANGUAGE_DANISH);
    assert_int_equal(document_result(&document, &fault), 0);
    assert_string_equal(document.title, "Robotternes gevinster");
    assert_string_equal(document.mark, "DEMO – tallene er opdigtede");
    assert_int_equal(document.section_count, 3);
    assert_string_equal(document.sections[0].message, "Robotterne sparede 883 timer.");
    assert_null(document.sections[1].message);
    assert_false(document.sections[0].begins_page);
    assert_true(document.sections[1].begins_page);
    assert_int_equal(document.sections[0].block_count, 3);
    assert_int_equal(document.sections[0].blocks[1].kind, BLOCK_WARNING);
    table = document.sections[0].blocks[2].table;
    assert_ptr_equal(table, document.tables[0]);
    assert_int_equal(table->row_count, 3);
    assert_int_equal(table->rows[1].kind, ROW_WEAK);
    assert_string_equal(table->rows[1].cells[1].text, "2 omstridte");
    assert_string_equal(table->rows[0].cells[0].link, "by-month");
    assert_int_equal(table->rows[2].cells[9].state, CELL_NONE);
    assert_string_equal(table->rows[2].cells[9].text, "");
    assert_int_equal(document.sections[1].blocks[0].kind, BLOCK_FIGURE);
    assert_true(document.sections[1].blocks[0].table->is_behind_figure);
    assert_int_equal(document.table_count, 3);
    assert_int_equal(document.sections[2].blocks[0].kind, BLOCK_TERM);
    document_release(&document);
    document_release(&document);
    document_release(NULL);
}

static void columns_have_the_decimals_they_need(void **state)
{
    static const struct document_column columns[] = {
        {.id = "name", .heading = "Navn", .kind = KIND_TEXT},
        {.id = "whole", .heading = "Hele", .kind = KIND_HOURS, .digits = 2},
        {.id = "half", .heading = "Halve", .kind = KIND_COUNT, .digits = 2},
    };
    struct document document;
    struct document_table *table;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    document_section(&document, "first", 1, "Titel");
    table = document_table(&document, "table", "Tabel", columns, 3);
    document_row(table, "one", ROW_PLAIN);
    document_cell_text(table, "en");
    document_cell_number(table, 19000);
    document_cell_number(table, -7550);
    document_row(table, "none", ROW_PLAIN);
    document_cell_text(table, "ingen");
    document_cell_number(table, 0);
    document_cell_none(table, "ikke oplyst");
    document_shorten(table);
    assert_int_equal(table->columns[1].digits, 0);
    assert_int_equal(table->rows[0].cells[1].number, 190);
    assert_int_equal(table->columns[2].digits, 1);
    assert_int_equal(table->rows[0].cells[2].number, -755);
    assert_int_equal(table->rows[1].cells[2].state, CELL_NONE);
    document_release(&document);
}

/* Everything given is copied. */
static void texts_may_go_when_they_are_given(void **state)
{
    char id[] = "first";
    char title[] = "Titel";
    struct document_column columns[] = {{.id = id, .heading = title}};
    struct document document;
    struct document_table *table;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    document_section(&document, id, 1, title);
    columns[0].id = title;
    table = document_table(&document, "table", title, columns, 1);
    document_row(table, title, ROW_PLAIN);
    document_cell_link(table, title, id);
    document_note(table, title);
    memset(id, 'x', sizeof id - 1);
    memset(title, 'x', sizeof title - 1);
    assert_string_equal(document.sections[0].id, "first");
    assert_string_equal(table->columns[0].heading, "Titel");
    assert_string_equal(table->rows[0].cells[0].link, "first");
    assert_string_equal(table->rows[0].id, "Titel");
    assert_string_equal(table->note, "Titel");
    document_release(&document);
}

static void a_table_of_data_stands_in_no_section(void **state)
{
    struct document document;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    document_section(&document, "a", 1, "A");
    document_dense(&document);
    assert_non_null(document_data_table(&document, "table", "Tabel", COLUMNS, 2));
    assert_int_equal(document.sections[0].block_count, 0);
    assert_true(document.sections[0].is_dense);
    assert_int_equal(document.table_count, 1);
    assert_null(document_data_table(&document, "table", "Tabel", COLUMNS, 2));
    assert_int_equal(document.broken, -EEXIST);
    document_release(&document);
}

static void a_figure_may_stand_elsewhere(void **state)
{
    struct document document;
    struct document_table *table;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    document_section(&document, "a", 1, "A");
    table = document_table(&document, "table", "Tabel", COLUMNS, 2);
    document_section(&document, "b", 1, "B");
    document_figure_of(&document, table, "Figur", "<svg/>");
    assert_int_equal(document.sections[0].blocks[0].kind, BLOCK_TABLE);
    assert_int_equal(document.sections[1].blocks[0].kind, BLOCK_FIGURE);
    assert_false(table->is_behind_figure);
    document_figure(table, "Figur 2", "<svg/>");
    document_figure(table, "Figur 3", "<svg/>"); /* it is behind one already: another one of it */
    assert_int_equal(document.sections[0].blocks[0].kind, BLOCK_FIGURE);
    assert_int_equal(document.sections[1].block_count, 2);
    document_release(&document);
}

/* Each breaks it, and whatever comes after does nothing. */
static void expect_broken(int reason, const char *words, void write(struct document *))
{
    struct fault fault = {""};
    struct document document;
    struct text csv;

    document_init(&document, LANGUAGE_DANISH);
    write(&document);
    assert_int_equal(document_result(&document, &fault), reason);
    assert_non_null(strstr(fault.text, words));
    document_head(&document, "a", "b", "c", "d");
    document_section(&document, "later", 1, "Later");
    document_begins_page(&document);
    document_message(&document, "m");
    document_paragraph(&document, BLOCK_LEAD, "p");
    document_term(&document, "t", "t");
    assert_null(document_table(&document, "later-table", "T", COLUMNS, 2));
    document_figure(NULL, "f", "<svg/>");
    document_figure_of(&document, NULL, "f", "<svg/>");
    document_note(NULL, "n");
    document_row(NULL, "r", ROW_PLAIN);
    document_cell_text(NULL, "t");
    document_cell_number(NULL, 1);
    document_cell_none(NULL, NULL);
    if (document.table_count > 0) {
        document_row(document.tables[0], "r", ROW_PLAIN);
        document_cell_text(document.tables[0], "t");
        document_note(document.tables[0], "n");
        document_figure(document.tables[0], "f", "<svg/>");
    }
    text_init(&csv, 1000);
    assert_int_equal(tidy_csv_render(&document, &csv, &fault), reason);
    assert_int_equal(csv.length, 0);
    document_release(&document);
    text_release(&csv);
}

static struct document_table *begun(struct document *document)
{
    document_section(document, "section", 1, "Section");
    return document_table(document, "table", "Tabel", COLUMNS, 2);
}

static void an_id_twice(struct document *document)
{
    (void)begun(document);
    document_section(document, "table", 1, "Another");
}

static void a_cell_too_many(struct document *document)
{
    struct document_table *table = begun(document);

    document_row(table, "r", ROW_PLAIN);
    document_cell_text(table, "a");
    document_cell_number(table, 1);
    document_cell_number(table, 2);
}

static void a_cell_before_any_row(struct document *document)
{
    document_cell_text(begun(document), "a");
}

static void a_number_among_texts(struct document *document)
{
    struct document_table *table = begun(document);

    document_row(table, "r", ROW_PLAIN);
    document_cell_number(table, 1);
}

static void no_section(struct document *document)
{
    document_paragraph(document, BLOCK_PARAGRAPH, "a");
}

static void no_text(struct document *document)
{
    struct document_table *table = begun(document);

    document_row(table, "r", ROW_PLAIN);
    document_cell_text(table, NULL);
}

static void no_paragraph(struct document *document)
{
    document_section(document, "section", 1, "Section");
    document_paragraph(document, BLOCK_PARAGRAPH, NULL);
}

static void no_heading(struct document *document)
{
    static const struct document_column column = {.id = "a"};

    document_section(document, "section", 1, "Section");
    (void)document_table(document, "table", "Tabel", &column, 1);
}

static void too_many_columns(struct document *document)
{
    static const struct document_column columns[DOCUMENT_COLUMNS_MAX + 1] = {
        {.id = "a", .heading = "A"}};

    document_section(document, "section", 1, "Section");
    (void)document_table(document, "table", "Tabel", columns, DOCUMENT_COLUMNS_MAX + 1);
}

static void too_large(struct document *document)
{
    static char text[1 << 20];
    int i;

    memset(text, 'a', sizeof text - 1);
    document_section(document, "section", 1, "Section");
    for (i = 0; i < 64; i++)
        document_paragraph(document, BLOCK_PARAGRAPH, text);
}

static void what_is_wrong_breaks_it(void **state)
{
    (void)state;
    expect_broken(-EEXIST, "put together wrongly", an_id_twice);
    expect_broken(-EINVAL, "put together wrongly", a_cell_too_many);
    expect_broken(-EINVAL, "put together wrongly", a_cell_before_any_row);
    expect_broken(-EINVAL, "put together wrongly", a_number_among_texts);
    expect_broken(-EINVAL, "put together wrongly", no_section);
    expect_broken(-EINVAL, "put together wrongly", no_text);
    expect_broken(-EINVAL, "put together wrongly", no_paragraph);
    expect_broken(-EINVAL, "put together wrongly", no_heading);
    expect_broken(-EINVAL, "put together wrongly", too_many_columns);
    expect_broken(-E2BIG, "larger than 64 MB", too_large);
}

static void many_rows_stay_in_their_order(void **state)
{
    enum { ROWS = 5000 };
    struct document document;
    struct document_table *table;
    int i;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    table = begun(&document);
    for (i = 0; i < ROWS; i++) {
        document_row(table, "r", ROW_PLAIN);
        document_cell_text(table, "navn");
        document_cell_number(table, i);
    }
    assert_int_equal(table->row_count, ROWS);
    for (i = 0; i < ROWS; i++)
        assert_int_equal(table->rows[i].cells[1].number, i);
    document_release(&document);
}

static void read_as(enum language language, size_t row, const char *const *shown)
{
    const struct document_table *table;
    struct document document;
    struct text text;
    size_t i;

    sample_report(&document, language);
    table = document.tables[0];
    text_init(&text, 1000);
    for (i = 0; i < table->column_count; i++) {
        text_clear(&text);
        document_cell_put(table, i, &table->rows[row].cells[i], &text);
        assert_string_equal(text_string(&text), shown[i]);
    }
    text_release(&text);
    document_release(&document);
}

static void cells_as_they_are_read(void **state)
{
    (void)state;
    read_as(LANGUAGE_DANISH, 0,
            (const char *[]){"Ærø & Omegn", "5.875", "114.987\u00a0kr.", "336,1", "20.169,00",
                             "112,5\u00a0%", "5", "01.04.2025", "april 2025", "ja"});
    read_as(LANGUAGE_ENGLISH, 0,
            (const char *[]){"Ærø & Omegn", "5,875", "DKK\u00a0114,987", "336.1", "20,169.00",
                             "112.5%", "5", "2025-04-01", "April 2025", "ja"});
    read_as(LANGUAGE_DANISH, 1,
            (const char *[]){"Østen", "\u22123", "\u22122.514\u00a0kr.", "\u22120,5", "0,01",
                             "intet mål", "–", "31.12.2026", "december 2026", "ikke spurgt"});
}

/* The line that begins so; ends the test when there is none. */
static void expect_line(const char *csv, const char *beginning, const char *rest)
{
    const char *at = strstr(csv, beginning);
    size_t length = strlen(beginning);

    if (at == NULL || (at != csv && at[-1] != '\n'))
        fail_msg("no line %s", beginning);
    else if (strncmp(at + length, rest, strlen(rest)) != 0 || at[length + strlen(rest)] != '\n')
        fail_msg("%s: not %s", beginning, rest);
}

static void a_line_for_each_cell(void **state)
{
    struct fault fault = {""};
    struct document document;
    struct text csv;
    size_t lines = 0;
    size_t i;

    (void)state;
    sample_report(&document, LANGUAGE_ENGLISH);
    text_init(&csv, 100000);
    assert_int_equal(tidy_csv_render(&document, &csv, &fault), 0);
    for (i = 0; i < csv.length; i++)
        lines += csv.bytes[i] == '\n';
    assert_int_equal(lines, 1 + 3 * 10 + 12 * 2);
    expect_line(csv.bytes, "table,", "row,row_name,column,column_name,kind,value,beside");
    expect_line(csv.bytes, "departments,oesten,Østen,tasks", ",Opgaver,count,-3,2 omstridte");
    expect_line(csv.bytes, "departments,oesten,Østen,hours", ",Timer,hours,-0.5,");
    expect_line(csv.bytes, "departments,oesten,Østen,percent", ",Af måltal,percent,,intet mål");
    expect_line(csv.bytes, "departments,total,I alt,mark", ",Mærke,text,,");
    expect_line(csv.bytes, "months,2025-03,March 2025,month", ",Måned,month,2025-03,");
    text_clear(&csv);
    csv.limit = 100;
    assert_int_equal(tidy_csv_render(&document, &csv, &fault), -E2BIG);
    text_release(&csv);
    document_release(&document);
}

/* Read with this separator, in which quotes count or do not. */
static void expect_no_formula(const struct text *csv, char separator, bool is_quoting)
{
    bool is_quoted = false;
    bool begins = true;
    size_t i;

    for (i = 0; i < csv->length; i++) {
        size_t at = i;

        if (begins) {
            while (at < csv->length && strchr("\" ", csv->bytes[at]) != NULL)
                at++;
            /* a minus is that of a number */
            if (at < csv->length && strchr("=+@", csv->bytes[at]) != NULL)
                fail_msg("computed with '%c': %.40s", separator, csv->bytes + i);
        }
        if (is_quoting && csv->bytes[i] == '"')
            is_quoted = !is_quoted;
        begins = !is_quoted &&
                 (csv->bytes[i] == separator || csv->bytes[i] == '\n' || csv->bytes[i] == '\r');
    }
}

static void texts_in_csv_are_no_formulas(void **state)
{
    struct fault fault = {""};
    struct document document;
    struct text csv;

    (void)state;
    sample_hostile_report(&document, LANGUAGE_DANISH);
    text_init(&csv, 1 << 20);
    assert_int_equal(tidy_csv_render(&document, &csv, &fault), 0);
    expect_no_formula(&csv, ',', true);
    expect_no_formula(&csv, ';', true);
    expect_no_formula(&csv, ';', false);
    expect_no_formula(&csv, '\t', true);
    expect_no_formula(&csv, '\t', false);
    text_release(&csv);
    document_release(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(texts_may_go_when_they_are_given),
        cmocka_unit_test(a_table_of_data_stands_in_no_section),
        cmocka_unit_test(a_figure_may_stand_elsewhere),
        cmocka_unit_test(columns_have_the_decimals_they_need),
        cmocka_unit_test(what_is_wrong_breaks_it),
        cmocka_unit_test(many_rows_stay_in_their_order),
        cmocka_unit_test(cells_as_they_are_read),
        cmocka_unit_test(a_line_for_each_cell),
        cmocka_unit_test(texts_in_csv_are_no_formulas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
