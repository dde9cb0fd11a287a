/* The first sheet: what the workbook is, its sheets, and what its words mean. */
#include "scorecards/report/words.h"
#include "scorecards/report/xlsx_inner.h"

enum { NAME_WIDTH = 34, WORDS_WIDTH = 100 };

struct contents {
    struct xlsx *xlsx;
    lxw_worksheet *sheet;
    lxw_row_t row;
};

static void put_line(struct contents *contents, const char *text, lxw_format *format)
{
    if (text != NULL)
        xlsx_put_text(contents->xlsx, contents->sheet, contents->row++, 0, text, format);
}

static void put_pair(struct contents *contents, const char *left, const char *right,
                     lxw_format *format)
{
    xlsx_put_text(contents->xlsx, contents->sheet, contents->row, 0, left, format);
    xlsx_put_text(contents->xlsx, contents->sheet, contents->row++, 1, right, format);
}

static void put_sheets(struct contents *contents)
{
    struct xlsx *xlsx = contents->xlsx;
    const struct document *document = xlsx->document;
    struct text title;
    size_t i;

    contents->row++;
    put_pair(contents, words(document->language, WORDS_WORKBOOK_SHEET),
             words(document->language, WORDS_WORKBOOK_TABLE), xlsx->heading);
    text_init(&title, DOCUMENT_BYTES_MAX);
    for (i = 0; i < document->table_count && xlsx->error == LXW_NO_ERROR; i++) {
        if (document->tables[i]->is_of_page)
            continue;
        text_clear(&title);
        xlsx_title_put(document->tables[i], &title);
        xlsx_put_link(xlsx, contents->sheet, contents->row, 0, xlsx->names[i + 1].text,
                      &xlsx->names[i + 1]);
        xlsx_put_text(xlsx, contents->sheet, contents->row++, 1, text_string(&title), xlsx->words);
    }
    text_release(&title);
}

static void put_terms(struct contents *contents)
{
    const struct document *document = contents->xlsx->document;
    bool is_first = true;
    size_t i;
    size_t j;

    for (i = 0; i < document->section_count; i++)
        for (j = 0; j < document->sections[i].block_count; j++) {
            const struct document_block *block = &document->sections[i].blocks[j];

            if (block->kind != BLOCK_TERM)
                continue;
            if (is_first) {
                contents->row++;
                put_pair(contents, words(document->language, WORDS_WORKBOOK_DEFINITIONS), "",
                         contents->xlsx->heading);
            }
            is_first = false;
            put_pair(contents, block->term, block->text, contents->xlsx->words);
        }
}

void xlsx_put_contents(struct xlsx *xlsx)
{
    const struct document *document = xlsx->document;
    struct contents contents = {.xlsx = xlsx};

    if (xlsx->error == LXW_NO_ERROR)
        contents.sheet = workbook_add_worksheet(xlsx->workbook, xlsx->names[0].text);
    if (contents.sheet == NULL) {
        xlsx_keep(xlsx, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    xlsx_keep(xlsx, worksheet_set_column(contents.sheet, 0, 0, NAME_WIDTH, NULL));
    xlsx_keep(xlsx, worksheet_set_column(contents.sheet, 1, 1, WORDS_WIDTH, NULL));
    put_line(&contents, document->title, xlsx->title);
    put_line(&contents, document->subtitle, xlsx->line);
    put_line(&contents, document->mark, xlsx->mark);
    put_line(&contents, document->made, xlsx->line);
    put_sheets(&contents);
    contents.row++;
    xlsx_put_text(xlsx, contents.sheet, contents.row++, 1,
                  words(document->language, WORDS_WORKBOOK_NOTE), xlsx->words);
    put_terms(&contents);
    xlsx_page(xlsx, contents.sheet);
}
