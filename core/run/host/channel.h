/*
 * channel.h - one frame out, one frame in, over a SOCK_SEQPACKET socket.
 *
 * There is one buffer and one frame, for both ways: a host has one thread, and a run's child
 * begins with empty ones of its own. They lie apart from everything else, so that a run touches, and
 * the kernel copies, as few pages as can be. What channel_receive() gave is valid until the
 * next channel_receive() or channel_frame(); its texts until the next channel_receive().
 *
 * Sending blocks, on purpose. The daemon's ends never block (README: it waits for
 * nothing in its loop), so it always comes back to read, and nobody waits in a ring.
 */
#ifndef AUTOMAGI_RUN_HOST_CHANNEL_H
#define AUTOMAGI_RUN_HOST_CHANNEL_H

#include <stdbool.h>

#include "core/run/wire.h"

enum { HOST_CONTROL_FD = 3, RUN_CHANNEL_FD = 3 };

/* Once, before anything else. 0 or -ENOMEM. */
int channel_start(void) __attribute__((warn_unused_result));

/* The frame to fill in for channel_send(); also its fields are free to use. */
struct wire_frame *channel_frame(enum wire_type type);

/* Keeps channel_frame() back: it goes out with the next frame that is sent, before it and in the
 * same system call. At most one is kept; on the run's channel alone. As channel_send(). */
int channel_hold(int fd) __attribute__((warn_unused_result));

/* In a run, whose plugin may close any number and open something else under it: from here on nothing is sent but to
 * what lies there now. 0 or a negative errno. */
int channel_own(int fd) __attribute__((warn_unused_result));
/* Is that still what lies there? */
bool channel_is_own(int fd);

/* Sends what is kept back, if anything is. As channel_send(). */
int channel_send_held(int fd) __attribute__((warn_unused_result));

/* Sends channel_frame(). 0, -EMSGSIZE, -EINVAL, -ENOMEM, -ENOTCONN (channel_own()) or the socket's error (-EPIPE). */
int channel_send(int fd) __attribute__((warn_unused_result));

/* Receives one frame: 0, or as wire_receive(), whose flags and ret_fd these are. */
int channel_receive(int fd, int flags, int *ret_fd, const struct wire_frame **ret_frame)
    __attribute__((warn_unused_result));

/* What was received last stays valid for good, and a NUL follows its last byte. Once. */
void channel_keep(void);

#endif
