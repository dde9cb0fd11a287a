#include "scorecards/report/tidy_csv.h"

#include <errno.h>

#include "core/base/clock.h"
#include "core/base/csv.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "scorecards/report/document.h"

static const char *kind_word(enum column_kind kind)
{
    switch (kind) {
    case KIND_TEXT:
        return "text";
    case KIND_COUNT:
        return "count";
    case KIND_KRONER:
        return "kroner";
    case KIND_HOURS:
        return "hours";
    case KIND_MINUTES:
        return "minutes";
    case KIND_PERCENT:
        return "percent";
    case KIND_POINTS:
        return "points";
    case KIND_DAY:
        return "day";
    case KIND_MONTH:
        return "month";
    }
    return "";
}

static void put_number(struct text *target, const struct document_column *column, int64_t number)
{
    char text[DECIMAL_TEXT_MAX];

    switch (column->kind) {
    case KIND_DAY:
        clock_format_day((int32_t)number, text);
        break;
    case KIND_MONTH:
        clock_format_month((int32_t)number, text);
        break;
    case KIND_TEXT:
    case KIND_COUNT:
    case KIND_KRONER:
    case KIND_HOURS:
    case KIND_MINUTES:
    case KIND_PERCENT:
    case KIND_POINTS:
        decimal_format(number, column->kind == KIND_KRONER ? 0 : column->digits, text, sizeof text);
        break;
    }
    text_append_string(target, text);
}

static void put_field(struct text *target, const char *field)
{
    csv_append(target, field, true);
    text_append_char(target, ',');
}

static void put_value(struct text *target, const struct document_column *column,
                      const struct document_cell *cell)
{
    switch (cell->state) {
    case CELL_TEXT:
        put_field(target, cell->text);
        return;
    case CELL_NUMBER:
        put_number(target, column, cell->number);
        text_append_char(target, ',');
        if (cell->text != NULL)
            csv_append(target, cell->text, true);
        return;
    case CELL_NONE:
        text_append_char(target, ',');
        csv_append(target, cell->text, true);
        return;
    }
}

/* A row's name is its first cell, as it is read. */
static void put_row(struct text *target, struct text *name, const struct document_table *table,
                    const struct document_row *row)
{
    size_t i;

    text_clear(name);
    document_cell_put(table, 0, &row->cells[0], name);
    for (i = 0; i < table->column_count && target->broken == 0; i++) {
        const struct document_column *column = &table->columns[i];
        const struct document_cell *cell = &row->cells[i];

        put_field(target, table->id);
        put_field(target, row->id);
        put_field(target, text_string(name));
        put_field(target, column->id);
        put_field(target, column->heading);
        put_field(target, kind_word(cell->state == CELL_TEXT ? KIND_TEXT : column->kind));
        put_value(target, column, cell);
        text_append_char(target, '\n');
    }
    if (name->broken != 0 && target->broken == 0)
        target->broken = name->broken;
}

int tidy_csv_render(const struct document *document, struct text *target, struct fault *fault)
{
    struct text name;
    size_t i;
    size_t j;
    int result = document_result(document, fault);

    if (result < 0)
        return result;
    text_init(&name, DOCUMENT_BYTES_MAX);
    text_append_string(target, "table,row,row_name,column,column_name,kind,value,beside\n");
    for (i = 0; i < document->table_count; i++)
        for (j = 0; j < document->tables[i]->row_count && !document->tables[i]->is_of_page; j++)
            put_row(target, &name, document->tables[i], &document->tables[i]->rows[j]);
    text_release(&name);
    if (target->broken != 0)
        result = fault_broken(fault, target->broken, "the report as CSV %s",
                              target->broken == -E2BIG ? "is too large; ask for a shorter period"
                                                       : "finds no memory");
    return result;
}
