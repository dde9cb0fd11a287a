/*
 * saved_cells_inner.h - what the files of saved_cells.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_SAVED_CELLS_INNER_H
#define AUTOMAGI_SCORECARDS_SAVED_CELLS_INNER_H

#include "scorecards/saved_cells.h"

struct adjustment;

/* Tasks that are alike: same robot, department, months, and valued alike. */
struct cell_part {
    const struct robot *robot;
    int64_t department_id; /* 0: the robot's shares decide */
    int32_t month, booking;
    struct valuation at;
    int64_t count; /* negative: taken back */
    bool is_help;  /* references that ended with a person */
};

/* Cells as they come, some of them more than once. Zeroed is empty. */
struct cell_list {
    struct saved_cell *cells;
    size_t count, room;
};

/* -ENOMEM; -ERANGE when an amount does not fit. */
int cell_list_add(struct cell_list *list, const struct saved_cells *of,
                  const struct cell_part *part, struct fault *fault)
    __attribute__((warn_unused_result));
int cell_list_adjust(struct cell_list *list, const struct saved_cells *of,
                     const struct robot *robot, const struct adjustment *adjustment,
                     struct fault *fault) __attribute__((warn_unused_result));
/* Sorts, adds up what is of one cell, drops what is 0, and hands the cells over. */
int cell_list_finish(struct cell_list *list, struct saved_cells *cells, struct fault *fault)
    __attribute__((warn_unused_result));
void cell_list_release(struct cell_list *list);

#endif
