/*
 * host_driver.h - plays the daemon to a real automagi-host, for tests and benches.
 *
 * Every failure ends the process with a line on stderr that says what was expected:
 * there is no test to go on with. Nothing waits longer than ten seconds.
 */
#ifndef AUTOMAGI_TESTS_HOST_DRIVER_H
#define AUTOMAGI_TESTS_HOST_DRIVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/run/host_process.h"
#include "core/run/wire.h"

struct driver {
    struct host_process process;
    char folder[64];         /* of its own below /tmp; holds logs, work, out */
    struct wire_frame frame; /* the last that was received */
    char bytes[WIRE_FRAME_MAX];
};

/* What a host is told; a zeroed one is a usual robot. */
struct driver_options {
    const char *folders; /* JSON; NULL: {"out": <folder>/out} */
    const char *limits;  /* JSON; NULL: {} */
    bool is_uid_0;       /* asks for what must be refused */
};

/* Where the build's host and the path of a test plugin are. Static buffers. */
const char *driver_host_program(void);
const char *driver_plugin(const char *id);

/* Starts the host and sends SETUP. */
void driver_open(struct driver *driver, const char *plugin, const struct driver_options *options);
/* ... and goes on to READY. */
void driver_open_ready(struct driver *driver, const char *plugin,
                       const struct driver_options *options);
/* Closes the channel, waits for the host's end, clears the folder. Its status as of wait. */
int driver_close(struct driver *driver);

/* Sends a frame (`passed_fd` may be -1), receives one, on the control or a run's channel. */
void driver_send(int fd, const struct wire_frame *frame, int passed_fd);
void driver_send_type(int fd, enum wire_type type, int64_t run);
/* One frame into driver->frame; its type. */
enum wire_type driver_receive(struct driver *driver, int fd);
/* ... which must be this. */
void driver_expect(struct driver *driver, int fd, enum wire_type type);
/* Nobody holds the other end any more, and nothing is left to read. */
bool driver_is_hung_up(int fd);

/* RUN, and START with this configuration. The daemon's end of the run's channel. */
int driver_run(struct driver *driver, int64_t run, const char *configuration);
/* Waits for LEASE and hands out one item, and says whether it is the last. */
void driver_hand_out(struct driver *driver, int channel, int64_t id, const char *payload,
                     bool is_probe, enum wire_last last);
/* END with this outcome. */
void driver_expect_end(struct driver *driver, int channel, enum wire_outcome outcome);
/* ENDED of this run: its status as of wait. */
int driver_expect_ended(struct driver *driver, int64_t run);

/* Is `name` in the driver's folder? Its size, or -1. */
int64_t driver_file_size(const struct driver *driver, const char *name);

#endif
