/* channel.c - one frame out, one frame in. */
#include "core/run/host/channel.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/text.h"

enum { FDS_MAX = 4 }; /* taken in, so that the surplus can be closed */

struct memory {
    struct wire_frame frame;
    char bytes[2 * WIRE_FRAME_MAX + 1]; /* kept, received; a NUL */
};

static struct memory *memory;
static size_t received_at; /* in memory->bytes */
static size_t received;    /* bytes of the last frame */
static struct text bytes_out;

int channel_start(void)
{
    void *pages =
        mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        return -ENOMEM;
    memory = pages;
    text_init(&bytes_out, WIRE_FRAME_MAX);
    return 0;
}

struct wire_frame *channel_frame(enum wire_type type)
{
    wire_frame_init(&memory->frame, type);
    return &memory->frame;
}

void channel_keep(void)
{
    if (received_at > 0)
        return;
    memory->bytes[received] = '\0';
    received_at = received + 1;
}

int channel_send(int fd)
{
    ssize_t n;
    int r;

    r = wire_encode(&memory->frame, &bytes_out);
    if (r < 0)
        return r;
    do
        n = send(fd, bytes_out.bytes, bytes_out.length, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
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

int channel_receive(int fd, int flags, int *ret_fd, const struct wire_frame **ret_frame)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)];
    } control;
    struct iovec part = {memory->bytes + received_at, WIRE_FRAME_MAX};
    struct msghdr message = {0};
    ssize_t n;
    int came = -1;
    int count;
    int r;

    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof(control.bytes);
    do
        n = recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    count = take_descriptors(&message, &came);
    if (n == 0 && count == 0) /* no frame is empty: the other end is gone */
        return -ECONNRESET;
    r = wire_decode(part.iov_base, (size_t)n, &memory->frame);
    if (r == 0 && ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || count > (ret_fd ? 1 : 0)))
        r = -EPROTO;
    if (r < 0) {
        if (came >= 0)
            (void)close(came);
        return r;
    }
    received = (size_t)n;
    if (ret_fd)
        *ret_fd = came;
    *ret_frame = &memory->frame;
    return 0;
}
