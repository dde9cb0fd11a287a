#include "tests/unit/xlsx_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define RELATION                                                                                   \
    "<Relationship Id=\"%s\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"        \
    "relationships/%s\" Target=\"%s\"/>"

static const char usual_workbook[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><workbook " MAIN
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
    "<sheet name=\"Ark1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";

static void add(zip_t *archive, const char *name, char *text, const char *password)
{
    zip_source_t *source = zip_source_buffer(archive, text, strlen(text), 1);
    zip_int64_t index = zip_file_add(archive, name, source, 0);

    assert_true(index >= 0);
    if (password != NULL)
        assert_int_equal(
            zip_file_set_encryption(archive, (zip_uint64_t)index, ZIP_EM_AES_256, password), 0);
}

static char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *text_of(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    assert_true(vasprintf(&text, format, arguments) >= 0);
    va_end(arguments);
    return text;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static char *sheet_of(const struct xlsx_file *file)
{
    if (file->sheet != NULL)
        return text_of("%s", file->sheet);
    return text_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<worksheet " MAIN "><sheetData>%s"
                   "</sheetData></worksheet>%*s",
                   or_else(file->sheet_data, ""), (int)file->padding, "");
}

static void add_all(zip_t *archive, const struct xlsx_file *file)
{
    const char *password = file->password;
    size_t i;

    add(archive, "_rels/.rels",
        file->root_relations != NULL ? text_of("%s", file->root_relations)
                                     : text_of("<Relationships>" RELATION "</Relationships>",
                                               "rId1", "officeDocument", "xl/workbook.xml"),
        password);
    add(archive, "xl/workbook.xml", text_of("%s", or_else(file->workbook, usual_workbook)),
        password);
    add(archive, "xl/_rels/workbook.xml.rels",
        file->relations != NULL
            ? text_of("%s", file->relations)
            : text_of("<Relationships>" RELATION RELATION RELATION "</Relationships>", "rId1",
                      "worksheet", "worksheets/sheet1.xml", "rId2", "sharedStrings",
                      "/xl/sharedStrings.xml", "rId3", "styles", "styles.xml"),
        password);
    add(archive, "xl/worksheets/sheet1.xml", sheet_of(file), password);
    if (file->strings != NULL)
        add(archive, "xl/sharedStrings.xml", text_of("<sst " MAIN ">%s</sst>", file->strings),
            password);
    if (file->styles != NULL)
        add(archive, "xl/styles.xml",
            text_of("<styleSheet " MAIN "><numFmts>%s</numFmts><cellStyleXfs><xf numFmtId=\"14\"/>"
                    "</cellStyleXfs><cellXfs>%s</cellXfs></styleSheet>",
                    or_else(file->formats, ""), file->styles),
            password);
    for (i = 0; i < file->entries; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "more/%zu", i);
        add(archive, name, text_of("x"), NULL);
    }
    if (file->added != NULL)
        add(archive, file->added, text_of("%s", or_else(file->added_text, "x")), NULL);
}

char *xlsx_file_make(const struct xlsx_file *file, size_t *ret_length)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *archive = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    zip_stat_t stat;
    char *bytes;

    assert_non_null(archive);
    zip_source_keep(source);
    add_all(archive, file);
    assert_int_equal(zip_close(archive), 0);
    assert_int_equal(zip_source_open(source), 0);
    assert_int_equal(zip_source_stat(source, &stat), 0);
    bytes = malloc(stat.size);
    assert_non_null(bytes);
    assert_int_equal(zip_source_read(source, bytes, stat.size), stat.size);
    (void)zip_source_close(source);
    zip_source_free(source);
    *ret_length = stat.size;
    return bytes;
}

int xlsx_file_open(const char *bytes, size_t length)
{
    int fd = memfd_create("xlsx", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

char xlsx_file_problem[AG_TABLE_PROBLEM_MAX];

int xlsx_file_read_bytes(const char *bytes, size_t length, const char *sheet,
                         const struct ag_table_limits *limits, struct ag_table **ret_table)
{
    int fd = xlsx_file_open(bytes, length);
    int result;

    xlsx_file_problem[0] = '\0';
    result = ag_table_read_xlsx(fd, sheet, limits, ret_table, xlsx_file_problem);
    assert_int_equal(close(fd), 0);
    if (result < 0 && (xlsx_file_problem[0] == '\0' || strchr(xlsx_file_problem, '\n') != NULL))
        fail_msg("no sentence: \"%s\"", xlsx_file_problem);
    return result;
}

int xlsx_file_read(const struct xlsx_file *file, const char *sheet,
                   const struct ag_table_limits *limits, struct ag_table **ret_table)
{
    size_t length;
    char *bytes = xlsx_file_make(file, &length);
    int result = xlsx_file_read_bytes(bytes, length, sheet, limits, ret_table);

    free(bytes);
    return result;
}

struct ag_table *xlsx_file_read_good(const struct xlsx_file *file)
{
    struct ag_table *table = NULL;
    int result = xlsx_file_read(file, NULL, NULL, &table);

    if (result != 0)
        fail_msg("%d: %s", result, xlsx_file_problem);
    return table;
}
