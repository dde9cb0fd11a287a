/* host_process.c - starts automagi-host in namespaces of its own. */
#include "core/run/host_process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"

enum { STACK_BYTES = 65536, CONTROL_FD = 3, ABOVE_STANDARD = 10 };

/* Without CLONE_VM the caller's whole map would be copied. TSan keeps what it knows of a thread in the
 * caller's memory, which a child must then leave alone. */
#ifdef __SANITIZE_THREAD__
enum { SHARED_FLAGS = CLONE_VFORK, STACK_FLAGS = MAP_SHARED | MAP_ANONYMOUS };
#else
enum {
    SHARED_FLAGS = CLONE_VM | CLONE_VFORK,
    STACK_FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK
};
#endif

/* Between the caller and the child, which share memory until the child executes. */
struct start {
    const char *program;
    int null_fd;
    int control_fd;
    bool in_user_namespace;
    volatile int error; /* errno of the step that failed; 0 */
    volatile int exec_error;
    const char *volatile step;
};

static int fail(struct start *start, const char *step)
{
    start->error = errno;
    start->step = step;
    return 127;
}

/* An exec as an id that is not 0 loses all capabilities, those of a fresh user
 * namespace too; ambient ones stay. The host needs two: to write its map and
 * make process namespaces, and to empty its bounding set. */
static int keep_over_exec(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    const unsigned kept = 1u << CAP_SYS_ADMIN | 1u << CAP_SETPCAP;

    data[0].effective = data[0].permitted = data[0].inheritable = kept;
    if (syscall(SYS_capset, &header, data) < 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0) < 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETPCAP, 0, 0) < 0)
        return -1;
    return 0;
}

/* 0-3 as the host expects them, whatever numbers they have now, and nothing else. */
static int arrange_descriptors(const struct start *start)
{
    int null_fd = fcntl(start->null_fd, F_DUPFD, ABOVE_STANDARD);
    int control_fd = fcntl(start->control_fd, F_DUPFD, ABOVE_STANDARD);

    if (null_fd < 0 || control_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
        dup2(null_fd, STDOUT_FILENO) < 0)
        return -1;
    if (fcntl(STDERR_FILENO, F_GETFD) < 0 && dup2(null_fd, STDERR_FILENO) < 0)
        return -1;
    if (dup2(control_fd, CONTROL_FD) < 0)
        return -1;
    return close_range(CONTROL_FD + 1, UINT_MAX, 0);
}

/* The child: on a stack of its own in the caller's memory, so nothing but system calls.
 * All signals are blocked until no handler of the caller can run here. */
__attribute__((no_sanitize("address", "undefined"))) static int child(void *argument)
{
    struct start *start = argument;
    static char name[] = "automagi-host";
    char *const arguments[] = {name, NULL};
    char *const environment[] = {NULL};
    struct sigaction action = {0};
    sigset_t none;
    int number;

    action.sa_handler = SIG_DFL;
    for (number = 1; number < NSIG; number++)
        (void)sigaction(number, &action, NULL); /* some cannot be set, and need not */
    if (start->in_user_namespace && keep_over_exec() < 0)
        return fail(start, "keeping two capabilities of its user namespace");
    if (arrange_descriptors(start) < 0)
        return fail(start, "arranging descriptors");
    (void)sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return fail(start, "unblocking signals");
    (void)execve(start->program, arguments, environment);
    start->exec_error = errno;
    return fail(start, "executing it");
}

static int describe_clone(int error, bool in_user_namespace, struct fault *fault)
{
    if (!in_user_namespace)
        return fault_set(fault, -error,
                         "a host cannot be started in a process namespace: %s; a daemon that is "
                         "root needs CAP_SYS_ADMIN",
                         strerror(error));
    return fault_set(fault, -error,
                     "a host cannot be started in a user namespace: %s; allow user namespaces: "
                     "sysctl kernel.unprivileged_userns_clone=1 (Debian), "
                     "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
                     "user.max_user_namespaces above 0",
                     strerror(error));
}

static int start_child(struct start *start, pid_t *ret_pid, int *ret_pidfd, struct fault *fault)
{
    int flags = SHARED_FLAGS | CLONE_NEWPID | CLONE_PIDFD | SIGCHLD;
    sigset_t all;
    sigset_t before;
    int error;
    pid_t pid;
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, STACK_FLAGS, -1, 0);
    struct start *shared = (struct start *)(void *)stack; /* the stack grows down towards it */

    if (stack == MAP_FAILED)
        return fault_no_memory(fault);
    if (start->in_user_namespace)
        flags |= CLONE_NEWUSER;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    *shared = *start;
    pid = clone(child, stack + STACK_BYTES, flags, shared, ret_pidfd);
    error = errno;
    *start = *shared;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)munmap(stack, STACK_BYTES);
    if (pid < 0)
        return describe_clone(error, start->in_user_namespace, fault);
    if (start->error != 0) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        (void)close(*ret_pidfd);
        return fault_set(fault, -start->error, "%s cannot be started: %s: %s", start->program,
                         start->step, strerror(start->error));
    }
    *ret_pid = pid;
    return 0;
}

int host_process_start(const char *host_program, struct host_process *ret, struct fault *fault)
{
    struct start start = {
        .program = host_program, .null_fd = -1, .in_user_namespace = geteuid() != 0};
    int ends[2] = {-1, -1};
    int pidfd = -1;
    pid_t pid = -1;
    int r;

    ret->exec_error = 0;
    start.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (start.null_fd < 0) {
        r = fault_set(fault, -errno, "/dev/null: %s", strerror(errno));
        goto out;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        r = fault_set(fault, -errno, "a channel to a host cannot be made: %s", strerror(errno));
        goto out;
    }
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) { /* the host's end blocks */
        r = fault_set(fault, -errno, "a channel to a host: %s", strerror(errno));
        goto out;
    }
    start.control_fd = ends[1];
    r = start_child(&start, &pid, &pidfd, fault);
    ret->exec_error = start.exec_error;
    if (r < 0)
        goto out;
    ret->pid = pid;
    ret->pidfd = pidfd;
    ret->control_fd = ends[0];
    ends[0] = -1;
out:
    if (ends[0] >= 0)
        (void)close(ends[0]);
    if (ends[1] >= 0)
        (void)close(ends[1]);
    if (start.null_fd >= 0)
        (void)close(start.null_fd);
    return r;
}
