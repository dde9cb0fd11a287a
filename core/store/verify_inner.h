/*
 * verify_inner.h - private to verify*.c.
 */
#ifndef AUTOMAGI_STORE_VERIFY_INNER_H
#define AUTOMAGI_STORE_VERIFY_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/id_set.h"
#include "core/store/ledger.h"
#include "core/store/sql.h"
#include "core/store/verify.h"

enum { VERIFY_SAY_MAX = 1000, VERIFY_BUCKETS = 4096 };

struct verify_robot {
    int64_t id;
    enum robot_window kind;
};

struct verify {
    struct store *store;
    verify_callback *callback;
    void *context;
    struct verify_report report;
    struct verify_robot *robots; /* by id */
    size_t robot_count;
    struct id_set import_runs;
    int32_t open_from; /* the oldest open month; 0: none is closed */
};

/* Counts a difference, and says it unless VERIFY_SAY_MAX were said. */
void verify_say(struct verify *verify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Keyed, and so never all zero, and of the right length? */
bool verify_is_hash(const void *bytes, size_t length);
/* The robot's slug, or its number when it has none. target[64]. */
const char *verify_robot(struct verify *verify, int64_t robot_id, char target[static 64]);

/* -------- robots, their windows and keys (verify_window.c) */

/* Reads verify->robots and verify->import_runs. */
int verify_window_prepare(struct verify *verify, struct fault *fault)
    __attribute__((warn_unused_result));
/* 0: there is no such robot. */
enum robot_window verify_window_kind(const struct verify *verify, int64_t robot_id);
/* A window that something is in: it has a key, and is one of its robot's kind. `what` has it. */
int verify_window(struct verify *verify, const char *what, int64_t robot_id, int64_t window,
                  struct fault *fault) __attribute__((warn_unused_result));

/* -------- sums recounted from the attempts (verify_sum.c) */

struct recount_key {
    int64_t robot_id;
    int64_t department_id; /* 0: none of its own */
    int32_t period;        /* day or month */
    int32_t booking;
    int32_t outcome;
};
struct recount_sum {
    struct recount_key key;
    int64_t count; /* never 0 in use: an empty slot of the table */
    int64_t duration_ms;
    int64_t seen; /* rollup rows that were compared with it */
};
struct recount {
    struct recount_sum *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t used;
    struct recount_sum *last; /* most rows repeat the key before them */
};

/* Zeroed is empty. -ENOMEM; -E2BIG beyond 2^24 different keys; -EBADMSG: durations that cannot be
 * added up. */
int recount_add(struct recount *table, const struct recount_key *key, int64_t count,
                int64_t duration_ms, struct fault *fault) __attribute__((warn_unused_result));
/* NULL when there is none. */
struct recount_sum *recount_find(const struct recount *table, const struct recount_key *key);
/* The same by month. */
int recount_by_month(const struct recount *days, struct recount *months, struct fault *fault)
    __attribute__((warn_unused_result));
void recount_release(struct recount *table);
/* Compares with rollup_day and rollup_month. */
int verify_sums(struct verify *verify, struct recount *days, struct fault *fault)
    __attribute__((warn_unused_result));

/* -------- tasks against attempts (verify_ledger.c) */

/* What holds of a set of rows in whatever order they come: equal sets give equal sums. In
 * buckets, so that only those which differ are looked at row by row. */
struct tally {
    uint64_t sums[VERIFY_BUCKETS];
    uint32_t counts[VERIFY_BUCKETS];
};
struct task_name {
    int64_t robot_id;
    int64_t run_id;
    int64_t seq;
    int64_t window; /* of a line of an import, which its day or its note decides; 0: a run's */
};
uint64_t task_mix(const struct task_name *task);
void tally_add(struct tally *tally, const struct task_name *task);

/* Of lines of imports that are counted by a business date: their windows in `done` become these. */
int verify_dates(struct verify *verify, struct tally *done, struct fault *fault)
    __attribute__((warn_unused_result));

/* `done`: of all attempts with outcome ATTEMPT_DONE. */
int verify_ledger(struct verify *verify, const struct tally *done, struct fault *fault)
    __attribute__((warn_unused_result));

/* -------- one scan of all attempts beside their runs (verify_attempt.c) */

int verify_attempts(struct verify *verify, struct recount *days, struct tally *done,
                    struct fault *fault) __attribute__((warn_unused_result));

/* What the row of a run (VERIFY_RUN_COLUMNS) says of its state, or NULL when that is sound. */
#define VERIFY_RUN_COLUMNS "state, ending, cause, fence, started_ms, ended_ms"
const char *verify_run_wrong(sqlite3_stmt *row, int first_column, bool has_attempts);

/* -------- corrections and leases (verify_queue.c) */

/* Against ledger and attempts; adds them to the sums. */
int verify_corrections(struct verify *verify, struct recount *days, struct fault *fault)
    __attribute__((warn_unused_result));
/* Each of a running run, each item of one lease. */
int verify_leases(struct verify *verify, struct fault *fault) __attribute__((warn_unused_result));

/* -------- handovers, and months of booking (verify_handover.c) */

/* Against attempts and ledger; adds them to the sums. */
int verify_handovers(struct verify *verify, struct recount *days, struct fault *fault)
    __attribute__((warn_unused_result));
/* Why something of the day cannot be booked in the month, or NULL. */
const char *verify_booking_wrong(const struct verify *verify, int32_t day, int32_t booking);

/* -------- items (verify_item.c) */

/* Their states, windows and masks; that no reference is there twice, nor open and counted; that
 * what is sealed opens, and is what its hash says. */
int verify_items(struct verify *verify, struct fault *fault) __attribute__((warn_unused_result));

/* -------- small tables (verify_table.c) */

/* Shares of a day that are more than the whole, notes of no attempt, numbers of items that
 * would be given again, documents that are not what their hash says. */
int verify_tables(struct verify *verify, struct fault *fault) __attribute__((warn_unused_result));

/* -------- what the audit says was closed is closed, with that hash (verify_closing.c) */

int verify_closings(struct verify *verify, struct fault *fault) __attribute__((warn_unused_result));

/* -------- costs, gains, budget reductions and the pool (verify_money.c) */

int verify_money(struct verify *verify, struct fault *fault) __attribute__((warn_unused_result));
/* -------- imports against the attempts and corrections of their runs (verify_import.c) */

int verify_imports(struct verify *verify, struct fault *fault) __attribute__((warn_unused_result));

/* -------- what lies outside our tables (verify_outside.c) */

/* A key file that is there must be the one the store remembers. One that is gone is an erasure,
 * unless items that are still to be worked on were sealed with it. */
int verify_keys(struct verify *verify, struct fault *fault) __attribute__((warn_unused_result));
/* The first part of that: what lies in the place of each key that the store knows. */
int verify_known_keys(struct verify *verify, struct fault *fault)
    __attribute__((warn_unused_result));
int verify_foreign_keys(struct verify *verify, struct fault *fault)
    __attribute__((warn_unused_result));
int verify_integrity(struct verify *verify, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
