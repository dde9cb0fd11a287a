#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/process.h"
#include "core/run/daemon_inner.h"
#include "core/run/generation.h"
#include "core/run/plugin_file.h"
#include "core/store/home.h"

/* More than all its runs can have left to say. */
enum { FRAMES_PER_TURN = 256 };

int host_send(struct daemon *daemon, struct host *host, struct wire_frame *frame, int passed_fd)
{
    int result = wire_encode(frame, &daemon->encoded);

    return result < 0 ? result : wire_pass(host->control.fd, &daemon->encoded, passed_fd);
}

void host_kill(struct daemon *daemon, struct host *host)
{
    (void)daemon;
    if (host->state != HOST_GONE && host->ending.fd >= 0)
        (void)syscall(SYS_pidfd_send_signal, host->ending.fd, SIGKILL, NULL, 0);
}

/* Takes no new runs; ends when the ones it has are over. */
void host_drain(struct daemon *daemon, struct host *host)
{
    if (host->robot->parked_host == host)
        park_drop(host->robot);
    if (host->robot->host == host)
        host->robot->host = NULL;
    if (host->state == HOST_GONE)
        return;
    host->state = HOST_DRAINING;
    host->deadline_ms = clock_monotonic_ms() + KILL_PATIENCE_MS;
    if (host->live == 0) {
        daemon_unwatch(daemon, &host->control); /* at its end of file it leaves */
        daemon_deadline(daemon, host->deadline_ms);
    }
}

static bool is_same_file(const struct stat *one, const struct stat *other)
{
    return one->st_ino == other->st_ino && one->st_dev == other->st_dev;
}

/* A host holds its plugin open: what was put in its place since is another. */
bool host_is_current(const struct daemon *daemon, struct host *host)
{
    const struct stat *then = &host->plugin_stat;
    struct stat now;

    if (host->state == HOST_GONE || host->state == HOST_DRAINING)
        return false;
    if (host->looked_turn == daemon->turn)
        return true;
    host->looked_turn = daemon->turn;
    return stat(host->plugin_path, &now) == 0 && is_same_file(&now, then) &&
           now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}

bool host_may_start(struct daemon *daemon, struct host *host)
{
    if (host->state != HOST_READY || host->check_ms != 0)
        return false;
    if (host->robot->definition.folder_count == 0 || host->checked_turn == daemon->turn)
        return true;
    wire_frame_init(&daemon->out, WIRE_CHECK);
    if (host_send(daemon, host, &daemon->out, -1) < 0) {
        host_kill(daemon, host);
        return false;
    }
    host->check_ms = clock_monotonic_ms() + HOST_START_MS;
    daemon_deadline(daemon, host->check_ms);
    return false;
}

/* Its robot's runs wait for another one, unless that would end the same. */
static void fail_host(struct daemon *daemon, struct host *host, const char *reason)
{
    struct robot_entry *robot = host->robot;

    if (host_try_again(daemon, robot, reason, host->tries))
        return;
    dispatch_refuse(daemon, robot, reason);
    log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug}, "robot %s: %s",
              robot->slug, reason);
}

/* A process that waits for a file system that is gone may not even be killed: it is given up,
 * and no other is started for the robot as long as it is there. */
static void give_up(struct daemon *daemon, struct host *host, const char *reason)
{
    host->check_ms = HOST_HANGS;
    host_drain(daemon, host);
    fail_host(daemon, host, reason);
}

void host_look_at_silence(struct daemon *daemon, struct host *host, int64_t now_ms)
{
    bool is_starting = host->state == HOST_STARTING || host->state == HOST_LOADING;
    int64_t until_ms = is_starting ? host->deadline_ms + KILL_PATIENCE_MS : host->check_ms;

    if (host->state == HOST_GONE || until_ms == 0 || host->check_ms == HOST_HANGS)
        return;
    if (now_ms < until_ms)
        daemon_deadline(daemon, until_ms);
    else if (is_starting)
        give_up(daemon, host, host->refusal);
    else
        give_up(daemon, host,
                "a granted folder does not answer: a network share may be gone; see to it and run "
                "the robot again");
}

/* True when the frame was its answer to CHECK. */
static bool take_check(struct daemon *daemon, struct host *host, enum wire_type type)
{
    if (host->check_ms == 0 || (type != WIRE_READY && type != WIRE_CHECK))
        return false;
    host->check_ms = 0;
    host->checked_turn = daemon->turn;
    if (type == WIRE_CHECK && host->state == HOST_READY)
        host_drain(daemon, host); /* another folder lies there by now: a new host opens that */
    return true;
}

static void refuse(struct daemon *daemon, struct host *host, const char *reason)
{
    if (host->refusal[0] == '\0')
        (void)text_copy(host->refusal, sizeof(host->refusal), reason);
    host->tries = 0;
    daemon_unwatch(daemon, &host->control); /* it is not listened to any more */
    host_kill(daemon, host);
}

/* The plugin as it is on disk now against the robot as it was added. */
static void take_hello(struct daemon *daemon, struct host *host, const struct wire_frame *frame)
{
    struct plugin_note note;
    struct fault fault;
    int result =
        plugin_note_parse(frame->note.bytes, frame->note.length, host->plugin_path, &note, &fault);

    if (result == 0) {
        result = definition_check(&host->robot->definition, &note, &fault);
        host->side_effects = (int)note.side_effects;
        plugin_note_release(&note);
    }
    if (result < 0) {
        refuse(daemon, host, fault.text);
        return;
    }
    memcpy(host->hash, frame->hash.bytes, sizeof(host->hash));
    host->state = HOST_LOADING;
    host->tries = HOST_TRIES_FEW; /* before that nothing of the plugin was run */
    wire_frame_init(&daemon->out, WIRE_LOAD);
    if (host_send(daemon, host, &daemon->out, -1) < 0)
        host_kill(daemon, host);
}

/* A child that was forked ahead and not taken has left. */
static bool take_parked(struct host *host, const struct wire_frame *frame)
{
    if (frame->run < WIRE_TICKET_FIRST || host->tickets == 0)
        return false;
    host->tickets--;
    if (host->robot->parked_host == host && host->robot->parked_ticket == frame->run)
        park_drop(host->robot);
    return true;
}

static void take_ended(struct daemon *daemon, struct host *host, const struct wire_frame *frame)
{
    struct run *run = run_find(daemon, frame->run);

    if (run == NULL && take_parked(host, frame))
        return;

    if (run == NULL || run->host != host || run->is_process_gone) {
        refuse(daemon, host, "the host told of the end of a run that is not its own");
        return;
    }
    run->step = frame->step;
    run->begun = frame->count;
    run->is_step_known = true;
    if (!run_said_ended(daemon, run, frame->status))
        refuse(daemon, host, "the host told of the end of a run that still lives");
}

/* The host's words, redacted: its plugin may have had a hand in them. */
static const char *keep_reason(const struct wire_frame *frame, char reason[FAULT_TEXT_MAX])
{
    struct text text;

    text_init(&text, FAULT_TEXT_MAX - 1);
    log_redact(frame->text.bytes, frame->text.length, &text);
    (void)text_copy(reason, FAULT_TEXT_MAX, text_string(&text));
    text_release(&text);
    return reason;
}

static void take_frame(struct daemon *daemon, struct host *host, const struct wire_frame *frame)
{
    char reason[FAULT_TEXT_MAX];
    bool was_reading = host->state == HOST_STARTING;

    if (frame->type == WIRE_HELLO && host->state == HOST_STARTING) {
        take_hello(daemon, host, frame);
    } else if (frame->type == WIRE_READY && host->state == HOST_LOADING) {
        host->state = HOST_READY;
        host->checked_turn = daemon->turn; /* it has just opened its folders */
        host->tries = HOST_TRIES_MANY;
        host_has_come(host->robot);
        host->deadline_ms = clock_monotonic_ms() + HOST_IDLE_MS;
        daemon_deadline(daemon, host->deadline_ms);
        if (host->robot->host == host)
            park_now(daemon, host->robot);
    } else if (frame->type == WIRE_REFUSED) {
        refuse(daemon, host, keep_reason(frame, reason));
        host->tries = was_reading && host_plugin_is_new(host) ? HOST_TRIES_FEW : 0;
    } else if (frame->type == WIRE_ENDED) {
        take_ended(daemon, host, frame);
    } else if (!take_check(daemon, host, frame->type)) {
        refuse(daemon, host, "the host sent what it may not send now");
    }
}

static void control_ready(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct host *host = (struct host *)(void *)watch;

    int i;

    (void)events;
    host_look_at_birth(daemon, host);
    for (i = 0; i < FRAMES_PER_TURN && host->control.fd >= 0; i++) {
        int result =
            wire_receive(host->control.fd, MSG_DONTWAIT, daemon->packet, NULL, &daemon->frame);

        if (result == -EAGAIN)
            return;
        if (result == -ECONNRESET) {
            daemon_unwatch(daemon, &host->control); /* the pidfd tells the rest */
            host->is_hung_up = !process_is_ending(host->process.pid);
            host_kill(daemon, host);
        } else if (result < 0) {
            refuse(daemon, host,
                   result == -EPROTO ? "the host sent a frame that is none"
                                     : "the host's channel to the daemon cannot be read");
        } else {
            take_frame(daemon, host, &daemon->frame);
        }
    }
}

/* Its constructors ran, in the host, and do that again in the next. */
static void describe_load(struct host *host, const siginfo_t *info, char reason[FAULT_TEXT_MAX])
{
    host->tries = 0;
    if (info->si_code != CLD_EXITED)
        (void)snprintf(reason, FAULT_TEXT_MAX,
                       "the plugin crashed while it was loaded: signal %d (SIG%s)", info->si_status,
                       sigabbrev_np(info->si_status));
    else if (info->si_status == 128 + SIGABRT)
        (void)text_copy(reason, FAULT_TEXT_MAX,
                        "the plugin crashed while it was loaded: SIGABRT (abort)");
    else
        (void)snprintf(reason, FAULT_TEXT_MAX,
                       "the plugin ended its host while it was loaded (exit status %d)",
                       info->si_status);
}

/* Nobody in the host's namespace can kill it: it was short of memory, or somebody did. */
static void describe_kill(struct host *host, char reason[FAULT_TEXT_MAX])
{
    if (host->is_hung_up)
        host->tries = 0;
    (void)text_copy(
        reason, FAULT_TEXT_MAX,
        host->is_hung_up ? "the plugin closed its host's channel to the daemon"
        : host->state == HOST_LOADING
            ? "the plugin's host was killed by signal 9 (KILL) while it loaded the plugin"
            : "the plugin's host was killed by signal 9 (KILL)");
}

static void describe_end(struct host *host, char reason[FAULT_TEXT_MAX])
{
    siginfo_t info;
    bool is_killed;

    memset(&info, 0, sizeof(info));
    (void)waitid(P_PIDFD, (id_t)host->ending.fd, &info, WEXITED);
    is_killed = info.si_status == SIGKILL && info.si_code == CLD_KILLED;
    if (!is_killed && host->tries > HOST_TRIES_FEW)
        host->tries = HOST_TRIES_FEW;
    if (host->refusal[0] != '\0')
        (void)text_copy(reason, FAULT_TEXT_MAX, host->refusal);
    else if (is_killed)
        describe_kill(host, reason);
    else if (host->state == HOST_LOADING)
        describe_load(host, &info, reason);
    else if (info.si_code == CLD_EXITED)
        (void)snprintf(reason, FAULT_TEXT_MAX, "the plugin's host ended (exit status %d)",
                       info.si_status);
    else
        (void)snprintf(reason, FAULT_TEXT_MAX, "the plugin's host crashed: signal %d (%s)",
                       info.si_status, sigabbrev_np(info.si_status));
}

static void forget_host(struct daemon *daemon, struct host *host)
{
    struct host **link = &daemon->hosts;

    while (*link != NULL && *link != host)
        link = &(*link)->next;
    if (*link == host)
        *link = host->next;
    host->next = daemon->host_graves;
    daemon->host_graves = host;
}

/* The host, init of its namespace, is gone: so is every process of its runs. */
static void host_ended(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct host *host = (struct host *)(void *)((char *)watch - offsetof(struct host, ending));
    struct robot_entry *robot = host->robot;
    bool was_starting = host->state == HOST_STARTING || host->state == HOST_LOADING;
    char reason[FAULT_TEXT_MAX];
    struct run *run;

    (void)events;
    if (host->control.fd >= 0)
        control_ready(daemon, &host->control, 0); /* what it still had to say */
    describe_end(host, reason);
    host->state = HOST_GONE;
    daemon_unwatch(daemon, &host->ending);
    daemon_unwatch(daemon, &host->control);
    for (run = daemon->runs; run != NULL; run = run->next) {
        if (run->host != host || run->is_process_gone)
            continue;
        if (run->note[0] == '\0')
            (void)text_copy(run->note, sizeof(run->note), reason);
        run_ended(daemon, run, 0);
    }
    if (robot->parked_host == host)
        park_drop(robot);
    if (robot->host == host)
        robot->host = NULL;
    if (host->is_for_want_of_room) {
        host_put_off(daemon, robot, reason);
    } else if (was_starting) {
        fail_host(daemon, host, reason);
    } else if (host->refusal[0] != '\0' && host->check_ms != HOST_HANGS) {
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug}, "robot %s: %s",
                  robot->slug, reason);
    }
    if (host->live == 0)
        forget_host(daemon, host);
}

void host_release(struct daemon *daemon, struct host *host)
{
    host->live--;
    if (host->live > 0)
        return;
    if (host->state == HOST_GONE)
        forget_host(daemon, host);
    else if (host->state == HOST_DRAINING)
        host_drain(daemon, host);
    else
        host->deadline_ms = clock_monotonic_ms() + HOST_IDLE_MS;
    if (host->state == HOST_READY)
        daemon_deadline(daemon, host->deadline_ms);
}

static int refuse_watch(const struct host *host, int result, struct fault *fault)
{
    return fault_set(fault, result, "robot %s: its host cannot be watched: %s", host->robot->slug,
                     strerror(-result));
}

/* First of all: nobody would ever hear of the end of one that is not watched, so such a one is
 * ended at once. It has been told nothing yet. Negative: nothing of it is left. */
static int watch_ending(struct daemon *daemon, struct host *host, struct fault *fault)
{
    siginfo_t info;
    int result;

    host->control.fd = host->process.control_fd;
    host->control.ready = control_ready;
    host->ending.fd = host->process.pidfd;
    host->ending.ready = host_ended;
    result = daemon_watch(daemon, &host->ending, EPOLLIN);
    if (result == 0)
        return 0;
    host_kill(daemon, host);
    while (waitid(P_PIDFD, (id_t)host->ending.fd, &info, WEXITED) < 0 && errno == EINTR)
        ;
    daemon_unwatch(daemon, &host->ending);
    daemon_unwatch(daemon, &host->control);
    /* ENOSPC: of the watches an account may have (fs.epoll.max_user_watches). */
    return refuse_watch(host, result == -ENOSPC ? -EAGAIN : result, fault);
}

static int watch_host(struct daemon *daemon, struct host *host, struct fault *fault)
{
    int result = generation_record(daemon, host->process.pid, fault);

    if (result < 0)
        return fault_prefix(fault, result, "robot %s", host->robot->slug);
    result = daemon_watch(daemon, &host->control, EPOLLIN);
    return result < 0 ? refuse_watch(host, result, fault) : 0;
}

static int find_plugin(struct daemon *daemon, struct host *host, struct fault *fault)
{
    const struct definition *definition = &host->robot->definition;
    const char *home = daemon->settings->home;
    int result = home_check_held(home, daemon->home_fd, fault); /* the list of hosts is there too */

    if (result == 0)
        result = plugin_locate(home, definition->plugin, host->plugin_path, fault);
    if (result == 0 && stat(host->plugin_path, &host->plugin_stat) < 0)
        result = fault_set(fault, -errno, "%s: %s", host->plugin_path, strerror(errno));
    return result;
}

/* A host of the robot's that does not answer: another would hang on the same folder. */
static int refuse_hanging(const struct daemon *daemon, const struct robot_entry *robot,
                          struct fault *fault)
{
    const struct host *host;

    for (host = daemon->hosts; host != NULL; host = host->next)
        if (host->robot == robot && host->state != HOST_GONE && host->check_ms == HOST_HANGS)
            return fault_set(fault, -EBUSY,
                             "process %d of the robot's last host hangs, most likely on a granted "
                             "folder that does not answer; see to that folder first",
                             (int)host->process.pid);
    return 0;
}

int host_start(struct daemon *daemon, struct robot_entry *robot, struct host **ret_host,
               struct fault *fault)
{
    struct host *host;
    int result = refuse_hanging(daemon, robot, fault);

    if (result < 0)
        return result;
    host = calloc(1, sizeof(*host));
    if (host == NULL) {
        (void)fault_no_memory(fault);
        return -EAGAIN;
    }
    host->control.fd = host->ending.fd = -1;
    host->robot = robot;
    result = find_plugin(daemon, host, fault);
    if (result == 0)
        result = host_start_program(daemon, host, fault);
    if (result == 0)
        result = watch_ending(daemon, host, fault);
    if (result < 0) {
        free(host);
        return host_is_for_want_of_room(result) ? -EAGAIN : result;
    }
    host->next = daemon->hosts;
    daemon->hosts = host;
    host->tries = HOST_TRIES_MANY;
    host->deadline_ms = clock_monotonic_ms() + HOST_START_MS;
    daemon_deadline(daemon, host->deadline_ms);
    result = watch_host(daemon, host, fault);
    if (result == 0)
        result = host_send_setup(daemon, host, fault);
    host->is_for_want_of_room = host_is_for_want_of_room(result);
    if (result == -EPIPE)
        host_is_stillborn(daemon, host);
    if (result < 0)
        refuse(daemon, host, fault->text);
    /* Refused or not, its pidfd tells how it ends. */
    *ret_host = host;
    return 0;
}
