/*
 * A robot that may read the warehouse drop is handed one with its run: a run never opens the store. The drop
 * is made for it by the program automagi, a reader of its own, into memory that is sealed when it has ended
 * well; the loop only hears of its end. What that program had to say is why a run is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/store/home.h"

enum { SAID_MAX = 900, PROC_PATH = 64, ABOVE_STANDARD = 3 };

enum drop_state { DROP_NONE, DROP_MAKING, DROP_READY, DROP_FAILED };

/* Of a robot; it stays as long as the daemon, for epoll may still name it. */
struct drop {
    struct watch ending; /* first: the maker's pidfd */
    struct robot_entry *robot;
    enum drop_state state;
    int made_fd, said_fd; /* memory that its standard output and error are; -1: none */
    int64_t since_ms;     /* monotonic: of the state */
    char reason[FAULT_TEXT_MAX];
};

static void close_memory(struct drop *drop)
{
    if (drop->made_fd >= 0)
        close(drop->made_fd);
    if (drop->said_fd >= 0)
        close(drop->said_fd);
    drop->made_fd = drop->said_fd = -1;
}

static void enter(struct drop *drop, enum drop_state state)
{
    drop->state = state;
    drop->since_ms = clock_monotonic_ms();
}

static void fail(struct drop *drop, const char *what)
{
    close_memory(drop);
    (void)snprintf(drop->reason, sizeof(drop->reason),
                   "the warehouse drop that it reads cannot be made: %.*s", SAID_MAX, what);
    enter(drop, DROP_FAILED);
}

/* The line on its standard error, without the program's name. */
static void fail_as_said(struct drop *drop, const siginfo_t *info)
{
    static const char NAME[] = "automagi: ";
    char said[SAID_MAX + 1];
    char what[SAID_MAX + 1];
    ssize_t length = pread(drop->said_fd, said, SAID_MAX, 0);
    const char *line = said;

    said[length > 0 ? length : 0] = '\0';
    said[strcspn(said, "\r\n")] = '\0';
    if (strncmp(line, NAME, strlen(NAME)) == 0)
        line += strlen(NAME);
    if (line[0] != '\0' && text_is_line(line, strlen(line)))
        (void)text_copy(what, sizeof(what), line);
    else
        (void)snprintf(what, sizeof(what), "its program ended with %s %d",
                       info->si_code == CLD_EXITED ? "status" : "signal", info->si_status);
    fail(drop, what);
}

static void maker_ended(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct drop *drop = (struct drop *)(void *)watch;
    siginfo_t info = {0};

    (void)events;
    while (waitid(P_PIDFD, (id_t)watch->fd, &info, WEXITED) < 0 && errno == EINTR)
        ;
    daemon_unwatch(daemon, watch);
    if (info.si_code != CLD_EXITED || info.si_status != 0)
        fail_as_said(drop, &info);
    else if (fcntl(drop->made_fd, F_ADD_SEALS,
                   F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
        fail(drop, "its memory cannot be sealed");
    else
        enter(drop, DROP_READY);
    daemon_deadline(daemon, clock_monotonic_ms() + DROP_KEEP_MS);
}

/* It inherits from the daemon that it is to be spared when memory is short. */
static void unspare(pid_t pid)
{
    char path[PROC_PATH];
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!write(fd, "500", 3);
    close(fd);
}

static int spawn(const struct daemon_settings *settings, const struct drop *drop, pid_t *ret_pid)
{
    char program[] = "automagi";
    char option[] = "--home";
    char command[] = "export";
    char what[] = "warehouse";
    char where[] = "-";
    char home[sizeof(((struct definition_folder *)0)->path)];
    char *const words[] = {program, option, home, command, what, where, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t signals;
    int error;

    if (!text_copy(home, sizeof(home), settings->home))
        return -ENAMETOOLONG;
    if (posix_spawn_file_actions_init(&files) != 0)
        return -ENOMEM;
    if (posix_spawnattr_init(&how) != 0) {
        (void)posix_spawn_file_actions_destroy(&files);
        return -ENOMEM;
    }
    (void)sigemptyset(&signals);
    (void)posix_spawnattr_setsigmask(&how, &signals);
    (void)sigfillset(&signals);
    (void)posix_spawnattr_setsigdefault(&how, &signals);
    (void)posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&files, drop->made_fd, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&files, drop->said_fd, STDERR_FILENO);
    if (error == 0)
        error = posix_spawn(ret_pid, settings->reader_program, &files, &how, words, environ);
    (void)posix_spawnattr_destroy(&how);
    (void)posix_spawn_file_actions_destroy(&files);
    return -error;
}

/* Nobody would ever hear of the end of one that is not watched. */
static int watch_maker(struct daemon *daemon, struct drop *drop, pid_t pid)
{
    int result;

    drop->ending.ready = maker_ended;
    drop->ending.fd = (int)syscall(SYS_pidfd_open, pid, 0);
    result = drop->ending.fd < 0 ? -errno : daemon_watch(daemon, &drop->ending, EPOLLIN);
    if (result == 0)
        return 0;
    (void)kill(pid, SIGKILL); /* ours and not waited for, so the number is still its own */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (drop->ending.fd >= 0)
        close(drop->ending.fd);
    drop->ending.fd = -1;
    return result;
}

/* Negative, and no state of its own: there was no room just now. */
static int begin(struct daemon *daemon, struct drop *drop)
{
    char what[SAID_MAX + 1];
    pid_t pid = -1;
    int result;

    close_memory(drop);
    /* Not where a standard descriptor belongs: a spawn puts those in place one by one. */
    drop->made_fd = memfd_create("automagi-warehouse", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    drop->said_fd = memfd_create("automagi-warehouse-said", MFD_CLOEXEC);
    if (drop->made_fd < ABOVE_STANDARD || drop->said_fd < ABOVE_STANDARD)
        result = drop->made_fd < 0 || drop->said_fd < 0 ? -errno : -EBADF;
    else
        result = home_check_held(daemon->settings->home, daemon->home_fd, NULL);
    if (result == 0)
        result = spawn(daemon->settings, drop, &pid);
    if (result == 0) {
        unspare(pid);
        result = watch_maker(daemon, drop, pid);
    }
    if (result < 0 && host_is_for_want_of_room(result)) {
        close_memory(drop);
        daemon_deadline(daemon, clock_monotonic_ms() + HOST_AGAIN_MS);
        return result;
    }
    if (result < 0) {
        (void)snprintf(what, sizeof(what), "%.400s cannot be started: %s",
                       daemon->settings->reader_program, strerror(-result));
        fail(drop, what);
        return 0;
    }
    enter(drop, DROP_MAKING);
    daemon_deadline(daemon, drop->since_ms + DROP_MAKE_MS);
    return 0;
}

/* One that lay here for so long is of another time. */
static void forget_old(struct drop *drop)
{
    if ((drop->state != DROP_READY && drop->state != DROP_FAILED) ||
        clock_monotonic_ms() - drop->since_ms < DROP_KEEP_MS)
        return;
    close_memory(drop);
    enter(drop, DROP_NONE);
}

int drop_need(struct daemon *daemon, struct robot_entry *robot, char ret_reason[FAULT_TEXT_MAX])
{
    struct drop *drop = robot->drop;
    int result;

    if (!robot->definition.reads_warehouse)
        return 0;
    if (drop == NULL) {
        drop = calloc(1, sizeof(*drop));
        if (drop == NULL) {
            (void)text_copy(ret_reason, FAULT_TEXT_MAX, "out of memory");
            return -EAGAIN;
        }
        drop->robot = robot;
        drop->ending.fd = drop->made_fd = drop->said_fd = -1;
        robot->drop = drop;
    }
    forget_old(drop);
    result = drop->state == DROP_NONE ? begin(daemon, drop) : 0;
    if (result < 0) {
        (void)snprintf(ret_reason, FAULT_TEXT_MAX,
                       "the warehouse drop that it reads is tried again: %s", strerror(-result));
        return -EAGAIN;
    }
    if (drop->state == DROP_READY)
        return 0;
    if (drop->state == DROP_MAKING) {
        (void)text_copy(ret_reason, FAULT_TEXT_MAX,
                        "the warehouse drop that it reads is being made");
        return -EAGAIN;
    }
    (void)text_copy(ret_reason, FAULT_TEXT_MAX, drop->reason);
    enter(drop, DROP_NONE); /* the next run tries again */
    return -EIO;
}

int drop_take(struct robot_entry *robot)
{
    struct drop *drop = robot->drop;
    int fd;

    if (drop == NULL || drop->state != DROP_READY || !robot->definition.reads_warehouse)
        return -1;
    fd = drop->made_fd;
    drop->made_fd = -1;
    close_memory(drop);
    enter(drop, DROP_NONE);
    return fd;
}

static void kill_maker(const struct drop *drop)
{
    (void)syscall(SYS_pidfd_send_signal, drop->ending.fd, SIGKILL, NULL, 0);
}

static void look_at(struct daemon *daemon, struct drop *drop)
{
    int64_t until_ms = drop->since_ms + (drop->state == DROP_MAKING ? DROP_MAKE_MS : DROP_KEEP_MS);

    if (drop->state == DROP_NONE)
        return;
    if (clock_monotonic_ms() < until_ms)
        daemon_deadline(daemon, until_ms);
    else if (drop->state == DROP_MAKING)
        kill_maker(drop); /* its end comes as any other */
    else
        forget_old(drop);
}

void drop_due(struct daemon *daemon)
{
    const struct robot_entry *robot;

    for (robot = daemon->robots; robot != NULL; robot = robot->next)
        if (robot->drop != NULL)
            look_at(daemon, robot->drop);
}

void drop_stop(struct daemon *daemon)
{
    const struct robot_entry *robot;

    for (robot = daemon->robots; robot != NULL; robot = robot->next)
        if (robot->drop != NULL && robot->drop->state == DROP_MAKING)
            kill_maker(robot->drop);
}
