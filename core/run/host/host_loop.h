/*
 * host_loop.h - a loaded host at work: forks runs, stops them, reads what they write,
 * and tells how they ended.
 *
 * One wake-up handles all that is ready; what one run writes is read a bounded part at
 * a time, so that a flood of one does not hold up the others.
 */
#ifndef AUTOMAGI_RUN_HOST_HOST_LOOP_H
#define AUTOMAGI_RUN_HOST_HOST_LOOP_H

struct ag_plugin;
struct host_setup;

enum { HOST_RUNS_MAX = 1024 }; /* at one time */

/* Takes the memory that the loop needs: before the plugin is loaded, whose constructors may leave none. 0 or
 * -ENOMEM. */
int host_loop_prepare(void) __attribute__((warn_unused_result));

/* To the end of the process: status 0 when the daemon closed the channel, 1 otherwise. */
_Noreturn void host_loop(const struct host_setup *setup, const struct ag_plugin *plugin);

#endif
