/* Tables of XLSX files: what Excel and others write is read. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plugins/sdk/table.h"
#include "plugins/sdk/table_xlsx_inner.h"
#include "tests/unit/xlsx_file.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WORKBOOK(sheets)                                                                           \
    "<workbook xmlns:r=\"urn:r\"><workbookPr/><sheets>" sheets "</sheets></workbook>"
#define RELATION(id, type, target)                                                                 \
    "<Relationship Id=\"" id "\" Type=\"urn:x/" type "\" Target=\"" target "\"/>"

static void test_values(void **state)
{
    static const struct xlsx_file file = {
        .sheet_data =
            "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"C2\" t=\"s\"><v>1</v></c></row>"
            "<row r=\"3\" spans=\"1:3\"/><row r=\"4\"><c r=\"B4\" s=\"1\"/></row>"
            "<row r=\"7\"><c t=\"inlineStr\"><is><t>a &amp; </t><r><t>b</t></r><rPh><t>c</t></rPh>"
            "</is></c><c t=\"str\"><f>1=2</f><v>svar</v></c><c t=\"b\"><v>1</v></c>"
            "<c t=\"b\"><v>0</v></c><c><v>-1.5</v></c><c t=\"n\"><f>7+1</f><v>8</v></c>"
            "<c t=\"d\"><v>2026-03-01T00:00:00</v></c><c t=\"d\"><v>2026-03-01T14:30:00</v></c>"
            "<c t=\"str\"><f>A1</f><v></v></c><c t=\"s\"><v>2</v></c></row>",
        .strings =
            "<si><r><t>Sags</t></r><r><rPr><b/></rPr><t>nummer</t></r><rPh><t>x</t></rPh></si>"
            "<si><t xml:space=\"preserve\"> Beløb</t></si>"
            "<si><t>1_x000D_2_x005F_3_x00e6_4_x00_5_xD800__x0000_</t></si>",
    };
    static const char *const row[] = {"a & b",
                                      "svar",
                                      "SAND",
                                      "FALSK",
                                      "-1.5",
                                      "8",
                                      "2026-03-01",
                                      "2026-03-01 14:30:00",
                                      "",
                                      "1\r2_3æ4_x00_5_xD800__x0000_",
                                      ""};
    struct ag_table *table = xlsx_file_read_good(&file);
    size_t i;

    (void)state;
    assert_int_equal(ag_table_rows(table), 2);
    assert_int_equal(ag_table_columns(table), 10);
    assert_int_equal(ag_table_line(table, 0), 2);
    assert_int_equal(ag_table_line(table, 1), 7);
    assert_string_equal(ag_table_cell(table, 0, 0), "Sagsnummer");
    assert_string_equal(ag_table_cell(table, 0, 1), "");
    assert_int_equal(ag_table_column(table, "BELØB"), 2);
    for (i = 0; i < COUNT(row); i++)
        assert_string_equal(ag_table_cell(table, 1, i), row[i]);
    ag_table_free(table);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *stored;
        unsigned decimals;
        int64_t scaled; /* INT64_MIN: refused */
    } rows[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"1234.5", 2, 123450},
        {"2.351", 0, INT64_MIN},
        {"2.351", 3, 2351},
        {"7.2999999999999998", 1, 73},
        {"0.30000000000000004", 1, 3},
        {"99999999999999.999", 0, 100000000000000},
        {"9.9999999999999999", 0, 10},
        {"1E-3", 3, 1},
        {"1E-3", 2, INT64_MIN},
        {"1.5e+2", 0, 150},
        {"1E18", 0, INT64_C(1000000000000000000)},
        {"1E19", 0, INT64_MIN},
        {"1E300", 2, INT64_MIN},
        {"0E300", 2, 0},
        {"000.0500", 2, 5},
        {"-1234.56", 2, -123456},
        {"0.1428571428571428", 2, INT64_MIN},
        {"123456789012345678", 0, INT64_C(123456789012346000)},
        {"1", 19, INT64_MIN},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int64_t scaled = INT64_MIN;
        struct xlsx_file file = {.sheet_data = NULL};
        struct ag_table *table;
        char data[128];

        (void)snprintf(data, sizeof(data), "<row><c><v>%s</v></c></row>", rows[i].stored);
        file.sheet_data = data;
        table = xlsx_file_read_good(&file);
        assert_string_equal(ag_table_cell(table, 0, 0), rows[i].stored);
        if (ag_table_number(table, 0, 0, rows[i].decimals, &scaled) !=
                (rows[i].scaled != INT64_MIN) ||
            scaled != rows[i].scaled)
            fail_msg("%s is %lld", rows[i].stored, (long long)scaled);
        ag_table_free(table);
    }
}

/* Text in a workbook is Danish, as in CSV; what is no number stays none. */
static void test_numbers_of_others(void **state)
{
    static const struct xlsx_file file = {
        .sheet_data =
            "<row><c t=\"str\"><v>2.351</v></c><c t=\"b\"><v>1</v></c><c s=\"1\"><v>46082"
            "</v></c><c s=\"1\"><v>60</v></c><c t=\"str\"><v>7.3</v></c><c><v>2.351</v></c></row>",
        .styles = "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>",
    };
    struct ag_table *table = xlsx_file_read_good(&file);
    int64_t scaled = 99;

    (void)state;
    assert_true(ag_table_number(table, 0, 0, 0, &scaled));
    assert_int_equal(scaled, 2351);
    scaled = 99;
    assert_false(ag_table_number(table, 0, 1, 0, &scaled));
    assert_false(ag_table_number(table, 0, 2, 0, &scaled));
    assert_false(ag_table_number(table, 0, 3, 0, &scaled));
    assert_false(ag_table_number(table, 0, 4, 2, &scaled));
    assert_false(ag_table_number(table, 0, 5, 0, &scaled));
    assert_false(ag_table_number(table, 0, 6, 0, &scaled));
    assert_int_equal(scaled, 99);
    ag_table_free(table);
}

static void test_days(void **state)
{
    static const struct {
        const char *stored;
        unsigned style;
        bool is_1904;
        const char *shown;
    } rows[] = {
        {"46082", 0, false, "46082"},
        {"46082", 1, false, "2026-03-01"},
        {"46082.75", 1, false, "2026-03-01"},
        {"46082", 2, false, "2026-03-01"},
        {"46082.604166666664", 2, false, "2026-03-01 14:30:00"},
        {"46081.999999999", 2, false, "2026-03-01"},
        {"46082.604166666664", 3, false, "14:30:00"},
        {"0.60416666666666663", 3, false, "14:30:00"},
        {"1.1041666666666667", 4, false, "26:30:00"},
        {"1E-9", 4, false, "00:00:00"},
        {"1", 1, false, "1900-01-01"},
        {"59", 1, false, "1900-02-28"},
        {"60", 1, false, "60"},
        {"61", 1, false, "1900-03-01"},
        {"0", 1, false, "0"},
        {"-1", 1, false, "-1"},
        {"109574", 1, false, "2199-12-31"},
        {"109575", 1, false, "109575"},
        {"1E20", 1, false, "1E20"},
        {"99999999", 1, false, "99999999"},
        {"44620", 1, true, "2026-03-01"},
        {"0", 1, true, "1904-01-01"},
        {"46082", 5, false, "2026-03-01"},
        {"46082", 6, false, "46082"},
        {"46082", 99, false, "46082"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct xlsx_file file = {
            .formats = "<numFmt numFmtId=\"164\" formatCode=\"d/m\\-yyyy&quot; kl.&quot;\"/>"
                       "<numFmt numFmtId=\"165\" formatCode=\"#,##0 &quot;dage&quot;\"/>",
            .styles = "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/>"
                      "<xf numFmtId=\"20\"/><xf numFmtId=\"46\"/><xf numFmtId=\"164\"/>"
                      "<xf numFmtId=\"165\"/>",
            .workbook = rows[i].is_1904
                            ? "<workbook xmlns:r=\"urn:r\"><workbookPr date1904=\"1\"/><sheets>"
                              "<sheet name=\"a\" r:id=\"rId1\"/></sheets></workbook>"
                            : NULL,
        };
        struct ag_table *table;
        char data[128];

        (void)snprintf(data, sizeof(data), "<row><c s=\"%u\"><v>%s</v></c></row>", rows[i].style,
                       rows[i].stored);
        file.sheet_data = data;
        table = xlsx_file_read_good(&file);
        assert_string_equal(ag_table_cell(table, 0, 0), rows[i].shown);
        ag_table_free(table);
    }
}

static void test_format_codes(void **state)
{
    static const struct {
        const char *code;
        enum ag_xlsx_format format;
    } rows[] = {
        {"General", AG_XLSX_PLAIN},
        {"", AG_XLSX_PLAIN},
        {"#,##0.00\\ \"kr.\";[Red]\\-#,##0.00", AG_XLSX_PLAIN},
        {"0.00E+00", AG_XLSX_PLAIN},
        {"0 \"dage\"", AG_XLSX_PLAIN},
        {"0\\d", AG_XLSX_PLAIN},
        {"_(* #,##0_);_(* (#,##0)", AG_XLSX_PLAIN},
        {"0_d*y", AG_XLSX_PLAIN},
        {"0;dd-mm-yyyy", AG_XLSX_PLAIN},
        {"[$-406]0", AG_XLSX_PLAIN},
        {"[Red]0", AG_XLSX_PLAIN},
        {"0\"", AG_XLSX_PLAIN},
        {"0\\", AG_XLSX_PLAIN},
        {"[", AG_XLSX_PLAIN},
        {"dd-mm-yyyy", AG_XLSX_DAY},
        {"[$-406]d. mmmm yyyy;@", AG_XLSX_DAY},
        {"DD/MM/YY", AG_XLSX_DAY},
        {"mmm", AG_XLSX_DAY},
        {"yyyy\\-mm\\-dd\\ hh:mm", AG_XLSX_DAY_TIME},
        {"hh:mm", AG_XLSX_TIME},
        {"mm:ss.0", AG_XLSX_TIME},
        {"h:mm AM/PM", AG_XLSX_TIME},
        {"[h]:mm:ss", AG_XLSX_HOURS},
        {"[mm]:ss", AG_XLSX_HOURS},
        {"[hm]0", AG_XLSX_PLAIN},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        if (ag_xlsx_format_of(rows[i].code) != rows[i].format)
            fail_msg("\"%s\" is %d", rows[i].code, (int)ag_xlsx_format_of(rows[i].code));
    }
}

static void test_sheets(void **state)
{
    static const struct xlsx_file file = {
        .sheet_data = "<row><c t=\"str\"><v>a</v></c></row>",
        .workbook = WORKBOOK("<sheet name=\"Skjult\" state=\"hidden\" r:id=\"r9\"/>"
                             "<sheet name=\"L&#248;n &amp; mere\" r:id=\"r1\"/>"
                             "<sheet name=\"Diagram\" r:id=\"r2\"/><sheet name=\"to\" r:id=\"r1\"/>"
                             "<sheet name=\"TO\" r:id=\"r1\"/><sheet name=\"op\" r:id=\"r3\"/>"),
        .relations = "<Relationships>" RELATION("r1", "worksheet", "/XL/worksheets/sheet1.xml")
            RELATION("r2", "chartsheet", "chartsheets/sheet1.xml")
                RELATION("r3", "worksheet", "../xl/worksheets/sheet1.xml") "</Relationships>",
    };
    static const struct {
        const char *name;
        const char *said; /* NULL: read */
    } rows[] = {
        {NULL, NULL},        {"løn & MERE ", NULL},  {"Ark1", "intet ark med navnet \"Ark1\""},
        {"to", "flere ark"}, {"Diagram", "diagram"}, {"Skjult", "diagram"},
        {"op", "diagram"},
    };
    struct ag_table *table;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        table = NULL;
        if (rows[i].said == NULL) {
            assert_int_equal(xlsx_file_read(&file, rows[i].name, NULL, &table), 0);
            assert_string_equal(ag_table_cell(table, 0, 0), "a");
            ag_table_free(table);
            continue;
        }
        assert_int_equal(xlsx_file_read(&file, rows[i].name, NULL, &table), -EINVAL);
        if (strstr(xlsx_file_problem, rows[i].said) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", xlsx_file_problem, rows[i].said);
    }
}

/* The same workbook as two writers of others made it: openpyxl (every text in the shared strings,
 * absolute targets) and XlsxWriter, which writes as Excel does (rich text, a formula, formatted empty
 * cells as far as XFD, a filter, merged cells). The first sheet is hidden. */
static void test_of_others(void **state)
{
    static const char *const paths[] = {"tests/fuzz/corpus/table_xlsx/openpyxl.xlsx",
                                        "tests/fuzz/corpus/table_xlsx/xlsxwriter.xlsx"};
    static const char *const cells[][6] = {
        {"Sagsnummer", "Dato", "Beløb", "Aktiv", "Tid", "Note"},
        {"S-1", "2026-03-01", "1234.5", "SAND", "14:30:00", "Æble"},
        {"S-2", "2026-03-01 14:30:00", "0.3", "FALSK", "26:30:00", "to\nlinjer"},
        {"flettet", "", "", "", "", ""},
        {"", "", "", "", "", "sidst"},
    };
    static const unsigned lines[] = {1, 2, 3, 6, 9};
    size_t i, row, column;

    (void)state;
    for (i = 0; i < COUNT(paths); i++) {
        int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
        struct ag_table *table = NULL;

        assert_true(fd >= 0);
        assert_int_equal(ag_table_read_xlsx(fd, NULL, NULL, &table, xlsx_file_problem), 0);
        assert_int_equal(close(fd), 0);
        assert_int_equal(ag_table_rows(table), COUNT(cells));
        assert_int_equal(ag_table_columns(table), COUNT(cells[0]));
        for (row = 0; row < COUNT(cells); row++) {
            assert_int_equal(ag_table_line(table, row), lines[row]);
            for (column = 0; column < COUNT(cells[0]); column++)
                assert_string_equal(ag_table_cell(table, row, column), cells[row][column]);
        }
        ag_table_free(table);
    }
}

/* As large as a municipality's list of cases. */
static void test_large(void **state)
{
    size_t length = 0;
    char *data = NULL;
    FILE *text = open_memstream(&data, &length);
    struct xlsx_file file = {.strings = "<si><t>fast</t></si>"};
    struct ag_table *table;
    unsigned i;
    int j;

    (void)state;
    assert_non_null(text);
    for (i = 1; i <= 100000; i++) {
        (void)fprintf(text, "<row r=\"%u\"><c r=\"A%u\"><v>%u.5</v></c>", i, i, i * 7919);
        for (j = 0; j < 8; j++)
            (void)fputs("<c t=\"s\"><v>0</v></c>", text);
        (void)fprintf(text, "<c t=\"str\"><v>sidste %u</v></c></row>", i);
    }
    assert_int_equal(fclose(text), 0);
    file.sheet_data = data;
    table = xlsx_file_read_good(&file);
    free(data);
    assert_int_equal(ag_table_rows(table), 100000);
    assert_int_equal(ag_table_columns(table), 10);
    assert_string_equal(ag_table_cell(table, 99999, 0), "791900000.5");
    assert_string_equal(ag_table_cell(table, 99999, 8), "fast");
    assert_string_equal(ag_table_cell(table, 99999, 9), "sidste 100000");
    ag_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_of_others),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_format_codes),
        cmocka_unit_test(test_sheets),
        cmocka_unit_test(test_of_others),
        cmocka_unit_test(test_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
