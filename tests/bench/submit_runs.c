/*
 * submit_runs HOME CONNECTIONS COUNT ROBOT... - asks the daemon for COUNT runs, by hand, over so
 * many connections at once, spread over the robots. The same command as `automagi run R`, without
 * a process per request. Prints the seconds it took.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, REPLY_SIZE = 65536 };

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int open_connection(const char *home)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    if (fd < 0 || chdir(home) < 0)
        return -1;
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "socket");
    return connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? fd : -1;
}

static int ask(int fd, const char *robot)
{
    char request[512];
    uint32_t length;
    int size = snprintf(request + 4, sizeof(request) - 4,
                        "{\"command\":\"run\",\"arguments\":{\"robot\":\"%s\"}}", robot);

    length = (uint32_t)size;
    memcpy(request, &length, 4); /* little-endian machines only, as the daemon's are here */
    return write(fd, request, (size_t)size + 4) == size + 4 ? 0 : -1;
}

static int read_whole(int fd, char *target, size_t size)
{
    size_t have = 0;

    while (have < size) {
        ssize_t count = read(fd, target + have, size - have);

        if (count <= 0)
            return -1;
        have += (size_t)count;
    }
    return 0;
}

static int take_reply(int fd)
{
    static char reply[REPLY_SIZE];
    uint32_t length = 0;

    if (read_whole(fd, (char *)&length, 4) < 0 || length >= REPLY_SIZE ||
        read_whole(fd, reply, length) < 0)
        return -1;
    reply[length] = '\0';
    if (strstr(reply, "\"ok\":true") != NULL)
        return 0;
    fprintf(stderr, "submit_runs: %s\n", reply);
    return -1;
}

static int submit(struct pollfd *connections, long width, long count, char **robots, int kinds)
{
    long asked = 0;
    long answered = 0;
    long i;

    for (i = 0; i < width && asked < count; i++, asked++) {
        if (ask(connections[i].fd, robots[asked % kinds]) < 0)
            return -1;
    }
    while (answered < count) {
        if (poll(connections, (nfds_t)width, -1) < 0)
            return -1;
        for (i = 0; i < width; i++) {
            if (connections[i].revents == 0)
                continue;
            if (take_reply(connections[i].fd) < 0)
                return -1;
            answered++;
            if (asked < count && ask(connections[i].fd, robots[asked++ % kinds]) < 0)
                return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct pollfd connections[CONNECTIONS_MAX];
    long width;
    long count;
    long i;
    double begun;

    if (argc < 5) {
        fprintf(stderr, "usage: submit_runs HOME CONNECTIONS COUNT ROBOT...\n");
        return 2;
    }
    width = strtol(argv[2], NULL, 10);
    count = strtol(argv[3], NULL, 10);
    if (width < 1 || width > CONNECTIONS_MAX || count < 1)
        return 2;
    for (i = 0; i < width; i++) {
        connections[i].fd = open_connection(i == 0 ? argv[1] : ".");
        connections[i].events = POLLIN;
        if (connections[i].fd < 0) {
            fprintf(stderr, "submit_runs: %s/socket: %s\n", argv[1], strerror(errno));
            return 1;
        }
    }
    begun = now();
    if (submit(connections, width, count, argv + 4, argc - 4) < 0)
        return 1;
    printf("%.6f\n", now() - begun);
    return 0;
}
