/*
 * after.h - private to the daemon: what the end of a run brings about, in the transaction of that end.
 *
 * Threads: the writer's.
 */
#ifndef AUTOMAGI_RUN_AFTER_H
#define AUTOMAGI_RUN_AFTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/run_record.h"
#include "core/store/trigger.h"

struct fault;
struct store;

enum { AFTER_RUNS_MOST = TRIGGER_FOLLOWERS_MOST + 1 /* its own next */ };
/* The runs that were made: the loop hears of them when they are durable. */
struct after_runs {
    struct after_run {
        int64_t robot_id, run_id;
        bool has_input;
        bool is_owed; /* run_is_owed() */
        bool rests;   /* ... and goes on for one that was vain */
    } runs[AFTER_RUNS_MOST];
    size_t count;
};
/* Fires the triggers that wait for that. */
int after_run_ended(struct store *store, int64_t robot_id, enum run_ending ending, int64_t now_ms,
                    struct after_runs *runs, struct fault *fault)
    __attribute__((warn_unused_result));
/* What the robot has ready is owed one more queued run, when none waits that is (run_retry_waits()): one that waits for
 * another reason may find nothing, be refused or stopped, and owes nothing then. */
int after_run_owed(struct store *store, int64_t robot_id, bool rests, struct after_runs *runs,
                   struct fault *fault) __attribute__((warn_unused_result));
/* Counts a failure, and pauses a robot that has failed too often in a row. *ret_is_paused: now. */
int failure_counted(struct store *store, int64_t robot_id, enum run_ending ending, const char *note,
                    bool *ret_is_paused, struct fault *fault) __attribute__((warn_unused_result));

#endif
