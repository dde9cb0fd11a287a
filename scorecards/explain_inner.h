/*
 * explain_inner.h - what the files of explain.h, explain_money.h and explain_net.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_EXPLAIN_INNER_H
#define AUTOMAGI_SCORECARDS_EXPLAIN_INNER_H

#include "core/store/ledger.h"
#include "scorecards/explain.h"

/* What adds to figures, one or many that are alike. */
struct explain_item {
    int64_t robot_id;
    int32_t day, booking;
    int64_t department_id;
    enum attempt_outcome outcome;
    int64_t count;
};

/* Is it of the robot and department that are asked for? Places in cells.robots and among departments. */
bool explain_is_asked(const struct explain *explain, size_t robot, size_t place);
/* Does it count in the range, for the robot? */
bool explain_is_in_range(const struct explain *explain, const struct explain_item *item);
/* *ret_part is a part of this alone; false in *ret_is_any when the department has none of it.
 * -ERANGE, -EBADMSG. */
int explain_value(const struct explain *explain, const struct explain_item *item,
                  struct explain_part *ret_part, bool *ret_is_any, struct fault *fault)
    __attribute__((warn_unused_result));
/* Order of parts; 0: they are valued alike. */
int explain_compare(const struct explain_part *a, const struct explain_part *b);

/* The query's cells, whose figure it is, and what `savings` shows: all but the parts. Inside a view. */
int explain_open(struct store *store, struct explain *explain, struct fault *fault)
    __attribute__((warn_unused_result));

/* Fills explain->parts and of_parts from the store's sums of days. */
int explain_read_parts(struct store *store, struct explain *explain, struct fault *fault)
    __attribute__((warn_unused_result));

bool explain_is_equal(const struct saved_amount *a, const struct saved_amount *b);

#endif
