/*
 * savings_inner.h - what the files of savings.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_SAVINGS_INNER_H
#define AUTOMAGI_SCORECARDS_SAVINGS_INNER_H

#include <stddef.h>

#include "scorecards/saved_cells.h"
#include "scorecards/savings.h"

struct fault;

/* The exact sums of each row, before anything is rounded. */
struct savings_sums {
    const struct saved_cells *cells;
    enum savings_by by;
    size_t count;              /* rows */
    struct saved_amount *rows; /* owned */
};

/* cells and by are set. -ENOMEM. */
int savings_sums_init(struct savings_sums *sums, struct fault *fault)
    __attribute__((warn_unused_result));
void savings_sums_release(struct savings_sums *sums);
/* -ERANGE when a sum does not fit 128 bits. */
int savings_sums_add(struct savings_sums *sums, const struct saved_cell *cell, struct fault *fault)
    __attribute__((warn_unused_result));
/* Names and rounds. -ENOMEM, -ERANGE. */
int savings_sums_finish(const struct savings_sums *sums, struct savings *ret_savings,
                        struct fault *fault) __attribute__((warn_unused_result));

#endif
