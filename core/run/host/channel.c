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

/* A fork gets it empty: a host between two frames has nothing in it that a run needs, and neither
 * then pays for pages that the other wrote. */
struct memory {
    struct wire_frame frame;
    size_t received_at;                 /* in bytes[] */
    size_t received;                    /* bytes of the last frame */
    size_t held;                        /* bytes of a frame kept back, in out[] */
    char bytes[2 * WIRE_FRAME_MAX + 1]; /* kept, received; a NUL */
    char out[2 * (WIRE_FRAME_MAX + 1)]; /* held, being sent */
};

static struct memory *memory;

int channel_start(void)
{
    void *pages =
        mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        return -ENOMEM;
    memory = pages;
    return madvise(pages, sizeof(*memory), MADV_WIPEONFORK) < 0 ? -errno : 0;
}

struct wire_frame *channel_frame(enum wire_type type)
{
    wire_frame_init(&memory->frame, type);
    return &memory->frame;
}

void channel_keep(void)
{
    if (memory->received_at > 0)
        return;
    memory->bytes[memory->received] = '\0';
    memory->received_at = memory->received + 1;
}

/* Encodes the frame behind what is held. */
static int encode(size_t *ret_length)
{
    /* The text cannot outgrow its memory: its limit is a byte less, for the NUL. */
    struct text target = {.bytes = memory->out + memory->held,
                          .capacity = WIRE_FRAME_MAX + 1,
                          .limit = WIRE_FRAME_MAX};
    int r = wire_encode(&memory->frame, &target);

    *ret_length = target.length;
    return r;
}

static int send_one(int fd, size_t length)
{
    ssize_t n;

    do
        n = send(fd, memory->out, length, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

static int send_both(int fd, size_t length)
{
    struct iovec parts[2] = {{memory->out, memory->held}, {memory->out + memory->held, length}};
    struct mmsghdr messages[2];
    int done = 0;
    int n;

    memset(messages, 0, sizeof(messages));
    messages[0].msg_hdr.msg_iov = &parts[0];
    messages[0].msg_hdr.msg_iovlen = 1;
    messages[1].msg_hdr.msg_iov = &parts[1];
    messages[1].msg_hdr.msg_iovlen = 1;
    while (done < 2) {
        n = sendmmsg(fd, messages + done, (unsigned)(2 - done), MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            done += n;
    }
    memory->held = 0;
    return 0;
}

int channel_hold(int fd)
{
    size_t length = 0;
    int r = channel_send_held(fd);

    if (r == 0)
        r = encode(&length);
    if (r == 0)
        memory->held = length;
    return r;
}

int channel_send_held(int fd)
{
    int r;

    if (memory->held == 0)
        return 0;
    r = send_one(fd, memory->held);
    memory->held = 0;
    return r;
}

int channel_send(int fd)
{
    size_t length = 0;
    int r = encode(&length);

    if (r < 0)
        return r;
    return memory->held > 0 ? send_both(fd, length) : send_one(fd, length);
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
    struct iovec part = {memory->bytes + memory->received_at, WIRE_FRAME_MAX};
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
    memory->received = (size_t)n;
    if (ret_fd)
        *ret_fd = came;
    *ret_frame = &memory->frame;
    return 0;
}
