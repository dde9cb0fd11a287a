/* host_loop.c - a loaded host at work. */
#include "core/run/host/host_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/run/host/channel.h"
#include "core/run/host/child.h"
#include "core/run/host/fork.h"
#include "core/run/host/run_log.h"
#include "core/run/host/setup.h"

enum {
    EVENTS_MAX = 64,
    FRAMES_PER_TURN = 64,
    OUTPUT_PER_TURN = 65536,
    OUTPUT_AT_END = 2 * 1024 * 1024, /* more than a pipe may hold (pipe-max-size) */
    KIND_BITS = 2
};

enum event_kind { EVENT_CONTROL, EVENT_OUTPUT, EVENT_END };

struct run {
    int64_t id;
    pid_t pid;
    int pidfd; /* -1: the slot is free */
    int output_read;
    int output_write; /* kept open, so that the pipe never reports an end of its own */
    bool is_removing; /* the run is gone; `pid` clears its work folder */
    int32_t status;
    int64_t cpu_ms;
    int64_t rss_kib;
    struct run_log log;
    unsigned next_free;
};

static struct {
    const struct host_setup *setup;
    const struct ag_plugin *plugin;
    int epoll;
    unsigned first_free; /* HOST_RUNS_MAX: none */
    unsigned used;       /* slots below this were in use at some time */
    struct run *runs;    /* HOST_RUNS_MAX */
    char *output;        /* OUTPUT_PER_TURN */
} loop;

_Noreturn static void end_host(const char *why)
{
    if (why)
        (void)dprintf(STDERR_FILENO, "automagi-host: %s\n", why);
    _exit(why ? 1 : 0); /* pid 1 of the namespace: the kernel ends the runs */
}

static void watch(int fd, enum event_kind kind, unsigned slot)
{
    struct epoll_event event = {.events = EPOLLIN};

    event.data.u32 = slot << KIND_BITS | (unsigned)kind;
    if (epoll_ctl(loop.epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        end_host("a run cannot be watched");
}

static void send_ended(int64_t id, int32_t status, const struct run *run)
{
    struct wire_frame *frame = channel_frame(WIRE_ENDED);

    frame->run = id;
    frame->status = status;
    if (run) {
        frame->cpu_ms = run->cpu_ms;
        frame->rss_kib = run->rss_kib;
        frame->log_bytes = run->log.bytes;
    }
    if (channel_send(HOST_CONTROL_FD) < 0)
        end_host("the daemon cannot be told of a run's end");
}

static unsigned slot_take(void)
{
    unsigned slot = loop.first_free;

    if (slot < HOST_RUNS_MAX)
        loop.first_free = loop.runs[slot].next_free;
    else if (loop.used < HOST_RUNS_MAX)
        slot = loop.used++;
    return slot;
}

static void slot_give_back(unsigned slot)
{
    loop.runs[slot].pidfd = -1;
    loop.runs[slot].next_free = loop.first_free;
    loop.first_free = slot;
}

/* Read end nonblocking, write end not: a run that prints waits for us, it loses nothing. */
static int make_output(struct run *run)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return -EIO;
    }
    run->output_read = ends[0];
    run->output_write = ends[1];
    return 0;
}

/* 0 or why it could not be forked; then the slot is free again. */
static int run_begin(int64_t id, int socket_fd)
{
    unsigned slot = slot_take();
    struct run *run;
    int pidfd = -1;
    pid_t pid;
    int r;

    if (slot == HOST_RUNS_MAX)
        return -EAGAIN;
    run = &loop.runs[slot];
    r = make_output(run);
    if (r < 0) {
        slot_give_back(slot);
        return r;
    }
    pid = fork_into_namespace(&pidfd);
    if (pid == 0)
        child_main(loop.setup, loop.plugin, id, socket_fd, run->output_write);
    if (pid < 0) {
        (void)close(run->output_read);
        (void)close(run->output_write);
        slot_give_back(slot);
        return (int)pid;
    }
    run->id = id;
    run->pid = pid;
    run->pidfd = pidfd;
    run->is_removing = false;
    run_log_init(&run->log, loop.setup->log_fd, id, loop.setup->limits.log_kib * 1024);
    watch(run->output_read, EVENT_OUTPUT, slot);
    watch(pidfd, EVENT_END, slot);
    return 0;
}

static void run_signal(int64_t id, int number)
{
    unsigned i;

    for (i = 0; i < loop.used; i++)
        if (loop.runs[i].pidfd >= 0 && loop.runs[i].id == id && !loop.runs[i].is_removing)
            (void)syscall(SYS_pidfd_send_signal, loop.runs[i].pidfd, number, NULL, 0);
    /* Not there: it ended by itself, and ENDED is on its way. */
}

/* Bytes taken, 0 when there is nothing more just now. */
static size_t take_output(struct run *run)
{
    ssize_t n;

    do
        n = read(run->output_read, loop.output, OUTPUT_PER_TURN);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return 0;
    run_log_feed(&run->log, loop.output, (size_t)n);
    return (size_t)n;
}

static void run_finish(unsigned slot)
{
    struct run *run = &loop.runs[slot];

    (void)close(run->pidfd);
    send_ended(run->id, run->status, run);
    slot_give_back(slot);
}

/* True when it is done; false when a process clears it, for a tree can take long. */
static bool remove_work_folder(struct run *run, unsigned slot)
{
    char name[32];
    int pidfd = -1;
    pid_t pid;

    (void)snprintf(name, sizeof(name), "%" PRId64, run->id);
    if (unlinkat(loop.setup->work_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return true;
    pid = fork_plain(&pidfd);
    if (pid == 0)
        _exit(file_remove_tree(loop.setup->work_fd, name) < 0 ? 1 : 0);
    if (pid < 0)
        return true; /* the daemon clears what is left over when it starts */
    run->is_removing = true;
    run->pid = pid;
    run->pidfd = pidfd;
    watch(pidfd, EVENT_END, slot);
    return false;
}

static int64_t milliseconds(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_usec / 1000;
}

/* All that the run began is gone as well: it was the init of its namespace. */
static void run_reap(unsigned slot)
{
    struct run *run = &loop.runs[slot];
    struct rusage usage = {0};
    size_t taken = 1;
    size_t total = 0;
    int status = 0;

    while (wait4(run->pid, &status, 0, &usage) < 0 && errno == EINTR)
        continue;
    if (run->is_removing) {
        run_finish(slot);
        return;
    }
    run->status = status;
    run->cpu_ms = milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime);
    run->rss_kib = usage.ru_maxrss;
    for (; taken > 0 && total < OUTPUT_AT_END; total += taken)
        taken = take_output(run);
    run_log_close(&run->log);
    (void)close(run->output_read);
    (void)close(run->output_write);
    (void)close(run->pidfd);
    run->pidfd = -1;
    if (remove_work_folder(run, slot)) {
        send_ended(run->id, run->status, run);
        slot_give_back(slot);
    }
}

static void take_frame(const struct wire_frame *frame, int came)
{
    int r;

    if ((frame->type == WIRE_RUN) != (came >= 0))
        end_host("a frame came with a descriptor too many or too few");
    if (frame->type == WIRE_RUN) {
        int64_t id = frame->run;

        r = run_begin(id, came);
        (void)close(came);
        if (r < 0)
            send_ended(id, r, NULL);
    } else if (frame->type == WIRE_STOP) {
        run_signal(frame->run, SIGTERM);
    } else if (frame->type == WIRE_KILL) {
        run_signal(frame->run, SIGKILL);
    } else {
        end_host("the daemon sent a frame that may not come now");
    }
}

static void take_frames(void)
{
    const struct wire_frame *frame = NULL;
    unsigned i;
    int came = -1;
    int r;

    for (i = 0; i < FRAMES_PER_TURN; i++) {
        r = channel_receive(HOST_CONTROL_FD, MSG_DONTWAIT, &came, &frame);
        if (r == -EAGAIN)
            return;
        if (r == -EPROTO)
            end_host("the daemon sent a frame that is none");
        if (r < 0)
            end_host(NULL);
        take_frame(frame, came);
    }
}

static void turn(void)
{
    struct epoll_event events[EVENTS_MAX];
    bool has_frames = false;
    unsigned slot;
    int count;
    int i;

    count = epoll_wait(loop.epoll, events, EVENTS_MAX, -1);
    if (count < 0 && errno != EINTR)
        end_host("waiting failed");
    for (i = 0; i < count; i++) {
        slot = events[i].data.u32 >> KIND_BITS;
        switch ((enum event_kind)(events[i].data.u32 & ((1u << KIND_BITS) - 1))) {
        case EVENT_CONTROL:
            has_frames = true;
            break;
        case EVENT_OUTPUT:
            if (loop.runs[slot].pidfd >= 0 && !loop.runs[slot].is_removing)
                (void)take_output(&loop.runs[slot]);
            break;
        case EVENT_END:
            if (loop.runs[slot].pidfd >= 0)
                run_reap(slot);
            break;
        }
    }
    /* Last: a slot that is taken here must not meet an event of who had it before. */
    if (has_frames)
        take_frames();
}

_Noreturn void host_loop(const struct host_setup *setup, const struct ag_plugin *plugin)
{
    loop.setup = setup;
    loop.plugin = plugin;
    loop.first_free = HOST_RUNS_MAX;
    loop.runs = calloc(HOST_RUNS_MAX, sizeof(*loop.runs));
    loop.output = malloc(OUTPUT_PER_TURN);
    if (!loop.runs || !loop.output)
        end_host("out of memory");
    loop.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop.epoll < 0)
        end_host("epoll cannot be had");
    watch(HOST_CONTROL_FD, EVENT_CONTROL, 0);
    for (;;)
        turn();
}
