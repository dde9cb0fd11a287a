/*
 * The workbook's form. What stands in it is held by tests/e2e/test_report_xlsx.sh, which reads it with other
 * programs; for that this one writes workbooks and CSV into the folder that is its argument.
 */
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
#include "sample_report.h"
#include "scorecards/report/tidy_csv.h"
#include "scorecards/report/xlsx.h"
#include "scorecards/report/xlsx_inner.h"

static void render(const struct document *document, struct text *workbook)
{
    struct fault fault = {""};

    text_init(workbook, DOCUMENT_BYTES_MAX);
    if (xlsx_render(document, workbook, &fault) != 0)
        fail_msg("%s", fault.text);
}

static void the_same_report_gives_the_same_bytes(void **state)
{
    struct text workbooks[2];
    struct document document;
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        sample_report(&document, LANGUAGE_DANISH);
        render(&document, &workbooks[i]);
        document_release(&document);
    }
    assert_true(workbooks[0].length > 1000);
    assert_memory_equal(workbooks[0].bytes, "PK\3\4", 4);
    assert_int_equal(workbooks[0].length, workbooks[1].length);
    assert_memory_equal(workbooks[0].bytes, workbooks[1].bytes, workbooks[0].length);
    text_release(&workbooks[0]);
    text_release(&workbooks[1]);
}

static void what_is_broken_or_too_much_is_refused(void **state)
{
    static const struct document_column column = {.id = "a", .heading = "A"};
    struct fault fault = {""};
    struct document document;
    struct text target;
    int i;

    (void)state;
    text_init(&target, DOCUMENT_BYTES_MAX);
    document_init(&document, LANGUAGE_DANISH);
    document_section(&document, "s", 1, "S");
    for (i = 0; i < XLSX_SHEETS_MAX; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "t%d", i);
        assert_non_null(document_table(&document, id, "T", &column, 1));
    }
    assert_int_equal(xlsx_render(&document, &target, &fault), -E2BIG);
    assert_string_equal(fault.text, "the workbook would have 4097 sheets, 4096 are the most");
    assert_null(document_table(&document, "t1", "T", &column, 1));
    assert_int_equal(xlsx_render(&document, &target, &fault), -EEXIST);
    document_release(&document);
    sample_report(&document, LANGUAGE_DANISH);
    target.limit = 1000;
    assert_int_equal(xlsx_render(&document, &target, &fault), -E2BIG);
    document_release(&document);
    text_release(&target);
}

static void an_empty_report_is_a_workbook(void **state)
{
    struct document document;
    struct text workbook;

    (void)state;
    document_init(&document, LANGUAGE_ENGLISH);
    render(&document, &workbook);
    text_release(&workbook);
    document_release(&document);
}

static void names_of_sheets_are_taken_and_told_apart(void **state)
{
    static const struct {
        const char *title, *name;
    } cases[] = {
        {"Besparelser", "Besparelser"},
        {"besparelser", "besparelser (2)"},
        {"BESPARELSER", "BESPARELSER (3)"},
        {"Økonomi & Stab", "Økonomi & Stab"},
        {"økonomi & stab", "økonomi & stab (2)"},
        {"indhold", "indhold (2)"},
        {"history", "history (2)"},
        {"a[b]:c*d?e/f\\g", "a b  c d e f g"},
        {"'navn'", "navn"},
        {"  ", "Ark t9"},
        {"", "Ark t10"},
        {"Robotten og de besparelser i år", "Robotten og de besparelser i år"},
        {"Robottens besparelser efter måned", "Robottens besparelser efter…"},
        {"Robottens besparelser efter måneder", "Robottens besparelser… (2)"},
        {"Ændringer, afdeling for afdeling", "Ændringer, afdeling for…"},
        {"Minuttal, der gælder på, dag for dag", "Minuttal, der gælder på, dag…"},
        {"øøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøø", "øøøøøøøøøøøøøøøøøøøøøøøøøøøøøø…"},
        {"\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916"
         "\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916",
         "\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916"
         "\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916\U0001F916…"},
        {"a\nb\u200bc", "a b c"},
        {"\t*/a", "a"},
        {"2025", "Ark 2025"},
        {"A1", "Ark A1"},
        {"rc", "Ark rc"},
        {"To gange", "To gange – S"},
        {"To gange", "To gange – S (2)"},
        {"Netto", "Netto"},
        {"abcdefghijklmnopqrstuvwxyz12345", "Ark abcdefghijklmnopqrstuvwxyz…"},
    };
    enum { COUNT = sizeof cases / sizeof cases[0] };
    static const struct document_column column = {.id = "a", .heading = "A"};
    struct xlsx_name names[COUNT + 1];
    struct document document;
    size_t i;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    document_section(&document, "s", 1, "S");
    for (i = 0; i < COUNT; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "t%zu", i);
        (void)document_table(&document, id, cases[i].title, &column, 1);
    }
    xlsx_names(&document, names);
    assert_string_equal(names[0].text, "Indhold");
    for (i = 0; i < COUNT; i++)
        assert_string_equal(names[i + 1].text, cases[i].name);
    document_release(&document);
}

static void what_is_of_a_page_has_no_sheet(void **state)
{
    static const struct document_column column = {.id = "a", .heading = "A"};
    struct document_table *table;
    struct document document;
    struct text workbook;
    struct text csv;
    struct fault fault = {""};
    size_t before;
    int i;

    (void)state;
    document_init(&document, LANGUAGE_DANISH);
    document_section(&document, "s", 1, "S");
    table = document_data_table(&document, "data", "Data", &column, 1);
    document_row(table, "r", ROW_PLAIN);
    document_cell_text(table, "kept");
    render(&document, &workbook);
    before = workbook.length;
    text_release(&workbook);
    for (i = 0; i <= XLSX_SHEETS_MAX; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "t%d", i);
        table = document_table(&document, id, "Data", &column, 1);
        document_row(table, "r", ROW_PLAIN);
        document_cell_text(table, "of a page");
        table->is_of_page = true;
    }
    render(&document, &workbook);
    assert_int_equal(workbook.length, before);
    text_init(&csv, DOCUMENT_BYTES_MAX);
    assert_int_equal(tidy_csv_render(&document, &csv, &fault), 0);
    assert_non_null(strstr(text_string(&csv), "kept"));
    assert_null(strstr(text_string(&csv), "of a page"));
    text_release(&csv);
    text_release(&workbook);
    document_release(&document);
}

static void texts_of_any_length_fit(void **state)
{
    static char most[100001];
    static const struct document_column column = {.id = "a", .heading = most};
    struct document document;
    struct document_table *table;
    struct text workbook;

    (void)state;
    memset(most, 'a', sizeof most - 1);
    document_init(&document, LANGUAGE_DANISH);
    document_head(&document, most, most, most, most);
    document_section(&document, "s", 1, most);
    table = document_table(&document, "t", most, &column, 1);
    document_row(table, "r", ROW_PLAIN);
    document_cell_text(table, most);
    document_note(table, most);
    render(&document, &workbook);
    text_release(&workbook);
    document_release(&document);
}

static void write_file(const char *folder, const char *name, const struct text *text)
{
    char path[256];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(text->bytes, 1, text->length, file) != text->length ||
        fclose(file) != 0)
        abort();
}

static void write_report(const char *folder, const char *name, const struct document *document)
{
    struct fault fault = {""};
    char file[64];
    struct text text;

    text_init(&text, DOCUMENT_BYTES_MAX);
    (void)snprintf(file, sizeof file, "%s.xlsx", name);
    if (xlsx_render(document, &text, &fault) < 0)
        abort();
    write_file(folder, file, &text);
    text_clear(&text);
    (void)snprintf(file, sizeof file, "%s.csv", name);
    if (tidy_csv_render(document, &text, &fault) < 0)
        abort();
    write_file(folder, file, &text);
    text_release(&text);
}

/* What no file of XML may hold, and what one would be mistaken for. */
static void put_odd_texts(struct document *document)
{
    static const struct document_column column = {.id = "a", .heading = "a\001b"};
    static const char *const texts[] = {"a\001b",  "a\uffffb", "a\xffz",
                                        "a\rb\nc", "_x0041_",  "&amp;<t>]]>"};
    struct document_table *table;
    size_t i;

    document_init(document, LANGUAGE_DANISH);
    document_head(document, "a\001b", "\uffff", "R&G &P\001", "\xff");
    document_section(document, "s", 1, "S");
    table = document_table(document, "t", "\001", &column, 1);
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        document_row(table, "r", ROW_PLAIN);
        document_cell_text(table, texts[i]);
    }
}

static int write_samples(const char *folder)
{
    struct document document;

    put_odd_texts(&document);
    write_report(folder, "odd", &document);
    document_release(&document);

    sample_report(&document, LANGUAGE_DANISH);
    write_report(folder, "danish", &document);
    document_release(&document);
    sample_report(&document, LANGUAGE_ENGLISH);
    write_report(folder, "english", &document);
    document_release(&document);
    sample_hostile_report(&document, LANGUAGE_DANISH);
    write_report(folder, "hostile", &document);
    document_release(&document);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_report_gives_the_same_bytes),
        cmocka_unit_test(what_is_broken_or_too_much_is_refused),
        cmocka_unit_test(an_empty_report_is_a_workbook),
        cmocka_unit_test(names_of_sheets_are_taken_and_told_apart),
        cmocka_unit_test(what_is_of_a_page_has_no_sheet),
        cmocka_unit_test(texts_of_any_length_fit),
    };

    if (count == 2)
        return write_samples(arguments[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
