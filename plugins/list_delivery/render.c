#include "render.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "changes.h"
#include "csv.h"
#include "fill.h"
#include "list.h"
#include "settings.h"
#include "text.h"

/* A row that is shown: one of the list, or one that is gone from it. */
struct shown {
    const struct list *list;
    const struct list_row *row;
    enum change change;
    bool gone;
};

struct rows {
    struct shown *list;
    size_t count;
    size_t gone; /* the last so many */
};

/* The unit's rows in the file's order, then those that are gone. */
static int rows_find(const struct render *render, struct rows *rows)
{
    const struct changes *changes = render->changes;
    size_t i;

    memset(rows, 0, sizeof(*rows));
    rows->list = calloc(render->list->count + changes->gone_count + 1, sizeof(rows->list[0]));
    if (rows->list == NULL)
        return -ENOMEM;
    for (i = 0; i < render->list->count; i++) {
        const struct list_row *row = &render->list->rows[i];

        if (strcmp(row->unit, render->unit) == 0)
            rows->list[rows->count++] = (struct shown){render->list, row, changes->marks[i], false};
    }
    for (i = 0; i < changes->gone_count; i++) {
        const struct list_row *row = changes->gone[i];

        if (strcmp(row->unit, render->unit) != 0)
            continue;
        rows->list[rows->count++] = (struct shown){render->before, row, CHANGE_NONE, true};
        rows->gone++;
    }
    return 0;
}

/* What stands in a column. A row from a list with other columns has but its key and unit. */
static const char *cell(const struct render *render, const struct shown *shown, size_t column)
{
    const char *name = render->settings->columns[column].name;

    if (shown->list->columns == render->list->columns)
        return list_cell(shown->list, shown->row, column);
    if (strcmp(name, render->settings->key_column) == 0)
        return shown->row->key;
    return strcmp(name, render->settings->unit_column) == 0 ? shown->row->unit : "";
}

static void csv_render(FILE *stream, const struct render *render, const struct rows *rows)
{
    static const char *const words[] = {"", "ny", "ændret"};
    const struct settings *settings = render->settings;
    size_t i, column;

    for (column = 0; column < settings->column_count; column++)
        csv_cell(stream, settings->columns[column].name, column == 0, true);
    csv_cell(stream, "Ændring", false, true);
    (void)fputs(CSV_LINE_END, stream);
    for (i = 0; i < rows->count; i++) {
        const struct shown *shown = &rows->list[i];

        for (column = 0; column < settings->column_count; column++)
            csv_cell(stream, cell(render, shown, column), column == 0, true);
        csv_cell(stream, shown->gone ? "udgået" : words[shown->change], false, true);
        (void)fputs(CSV_LINE_END, stream);
    }
}

/* Ends every line as Windows does. */
static void lines_put(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            (void)putc('\r', stream);
        if (*text != '\r')
            (void)putc(*text, stream);
    }
}

/* A paragraph of the letter, with an empty line after it; "" is none. */
static int wording_put(FILE *stream, const char *text, const struct fill *fill)
{
    char *filled = fill_text(text, fill);

    if (filled == NULL)
        return -ENOMEM;
    if (filled[0] != '\0') {
        lines_put(stream, filled);
        lines_put(stream, "\n\n");
    }
    free(filled);
    return 0;
}

/* A cell of a table; the blanks before it are what the one before was too narrow. */
static void padded_put(FILE *stream, const char *text, size_t width, size_t *pending)
{
    if (text[0] != '\0') {
        for (; *pending > 0; (*pending)--)
            (void)putc(' ', stream);
        (void)fputs(text, stream);
    }
    *pending += text_width(text) < width ? width + 2 - text_width(text) : 2;
}

/* What changed in a row: "ny", "før 14,00". */
static void change_put(FILE *stream, const struct render *render, const struct shown *shown,
                       size_t pending)
{
    const struct list_row *old;
    size_t column;
    bool first = true;

    if (shown->change == CHANGE_NEW)
        padded_put(stream, "ny", 0, &pending);
    if (shown->change != CHANGE_CHANGED)
        return;
    old = list_find(render->before, shown->row->unit, shown->row->key);
    for (column = 0; old != NULL && column < render->list->columns; column++) {
        const char *before = list_cell(render->before, old, column);

        if (strcmp(before, list_cell(render->list, shown->row, column)) == 0)
            continue;
        padded_put(stream, first ? "før " : ", ", 0, &pending);
        (void)fputs(before[0] == '\0' ? "tom" : before, stream);
        pending = 0;
        first = false;
    }
}

static void table_put(FILE *stream, const struct render *render, const struct rows *rows)
{
    const struct settings *settings = render->settings;
    size_t widths[SETTINGS_COLUMNS_MAX] = {0};
    size_t pending = 0;
    size_t i, column;

    for (column = 0; column < settings->column_count; column++) {
        widths[column] = text_width(settings->columns[column].name);
        for (i = 0; i < rows->count - rows->gone; i++) {
            size_t width = text_width(cell(render, &rows->list[i], column));

            widths[column] = width > widths[column] ? width : widths[column];
        }
        padded_put(stream, settings->columns[column].name, widths[column], &pending);
    }
    if (render->before != NULL)
        padded_put(stream, "Siden sidst", 0, &pending);
    lines_put(stream, "\n");
    for (i = 0; i < rows->count - rows->gone; i++) {
        pending = 0;
        for (column = 0; column < settings->column_count; column++)
            padded_put(stream, cell(render, &rows->list[i], column), widths[column], &pending);
        change_put(stream, render, &rows->list[i], pending);
        lines_put(stream, "\n");
    }
    lines_put(stream, "\n");
}

static void summary_put(FILE *stream, const struct render *render, const struct rows *rows)
{
    size_t counts[CHANGE_CHANGED + 1] = {0};
    char period[CALENDAR_MONTH_NAME_MAX];
    char said[CHANGES_SAID_MAX];
    size_t i;

    for (i = 0; i < rows->count - rows->gone; i++)
        counts[rows->list[i].change]++;
    if (render->before == NULL) {
        lines_put(stream, "Der er ingen tidligere liste at sammenligne med.\n\n");
        return;
    }
    calendar_period_name(render->before_period, period);
    changes_say(counts[CHANGE_NEW], counts[CHANGE_CHANGED], rows->gone, said);
    (void)fprintf(stream, "Siden listen for %s: %s", period, said);
    for (i = rows->count - rows->gone; i < rows->count; i++)
        (void)fprintf(stream, "%s%s", i == rows->count - rows->gone ? " (" : ", ",
                      rows->list[i].row->key);
    lines_put(stream, rows->gone > 0 ? ").\n\n" : ".\n\n");
}

static int letter_render(FILE *stream, const struct render *render, const struct rows *rows)
{
    const struct fill fill = {render->unit, render->receiver, render->day,
                              rows->count - rows->gone};
    int error;

    (void)fprintf(stream, "Til: %s%sEnhed: %s%s%s", render->receiver, CSV_LINE_END, render->unit,
                  CSV_LINE_END, CSV_LINE_END);
    error = wording_put(stream, render->settings->subject, &fill);
    if (error == 0)
        error = wording_put(stream, render->settings->opening, &fill);
    if (error != 0)
        return error;
    table_put(stream, render, rows);
    summary_put(stream, render, rows);
    return wording_put(stream, render->settings->closing, &fill);
}

int render_bytes(const struct render *render, char **ret_bytes, size_t *ret_size)
{
    struct rows rows;
    char *bytes = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&bytes, &size);
    int error = stream == NULL ? -ENOMEM : rows_find(render, &rows);

    if (stream == NULL)
        return error;
    if (error == 0) {
        (void)fputs(CSV_BYTE_ORDER_MARK, stream);
        if (render->settings->letter)
            error = letter_render(stream, render, &rows);
        else
            csv_render(stream, render, &rows);
        free(rows.list);
    }
    if (ferror(stream))
        error = -ENOMEM;
    if (fclose(stream) != 0)
        error = -ENOMEM;
    if (error != 0) {
        free(bytes);
        return error;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return 0;
}
