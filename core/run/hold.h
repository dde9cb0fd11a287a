/*
 * hold.h - private to the daemon: a pause or a red gate that is in the store, and has been answered, before the loop has
 * read of it. So the writer asks in the transaction that makes a run, or starts one.
 *
 * A run that would begin behind one is killed before anything is taken from it or given to it, and waits again, as one that
 * the loop had kept waiting. What its plugin has done in open() and collect() by then is as before a crash there: its next
 * start collects anew. One whose start was in the store before the pause goes on.
 *
 * Likewise one that is owed to what lay on the queue, when nothing is ready there any more: others have done it, or a person
 * has dropped it, while it rested or waited. It is ended as done, and tells nothing of whether its robot's runs fail.
 *
 * Threads: the loop's, but for hold_reason(), hold_keeps() and hold_look().
 */
#ifndef AUTOMAGI_RUN_HOLD_H
#define AUTOMAGI_RUN_HOLD_H

#include <stdbool.h>

#include "core/schedule/rest.h"
#include "core/store/robot.h"

struct fault;
struct robot_entry;
struct run;
struct run_record;
struct store;

/* Does something keep the robot's runs from starting? */
bool hold_keeps(const struct robot_hold *hold);
/* The same, with one line of why. */
bool hold_reason(const struct robot_hold *hold, char ret_reason[static REST_REASON_MAX]);
/* What the writer has found, the loop goes by until it has read the registry again, as it does after every command that
 * changes that. Takes nothing from what it knows when nothing was found. */
void hold_known(struct robot_entry *robot, const struct robot_hold *hold);
/* For the run's start: it has not begun, is run_is_owed(), and nothing is ready or due that it could be for. */
int hold_look(struct store *store, const struct run_record *record, bool *ret_is_needless,
              struct fault *fault) __attribute__((warn_unused_result));
/* The run's start has come back with a hold, or as needless. */
void hold_run(struct run *run);
/* One with a hold is over: it waits again, with its input, unless a person has stopped it meanwhile. */
void hold_put_back(struct run *run);

#endif
