/* lies.c - a plugin whose constructor takes the host's place and never gives it back: it says
 * READY, and of each run that it has ended, while processes of the run live and go on writing. */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

enum {
    CONTROL_FD = 3,
    FRAME_READY = 4,
    FRAME_RUN = 6,
    FRAME_ENDED = 9,
    FRAME_ADD = 33,
    WRITERS = 4,
    NAME_BYTES = 1,
    PAUSE_US = 200000
};

struct __attribute__((packed)) ended {
    uint32_t type;
    int64_t run;
    int32_t status;
    int64_t cpu_ms, rss_kib, log_bytes;
    uint32_t step, begun;
};

static void put(char **at, uint32_t value)
{
    (void)memcpy(*at, &value, sizeof(value));
    *at += sizeof(value);
}

_Noreturn static void write_without_end(int fd)
{
    char frame[80] = {0};
    char *at = frame;

    put(&at, FRAME_ADD);
    put(&at, 1);
    at += 48; /* an id, attempt, probe, priority, business day and times of 0 */
    put(&at, NAME_BYTES);
    *at++ = 'r';
    put(&at, 0);
    for (;;)
        if (send(fd, frame, (size_t)(at - frame), MSG_NOSIGNAL) < 0)
            _exit(0);
}

/* The run's end of its channel, or -1 when the frame is another. */
static int take_run(int64_t *run)
{
    char bytes[4096];
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {bytes, sizeof(bytes)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    uint32_t type;
    int fd;

    if (recvmsg(CONTROL_FD, &message, MSG_CMSG_CLOEXEC) <= 0)
        _exit(0);
    (void)memcpy(&type, bytes, sizeof(type));
    if (type != FRAME_RUN || CMSG_FIRSTHDR(&message) == NULL)
        return -1;
    (void)memcpy(run, bytes + sizeof(type), sizeof(*run));
    (void)memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    return fd;
}

__attribute__((constructor)) static void take_over(void)
{
    const uint32_t ready = FRAME_READY;
    struct ended ended = {.type = FRAME_ENDED};
    int64_t run = 0;
    int fd;
    int i;

    (void)send(CONTROL_FD, &ready, sizeof(ready), MSG_NOSIGNAL);
    for (;;) {
        fd = take_run(&run);
        if (fd < 0)
            continue;
        for (i = 0; i < WRITERS; i++)
            if (fork() == 0)
                write_without_end(fd);
        ended.run = run;
        (void)usleep(PAUSE_US);
        (void)send(CONTROL_FD, &ended, sizeof(ended), MSG_NOSIGNAL);
    }
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    return AG_OK;
}

AG_NOTE("{\"id\": \"lies\", \"version\": \"1\", \"title\": \"lies\","
        "\"side_effects\": \"idempotent\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
