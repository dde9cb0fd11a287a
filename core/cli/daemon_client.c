#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/cli/cli.h"

enum { ANSWER_S = 300, READ_SIZE = 8192 };

/* By way of a descriptor of the home: a socket's path may have 107 bytes, a home's more. */
static int connect_in_home(int fd, int folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/socket", folder);
    return connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int daemon_client_connect(const char *home, int *ret_fd, struct fault *fault)
{
    struct timeval patience = {.tv_sec = ANSWER_S};
    int folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = folder < 0 || fd < 0 ? -errno : connect_in_home(fd, folder);

    if (result == -ECONNREFUSED)
        result = -ENOENT;
    if (result == 0 && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
                        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0))
        result = -errno;
    if (folder >= 0)
        close(folder);
    if (result == 0) {
        *ret_fd = fd;
        return 0;
    }
    if (fd >= 0)
        close(fd);
    return fault_set(fault, result, "%s/socket: the daemon does not answer: %s", home,
                     strerror(-result));
}

static int send_all(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t count = send(fd, at, length, MSG_NOSIGNAL);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        at += count;
        length -= (size_t)count;
    }
    return 0;
}

/* Up to `length` bytes more; 0, -ECONNRESET at the end, or negative errno. */
static int receive(int fd, size_t length, struct text *target)
{
    char bytes[READ_SIZE];

    while (length > 0) {
        size_t want = length < sizeof(bytes) ? length : sizeof(bytes);
        ssize_t count = recv(fd, bytes, want, 0);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count < 0 ? -errno : -ECONNRESET;
        text_append(target, bytes, (size_t)count);
        length -= (size_t)count;
    }
    return target->broken;
}

static int send_frame(int fd, const struct text *request)
{
    uint32_t length = (uint32_t)request->length;
    unsigned char header[COMMAND_FRAME_HEADER] = {
        (unsigned char)length, (unsigned char)(length >> 8), (unsigned char)(length >> 16),
        (unsigned char)(length >> 24)};
    int result = send_all(fd, header, sizeof(header));

    return result == 0 ? send_all(fd, request->bytes, request->length) : result;
}

static int receive_frame(int fd, struct text *reply)
{
    const unsigned char *bytes;
    uint32_t length;
    int result;

    text_clear(reply);
    result = receive(fd, COMMAND_FRAME_HEADER, reply);
    if (result < 0)
        return result;
    bytes = (const unsigned char *)reply->bytes;
    length = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
             (uint32_t)bytes[3] << 24;
    text_clear(reply);
    return length > COMMAND_REPLY_MAX ? -EPROTO : receive(fd, length, reply);
}

int daemon_client_ask(int fd, const struct text *request, struct text *reply, struct fault *fault)
{
    int result;

    if (request->length > COMMAND_REQUEST_MAX)
        return fault_set(fault, -E2BIG, "the command is too long: at most %d bytes",
                         COMMAND_REQUEST_MAX);
    result = send_frame(fd, request);
    /* A daemon that lacks memory or descriptors refuses it without having read it. */
    if (result == 0)
        result = receive_frame(fd, reply);
    else if ((result == -EPIPE || result == -ECONNRESET) && receive_frame(fd, reply) == 0)
        result = 0;
    if (result == -EAGAIN)
        return fault_set(
            fault, -ETIMEDOUT,
            "the daemon has not answered for %d seconds; `automagi audit` shows whether "
            "the command was carried out",
            ANSWER_S);
    if (result < 0)
        return fault_set(fault, result,
                         "the daemon went away before it answered (%s); `automagi audit` shows "
                         "whether the command was carried out",
                         strerror(-result));
    return 0;
}
