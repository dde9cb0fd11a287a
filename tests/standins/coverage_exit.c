/*
 * coverage_exit.c - linked into every program of VARIANT=coverage: its counters are written also when it
 * ends by _exit(), as everything below a host does, when it becomes another program, and when a signal
 * that it kept waiting ends it. A host is always killed, and writes them whenever it waits. Of what else
 * is killed nothing is written.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);
/* Of a test whose allocations are made to fail (wrapped_calls.h), which are those of the counters, too. */
__attribute__((weak)) bool wrapped_calls_await_one(void);

/* Of failing_calls.so, where that is preloaded: it shall fail no call by which counters are written. */
static void (*leave_out)(bool is_left_out);
/* What would have been called: of failing_calls.so, else of the C library. */
static int (*next_execve)(const char *, char *const *, char *const *);
static int (*next_sigprocmask)(int, const sigset_t *, sigset_t *);
static int (*next_epoll_wait)(int, struct epoll_event *, int, int);

static __attribute__((constructor)) void find_calls(void)
{
    *(void **)&leave_out = dlsym(RTLD_DEFAULT, "torture_leave_out");
    *(void **)&next_execve = dlsym(RTLD_NEXT, "execve");
    *(void **)&next_sigprocmask = dlsym(RTLD_NEXT, "sigprocmask");
    *(void **)&next_epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
    if (!next_execve || !next_sigprocmask || !next_epoll_wait)
        abort();
}

/* Before the destructors by which exit() has the counters written. */
static __attribute__((destructor)) void end_counting(void)
{
    if (leave_out)
        leave_out(true);
}

/* What was counted is added to the files, and the count begins anew: else it is not written again. A child of a test
 * in which a call shall fail leaves it: libgcov does not look for a failure, and there are thousands of such children. */
static void write_counters(void)
{
    if (wrapped_calls_await_one && wrapped_calls_await_one())
        return;
    if (leave_out)
        leave_out(true);
    __gcov_dump();
    __gcov_reset();
    if (leave_out)
        leave_out(false);
}

/* In the place of the C library's, whose own exit() does not come here. */
void _exit(int status)
{
    write_counters();
    for (;;)
        (void)syscall(SYS_exit_group, status);
}

int execve(const char *path, char *const arguments[], char *const environment[])
{
    write_counters();
    return next_execve(path, arguments, environment);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *before)
{
    sigset_t waiting;

    if (set && sigpending(&waiting) == 0 && !sigisemptyset(&waiting))
        write_counters();
    return next_sigprocmask(how, set, before);
}

/* A host is the first process of its namespace; no other program that waits here is. */
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
    if (timeout != 0 && getpid() == 1) {
        int count = (int)syscall(SYS_epoll_pwait, epoll, events, most, 0, NULL, 0);
        if (count != 0)
            return count;
        write_counters();
    }
    return next_epoll_wait(epoll, events, most, timeout);
}
