/*
 * run_model.h - how two runs, an old and a new one, work off two references: all that can happen to them.
 *
 * A model in as few words as it can be said: what the daemon writes and when it tells the runs, what a run does and
 * when, and who may die where. A step is one of these; each is applied or cannot happen. run_explore.h visits
 * every state there is, test_run_model.c holds the store's own code against it.
 *
 * A host that dies takes its run with it, so this is a run that dies. Frames are delayed as long as you like, also past
 * the death of both ends, and one of them may come twice. One run of the two goes on at a time: the new one is begun
 * when the old one has ended, as a run that work is left to.
 */
#ifndef AUTOMAGI_TESTS_UNIT_RUN_MODEL_H
#define AUTOMAGI_TESTS_UNIT_RUN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_RUNS = 2, MODEL_REFS = 2, MODEL_ATTEMPTS = 2 /* tries before a person is asked */ };

enum model_item {
    MODEL_READY,
    MODEL_LEASED,
    MODEL_WAITING,
    MODEL_DONE,
    MODEL_BY_HAND,
    MODEL_DROPPED
};
enum model_run { MODEL_QUEUED, MODEL_RUNNING, MODEL_ENDED };
enum model_process { MODEL_NO_PROCESS, MODEL_ALIVE, MODEL_DEAD, MODEL_FINISHED /* in order */ };
/* How far a run is with a reference. */
enum model_progress { MODEL_NOT_HELD, MODEL_HELD, MODEL_ACTED, MODEL_SENT, MODEL_TOLD };

/* What the store holds. */
struct model_store {
    uint8_t item[MODEL_REFS], holder[MODEL_REFS];        /* of a leased one: which run */
    uint8_t attempts[MODEL_REFS], uncertain[MODEL_REFS]; /* 2: harmless */
    uint8_t ledger[MODEL_REFS];                          /* rows */
    uint8_t done_elsewhere[MODEL_REFS];                  /* counted by a file when no run held it */
    uint8_t recorded[MODEL_RUNS][MODEL_REFS];            /* the attempt of that run is there */
    uint8_t run[MODEL_RUNS];
};

struct model_state {
    struct model_store disk, seen; /* what is synced; what the programs read */
    struct model_store next;       /* in the open transaction */
    uint8_t is_open;               /* a transaction; what is told after it: */
    uint8_t tells_run, tells_held[MODEL_REFS], tells_done[MODEL_REFS], is_started;
    uint8_t is_up; /* the daemon */
    uint8_t process[MODEL_RUNS], progress[MODEL_RUNS][MODEL_REFS], asks[MODEL_RUNS][MODEL_REFS];
    uint8_t frames[MODEL_RUNS][MODEL_REFS]; /* results on their way */
    uint8_t effects[MODEL_REFS];            /* how often the work was done outside */
    uint8_t misled[MODEL_REFS];             /* a person had it done again though it was done */
    uint8_t repeated[MODEL_REFS];           /* was done again by a run that must not */
    uint8_t imported[MODEL_REFS];
    uint8_t acked[MODEL_RUNS][MODEL_REFS];
    uint8_t is_stale_taken, is_done_unasked;
    uint8_t crashes_left, doubles_left, imports_left, answers_left;
};

enum model_step_kind {
    STEP_START,    /* run */
    STEP_LEASE,    /* run, how many more than one */
    STEP_DELIVER,  /* run, reference: the daemon reads its result */
    STEP_END,      /* run, of which the first (0) or any (1) item can have been begun */
    STEP_IMPORT,   /* reference: counted by a file */
    STEP_RETRY,    /* reference: a person's answers */
    STEP_BY_HAND,  /* reference */
    STEP_DROP,     /* reference */
    STEP_COMMIT,   /* and tell */
    STEP_SYNC,     /* when a commit does not */
    STEP_RECOVER,  /* the daemon starts again */
    STEP_ACT,      /* run: does the work outside, or finds it done */
    STEP_SEND,     /* run */
    STEP_DOUBLE,   /* run, reference: its frame will come twice */
    STEP_FINISH,   /* run */
    STEP_KILL_RUN, /* run: it, its host, or its time is up */
    STEP_KILL_DAEMON,
    STEP_CUT_POWER,
    MODEL_STEP_KINDS
};

struct model_step {
    uint8_t kind, a, b;
};

/* Every step there is: of 0 to MODEL_STEPS - 1. */
enum { MODEL_STEPS = MODEL_STEP_KINDS * MODEL_RUNS * MODEL_REFS };
static inline struct model_step model_step_at(int number)
{
    return (struct model_step){.kind = (uint8_t)(number / (MODEL_RUNS * MODEL_REFS)),
                               .a = (uint8_t)(number / MODEL_REFS % MODEL_RUNS),
                               .b = (uint8_t)(number % MODEL_REFS)};
}

/* What goes without its protection; all false: the product. */
struct model_faults {
    bool no_fence;    /* a result is taken from whoever sends it */
    bool no_key;      /* the ledger takes a reference twice */
    bool ack_early;   /* told before it is committed */
    bool lease_early; /* handed out before it is committed */
    bool no_sync;     /* a commit is in memory until later */
    bool not_proven;  /* a daemon starts while runs of the last one live */
    bool
        ends_unread; /* only its first item is held to be begun by a run whose frames were not all read */
    bool import_leaves; /* what an import counts stays ready */
    bool blind_retry;   /* what may have been done is done again, whatever the class */
    bool class_then;    /* that it may have been done is kept only when its class cared then */
};

struct model {
    int side_effects; /* enum plugin_side_effects' numbers */
    int becomes;      /* of the new run, for its plugin was replaced; 0: the same */
    struct model_faults faults;
    uint8_t crashes, doubles, imports, answers; /* at most */
};

enum model_taken { MODEL_TAKEN_NONE, MODEL_TAKEN_COUNTED, MODEL_TAKEN_REPEATED, MODEL_TAKEN_LATE };

void model_begin(const struct model *model, struct model_state *state);
/* False: it cannot happen there, and nothing changes. ret_taken: what a result delivered was taken as. */
bool model_step(const struct model *model, struct model_state *state, struct model_step step,
                enum model_taken *ret_taken);
/* NULL, or which invariant does not hold. */
const char *model_broken(const struct model *model, const struct model_state *state);
/* Nothing goes on by itself any more. */
bool model_is_settled(const struct model *model, const struct model_state *state);

#endif
