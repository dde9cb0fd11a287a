#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/supervise.h"

enum { ERRNO_MOST = 4095 };

static void tell_host(struct daemon *daemon, struct run *run, enum wire_type type)
{
    struct wire_frame *frame = &daemon->out;

    wire_frame_init(frame, type);
    frame->run = run->id;
    /* A host that does not read its orders is no use: everything below it goes with it. */
    if (run->host->state != HOST_GONE && host_send(daemon, run->host, frame, -1) < 0)
        host_kill(daemon, run->host);
}

void supervise_stop(struct daemon *daemon, struct run *run, enum run_ending why, const char *note)
{
    int64_t grace_ms = (int64_t)run->robot->definition.stop_grace_s * 1000;

    if (run->is_process_gone || run->term_ms != 0)
        return;
    run->forced = why;
    (void)text_copy(run->note, sizeof(run->note), note);
    run->term_ms = clock_monotonic_ms();
    tell_host(daemon, run, WIRE_STOP);
    daemon_deadline(daemon, run->term_ms + grace_ms);
}

void supervise_kill(struct daemon *daemon, struct run *run)
{
    if (run->is_process_gone)
        return;
    run->term_ms = run->kill_ms = clock_monotonic_ms();
    daemon_deadline(daemon, run->kill_ms + KILL_PATIENCE_MS);
    tell_host(daemon, run, WIRE_KILL);
}

/* `runs`, `status` and `why` show it too. */
static void say_unended(struct daemon *daemon, struct run *run)
{
    char remark[256];
    char since[CLOCK_INSTANT_TEXT];

    clock_format_instant(clock_now_ms(), since);
    (void)snprintf(
        remark, sizeof(remark),
        "cannot be ended since %s: what runs below process %d was killed and does not go "
        "(frozen, or waiting for a disk); see to that, or restart the machine",
        since, (int)run->host->process.pid);
    log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = run->robot->slug, .run = run->id},
              "run %lld of %s %s", (long long)run->id, run->robot->slug, remark);
    (void)job_remark(daemon, run, remark);
}

/* KILL was sent. Its host goes too when that does not help; and what outlives even that is frozen, or
 * waits for a disk, and is not ours to end. */
static void look_at_killed(struct daemon *daemon, struct run *run, int64_t now_ms)
{
    int64_t host_ms = run->kill_ms + KILL_PATIENCE_MS;
    int64_t end_ms = host_ms + KILL_PATIENCE_MS;

    if (now_ms < host_ms) {
        daemon_deadline(daemon, host_ms);
    } else if (now_ms < end_ms) {
        if (run->host->state == HOST_READY)
            host_drain(daemon, run->host); /* other runs of the robot start on another */
        host_kill(daemon, run->host);
        daemon_deadline(daemon, end_ms);
    } else if (!run->is_given_up) {
        run->is_given_up = true;
        say_unended(daemon, run);
    }
}

static void look_at_run(struct daemon *daemon, struct run *run, int64_t now_ms)
{
    int64_t grace_ms = (int64_t)run->robot->definition.stop_grace_s * 1000;
    char note[128];

    if (run->is_process_gone) {
        run_end_when_over(run);
    } else if (run->kill_ms != 0) {
        look_at_killed(daemon, run, now_ms);
    } else if (run->term_ms != 0) {
        if (now_ms >= run->term_ms + grace_ms) {
            run->kill_ms = now_ms;
            tell_host(daemon, run, WIRE_KILL);
            daemon_deadline(daemon, run->kill_ms + KILL_PATIENCE_MS);
        } else {
            daemon_deadline(daemon, run->term_ms + grace_ms);
        }
    } else if (is_stalled(daemon) && run->jobs > 0) {
        return; /* it may wait for the writer */
    } else if (now_ms >= run->run_deadline_ms) {
        (void)snprintf(note, sizeof(note), "it took longer than timeouts.run_s = %u",
                       run->robot->definition.run_timeout_s);
        supervise_stop(daemon, run, RUN_TIMED_OUT, note);
    } else if (run->item_deadline_ms != 0 && now_ms >= run->item_deadline_ms) {
        (void)snprintf(note, sizeof(note), "one item took longer than timeouts.item_s = %u",
                       run->robot->definition.item_timeout_s);
        supervise_stop(daemon, run, RUN_TIMED_OUT, note);
    } else {
        daemon_deadline(daemon, run->run_deadline_ms);
        if (run->item_deadline_ms != 0)
            daemon_deadline(daemon, run->item_deadline_ms);
    }
}

static void look_at_host(struct daemon *daemon, struct host *host, int64_t now_ms)
{
    switch (host->state) {
    case HOST_STARTING:
    case HOST_LOADING:
        if (now_ms >= host->deadline_ms) {
            if (host->refusal[0] == '\0') /* else it was killed already, and goes slowly */
                (void)text_copy(
                    host->refusal, sizeof(host->refusal),
                    "the plugin did not load within 10 seconds; see whether its folders answer, "
                    "and its constructors");
            host_kill(daemon, host);
        } else {
            daemon_deadline(daemon, host->deadline_ms);
        }
        break;
    case HOST_READY:
        if (host->live == 0 && now_ms >= host->deadline_ms)
            host_drain(daemon, host);
        else if (host->live == 0)
            daemon_deadline(daemon, host->deadline_ms);
        break;
    case HOST_DRAINING:
        if (host->live == 0 && now_ms >= host->deadline_ms)
            host_kill(daemon, host);
        else if (host->live == 0)
            daemon_deadline(daemon, host->deadline_ms);
        break;
    case HOST_GONE:
        break;
    }
}

void supervise_due(struct daemon *daemon)
{
    struct run *run;
    struct host *host;
    const struct robot_entry *robot;
    int64_t now_ms = clock_monotonic_ms();

    daemon->next_deadline_ms = INT64_MAX;
    for (run = daemon->runs; run != NULL; run = run->next)
        look_at_run(daemon, run, now_ms);
    for (host = daemon->hosts; host != NULL; host = host->next) {
        look_at_host(daemon, host, now_ms);
        host_look_at_silence(daemon, host, now_ms);
    }
    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->host_again_ms > now_ms)
            daemon_deadline(daemon, robot->host_again_ms);
    }
    queue_triggers_due(daemon);
    dispatch_due(daemon);
    park_due(daemon);
    drop_due(daemon);
    fires_zones_due(daemon);
    registry_due(daemon);
    retention_due(daemon);
    daemon_ping(daemon);
}

/* A SIGTERM that goes to all there is, as when the machine is shut down, reaches runs too, perhaps before the
 * daemon, and who stopped for it was cut short with the daemon. One that came to the run alone is nobody's order. */
bool supervise_awaits_order(struct run *run)
{
    int64_t now_ms = clock_monotonic_ms();

    if (run->forced != 0 || !run->has_said_end || run->said_outcome != WIRE_STOPPED ||
        run->daemon->is_stopping)
        return false;
    if (run->stray_ms == 0)
        run->stray_ms = now_ms + STRAY_TERM_MS;
    if (now_ms >= run->stray_ms)
        return false;
    daemon_deadline(run->daemon, run->stray_ms);
    return true;
}

static enum run_ending said(struct run *run)
{
    switch (run->said_outcome) {
    case WIRE_DONE:
        return RUN_DONE;
    case WIRE_STOPPED: /* not by us, or it would have been forced */
        if (run->daemon->is_stopping) {
            (void)text_copy(run->note, sizeof(run->note), "the daemon was stopped");
            return RUN_CUT_SHORT;
        }
        (void)text_copy(
            run->note, sizeof(run->note),
            "the plugin stopped, though nobody had asked it to: a SIGTERM came that was "
            "not the daemon's");
        return RUN_FAILED;
    default:
        if (run->note[0] == '\0')
            (void)text_copy(run->note, sizeof(run->note), "the plugin gave up and did not say why");
        return RUN_FAILED;
    }
}

/* The step is the run's own word, and the item the one that it was given and has not reported. */
void supervise_place(struct run *run)
{
    static const char *const steps[] = {NULL,        "open()",  "collect()",
                                        "perform()", "probe()", "close()"};
    const char *step = run->step <= WIRE_IN_CLOSE ? steps[run->step] : NULL;

    run->place[0] = '\0';
    if (step == NULL)
        return;
    if (run->leased > 0 && (run->step == WIRE_IN_PERFORM || run->step == WIRE_IN_PROBE))
        (void)snprintf(run->place, sizeof(run->place), " in %s of item %lld", step,
                       (long long)run->lease_ids[run->lease_count - run->leased]);
    else
        (void)snprintf(run->place, sizeof(run->place), " in %s", step);
    if (run->forced == RUN_TIMED_OUT)
        (void)text_copy(run->note + strlen(run->note), sizeof(run->note) - strlen(run->note),
                        run->place);
}

/* END is the last that it sends, when it is back from the last callback: one from within is the plugin's. */
void supervise_end(struct daemon *daemon, struct run *run)
{
    char what[128];

    if (!run->has_said_end || run->place[0] == '\0')
        return;
    (void)snprintf(what, sizeof(what), "it said that it had ended while it was%s", run->place);
    run_violation(daemon, run, what);
}

/* What a run's process says by its exit status; NULL: that is the plugin's own. */
static const char *describe_exit(int status)
{
    switch (status) {
    case RUN_EXIT_CHANNEL:
        return "the plugin closed the run's channel to the daemon, or put another in its place";
    case RUN_EXIT_MEMORY:
        return "there was no memory for what it was to do (limits.memory_mib)";
    case RUN_EXIT_PROTOCOL:
        return "the run's channel to the daemon was used by the plugin";
    case RUN_EXIT_CONFINE:
        return "its rights could not be given up; nothing of the plugin was called";
    }
    return NULL;
}

/* The process ended without saying why. As the first of its namespace it cannot die of its own
 * abort() or CPU limit, so child.c turns those into exit statuses: see run_signals.h. */
static void describe_status(struct run *run)
{
    const char *said_by_status =
        WIFEXITED(run->status) ? describe_exit(WEXITSTATUS(run->status)) : NULL;
    const char *place = run->place;
    int status = run->status;

    if (status < 0)
        (void)snprintf(run->note, sizeof(run->note), "its process could not be started: %s",
                       strerror(status >= -ERRNO_MOST ? -status : EPROTO));
    else if (WIFSIGNALED(status))
        (void)snprintf(run->note, sizeof(run->note), "the plugin crashed%s: signal %d (SIG%s)",
                       place, WTERMSIG(status), sigabbrev_np(WTERMSIG(status)));
    else if (said_by_status != NULL)
        (void)snprintf(run->note, sizeof(run->note), "%s%s%s (exit status %d)", said_by_status,
                       place[0] != '\0' ? "," : "", place, WEXITSTATUS(status));
    else if (WEXITSTATUS(status) == RUN_EXIT_ABORT)
        (void)snprintf(run->note, sizeof(run->note), "the plugin crashed%s: SIGABRT (abort)",
                       place);
    else if (WEXITSTATUS(status) == RUN_EXIT_CPU)
        (void)snprintf(run->note, sizeof(run->note),
                       "the run used more processor time than limits.cpu_s = %u%s",
                       run->robot->definition.cpu_s, place);
    else
        (void)snprintf(run->note, sizeof(run->note),
                       "the plugin ended the process itself%s (exit status %d)", place,
                       WEXITSTATUS(status));
}

static void begin_another(struct daemon *daemon, struct run *run)
{
    run->is_unborn = host_try_again(daemon, run->robot, run->note, HOST_TRIES_MANY);
    run->robot->is_queue_full = run->robot->is_queue_full || run->skips_collect;
}

void supervise_birth(struct daemon *daemon, struct run *run)
{
    bool is_by_ready = run->robot->host == run->host && run->host->state == HOST_READY;

    if (run->is_short && run->forced == 0 && run->leased == 0) {
        begin_another(daemon, run);
        return;
    }
    if (run->status >= 0 && is_by_ready)
        host_has_come(run->robot);
    if (!host_is_for_want_of_room(run->status) || run->forced != 0 || run->is_violation ||
        run->has_said_end || run->lease_count > 0 || run->added > 0 || run->cost > 0)
        return;
    describe_status(run);
    begin_another(daemon, run);
}

enum run_ending supervise_verdict(struct run *run)
{
    if (run->is_needless) {
        (void)text_copy(run->note, sizeof(run->note),
                        "nothing is left on the queue of what it was made for");
        return RUN_DONE;
    }
    if (run->is_unborn)
        return RUN_CUT_SHORT;
    /* It was through with everything when the daemon's stop came. */
    if (run->forced == RUN_CUT_SHORT && run->has_said_end && run->said_outcome == WIRE_DONE &&
        !run->is_denied) {
        run->note[0] = '\0';
        return RUN_DONE;
    }
    if (run->forced != 0)
        return run->forced;
    if (run->has_said_end)
        return said(run);
    if (run->note[0] != '\0')
        return RUN_FAILED; /* a violation, or its host is gone: the note says so */
    describe_status(run);
    return RUN_FAILED;
}

const char *supervise_blame(const struct run *run, enum run_ending ending)
{
    if (ending != RUN_FAILED && ending != RUN_TIMED_OUT)
        return NULL;
    return run->note[0] != '\0' ? run->note : run_ending_word((int)ending);
}
