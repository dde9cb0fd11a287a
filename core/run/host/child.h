/*
 * child.h - what happens inside a run's own process.
 */
#ifndef AUTOMAGI_RUN_HOST_CHILD_H
#define AUTOMAGI_RUN_HOST_CHILD_H

#include <stdint.h>

struct ag_plugin;
struct host_setup;

/* Shared with the host, which tells it with ENDED when the process is gone: what a run writes there is known however
 * it ends, and whatever becomes of what it sent. */
struct child_place {
    volatile uint32_t begun;     /* items that something of the plugin was called for */
    volatile unsigned char step; /* enum wire_step: what of the plugin it is in */
};

struct child_start {
    int64_t run;
    int socket_fd; /* the run's channel */
    int output_fd; /* where stdout and stderr go */
    struct child_place *place;
};

/* The first thing after the fork, to the end of the process: descriptors and rights, then
 * START, the plugin, END. */
_Noreturn void child_main(const struct host_setup *setup, const struct ag_plugin *plugin,
                          const struct child_start *start);

#endif
