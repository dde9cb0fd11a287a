/* Tables of XLSX files: what Excel and others write is read; bombs, cuts and tricks are refused. */
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

static char problem[AG_TABLE_PROBLEM_MAX];

static int read_bytes(const char *bytes, size_t length, const char *sheet,
                      const struct ag_table_limits *limits, struct ag_table **ret_table)
{
    int fd = xlsx_file_open(bytes, length);
    int result;

    problem[0] = '\0';
    result = ag_table_read_xlsx(fd, sheet, limits, ret_table, problem);
    assert_int_equal(close(fd), 0);
    if (result < 0 && (problem[0] == '\0' || strchr(problem, '\n') != NULL))
        fail_msg("no sentence: \"%s\"", problem);
    return result;
}

static int read_file(const struct xlsx_file *file, const char *sheet,
                     const struct ag_table_limits *limits, struct ag_table **ret_table)
{
    size_t length;
    char *bytes = xlsx_file_make(file, &length);
    int result = read_bytes(bytes, length, sheet, limits, ret_table);

    free(bytes);
    return result;
}

static struct ag_table *read_good(const struct xlsx_file *file)
{
    struct ag_table *table = NULL;
    int result = read_file(file, NULL, NULL, &table);

    if (result != 0)
        fail_msg("%d: %s", result, problem);
    return table;
}

static void assert_refused(const struct xlsx_file *file, int error, const char *said)
{
    struct ag_table *table = NULL;
    int result = read_file(file, NULL, NULL, &table);

    if (result != error || strstr(problem, said) == NULL)
        fail_msg("%d \"%s\" instead of %d \"%s\"", result, problem, error, said);
    assert_null(table);
}

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
    struct ag_table *table = read_good(&file);
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
        table = read_good(&file);
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
    struct ag_table *table = read_good(&file);
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
        table = read_good(&file);
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
            assert_int_equal(read_file(&file, rows[i].name, NULL, &table), 0);
            assert_string_equal(ag_table_cell(table, 0, 0), "a");
            ag_table_free(table);
            continue;
        }
        assert_int_equal(read_file(&file, rows[i].name, NULL, &table), -EINVAL);
        if (strstr(problem, rows[i].said) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", problem, rows[i].said);
    }
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
        {{.sheet = ""}, "ødelagt"},
        {{.sheet = "<worksheet/>\n<worksheet/>"}, "ødelagt"},
        {{.strings = "<si>"}, "ødelagt"},
        {{.styles = "<xf>"}, "ødelagt"},
        {{.password = "0000"}, "adgangskode"},
        {{.added = "/xl/Workbook.xml"}, "ødelagt"},
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
    ag_table_free(read_good(&beside));
}

static void test_no_xlsx(void **state)
{
    static const char old[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on";
    struct ag_table *table = NULL;

    (void)state;
    assert_int_equal(read_bytes(old, sizeof(old), NULL, NULL, &table), -EINVAL);
    assert_non_null(strstr(problem, ".xls)"));
    assert_int_equal(read_bytes("a;b\n1;2\n", 8, NULL, NULL, &table), -EINVAL);
    assert_non_null(strstr(problem, "ikke en Excel-fil"));
    assert_int_equal(read_bytes("", 0, NULL, NULL, &table), -EINVAL);
    assert_int_equal(read_bytes("PK\3\4", 4, NULL, NULL, &table), -EINVAL);
    assert_int_equal(ag_table_read_xlsx(-1, NULL, NULL, &table, problem), -EIO);
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
        assert_int_equal(read_file(&file, NULL, &limits, &table), 0);
        ag_table_free(table);
        *fields[i] = least[i] - 1;
        assert_int_equal(read_file(&file, NULL, &limits, &table), -E2BIG);
        *fields[i] = usual;
    }
    limits.file_bytes = 100;
    assert_int_equal(read_file(&file, NULL, &limits, &table), -E2BIG);
    limits.file_bytes = ag_table_usual_limits.file_bytes;
    limits.unpacked_bytes = 1000;
    assert_int_equal(read_file(&file, NULL, &limits, &table), -E2BIG);
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
    assert_int_equal(read_bytes(bytes, length, NULL, NULL, &table), -E2BIG);
    for (i = 0; i + 4 <= length; i++) { /* the size of 8 MiB and the tags, wherever it is written */
        uint32_t size;

        memcpy(&size, bytes + i, sizeof(size));
        if (size > (8u << 20) && size < (8u << 20) + 1000)
            memcpy(bytes + i, "\x10\0\0\0", 4);
    }
    assert_true(read_bytes(bytes, length, NULL, NULL, &table) < 0);
    free(bytes);
    limits.ratio = UINT32_MAX;
    assert_int_equal(read_file(&file, NULL, &limits, &table), 0);
    ag_table_free(table);
    limits.unpacked_bytes = (size_t)8 << 20;
    assert_int_equal(read_file(&file, NULL, &limits, &table), -E2BIG);
    assert_refused(&many, -E2BIG, "over 1000 filer");
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
    ag_table_free(read_good(&file));
    free(sheet);
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

/* A text that a thousand cells share is kept once; its equals signs are no attributes. */
static void test_shared_text(void **state)
{
    char *strings = repeated("<si><t>", "=", 32000, "</t></si>");
    char *data = repeated("", "<row><c t=\"s\"><v>0</v></c></row>", 5000, "");
    struct xlsx_file file = {.strings = strings, .sheet_data = data};
    struct ag_table *table = read_good(&file);

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
    assert_int_equal(read_bytes(bytes, length, NULL, NULL, &table), 0);
    ag_table_free(table);
    for (i = 0; i < length; i++) {
        table = NULL;
        assert_int_equal(read_bytes(bytes, i, NULL, NULL, &table), -EINVAL);
        assert_null(table);
    }
    for (i = 0; i < length; i++) {
        table = NULL;
        bytes[i] = (char)(bytes[i] ^ 0x55);
        if (read_bytes(bytes, length, NULL, NULL, &table) == 0)
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
    assert_int_equal(read_bytes(bytes, length, NULL, NULL, &table), -EINVAL);
    assert_non_null(strstr(problem, "ødelagt"));
    free(bytes);
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
        cmocka_unit_test(test_refused_cells),
        cmocka_unit_test(test_refused_parts),
        cmocka_unit_test(test_no_xlsx),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_shared_text),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_checksum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
