/*
 * item_inner.h - private to core/store: what the files of the queue share.
 */
#ifndef AUTOMAGI_STORE_ITEM_INNER_H
#define AUTOMAGI_STORE_ITEM_INNER_H

#include "core/store/batch.h"
#include "core/store/import.h"
#include "core/store/item.h"

/* enum plugin_side_effects' numbers (run/plugin_file.h lies above the store). */
enum { ITEM_IDEMPOTENT = 1, ITEM_PROBEABLE = 2, ITEM_MANUAL = 3 };

/* A reference, and in which window of its robot. */
struct item_sought {
    int64_t robot_id;
    enum robot_window kind;
    int64_t window;
    bool is_dated;         /* by a business day, which names the window */
    const char *reference; /* normalised */
    unsigned char hash[REFERENCE_HASH_SIZE];
};
/* What is known of it there. */
struct item_known {
    bool is_ready; /* or leased */
    bool is_done;
    int64_t kept_id;            /* of an item that is not ready; 0: none */
    enum item_state kept_state; /* the caller reads it */
};
int item_look_here(struct store *store, const struct item_sought *sought, struct item_known *known,
                   struct fault *fault) __attribute__((warn_unused_result));
/* The reference as it is known in another window of its robot. -ENOENT: that has no key, so nothing is in it. */
int item_hash_in(struct store *store, const struct item_sought *sought, int64_t window,
                 struct item_sought *ret_there, struct fault *fault)
    __attribute__((warn_unused_result));
/* As item_look_open(), in that window alone. */
int item_look_in(struct store *store, struct item_sought *sought, int64_t window,
                 struct item_known *known, struct fault *fault) __attribute__((warn_unused_result));
/* Of what has no business day. Is an item with the reference open in another window of the robot? 1: *sought and
 * *known are of that window now; 0: no, and both are as they were. -ENOKEY, -EKEYREJECTED: nobody can tell, for the
 * key of such a window cannot be read. */
int item_look_open(struct store *store, struct item_sought *sought, struct item_known *known,
                   struct fault *fault) __attribute__((warn_unused_result));
/* Before that is counted past the queue: can it be seen whether it is open in another window? Else -ENOKEY or
 * -EKEYREJECTED, as above; not of what is ready, has no date and was never looked at by a person, or is done, in the window in
 * which it is sought. */
int item_can_tell(struct store *store, const struct item_sought *sought, struct fault *fault)
    __attribute__((warn_unused_result));
/* As item_look_open(): was it done, in the window in which it is sought, by a clock that stood ahead, and so counted in a later one
 * (date_note.h)? Or closed, in one after now's. Windows after `after` are looked into, which is not before that in
 * which it is sought. What is dated is that work only where the days on which that was done are noted, for its date says
 * of which it is. */
int item_look_ahead(struct store *store, struct item_sought *sought, int64_t now_window,
                    int64_t after, struct item_known *known, struct fault *fault)
    __attribute__((warn_unused_result));
/* As item_look_open(), of what is asked for again: was it done, and not taken back, or is it closed, in another window from
 * the first to the last? -ENOKEY, -EKEYREJECTED: anything was, in one whose key cannot be read. */
int item_look_asked(struct store *store, struct item_sought *sought, int64_t first, int64_t last,
                    struct item_known *known, struct fault *fault)
    __attribute__((warn_unused_result));

/* Where a task was counted past the queue, in its own window. */
struct item_met {
    bool is_open;         /* the item there was, and has no business date */
    bool is_help_no_more; /* a handover there was taken back: one task is the end of one */
};
/* Of a task that was counted past the queue and has no business date, when item_counted() has not found it open in the
 * window it was counted in, or only one with a date there, which need not be what was done, or one that waited for a person or
 * was put off undecided, which may be that work or not: likewise of an item that is open in another and is that work, unless a task has counted it
 * before: then it is sought in the windows after that, as it is behind one that waited or was put off. Of several handovers,
 * those of the task's own window among them, one is taken back. A run's result of it is a
 * repeat then too. When none is open, in its own window or another, those that were dropped, or
 * may be retried though they were closed as done, are told, where the key of their window can be read. An item that was added after the task was done is other work; unless its clock stands ahead of now. *met: each item
 * that was open is added. After item_can_tell(). */
int item_counted_elsewhere(struct store *store, const struct item_sought *sought,
                           const struct item_counted *counted, const struct item_met *here,
                           struct import_met *met, struct fault *fault)
    __attribute__((warn_unused_result));
/* One more, as item_counted() found it. */
void item_met_add(struct import_met *met, enum item_counted_is is);

/* A row that ended with a person, and whose work that is: of the item with the reference that is open in the window in which
 * it is sought, or was handed over there, or else, without a business day, of one that is open in another window and is that
 * work (then *sought is of that one), or else of that window all the same. *ret_is_counted: an import has counted it, so it is no help. -ENOKEY, -EKEYREJECTED as item_look_open(). */
int item_handed_over(struct store *store, struct item_sought *sought,
                     const struct item_counted *row, bool *ret_is_counted, struct fault *fault)
    __attribute__((warn_unused_result));

/* 1 when the item is work that was done then: it has no business date, and was there by that time, or a clock put
 * it there that stands right now. What was put there since is the work that recurs. */
int item_is_work_of(struct store *store, int64_t id, const struct item_counted *counted,
                    struct fault *fault) __attribute__((warn_unused_result));
/* 1 when the item with the reference in the window in which it is sought, in whatever state, has no business date. */
int item_without_date(struct store *store, const struct item_sought *sought, struct fault *fault)
    __attribute__((warn_unused_result));
/* The item with the reference in that window, in whatever state; 0: there is none. What is closed there and nobody can
 * read is none: it is not done before its key is back, and somebody opens it again. */
int item_find_kept(struct store *store, const struct item_sought *sought, int64_t window,
                   struct item_sought *ret_there, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));

/* "import 7, line 3", of what counts an item; and "line 3 of import 7", of what took a task back, or counts it no more. So
 * "import 7," is in the note of what is counted alone: who drops all that it finds (`queue drop --note-contains`) drops
 * nothing that waits because nothing counts it. */
enum { ITEM_TASK_NAME_MAX = 64 };
void item_task_name(int64_t import_id, int64_t line, char target[static ITEM_TASK_NAME_MAX]);
void item_task_name_past(int64_t import_id, int64_t line, char target[static ITEM_TASK_NAME_MAX]);
/* The task of an import that counts an item in another window than its own, though it is not marked with it: it was
 * marked before. It has no date that is known, it stands, and no other item is marked with it. */
struct item_counter {
    char task[ITEM_TASK_NAME_MAX]; /* "": none that can be read */
    /* A window whose key is away, in which an import counted what may be the item: nobody can tell; "": none. */
    char hidden[16];
    /* The task of its own reference in its own window was taken back: done, it would be a repeat of that. */
    bool is_repeat;
    int64_t
        open_id; /* in another window, with its reference; 0: none, or nothing was asked since */
};
int item_counter_find(struct store *store, const struct item_sought *item, int64_t id,
                      int64_t now_ms, struct item_counter *ret_counter, struct fault *fault)
    __attribute__((warn_unused_result));
/* Likewise of the item of that number, for which its reference is read. -ENOKEY, -EKEYREJECTED, -EBADMSG: it cannot be.
 * since_ms: when it was closed. Then what a run has done since in another window, whichever, is sought too ("run 7, attempt
 * 1"), and what is open in one, of an item that has no business date. -ENOKEY, -EKEYREJECTED also as item_look_open(). 0: the
 * tasks of imports alone. */
int item_counter_of(struct store *store, int64_t id, int64_t since_ms, int64_t now_ms,
                    struct item_counter *ret_counter, struct fault *fault)
    __attribute__((warn_unused_result));
/* 1 when the task that an item is marked with, as its note says, was taken back: its own window's key was away then. */
int item_mark_is_stale(struct store *store, int64_t robot_id, const char *note, struct fault *fault)
    __attribute__((warn_unused_result));

/* A task that is taken back. */
struct item_taken_back {
    int64_t robot_id;
    int64_t run_id, seq; /* its attempt */
    const char *by;      /* a part of a sentence: "line 2 of import 8" */
    int64_t now_ms;
};
/* What it was counted of is marked no more (ITEM_COUNTED), in whatever window and state: a person is told to see whether it
 * was done, and a run that has it in its hands may count it; or, of the task's own window, that it would be a repeat. But when another task of an import stands in another window,
 * which is that work and of no other item that is marked with it, then the item is marked with that one. (A row's business
 * date that makes no other window than its day of completion is not known any more: it is none.) A closed
 * item of a window whose key cannot be read stays marked; but item_retry() sees that the task stands no more. When such a task may be in one nobody can tell, and the note says
 * so (ITEM_NOBODY_CAN_TELL): item_retry() looks again. *sought: of the task. -ENOKEY, -EKEYREJECTED: as
 * item_look_open(). */
int item_counted_back(struct store *store, const struct item_sought *sought,
                      const struct item_taken_back *task, struct fault *fault)
    __attribute__((warn_unused_result));
/* 1 when it is marked with that task. */
int item_has_mark(struct store *store, int64_t id, const char *task, struct fault *fault)
    __attribute__((warn_unused_result));
#define ITEM_NOBODY_CAN_TELL "whose key is away, nobody can tell"
/* The item's mark alone, when it is of that task. It is of the other one then, when there is one. */
int item_unmark(struct store *store, int64_t id, const char *task, const char *by,
                const struct item_counter *other, struct fault *fault)
    __attribute__((warn_unused_result));

/* What becomes of an item whose try ended without being done. */
struct item_change {
    int64_t id;
    enum item_state state; /* not ITEM_LEASED */
    uint32_t attempts;
    enum item_doubt doubt;
    bool is_quarantined;
    uint32_t lost_runs;
    int64_t due_ms;   /* 0: none */
    const char *note; /* NULL: none */
    int64_t now_ms;
};
/* The row alone. -EBADMSG when it is not there as ready or leased. */
int item_change(struct store *store, const struct item_change *change, struct fault *fault)
    __attribute__((warn_unused_result));

/* What a run has done, and was a repeat. *ret_state stays as it is when that task stands: the item is deleted. Else it is closed
 * as done by hand (ITEM_COUNTED: a task of another window counts it), or waits for a person (the task of its own was taken
 * back, so nothing does). ready_kept() cannot fail then. */
int item_keep_done(struct rollup_batch *batch, const struct item_policy *policy,
                   const struct item_result *result, const struct leased_item *item,
                   enum item_state *ret_state, struct fault *fault)
    __attribute__((warn_unused_result));

/* The note of what an import counted, with what is to be said since: that it was counted, and by what, stays in front,
 * for it is all that names the task. What is oldest is cut off. */
void item_counted_say(const char *was, const char *said, char target[static ITEM_NOTE_MAX + 1]);
/* The note of one that is reopened and waits: what has counted it since it was closed, or may do so, and
 * what its note was. */
void item_counter_say(const struct item_counter *counter, const char *was,
                      char target[static ITEM_NOTE_MAX + 1]);
/* Of one that a run had, ITEM_COUNTED, with what that run's end says (NULL: nothing): who may have it done once more reads
 * both. */
int item_counted_note(struct store *store, int64_t id, const char *note,
                      char target[static ITEM_NOTE_MAX + 1], struct fault *fault)
    __attribute__((warn_unused_result));

#define ITEM_DAMAGED_NOTE                                                                          \
    "damaged: what its reference is known by in the store is none (`automagi verify` names it), "  \
    "so "                                                                                          \
    "it is neither handed out nor counted; see whether it was done, then drop it: what was not "   \
    "done "                                                                                        \
    "its robot adds when it finds it again"
/* Of one whose reference is no hash, which is to wait: item_damaged_take() tells of it. When another that
 * waits or is closed has the same for a reference the row stays as it is, which is not handed out either. */
int item_change_damaged(struct rollup_batch *batch, const struct item_change *change,
                        struct fault *fault) __attribute__((warn_unused_result));

#endif
