#include "core/base/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/memory.h"

enum { ABOVE_STANDARD = 10 };

/* Shared by both processes: what is told when it came to its end. */
struct outcome {
    bool is_told;
    int result;
    struct fault fault;
};

int apart_file(const char *name)
{
    int low = memfd_create(name, MFD_CLOEXEC);
    int fd = low >= 0 ? fcntl(low, F_DUPFD_CLOEXEC, ABOVE_STANDARD) : -1;
    int error = errno;

    if (low >= 0)
        (void)close(low);
    return fd >= 0 ? fd : -error;
}

static int take_standard(int said_fd, struct fault *fault)
{
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null_fd < 0)
        return fault_set(fault, -errno, "/dev/null: %s", strerror(errno));
    if (dup2(null_fd, STDIN_FILENO) < 0 || dup2(null_fd, STDOUT_FILENO) < 0 ||
        dup2(said_fd, STDERR_FILENO) < 0)
        return fault_set(fault, -errno, "no standard descriptors: %s", strerror(errno));
    return 0;
}

static _Noreturn void be_child(pid_t parent, apart_function *function, void *context, int said_fd,
                               struct outcome *outcome)
{
    int result;

    /* Asked for first: a parent that is gone by now would not be told of. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    result = take_standard(said_fd, &outcome->fault);
    if (result == 0)
        result = function(context, &outcome->fault);
    if (result == 0 && memory_lacked())
        result = fault_no_memory(&outcome->fault); /* whatever was made of it */
    outcome->result = result;
    outcome->is_told = true;
    _exit(0);
}

/* Where nobody asks for the status of children (SIGCHLD is ignored), this waits as well, and the outcome says all. */
static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    return status;
}

static int result_of(const char *who, const struct outcome *outcome, int status,
                     struct fault *fault)
{
    if (outcome->is_told) {
        if (outcome->result < 0 && fault != NULL)
            *fault = outcome->fault;
        return outcome->result;
    }
    if (WIFSIGNALED(status))
        return fault_set(fault, -ECHILD, "%s was ended by signal %d (%s)", who, WTERMSIG(status),
                         strsignal(WTERMSIG(status)));
    return fault_set(fault, -ECHILD, "%s ended with status %d in the middle of it", who,
                     WEXITSTATUS(status));
}

/* What is beyond the limit nobody reads. */
static int read_said(const char *who, int said_fd, struct text *said, struct fault *fault)
{
    int result = lseek(said_fd, 0, SEEK_SET) < 0 ? -errno : file_read_open(said_fd, "", said, NULL);

    if (result == 0 || result == -E2BIG)
        return 0;
    return fault_set(fault, result, "what %s says cannot be read: %s", who, strerror(-result));
}

int apart_do(const char *who, apart_function *function, void *context, struct text *said,
             struct fault *fault)
{
    int said_fd = apart_file("said");
    struct outcome *outcome = MAP_FAILED;
    pid_t parent = getpid();
    int said_result;
    pid_t pid;
    int result;

    if (said_fd < 0)
        return fault_set(fault, said_fd, "no file in memory for what %s says: %s", who,
                         strerror(-said_fd));
    outcome =
        mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid = outcome != MAP_FAILED ? fork() : -1;
    if (pid < 0) {
        result = fault_set(fault, -errno, "no process for %s: %s", who, strerror(errno));
        goto out;
    }
    if (pid == 0)
        be_child(parent, function, context, said_fd, outcome);
    result = result_of(who, outcome, wait_for(pid), fault);
    said_result = read_said(who, said_fd, said, result == 0 ? fault : NULL);
    if (result == 0)
        result = said_result;
out:
    if (outcome != MAP_FAILED)
        (void)munmap(outcome, sizeof *outcome);
    (void)close(said_fd);
    return result;
}
