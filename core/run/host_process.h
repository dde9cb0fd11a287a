/*
 * host_process.h - starts automagi-host in namespaces of its own.
 *
 * The host is pid 1 of a new process namespace, so that the kernel ends all below it when
 * it ends; when the caller is not root also in a new user namespace. It ends when the
 * control channel is closed, and when the *thread* that started it ends (PR_SET_PDEATHSIG
 * belongs to a thread): start hosts from a thread that lives as long as the daemon.
 *
 * Threads: may be called while others run; blocks until the program is executing.
 */
#ifndef AUTOMAGI_RUN_HOST_PROCESS_H
#define AUTOMAGI_RUN_HOST_PROCESS_H

#include <sys/types.h>

struct fault;

struct host_process {
    pid_t pid;
    int pidfd;      /* readable when it is gone, and all of its runs with it; then waitid() */
    int control_fd; /* the daemon's end: nonblocking, close-on-exec */
    int exec_error; /* when it could not be started: the errno of executing the program itself; 0: it did not come to that */
};

/* Negative errno with a fault that says what to do: the program cannot be executed,
 * namespaces are not allowed. Nothing is left behind then, and of *ret only exec_error is set: the same errno
 * may be of either, as EACCES, of a program that may not be executed or of a kernel that forbids namespaces. */
int host_process_start(const char *host_program, struct host_process *ret, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
