#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

/*
 * HOME/hosts: "boot ID", then one line "PID STARTTIME" per host. A host is the
 * init of a process namespace that holds all its runs, so when it is gone (the
 * kernel lets it go last), all of them are.
 */

enum { PATH_SIZE = 4096, LIST_MAX = 1 << 20, GONE_WITHIN_MS = 10000 };

static int read_boot_id(char target[64])
{
    struct text text;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = -1;

    text_init(&text, 64);
    if (fd >= 0) {
        length = read(fd, target, 63);
        close(fd);
    }
    if (length <= 0)
        return -EIO;
    target[length] = '\0';
    target[strcspn(target, "\n")] = '\0';
    return 0;
}

/* Field 22 of /proc/PID/stat, and whether it is a zombie: 0 when there is no such process. */
static unsigned long long start_time(pid_t pid)
{
    char path[64];
    char line[1024];
    const char *field;
    unsigned long long value = 0;
    char state = 'Z';
    ssize_t length = -1;
    int fd;
    int i;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    length = read(fd, line, sizeof(line) - 1);
    close(fd);
    if (length <= 0)
        return 0;
    line[length] = '\0';
    field = strrchr(line, ')'); /* the name before it may hold anything */
    if (field == NULL || sscanf(field + 1, " %c", &state) != 1 || state == 'Z' || state == 'X')
        return 0;
    for (i = 0; i < 20 && field != NULL; i++)
        field = strchr(field + 1, ' ');
    return field != NULL && sscanf(field, "%llu", &value) == 1 ? value : 0;
}

static int wait_gone(pid_t pid, unsigned long long started, struct fault *fault)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int ready;

    if (fd < 0 || start_time(pid) != started) {
        if (fd >= 0)
            close(fd);
        return 0; /* gone, or the number is somebody else's by now */
    }
    /* It ends by itself when its daemon does; a hostile one is helped along. */
    ready = poll(&watched, 1, 200);
    if (ready == 0) {
        log_line(LOG_LEVEL_WARN, "host %d of the last daemon is still there: killed", (int)pid);
        (void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
        ready = poll(&watched, 1, GONE_WITHIN_MS);
    }
    close(fd);
    if (ready == 1)
        return 0;
    return fault_set(fault, -EBUSY,
                     "process %d of the last daemon cannot be ended; until it is gone nothing is "
                     "started, for its work could be done twice: see `ps -p %d`, or restart the "
                     "machine",
                     (int)pid, (int)pid);
}

int generation_prove_gone(const char *home, struct fault *fault)
{
    char path[PATH_SIZE];
    char boot[64];
    struct text list;
    char *line;
    char *rest = NULL;
    struct stat status;
    int result = 0;

    if (!file_join(path, sizeof(path), home, "hosts"))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", home);
    if (lstat(path, &status) < 0)
        return 0;
    result = read_boot_id(boot);
    if (result < 0)
        return fault_set(fault, result, "/proc is not mounted; the daemon needs it");
    text_init(&list, LIST_MAX);
    result = file_read(AT_FDCWD, path, &list, fault);
    line = result == 0 && list.length > 0 ? strtok_r(list.bytes, "\n", &rest) : NULL;
    /* After a restart of the machine nothing of it can live. */
    if (line != NULL && strncmp(line, "boot ", 5) == 0 && strcmp(line + 5, boot) == 0) {
        while (result == 0 && (line = strtok_r(NULL, "\n", &rest)) != NULL) {
            unsigned long long started = 0;
            int pid = 0;

            if (sscanf(line, "%d %llu", &pid, &started) == 2 && pid > 1)
                result = wait_gone(pid, started, fault);
        }
    }
    text_release(&list);
    return result;
}

int generation_open(const char *home, int *ret_fd, struct fault *fault)
{
    char path[PATH_SIZE];
    char boot[64];
    char line[128];
    int fd;
    int length;

    if (!file_join(path, sizeof(path), home, "hosts") || read_boot_id(boot) < 0)
        return fault_set(fault, -EIO, "%s: the list of hosts cannot be begun", home);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be written: %s", path, strerror(errno));
    length = snprintf(line, sizeof(line), "boot %s\n", boot);
    if (write(fd, line, (size_t)length) != length) {
        close(fd);
        return fault_set(fault, -EIO, "%s: cannot be written", path);
    }
    *ret_fd = fd;
    return 0;
}

/* No fsync: after a power cut nothing of the generation lives anyway. */
int generation_record(int fd, pid_t pid)
{
    char line[64];
    int length = snprintf(line, sizeof(line), "%d %llu\n", (int)pid, start_time(pid));

    return write(fd, line, (size_t)length) == length ? 0 : -EIO;
}
