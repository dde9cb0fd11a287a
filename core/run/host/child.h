/*
 * child.h - what happens inside a run's own process.
 */
#ifndef AUTOMAGI_RUN_HOST_CHILD_H
#define AUTOMAGI_RUN_HOST_CHILD_H

#include <stdint.h>

struct ag_plugin;
struct host_setup;

struct child_start {
    int64_t run;
    int socket_fd;       /* the run's channel */
    int output_fd;       /* where stdout and stderr go */
    unsigned char *step; /* shared with the host: enum wire_step is written there */
};

/* The first thing after the fork, to the end of the process: descriptors and rights, then
 * START, the plugin, END. */
_Noreturn void child_main(const struct host_setup *setup, const struct ag_plugin *plugin,
                          const struct child_start *start);

#endif
