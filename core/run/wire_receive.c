/* One packet in, and what became of the other end. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/run/wire.h"

enum {
    FDS_MAX = 4,  /* taken in, so that the surplus can be closed */
    READS_MAX = 4 /* of a socket that gives errors */
};

/*
 * An error is not the end: when the other end was closed with something unread in it the kernel says
 * ECONNRESET once, before the packets that lie here.
 */
static ssize_t read_packet(int socket_fd, int flags, struct msghdr *message)
{
    int tries = 0;
    ssize_t length;

    do
        length = recvmsg(socket_fd, message, flags | MSG_CMSG_CLOEXEC);
    while (length < 0 && (errno == EINTR || (errno != EAGAIN && ++tries < READS_MAX)));
    if (length >= 0)
        return length;
    return errno == EAGAIN ? -EAGAIN : -EIO;
}

/*
 * No byte came: that is the end, or a packet without any. The other end is asked first: when it is closed
 * nothing is added any more, and bytes that still lie here came behind such a packet.
 */
static bool is_at_end(int socket_fd)
{
    struct pollfd other_end = {.fd = socket_fd, .events = POLLRDHUP};
    int left = 0;

    if (poll(&other_end, 1, 0) <= 0 || (other_end.revents & (POLLRDHUP | POLLHUP)) == 0)
        return false;
    return ioctl(socket_fd, FIONREAD, &left) == 0 && left == 0;
}

/* Keeps the first descriptor that came along and closes the rest. Their number. */
static int take_descriptors(struct msghdr *message, int *ret_fd)
{
    struct cmsghdr *part;
    size_t count;
    size_t i;
    int total = 0;
    int fds[FDS_MAX];

    for (part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        if (count > FDS_MAX)
            count = FDS_MAX;
        memcpy(fds, CMSG_DATA(part), count * sizeof(int));
        for (i = 0; i < count; i++, total++) {
            if (total == 0)
                *ret_fd = fds[i];
            else
                (void)close(fds[i]);
        }
    }
    return total;
}

int wire_receive(int socket_fd, int flags, char *bytes, int *ret_fd, struct wire_frame *ret_frame)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = WIRE_FRAME_MAX};
    struct msghdr message;
    ssize_t length;
    int came = -1;
    int count;
    int result = -EPROTO;

    memset(&message, 0, sizeof(message));
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (ret_fd != NULL) { /* else the kernel drops what came along, and says so */
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
    }
    length = read_packet(socket_fd, flags, &message);
    if (length < 0)
        return (int)length;
    count = take_descriptors(&message, &came);
    if (length == 0 && count == 0 && (message.msg_flags & MSG_CTRUNC) == 0)
        return is_at_end(socket_fd) ? -ECONNRESET : -EPROTO;
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && count <= 1)
        result = wire_decode(bytes, (size_t)length, ret_frame);
    if (result < 0) {
        if (came >= 0)
            (void)close(came);
        return result;
    }
    if (ret_fd != NULL)
        *ret_fd = came;
    return (int)length;
}
