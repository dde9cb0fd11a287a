/* How cells look. */
#include <string.h>

#include "scorecards/report/xlsx_inner.h"

enum {
    GREY = 0x595959,
    LIGHT = 0xe8eef4,
    RED = 0x9c0006,
    BLUE = 0x0b4f9e,
    FORMAT_MAX = 64,
    DIGITS_SHOWN = 2
};

/* Of text, unless it becomes another one: so it stays text also when somebody edits the cell. */
static lxw_format *new_format(struct xlsx *xlsx)
{
    lxw_format *format = workbook_add_format(xlsx->workbook);

    if (format == NULL)
        xlsx_keep(xlsx, LXW_ERROR_MEMORY_MALLOC_FAILED);
    else
        format_set_num_format(format, "@");
    return format;
}

static void append(char target[static FORMAT_MAX], const char *part)
{
    size_t length = strlen(target);

    (void)text_copy(target + length, FORMAT_MAX - length, part);
}

/* Of many digits those that are not zeros at the end. */
static void append_decimals(char target[static FORMAT_MAX], unsigned digits)
{
    const char *digit = digits > DIGITS_SHOWN ? "#" : "0";

    if (digits > 0)
        append(target, ".0");
    for (; digits > 1; digits--)
        append(target, digit);
}

/* In the terms of the file format, where , and . stand for what the reader's own language has there. */
static void number_format(enum language language, const struct document_column *column,
                          char target[static FORMAT_MAX])
{
    bool is_danish = language == LANGUAGE_DANISH;

    target[0] = '\0';
    switch (column->kind) {
    case KIND_TEXT:
        append(target, "@");
        return;
    case KIND_KRONER:
        append(target, is_danish ? "#,##0 \"kr.\"" : "\"DKK \"#,##0");
        return;
    case KIND_PERCENT:
        append(target, "0");
        append_decimals(target, column->digits);
        append(target, "%");
        return;
    case KIND_DAY:
        append(target, is_danish ? "dd\".\"mm\".\"yyyy" : "yyyy-mm-dd");
        return;
    case KIND_MONTH:
        append(target, is_danish ? "[$-406]mmmm yyyy" : "[$-809]mmmm yyyy");
        return;
    case KIND_COUNT:
    case KIND_HOURS:
    case KIND_MINUTES:
    case KIND_POINTS:
        append(target, "#,##0");
        append_decimals(target, column->digits);
        return;
    }
}

lxw_format *xlsx_cell_format(struct xlsx *xlsx, const struct document_column *column,
                             enum xlsx_look look)
{
    lxw_format **format = &xlsx->cells[column->kind][column->digits][look];
    char text[FORMAT_MAX];

    if (*format != NULL)
        return *format;
    *format = new_format(xlsx);
    if (*format == NULL)
        return NULL;
    number_format(xlsx->document->language, column, text);
    format_set_num_format(*format, text);
    format_set_align(*format, LXW_ALIGN_VERTICAL_TOP);
    if (column->kind == KIND_TEXT)
        format_set_text_wrap(*format);
    if ((look & XLSX_WEAK) != 0) {
        format_set_font_color(*format, GREY);
        format_set_italic(*format);
    }
    if ((look & XLSX_TOTAL) != 0) {
        format_set_bold(*format);
        format_set_top(*format, LXW_BORDER_THIN);
    }
    return *format;
}

void xlsx_formats(struct xlsx *xlsx)
{
    xlsx->title = new_format(xlsx);
    xlsx->mark = new_format(xlsx);
    xlsx->heading = new_format(xlsx);
    xlsx->line = new_format(xlsx);
    xlsx->words = new_format(xlsx);
    xlsx->link = new_format(xlsx);
    if (xlsx->error != LXW_NO_ERROR)
        return;
    format_set_bold(xlsx->title);
    format_set_font_size(xlsx->title, 14);
    format_set_bold(xlsx->mark);
    format_set_font_color(xlsx->mark, RED);
    format_set_bold(xlsx->heading);
    format_set_bg_color(xlsx->heading, LIGHT);
    format_set_bottom(xlsx->heading, LXW_BORDER_THIN);
    format_set_text_wrap(xlsx->heading);
    format_set_align(xlsx->heading, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(xlsx->words);
    format_set_align(xlsx->words, LXW_ALIGN_VERTICAL_TOP);
    format_set_font_color(xlsx->link, BLUE);
    format_set_underline(xlsx->link, LXW_UNDERLINE_SINGLE);
    format_set_align(xlsx->link, LXW_ALIGN_VERTICAL_TOP);
}
