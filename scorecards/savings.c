/* Cells as a table. */
#include "scorecards/savings.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "scorecards/saved_cells.h"
#include "scorecards/savings_inner.h"

int savings_read(struct store *store, int32_t from_day, int32_t to_day, enum savings_by by,
                 struct savings *ret_savings, struct fault *fault)
{
    struct saved_query query = {.from_day = from_day, .to_day = to_day};
    struct saved_cells cells = {.count = 0};
    struct savings_sums sums = {.by = by, .cells = &cells};
    int result = saved_cells_read(store, &query, &cells, fault);
    size_t i;

    if (result == 0)
        result = savings_sums_init(&sums, fault);
    for (i = 0; i < cells.count && result == 0; i++)
        result = savings_sums_add(&sums, &cells.cells[i], fault);
    if (result == 0)
        result = savings_sums_finish(&sums, ret_savings, fault);
    savings_sums_release(&sums);
    saved_cells_release(&cells);
    return result;
}
