/*
 * ledger.h - attempts, tasks, counter-entries, and the sums kept of them.
 *
 * attempt   one try at an item or one line of an import; unique by (run, seq)
 * ledger    a task: unique by (robot, window, keyed hash of the reference)
 * correction  a task taken back; unique like the task
 * handover  a reference that ended with a person; unique like the task
 * rollup    sums by (local day | month, robot, booking month, own department, outcome)
 *
 * Invariants, which verify.h recounts: every ledger row has exactly one attempt with outcome
 * ATTEMPT_DONE and the reverse; every correction has its ledger row; each rollup
 * row is the sum of its attempts (for ATTEMPT_UNDONE: corrections; for ATTEMPT_HELPED and
 * ATTEMPT_UNHELPED: handovers); a handover stands as long as its reference has no ledger row, in its
 * own window, or in another by an import that knew the open item as that work: the note of its attempt
 * names the handover then (date_note.h). When that task is taken back the handover stays so, as by one of
 * its own window.
 *
 * Threads: the writer's. All calls belong inside a transaction.
 */
#ifndef AUTOMAGI_STORE_LEDGER_H
#define AUTOMAGI_STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/robot.h"

struct fault;
struct store;

enum attempt_outcome {
    ATTEMPT_DONE = 0,     /* done, and counted: it has the ledger's row */
    ATTEMPT_REPEATED = 1, /* done, but the reference had been counted */
    ATTEMPT_BUSINESS = 2,
    ATTEMPT_TRANSIENT = 3,
    ATTEMPT_FAILED = 4, /* broken, crashed, or "failed" in an import */
    ATTEMPT_UNKNOWN = 5,
    ATTEMPT_UNDONE = 6,  /* these in rollups only: tasks taken back */
    ATTEMPT_HELPED = 7,  /* references that ended with a person, each once (handover) */
    ATTEMPT_UNHELPED = 8 /* those of them that are taken back: done after all */
};
const char *attempt_outcome_word(enum attempt_outcome outcome);
/* 1: it adds to figures, as a task or a handover; -1: it takes back from them; 0: neither. */
int attempt_outcome_sign(enum attempt_outcome outcome);

struct attempt {
    int64_t robot_id;
    int64_t run_id;
    int64_t seq;
    enum attempt_outcome outcome;
    int64_t completed_ms;
    int64_t duration_ms;   /* -1: not known */
    int64_t department_id; /* 0: the robot's shares decide */
    const char *masked;
    const char *note;       /* NULL or "": none */
    bool is_done_elsewhere; /* an import counted what it is a try of, in whatever window */
};

/* Inserts the attempt, booked in booking_month_of() its day; for ATTEMPT_DONE also the ledger's row,
 * or, when the reference has one, the attempt as ATTEMPT_REPEATED. *ret_counted: a new task. For
 * ATTEMPT_BUSINESS the reference counts as handed over to a person, once, unless it was counted, there
 * or elsewhere; its task takes that back. -EEXIST when the attempt (run, seq) is there already: nothing changes.
 * ref_hash: 16 bytes; of these two outcomes alone is it looked at. */
int ledger_record(struct store *store, const struct attempt *attempt, int64_t window,
                  const unsigned char *ref_hash, bool *ret_counted, struct fault *fault)
    __attribute__((warn_unused_result));

/* Is the reference counted (its task may have been taken back)? */
int ledger_has(struct store *store, int64_t robot_id, int64_t window, const unsigned char *ref_hash,
               bool *ret_has, struct fault *fault) __attribute__((warn_unused_result));

/* 1 and the attempt that is the task of the reference (it may have been taken back), or 0. */
int ledger_find(struct store *store, int64_t robot_id, int64_t window,
                const unsigned char *ref_hash, int64_t *ret_run_id, int64_t *ret_seq,
                struct fault *fault) __attribute__((warn_unused_result));

/* 1 when the reference was counted and its task was taken back: what is done under it from then on is a repeat, and counts
 * nothing. By what or whom, as a part of a sentence: "line 2 of import 8". 0: it stands, or there is none. */
enum { LEDGER_BY_MAX = 128 };
int ledger_undone_by(struct store *store, int64_t robot_id, int64_t window,
                     const unsigned char *ref_hash, char ret_by[static LEDGER_BY_MAX],
                     struct fault *fault) __attribute__((warn_unused_result));

struct ledger_reversal {
    int64_t robot_id;
    int64_t window;
    const unsigned char *ref_hash; /* 16 bytes */
    const char *reason;
    int64_t by_run_id; /* the import it came with; 0: none */
    const char *by_whom;
    int64_t now_ms;
};

/* Takes the task back: a counter-entry of the day and department of its attempt, booked in the
 * month of booking_month_of(). by_run_id 0: no import. -ENOENT: there is no such task; -EALREADY:
 * it was taken back. */
int ledger_undo(struct store *store, const struct ledger_reversal *reversal, struct fault *fault)
    __attribute__((warn_unused_result));

/* The month in which something that belongs to a day is booked now: its own, or, when that is
 * closed, the oldest open one. The writer's: readers find it in the row. */
int booking_month_of(struct store *store, int32_t day, int32_t *ret_month, struct fault *fault)
    __attribute__((warn_unused_result));

struct rollup_row {
    int32_t period; /* day or month */
    int64_t robot_id;
    int32_t booking;
    int64_t department_id;
    enum attempt_outcome outcome;
    int64_t count;
    int64_t duration_ms;
};
typedef int rollup_each_callback(const struct rollup_row *row, void *context);
/* Rows with from <= period <= to, by period, robot, booking, department, outcome. Readers. */
int rollup_each_day(struct store *store, int32_t from_day, int32_t to_day,
                    rollup_each_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));
int rollup_each_month(struct store *store, int32_t from_month, int32_t to_month,
                      rollup_each_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

struct task_record {
    int64_t run_id;
    int64_t seq;
    int64_t robot_id;
    char robot[64];
    enum attempt_outcome outcome;
    bool is_undone;
    int32_t day;
    int32_t booking;
    int64_t completed_ms;
    int64_t duration_ms;   /* -1: not known */
    int64_t department_id; /* 0: the shares decide */
    char department[64];   /* slug; "" when the shares decide */
    char masked[64];
    char note[1024];
};
typedef int task_each_callback(const struct task_record *task, void *context);
struct task_filter {
    int64_t robot_id; /* 0: all */
    const char
        *robots;    /* only these, ids between commas: ",3,17,"; beside no other id. NULL: all */
    int64_t run_id; /* 0: all */
    int32_t from_day, to_day;
    bool only_counted; /* tasks that were not taken back; else every attempt */
    int64_t limit;
};
/* Newest first, until the callback gives something else than 0 (negative: it is returned).
 * Readers. */
int task_each(struct store *store, const struct task_filter *filter, task_each_callback *callback,
              void *context, struct fault *fault) __attribute__((warn_unused_result));
/* One attempt. -ENOENT when there is none. Readers. */
int task_read(struct store *store, int64_t run_id, int64_t seq, struct task_record *ret_task,
              struct fault *fault) __attribute__((warn_unused_result));
/* The counted tasks of filter->robot_id that have a reference (as reference_normalise() gives
 * it), newest window first, also those that were taken back; of the filter the run and the days
 * hold beside the robot. *ret_erased: so many windows could not be looked into, their keys are
 * gone. What was not done is not found: of that only the mask is kept. Readers. */
int task_each_of_reference(struct store *store, const struct task_filter *filter,
                           const char *normalised, task_each_callback *callback, void *context,
                           int64_t *ret_erased, struct fault *fault)
    __attribute__((warn_unused_result));

/* Private to core/store. rollup_flush() writes all that the batch still owes to the transaction,
 * sums and more (batch.h): called by store_commit(), at the begin of a part, and at the end of one
 * that is kept. rollup_part_begun() marks what a part begins with; rollup_discard() forgets what it has
 * changed since, flushed or not, and is undone: before a part is rolled back, after a transaction was. */
int rollup_flush(struct store *store, struct fault *fault) __attribute__((warn_unused_result));
void rollup_part_begun(struct store *store);
void rollup_discard(struct store *store);

#endif
