/* keeper.c - two forks: the keeper, and below it the program. */
#include "core/print/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/print/descendants.h"

enum { LIFE_FD = 3, ABOVE_STANDARD = 10, NOT_EXECUTED = 127 };

/* Standard input, output and error; nothing of the caller's stays there. */
static int set_standard(int null_fd, int output_fd)
{
    if (dup2(null_fd, STDIN_FILENO) < 0 || dup2(output_fd, STDOUT_FILENO) < 0 ||
        dup2(null_fd, STDERR_FILENO) < 0)
        return -errno;
    return 0;
}

static _Noreturn void become_program(const struct keeper_order *order, int output_fd, int null_fd)
{
    struct sigaction action = {0};
    sigset_t none;
    int number;

    action.sa_handler = SIG_DFL;
    for (number = 1; number < NSIG; number++)
        (void)sigaction(number, &action, NULL); /* some cannot be set, and need not */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (set_standard(null_fd, output_fd) == 0 && close_range(STDERR_FILENO + 1, UINT_MAX, 0) == 0 &&
        chdir("/") == 0)
        (void)execve(order->program, order->arguments, order->environment);
    _exit(NOT_EXECUTED);
}

static void wait_for_end_of_life(void)
{
    char byte;
    ssize_t length;

    do {
        length = read(LIFE_FD, &byte, 1);
    } while (length > 0 || (length < 0 && errno == EINTR));
}

/* A session of its own: a terminal's Ctrl-C is for the caller, which then ends in order. */
static _Noreturn void keep(const struct keeper_order *order, int life_fd, int output_fd)
{
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool is_clean;
    sigset_t all;
    pid_t pid;

    (void)setsid();
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    null_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    life_fd = fcntl(life_fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    output_fd = fcntl(output_fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    if (null_fd < 0 || life_fd < 0 || output_fd < 0)
        _exit(NOT_EXECUTED);
    descendants_adopt();
    pid = fork();
    if (pid == 0)
        become_program(order, output_fd, null_fd);
    if (set_standard(null_fd, null_fd) < 0 || dup2(life_fd, LIFE_FD) < 0)
        _exit(NOT_EXECUTED);
    (void)close_range(LIFE_FD + 1, UINT_MAX, 0);
    if (pid > 0)
        wait_for_end_of_life();
    is_clean = descendants_end(KEEPER_END_MS) == 0;
    is_clean = file_remove_tree(AT_FDCWD, order->folder) == 0 && is_clean;
    _exit(is_clean ? 0 : 1);
}

int keeper_start(const struct keeper_order *order, pid_t *ret_keeper, int *ret_life_fd,
                 int *ret_output_fd, struct fault *fault)
{
    int life[2] = {-1, -1};
    int output[2] = {-1, -1};
    pid_t pid = -1;
    int result = 0;

    if (pipe2(life, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0) {
        (void)close(life[1]); /* else it would wait for itself */
        keep(order, life[0], output[1]);
    }
    if (pid < 0)
        result =
            fault_set(fault, -errno, "%s cannot be started: %s", order->program, strerror(errno));
    if (life[0] >= 0)
        (void)close(life[0]);
    if (output[1] >= 0)
        (void)close(output[1]);
    if (result == 0) {
        *ret_keeper = pid;
        *ret_life_fd = life[1];
        *ret_output_fd = output[0];
        return 0;
    }
    if (life[1] >= 0)
        (void)close(life[1]);
    if (output[0] >= 0)
        (void)close(output[0]);
    return result;
}
