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
 * HOME/hosts: "boot ID DAEMON STARTTIME DEVICE INODE" (the last two are the home's), then one line
 * "PID STARTTIME" per host. A host is the
 * init of a process namespace that holds all its runs, so when it is gone (the
 * kernel lets it go last), all of them are. Dead hosts stay listed until the list is
 * long; then it is written anew and takes the old one's place by rename(), so that at
 * every moment the file of that name lists all that live. None of this waits for the
 * disk: after a power cut nothing of the generation lives, and a list whose
 * first line is not this boot's, an empty one too, counts for nothing.
 */

enum {
    PATH_SIZE = 4096,
    LINE_SIZE = 128,
    LINES_MAX = 10000000,
    REWRITE_BYTES = 128 * 1024, /* half of it: then a list is written anew */
    GONE_WITHIN_MS = 10000
};

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

/* A process that is known by when it was started (field 22 of /proc/PID/stat); 0 when it is gone, or a zombie.
 * -EIO and others: it cannot be read, and nobody knows. */
static int read_started(pid_t pid, unsigned long long *ret_started)
{
    char path[64];
    char line[1024];
    const char *field;
    char state = 'Z';
    ssize_t length;
    int error;
    int fd;
    int i;

    *ret_started = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ESRCH ? 0 : -errno;
    length = read(fd, line, sizeof(line) - 1);
    error = errno;
    close(fd);
    if (length < 0)
        return error == ESRCH ? 0 : -error;
    line[length] = '\0';
    field = strrchr(line, ')'); /* the name before it may hold anything */
    if (field == NULL || sscanf(field + 1, " %c", &state) != 1)
        return -EIO;
    if (state == 'Z' || state == 'X')
        return 0;
    for (i = 0; i < 20 && field != NULL; i++)
        field = strchr(field + 1, ' ');
    return field != NULL && sscanf(field, "%llu", ret_started) == 1 ? 0 : -EIO;
}

static int refuse_unknown(int pid, int error, struct fault *fault)
{
    return fault_set(
        fault, error,
        "/proc/%d/stat cannot be read (%s), so nobody knows whether a process of the last "
        "daemon lives; see to it, or restart the machine",
        pid, strerror(-error));
}

static int wait_gone(pid_t pid, unsigned long long started, struct fault *fault)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int error = errno;
    unsigned long long found;
    int ready;
    int result = read_started(pid, &found);

    if (result == 0 && fd < 0 && found == started && found != 0)
        result = -error; /* it lives, and there is no hold on it */
    if (result < 0 || fd < 0 || found != started) {
        if (fd >= 0)
            close(fd);
        /* Gone, or the number is somebody else's by now. */
        return result < 0 ? refuse_unknown((int)pid, result, fault) : 0;
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

/* Who wrote the list, and of which home. */
struct author {
    int pid;
    unsigned long long started, device, inode;
};

/* 1: the daemon that wrote the list lives; 0: it does not. A list that does not name it is an older one: its daemon
 * had the lock that we have now. */
static int author_lives(const char *line, struct author *ret_author, struct fault *fault)
{
    unsigned long long found;
    int result;

    if (sscanf(line, "boot %*s %d %llu %llu %llu", &ret_author->pid, &ret_author->started,
               &ret_author->device, &ret_author->inode) != 4 ||
        ret_author->pid == (int)getpid() || ret_author->started == 0)
        return 0;
    result = read_started(ret_author->pid, &found);
    if (result < 0)
        return refuse_unknown(ret_author->pid, result, fault);
    return found == ret_author->started ? 1 : 0;
}

/* The daemon of the list lives, and we hold the lock. Either this is a copy of its home, whose hosts are
 * none of ours (1), or somebody has removed the lock's file. */
static int judge_author(const struct author *author, const char *home, struct fault *fault)
{
    struct stat about;

    if (stat(home, &about) < 0 || (unsigned long long)about.st_dev != author->device ||
        (unsigned long long)about.st_ino != author->inode) {
        log_line(LOG_LEVEL_INFO,
                 "%s is a copy of a home that process %d serves: its runs go on there", home,
                 author->pid);
        return 1;
    }
    return fault_set(
        fault, -EWOULDBLOCK,
        "%s: process %d serves it still, though its lock's file is gone; end that process "
        "first (`kill %d`)",
        home, author->pid, author->pid);
}

/* The list may be of any length; a line of it is short. */
static int prove_listed(FILE *list, const char *home, const char *boot, struct fault *fault)
{
    char line[LINE_SIZE];
    struct author author;
    unsigned long long started = 0;
    size_t length = strlen(boot);
    int lines = 0;
    int pid = 0;
    int result = 0;

    /* After a restart of the machine nothing of it can live. */
    if (fgets(line, sizeof(line), list) == NULL || strncmp(line, "boot ", 5) != 0 ||
        strncmp(line + 5, boot, length) != 0 || strchr(" \n", line[5 + length]) == NULL)
        return 0;
    result = author_lives(line, &author, fault);
    if (result != 0) {
        result = result < 0 ? result : judge_author(&author, home, fault);
        return result < 0 ? result : 0;
    }
    while (result == 0 && fgets(line, sizeof(line), list) != NULL) {
        if (++lines > LINES_MAX)
            return fault_set(
                fault, -E2BIG,
                "%s/hosts has over %d lines; when `pgrep -a automagi-host` shows no host of "
                "this installation, remove the file and start again",
                home, LINES_MAX);
        if (sscanf(line, "%d %llu", &pid, &started) == 2 && pid > 1)
            result = wait_gone(pid, started, fault);
    }
    if (result == 0 && ferror(list))
        return fault_set(
            fault, -EIO,
            "%s/hosts cannot be read, so nobody knows whether hosts of the last daemon live; "
            "see to the disk, or restart the machine and remove the file",
            home);
    return result;
}

int generation_prove_gone(const char *home, struct fault *fault)
{
    char path[PATH_SIZE];
    char boot[64];
    FILE *list;
    int fd;
    int result;

    if (!file_join(path, sizeof(path), home, "hosts"))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", home);
    result = read_boot_id(boot);
    if (result < 0)
        return fault_set(fault, result, "/proc is not mounted; the daemon needs it");
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    list = fd < 0 ? NULL : fdopen(fd, "r");
    if (list == NULL) {
        result = fault_set(fault, -errno, "%s cannot be opened: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return result;
    }
    result = prove_listed(list, home, boot, fault);
    (void)fclose(list);
    return result;
}

/* The length of its line, or why it is not known when it was started: a line that did not say so would name nobody. */
static int format_host(pid_t pid, char line[static LINE_SIZE])
{
    unsigned long long started;
    int result = read_started(pid, &started);

    return result < 0 ? result : snprintf(line, LINE_SIZE, "%d %llu\n", (int)pid, started);
}

/* Lines of this daemon and of the hosts that live. */
static int format_list(const char *home, const struct host *hosts, struct text *list)
{
    char line[LINE_SIZE];
    char boot[64];
    struct stat about;
    unsigned long long started;
    int length;
    int result = read_boot_id(boot);

    if (result == 0)
        result = read_started(getpid(), &started);
    if (result == 0 && stat(home, &about) < 0)
        result = -errno;
    if (result < 0)
        return result;
    text_printf(list, "boot %s %d %llu %llu %llu\n", boot, (int)getpid(), started,
                (unsigned long long)about.st_dev, (unsigned long long)about.st_ino);
    for (; hosts != NULL; hosts = hosts->next) {
        if (hosts->state == HOST_GONE)
            continue;
        length = format_host(hosts->process.pid, line);
        if (length < 0)
            return length;
        text_append(list, line, (size_t)length);
    }
    return list->broken;
}

/* A new list beside the old one with the hosts that live, which then takes its place. */
static int write_list(const char *home, const struct host *hosts, int *ret_fd)
{
    char path[PATH_SIZE];
    char next[PATH_SIZE];
    struct text list;
    int fd = -1;
    int result;

    if (!file_join(path, sizeof(path), home, "hosts") ||
        !file_join(next, sizeof(next), home, "hosts.new"))
        return -ENAMETOOLONG;
    text_init(&list, REWRITE_BYTES);
    result = format_list(home, hosts, &list);
    if (result == 0 && unlink(next) < 0 && errno != ENOENT)
        result = -errno;
    if (result == 0) {
        errno = 0; /* a write that was cut short sets none */
        fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || write(fd, list.bytes, list.length) != (ssize_t)list.length ||
            rename(next, path) < 0)
            result = errno != 0 ? -errno : -EIO;
    }
    text_release(&list);
    if (result == 0)
        *ret_fd = fd;
    else if (fd >= 0)
        close(fd);
    return result;
}

int generation_open(const char *home, int *ret_fd, struct fault *fault)
{
    int result = write_list(home, NULL, ret_fd);

    if (result < 0)
        return fault_set(fault, result,
                         "%s/hosts cannot be written: %s; the list of hosts is "
                         "needed to prove them gone",
                         home, strerror(-result));
    return 0;
}

int generation_record(struct daemon *daemon, pid_t pid)
{
    char line[LINE_SIZE];
    struct stat status;
    int length = format_host(pid, line);
    int fd = -1;

    if (length < 0)
        return length;
    if (fstat(daemon->hosts_file, &status) == 0 && status.st_size >= REWRITE_BYTES / 2) {
        if (write_list(daemon->settings->home, daemon->hosts, &fd) == 0) {
            close(daemon->hosts_file);
            daemon->hosts_file = fd;
        } /* else the old one goes on growing, and it is tried again at the next host */
    }
    errno = EIO; /* a write that was cut short sets none */
    return write(daemon->hosts_file, line, (size_t)length) == length ? 0 : -errno;
}
