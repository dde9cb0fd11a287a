/*
 * child.h - what happens inside a run's own process.
 */
#ifndef AUTOMAGI_RUN_HOST_CHILD_H
#define AUTOMAGI_RUN_HOST_CHILD_H

#include <stdint.h>

struct ag_plugin;
struct host_setup;

/* The first thing after the fork, to the end of the process: descriptors and rights, then
 * START, the plugin, END. `socket_fd` is the run's channel, `output_fd` where stdout
 * and stderr go. */
_Noreturn void child_main(const struct host_setup *setup, const struct ag_plugin *plugin,
                          int64_t run, int socket_fd, int output_fd);

#endif
