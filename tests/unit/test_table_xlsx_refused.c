/* XLSX files that are refused: broken, cut, locked, over a limit, or made to do harm. */
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

static void assert_refused(const struct xlsx_file *file, int error, const char *said)
{
    struct ag_table *table = NULL;
    int result = xlsx_file_read(file, NULL, NULL, &table);

    if (result != error || strstr(xlsx_file_problem, said) == NULL)
        fail_msg("%d \"%s\" instead of %d \"%s\"", result, xlsx_file_problem, error, said);
    assert_null(table);
}

static void test_refused_cells(void **state)
{
    static const struct {
        const char *data;
        const char *said;
    } rows[] = {
        {"", "arket er tomt"},
        {"<row><c t=\"str\"><v> </v></c></row>", "arket er tomt"},
        {"<row r=\"3\"><c r=\"AB3\" t=\"e\"><v>#N/A</v></c></row>",
         "celle AB3: cellen viser en fejl"},
        {"<row><c/><c><f>1+1</f></c></row>", "celle B1: cellens formel"},
        {"<row><c/><c><f>1+1</f><v/></c></row>", "celle B1: cellens formel"},
        {"<row><c><v>1,5</v></c></row>", "celle A1: cellens tal"},
        {"<row><c><v>nan</v></c></row>", "celle A1: cellens tal"},
        {"<row><c><v>1E</v></c></row>", "celle A1: cellens tal"},
        {"<row><c><v>.</v></c></row>", "celle A1: cellens tal"},
        {"<row><c t=\"s\"><v>1</v></c></row>", "celle A1: cellens tekst"},
        {"<row><c t=\"s\"><v>-1</v></c></row>", "celle A1: cellens tekst"},
        {"<row><c t=\"z\"><v>1</v></c></row>", "celle A1: cellens type"},
        {"<row r=\"2\"/><row r=\"2\"/>", "orden"},
        {"<row r=\"2\"/><row r=\"1\"/>", "orden"},
        {"<row r=\"1048576\"/><row/>", "orden"},
        {"<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>", "celle B1: rækker"},
        {"<row r=\"1\"><c r=\"A2\"/></row>", "orden"},
        {"<row r=\"1\"><c r=\"a1\"/></row>", "orden"},
        {"<row r=\"1\"><c r=\"AAAA1\"/></row>", "orden"},
        {"<row r=\"1\"><c r=\"A11111111111111111111\"/></row>", "orden"},
        {"<row><c></row>", "ødelagt"},
        {"<row>&unknown;</row>", "ødelagt"},
        {"<row><c t=\"str\"><v>\x01</v></c></row>", "ødelagt"},
        {"<row><c t=\"str\"><v>\xe6</v></c></row>", "ødelagt"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct xlsx_file file = {.sheet_data = rows[i].data, .strings = "<si><t>a</t></si>"};

        assert_refused(&file, -EINVAL, rows[i].said);
    }
}

static void test_refused_parts(void **state)
{
    static const struct {
        struct xlsx_file file;
        const char *said;
    } rows[] = {
        {{.root_relations = "<Relationships/>"}, "projektmappe"},
        {{.root_relations = RELATION("r", "officeDocument", "xl/workbook.bin")}, "projektmappe"},
        {{.root_relations = RELATION("r", "officeDocument", "../xl/workbook.xml")}, "projektmappe"},
        {{.root_relations = RELATION("r", "officeDocument", "xl/other.xml")}, "projektmappe"},
        {{.workbook = WORKBOOK("")}, "intet synligt ark"},
        {{.workbook = WORKBOOK("<sheet name=\"a\" state=\"veryHidden\" r:id=\"rId1\"/>")},
         "intet synligt ark"},
        {{.relations = "<Relationships/>"}, "diagram"},
        {{.relations = RELATION("rId1", "worksheet", "worksheets/sheet2.xml")}, "projektmappe"},
        {{.sheet = "<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet><sheetData><row><c t=\"str\"><v>&b;"
                   "</v></c></row></sheetData></worksheet>"},
         "ødelagt"},
        {{.sheet = "<!DOCTYPE a SYSTEM \"file:///etc/hostname\"><worksheet/>"}, "ødelagt"},
        {{.sheet = "\xff\xfe<"}, "ødelagt"},
        {{.sheet = " "}, "ødelagt"},
        {{.sheet = "<worksheet/>\n<worksheet/>"}, "ødelagt"},
        {{.strings = "<si>"}, "ødelagt"},
        {{.styles = "<xf>"}, "ødelagt"},
        {{.password = "0000"}, "adgangskode"},
        {{.added = "/xl/Workbook.xml", .added_text = WORKBOOK("<sheet name=\"a\" r:id=\"rId1\"/>")},
         "ødelagt"},
    };
    static const struct xlsx_file beside = {.sheet_data = "<row><c><v>1</v></c></row>",
                                            .added = "xl/../xl/workbook.xml"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct xlsx_file file = rows[i].file;

        file.sheet_data = "<row><c><v>1</v></c></row>";
        assert_refused(&file, -EINVAL, rows[i].said);
    }
    ag_table_free(xlsx_file_read_good(&beside));
}

static void test_no_xlsx(void **state)
{
    static const char old[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on";
    struct ag_table *table = NULL;

    (void)state;
    assert_int_equal(xlsx_file_read_bytes(old, sizeof(old), NULL, NULL, &table), -EINVAL);
    assert_non_null(strstr(xlsx_file_problem, ".xls)"));
    assert_int_equal(xlsx_file_read_bytes("a;b\n1;2\n", 8, NULL, NULL, &table), -EINVAL);
    assert_non_null(strstr(xlsx_file_problem, "ikke en Excel-fil"));
    assert_int_equal(xlsx_file_read_bytes("", 0, NULL, NULL, &table), -EINVAL);
    assert_int_equal(xlsx_file_read_bytes("PK\3\4", 4, NULL, NULL, &table), -EINVAL);
    assert_int_equal(ag_table_read_xlsx(-1, NULL, NULL, &table, xlsx_file_problem), -EIO);
    assert_null(table);
}

/* Exactly at each limit is read, one over is refused. */
static void test_limits(void **state)
{
    static const struct xlsx_file file = {
        .sheet_data = "<row><c t=\"str\"><v>aa</v></c><c><v>1</v></c><c r=\"XFD1\"/></row>"
                      "<row r=\"9\"><c r=\"B9\"><v>2</v></c></row>"};
    struct ag_table_limits limits = ag_table_usual_limits;
    size_t *const fields[] = {&limits.rows, &limits.columns, &limits.cell_bytes,
                              &limits.zip_entries, &limits.cells};
    static const size_t least[] = {2, 2, 2, 4, 4};
    struct ag_table *table;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(fields); i++) {
        size_t usual = *fields[i];

        *fields[i] = least[i];
        table = NULL;
        assert_int_equal(xlsx_file_read(&file, NULL, &limits, &table), 0);
        ag_table_free(table);
        *fields[i] = least[i] - 1;
        assert_int_equal(xlsx_file_read(&file, NULL, &limits, &table), -E2BIG);
        *fields[i] = usual;
    }
    limits.file_bytes = 100;
    assert_int_equal(xlsx_file_read(&file, NULL, &limits, &table), -E2BIG);
    limits.file_bytes = ag_table_usual_limits.file_bytes;
    limits.unpacked_bytes = 1000;
    assert_int_equal(xlsx_file_read(&file, NULL, &limits, &table), -E2BIG);
}

/* What unpacks to far more than it is: also when the archive says that it does not. */
static void test_bombs(void **state)
{
    struct xlsx_file file = {.sheet_data = "<row><c><v>1</v></c></row>",
                             .padding = (size_t)8 << 20};
    struct xlsx_file many = {.sheet_data = "<row><c><v>1</v></c></row>", .entries = 1000};
    struct ag_table_limits limits = ag_table_usual_limits;
    struct ag_table *table = NULL;
    size_t length, i;
    char *bytes = xlsx_file_make(&file, &length);

    (void)state;
    assert_int_equal(xlsx_file_read_bytes(bytes, length, NULL, NULL, &table), -E2BIG);
    for (i = 0; i + 4 <= length; i++) { /* the size of 8 MiB and the tags, wherever it is written */
        uint32_t size;

        memcpy(&size, bytes + i, sizeof(size));
        if (size > (8u << 20) && size < (8u << 20) + 1000)
            memcpy(bytes + i, "\x10\0\0\0", 4);
    }
    assert_true(xlsx_file_read_bytes(bytes, length, NULL, NULL, &table) < 0);
    free(bytes);
    limits.ratio = UINT32_MAX;
    assert_int_equal(xlsx_file_read(&file, NULL, &limits, &table), 0);
    ag_table_free(table);
    limits.unpacked_bytes = (size_t)8 << 20;
    assert_int_equal(xlsx_file_read(&file, NULL, &limits, &table), -E2BIG);
    assert_refused(&many, -E2BIG, "over 1000 filer");
}

/* `count` times a text, between two others; to be freed. */
static char *repeated(const char *before, const char *text, size_t count, const char *after)
{
    size_t length = 0;
    char *bytes = NULL;
    FILE *file = open_memstream(&bytes, &length);

    assert_non_null(file);
    (void)fputs(before, file);
    for (; count > 0; count--)
        (void)fputs(text, file);
    (void)fputs(after, file);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

/* A hundred elements in each other are read, one more is not: a million would be kept. */
static void test_depth(void **state)
{
    char *fits =
        repeated("<worksheet><sheetData><row><c><v>1</v></c></row></sheetData>", "<a>", 99, "");
    char *closed = repeated(fits, "</a>", 99, "</worksheet>");
    char *begun = repeated("<worksheet>", "<a>", 100, "");
    char *deeper = repeated(begun, "</a>", 100, "</worksheet>");
    struct xlsx_file file = {.sheet = closed};

    (void)state;
    ag_table_free(xlsx_file_read_good(&file));
    file.sheet = deeper;
    assert_refused(&file, -EINVAL, "ødelagt");
    free(fits);
    free(closed);
    free(begun);
    free(deeper);
}

/* Names without end: libxml2 keeps each of them. */
static void test_names(void **state)
{
    size_t length = 0;
    char *sheet = NULL;
    FILE *text = open_memstream(&sheet, &length);
    struct xlsx_file file = {.sheet = NULL};
    int i;

    (void)state;
    (void)fputs("<worksheet><sheetData><row><c><v>1</v></c></row></sheetData>", text);
    for (i = 0; i < 100000; i++)
        (void)fprintf(text, "<n%d/>", i);
    (void)fputs("</worksheet>", text);
    assert_int_equal(fclose(text), 0);
    file.sheet = sheet;
    assert_refused(&file, -EINVAL, "ødelagt");
    free(sheet);
}

/* Attributes by the thousand, which libxml2 would compare each with each; also behind a `>`. */
static void test_attributes(void **state)
{
    size_t length = 0;
    char *sheet = NULL;
    FILE *text = open_memstream(&sheet, &length);
    struct xlsx_file file = {.sheet = NULL};
    int i;

    (void)state;
    (void)fputs("<worksheet><sheetData><row", text);
    for (i = 0; i < 257; i++)
        (void)fprintf(text, " a%d='>\"'", i);
    (void)fputs("><c><v>1</v></c></row></sheetData></worksheet>", text);
    assert_int_equal(fclose(text), 0);
    file.sheet = sheet;
    assert_refused(&file, -EINVAL, "ødelagt");
    memcpy(strstr(sheet, " a256='>\"'"), "          ", 10);
    ag_table_free(xlsx_file_read_good(&file));
    free(sheet);
}

/* A text that a thousand cells share is kept once; its equals signs are no attributes. */
static void test_shared_text(void **state)
{
    char *strings = repeated("<si><t>", "=", 32000, "</t></si>");
    char *data = repeated("", "<row><c t=\"s\"><v>0</v></c></row>", 5000, "");
    struct xlsx_file file = {.strings = strings, .sheet_data = data};
    struct ag_table *table = xlsx_file_read_good(&file);

    (void)state;
    assert_int_equal(ag_table_rows(table), 5000);
    assert_int_equal(strlen(ag_table_cell(table, 4999, 0)), 32000);
    assert_ptr_equal(ag_table_cell(table, 0, 0), ag_table_cell(table, 4999, 0));
    ag_table_free(table);
    free(strings);
    free(data);
}

/* Cut anywhere, or with any byte changed, a file is refused or read, and nothing else happens. */
static void test_damaged(void **state)
{
    static const struct xlsx_file file = {
        .sheet_data = "<row><c t=\"s\"><v>0</v></c></row>",
        .strings = "<si><t>a</t></si>",
        .styles = "<xf numFmtId=\"14\"/>",
    };
    struct ag_table *table = NULL;
    size_t length, i;
    char *bytes = xlsx_file_make(&file, &length);

    (void)state;
    assert_int_equal(xlsx_file_read_bytes(bytes, length, NULL, NULL, &table), 0);
    ag_table_free(table);
    for (i = 0; i < length; i++) {
        table = NULL;
        assert_int_equal(xlsx_file_read_bytes(bytes, i, NULL, NULL, &table), -EINVAL);
        assert_null(table);
    }
    for (i = 0; i < length; i++) {
        table = NULL;
        bytes[i] = (char)(bytes[i] ^ 0x55);
        if (xlsx_file_read_bytes(bytes, length, NULL, NULL, &table) == 0)
            ag_table_free(table);
        bytes[i] = (char)(bytes[i] ^ 0x55);
    }
    free(bytes);
}

/* A wrong checksum is found, though the sheet is whole before the part's end. */
static void test_checksum(void **state)
{
    static const struct xlsx_file file = {.sheet_data = "<row><c><v>1</v></c></row>"};
    struct ag_table *table = NULL;
    size_t length, i;
    char *bytes = xlsx_file_make(&file, &length);
    int changed = 0;

    (void)state;
    for (i = 0; i + 46 < length; i++) { /* the directory's entry of the sheet: CRC at 16 */
        if (memcmp(bytes + i, "PK\1\2", 4) == 0 &&
            memcmp(bytes + i + 46, "xl/worksheets", 13) == 0) {
            bytes[i + 16] = (char)(bytes[i + 16] ^ 1);
            changed++;
        }
    }
    assert_int_equal(changed, 1);
    assert_int_equal(xlsx_file_read_bytes(bytes, length, NULL, NULL, &table), -EINVAL);
    assert_non_null(strstr(xlsx_file_problem, "ødelagt"));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_cells), cmocka_unit_test(test_refused_parts),
        cmocka_unit_test(test_no_xlsx),       cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bombs),         cmocka_unit_test(test_depth),
        cmocka_unit_test(test_names),         cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_shared_text),   cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_checksum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
