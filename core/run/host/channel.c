/* channel.c - one frame out, one frame in. */
#include "core/run/host/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/text.h"

/* A fork gets it empty: a host between two frames has nothing in it that a run needs, and neither
 * then pays for pages that the other wrote. */
struct memory {
    bool is_fixed; /* of a run: what is sent to has these numbers */
    dev_t device;
    ino_t inode;
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

int channel_own(int fd)
{
    struct stat about;

    if (fstat(fd, &about) < 0)
        return -errno;
    memory->is_fixed = true;
    memory->device = about.st_dev;
    memory->inode = about.st_ino;
    return 0;
}

/* The kernel numbers sockets as it makes them, and gives a number again after four thousand million others. */
bool channel_is_own(int fd)
{
    struct stat about;

    return memory->is_fixed && fstat(fd, &about) == 0 && about.st_ino == memory->inode &&
           about.st_dev == memory->device;
}

/* A host's is not fixed: what a constructor does to that ends the host, which has told nothing yet. */
static int check_own(int fd)
{
    return !memory->is_fixed || channel_is_own(fd) ? 0 : -ENOTCONN;
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
    int r = check_own(fd);
    ssize_t n;

    if (r < 0)
        return r;
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
    int n = check_own(fd);

    if (n < 0)
        return n;
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

int channel_receive(int fd, int flags, int *ret_fd, const struct wire_frame **ret_frame)
{
    int length =
        wire_receive(fd, flags, memory->bytes + memory->received_at, ret_fd, &memory->frame);

    if (length < 0)
        return length;
    memory->received = (size_t)length;
    *ret_frame = &memory->frame;
    return 0;
}
