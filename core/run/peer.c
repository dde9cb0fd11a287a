#include "core/run/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
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

static int shortage(int error)
{
    return error == EMFILE || error == ENFILE ? -error : 0;
}

int peer_shares_namespaces(int fd, pid_t pid)
{
    char path[32];
    int result;
    int process = -1;
    struct pollfd ended = {.fd = -1, .events = POLLIN};

    if (pid <= 0) /* it has no number in our namespace */
        return 0;
    ended.fd = open_pidfd(fd, pid);
    if (ended.fd < 0)
        return shortage(errno);
    (void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    result = process < 0 ? shortage(errno) : 0;
    if (process >= 0) {
        /* If it still lives after this, the number was its own all the time. */
        result = is_same_namespace(process, "ns/user") && is_same_namespace(process, "ns/pid") &&
                 poll(&ended, 1, 0) == 0;
        close(process);
    }
    close(ended.fd);
    return result;
}

int peer_may_command(int fd, const char **ret_refusal)
{
    struct ucred peer;
    socklen_t length = sizeof(peer);
    int result = 1;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || peer.uid != geteuid()) {
        *ret_refusal = "only the account that the daemon runs as may send it commands";
        return 0;
    }
    /* The runs of a daemon that is root have accounts of their own: there the uid has said it all. */
    if (geteuid() != 0)
        result = peer_shares_namespaces(fd, peer.pid);
    if (result == 0)
        *ret_refusal =
            "commands are not taken from another user or process namespace than the daemon's: "
            "robots run in those, and may not command; give the command where the daemon runs";
    return result < 0 ? result : 0;
}
