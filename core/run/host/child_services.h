/*
 * child_services.h - what a plugin may call (struct ag_host), and the frames behind it.
 *
 * There is one per process. A broken channel or a frame that may not come ends the
 * process there and then: without the daemon a run has nobody to work for.
 */
#ifndef AUTOMAGI_RUN_HOST_CHILD_SERVICES_H
#define AUTOMAGI_RUN_HOST_CHILD_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run/wire.h"
#include "plugins/sdk/automagi.h"

struct child_place;
struct host_setup;

/* The host struct to pass to the plugin. All borrowed for the life of the process. warehouse_fd: -1 when
 * none came; place: what of the plugin it is in. */
const struct ag_host *services_start(const struct host_setup *setup, int64_t run, const char *robot,
                                     const char *configuration, const char *input, int warehouse_fd,
                                     const struct child_place *place);

/* Sends channel_frame(). */
void services_send(void);
/* Keeps it back for the moment until the next is sent: then both go out at once. Nothing of the
 * plugin may be called between. */
void services_hold(void);
/* ... which is sent now, for something of the plugin is called after all. */
void services_send_held(void);
/* Waits for one frame of this type. */
const struct wire_frame *services_receive(enum wire_type type);
/* Waits for START; *ret_fd: the warehouse drop that came with it, or -1. */
const struct wire_frame *services_receive_start(int *ret_fd);
/* Sends what add() collected so far, together with the frame that is sent next. */
void services_hold_added(void);
/* ... and waits until all of it is durable, if anything is not. */
void services_make_durable(void);
/* ITEMS came, which acknowledges all that was sent before the LEASE. */
void services_all_durable(void);
/* Has add() taken anything since? */
bool services_has_added(void);

/* A line in the run's log, from the host itself. */
void services_log(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Foreign text (need not end within `size`) as one safe line of at most `most` bytes.
 * Valid until the next call. */
const char *services_line(const char *text, size_t size, size_t most);

#endif
