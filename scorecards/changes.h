/*
 * changes.h - why one range's savings are not another's: the difference, divided among its reasons.
 *
 * From the first range's figure to the second's, one thing is changed after another, and what each
 * step makes is its reason's; so the reasons add up to the difference exactly, for every robot and
 * department:
 *   first range as counted
 *     as if the estimates, then the rates, then the shares of its last day had held in all of it
 *     (what began in its midst)
 *   the second range's tasks, valued as on the last day of the first          tasks
 *     (by a robot's own first estimate or shares, where these begin later; what it did before
 *     them stays worth nothing, or Tværgående's, and is no other reason's)
 *     and as its own booking sees versions that were dated back              backdated
 *     then by their own estimates                                             estimate
 *     then rates                                                              rate
 *     then shares, merges and splits                                          share
 *   what was booked late, or taken back late, in the second less the first    late
 *   adjustments booked in the second less those in the first                  adjustment
 * The order matters where two things change at once (more tasks at a higher rate: the tasks are
 * counted at the old rate, the rate on the new tasks), and is always this. Before the first hourly
 * rate tasks are worth 0 kroner: held against such a day all kroner come with the rate, not the tasks.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_CHANGES_H
#define AUTOMAGI_SCORECARDS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/period.h"
#include "scorecards/saved_cells.h"

struct fault;
struct store;

enum change_reason {
    CHANGE_TASKS,
    CHANGE_BACKDATED,
    CHANGE_ESTIMATE,
    CHANGE_RATE,
    CHANGE_SHARE,
    CHANGE_LATE,
    CHANGE_ADJUSTMENT
};
enum { CHANGE_REASONS = CHANGE_ADJUSTMENT + 1 };
const char *change_reason_word(enum change_reason reason);

struct changes_query {
    int32_t from_before, to_before; /* days, inclusive, as savings_read() */
    int32_t from_after, to_after;
};

/* What one reason makes of one robot and place. */
struct change_entry {
    size_t robot, place;
    enum change_reason reason;
    int64_t adjustment_id;      /* of CHANGE_ADJUSTMENT; else 0 */
    struct saved_amount amount; /* after less before */
};

struct change_adjustment {
    struct adjustment adjustment; /* parts NULL; texts those below */
    char *reason, *by_whom;
};

struct changes {
    struct changes_query query;       /* days as found */
    struct saved_cells before, after; /* as counted */
    struct change_entry *entries;     /* by place, reason, robot, adjustment; none is 0 */
    size_t entry_count;
    struct change_adjustment *adjustments; /* that entries name, by id */
    size_t adjustment_count;
    /* Kroner as `savings` shows them, by place and by robot; the last is the total. Owned. */
    int64_t *places_before, *places_after, *robots_before, *robots_after;
};

/* In one view. -EINVAL for a range; -ERANGE; -EBADMSG when the reasons do not add up (run verify).
 * changes_release(). */
int changes_read(struct store *store, const struct changes_query *query,
                 struct changes *ret_changes, struct fault *fault)
    __attribute__((warn_unused_result));
void changes_release(struct changes *changes);

/* Did a version of that day begin between the two: after the first day before, up to the last day
 * after? */
bool changes_began(const struct changes *changes, int32_t from_day);
/* Is a version one of those that the reason is made of? CHANGE_BACKDATED: it was dated back, and the two see
 * it differently (booking_from); the others: changes_began(). */
bool changes_is_reason(const struct changes *changes, enum change_reason reason, int32_t from_day,
                       int32_t booking_from);
/* The entries of a reason that are meant, the largest first: a robot's (and adjustment's) parts in several
 * departments are one sum, of the first one's place; what comes to nothing is left out. Returns how many;
 * `ret_sums` has room for entry_count. */
typedef bool change_entry_filter(const struct change_entry *entry, const void *context);
size_t changes_sums(const struct changes *changes, enum change_reason reason,
                    change_entry_filter *is_meant, const void *context,
                    struct change_entry *ret_sums);
/* NULL: none. Borrowed. */
const struct adjustment *changes_adjustment(const struct changes *changes, int64_t id);

#endif
