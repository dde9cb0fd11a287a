/*
 * Any bytes are a table that keeps its limits, or a problem of one line; and whatever a cell holds,
 * a number or day that is read of it is written and read again as the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/sdk/danish.h"
#include "plugins/sdk/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ag_table_limits limits = {
    .file_bytes = 4096, .rows = 50, .columns = 20, .cell_bytes = 300, .cells = 400};

static void must(bool condition)
{
    if (!condition)
        abort();
}

static void cell_hold(const struct ag_table *table, size_t row, size_t column)
{
    const char *cell = ag_table_cell(table, row, column);
    char text[AG_DANISH_NUMBER_TEXT_MAX];
    int64_t scaled, scaled_again;
    int32_t day, day_again;

    must(strlen(cell) <= limits.cell_bytes);
    if (ag_table_number(table, row, column, 2, &scaled)) {
        ag_danish_number_text(scaled, 2, text);
        must(ag_danish_number(text, 2, &scaled_again) && scaled_again == scaled);
    }
    if (ag_danish_day(cell, &day)) {
        ag_danish_day_text(day, text);
        must(ag_danish_day(text, &day_again) && day_again == day);
    }
}

static void table_hold(const struct ag_table *table)
{
    size_t row, column;

    must(ag_table_rows(table) > 0 && ag_table_rows(table) <= limits.rows);
    must(ag_table_columns(table) > 0 && ag_table_columns(table) <= limits.columns);
    for (row = 0; row < ag_table_rows(table); row++) {
        must(ag_table_line(table, row) > (row == 0 ? 0 : ag_table_line(table, row - 1)));
        for (column = 0; column <= ag_table_columns(table); column++)
            cell_hold(table, row, column);
    }
    for (column = 0; column < ag_table_columns(table); column++) {
        int found = ag_table_column(table, ag_table_cell(table, 0, column));

        must(found < 0 || (size_t)found == column);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char problem[AG_TABLE_PROBLEM_MAX] = "";
    struct ag_table *table = NULL;

    if (ag_table_read_csv_bytes((const char *)data, size, &limits, &table, problem) < 0) {
        must(table == NULL && problem[0] != '\0' && strchr(problem, '\n') == NULL);
        return 0;
    }
    table_hold(table);
    ag_table_free(table);
    return 0;
}
