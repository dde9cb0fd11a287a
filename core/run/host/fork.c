/* fork.c - fork() with a process namespace. */
#include "core/run/host/fork.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static pid_t fork_with(uint64_t flags)
{
    struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

    return pid < 0 ? -errno : (pid_t)pid;
}

pid_t fork_into_namespace(void)
{
    return fork_with(CLONE_NEWPID);
}

pid_t fork_plain(void)
{
    return fork_with(0);
}
