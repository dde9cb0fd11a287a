/* A row at a time, as CSV and as a line of JSON. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/csv.h"
#include "scorecards/warehouse_inner.h"

enum { NUMBER_TEXT = 32 };

static void end_line(struct text *csv)
{
    text_append_string(csv, "\r\n");
}

void warehouse_rows_init(struct warehouse_rows *rows, const struct warehouse_column *columns,
                         size_t limit)
{
    const struct warehouse_column *column;

    *rows = (struct warehouse_rows){.columns = columns};
    text_init(&rows->csv, limit);
    text_init(&rows->jsonl, limit);
    for (column = columns; column->name != NULL; column++)
        text_printf(&rows->csv, "%s%s", column == columns ? "" : ",", column->name);
    end_line(&rows->csv);
}

void warehouse_rows_release(struct warehouse_rows *rows)
{
    text_release(&rows->csv);
    text_release(&rows->jsonl);
}

void warehouse_row_begin(struct warehouse_rows *rows)
{
    rows->at = rows->columns;
    json_writer_init(&rows->json, &rows->jsonl);
    json_begin_object(&rows->json);
}

void warehouse_row_end(struct warehouse_rows *rows)
{
    rows->is_misused = rows->is_misused || rows->at->name != NULL;
    json_end_object(&rows->json);
    text_append_char(&rows->jsonl, '\n');
    end_line(&rows->csv);
    rows->count++;
}

/* Goes on to the next cell, which is to be of this type. False: there is none such. */
static bool take_cell(struct warehouse_rows *rows, enum warehouse_type type)
{
    if (rows->at->name == NULL || rows->at->type != type) {
        rows->is_misused = true;
        return false;
    }
    if (rows->at != rows->columns)
        text_append_char(&rows->csv, ',');
    json_key(&rows->json, rows->at->name);
    rows->at++;
    return true;
}

void warehouse_put_null(struct warehouse_rows *rows)
{
    rows->is_misused = rows->is_misused || !rows->at->is_nullable;
    if (take_cell(rows, rows->at->type))
        json_put_null(&rows->json);
}

static void put_string(struct warehouse_rows *rows, const char *value)
{
    csv_append(&rows->csv, value, true);
    json_put_string(&rows->json, value);
}

void warehouse_put_text(struct warehouse_rows *rows, const char *value)
{
    char *hidden = NULL;

    if (value == NULL) {
        warehouse_put_null(rows);
        return;
    }
    if (!take_cell(rows, WAREHOUSE_TEXT))
        return;
    if (!cpr_is_in(value, strlen(value))) {
        put_string(rows, value);
        return;
    }
    hidden = malloc(strlen(value) + 1);
    if (hidden == NULL) {
        rows->csv.broken = -ENOMEM;
        return;
    }
    cpr_hide(value, hidden);
    put_string(rows, hidden);
    free(hidden);
}

static void put_number(struct warehouse_rows *rows, const char *number)
{
    text_append_string(&rows->csv, number);
    json_put_number_text(&rows->json, number);
}

void warehouse_put_int(struct warehouse_rows *rows, int64_t value)
{
    char number[NUMBER_TEXT];

    (void)snprintf(number, sizeof number, "%" PRId64, value);
    if (take_cell(rows, WAREHOUSE_INTEGER))
        put_number(rows, number);
}

void warehouse_put_decimal(struct warehouse_rows *rows, int128 scaled, unsigned digits)
{
    char number[DECIMAL_TEXT_MAX];

    decimal_format(scaled, digits, number, sizeof number);
    if (take_cell(rows, WAREHOUSE_DECIMAL))
        put_number(rows, number);
}

void warehouse_put_bool(struct warehouse_rows *rows, bool value)
{
    if (!take_cell(rows, WAREHOUSE_BOOLEAN))
        return;
    text_append_string(&rows->csv, value ? "true" : "false");
    json_put_bool(&rows->json, value);
}

void warehouse_put_day(struct warehouse_rows *rows, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    if (take_cell(rows, WAREHOUSE_DATE))
        put_string(rows, text);
}

void warehouse_put_month(struct warehouse_rows *rows, int32_t month)
{
    char text[CLOCK_MONTH_TEXT];

    clock_format_month(month, text);
    if (take_cell(rows, WAREHOUSE_MONTH))
        put_string(rows, text);
}
