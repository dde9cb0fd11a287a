/*
 * realised.h - which of the saved kroner are realised: rule R12.
 *
 * A result can be shown without being realised: money is realised only when a budget reduction is
 * recorded (core/store/budget.h), the rest is released. Per department and budget year, which is the
 * year of the booking:
 *   1. reductions that name a robot, B their sum: over that robot's cells of the department in order
 *      of booking month, with c what they have saved so far, realised so far is
 *      min(B, max(0, c)); a cell realises what that grows by (or shrinks, when tasks are taken back)
 *   2. reductions that name none: over what is then left of all cells of the department, in order
 *      of booking month and robot, by the same formula
 * So what is realised is at most what was saved and at most what was cut, is exact, adds up over every
 * axis, and lies in no month before it was saved. Tværgående has no budget: it is always released.
 * Reductions hold for their year alone, and for the department they name, also when it has ended.
 *
 * A range that begins inside a year: what was booked earlier in that year comes first, R(to) − R(from
 * − 1). Inside a month, what lies before the range comes before the range, whichever robot's it is. By
 * completion: a cell that the range cuts is realised last among what is booked with it.
 *
 * A reduction that is recorded late moves kroner of closed months from released to realised; what they
 * saved it never moves.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_REALISED_H
#define AUTOMAGI_SCORECARDS_REALISED_H

#include "core/base/decimal.h"
#include "scorecards/saved_cells.h"

struct fault;
struct store;

/*
 * For each of the cells how much of its kroner is realised, × TASK_KRONER_SCALE; *ret_realised is
 * free()d by the caller. `query` is what the cells were read with, in the same view; booked_before,
 * value_booking and as_if have to be 0: what was never counted cannot be realised (-EINVAL).
 * -ERANGE when a sum does not fit 128 bits; as saved_cells_read().
 */
int realised_read(struct store *store, const struct saved_query *query,
                  const struct saved_cells *cells, int128 **ret_realised, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
