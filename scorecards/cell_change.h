/*
 * cell_change.h - what differs between two sets of cells, robot by robot.
 *
 * Cells of one robot, department and month are added up on both sides; what is the same on both is
 * left out. Held against nothing it is the sum of the cells. Both sets list the same robots in the
 * same order, or the first has no cells; the second may list more departments.
 *
 * Threads: nothing here is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_CELL_CHANGE_H
#define AUTOMAGI_SCORECARDS_CELL_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "core/store/period.h"
#include "scorecards/saved_cells.h"

struct fault;

enum cell_month { CELL_MONTH_COMPLETION, CELL_MONTH_BOOKING };

struct cell_change {
    size_t robot, place; /* as in the cells after */
    int32_t month;
    struct saved_amount amount; /* after less before; disputed is always 0 */
};

struct cell_changes {
    struct cell_change *changes; /* by month, robot, place; none of them 0 */
    size_t count;
};

/* -ENOMEM; -ERANGE when an amount does not fit. cell_changes_release(). */
int cell_changes_read(const struct saved_cells *before, const struct saved_cells *after,
                      enum cell_month month, struct cell_changes *ret_changes, struct fault *fault)
    __attribute__((warn_unused_result));
void cell_changes_release(struct cell_changes *changes);

/* The change as the store keeps amounts; `of` has its robot and department. -ERANGE. */
int cell_change_figure(const struct saved_cells *of, const struct cell_change *change,
                       struct figure *ret_figure, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
