#include "scorecards/report/xlsx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/apart.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/utf8.h"
#include "scorecards/report/xlsx_inner.h"

#define LIBRARY "libxlsxwriter"

enum { PATH_SIZE = 40, SAID_MAX = 65536, FOOTER_TEXT = 200, PAPER_A4 = 9 };
enum { FIRST_OF_TWO_UNITS = 0x10000, NO_CHARACTER = 0xfffe, CHARACTER_BYTES = 4 };
enum {
    CREATED_S =
        315532800 /* 1980-01-01, the first day of a ZIP: the report says itself when it was made */
};

void xlsx_keep(struct xlsx *xlsx, lxw_error error)
{
    if (xlsx->error == LXW_NO_ERROR)
        xlsx->error = error;
}

/* "_x0041_" is how the file format writes an A. */
static bool is_escape(const char *text)
{
    return text[0] == '_' && text[1] == 'x' && strspn(text + 2, "0123456789abcdefABCDEF") >= 4 &&
           text[6] == '_';
}

/* What a file of XML may hold, and a cell: into xlsx->text. */
static const char *cleaned(struct xlsx *xlsx, const char *text)
{
    size_t units = 0;

    text_clear(&xlsx->text);
    while (*text != '\0') {
        uint32_t character = 0;
        size_t size = utf8_decode(text, strnlen(text, CHARACTER_BYTES), &character);
        size_t width = character >= FIRST_OF_TWO_UNITS ? 2 : 1;

        if (units + width >= XLSX_TEXT_UNITS) {
            text_append_string(&xlsx->text, "…");
            break;
        }
        if (size == 0 || (character & NO_CHARACTER) == NO_CHARACTER)
            text_append_string(&xlsx->text, "\ufffd");
        else if (utf8_is_control(character) && character != '\n')
            text_append_char(&xlsx->text, ' ');
        else
            text_append(&xlsx->text, text, size);
        if (is_escape(text))
            text_append_string(&xlsx->text, "x005F_");
        units += width;
        text += size > 0 ? size : 1;
    }
    if (xlsx->text.broken != 0)
        xlsx_keep(xlsx, LXW_ERROR_MEMORY_MALLOC_FAILED);
    return text_string(&xlsx->text);
}

void xlsx_put_text(struct xlsx *xlsx, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                   const char *text, lxw_format *format)
{
    const char *shown = cleaned(xlsx, text);

    if (xlsx->error == LXW_NO_ERROR)
        xlsx_keep(xlsx, worksheet_write_string(sheet, row, column, shown, format));
}

void xlsx_put_link(struct xlsx *xlsx, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                   const char *text, const struct xlsx_name *to)
{
    const char *shown = cleaned(xlsx, text);
    struct text address;
    const char *at;
    lxw_error put;

    text_init(&address, 4 * (size_t)XLSX_NAME_MAX);
    text_append_string(&address, "internal:'");
    for (at = to->text; *at != '\0'; at++) {
        if (*at == '\'')
            text_append_char(&address, '\'');
        text_append_char(&address, *at);
    }
    text_append_string(&address, "'!A1");
    if (xlsx->error == LXW_NO_ERROR) {
        put = worksheet_write_url_opt(sheet, row, column, text_string(&address), xlsx->link, shown,
                                      NULL);
        /* More links than a sheet takes are text. */
        if (put == LXW_ERROR_WORKSHEET_MAX_NUMBER_URLS_EXCEEDED)
            put = worksheet_write_string(sheet, row, column, shown, xlsx->words);
        xlsx_keep(xlsx, put);
    }
    text_release(&address);
}

/* In a footer & begins a code. */
static void put_footer_text(struct text *footer, const char *words)
{
    size_t length = utf8_border(words, strnlen(words, FOOTER_TEXT));
    size_t i;

    for (i = 0; i < length; i++)
        text_append_char(footer, words[i] == '&' ? '+' : words[i]);
}

void xlsx_page(struct xlsx *xlsx, lxw_worksheet *sheet)
{
    struct text footer;

    text_init(&footer, LXW_HEADER_FOOTER_MAX - 1);
    if (xlsx->document->mark != NULL) {
        text_append_string(&footer, "&L");
        put_footer_text(&footer, cleaned(xlsx, xlsx->document->mark));
    }
    text_append_string(&footer, "&R&P / &N");
    xlsx_keep(xlsx, worksheet_set_footer(sheet, text_string(&footer)));
    text_release(&footer);
    worksheet_set_paper(sheet, PAPER_A4);
    worksheet_set_landscape(sheet);
    worksheet_fit_to_pages(sheet, 1, 0);
}

/* Everything but the closing, which writes. */
static void put_sheets(struct xlsx *xlsx)
{
    const struct document *document = xlsx->document;
    lxw_doc_properties properties = {.created = CREATED_S};
    char title[256];
    size_t i;

    (void)text_copy(title, sizeof title,
                    cleaned(xlsx, document->title != NULL ? document->title : ""));
    properties.title = title;
    xlsx_keep(xlsx, workbook_set_properties(xlsx->workbook, &properties));
    xlsx_formats(xlsx);
    xlsx_put_contents(xlsx);
    for (i = 0; i < document->table_count && xlsx->error == LXW_NO_ERROR; i++)
        if (!document->tables[i]->is_of_page)
            xlsx_put_table(xlsx, document->tables[i], &xlsx->names[i + 1]);
}

/* The library writes a file by its name: one in memory has a name, too. Of memory that it lacks it often says nothing to
 * its caller, and goes on; but errno stays ENOMEM then, for what succeeds does not change it (closing alone does). */
static int write_workbook(void *context, struct fault *fault)
{
    struct xlsx *xlsx = context;
    char path[PATH_SIZE];
    bool lacks_memory;

    errno = 0;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", xlsx->file);
    xlsx->workbook = workbook_new(path);
    if (xlsx->workbook == NULL)
        return fault_no_memory(fault);
    put_sheets(xlsx);
    lacks_memory = errno == ENOMEM;
    xlsx_keep(xlsx, workbook_close(xlsx->workbook)); /* frees it in any case */
    if (lacks_memory || errno == ENOMEM || xlsx->error == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return fault_no_memory(fault);
    if (xlsx->error == LXW_NO_ERROR)
        return 0;
    return fault_set(fault, xlsx->error == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE ? -E2BIG : -EIO,
                     "%s: %s", LIBRARY, lxw_strerror(xlsx->error));
}

/* What it says on standard error is known there alone, as when it crashes for want of memory. Its warnings are of what
 * is left out on purpose. */
static int write_apart(struct xlsx *xlsx, struct fault *fault)
{
    struct text said;
    const char *error;
    int result;

    text_init(&said, SAID_MAX);
    result = apart_do(LIBRARY, write_workbook, xlsx, &said, fault);
    error = strstr(text_string(&said), "[ERROR]");
    if (result != -E2BIG && strstr(text_string(&said), "Memory allocation failed") != NULL)
        result = fault_no_memory(fault);
    else if (result == 0 && error != NULL)
        result = fault_set(fault, -EIO, "%s: %.*s", LIBRARY, (int)strcspn(error, "\n"), error);
    text_release(&said);
    return result < 0 ? fault_prefix(fault, result, "the workbook cannot be made") : 0;
}

/* With the one of contents. */
static size_t sheets_of(const struct document *document)
{
    size_t count = 1;
    size_t i;

    for (i = 0; i < document->table_count; i++)
        count += !document->tables[i]->is_of_page;
    return count;
}

int xlsx_render(const struct document *document, struct text *target, struct fault *fault)
{
    struct xlsx *xlsx = NULL;
    int result = document_result(document, fault);

    if (result < 0)
        return result;
    if (sheets_of(document) > XLSX_SHEETS_MAX)
        return fault_set(fault, -E2BIG, "the workbook would have %zu sheets, %d are the most",
                         sheets_of(document), XLSX_SHEETS_MAX);
    xlsx = calloc(1, sizeof *xlsx);
    if (xlsx != NULL) {
        xlsx->file = -1;
        xlsx->names = calloc(document->table_count + 1, sizeof *xlsx->names);
    }
    if (xlsx == NULL || xlsx->names == NULL) {
        result = fault_no_memory(fault);
        goto out;
    }
    xlsx->file = apart_file("workbook");
    if (xlsx->file < 0) {
        result =
            fault_set(fault, xlsx->file, "no file for the workbook: %s", strerror(-xlsx->file));
        goto out;
    }
    xlsx->document = document;
    text_init(&xlsx->text, DOCUMENT_BYTES_MAX);
    xlsx_names(document, xlsx->names);
    result = write_apart(xlsx, fault);
    if (result == 0)
        result = file_read_open(xlsx->file, "the workbook", target, fault);
out:
    if (xlsx != NULL) {
        if (xlsx->file >= 0)
            (void)close(xlsx->file);
        text_release(&xlsx->text);
        free(xlsx->names);
    }
    free(xlsx);
    return result;
}
