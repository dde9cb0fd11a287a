#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/hold.h"

/* Jobs that make, refuse or remark on runs; the loop hears of a new run when it is durable. */
struct robot_job {
    struct writer_job job; /* first */
    struct daemon *daemon;
    struct robot_entry *robot;
    enum run_cause cause;
    int64_t trigger_id, nominal_ms, expected_ms;
    bool is_skipped;        /* `reason` says why */
    struct robot_hold hold; /* what the loop did not know: then no run is made */
    int64_t run_id;
    char reason[FAULT_TEXT_MAX];
    char *input;        /* the new run's; NULL: none */
    int64_t retry_ms;   /* when the next deferred item is due; 0 none */
    uint32_t vain_runs; /* of its robot, before this one */
    bool is_owed;       /* it went on for others, and another does */
    bool is_paused;     /* for it has failed too often */
    struct after_runs after;
};

static struct robot_job *robot_job_new(struct daemon *daemon, struct robot_entry *robot)
{
    struct robot_job *job = calloc(1, sizeof(*job));

    if (job != NULL) {
        job->daemon = daemon;
        job->robot = robot;
        job->job.is_part = true;
    }
    return job;
}

/* The end of a run may have told a later one since, and then of this too. */
static void keep_retry(struct robot_entry *robot, int64_t retry_ms)
{
    if (robot->retry_ms == 0 || retry_ms < robot->retry_ms)
        robot->retry_ms = retry_ms;
}

static void made(struct writer_job *base, int result, const struct fault *fault)
{
    struct robot_job *job = (struct robot_job *)(void *)base;
    struct pending_run *pending = NULL;

    if (!job->is_skipped)
        job->robot->queued--;
    job->robot->owed -= job->cause == RUN_BY_RETRY;
    if (result < 0 && result != -EEXIST) /* fired already, before a restart or a set clock */
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = job->robot->slug},
                  "robot %s: no run could be made: %s", job->robot->slug, fault->text);
    if (result == 0)
        hold_known(job->robot, &job->hold);
    if (result < 0 && job->cause == RUN_BY_RETRY) { /* it is still due, but not at once */
        keep_retry(job->robot, job->retry_ms);
        fires_rest(job->robot);
    }
    if (result == 0 && job->reason[0] != '\0' && log_shows(LOG_LEVEL_INFO)) {
        char instant[CLOCK_INSTANT_TEXT];

        clock_format_instant(job->nominal_ms, instant);
        log_about(LOG_LEVEL_INFO,
                  &(struct log_about){.robot = job->robot->slug, .trigger = job->trigger_id},
                  "robot %s: %s of trigger %lld is skipped: %s", job->robot->slug, instant,
                  (long long)job->trigger_id, job->reason);
    }
    if (result == 0 && job->run_id != 0)
        pending = dispatch_add(job->daemon, job->run_id, job->robot, job->input);
    else if (!job->is_skipped)
        fires_arm(job->daemon); /* a retry may have waited for this */
    if (job->cause == RUN_BY_RETRY)
        dispatch_owe(job->robot, pending);
    free(job->input);
    free(job);
}

/* What is deferred brings a run again when the registry is read, as it is after every resume. */
static int apply_create(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct robot_job *job = (struct robot_job *)(void *)base;
    int result = robot_hold_read(store, job->robot->id, &job->hold, fault);

    if (result != 0)
        return result < 0 ? result : 0;
    return run_create(store, job->robot->id, job->cause, RUN_ASKED_BY_DAEMON, clock_now_ms(),
                      &job->run_id, fault);
}

int job_run_create(struct daemon *daemon, struct robot_entry *robot, enum run_cause cause)
{
    struct robot_job *job = robot_job_new(daemon, robot);

    if (job == NULL)
        return -ENOMEM;
    job->cause = cause;
    job->retry_ms = robot->retry_ms;
    job->job.apply = apply_create;
    job->job.finished = made;
    robot->queued++; /* until it is made: no second one meanwhile */
    robot->owed += cause == RUN_BY_RETRY;
    writer_submit(daemon->writer, &job->job);
    return 0;
}

static int apply_fire(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct robot_job *job = (struct robot_job *)(void *)base;
    struct fire fire = {
        .trigger_id = job->trigger_id, .nominal_ms = job->nominal_ms, .skipped = job->reason};
    int result;

    if (job->is_skipped)
        return fire_skip(store, &fire, fault);
    job->reason[0] = '\0'; /* of a try that was undone */
    result = robot_hold_read(store, job->robot->id, &job->hold, fault);
    if (result < 0)
        return result;
    if (hold_reason(&job->hold, job->reason))
        return fire_skip(store, &fire, fault);
    result = fire_run(store, &fire, job->expected_ms, clock_now_ms(), &job->run_id, fault);
    free(job->input); /* the same */
    job->input = NULL;
    /* The trigger's of now, which may have been changed since the loop read it. */
    if (result == 0)
        result = run_input_read(store, job->run_id, &job->input, fault);
    return result;
}

int64_t expected_at(int expected_minute, int minute, int64_t nominal_ms)
{
    int wait = expected_minute - minute;

    if (expected_minute == TRIGGER_NO_MINUTE)
        return 0;
    return nominal_ms + (int64_t)(wait > 0 ? wait : wait + 1440) * 60000;
}

static int64_t expected_by(const struct trigger_entry *trigger, int64_t nominal_ms)
{
    int minute = 0;

    (void)clock_day_in(trigger->zone, nominal_ms, &minute);
    return expected_at(trigger->policy->expected_minute, minute, nominal_ms);
}

int job_fire(struct daemon *daemon, struct trigger_entry *trigger, int64_t nominal_ms,
             const char *skipped)
{
    struct robot_job *job = robot_job_new(daemon, trigger->robot);

    if (job == NULL)
        return -ENOMEM;
    job->trigger_id = trigger->id;
    job->nominal_ms = nominal_ms;
    job->expected_ms = expected_by(trigger, nominal_ms);
    job->is_skipped = skipped != NULL;
    (void)text_copy(job->reason, sizeof(job->reason), skipped != NULL ? skipped : "");
    job->job.apply = apply_fire;
    job->job.finished = made;
    if (!job->is_skipped) { /* another trigger of this minute may well run */
        trigger->robot->nominal_ms = nominal_ms;
        trigger->robot->queued++;
    }
    writer_submit(daemon->writer, &job->job);
    return 0;
}

/* What a run is owed to has no other when that is refused. */
static int owe_refused(struct robot_job *job, struct store *store, struct fault *fault)
{
    struct run_record run = {0};
    struct item_ready_state ready = {.count = 0};
    int result = run_read(store, job->run_id, &run, fault);

    if (result < 0 || run.cause != RUN_BY_RETRY || job->vain_runs >= OWED_VAIN_MOST)
        return result;
    result = item_ready_look(store, job->robot->id, 1, &ready, fault);
    job->is_owed = result == 0 && ready.count > 0;
    return job->is_owed ? after_run_owed(store, job->robot->id, true, &job->after, fault) : result;
}

static int apply_refuse(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct robot_job *job = (struct robot_job *)(void *)base;
    int64_t now_ms = clock_now_ms();
    int result = run_end(store, job->run_id, RUN_FAILED, job->reason, now_ms, fault);

    if (result != 0) /* a person stopped it before */
        return result < 0 ? result : 0;
    result =
        failure_counted(store, job->robot->id, RUN_FAILED, job->reason, &job->is_paused, fault);
    if (result == 0)
        result = owe_refused(job, store, fault);
    if (result == 0)
        result = after_run_ended(store, job->robot->id, RUN_FAILED, now_ms, &job->after, fault);
    if (result >= 0)
        result = item_next_due(store, job->robot->id, &job->retry_ms, fault);
    return result;
}

static void refused(struct writer_job *base, int result, const struct fault *fault)
{
    struct robot_job *job = (struct robot_job *)(void *)base;

    log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = job->robot->slug, .run = job->run_id},
              "run %lld of %s did not start: %s", (long long)job->run_id, job->robot->slug,
              result < 0 ? fault->text : job->reason);
    if (result == 0 && job->is_owed) {
        job->robot->vain_runs++;
        fires_rest(job->robot);
    }
    if (result == 0)
        run_ending_known(job->daemon, job->robot, job->is_paused, &job->after);
    if (result == 0 && job->retry_ms > 0) {
        job->robot->retry_ms = job->retry_ms;
        fires_rest(job->robot);
        fires_arm(job->daemon);
    }
    free(job);
}

int job_refuse(struct daemon *daemon, struct robot_entry *robot, int64_t run_id, const char *reason)
{
    struct robot_job *job = robot_job_new(daemon, robot);

    if (job == NULL)
        return -ENOMEM;
    job->run_id = run_id;
    job->vain_runs = robot->vain_runs;
    (void)text_copy(job->reason, sizeof(job->reason), reason);
    job->job.apply = apply_refuse;
    job->job.finished = refused;
    writer_submit(daemon->writer, &job->job);
    return 0;
}

static int apply_remark(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct robot_job *job = (struct robot_job *)(void *)base;

    return run_remark(store, job->run_id, job->reason, fault);
}

static void remarked(struct writer_job *base, int result, const struct fault *fault)
{
    (void)result; /* it is in the log as well */
    (void)fault;
    free(base);
}

int job_remark(struct daemon *daemon, struct run *run, const char *remark)
{
    struct robot_job *job = robot_job_new(daemon, run->robot);

    if (job == NULL)
        return -ENOMEM;
    job->run_id = run->id;
    (void)text_copy(job->reason, sizeof(job->reason), remark);
    job->job.apply = apply_remark;
    job->job.finished = remarked;
    writer_submit(daemon->writer, &job->job);
    return 0;
}

void run_ending_known(struct daemon *daemon, struct robot_entry *robot, bool is_paused,
                      const struct after_runs *after)
{
    size_t i;

    if (is_paused) {
        robot->is_paused = true;
        log_about(
            LOG_LEVEL_WARN, &(struct log_about){.robot = robot->slug},
            "robot %s is paused: too many of its runs in a row have failed; `automagi why %s` "
            "says more, `automagi robot resume %s` lets it start again",
            robot->slug, robot->slug, robot->slug);
    }
    for (i = 0; i < after->count; i++) {
        struct robot_entry *next = registry_find(daemon, after->runs[i].robot_id);
        struct pending_run *pending = NULL;

        if (after->runs[i].has_input)
            registry_refresh(daemon);
        else if (next != NULL)
            pending = dispatch_add(daemon, after->runs[i].run_id, next, NULL);
        if (after->runs[i].is_owed)
            dispatch_owe(next, pending);
        if (pending != NULL)
            pending->rests = after->runs[i].rests;
    }
}

static int apply_waits(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct robot_job *job = (struct robot_job *)(void *)base;

    return run_waits_set(store, job->run_id, job->reason, fault);
}

int job_waits(struct daemon *daemon, struct robot_entry *robot, int64_t run_id, const char *why)
{
    struct robot_job *job = robot_job_new(daemon, robot);

    if (job == NULL)
        return -ENOMEM;
    job->run_id = run_id;
    (void)text_copy(job->reason, sizeof(job->reason), why);
    job->job.apply = apply_waits;
    job->job.finished = remarked;
    writer_submit(daemon->writer, &job->job);
    return 0;
}
