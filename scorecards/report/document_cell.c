/* Cells as they are read. */
#include "core/base/decimal.h"
#include "core/base/text.h"
#include "scorecards/report/document.h"

enum { TENTHS = 10 };

static struct language_text number_text(enum language language,
                                        const struct document_column *column, int64_t number)
{
    switch (column->kind) {
    case KIND_KRONER:
        return language_kroner(language, number);
    case KIND_PERCENT:
        return language_percent(language, number, column->digits);
    case KIND_DAY:
        return language_day_short(language, (int32_t)number);
    case KIND_MONTH:
        return language_month(language, (int32_t)number);
    case KIND_TEXT:
    case KIND_COUNT:
    case KIND_HOURS:
    case KIND_MINUTES:
    case KIND_POINTS:
        break;
    }
    return language_number(language, number, column->digits);
}

void document_cell_put(const struct document_table *table, size_t column,
                       const struct document_cell *cell, struct text *target)
{
    switch (cell->state) {
    case CELL_TEXT:
        text_append_string(target, cell->text);
        return;
    case CELL_NUMBER:
        text_append_string(
            target,
            number_text(table->document->language, &table->columns[column], cell->number).text);
        return;
    case CELL_NONE:
        text_append_string(target, cell->text[0] != '\0' ? cell->text : "–");
        return;
    }
}

/* As many decimals as its numbers need: 0 when all are whole. */
static unsigned digits_to_spare(const struct document_table *table, size_t column)
{
    unsigned spare = table->columns[column].digits;
    size_t i;

    for (i = 0; i < table->row_count; i++) {
        const struct document_cell *cell = &table->rows[i].cells[column];
        int64_t number = cell->number;
        unsigned zeros = 0;

        if (cell->state != CELL_NUMBER || number == 0)
            continue;
        while (zeros < spare && number % TENTHS == 0) {
            number /= TENTHS;
            zeros++;
        }
        spare = zeros;
    }
    return spare;
}

void document_shorten(struct document_table *table)
{
    size_t i;
    size_t j;

    if (table == NULL || table->document->broken < 0)
        return;
    for (i = 0; i < table->column_count; i++) {
        unsigned spare = digits_to_spare(table, i);

        table->columns[i].digits -= spare;
        for (; spare > 0; spare--)
            for (j = 0; j < table->row_count; j++)
                table->rows[j].cells[i].number /= TENTHS;
    }
}
