#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/process.h"
#include "core/run/daemon_inner.h"
#include "core/run/generation.h"
#include "core/store/audit.h"
#include "core/store/home.h"
#include "core/store/home_author.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

/*
 * HOME/hosts: a line of the daemon that wrote it (home_author.h), then one line "PID STARTTIME" per host. A host is the
 * init of a process namespace that holds all its runs, so when it is gone (the
 * kernel lets it go last), all of them are. Dead hosts stay listed until the list is
 * long; then it is written anew and takes the old one's place by rename(), so that at
 * every moment the file of that name lists all that live. None of this waits for the
 * disk: after a power cut nothing of the generation lives, and a list whose
 * first line is not this boot's, an empty one too, counts for nothing.
 *
 * A list that is away, of another process namespace, or damaged does not tell who lives. Then nothing is started while a run
 * may live that was at work: one of a daemon that started since the machine did, on this file of the store. The audit has that
 * of each daemon (serve_audit.c); a version that did not write it there is not asked about.
 */

enum {
    PATH_SIZE = 4096,
    LINE_SIZE = 128,
    LINES_MAX = 10000000,
    REWRITE_BYTES = 128 * 1024, /* half of it: then a list is written anew */
    GONE_WITHIN_MS = 10000
};

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
    int result = process_started(pid, &found);

    if (result == 0 && fd < 0 && found == started && found != 0)
        result = -error; /* it lives, and there is no hold on it */
    if (result == 0 && fd >= 0 && found == 0 && poll(&watched, 1, 200) == 0)
        result = -ENOENT; /* it lives, and /proc does not show what it is */
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

static int refuse_unread(const char *home, struct fault *fault)
{
    return fault_set(
        fault, -EIO,
        "%s/hosts cannot be read, so nobody knows whether hosts of the last daemon live; "
        "see to the disk, or restart the machine and remove the file",
        home);
}

static bool read_host(const char *line, int *ret_pid, unsigned long long *ret_started)
{
    int end = 0;

    return sscanf(line, "%9d %20llu%n", ret_pid, ret_started, &end) == 2 && *ret_pid > 1 &&
           strcmp(line + end, "\n") == 0;
}

/* The list may be of any length; a line of it is short. */
static int prove_listed(FILE *list, const char *home, enum generation_list *ret_list,
                        struct fault *fault)
{
    char line[HOME_AUTHOR_LINE_MAX];
    enum home_author author;
    unsigned long long started = 0;
    int lines = 0;
    int pid = 0;
    int result;

    if (fgets(line, sizeof(line), list) == NULL)
        return ferror(list) ? refuse_unread(home, fault) : 0;
    result = home_author_judge(home, line, &author, &pid, fault);
    if (result < 0 || author == HOME_AUTHOR_NONE)
        return result;
    if (author == HOME_AUTHOR_ELSEWHERE) {
        log_line(LOG_LEVEL_INFO,
                 "%s is a copy of a home that process %d serves: its runs go on there", home, pid);
        return 0;
    }
    if (author == HOME_AUTHOR_UNSEEN) {
        *ret_list = GENERATION_UNSEEN;
        return 0;
    }
    while (result == 0 && fgets(line, sizeof(line), list) != NULL) {
        if (feof(list))
            break; /* cut short, so its host has been told nothing (generation_record()) */
        if (++lines > LINES_MAX)
            return fault_set(
                fault, -E2BIG,
                "%s/hosts has over %d lines; when `pgrep -a automagi-host` shows no host of "
                "this installation, remove the file and start again",
                home, LINES_MAX);
        if (read_host(line, &pid, &started))
            result = wait_gone(pid, started, fault);
        else
            *ret_list = GENERATION_DAMAGED;
    }
    return result == 0 && ferror(list) ? refuse_unread(home, fault) : result;
}

int generation_prove_gone(const char *home, enum generation_list *ret_list, struct fault *fault)
{
    char path[PATH_SIZE];
    FILE *list;
    int fd;
    int result;

    *ret_list = GENERATION_GONE;
    if (!file_join(path, sizeof(path), home, "hosts"))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", home);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        *ret_list = GENERATION_UNLISTED;
        return 0;
    }
    list = fd < 0 ? NULL : fdopen(fd, "r");
    if (list == NULL) {
        result = fault_set(fault, -errno, "%s cannot be opened: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return result;
    }
    result = prove_listed(list, home, ret_list, fault);
    (void)fclose(list);
    return result;
}

void generation_subject(int64_t generation, char target[static GENERATION_SUBJECT_MAX])
{
    (void)snprintf(target, GENERATION_SUBJECT_MAX, "generation %" PRId64, generation);
}

struct at_work {
    struct store *store;
    char mark[HOME_AUTHOR_MARK_MAX]; /* of a daemon that started now */
    int64_t generation;              /* asked about last */
    bool may_live;                   /* that one */
    int64_t run_id;                  /* one that was at work, and may live; 0: none */
    struct fault *fault;
};

static int compare_mark(const struct audit_record *start, void *context)
{
    struct at_work *at_work = context;

    at_work->may_live = strstr(start->detail, at_work->mark) != NULL;
    return 1;
}

/* Of a generation without a start in the audit nobody knows anything. */
static int ask_generation(struct at_work *at_work, int64_t generation)
{
    char subject[GENERATION_SUBJECT_MAX];
    const struct audit_filter filter = {.from_day = INT32_MIN,
                                        .to_day = INT32_MAX,
                                        .action = "serve start",
                                        .subject = subject,
                                        .limit = -1};

    if (generation == at_work->generation)
        return 0;
    generation_subject(generation, subject);
    at_work->generation = generation;
    at_work->may_live = true;
    return audit_each(at_work->store, &filter, compare_mark, at_work, at_work->fault);
}

static int look_for_work(const struct run_record *run, void *context)
{
    struct at_work *at_work = context;
    int result;

    if (run->state != RUN_RUNNING)
        return 0;
    result = ask_generation(at_work, run->fence >> 32);
    if (result == 0 && at_work->may_live)
        at_work->run_id = run->id;
    return result < 0 ? result : at_work->run_id != 0;
}

int generation_refuse_unlisted(const char *home, struct store *store, enum generation_list list,
                               struct fault *fault)
{
    static const char *const wrong[] = {
        [GENERATION_UNLISTED] = "is missing",
        [GENERATION_UNSEEN] =
            "was written in another process namespace (a container's, or from one)",
        [GENERATION_DAMAGED] = "has a line that is none",
    };
    char path[STORE_PATH_MAX];
    struct at_work at_work = {.store = store, .generation = -1, .fault = fault};
    int result;

    if (list == GENERATION_GONE)
        return 0;
    result = home_path(home, "hosts", path, fault);
    if (result < 0)
        return result;
    result = home_author_mark(home, at_work.mark);
    if (result < 0)
        return fault_set(fault, result, "%s: nobody knows whose it is: %s", home,
                         strerror(-result));
    result = run_each_open(store, look_for_work, &at_work, fault);
    if (result < 0 || at_work.run_id == 0)
        return result < 0 ? result : 0;
    return fault_set(
        fault, -ENOENT,
        "%s %s, and run %lld was at work when the last daemon ended, so nobody "
        "knows whether its host lives; when `pgrep -a automagi-host`%s shows none of this "
        "installation, make an empty file of that name (`truncate -s 0 %s`) and start again",
        path, wrong[list], (long long)at_work.run_id,
        list == GENERATION_UNSEEN ? " there and here" : "", path);
}

/* The length of its line, or why it is not known when it was started: a line that did not say so would name nobody. */
static int format_host(pid_t pid, char line[static LINE_SIZE])
{
    unsigned long long started;
    int result = process_started(pid, &started);

    return result < 0 ? result : snprintf(line, LINE_SIZE, "%d %llu\n", (int)pid, started);
}

/* Lines of this daemon and of the hosts that live. */
static int format_list(const char *home, const struct host *hosts, struct text *list)
{
    char line[LINE_SIZE];
    int length;
    int result = home_author_put(home, list);

    if (result < 0)
        return result;
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

/* A line that was cut short must not stay before others: what follows would be read as one with it. Then a new list is needed. */
static int append(struct daemon *daemon, const char *line, size_t length)
{
    ssize_t written = write(daemon->hosts_file, line, length);
    int result = written < 0 ? -errno : -ENOSPC;

    if (written == (ssize_t)length)
        return 0;
    if (written > 0) {
        close(daemon->hosts_file);
        daemon->hosts_file = -1;
    }
    return result;
}

static int record(struct daemon *daemon, pid_t pid)
{
    char line[LINE_SIZE];
    struct stat status;
    int length = format_host(pid, line);
    int fd = -1;
    int result;

    if (length < 0)
        return length;
    if (daemon->hosts_file < 0 ||
        (fstat(daemon->hosts_file, &status) == 0 && status.st_size >= REWRITE_BYTES / 2)) {
        result = write_list(daemon->settings->home, daemon->hosts, &fd);
        if (result < 0 && daemon->hosts_file < 0)
            return result;
        if (result == 0) {
            if (daemon->hosts_file >= 0)
                close(daemon->hosts_file);
            daemon->hosts_file = fd;
        } /* else the old one goes on growing, and it is tried again at the next host */
    }
    return append(daemon, line, (size_t)length);
}

int generation_record(struct daemon *daemon, pid_t pid, struct fault *fault)
{
    int result = record(daemon, pid);

    if (result < 0)
        return fault_set(fault, result,
                         "its host cannot be added to the list of hosts, %s/hosts: %s; see to the "
                         "disk",
                         daemon->settings->home, strerror(-result));
    return 0;
}
