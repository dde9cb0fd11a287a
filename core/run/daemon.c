#include "core/run/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/account.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/generation.h"
#include "core/run/supervise.h"
#include "core/store/home.h"
#include "core/store/room.h"
#include "core/store/store.h"

enum { EVENTS_MAX = 128, LOCK_TRY_MS = 2, LOCK_ONE_MS = 1000, LOCK_MOST_MS = 15000 };
enum { SHORT_REST_MS = 20 };

int daemon_watch(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    return epoll_ctl(daemon->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) == 0 ? 0 : -errno;
}

void daemon_rewatch(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    (void)epoll_ctl(daemon->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void daemon_unwatch(struct daemon *daemon, struct watch *watch)
{
    if (watch->fd < 0)
        return;
    /* Closing alone would not do: a child can hold the same open file for a moment. */
    (void)epoll_ctl(daemon->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    close(watch->fd);
    watch->fd = -1;
}

void daemon_deadline(struct daemon *daemon, int64_t deadline_ms)
{
    if (deadline_ms < daemon->next_deadline_ms)
        daemon->next_deadline_ms = deadline_ms;
}

bool daemon_sends_later(struct daemon *daemon, int error)
{
    bool is_short = error == ENOBUFS || error == ENOMEM;

    daemon->is_short = daemon->is_short || is_short;
    return is_short || error == EAGAIN || error == EINTR;
}

/* A socket counts as writable while the kernel has no memory to send with, and as one that somebody calls while
 * there is no descriptor for the call: a loop that asked again at once would take a processor for as long as that
 * lasts. */
static void rest_when_short(struct daemon *daemon)
{
    struct timespec moment = {.tv_nsec = SHORT_REST_MS * 1000000L};

    if (daemon->is_short)
        (void)nanosleep(&moment, NULL);
    daemon->is_short = false;
}

static void writer_ready(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    (void)watch;
    (void)events;
    writer_collect(daemon->writer);
    stall_look(daemon);
}

static void begin_stopping(struct daemon *daemon)
{
    struct run *run;

    if (daemon->is_stopping)
        return;
    daemon->is_stopping = true;
    service_tell(&daemon->service, "STOPPING=1\nSTATUS=stopping: %u run%s asked to end",
                 daemon->live, daemon->live == 1 ? " is" : "s are");
    log_line(LOG_LEVEL_INFO, "stopping: %u run%s asked to end", daemon->live,
             daemon->live == 1 ? " is" : "s are");
    room_reserve_free(daemon->settings->home); /* for what is still to be written */
    writer_hurry(daemon->writer);
    for (run = daemon->runs; run != NULL; run = run->next)
        supervise_stop(daemon, run, RUN_CUT_SHORT, "the daemon was stopped");
}

static unsigned installed_robots(const struct daemon *daemon)
{
    const struct robot_entry *robot;
    unsigned count = 0;

    for (robot = daemon->robots; robot != NULL; robot = robot->next)
        count += robot->is_known && robot->is_installed;
    return count;
}

void daemon_ping(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();

    if (service_is_due(&daemon->service, now_ms) &&
        service_look(&daemon->service, daemon->writer, now_ms))
        service_tell(&daemon->service, "WATCHDOG=1\nSTATUS=%s: %u runs, %u robots installed",
                     daemon->is_stopping ? "stopping" : "serving", daemon->live,
                     installed_robots(daemon));
    if (daemon->service.next_ms != 0)
        daemon_deadline(daemon, daemon->service.next_ms);
}

static void announce_end(const struct daemon *daemon, int result, const struct fault *fault)
{
    if (result < 0)
        service_tell(&daemon->service, "STOPPING=1\nERRNO=%d\nSTATUS=%s", -result, fault->text);
}

static void announce_ready(struct daemon *daemon)
{
    service_tell(&daemon->service, "READY=1\nSTATUS=serving %s", daemon->settings->home);
    log_line(LOG_LEVEL_INFO, "ready: %s", daemon->settings->home);
    if (daemon->service.every_ms > 0) { /* the first proof is asked for now, and looked at then */
        (void)service_look(&daemon->service, daemon->writer, clock_monotonic_ms());
        daemon_deadline(daemon, daemon->service.next_ms);
    }
}

static void signal_ready(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct signalfd_siginfo info;
    ssize_t count;

    (void)events;
    do
        count = read(watch->fd, &info, sizeof(info));
    while (count < 0 && errno == EINTR);
    /* One that cannot be read is there all the same, and asks for the same as any other. */
    if (count > 0 || (count < 0 && errno != EAGAIN))
        begin_stopping(daemon);
}

static void bury(struct daemon *daemon)
{
    while (daemon->graves != NULL) {
        struct run *run = daemon->graves;

        daemon->graves = run->next;
        free(run->end);
        free(run);
    }
    while (daemon->host_graves != NULL) {
        struct host *host = daemon->host_graves;

        daemon->host_graves = host->next;
        free(host);
    }
}

static int wait_ms(const struct daemon *daemon)
{
    int64_t left;

    if (daemon->next_deadline_ms == INT64_MAX)
        return 60000;
    left = daemon->next_deadline_ms - clock_monotonic_ms();
    if (left < 0)
        return 0;
    return left > 60000 ? 60000 : (int)left + 1;
}

static int loop_once(struct daemon *daemon)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(daemon->epoll_fd, events, EVENTS_MAX, wait_ms(daemon));
    int i;

    if (count < 0 && errno != EINTR)
        return -errno;
    daemon->turn++;
    for (i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;

        if (watch->fd >= 0) /* else an earlier event of this round closed it */
            watch->ready(daemon, watch, events[i].events);
    }
    if (clock_monotonic_ms() >= daemon->next_deadline_ms)
        supervise_due(daemon);
    dispatch_all(daemon);
    command_server_bury(daemon);
    bury(daemon);
    rest_when_short(daemon);
    return 0;
}

/* A run that cannot be killed is left to the next daemon, which proves that it is gone before it
 * gives its items to anybody. */
static bool is_finished(const struct daemon *daemon)
{
    const struct run *run = daemon->runs;

    while (run != NULL && run->is_given_up)
        run = run->next;
    return daemon->is_stopping && run == NULL && writer_waiting(daemon->writer) == 0;
}

static int loop(struct daemon *daemon, struct fault *fault)
{
    int result = 0;

    while (result == 0 && !is_finished(daemon)) {
        result = loop_once(daemon);
        if (result < 0)
            return fault_set(fault, result, "the event loop failed: %s", strerror(-result));
        if (writer_failed(daemon->writer) != NULL)
            return fault_set(fault, -EIO,
                             "%s; the daemon ends so that nothing unsaved is taken for saved; see "
                             "to the disk and start it again",
                             writer_failed(daemon->writer));
    }
    return 0;
}

static int open_descriptors(struct daemon *daemon, struct fault *fault)
{
    sigset_t signals;
    int result;

    daemon->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    daemon->signal_watch.fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    daemon->signal_watch.ready = signal_ready;
    daemon->timer_watch.fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    daemon->timer_watch.ready = fires_timer;
    daemon->writer_watch.fd = fcntl(writer_fd(daemon->writer), F_DUPFD_CLOEXEC, 3);
    daemon->writer_watch.ready = writer_ready;
    if (daemon->epoll_fd < 0 || daemon->signal_watch.fd < 0 || daemon->timer_watch.fd < 0 ||
        daemon->writer_watch.fd < 0)
        return fault_set(fault, -errno, "the event loop cannot be set up: %s", strerror(errno));
    result = daemon_watch(daemon, &daemon->signal_watch, EPOLLIN);
    if (result == 0)
        result = daemon_watch(daemon, &daemon->timer_watch, EPOLLIN);
    if (result == 0)
        result = daemon_watch(daemon, &daemon->writer_watch, EPOLLIN);
    if (result < 0)
        return fault_set(fault, result, "the event loop cannot be set up: %s", strerror(-result));
    return command_server_open(daemon, fault);
}

static void close_descriptors(struct daemon *daemon)
{
    struct host *host;

    command_server_close(daemon);
    drop_stop(daemon);
    for (host = daemon->hosts; host != NULL; host = host->next)
        host_kill(daemon, host);
    daemon_unwatch(daemon, &daemon->signal_watch);
    daemon_unwatch(daemon, &daemon->timer_watch);
    daemon_unwatch(daemon, &daemon->writer_watch);
    if (daemon->epoll_fd >= 0)
        close(daemon->epoll_fd);
    if (daemon->hosts_file >= 0)
        close(daemon->hosts_file);
}

static void block_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    /* Before the writer's thread is made, which inherits the mask. */
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

/* When memory is short some run is to go and not we, who hold the store: the hosts say 500 of
 * themselves. Refused to those who are not root; then a service manager can say it (README). */
static void outlive_runs(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)!write(fd, "-900", 4);
    close(fd);
}

static int try_open(struct daemon *daemon, enum generation_list list, struct store **ret_store,
                    struct fault *fault)
{
    const char *home = daemon->settings->home;
    struct store *store = NULL;
    int result =
        room_is_short(home, 1)
            ? fault_set(fault, -ENOSPC, "%s: the disk is full; make room (`df -h %s`)", home, home)
            : daemon_upgrade_store(daemon, fault);

    if (result == 0)
        result = store_open(home, STORE_WRITE, &store, fault);
    if (result == 0)
        result = generation_refuse_unlisted(home, store, list, fault);
    if (result == 0)
        result = recovery_make(store, fault);
    if (result == 0)
        result = generation_open(home, &daemon->hosts_file, fault);
    if (result < 0)
        store_close(store);
    else
        *ret_store = store;
    return result;
}

/* Waits a second. False: an order to stop came. */
static bool is_still_wanted(void)
{
    static const struct timespec second = {.tv_sec = 1};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return sigtimedwait(&signals, NULL, &second) < 0;
}

/* Neither a full disk nor another program's lock is a reason to end: whoever starts the daemon again
 * and again for that would at last give up. */
static int open_patiently(struct daemon *daemon, enum generation_list list,
                          struct store **ret_store, struct fault *fault)
{
    bool is_said = false;
    int result;

    while ((result = try_open(daemon, list, ret_store, fault)) == -ENOSPC || result == -EBUSY) {
        if (!is_said)
            log_line(LOG_LEVEL_WARN, "waits before it serves: %s", fault->text);
        is_said = true;
        service_tell(&daemon->service, "EXTEND_TIMEOUT_USEC=30000000\nSTATUS=waits: %s",
                     fault->text);
        if (!is_still_wanted())
            break;
    }
    return result;
}

/* A command that found no daemon writes by itself, and has the lock for a moment, and there may be another behind it, and so
 * on; who started us would try again only after a while. A daemon keeps it: who has it for that long is waited for no more. */
static int take_lock(const char *home, struct home_lock *ret_lock, struct fault *fault)
{
    static const struct timespec moment = {.tv_nsec = LOCK_TRY_MS * 1000000L};
    int64_t since_ms = clock_monotonic_ms();
    int64_t most_ms = since_ms + LOCK_MOST_MS;
    int64_t holder = 0;
    int result;

    while ((result = home_lock(home, ret_lock, fault)) == -EWOULDBLOCK) {
        int64_t pid = home_lock_pid(home);
        int64_t now_ms = clock_monotonic_ms();

        if (pid != holder)
            since_ms = now_ms;
        holder = pid;
        if (now_ms - since_ms >= LOCK_ONE_MS || now_ms >= most_ms)
            break;
        (void)nanosleep(&moment, NULL);
    }
    return result;
}

/* Nothing of the last generation may live when its items are given back. */
static int open_writer(struct daemon *daemon, struct fault *fault)
{
    const char *home = daemon->settings->home;
    struct store *store = NULL;
    enum generation_list list;
    int result = generation_prove_gone(home, &list, fault);

    if (result < 0)
        return result;
    result = open_patiently(daemon, list, &store, fault);
    if (result == 0)
        result = writer_start(store, &daemon->writer, fault);
    if (result < 0)
        store_close(store);
    return result;
}

int daemon_run(const struct daemon_settings *settings, struct fault *fault)
{
    /* What the loop still holds at the end goes with the process; a leak check finds it here. */
    static struct daemon of_process;
    struct daemon *daemon = &of_process;
    struct home_lock lock = HOME_UNLOCKED;
    int result;

    daemon->settings = settings;
    daemon->next_deadline_ms = 0; /* whatever is looked at now and then begins at once */
    daemon->machine_runs = MACHINE_RUNS_MAX;
    daemon->epoll_fd = daemon->hosts_file = daemon->home_fd = -1;
    daemon->writer_watch.fd = daemon->signal_watch.fd = -1;
    daemon->listen_watch.fd = daemon->timer_watch.fd = daemon->spare_fd = -1;
    text_init(&daemon->encoded, WIRE_FRAME_MAX);
    service_open(&daemon->service);
    outlive_runs();
    block_signals();
    result =
        account_name(daemon->account, sizeof(daemon->account)) < 0 ? fault_no_memory(fault) : 0;
    if (result == 0)
        result = home_check(settings->home, fault);
    if (result == 0)
        result = take_lock(settings->home, &lock, fault);
    if (result == 0)
        result = home_hold(settings->home, &daemon->home_fd, fault);
    if (result == 0)
        result = open_writer(daemon, fault);
    if (result == 0)
        result = open_descriptors(daemon, fault);
    if (result == 0)
        result = serve_audit(daemon, "serve start", fault);
    if (result == 0) {
        fires_begin(daemon);
        registry_refresh(daemon);
        room_reserve_make(settings->home);
        announce_ready(daemon);
        result = loop(daemon, fault);
    }
    announce_end(daemon, result, fault);
    close_descriptors(daemon);
    if (result == 0)
        result = serve_audit(daemon, "serve stop", fault); /* applied by writer_stop() */
    if (daemon->writer != NULL)
        writer_stop(daemon->writer);
    if (result == 0 && daemon->audit_result < 0)
        result = fault_set(fault, daemon->audit_result,
                           "it has stopped, but its last record was not saved; see to the disk and "
                           "run `automagi verify`");
    if (result == 0)
        log_line(LOG_LEVEL_INFO, "stopped");
    text_release(&daemon->encoded);
    home_unlock(&lock);
    if (daemon->home_fd >= 0)
        close(daemon->home_fd);
    service_close(&daemon->service);
    return result;
}
