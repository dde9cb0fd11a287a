#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_xlsx_inner.h"

/* What the attribute t of a cell says of its value. */
enum type { NUMBER, SHARED, TEXT, INLINE, BOOLEAN, DAY, FAULT };

/* A sheet on its way. Rows and columns are counted from 1, as in cells' names. */
struct sheet {
    struct ag_xlsx *book;
    struct ag_xlsx_text text; /* of the cell in hand */
    uint32_t row;
    uint32_t column;
    uint32_t filled; /* columns of the row that have a cell in the table */
    enum type type;
    uint32_t style;
    bool is_in_data;
    bool is_in_row;
    bool is_in_cell;
    bool is_in_inline;
    bool is_in_phonetic;
    bool is_in_value;
    bool has_formula;
};

static void cell_name(const struct sheet *sheet, char target[AG_XLSX_CELL_NAME_MAX])
{
    char letters[4] = "";
    size_t used = sizeof(letters) - 1;
    uint32_t left;

    for (left = sheet->column; left > 0 && used > 0; left = (left - 1) / 26)
        letters[--used] = (char)('A' + (left - 1) % 26);
    (void)snprintf(target, AG_XLSX_CELL_NAME_MAX, "%s%u", letters + used, sheet->row % 10000000);
}

/* A problem with the cell in hand. */
static int refuse(const struct sheet *sheet, const char *what)
{
    char name[AG_XLSX_CELL_NAME_MAX];

    cell_name(sheet, name);
    return ag_table_fail(sheet->book->problem, -EINVAL, "celle %s: %s", name, what);
}

static int out_of_order(const struct sheet *sheet)
{
    return refuse(sheet, "rækker og celler står ikke i orden; åbn filen i Excel og gem den på ny");
}

static int row_start(struct sheet *sheet, const struct ag_xlsx_tag *tag)
{
    uint32_t row = ag_xlsx_number(tag, "r", AG_XLSX_ROW_MAX, sheet->row + 1);

    sheet->column = 0;
    sheet->filled = 0;
    sheet->is_in_row = true;
    if (row <= sheet->row || row > AG_XLSX_ROW_MAX)
        return out_of_order(sheet);
    sheet->row = row;
    return 0;
}

/* Reads a name such as "AB12" of this row; without one the cell is the next. */
static int cell_place(struct sheet *sheet, const struct ag_xlsx_tag *tag)
{
    char name[AG_XLSX_CELL_NAME_MAX];
    uint32_t column = 0;
    uint32_t row = 0;
    const char *at = name;

    if (!ag_xlsx_attribute(tag, "r", name, sizeof(name)))
        return out_of_order(sheet);
    for (; *at >= 'A' && *at <= 'Z' && column <= AG_XLSX_COLUMN_MAX; at++)
        column = column * 26 + (uint32_t)(*at - 'A' + 1);
    for (; *at >= '0' && *at <= '9' && row <= AG_XLSX_ROW_MAX; at++)
        row = row * 10 + (uint32_t)(*at - '0');
    if (name[0] == '\0') {
        column = sheet->column + 1;
        row = sheet->row;
    }
    if (*at != '\0' || row != sheet->row || column <= sheet->column || column > AG_XLSX_COLUMN_MAX)
        return out_of_order(sheet);
    sheet->column = column;
    return 0;
}

static int cell_type(struct sheet *sheet, const struct ag_xlsx_tag *tag)
{
    static const struct {
        const char *name;
        enum type type;
    } types[] = {{"", NUMBER}, {"n", NUMBER},         {"s", SHARED},  {"str", TEXT},
                 {"d", DAY},   {"inlineStr", INLINE}, {"b", BOOLEAN}, {"e", FAULT}};
    char name[AG_XLSX_CELL_NAME_MAX];
    size_t i;

    (void)ag_xlsx_attribute(tag, "t", name, sizeof(name));
    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, name) == 0) {
            sheet->type = types[i].type;
            return 0;
        }
    }
    return refuse(sheet, "cellens type kendes ikke; åbn filen i Excel og gem den på ny");
}

static int cell_start(struct sheet *sheet, const struct ag_xlsx_tag *tag)
{
    int result = cell_place(sheet, tag);

    if (result == 0)
        result = cell_type(sheet, tag);
    sheet->style = ag_xlsx_number(tag, "s", UINT32_MAX, 0);
    sheet->text.length = 0;
    sheet->has_formula = false;
    sheet->is_in_cell = true;
    return result;
}

static int on_start(void *context, const struct ag_xlsx_tag *tag)
{
    struct sheet *sheet = context;
    const char *name = tag->name;

    if (strcmp(name, "sheetData") == 0)
        sheet->is_in_data = true;
    else if (sheet->is_in_data && !sheet->is_in_row && strcmp(name, "row") == 0)
        return row_start(sheet, tag);
    else if (sheet->is_in_row && !sheet->is_in_cell && strcmp(name, "c") == 0)
        return cell_start(sheet, tag);
    else if (sheet->is_in_cell && strcmp(name, "f") == 0)
        sheet->has_formula = true;
    else if (sheet->is_in_cell && strcmp(name, "is") == 0)
        sheet->is_in_inline = true;
    else if (sheet->is_in_inline && strcmp(name, "rPh") == 0)
        sheet->is_in_phonetic = true;
    else if (strcmp(name, "v") == 0)
        sheet->is_in_value = sheet->is_in_cell && sheet->type != INLINE;
    else if (strcmp(name, "t") == 0)
        sheet->is_in_value = sheet->is_in_inline && sheet->type == INLINE && !sheet->is_in_phonetic;
    return 0;
}

static int on_text(void *context, const char *text, size_t length)
{
    struct sheet *sheet = context;

    return sheet->is_in_value ? ag_xlsx_text_add(sheet->book, &sheet->text, text, length) : 0;
}

/* Puts the cell into the table, after empty ones for those that the file leaves out. */
static int cell_put(struct sheet *sheet, enum ag_table_kind kind, size_t place)
{
    struct ag_xlsx *book = sheet->book;
    char name[AG_XLSX_CELL_NAME_MAX];
    int result = 0;

    if (place == 0)
        return 0;
    if (sheet->column > book->limits->columns) {
        cell_name(sheet, name);
        return ag_table_fail(book->problem, -E2BIG,
                             "celle %s: arket har over %zu kolonner; slet dem, der ikke bruges",
                             name, book->limits->columns);
    }
    while (result == 0 && ++sheet->filled < sheet->column)
        result = ag_table_put(book->table, book->limits, AG_TABLE_TEXT, 0, book->problem);
    if (result == 0)
        result = ag_table_put(book->table, book->limits, kind, place, book->problem);
    return result;
}

/* Keeps the text in hand, or what is shown in its stead. */
static int cell_keep(struct sheet *sheet, enum ag_table_kind kind, const char *shown)
{
    size_t place = 0;
    int result = 0;

    if (shown != NULL) {
        sheet->text.length = 0;
        result = ag_xlsx_text_add(sheet->book, &sheet->text, shown, strlen(shown));
    }
    if (result == 0)
        result = ag_xlsx_keep(sheet->book, &sheet->text, &place);
    return result < 0 ? result : cell_put(sheet, kind, place);
}

static int shared_end(struct sheet *sheet)
{
    int64_t index;

    if (!ag_table_plain_number(sheet->text.bytes, 0, &index) || index < 0 ||
        (uint64_t)index >= sheet->book->string_count)
        return refuse(sheet, "cellens tekst findes ikke i filen; åbn den i Excel og gem den på ny");
    return cell_put(sheet, AG_TABLE_TEXT, sheet->book->strings[index]);
}

static int number_end(struct sheet *sheet)
{
    const struct ag_xlsx *book = sheet->book;
    char shown[AG_XLSX_SHOWN_MAX];
    enum ag_xlsx_format format = AG_XLSX_PLAIN;

    if (!ag_table_is_plain_number(sheet->text.bytes))
        return refuse(sheet, "cellens tal kan ikke læses; åbn filen i Excel og gem den på ny");
    if (sheet->style < book->format_count)
        format = (enum ag_xlsx_format)book->formats[sheet->style];
    ag_xlsx_show(book, format, sheet->text.bytes, shown);
    if (shown[0] != '\0')
        return cell_keep(sheet, AG_TABLE_OTHER, shown);
    return cell_keep(sheet, format == AG_XLSX_PLAIN ? AG_TABLE_NUMBER : AG_TABLE_OTHER, NULL);
}

/* A day in ISO 8601, as some writers put it. */
static int day_end(struct sheet *sheet)
{
    static const char midnight[] = "T00:00:00";
    char *time = strchr(sheet->text.bytes, 'T');

    if (time != NULL && strncmp(time, midnight, strlen(midnight)) == 0 &&
        strspn(time + strlen(midnight), ".0Z") == strlen(time + strlen(midnight)))
        sheet->text.length = (size_t)(time - sheet->text.bytes);
    else if (time != NULL)
        *time = ' ';
    return cell_keep(sheet, AG_TABLE_OTHER, NULL);
}

static int cell_end(struct sheet *sheet)
{
    sheet->is_in_cell = false;
    sheet->is_in_inline = false;
    if (sheet->type == FAULT)
        return refuse(sheet, "cellen viser en fejl i stedet for en værdi; ret dens formel");
    if (sheet->text.length == 0 && sheet->has_formula && sheet->type == NUMBER)
        return refuse(sheet,
                      "cellens formel er ikke regnet ud; åbn filen i Excel og gem den på ny");
    if (sheet->text.length == 0)
        return 0;
    switch (sheet->type) {
    case SHARED:
        return shared_end(sheet);
    case NUMBER:
        return number_end(sheet);
    case BOOLEAN:
        return cell_keep(sheet, AG_TABLE_OTHER,
                         strcmp(sheet->text.bytes, "1") == 0 ||
                                 strcmp(sheet->text.bytes, "true") == 0
                             ? "SAND"
                             : "FALSK");
    case DAY:
        return day_end(sheet);
    case TEXT:
    case INLINE:
    case FAULT:
        break;
    }
    return cell_keep(sheet, AG_TABLE_TEXT, NULL);
}

static int on_end(void *context, const char *name)
{
    struct sheet *sheet = context;

    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        sheet->is_in_value = false;
    } else if (strcmp(name, "rPh") == 0) {
        sheet->is_in_phonetic = false;
    } else if (strcmp(name, "c") == 0 && sheet->is_in_cell) {
        return cell_end(sheet);
    } else if (strcmp(name, "row") == 0 && sheet->is_in_row) {
        sheet->is_in_row = false;
        return ag_table_end_row(sheet->book->table, sheet->book->limits, sheet->row,
                                sheet->book->problem);
    } else if (strcmp(name, "sheetData") == 0) {
        sheet->is_in_data = false;
    }
    return 0;
}

int ag_xlsx_read_sheet(struct ag_xlsx *book, const char *part)
{
    struct sheet sheet = {.book = book};
    struct ag_xlsx_listener listener = {on_start, on_text, on_end, &sheet};
    int result = ag_xlsx_parse(book, part, &listener);

    free(sheet.text.bytes);
    return result;
}
