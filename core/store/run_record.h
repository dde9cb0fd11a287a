/*
 * run_record.h - runs as they are stored.
 */
#ifndef AUTOMAGI_STORE_RUN_RECORD_H
#define AUTOMAGI_STORE_RUN_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

enum run_cause {
    RUN_BY_HAND = 1,
    RUN_BY_CRON = 2,
    RUN_BY_RETRY = 3,
    RUN_BY_IMPORT = 4,
    RUN_BY_ONCE = 5,
    RUN_BY_AFTER = 6, /* another robot's run */
    RUN_BY_QUEUE = 7  /* depth or age of its queue */
};
enum run_state { RUN_QUEUED = 1, RUN_RUNNING = 2, RUN_ENDED = 3 };
enum run_ending {
    RUN_DONE = 1,      /* it ended in order */
    RUN_FAILED = 2,    /* the plugin said broken, crashed, or could not be started */
    RUN_STOPPED = 3,   /* a person stopped it; it may have ended with its daemon before it had */
    RUN_TIMED_OUT = 4, /* it, or one item, took longer than allowed */
    RUN_LOST = 5,      /* the daemon died under it */
    RUN_CUT_SHORT = 6  /* it was not through when the daemon was stopped, or got no process */
};

struct run_record {
    int64_t id;
    int64_t robot_id;
    char robot[64]; /* slug */
    enum run_cause cause;
    enum run_state state;
    int ending; /* enum run_ending; 0 while it has not ended */
    int64_t fence;
    int64_t created_ms; /* it was asked for; of one that is asked again: the first time */
    int64_t started_ms; /* 0: not yet */
    int64_t ended_ms;
    int64_t done, business, failed;
    char asked_by[128];
    char note[1024];
    int64_t expected_ms; /* 0: not said */
    char waits[256];     /* while queued: why it does not start; "" */
    bool has_input;      /* run_input_read(): perhaps an empty one */
};

/* The words shown to people and in JSON: "by hand", "running", "timed out". */
const char *run_cause_word(enum run_cause cause);
const char *run_state_word(enum run_state state);
const char *run_ending_word(int ending);

/* A new queued run. */
int run_create(struct store *store, int64_t robot_id, enum run_cause cause, const char *asked_by,
               int64_t now_ms, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* The same with all that can be said of it. */
struct run_new {
    int64_t robot_id;
    enum run_cause cause;
    const char *asked_by;
    int64_t now_ms;
    int64_t expected_ms; /* it should have ended by then; 0: not said */
    const char *
        input; /* JSON object for its plugin; NULL: none. Gone again when its plugin has collected, or it ends */
};
int run_create_of(struct store *store, const struct run_new *run, int64_t *ret_id,
                  struct fault *fault) __attribute__((warn_unused_result));
/* The run's input, to be freed; NULL when it has none, or none any more. "": it has none to be asked with, but was asked
 * again (run_create_again()) and has not collected. */
int run_input_read(struct store *store, int64_t run_id, char **ret_input, struct fault *fault)
    __attribute__((warn_unused_result));
/* Its plugin has been through collect() with it: what the run does after that is in the queue. */
int run_input_drop(struct store *store, int64_t run_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Who asks for runs that are RUN_BY_RETRY. */
#define RUN_ASKED_BY_DAEMON     "automagid"  /* for what lies on the queue */
#define RUN_ASKED_BY_RECOVERY   "recovery"   /* for what a daemon's end has cut off */
#define RUN_ASKED_BY_FULL_QUEUE "full queue" /* for what was not collected for that */
#define RUN_ASKED_BY_RECOVERY_FULL                                                                 \
    "recovery, full queue" /* ... and was cut off: the room is made, perhaps again, and then it is collected */
/* It was made for what lies on the queue: by the daemon, and nobody has asked it to collect anything. So it stands in for no
 * run of a trigger, and there is no need of it when nothing is left there. */
bool run_is_owed(const struct run_record *run);
struct run_again {
    int64_t run_id;
    const char *asked_by;
    bool needs_input; /* none is made when it has no input, or none any more */
};
/* Before run_end() of a run that may not have collected: one more queued run with its input, so that what was asked for
 * with that is done. It is the same request, and keeps the time of the first asking. One for a full queue that has no input
 * has an empty one: until that is dropped it has not collected, as any other, and is asked again as those are. *ret_id is 0
 * when none is made. */
int run_create_again(struct store *store, const struct run_again *again, int64_t *ret_id,
                     struct fault *fault) __attribute__((warn_unused_result));
/* When a run that run_create_again() made was first asked for; 0: any other, and one that has no input, or none any more,
 * and was asked again by recovery: it is told from one that goes on with what lies on the queue by its input alone. */
int64_t run_asked_first(const struct run_record *run);
/* It was asked again for a full queue, and perhaps cut off since. While it is queued, the first run to begin makes room: a
 * daemon that starts knows that by this alone. If its queue is full when it collects, it has failed. */
bool run_is_for_full_queue(const struct run_record *run);
/* Why a queued run does not start; NULL: nothing holds it. Of a run that is not queued nothing
 * changes. */
int run_waits_set(struct store *store, int64_t run_id, const char *why, struct fault *fault)
    __attribute__((warn_unused_result));

/* Queued -> running; a fence that was never used before: generation << 32 | a count. */
int run_start(struct store *store, int64_t run_id, const unsigned char plugin_hash[32],
              int64_t now_ms, int64_t *ret_fence, struct fault *fault)
    __attribute__((warn_unused_result));
/* Ends a run that has not ended; what it still leases must have been released
 * before (item_release_run). Counts come from item results. 1 when it had ended already. */
int run_end(struct store *store, int64_t run_id, enum run_ending ending, const char *note,
            int64_t now_ms, struct fault *fault) __attribute__((warn_unused_result));

/* The note of a run that goes on is made by these two, in one form that they keep to: REMARK, or STOP, or REMARK; STOP.
 * run_end() puts its own in its place. A run that does not go on, and one of an import, keeps what it has. */
/* Something about it; not with the words of the other. A later one takes the place of the first. */
int run_remark(struct store *store, int64_t run_id, const char *note, struct fault *fault)
    __attribute__((warn_unused_result));
/* That somebody has asked it to stop, which holds from then on: though the daemon may die before the run has ended, and though
 * something else may be ending it already (a time-out, a failure, the daemon's own stop), it ends as stopped, and nothing goes
 * on with it by itself. Only one that was through with everything is done. Who asked first is kept; of the name at most 127
 * bytes. */
int run_note_stop(struct store *store, int64_t run_id, const char *by, struct fault *fault)
    __attribute__((warn_unused_result));
/* Who has asked a run that goes on to stop, in its note; NULL: nobody, or it does not go on. */
const char *run_stop_asked_by(const struct run_record *run);
/* It goes on, and there is a remark about it. */
bool run_has_remark(const struct run_record *run);

/* -ENOENT when there is no such run. */
int run_read(struct store *store, int64_t run_id, struct run_record *ret_run, struct fault *fault)
    __attribute__((warn_unused_result));

/* Newest first; robot_id 0: all. The callback returns 0 to go on. */
typedef int run_each_callback(const struct run_record *run, void *context);
int run_each(struct store *store, int64_t robot_id, int64_t limit, run_each_callback *callback,
             void *context, struct fault *fault) __attribute__((warn_unused_result));
/* Runs that have not ended, oldest first; without those of imports, which outlive the daemon. */
int run_each_open(struct store *store, run_each_callback *callback, void *context,
                  struct fault *fault) __attribute__((warn_unused_result));

/* Runs that have not ended, of the robot and of all; neither is counted beyond `most`, for there can be
 * ten thousands that wait. */
int run_open_glance(struct store *store, int64_t robot_id, int64_t most, int64_t *ret_of_robot,
                    int64_t *ret_of_all, struct fault *fault) __attribute__((warn_unused_result));
/* Does it lie where a daemon that ended left it: a run of the robot was lost or cut short, and since then none has begun
 * that may have gone on with it, and none waits that is RUN_BY_RETRY and may have to collect (not run_is_owed())? For a writer that has ended what the last one left, and begun
 * nothing yet. What began is told by fences, which a clock does not move: a later daemon's are of a later generation. A
 * run that recovery had made (RUN_ASKED_BY_RECOVERY, RUN_ASKED_BY_RECOVERY_FULL) and that was stopped before it began is one that a person did not want; one that was being
 * stopped when its daemon died is not lost, but stopped. */
int run_was_cut_off(struct store *store, int64_t robot_id, bool *ret_is, struct fault *fault)
    __attribute__((warn_unused_result));
/* Does one wait that is RUN_BY_RETRY? Such a run is owed to what is ready, and when it fails in vain, or is refused, another
 * is. One by hand or of a trigger owes nothing: it may find nothing, be refused or stopped, and is no stand-in. */
int run_retry_waits(struct store *store, int64_t robot_id, bool *ret_waits, struct fault *fault)
    __attribute__((warn_unused_result));
/* A robot's runs that have not ended. */
struct run_open {
    int64_t queued, running;
    int64_t owed; /* of those queued: run_is_owed() */
};
int run_open_count(struct store *store, int64_t robot_id, struct run_open *ret_open,
                   struct fault *fault) __attribute__((warn_unused_result));

#endif
