/* run_signals.c - the signals of a run's first process. */
#include "core/run/host/run_signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/run/wire.h"

static volatile sig_atomic_t stopping;

/* A page that the kernel gives to a copy as zeros. The number of a process tells no copy apart that is the first
 * of a process namespace of its own. */
static volatile unsigned char *is_marked;

static int mark_first(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *mapped;

    if (!is_marked) {
        mapped = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED)
            return -errno;
        if (madvise(mapped, page, MADV_WIPEONFORK) < 0) {
            int error = errno;

            (void)munmap(mapped, page);
            return -error;
        }
        is_marked = mapped;
        *is_marked = 1;
    }
    return 0;
}

bool run_is_first(void)
{
    return getpid() == 1 && is_marked && *is_marked == 1;
}

/* A process that the plugin forked, and that did not exec, has these handlers too: for it the signal does what
 * it always does. */
static bool is_run(int number)
{
    if (run_is_first())
        return true;
    (void)signal(number, SIG_DFL);
    (void)kill(getpid(), number);
    return false;
}

static void on_term(int number)
{
    int saved = errno;

    if (is_run(number)) {
        stopping = 1;
        (void)kill(-1, SIGTERM); /* all of the run's namespace but this process */
    }
    errno = saved;
}

static void say(const char *line)
{
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        return; /* the log is lost, the exit code still says it */
}

static void on_abort(int number)
{
    if (!is_run(number))
        return;
    say("error: the plugin called abort()\n");
    _exit(RUN_EXIT_ABORT);
}

static void on_cpu_limit(int number)
{
    if (!is_run(number))
        return;
    say("error: the run used all the CPU time it may use (limits.cpu_s)\n");
    _exit(RUN_EXIT_CPU);
}

/* The write fails: what then is for the plugin to say, but the log has it why. */
static void on_file_limit(int number)
{
    static volatile sig_atomic_t is_said;
    int saved = errno;

    if (is_run(number) && !is_said) {
        is_said = 1;
        say("warn: a file may not grow that large (limits.file_mib); the write failed\n");
    }
    errno = saved;
}

static int handle(int number, void (*handler)(int))
{
    struct sigaction action = {0};

    /* No SA_RESTART: a plugin that waits in a system call shall notice the stop. */
    action.sa_handler = handler;
    (void)sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}

int run_signals_prepare(void)
{
    sigset_t blocked;
    int number;
    int r = mark_first();

    if (r < 0)
        return r;
    for (number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP)
            (void)signal(number, SIG_DFL); /* those that libc keeps for itself fail */
    r = handle(SIGTERM, on_term);
    if (r == 0)
        r = handle(SIGABRT, on_abort);
    if (r == 0)
        r = handle(SIGXCPU, on_cpu_limit);
    if (r == 0)
        r = handle(SIGXFSZ, on_file_limit);
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGTERM);
    if (r == 0 && sigprocmask(SIG_SETMASK, &blocked, NULL) < 0)
        r = -errno;
    return r;
}

void run_signals_enter(void)
{
    sigset_t none;

    *is_marked = 1; /* a copy of the host, and the first of the run */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

bool run_is_stopping(void)
{
    return stopping != 0;
}
