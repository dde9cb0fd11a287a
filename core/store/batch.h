/*
 * batch.h - private to core/store: what the writer keeps in memory between statements.
 *
 * Four kinds, all of it derived and none of it the record:
 *   - what is due to the transaction: sums, runs' counts, an import's progress, items that were
 *     done and are to be deleted, lists of leases. rollup_flush() writes it, at the latest in
 *     store_commit(), so that a thousand results cost one statement and not a thousand;
 *   - leases as the table `lease` has them, so that a result needs no SELECT;
 *   - the references of all ready items, so that item_add() needs no index by reference, and the
 *     windows in which robots have open items;
 *   - the oldest open month, and in which windows handovers stand, so that a task that was done
 *     asks for neither.
 *
 * What was undone is forgotten and read again when it is needed: rollup_discard() for a part;
 * for whole transactions SQLite's own rollback hook, whoever began the rollback, marks the batch
 * void. SQLite also undoes a transaction inside a statement for which the disk or memory failed,
 * so what callers hold stays until batch_renew(); until then the batch is refused.
 *
 * Threads: the writer's.
 */
#ifndef AUTOMAGI_STORE_BATCH_H
#define AUTOMAGI_STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "core/store/item.h"
#include "core/store/ledger.h"
#include "core/store/reference_key.h"

struct fault;
struct import_progress;
struct item_rooms;
struct lease_set;
struct ready_set;
struct run_counts;
struct sqlite3_stmt;
struct store;
struct sums;

struct item_numbers {
    bool is_known;
    bool is_due; /* the row is to be written */
    int64_t last;
};

/* booking.c: the oldest open month, read when it is first needed. */
struct booking {
    bool is_known;
    int32_t open_from; /* 0: none is closed */
};

/* handover.c: whether any handover stands in a window; of windows that share a slot the latest. */
enum { HANDOVER_SLOT_BITS = 8 };
struct handover_window {
    int64_t robot_id;
    int64_t window;
    bool is_known, stands;
};
struct handover_windows {
    struct handover_window slots[1 << HANDOVER_SLOT_BITS];
};

struct rollup_batch {
    struct store *store;
    bool is_void; /* SQLite undid the transaction; what is below is forgotten by batch_renew() */
    struct sums *sums;
    struct run_counts *counts;
    struct lease_set *leases;
    struct ready_set *ready;
    struct item_rooms *rooms;
    struct import_progress *progress;
    struct item_numbers numbers;
    struct booking booking;
    struct handover_windows handovers;
    struct item_damaged damaged; /* for item_damaged_take() */
    struct text sealed;          /* of the item that is being added; kept for its memory */
};

/* The handle's batch; makes it. -EIO: the transaction was undone, begin another. */
int batch_of(struct store *store, struct rollup_batch **ret_batch, struct fault *fault)
    __attribute__((warn_unused_result));
/* Where a transaction begins and ends, and nobody holds anything of the batch: forgets what was
 * undone. */
void batch_renew(struct store *store);
/* For reads on the writer's own handle: writes what is due first. Cheap when nothing is. */
int batch_settle(struct store *store, struct fault *fault) __attribute__((warn_unused_result));

/* ---- sum.c: sums by day and month, due to rollup_day and rollup_month */

struct sum_key {
    int32_t day;
    int32_t booking;
    int64_t robot_id;
    int64_t department_id; /* 0: the robot's shares decide */
    enum attempt_outcome outcome;
};
int sums_make(struct sums **ret_sums);
void sums_free(struct sums *sums);
/* Adds one attempt or correction. Fails only before anything was changed. -ERANGE: durations that
 * cannot be added up; when only sums_flush() finds it, -EIO with the same text. */
int sums_add(struct rollup_batch *batch, const struct sum_key *key, int64_t duration_ms,
             struct fault *fault) __attribute__((warn_unused_result));
int sums_flush(struct rollup_batch *batch, struct fault *fault) __attribute__((warn_unused_result));
void sums_discard(struct sums *sums);

/* ---- booking.c */

/* The month was closed by this transaction. */
void booking_closed(struct rollup_batch *batch, int32_t month);
void booking_discard(struct rollup_batch *batch);

/* ---- ledger.c */

/* The attempt's note, by its run and number: it has none yet. */
int attempt_note_add(struct store *store, const struct attempt *attempt, struct fault *fault)
    __attribute__((warn_unused_result));

/* ---- handover.c */

/* A business attempt with its sum's key: counts as help unless its reference was counted or handed
 * over before. Its statements are those of one row. */
int handover_add(struct rollup_batch *batch, const struct attempt *attempt,
                 const struct sum_key *key, int64_t window, const unsigned char *ref_hash,
                 struct fault *fault) __attribute__((warn_unused_result));
/* 1 when the reference was handed over in that window, and that was not taken back. */
int handover_stands(struct rollup_batch *batch, int64_t robot_id, int64_t window,
                    const unsigned char *ref_hash, struct fault *fault)
    __attribute__((warn_unused_result));
/* The reference was done: its handover, when one stands, is taken back on its own day. */
int handover_take_back(struct rollup_batch *batch, int64_t robot_id, int64_t window,
                       const unsigned char *ref_hash, struct fault *fault)
    __attribute__((warn_unused_result));
/* It was done as a task of another window: likewise, and that task's attempt, an import's without a note, gets one
 * that names the handover: of one task one. 1: that was so. */
struct handover_done {
    int64_t robot_id;
    int64_t window; /* the handover's, with its reference's hash there */
    const unsigned char *ref_hash;
    int64_t by_run_id, by_seq;
};
int handover_take_back_elsewhere(struct rollup_batch *batch, const struct handover_done *done,
                                 struct fault *fault) __attribute__((warn_unused_result));
void handovers_discard(struct rollup_batch *batch);

/* ---- run_count.c: done, business, failed, first and last day, due to the row of each run */

int run_counts_make(struct run_counts **ret_counts);
void run_counts_free(struct run_counts *counts);
int run_counts_add(struct rollup_batch *batch, int64_t run_id, enum attempt_outcome outcome,
                   int32_t day, struct fault *fault) __attribute__((warn_unused_result));
int run_counts_flush(struct rollup_batch *batch, struct fault *fault)
    __attribute__((warn_unused_result));
void run_counts_discard(struct run_counts *counts);

/* ---- lease_set.c: what each run has leased, and items that were done */

/* Whether a try of an item may have done it, though no result says so: the column `uncertain`. Harmless it is
 * as long as its robot may do it twice; nobody is told to look. */
enum item_doubt {
    ITEM_CERTAIN = 0,
    ITEM_UNCERTAIN =
        1, /* and nobody was told to look: its plugin is to be asked, or a person to be told */
    ITEM_HARMLESS = 2,
    ITEM_UNDECIDED = 3, /* uncertain, and a person was told to look. In the table alone */
    /* an import counted it, as its note says first of all, and neither was that task taken back, nor has a person had
     * it done once more: item_counted() */
    ITEM_COUNTED = 4
};

struct leased_item {
    int64_t id;
    int64_t window;
    int32_t priority;
    int32_t business_day;
    uint32_t attempts;  /* that ended before this one */
    uint32_t lost_runs; /* that failed while it was begun */
    enum item_doubt doubt;
    bool is_settled; /* its result came */
    bool is_dated;   /* its business date was given */
    bool is_damaged; /* it has no hash: never handed out, never counted; waits for a person */
    unsigned char hash[REFERENCE_HASH_SIZE];
    char masked[REFERENCE_MASKED_MAX];
};

struct run_lease {
    int64_t run_id;
    int64_t robot_id;
    int64_t fence;
    struct leased_item *items; /* in the order they were handed out */
    size_t count, capacity;
    size_t open; /* not settled */
    size_t next; /* where the next result is expected */
    bool is_due; /* the row is to be written */
};

enum { LEASES_OF_RUN_MAX = 65536 };

/* The set as it stands; reads the table when it must. */
int leases_ready(struct store *store, struct lease_set **ret_leases, struct fault *fault)
    __attribute__((warn_unused_result));
void leases_free(struct lease_set *leases);
/* NULL when the run has leased nothing. Borrowed until the next leases_ call. */
struct run_lease *leases_find(struct lease_set *leases, int64_t run_id);
/* Finds or makes, for a run that is about to lease. While another of its robot holds a lease for which items became ready,
 * they did for this one too: it may be handed them, and end last. So a run too many may be made, and none too few. */
struct run_lease *leases_take(struct lease_set *leases, int64_t run_id, int64_t robot_id,
                              int64_t fence);
/* NULL when the run does not hold it. */
struct leased_item *leases_item(struct run_lease *run, int64_t item_id);
bool leases_hold(const struct lease_set *leases, int64_t item_id);
/* What is known of it has changed since, for when its result comes, or its run gives it back. The row says so as well,
 * by the caller. */
void leases_doubt(struct lease_set *leases, int64_t item_id, enum item_doubt doubt);
/* Items that were due became ready for the run. That is known until it has ended, whatever is undone: the table does not
 * say it. */
void leases_promoted(struct lease_set *leases, int64_t run_id);
bool leases_have_promoted(const struct lease_set *leases, int64_t run_id);
/* Room for `more` items in the run's list and in the set. 0, -ENOMEM, -E2BIG. */
int leases_reserve(struct lease_set *leases, struct run_lease *run, size_t more)
    __attribute__((warn_unused_result));
/* Into room that was reserved. */
void leases_add(struct lease_set *leases, struct run_lease *run, const struct leased_item *item);
/* What a row of the table `item` says of a leased one: id, window, priority, business_day, attempts,
 * uncertain, ref_hash, masked, lost_runs, created_ms and is_dated, from column `first`. */
int leases_read_item(struct sqlite3_stmt *row, int first, struct leased_item *ret_item,
                     struct fault *fault) __attribute__((warn_unused_result));
/* Was its business date given? From the column is_dated; of an item of before there was one, whose column is NULL, by a
 * guess: its date is not the day that it was added on. */
bool leases_is_dated(struct sqlite3_stmt *row, int column, int32_t business_day,
                     int64_t created_ms);
/* Takes off what was added since the list had `count` items. */
void leases_take_back(struct lease_set *leases, struct run_lease *run, size_t count);
/* Its result came. is_done: the item is deleted by the next leases_flush_done(), for which
 * leases_reserve_done() made room. */
int leases_reserve_done(struct lease_set *leases) __attribute__((warn_unused_result));
void leases_settle(struct lease_set *leases, struct run_lease *run, struct leased_item *item,
                   bool is_done);
/* The run is over: forgets it; its row is deleted by the caller. */
void leases_drop(struct lease_set *leases, struct run_lease *run);
/* Deletes the items that were done: before any other statement looks at ready items. */
int leases_flush_done(struct rollup_batch *batch, struct fault *fault)
    __attribute__((warn_unused_result));
int leases_flush(struct rollup_batch *batch, struct fault *fault)
    __attribute__((warn_unused_result));
/* A part was undone (what it neither changed nor read stays), or a whole transaction. A flush in its midst
 * makes no difference: what it wrote is undone as well. */
void leases_discard(struct lease_set *leases, bool is_whole);
void leases_part_begun(struct lease_set *leases);

/* ---- open_window.c: in which windows each robot has open items (ready, leased, deferred or
 * waiting) */

struct open_window {
    int64_t robot_id;
    int64_t window;
    int64_t items; /* at least 1 */
};
struct open_windows {
    struct open_window *list; /* by robot and window */
    size_t count, capacity;
};
/* Room for one more window; then open_windows_add() cannot fail. 0 or -ENOMEM. */
int open_windows_reserve(struct open_windows *windows) __attribute__((warn_unused_result));
void open_windows_add(struct open_windows *windows, int64_t robot_id, int64_t window);
void open_windows_remove(struct open_windows *windows, int64_t robot_id, int64_t window);
/* The robot's, the earliest first; how many. Borrowed until the next change. */
size_t open_windows_of(const struct open_windows *windows, int64_t robot_id,
                       const struct open_window **ret_first);
void open_windows_release(struct open_windows *windows);

/* ---- ready_set.c: the references of ready items, and the windows of open ones */

/* Is there a ready item with this reference? *ret_id: its id, or 0. Reads the table when it
 * must; afterwards the calls below keep the set right. */
int ready_find(struct store *store, int64_t robot_id, int64_t window, const unsigned char *hash,
               int64_t *ret_id, struct fault *fault) __attribute__((warn_unused_result));
/* The hash in a row of the table `item`; borrowed as the row is. A task is counted under its hash, so one
 * that is no hash is never replaced by another, under which the task could be one that was counted
 * before: *ret_hash is NULL, and the item is damaged. */
int ready_hash(struct sqlite3_stmt *row, int column, const unsigned char **ret_hash,
               struct fault *fault) __attribute__((warn_unused_result));
/* Room for one more; then ready_put(), ready_opened() and ready_kept() cannot fail. */
int ready_reserve(struct rollup_batch *batch, struct fault *fault)
    __attribute__((warn_unused_result));
void ready_put(struct rollup_batch *batch, const unsigned char *hash, int64_t id);
void ready_remove(struct rollup_batch *batch, const unsigned char *hash, int64_t id);
/* An item is open that was not there or closed, or is so no more. */
void ready_opened(struct rollup_batch *batch, int64_t robot_id, int64_t window);
void ready_closed(struct rollup_batch *batch, int64_t robot_id, int64_t window);
/* The windows in which the robot has open items, after ready_find(): as open_windows_of(). */
size_t ready_windows(const struct rollup_batch *batch, int64_t robot_id,
                     const struct open_window **ret_first);
/* An item was closed there that a row of an import may mean yet: it was dropped, or an import has counted it. */
void ready_kept(struct rollup_batch *batch, int64_t robot_id, int64_t window);
/* The windows in which there are any such items that still could be reopened, or a few more: as ready_windows(). */
size_t ready_kept_windows(const struct rollup_batch *batch, int64_t robot_id,
                          const struct open_window **ret_first);
void ready_free(struct ready_set *ready);
/* As leases_discard(). */
void ready_discard(struct ready_set *ready, bool is_whole);
void ready_part_begun(struct ready_set *ready);

/* ---- item_number.c: numbers of items */

int item_number_next(struct rollup_batch *batch, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
int item_numbers_flush(struct rollup_batch *batch, struct fault *fault)
    __attribute__((warn_unused_result));
void item_numbers_discard(struct rollup_batch *batch);

/* ---- import.c, import_row.c, import_ahead.c */

int import_flush(struct rollup_batch *batch, struct fault *fault)
    __attribute__((warn_unused_result));
void import_discard(struct import_progress *progress);
/* What was done on the day is noted as counted ahead: the import in hand knows it too. */
void import_day_noted(struct rollup_batch *batch, int64_t robot_id, int32_t day);
void import_progress_free(struct import_progress *progress);

/* ---- key_cache.c: for batch.c */

struct key_cache;
/* A new transaction begins with the next call: key files are looked at again. */
void key_cache_age(struct key_cache *keys);
/* Rows of keys may have been undone: nothing cached is believed. */
void key_cache_forget(struct key_cache *keys);

#endif
