#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/hold.h"
#include "core/run/supervise.h"

/* A socket's buffer holds a few hundred of the smallest frames. */
enum { FRAMES_PER_TURN = 64, FRAMES_AT_END = 1024 };

struct run *run_find(struct daemon *daemon, int64_t run_id)
{
    struct run *run;

    for (run = daemon->runs; run != NULL; run = run->next) {
        if (run->id == run_id || (run->ticket != 0 && run->ticket == run_id))
            return run;
    }
    return NULL;
}

static uint32_t channel_events(const struct run *run)
{
    return (run->is_in_paused ? 0u : (uint32_t)EPOLLIN) |
           (run->is_out_watched ? (uint32_t)EPOLLOUT : 0u);
}

static void watch_channel(struct daemon *daemon, struct run *run)
{
    if (run->channel.fd >= 0)
        daemon_rewatch(daemon, &run->channel, channel_events(run));
}

static void drop_output(struct run *run)
{
    while (run->out_first != NULL) {
        struct frame_out *frame = run->out_first;

        run->out_first = frame->next;
        free(frame);
    }
    run->out_last = NULL;
}

static void queue_output(struct daemon *daemon, struct run *run, const char *bytes, size_t length)
{
    struct frame_out *frame = malloc(sizeof(*frame) + length);

    if (frame == NULL) {
        run_violation(daemon, run, "the daemon is out of memory");
        return;
    }
    frame->next = NULL;
    frame->length = length;
    memcpy(frame->bytes, bytes, length);
    if (run->out_last != NULL)
        run->out_last->next = frame;
    else
        run->out_first = frame;
    run->out_last = frame;
    if (!run->is_out_watched) {
        run->is_out_watched = true;
        watch_channel(daemon, run);
    }
}

/* A frame that is for later and was given up instead would be a run that waits for it until its time is out. */
void run_send(struct daemon *daemon, struct run *run, const char *bytes, size_t length)
{
    if (run->channel.fd < 0)
        return;
    if (run->out_first == NULL) {
        if (send(run->channel.fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
            return;
        if (!daemon_sends_later(daemon, errno))
            return; /* it is gone; its end comes by the other way */
    }
    queue_output(daemon, run, bytes, length);
}

int run_send_frame(struct daemon *daemon, struct run *run, struct wire_frame *frame)
{
    int result = wire_encode(frame, &daemon->encoded);

    if (result == 0)
        run_send(daemon, run, daemon->encoded.bytes, daemon->encoded.length);
    return result;
}

static void send_more(struct daemon *daemon, struct run *run)
{
    while (run->out_first != NULL) {
        struct frame_out *frame = run->out_first;

        if (send(run->channel.fd, frame->bytes, frame->length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
            if (daemon_sends_later(daemon, errno))
                return;
            drop_output(run);
            break;
        }
        run->out_first = frame->next;
        if (run->out_first == NULL)
            run->out_last = NULL;
        free(frame);
    }
    run->is_out_watched = false;
    watch_channel(daemon, run);
}

void run_violation(struct daemon *daemon, struct run *run, const char *what)
{
    if (run->is_violation)
        return;
    run->is_violation = true;
    run->has_said_end = false;
    (void)text_copy(run->note, sizeof(run->note), what);
    log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = run->robot->slug, .run = run->id},
              "run %lld of %s is ended: %s", (long long)run->id, run->robot->slug, what);
    supervise_kill(daemon, run);
}

void run_end_when_over(struct run *run)
{
    if (run->jobs > 0 || run->is_ending || !run->is_process_gone || !run->is_channel_read ||
        supervise_awaits_order(run))
        return;
    run->is_ending = true;
    if (hold_keeps(&run->hold))
        hold_put_back(run);
    else
        job_end(run, supervise_verdict(run));
}

void run_job_done(struct daemon *daemon, struct run *run)
{
    run->jobs--;
    if (run->is_in_paused && run->jobs < RUN_JOBS_MAX / 2 && run->cost < RUN_COST_MAX / 2) {
        run->is_in_paused = false;
        watch_channel(daemon, run);
    }
    run_end_when_over(run);
}

/* Whoever waits for each answer has read all before: what is kept for one that does not is the
 * answer to one request. */
static bool may_ask(struct daemon *daemon, struct run *run)
{
    if (run->is_asking || run->out_first != NULL)
        run_violation(daemon, run, "it asked again before it had read what it was answered");
    return !run->is_violation;
}

static int take_flush(struct daemon *daemon, struct run *run)
{
    return may_ask(daemon, run) ? job_flush(run) : 0;
}

static int take_lease(struct daemon *daemon, struct run *run, const struct wire_frame *frame)
{
    char reason[REST_REASON_MAX];
    int64_t until_ms;
    uint32_t want =
        frame->count < run->robot->definition.lease ? frame->count : run->robot->definition.lease;

    if (!may_ask(daemon, run))
        return 0;
    if (run->leased > 0) {
        run_violation(daemon, run, "it asked for items before it had reported those it has");
        return 0;
    }
    if (run->forced != 0 || daemon->is_stopping) {
        run->is_denied = true;
        return job_deny(run);
    }
    if (rest_for_system(daemon, run->robot, clock_now_ms(), &until_ms, reason)) {
        run->is_rested = true; /* it ends in order; another run goes on when the system is open */
        return job_deny(run);
    }
    if (want == 0 || job_lease(run, want) < 0)
        run_violation(daemon, run, "its lease could not be given");
    return 0;
}

static void take_result(struct daemon *daemon, struct run *run, const struct wire_frame *frame)
{
    if (run->leased == 0) {
        run_violation(daemon, run, "it reported an item that it was not given");
        return;
    }
    /* Which items were begun is known by their order alone (item_release_run()). */
    if (frame->item != run->lease_ids[run->lease_count - run->leased]) {
        run_violation(daemon, run, "it reported an item before the one it was given first");
        return;
    }
    run->leased--;
    run->seq++;
    run->item_deadline_ms =
        run->leased == 0
            ? 0
            : clock_monotonic_ms() + (int64_t)run->robot->definition.item_timeout_s * 1000;
    if (job_result(run, frame) < 0)
        run_violation(daemon, run, "the daemon is out of memory");
}

static void take_end(struct daemon *daemon, struct run *run, const struct wire_frame *frame)
{
    struct text note;

    if (run->leased > 0 && frame->outcome == WIRE_DONE) {
        run_violation(daemon, run, "it said that it was done before it had reported its items");
        return;
    }
    run->has_said_end = true;
    run->said_outcome = (int)frame->outcome;
    run->has_said_collected = frame->collected != 0;
    if (run->forced == 0) {
        text_init(&note, WIRE_NOTE_MAX);
        log_redact(frame->note.bytes, frame->note.length, &note);
        (void)text_copy(run->note, sizeof(run->note), text_string(&note));
        text_release(&note);
    }
}

static void take_frame(struct daemon *daemon, struct run *run, const struct wire_frame *frame)
{
    int result = 0;

    if (run->is_violation)
        return;
    if (run->has_said_end)
        run_violation(daemon, run, "it went on after its end");
    else if (frame->type == WIRE_RESULT)
        take_result(daemon, run, frame);
    else if (frame->type == WIRE_LEASE)
        result = take_lease(daemon, run, frame);
    else if (frame->type == WIRE_ADD)
        result = job_add(run, frame);
    else if (frame->type == WIRE_FLUSH)
        result = take_flush(daemon, run);
    else if (frame->type == WIRE_END)
        take_end(daemon, run, frame);
    else
        run_violation(daemon, run, "it sent a frame that is not a run's to send");
    if (result < 0)
        run_violation(daemon, run, "the daemon is out of memory");
}

/* True: go on reading. */
static bool read_frame(struct daemon *daemon, struct run *run)
{
    int result = wire_receive(run->channel.fd, MSG_DONTWAIT, daemon->packet, NULL, &daemon->frame);

    if (result == -EAGAIN)
        return false;
    if (result > 0) {
        take_frame(daemon, run, &daemon->frame);
        return true;
    }
    if (result == -EPROTO) {
        run_violation(daemon, run, "it sent a frame that is none");
        return true;
    }
    if (result != -ECONNRESET) /* results may lie there: any of its items may have been begun */
        run_violation(daemon, run, "its channel could not be read to its end");
    run->is_channel_read = true;
    daemon_unwatch(daemon, &run->channel);
    drop_output(run);
    return false;
}

static void channel_ready(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct run *run = (struct run *)(void *)watch;
    int i;

    if ((events & (uint32_t)EPOLLOUT) != 0)
        send_more(daemon, run);
    if ((events & ~(uint32_t)EPOLLOUT) == 0)
        return;
    for (i = 0; i < FRAMES_PER_TURN && run->channel.fd >= 0; i++) {
        if (run->jobs >= RUN_JOBS_MAX || run->cost >= RUN_COST_MAX) {
            run->is_in_paused = true;
            watch_channel(daemon, run);
            return;
        }
        if (!read_frame(daemon, run))
            break;
    }
    run_end_when_over(run);
}

/* What it sent before it ended is still in the socket. False when the end of file does not come: then
 * somebody still holds the other end, or more lies there than a socket of ours holds. */
static bool read_to_end(struct daemon *daemon, struct run *run)
{
    int i;

    for (i = 0; i < FRAMES_AT_END && run->channel.fd >= 0 && read_frame(daemon, run); i++)
        ;
    return run->channel.fd < 0;
}

bool run_said_ended(struct daemon *daemon, struct run *run, int status)
{
    if (read_to_end(daemon, run)) {
        run_ended(daemon, run, status);
        return true;
    }
    run_violation(daemon, run, "its host said that it had ended, but its channel is still in use");
    return false;
}

void run_ended(struct daemon *daemon, struct run *run, int status)
{
    run->is_process_gone = true;
    run->status = status;
    supervise_place(run);
    if (!read_to_end(daemon, run)) {
        /* Its end of the channel has been passed on to somebody who is none of it, or has been filled. What is
         * not read may be results: any of its items may have been begun. */
        run_violation(daemon, run, "its channel was not at its end when its process was gone");
        daemon_unwatch(daemon, &run->channel);
        run->is_channel_read = true;
    }
    supervise_end(daemon, run);
    supervise_birth(daemon, run);
    run_end_when_over(run);
}

/* The first frame of a channel, which has room for it. */
static int send_with_drop(struct daemon *daemon, struct run *run, int drop_fd)
{
    int result = wire_encode(&daemon->out, &daemon->encoded);

    if (result == 0)
        result = wire_pass(run->channel.fd, &daemon->encoded, drop_fd);
    close(drop_fd);
    return result;
}

static int send_start(struct daemon *daemon, struct run *run, const char *input)
{
    struct wire_frame *frame = &daemon->out;
    int drop_fd = drop_take(run->robot);

    wire_frame_init(frame, WIRE_START);
    frame->run = run->id;
    frame->lease = run->robot->definition.lease;
    run->has_input = input[0] != '\0';
    run->skips_collect = run->robot->is_queue_full;
    run->robot->is_queue_full = false; /* as far as is known */
    frame->skip_collect = run->skips_collect;
    frame->robot = wire_string(run->robot->slug);
    frame->input = wire_string(input);
    frame->configuration = wire_string(run->robot->definition.configuration);
    if (drop_fd >= 0)
        return send_with_drop(daemon, run, drop_fd);
    return run_send_frame(daemon, run, frame);
}

/* Its host can wait to hear of it: the children of others are told to start first. */
static void name_parked(struct daemon *daemon, struct run *run)
{
    run->is_unnamed = false;
    daemon->unnamed--;
    run->host->tickets--;
    wire_frame_init(&daemon->out, WIRE_NAME);
    daemon->out.run = run->ticket;
    daemon->out.item = run->id;
    if (run->host->state != HOST_GONE && host_send(daemon, run->host, &daemon->out, -1) < 0)
        host_kill(daemon, run->host);
}

void run_name_parked(struct daemon *daemon)
{
    struct run *run;

    for (run = daemon->runs; run != NULL && daemon->unnamed > 0; run = run->next) {
        if (run->is_unnamed)
            name_parked(daemon, run);
    }
}

static int make_channel(struct run *run, int *ret_other_end)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    run->channel.fd = pair[0];
    *ret_other_end = pair[1];
    return 0;
}

static int open_channel(struct daemon *daemon, struct run *run, const char *input)
{
    bool is_parked = park_take(run->robot, run);
    int other_end = -1;
    int result = is_parked ? 0 : make_channel(run, &other_end);

    run->channel.ready = channel_ready;
    if (result == 0)
        result = send_start(daemon, run, input);
    if (result == 0) /* its start may wait to be sent */
        result = daemon_watch(daemon, &run->channel, channel_events(run));
    if (result == 0 && !is_parked) {
        wire_frame_init(&daemon->out, WIRE_RUN);
        daemon->out.run = run->id;
        result = host_send(daemon, run->host, &daemon->out, other_end);
    }
    if (other_end >= 0)
        close(other_end);
    if (result < 0 && is_parked) { /* it may have begun: nobody else may be told of it */
        run->host->tickets--;
        host_drain(daemon, run->host);
        host_kill(daemon, run->host);
    }
    return result;
}

static void set_policy(struct run *run)
{
    const struct definition *definition = &run->robot->definition;

    (void)text_copy(run->plugin, sizeof(run->plugin), definition->plugin);
    definition_policy(definition, run->robot->id, run->host->side_effects, &run->policy);
}

int run_begin(struct daemon *daemon, struct robot_entry *robot, int64_t run_id, const char *input)
{
    struct run *run = calloc(1, sizeof(*run));
    struct run_job *start = job_start_new();
    int result;

    if (run == NULL || start == NULL) {
        free(start);
        free(run);
        return -ENOMEM;
    }
    run->end = job_end_new();
    run->channel.fd = -1;
    run->daemon = daemon;
    run->robot = robot;
    run->host = robot->host;
    run->id = run_id;
    set_policy(run);
    run->run_deadline_ms = clock_monotonic_ms() + (int64_t)robot->definition.run_timeout_s * 1000;
    result = run->end != NULL ? open_channel(daemon, run, input) : -ENOMEM;
    if (result < 0) {
        daemon_unwatch(daemon, &run->channel);
        drop_output(run);
        robot->is_queue_full = robot->is_queue_full || run->skips_collect; /* the next makes room */
        free(run->end);
        free(start);
        free(run);
        return result;
    }
    run->is_unnamed = run->ticket != 0;
    daemon->unnamed += run->is_unnamed;
    run->next = daemon->runs;
    daemon->runs = run;
    daemon->live++;
    robot->live++;
    run->host->live++;
    daemon_deadline(daemon, run->run_deadline_ms);
    /* Before anything the run can ask for, in the writer's order. */
    job_start(run, start);
    return 0;
}

void run_forget(struct daemon *daemon, struct run *run)
{
    struct run **link = &daemon->runs;

    assert(run != NULL);
    while (*link != NULL && *link != run)
        link = &(*link)->next;
    if (*link == run)
        *link = run->next;
    daemon->live--;
    run->robot->live--;
    host_release(daemon, run->host);
    drop_output(run);
    run->next = daemon->graves;
    daemon->graves = run;
}
