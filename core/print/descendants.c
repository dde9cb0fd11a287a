/* descendants.c - kills children until no process below this one is left. */
#include "core/print/descendants.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"

enum { STAT_SIZE = 512, PROCESSES_MAX = 1 << 22 /* the kernel's own limit */, PAUSE_NS = 5000000 };

void descendants_adopt(void)
{
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* /proc/PID/stat: "PID (NAME) STATE PARENT ..."; the name can hold anything. 0 when it is gone. */
static pid_t parent_of(int proc_fd, const char *pid)
{
    char path[64];
    char line[STAT_SIZE];
    const char *after_name;
    ssize_t length;
    int fd;

    (void)snprintf(path, sizeof(path), "%.20s/stat", pid);
    fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    length = read(fd, line, sizeof(line) - 1);
    (void)close(fd);
    if (length <= 0)
        return 0;
    line[length] = '\0';
    after_name = strrchr(line, ')');
    if (after_name == NULL || strlen(after_name) < sizeof(") S "))
        return 0;
    return (pid_t)strtol(after_name + strlen(") S "), NULL, 10);
}

static void kill_children(void)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    int64_t pid = 0;
    size_t i;

    if (proc == NULL)
        return;
    for (i = 0; i < PROCESSES_MAX && (entry = readdir(proc)) != NULL; i++)
        if (text_to_int64(entry->d_name, 1, INT32_MAX, &pid) &&
            parent_of(dirfd(proc), entry->d_name) == getpid())
            (void)kill((pid_t)pid, SIGKILL);
    (void)closedir(proc);
}

/* Whose children are ours only once they are reaped is found in the next round. */
int descendants_end(int64_t limit_ms)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int64_t deadline_ms = clock_monotonic_ms() + limit_ms;
    pid_t pid;

    for (;;) {
        kill_children();
        do {
            pid = waitpid(-1, NULL, WNOHANG);
        } while (pid > 0 || (pid < 0 && errno == EINTR));
        if (pid < 0)
            return 0; /* there is no child */
        if (clock_monotonic_ms() >= deadline_ms)
            return -ETIMEDOUT;
        (void)nanosleep(&pause, NULL);
    }
}
