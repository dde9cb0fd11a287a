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
    pid_t pid = fork_with(CLONE_NEWPID | CLONE_NEWIPC);

    /* Not built into this kernel, or user.max_ipc_namespaces: they are freed some time after. */
    if (pid == -EINVAL || pid == -ENOSPC)
        pid = fork_with(CLONE_NEWPID);
    return pid;
}

pid_t fork_plain(void)
{
    return fork_with(0);
}
