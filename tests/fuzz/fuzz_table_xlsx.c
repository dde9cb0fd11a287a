/*
 * Any bytes are a table that keeps its limits, or a problem of one line. As a fuzzer seldom makes
 * an archive whose checksums are right, bytes that do not begin as one are put into one: the
 * first says as which part.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "plugins/sdk/table.h"
#include "tests/fuzz/target.h"

static const struct ag_table_limits limits = {.file_bytes = 1 << 20,
                                              .rows = 50,
                                              .columns = 20,
                                              .cell_bytes = 300,
                                              .zip_entries = 20,
                                              .unpacked_bytes = 4 << 20,
                                              .ratio = 200,
                                              .cells = 400};

/* The parts of a small workbook. */
static const struct {
    const char *name;
    const char *text;
} parts[] = {
    {"xl/worksheets/sheet1.xml",
     "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c s=\"1\"><v>46082.5</v></c></row>"
     "</sheetData></worksheet>"},
    {"xl/sharedStrings.xml", "<sst><si><t>a</t></si></sst>"},
    {"xl/styles.xml", "<styleSheet><cellXfs><xf/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"},
    {"xl/workbook.xml",
     "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" r:id=\"a\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels",
     "<a><Relationship Id=\"a\" Type=\"worksheet\" Target=\"worksheets/sheet1.xml\"/>"
     "<Relationship Id=\"b\" Type=\"sharedStrings\" Target=\"sharedStrings.xml\"/>"
     "<Relationship Id=\"c\" Type=\"styles\" Target=\"styles.xml\"/></a>"},
    {"_rels/.rels", "<a><Relationship Id=\"a\" Type=\"officeDocument\" "
                    "Target=\"xl/workbook.xml\"/></a>"},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

/* An archive in which one part is of the fuzzer. */
static int archive_file(size_t chosen, const uint8_t *data, size_t size)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *archive = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    zip_stat_t stat;
    char *bytes;
    size_t i;
    int fd;

    must(archive != NULL);
    zip_source_keep(source);
    for (i = 0; i < PARTS; i++) {
        const void *text = i == chosen ? (const void *)data : parts[i].text;
        size_t length = i == chosen ? size : strlen(parts[i].text);
        zip_int64_t index =
            zip_file_add(archive, parts[i].name, zip_source_buffer(archive, text, length, 0), 0);

        must(index >= 0 &&
             zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0);
    }
    must(zip_close(archive) == 0 && zip_source_open(source) == 0 &&
         zip_source_stat(source, &stat) == 0);
    bytes = malloc(stat.size);
    must(bytes != NULL && zip_source_read(source, bytes, stat.size) == (zip_int64_t)stat.size);
    fd = memory_file(bytes, stat.size);
    free(bytes);
    (void)zip_source_close(source);
    zip_source_free(source);
    return fd;
}

static void table_hold(const struct ag_table *table)
{
    size_t row, column;
    int64_t scaled;

    must(ag_table_rows(table) > 0 && ag_table_rows(table) <= limits.rows);
    must(ag_table_columns(table) > 0 && ag_table_columns(table) <= limits.columns);
    for (row = 0; row < ag_table_rows(table); row++) {
        must(ag_table_line(table, row) > (row == 0 ? 0 : ag_table_line(table, row - 1)));
        for (column = 0; column <= ag_table_columns(table); column++) {
            must(strlen(ag_table_cell(table, row, column)) <= limits.cell_bytes);
            (void)ag_table_number(table, row, column, 2, &scaled);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char problem[AG_TABLE_PROBLEM_MAX] = "";
    struct ag_table *table = NULL;
    int fd;

    if (size > 0 && data[0] != 'P' && data[0] != 0xd0)
        fd = archive_file(data[0] % PARTS, data + 1, size - 1);
    else
        fd = memory_file(data, size);
    if (ag_table_read_xlsx(fd, NULL, &limits, &table, problem) < 0)
        must(table == NULL && problem[0] != '\0' && strchr(problem, '\n') == NULL);
    else
        table_hold(table);
    ag_table_free(table);
    return 0;
}
