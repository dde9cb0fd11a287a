/*
 * savings_inner.h - what the files of savings.h and explain_money.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_SAVINGS_INNER_H
#define AUTOMAGI_SCORECARDS_SAVINGS_INNER_H

#include <stdbool.h>
#include <stddef.h>

#include "scorecards/saved_cells.h"
#include "scorecards/savings.h"

struct fault;
struct gain;

/* ---- savings_axis.c: which row a cell belongs to, and what rows are called ---- */

struct savings_axis {
    enum savings_by by;
    bool by_completion;
    const struct saved_cells *cells;
    size_t count;         /* rows */
    size_t *rows;         /* of each robot or place; NULL: of time. Owned */
    int32_t first_period; /* month, quarter or year, counted from year 0 */
};

/* savings_axis_release(). -ENOMEM. */
int savings_axis_init(struct savings_axis *axis, const struct savings_query *query,
                      const struct saved_cells *cells, struct fault *fault)
    __attribute__((warn_unused_result));
void savings_axis_release(struct savings_axis *axis);
size_t savings_axis_row(const struct savings_axis *axis, const struct saved_cell *cell);
/* Is it a row of time? Those are shown though they are empty. */
bool savings_axis_is_time(const struct savings_axis *axis);
void savings_axis_name(const struct savings_axis *axis, size_t index, struct savings_row *row);

enum { SAVINGS_SHARE_DIGITS = 6 }; /* of SHARE_WHOLE */

/* ---- savings_sums.c: the exact sums of each row, before anything is rounded ---- */

struct savings_sum {
    struct saved_amount amount;
    int128 realised; /* of the kroner */
    int128 gains;    /* øre × SHARE_WHOLE */
    bool is_touched; /* something was added */
};

/* What is added at a time: a cell, or a gain in the place of one. */
struct savings_part {
    struct saved_cell cell;
    int128 realised, gains;
    const struct gain *gain; /* of a gain; lives as long as the call */
};

struct savings_sums {
    const struct savings_axis *axis;
    const struct savings_query *query;
    int64_t finer; /* amounts are multiplied by this as well; 1, or SHARE_WHOLE when spread */
    struct savings_sum *rows; /* owned */
};

/* axis, query and finer are set. -ENOMEM. */
int savings_sums_init(struct savings_sums *sums, struct fault *fault)
    __attribute__((warn_unused_result));
void savings_sums_release(struct savings_sums *sums);
/* The part's amounts × millionths / SHARE_WHOLE × finer, which is whole: millionths are
 * SHARE_WHOLE unless it is spread. -ERANGE when a sum does not fit 128 bits. */
int savings_sums_add(struct savings_sums *sums, const struct savings_part *part, int64_t millionths,
                     struct fault *fault) __attribute__((warn_unused_result));
/* Names and rounds. -ENOMEM, -ERANGE. */
int savings_sums_finish(const struct savings_sums *sums, struct savings *ret_savings,
                        struct fault *fault) __attribute__((warn_unused_result));

/* ---- savings_gains.c ---- */

/* Calls `take` for the part that each department has in each gain of the range. */
typedef int savings_part_callback(const struct savings_part *part, void *context);
int savings_gains_each(struct store *store, const struct saved_cells *cells, bool by_completion,
                       savings_part_callback *take, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
