/* fork.c - fork() with a process namespace and a pidfd. */
#include "core/run/host/fork.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static pid_t fork_with(uint64_t flags, int *ret_pidfd)
{
    int pidfd = -1;
    struct clone_args arguments = {
        .flags = flags | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&pidfd, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

    if (pid < 0)
        return -errno;
    if (pid > 0)
        *ret_pidfd = pidfd;
    return (pid_t)pid;
}

pid_t fork_into_namespace(int *ret_pidfd)
{
    return fork_with(CLONE_NEWPID, ret_pidfd);
}

pid_t fork_plain(int *ret_pidfd)
{
    return fork_with(0, ret_pidfd);
}
