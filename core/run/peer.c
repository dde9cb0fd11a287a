#include "core/run/peer.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* Of the process itself where the kernel has that (Linux 6.5); else of the one with its number. */
static int open_pidfd(int fd, pid_t pid)
{
    int pidfd = -1;
    socklen_t length = sizeof(pidfd);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) == 0)
        return pidfd;
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static bool is_same_namespace(int process, const char *name)
{
    char own[32];
    struct stat theirs;
    struct stat ours;

    (void)snprintf(own, sizeof(own), "/proc/self/%s", name);
    return fstatat(process, name, &theirs, 0) == 0 && stat(own, &ours) == 0 &&
           theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

bool peer_shares_namespaces(int fd, pid_t pid)
{
    char path[32];
    bool is_same = false;
    int process = -1;
    struct pollfd ended = {.fd = -1, .events = POLLIN};

    if (pid <= 0) /* it has no number in our namespace */
        return false;
    ended.fd = open_pidfd(fd, pid);
    if (ended.fd < 0)
        return false;
    (void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (process >= 0) {
        /* If it still lives after this, the number was its own all the time. */
        is_same = is_same_namespace(process, "ns/user") && is_same_namespace(process, "ns/pid") &&
                  poll(&ended, 1, 0) == 0;
        close(process);
    }
    close(ended.fd);
    return is_same;
}
