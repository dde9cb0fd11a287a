/* host_loop.c - a loaded host at work. */
#include "core/run/host/host_loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
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
    FEW_BYTES = 2048,                /* of folder entries: the work folders of most runs fit */
    KIND_BITS = 2
};

enum event_kind { EVENT_CONTROL, EVENT_OUTPUT, EVENT_ENDS };

struct run {
    int64_t id;
    pid_t pid; /* 0: the slot is free. Not another's before it is waited for, so it names the run */
    int output_read;
    int output_write; /* kept open, so that the pipe never reports an end of its own */
    bool is_removing; /* the run is gone; `pid` clears its work folder */
    int32_t status;
    int64_t cpu_ms;
    int64_t rss_kib;
    struct child_place place;
    struct run_log log;
    unsigned next_free;
};

static struct {
    const struct host_setup *setup;
    const struct ag_plugin *plugin;
    int epoll;
    int ends;                   /* signalfd of SIGCHLD */
    unsigned first_free;        /* HOST_RUNS_MAX: none */
    unsigned used;              /* slots below this were in use at some time */
    struct run *runs;           /* HOST_RUNS_MAX */
    char *output;               /* OUTPUT_PER_TURN */
    struct child_place *places; /* HOST_RUNS_MAX; shared with the runs, who write what they will */
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
        frame->step = run->place.step <= WIRE_IN_CLOSE ? run->place.step : WIRE_IN_NONE;
        frame->count = run->place.begun;
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
    loop.runs[slot].pid = 0;
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
    struct child_start start = {.run = id, .socket_fd = socket_fd, .output_fd = -1};
    pid_t pid;
    int r;

    if (slot == HOST_RUNS_MAX)
        return -EAGAIN;
    run = &loop.runs[slot];
    r = make_output(run);
    start.output_fd = run->output_write; /* the child has no loop.runs */
    start.place = loop.places + slot;
    if (r < 0) {
        slot_give_back(slot);
        return r;
    }
    *start.place = (struct child_place){.step = WIRE_IN_NONE};
    pid = fork_into_namespace();
    if (pid == 0)
        child_main(loop.setup, loop.plugin, &start);
    if (pid < 0) {
        (void)close(run->output_read);
        (void)close(run->output_write);
        slot_give_back(slot);
        return (int)pid;
    }
    run->id = id;
    run->pid = pid;
    run->is_removing = false;
    run_log_init(&run->log, loop.setup->log_fd, id, loop.setup->limits.log_kib * 1024);
    if (id < WIRE_TICKET_FIRST) /* else it is not known yet whose log it is */
        watch(run->output_read, EVENT_OUTPUT, slot);
    return 0;
}

static void run_signal(int64_t id, int number)
{
    unsigned i;

    for (i = 0; i < loop.used; i++)
        if (loop.runs[i].pid > 0 && loop.runs[i].id == id && !loop.runs[i].is_removing)
            (void)kill(loop.runs[i].pid, number);
    /* Not there: it ended by itself, and ENDED is on its way. */
}

/* A child that was forked ahead is a run: it has been told to start, and may have ended since. Then
 * the ENDED of its ticket is on its way, and its log has the ticket's name. */
static void run_name(int64_t ticket, int64_t id)
{
    char from[32];
    char to[32];
    unsigned i;

    for (i = 0; i < loop.used; i++) {
        struct run *run = &loop.runs[i];

        if (run->pid > 0 && run->id == ticket && !run->is_removing) {
            run->id = id;
            run->log.run = id;
            watch(run->output_read, EVENT_OUTPUT, i);
            return;
        }
    }
    (void)snprintf(from, sizeof(from), "%" PRId64 ".log", ticket);
    (void)snprintf(to, sizeof(to), "%" PRId64 ".log", id);
    (void)renameat(loop.setup->log_fd, from, loop.setup->log_fd, to);
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

    send_ended(run->id, run->status, run);
    slot_give_back(slot);
}

/* A few files in a folder are removed at once. */
static void remove_few(const char *name)
{
    _Alignas(struct dirent64) char entries[FEW_BYTES];
    const struct dirent64 *entry;
    ssize_t length;
    ssize_t at;
    int fd = openat(loop.setup->work_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    length = getdents64(fd, entries, sizeof(entries));
    for (at = 0; at < length; at += entry->d_reclen) {
        entry = (const struct dirent64 *)(const void *)(entries + at);
        if (entry->d_type != DT_DIR)
            (void)unlinkat(fd, entry->d_name, 0);
    }
    (void)close(fd);
}

/* True when it is done; false when a process clears it, for a tree can take long. */
static bool remove_work_folder(struct run *run)
{
    char name[32];
    pid_t pid;

    (void)snprintf(name, sizeof(name), "%" PRId64, run->id);
    if (unlinkat(loop.setup->work_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return true;
    remove_few(name);
    if (unlinkat(loop.setup->work_fd, name, AT_REMOVEDIR) == 0)
        return true;
    pid = fork_plain();
    if (pid == 0)
        _exit(file_remove_tree(loop.setup->work_fd, name) < 0 ? 1 : 0);
    if (pid < 0)
        return true; /* the daemon clears what is left over when it starts */
    run->is_removing = true;
    run->pid = pid;
    return false;
}

static int64_t milliseconds(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_usec / 1000;
}

/* All that the run began is gone as well: it was the init of its namespace. */
static void run_is_over(unsigned slot, int status, const struct rusage *usage)
{
    struct run *run = &loop.runs[slot];
    size_t taken = 1;
    size_t total = 0;

    if (run->is_removing) {
        run_finish(slot);
        return;
    }
    run->status = status;
    run->place = loop.places[slot];
    run->cpu_ms = milliseconds(&usage->ru_utime) + milliseconds(&usage->ru_stime);
    run->rss_kib = usage->ru_maxrss;
    for (; taken > 0 && total < OUTPUT_AT_END; total += taken)
        taken = take_output(run);
    run_log_close(&run->log);
    (void)close(run->output_read);
    (void)close(run->output_write);
    if (remove_work_folder(run))
        run_finish(slot);
}

static void take_ends(void)
{
    static const struct timespec moment = {0, 20000000};
    struct signalfd_siginfo signal;
    struct rusage usage;
    unsigned slot;
    int status;
    pid_t pid;

    /* First the signal, then the ended: one that ends meanwhile raises it anew. */
    if (read(loop.ends, &signal, sizeof(signal)) < 0 && errno != EAGAIN)
        (void)nanosleep(&moment, NULL); /* it stays, and would be met again at once */
    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        for (slot = 0; slot < loop.used; slot++)
            if (loop.runs[slot].pid == pid)
                break;
        if (slot < loop.used) /* an orphan of a host that is pid 1 is not one of ours */
            run_is_over(slot, status, &usage);
    }
}

static void send_current(void)
{
    (void)channel_frame(host_setup_is_current(loop.setup) ? WIRE_READY : WIRE_CHECK);
    if (channel_send(HOST_CONTROL_FD) < 0)
        end_host("the daemon cannot be told of the folders");
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
    } else if (frame->type == WIRE_NAME) {
        run_name(frame->run, frame->item);
    } else if (frame->type == WIRE_STOP) {
        run_signal(frame->run, SIGTERM);
    } else if (frame->type == WIRE_KILL) {
        run_signal(frame->run, SIGKILL);
    } else if (frame->type == WIRE_CHECK) {
        send_current();
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
    bool has_ends = false;
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
            if (loop.runs[slot].pid > 0 && !loop.runs[slot].is_removing)
                (void)take_output(&loop.runs[slot]);
            break;
        case EVENT_ENDS:
            has_ends = true;
            break;
        }
    }
    if (has_ends)
        take_ends();
    /* Last: a slot that is taken here must not meet an event of who had it before. */
    if (has_frames)
        take_frames();
}

static int watch_ends(void)
{
    sigset_t ended;

    (void)sigemptyset(&ended);
    (void)sigaddset(&ended, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &ended, NULL) < 0)
        return -errno;
    loop.ends = signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop.ends < 0)
        return -errno;
    watch(loop.ends, EVENT_ENDS, 0);
    return 0;
}

/* What no run needs: a fork leaves it out, and does not make us pay for what we then write. */
static void *own_memory(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pages == MAP_FAILED || madvise(pages, size, MADV_DONTFORK) < 0 ? NULL : pages;
}

int host_loop_prepare(void)
{
    loop.runs = own_memory(HOST_RUNS_MAX * sizeof(*loop.runs));
    loop.output = own_memory(OUTPUT_PER_TURN);
    loop.places = mmap(NULL, HOST_RUNS_MAX * sizeof(*loop.places), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return loop.runs == NULL || loop.output == NULL || loop.places == MAP_FAILED ? -ENOMEM : 0;
}

_Noreturn void host_loop(const struct host_setup *setup, const struct ag_plugin *plugin)
{
    loop.setup = setup;
    loop.plugin = plugin;
    loop.first_free = HOST_RUNS_MAX;
    loop.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop.epoll < 0)
        end_host("epoll cannot be had");
    if (watch_ends() < 0)
        end_host("the ends of runs cannot be watched");
    watch(HOST_CONTROL_FD, EVENT_CONTROL, 0);
    for (;;)
        turn();
}
