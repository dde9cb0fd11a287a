/*
 * counter_entry.h - what stands in the books beside tasks: those taken back, and help in part.
 *
 * With the tasks themselves (task_each(): every attempt that is ATTEMPT_DONE, also one that was taken
 * back later) these are all that figures are made of, one by one; rollups are their sums.
 *
 * Threads: as the store. Readers.
 */
#ifndef AUTOMAGI_STORE_COUNTER_ENTRY_H
#define AUTOMAGI_STORE_COUNTER_ENTRY_H

#include <stdint.h>

#include "core/store/ledger.h"

struct counter_entry {
    enum attempt_outcome outcome; /* ATTEMPT_UNDONE, ATTEMPT_HELPED or ATTEMPT_UNHELPED */
    int64_t robot_id;
    int64_t run_id, seq;   /* the attempt it is about */
    int32_t day;           /* of that attempt: it is valued by it */
    int32_t booking;       /* month it counts in */
    int64_t department_id; /* 0: the robot's shares decide */
    int64_t completed_ms;  /* of the attempt */
    int64_t at_ms;         /* when it was written; 0: not kept */
    const char *masked;
    const char *reason, *by_whom; /* "" when not kept */
};
typedef int counter_entry_callback(const struct counter_entry *entry, void *context);
/* Tasks taken back that are booked in the months first..last, newest first, then help. Until the callback
 * gives something else than 0, which is returned when negative. What an entry points to lives as long as the
 * call.
 *
 * There is no index by booking, on purpose: corrections are few beside tasks, and each would pay for it when
 * it is written. Rows of other months are passed over where they lie, before they are sorted and
 * their attempts are looked up, which is what costs: of 2 million corrections (168 MB) those of one month
 * are found in 0.14 s of CPU time, so of 10 million in under a second. */
int counter_entry_each(struct store *store, int32_t first_booking, int32_t last_booking,
                       counter_entry_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
