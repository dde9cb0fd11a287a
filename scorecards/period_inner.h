/*
 * period_inner.h - what the files of period.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_PERIOD_INNER_H
#define AUTOMAGI_SCORECARDS_PERIOD_INNER_H

#include "scorecards/period.h"

/* What is booked in the months, both inclusive. */
int period_cells(struct store *store, int32_t first, int32_t last, struct saved_cells *ret_cells,
                 struct fault *fault) __attribute__((warn_unused_result));

/* NULL: no such robot. `of` lists robots and departments; figures by robot_id, department_id. False
 * when one names a robot or department that is not there. */
bool period_hash_of(const struct saved_cells *of, int32_t month, const unsigned char *previous,
                    const struct figure *figures, size_t count,
                    unsigned char ret_hash[static PERIOD_HASH_SIZE]);

/* What is kept of closed months; period_kept_release(). */
struct period_row {
    int32_t month;
    int64_t closed_ms;
    char closed_by[256];
    unsigned char hash[PERIOD_HASH_SIZE];
    size_t first, count; /* of its figures */
};
struct period_kept {
    struct period_row *rows; /* by month */
    size_t count;
    struct figure *figures; /* by month, robot_id, department_id */
    size_t figure_count;
};
int period_kept_read(struct store *store, struct period_kept *ret_kept, struct fault *fault)
    __attribute__((warn_unused_result));
void period_kept_release(struct period_kept *kept);

#endif
