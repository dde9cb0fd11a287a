/*
 * item.h - the durable queue of each robot.
 *
 * An item is ready, leased, deferred (ready again later), waiting (for a
 * person), or closed (done by hand, or dropped). One that waits because runs failed on it until
 * its tries were used up is *quarantined*: a mark, so that it is told from what the robot itself
 * left for a person. An item that was done is deleted: the ledger is its record. When an
 * import had counted it in another window it is closed as done by hand instead, for the ledger of its own says nothing
 * of it; and when the task of its reference was taken back it waits for a person, for nothing counts it. Reference and payload are kept encrypted
 * with the key of robot and window; in clear there is a masked reference only (reference_mask():
 * its last four characters, of robots that count a reference once for ever the last twelve). So it
 * is on the disk. In the daemon's memory both stand in clear while they are taken in and handed
 * out, and are not wiped: whoever can read that memory can read the keys.
 *
 * A lease is (run, fence). It is also the durable record that the items were
 * begun: a crash after it makes those without a result uncertain, whatever their robot's class of side
 * effects; the class of the run that leases one the next time says what that means (item_lease()). In the store an item that is
 * leased is a ready one that the run's row in `lease` names (schema.sql).
 *
 * Threads: the writer's. All calls belong inside a transaction.
 */
#ifndef AUTOMAGI_STORE_ITEM_H
#define AUTOMAGI_STORE_ITEM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/robot.h"

struct fault;
struct store;
struct text;

enum item_state {
    ITEM_READY = 0,
    ITEM_LEASED = 1,
    ITEM_DEFERRED = 2,
    ITEM_WAITING = 3,      /* for a person: the note says why */
    ITEM_DONE_BY_HAND = 4, /* closed; counts 0; never added again. Or by a run: item_counted() */
    ITEM_DROPPED = 5       /* closed; until a person reopens it: item_retry() */
};

enum {
    ITEM_REFERENCE_MAX = 255,
    ITEM_PAYLOAD_MAX = 65535,
    ITEM_NOTE_MAX = 1023,
    ITEM_DUE_PER_LEASE = 4096, /* deferred items that one lease makes ready */
    ITEM_PAST_DAYS = 3653,     /* how far back a deadline may lie: ten years */
    ITEM_AHEAD_DAYS = 3653     /* and ahead, like what an item waits for */
};

/* What the queue must know of the robot. */
struct item_policy {
    int64_t robot_id;
    enum robot_window window;
    int side_effects;       /* enum plugin_side_effects */
    uint32_t attempts;      /* tries before an item waits for a person */
    int64_t retry_delay_ms; /* first back-off; doubles: backoff.h */
    int64_t retry_most_ms;  /* and the longest; 0: an hour */
    uint32_t queue_items;   /* that may be open; 0: no limit */
    uint32_t queue_mib;     /* that those may take, sealed; 0: no limit */
};

struct item_new {
    const char *reference; /* trimmed and normalised (NFC) here */
    const char *payload;
    int32_t priority;
    /* clock_is_business_day(); 0: that of an open item with the reference, else the local day on
     * which it was added */
    int32_t business_day;
    int64_t deadline_ms;   /* when it should be done by; 0: none. See item_lease() */
    int64_t not_before_ms; /* deferred until then; 0, or past: ready at once */
    int64_t added_ms;      /* before now, when it is taken in late; 0: now */
    int64_t asked_ms; /* by a run that was asked again: when it was first, run_asked_first(); 0 */
};

/* May work that is known now belong to this business day? -EINVAL: the fault says from when to when. */
int item_check_business_day(int32_t business_day, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));

/* Adds an item unless one with its reference is open, done (ledger), or closed as done by
 * hand in its window. A waiting one is made ready again when the payload has changed,
 * unless a try may have done it (unknown, broken, or begun when a run was lost): that is for a person to
 * say, except of an idempotent robot's items of which no person was told so. A dropped one stays dropped, for a
 * person has said so, and keeps the payload it had: nothing was added, and nothing has changed.
 *
 * A business day says which window the work belongs to, and in another window it is other work.
 * Without one the work is known by its reference alone, so an item with the reference that is
 * still open (ready, leased, deferred, waiting) in whatever window is this one: midnight and New
 * Year do not make it another, and it counts once, in the window it was first seen in. What was
 * closed there (done, done by hand, dropped) holds nothing back: work that recurs is added again
 * in the next window. Not what a run adds that was asked again, and had been asked first in a window before (asked_ms): that is
 * one request, so what was done in any window since (and not taken back), done by hand or dropped, is what it asked for,
 * and nothing is added.
 * What was closed in a window after now's is another matter: a clock that stood
 * ahead, and was set right, would have it done again. It is that one, and not new.
 * Nothing can be told of a window whose key cannot be read. A key that is gone may have been put aside for a
 * moment or erased on purpose, and nobody can see which: so while items are open in such a window (they may be
 * leased, and come due when the key is back), or tasks were done in one after now's, or in one since a run that was asked
 * again was first asked, nothing without a business day is added. An erased window holds nothing more as soon as its open items are dropped.
 * What was done in its window and taken back there is done for nothing from then on: nothing would count it, and nobody
 * knows whether it is still to be done. Its item is added once and waits for a person, whatever it is to be put off until; its
 * note says why. It takes its room on the queue as any other. Retried, it is done for nothing, and its note tells of that;
 * closed or dropped, it answers what is added with its reference, as any other. When an item that is open in another window
 * is that work, or the task was counted in a window after now's by a clock that stood ahead, nothing is added.
 * *ret_id: the item's id, 0 when nothing was added. -EINVAL for a reference that is empty,
 * too long or not a line, or a business day, deadline or not_before too far away; -ENOKEY when the window's references have been erased,
 * or as above; -EKEYREJECTED when a key cannot be read;
 * -EDQUOT when the robot's queue is full. */
int item_add(struct store *store, const struct item_policy *policy, const struct item_new *item,
             int64_t now_ms, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));

/* 1 when the task of its reference was taken back in the window in which item_add() adds it: done there, it counts nothing,
 * and its item, that which was added or was there, waits for a person or was told of. By what or whom, as a part of a sentence. Errors as item_add(). */
enum { ITEM_UNDONE_BY_MAX = 128 };
int item_undone_by(struct store *store, const struct item_policy *policy,
                   const struct item_new *item, int64_t now_ms,
                   char ret_by[static ITEM_UNDONE_BY_MAX], struct fault *fault)
    __attribute__((warn_unused_result));

struct item_lease {
    int64_t id;
    uint32_t attempt;
    bool is_uncertain; /* probeable, and a try before may have done it */
    int32_t priority;
    int32_t business_day;
    int64_t deadline_ms;   /* 0: none */
    const char *reference; /* both valid until the callback returns */
    const char *payload;
};
typedef int item_lease_callback(const struct item_lease *item, void *context);

struct item_lease_request {
    int64_t run_id;
    int64_t fence;
    uint32_t want; /* most items */
    int64_t now_ms;
};

/*
 * Leases up to `want` ready items (deferred ones that are due become ready first, those due
 * longest, at most ITEM_DUE_PER_LEASE each time: a night's worth that is put off until the same
 * morning does not hold up the writer), to (run, fence). The highest priority first; of the same
 * priority the earliest deadline, and those without one after all that have one, since nobody waits
 * for them at a known hour; of the same deadline, or none, the oldest. So an item without a deadline
 * can be passed by others for ever: who wants otherwise gives it a deadline or a priority. A
 * deadline that has passed changes nothing but the order: the work is still to be done. The callback gets each; a result other
 * than 0 ends it, and nothing is leased. An item that cannot be opened (its key was destroyed, or it
 * was tampered with) waits for a person with the reason as its note; so does a damaged one
 * (item_damaged_take()). What a try before may have done is handed out to an idempotent robot as any other, to a
 * probeable one to be asked about, and to a manual one not at all: its plugin was another then, and it waits for a
 * person.
 * *ret_more: whether any item that is ready or due is left.
 */
int item_lease(struct store *store, const struct item_policy *policy,
               const struct item_lease_request *request, item_lease_callback *callback,
               void *context, bool *ret_more, struct fault *fault)
    __attribute__((warn_unused_result));
/* Before the first of a run that was made for what is ready: as if its leases had made it so. */
int item_lease_owed(struct store *store, int64_t run_id, struct fault *fault)
    __attribute__((warn_unused_result));

struct item_result {
    int64_t item_id;
    int64_t run_id;
    int64_t fence;
    uint32_t seq; /* in the run, from 1: unique attempt */
    int outcome; /* enum wire_outcome's numbers: 0 done 1 business 2 transient 3 broken 4 unknown */
    int64_t completed_ms;
    uint32_t duration_ms;
    int64_t department_id; /* 0: the robot's shares decide */
    const char *note;
};

enum item_taken {
    ITEM_TAKEN_COUNTED = 1, /* done, and a new row of the ledger */
    /* done, but the reference had been counted in this window, or an import has it counted in another. When its task was
     * taken back nothing counts what was done: the item waits for a person, and its note says so */
    ITEM_TAKEN_REPEATED = 2,
    ITEM_TAKEN_WAITING = 3, /* a person must look */
    ITEM_TAKEN_RETRY = 4,   /* deferred */
    ITEM_TAKEN_LATE = 5     /* the lease was gone: kept in late_result, nothing changed */
};

/*
 * Records one result: the attempt, for done the ledger and the deletion of the
 * item, the rollup, and the run's counts. A result whose (run, fence) does not
 * hold the item's lease changes nothing but late_result. Transient and broken: deferred
 * with back-off (backoff.h) until the attempts are used up, then waiting; but broken says nothing of what was
 * done, so then a probeable item is asked about and a manual one waits at once. Unknown: waiting.
 */
int item_take_result(struct store *store, const struct item_policy *policy,
                     const struct item_result *result, enum item_taken *ret_taken,
                     struct fault *fault) __attribute__((warn_unused_result));

/*
 * What is known of the items that a run leaves without a result. They are handed out in order,
 * and a result is sent before anything of the plugin is called for the next item, so when every
 * frame of the run was read:
 *   - END is sent after the last result: none of them was begun;
 *   - without END only the first can have been;
 *   - or as many as the run counted itself when that is more, for then results went astray.
 * When a frame was lost or refused (the daemon died, the run broke the protocol, a result could
 * not be stored), items behind it may have been done and reported all the same: any.
 */
enum item_begun { ITEM_BEGUN_NONE = 0, ITEM_BEGUN_FIRST = 1, ITEM_BEGUN_ANY = INT_MAX };

struct item_release {
    int64_t run_id;
    uint32_t begun; /* so many of them, in the order they were handed out in; or enum item_begun */
    /* What went wrong with the run, as a part of a sentence: "signal 11 (SIGSEGV)". NULL: nothing that
     * an item can be the cause of (it ended in order, was stopped by order, or the daemon died). */
    const char *why;
    int64_t now_ms;
};

/*
 * A run has ended, with items still leased perhaps; its processes are gone. Those not begun are
 * ready again, and no try of theirs counts. Of those that were begun the try counts: manual ->
 * waiting with a sentence; idempotent and probeable -> tried again, or waiting when tries are used up. All of
 * them are uncertain; of those that wait, but the idempotent, the sentence tells to look.
 *
 * When the run itself failed (`why`) what was begun is suspected of it. It is deferred with back-off
 * and not just ready, where it would be first in turn again: the items behind it are done meanwhile,
 * by the run that is owed them when it is due. And when its tries are used up it is quarantined:
 * else one item that ends every run would keep all others from being done.
 */
struct item_released {
    int64_t waiting;  /* so many of them wait for a person now */
    int64_t deferred; /* and so many rest until they are due */
    /* The run failed, and one was quarantined: it is deferred no more, and so brings no run for the
     * items behind it, which may be ready since a run before this one. They are owed one. */
    bool is_quarantined;
    /* The run failed, and all that was begun in it had ended runs before: that tells nothing new of
     * the robot. An item is held against its robot once (pause_after), however many tries it has, or
     * it would silence the robot before it is quarantined itself. Work of which one item after
     * another ends its run is still told from that: each of them is new. */
    bool is_known_poison;
    /* Items had become due, and a lease of this run made them ready: all of them, so that those it
     * leaves are deferred no more either. Or one of a run beside it, or what is ready is owed to that: of them it may
     * have been handed some. */
    bool has_promoted;
};
int item_release_run(struct store *store, const struct item_policy *policy,
                     const struct item_release *release, struct item_released *ret_released,
                     struct fault *fault) __attribute__((warn_unused_result));

/* Damaged items: their reference's hash is none, so that nobody can tell as what their task would count. Each
 * that is met when it is leased, has a result or is left by its run waits for a person, is uncertain when a run
 * had it, and is told of here once; `verify` goes on to name it. */
struct item_damaged {
    int64_t first_id; /* 0: none */
    int64_t count;
};
/* Those set aside since the last call; call it in the part of a transaction in which that was. */
void item_damaged_take(struct store *store, struct item_damaged *ret_damaged);

/* What a person does with an item that waits (or is ready or deferred: drop, done).
 * -ENOENT unknown; -EBUSY leased by a run; -EINVAL when its state does not allow it; a damaged one is neither
 * tried again nor put off.
 * When what an import had counted was taken back while the key of a window was away, in which another may have counted it
 * too, retry looks again: -EINVAL when one has, and stands. -ENOKEY, -EKEYREJECTED when the item's own key cannot be read then.
 * Likewise of what was closed as done and marked, and the mark could not be lifted, for the item's own key was away: it may
 * be retried then, and -ENOKEY too while such a window's key is away.
 * When what was dropped, or closed as done and may be retried, has no business date, its reference may have been counted
 * in another window since it was closed, by a run, or be open in one: as the work that recurs, or as this; nobody can see which. So
 * retry does not make it ready: ITEM_RETRY_WAITS, it waits for a person, undecided,
 * with a note that names the run or the item; retried once more it is done, and counted once more. Likewise when a
 * task of a window whose key is away may have counted it. Not of one that was dropped while an import's mark stood: who
 * retries it has read that. -ENOKEY, -EKEYREJECTED when its own key cannot be read then, or that of a window in which items
 * are open.
 * What is deferred stays so and is due at once (ITEM_RETRY_IS_DUE): it brings a run, as it would have later. What becomes
 * ready waits for one that something else brings.
 * retry: also from deferred and dropped, and from done by hand what was counted when it was closed and is so no more
 * (item_counted()); needs the payload still there; its tries begin anew, for
 * else one that had used them up would wait again at once. Of one of which a person was told to look whether it was
 * done it says that somebody has. Of any other that may have been done (its key was away, its system did not answer when
 * its plugin asked, it was dropped while it was ready) its plugin is still asked, and of a manual robot it waits again: then
 * a person is told. Until its next result the note says
 * who asked for it and why (`reason` may be NULL), and how it stood before: tries, state, note.
 * Notes and reasons are kept without CPR numbers (cpr.h). */
enum { ITEM_RETRY_WAITS = 1, ITEM_RETRY_IS_DUE = 2 };
int item_retry(struct store *store, int64_t item_id, const char *by, const char *reason,
               int64_t now_ms, struct fault *fault) __attribute__((warn_unused_result));
int item_done_by_hand(struct store *store, int64_t item_id, const char *note, int64_t now_ms,
                      struct fault *fault) __attribute__((warn_unused_result));
int item_drop(struct store *store, int64_t item_id, const char *reason, int64_t now_ms,
              struct fault *fault) __attribute__((warn_unused_result));

struct item_put_off {
    int64_t until_ms; /* after now, at most ITEM_AHEAD_DAYS ahead */
    const char *by;
    const char *reason;
    int64_t now_ms;
};
/* A person puts an item off that is ready, deferred or waiting: it is deferred until then, and
 * comes back by itself. Of one that waits the tries begin anew. To put it off decides nothing: one that may have been done
 * may have been done when it is due, and the class of side effects decides then as at any lease (a manual one waits
 * again; so does an idempotent one of which a person was told to look; a probeable one is asked about); item_retry() is the decision to do it all the same. The note says who, until when and why, and what it was before. Errors as above. */
int item_defer(struct store *store, int64_t item_id, const struct item_put_off *put_off,
               struct fault *fault) __attribute__((warn_unused_result));

/* A task that was counted past the queue, by an import, may lie on it. */
struct item_counted {
    int64_t robot_id;
    int64_t window;
    const unsigned char *ref_hash; /* REFERENCE_HASH_SIZE */
    const char *by;                /* a part of a sentence: "import 7, line 3" */
    int64_t run_id, seq;           /* the attempt that is the task */
    int64_t done_ms;               /* when the task was done */
    int64_t now_ms;
};
enum item_counted_is {
    ITEM_COUNTED_NOT_OPEN, /* at most a note was written */
    ITEM_COUNTED_WAITS,    /* it waits for a person */
    ITEM_COUNTED_LEASED /* a run has it: its result is a repeat, and given back it may have been done */
};
/*
 * The mark of an item that an import counted, in its own window or in another (ITEM_COUNTED): its note begins with the
 * task that it was counted as. It stands until a person has it done once more (item_retry()), or that task is taken back.
 * While it stands every result of a run is a repeat, what ends with a person is no help, and what a run has done all the
 * same is closed and not deleted, unless the ledger of its own window is the record of it: so the reference is not
 * added there again. When the task is taken back the mark is lifted from open, leased and closed items alike, and their
 * notes say so: a person may then have done what a run or a person did meanwhile too. But in the task's own window it
 * would be a repeat from then on, for what was taken back stays so: done all the same it is kept, and its note says that nothing
 * counts it (item_take_result()). When another import's task without a business
 * date has counted the work as well, in another window, the item is marked with that one instead.
 *
 * The rule: whatever a person could still have handed out again is marked, and its note says so, when an import counts
 * it, in whatever order it was added, counted, taken back, done, dropped, put off and retried, in its own window or in
 * another, and whether the daemon was started meanwhile or not. That is what is open (ready, leased, deferred or
 * waiting), what was dropped and has its payload, and what was closed as done while it was marked and is marked no more;
 * and in its own window that too which is so closed and marked still, as open ones are: its mark is the later task's then,
 * for the earlier may be taken back. In another window one mark stays until its task is taken back, and then the next is
 * looked for. Only what a person closed as done while nothing counted it is not marked: nobody can have it done again. What
 * was dropped or closed in another window than the task's is not told beside an item with the reference that is open, in
 * whatever window: that one is the work, or was when a task before was counted.
 *
 * Of several that are open, in several windows, a task counts the first that is to be handed out and is not marked. One
 * that waits for a person, or was put off by one who was told to look, may be that work or not: it is marked too, and the
 * next is looked for.
 *
 * An open item with this reference is not done again unasked: one that is ready, deferred or waits
 * is waiting from now on. Its note says by what it was counted, and what it said before; a person
 * drops it, or has it done once more all the same: item_retry() alone says so. When it comes to be handed out without
 * that (it was put off, or given back by its run) it waits again, whatever its robot's class of side effects; but a
 * probeable one is asked about. One that is closed stays so, with such a
 * note: for who would reopen it; but when it lies in another window than the task, whose key cannot be read, it is not told:
 * the row is counted all the same, for what is closed in a window that was erased would hold up its robot's imports for ever. In the transaction that counts the task.
 * *ret_waited: it waited for a person before, or had a mark, or was put off by one who was told to look.
 */
int item_counted(struct store *store, const struct item_counted *counted,
                 enum item_counted_is *ret_is, bool *ret_waited, struct fault *fault)
    __attribute__((warn_unused_result));

struct item_record {
    int64_t id;
    int64_t robot_id;
    char robot[64];
    enum item_state state;
    int32_t priority;
    int32_t business_day;
    uint32_t attempts;
    int64_t run_id;      /* 0: not leased */
    int64_t due_ms;      /* 0: now */
    int64_t deadline_ms; /* 0: none */
    uint32_t lost_runs;  /* that failed while it was begun */
    bool is_quarantined; /* then it is waiting */
    int64_t created_ms;  /* when it was added, though it was taken in later */
    int64_t changed_ms;
    char masked[64];
    char note[1024];
};
const char *item_state_word(enum item_state state);
/* Its state, or "quarantined". */
const char *item_record_word(const struct item_record *item);

enum { ITEM_STATE_OPEN = -1, ITEM_STATE_QUARANTINED = -2 };

/* Which items; zeroed but for `state` it is all that are in that state. */
struct item_filter {
    int64_t robot_id;          /* 0: all */
    int state;                 /* enum item_state, or ITEM_STATE_ */
    bool is_overdue;           /* open, with a deadline before now_ms */
    bool has_payload;          /* what retention has emptied is left out */
    int64_t not_due_ms;        /* put off until then: left out; 0: none is */
    bool is_for_retry;         /* deferred, due, nothing for a retry to change: left out */
    const char *note_contains; /* ASCII letters in either case; NULL: whatever it says */
    int64_t now_ms;
};

typedef int item_each_callback(const struct item_record *item, void *context);
/* Waiting first, then in the order of item_lease(). Readers. */
int item_each(struct store *store, const struct item_filter *filter, int64_t limit,
              item_each_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

/* Whose it is; -ENOENT unknown. Readers. */
int item_robot_id(struct store *store, int64_t item_id, int64_t *ret_robot_id, struct fault *fault)
    __attribute__((warn_unused_result));

/* How many items each robot has in each state, closed ones too; what there are none of is
 * left out. Readers. */
typedef int item_count_callback(int64_t robot_id, enum item_state state, int64_t count,
                                void *context);
int item_count_each(struct store *store, item_count_callback *callback, void *context,
                    struct fault *fault) __attribute__((warn_unused_result));

/* What is ready on a robot's queue; what a run has leased is among it. */
struct item_ready_state {
    int64_t count;     /* at most as many as were asked about */
    int64_t oldest_ms; /* since when the oldest has been ready, by its number; 0 when none is */
};
int item_ready_look(struct store *store, int64_t robot_id, int64_t most,
                    struct item_ready_state *ret_state, struct fault *fault)
    __attribute__((warn_unused_result));

/* What the robot has before it. */
struct item_outlook {
    int64_t ready; /* not leased */
    int64_t leased;
    int64_t deferred; /* those too that are due by now: the next lease makes them ready */
    int64_t waiting;
    int64_t quarantined;      /* of the waiting */
    int64_t next_deadline_ms; /* of an open item, from now_ms on; 0: none */
    int64_t overdue;          /* open ones whose deadline lies before now_ms */
};
/* In one statement, by indexes alone. Readers. */
int item_outlook(struct store *store, int64_t robot_id, int64_t now_ms,
                 struct item_outlook *ret_outlook, struct fault *fault)
    __attribute__((warn_unused_result));

/* Earliest deferred item of the robot, 0 when none. */
int item_next_due(struct store *store, int64_t robot_id, int64_t *ret_due_ms, struct fault *fault)
    __attribute__((warn_unused_result));

/* A clock that stood ahead was set right. Items that it had put off are put off as long from now on:
 * else they would rest until the time it had shown. What said itself when it is due stays so. And what was
 * done, or closed, meanwhile in windows that are not yet there is noted as of the day on which it was (date_note.h), so
 * that it is that of this day alone: item_look_ahead(). So is what was done in now's before that was there. What is open, and
 * was added by that clock, was added by now. by_ms: by how much it was set back; 0: at a start, when nobody saw it, and it may as well be behind now: then nothing is noted.
 * *ret_count: items that were put off. */
int item_right_clock(struct store *store, int64_t now_ms, int64_t by_ms, int64_t *ret_count,
                     struct fault *fault) __attribute__((warn_unused_result));

/* Tasks that are counted in windows after now's, and not by a business date or an import: a clock that stood ahead
 * counted them there, or put their items there. The own work of such a window with a reference of theirs will be a
 * repeat of it. What is counted in those windows alone is looked at. */
struct item_ahead {
    int64_t count;
    int64_t
        not_noted; /* of those: on which days they were done nobody knows, or now's clock is behind */
    int64_t first_window, last_window;
    int32_t first_day, last_day; /* on which they were done by the clock of then */
};
int item_ahead_read(struct store *store, int64_t robot_id, enum robot_window kind, int64_t now_ms,
                    struct item_ahead *ret_ahead, struct fault *fault)
    __attribute__((warn_unused_result));

/* Payloads of closed items older than the robot's retention are removed: it begins when an item
 * is closed. One that is open keeps its payload however long it waits, for it is the work to be
 * done: without it a person could not have it tried again, and what is due could not be done. */
int item_forget_payloads(struct store *store, int64_t robot_id, int64_t before_ms,
                         int64_t *ret_count, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
