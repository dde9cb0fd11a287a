/*
 * dispatch.h - private to the daemon: runs that wait in the loop, and when they begin.
 *
 * Threads: the loop's.
 */
#ifndef AUTOMAGI_RUN_DISPATCH_H
#define AUTOMAGI_RUN_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct robot_entry;

struct pending_run {
    struct pending_run *next;
    int64_t id;
    char *input;      /* JSON; NULL: none */
    int64_t since_ms; /* monotonic */
    bool rests;       /* dispatch_rests(): not before robot_entry.retry_rest_ms */
    bool is_owed;     /* run_is_owed() */
};

/* input: JSON for the run, copied; NULL: none. Gives what is pending now; NULL: no memory, and dispatch_leave(). */
struct pending_run *dispatch_add(struct daemon *daemon, int64_t run_id, struct robot_entry *robot,
                                 const char *input);
/* It has not begun after all: it waits again in its old place, before those that were made later. */
struct pending_run *dispatch_put_back(struct daemon *daemon, int64_t run_id,
                                      struct robot_entry *robot, const char *input);
/* As above of a run that may be known already, pending or going on: then NULL. */
struct pending_run *dispatch_add_found(struct daemon *daemon, int64_t run_id,
                                       struct robot_entry *robot, const char *input);
/* There is no memory to keep a queued run: the registry is read again after a while, and this one found with it. */
void dispatch_leave(struct daemon *daemon, int64_t run_id, struct robot_entry *robot);
/* What was given by one of these, if it was, is owed: run_is_owed(). */
void dispatch_owe(struct robot_entry *robot, struct pending_run *pending);
/* A queued run was ended by a command. */
bool dispatch_drop(struct daemon *daemon, int64_t run_id);
void dispatch_all(struct daemon *daemon);
/* Its only pending run goes on for one that failed before it had begun an item, and rests first. */
bool dispatch_rests(const struct robot_entry *robot);
/* Sees to it that the loop turns when a run has waited long enough to say why. */
void dispatch_due(struct daemon *daemon);
/* Ends queued runs of the robot with this reason (its plugin is refused). */
void dispatch_refuse(struct daemon *daemon, struct robot_entry *robot, const char *reason);

#endif
