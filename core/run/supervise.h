/*
 * supervise.h - private to the daemon's loop: the deadlines of runs, and how each ended. Everything here belongs to the
 * loop's thread.
 */
#ifndef AUTOMAGI_RUN_SUPERVISE_H
#define AUTOMAGI_RUN_SUPERVISE_H

#include <stdbool.h>

#include "core/store/run_record.h"

struct daemon;
struct run;

/* Its process is told to stop, once: a second reason changes nothing of how that goes on. A person's that comes second is
 * heeded when the run ends, for it is on the run's row (run_note_stop(), run_end.c). */
void supervise_stop(struct daemon *daemon, struct run *run, enum run_ending why, const char *note);
/* Its process is killed at once, if it lives. */
void supervise_kill(struct daemon *daemon, struct run *run);
/* Looks at every deadline and finds the next one. */
void supervise_due(struct daemon *daemon);
/* Its process is gone: says where it was, for what is said of how it ended. Once. */
void supervise_place(struct run *run);
/* An END that it sent from within a callback is none. After its place, and all that it sent. */
void supervise_end(struct daemon *daemon, struct run *run);
/* It is over, and stopped without an order: is the order still to be waited for? */
bool supervise_awaits_order(struct run *run);
/* After that: was there no room for its process, or (with nothing in hand) for what it asked the writer, as when no
 * descriptor was left for a key's file? Another run goes on in its place when there is, unless there never is. */
void supervise_birth(struct daemon *daemon, struct run *run);
/* How it ended, for the store: from what was said, forced and the wait status. */
enum run_ending supervise_verdict(struct run *run);
/* What went wrong with a run that ended so, and an item may be the cause of; NULL: nothing. Borrowed. */
const char *supervise_blame(const struct run *run, enum run_ending ending);

#endif
