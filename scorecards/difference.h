/*
 * difference.h - what a version that is dated into closed months makes of them, as counter-entries.
 *
 * A version of an estimate, rate, share or department that begins in a closed month is refused
 * (period_admit()) unless the difference is to be booked. Then it values only what is booked from the
 * oldest open month on, the closed months stay as they were signed off, and what they would have been
 * is written as one adjustment per robot and month of completion, booked in the oldest open month.
 *
 *   struct difference difference = {0};
 *   result = difference_begin(store, &difference, fault);           before the version is written
 *   ... write the version, with the booking_from that period_admit() gave ...
 *   result = difference_book(&difference, &why, &count, fault);
 *   difference_release(&difference);
 *
 * Exactly: of all tasks booked in closed months, the value by all versions known now, after less before.
 * So for each robot, department and month of completion, what closed months count plus the
 * adjustments is always the value by all versions, however often versions came late; `verify`
 * recounts that.
 *
 * Threads: as the store. All of it belongs inside one transaction.
 */
#ifndef AUTOMAGI_SCORECARDS_DIFFERENCE_H
#define AUTOMAGI_SCORECARDS_DIFFERENCE_H

#include <stddef.h>
#include <stdint.h>

#include "core/store/period.h"
#include "scorecards/saved_cells.h"

struct fault;
struct store;

struct difference {
    struct store *store;
    struct saved_cells before; /* nothing when no month is closed */
};

struct difference_cause {
    enum adjustment_cause cause;
    int32_t from_day; /* of the version */
    const char *reason, *by_whom;
    int64_t now_ms;
};

int difference_begin(struct store *store, struct difference *difference, struct fault *fault)
    __attribute__((warn_unused_result));
/* *ret_count: adjustments that were written; 0 when nothing differs. */
int difference_book(struct difference *difference, const struct difference_cause *cause,
                    int64_t *ret_count, struct fault *fault) __attribute__((warn_unused_result));
void difference_release(struct difference *difference);

/* What two readings of the same tasks differ by, after less before, as adjustments booked in the month.
 * *ret_count grows by theirs. */
int difference_write(struct store *store, const struct saved_cells *before,
                     const struct saved_cells *after, int32_t booking,
                     const struct difference_cause *cause, int64_t *ret_count, struct fault *fault)
    __attribute__((warn_unused_result));
/*
 * Of a month that is being closed: a version may value only what is booked from a month on that lies
 * ahead (a file brought it from where months were closed already). What the tasks booked in the month
 * are worth more or less from then on is booked there. Nothing is read again where no version is so.
 * `cells`: those booked in the month.
 */
int difference_book_ahead(struct store *store, const struct saved_cells *cells, int32_t month,
                          const char *by, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
