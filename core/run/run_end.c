/* The end of a run, for the writer: what it leaves, how it ended, and what that brings about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/supervise.h"
#include "core/store/store.h"

struct end_job {
    struct writer_job job; /* first */
    struct run *run;
    enum run_ending ending;
    uint32_t begun;
    bool has_collected; /* by its own word, and all of it was taken */
    int64_t retry_ms;
    struct item_released released;
    struct item_damaged damaged;
    int64_t again_id; /* the run that is made with its input; 0: none */
    bool is_vain;
    uint32_t vain_runs; /* of its robot, before this one */
    bool is_rested;     /* it got no items, for a system was closed */
    bool is_paused;
    struct after_runs after;
};

/* It failed over an item, which no run begins again at once: so there is an end to runs that are
 * owed. Also when that is deferred: the run that it brings when it is due is for it alone, and there is none when a person
 * drops it or puts it off, or an import counts it. */
static bool has_failed_over_one(const struct end_job *job)
{
    const struct run *run = job->run;
    const struct item_released *released = &job->released;

    return supervise_blame(run, job->ending) != NULL &&
           (released->waiting > 0 || released->deferred > 0 ||
            run->done + run->business + run->failed > 0);
}

/* It failed, and not over an item: it was handed none, or none that it has begun. */
static bool was_vain(const struct run *run, enum run_ending ending, uint32_t begun)
{
    return (ending == RUN_FAILED || ending == RUN_TIMED_OUT) &&
           (run->lease_count == 0 || begun == ITEM_BEGUN_NONE) &&
           run->done + run->business + run->failed == 0;
}

/* Whether items are left that nothing else brings a run for: those behind one that was quarantined,
 * and those whose time had come, in this run or in one that it goes on for, whether that came to them or
 * not, and whether it failed over one of them or in vain. What was ready before waits for a trigger or a
 * person as it did. */
static int is_owed_run(const struct end_job *job, struct store *store, struct fault *fault)
{
    struct item_ready_state ready = {.count = 0};
    bool brought_them = job->run->cause == RUN_BY_RETRY || job->released.has_promoted;
    int result = 0;

    if (job->is_rested)
        return 1;
    if (job->released.is_quarantined || (has_failed_over_one(job) && brought_them) ||
        (job->is_vain && brought_them && job->vain_runs < OWED_VAIN_MOST))
        result = item_ready_look(store, job->run->robot->id, 1, &ready, fault);
    return result < 0 ? result : ready.count > 0;
}

/* Another run goes on when the system is open, or the robot is paused no more, and waits until then; or
 * with what stood behind an item that ended this one. A person's stop is heeded, and what the daemon
 * cut short recovery goes on with. */
static int go_on_later(struct end_job *job, struct store *store, struct fault *fault)
{
    int result;

    if (job->ending == RUN_STOPPED || job->ending == RUN_CUT_SHORT)
        return 0;
    result = is_owed_run(job, store, fault);
    if (result <= 0)
        return result;
    return after_run_owed(store, job->run->robot->id, job->is_vain, &job->after, fault);
}

/* It was stopped before it had collected what its input asks for, or was to make room before anything is
 * collected, or found no room: then the next makes it. Should that not be enough, it has failed. For what was asked
 * again because it was cut off no room has been made yet. */
static bool has_not_collected(const struct end_job *job, const struct run_record *record)
{
    const struct run *run = job->run;
    bool is_last = run->cause == RUN_BY_RETRY &&
                   (run_is_for_full_queue(record) || run_asked_first(record) == 0);

    if (run->skips_collect)
        return job->ending != RUN_STOPPED;
    return (job->ending == RUN_CUT_SHORT && (!job->has_collected || run->is_refused)) ||
           (job->ending == RUN_FAILED && run->is_full && !is_last);
}

/* It went well, and has not collected what it was asked for. One that rested has not made the room either. */
static bool has_only_made_room(const struct end_job *job)
{
    return job->run->skips_collect && job->ending == RUN_DONE && !job->is_rested &&
           job->again_id != 0;
}

/* One that makes room is followed by one that collects, with an input or without. Not when it was made for what lay on the
 * queue alone: nobody has asked it to collect, and a source that never ends would bring runs without end. */
static struct run_again asked_by_end(const struct end_job *job, const struct run_record *record)
{
    const struct run *run = job->run;
    bool makes_room = run->skips_collect && !run_is_owed(record);
    struct run_again again = {run->id, RUN_ASKED_BY_FULL_QUEUE, !run->is_unborn && !makes_room};

    if (job->ending == RUN_CUT_SHORT)
        again.asked_by = makes_room ? RUN_ASKED_BY_RECOVERY_FULL : RUN_ASKED_BY_RECOVERY;
    return again;
}

/* Another run is asked the same, in the transaction of its end, so that it is made once. */
static int ask_again(struct end_job *job, struct store *store, struct fault *fault)
{
    struct run *run = job->run;
    struct run_record record;
    struct run_again again;
    char *input = NULL;
    int result;

    if (job->ending == RUN_DONE && !run->skips_collect)
        return 0;
    result = run_read(store, run->id, &record, fault);
    if (result == 0 && has_not_collected(job, &record)) {
        again = asked_by_end(job, &record);
        result = run_create_again(store, &again, &job->again_id, fault);
    }
    if (result == 0 && has_only_made_room(job))
        (void)snprintf(run->note, sizeof(run->note),
                       "it only made room, for the queue had been full; run %lld collects",
                       (long long)job->again_id);
    if (result == 0 && job->again_id != 0)
        result = run_input_read(store, job->again_id, &input, fault);
    if (job->again_id != 0)
        job->after.runs[job->after.count++] =
            (struct after_run){.robot_id = run->robot->id,
                               .run_id = job->again_id,
                               .has_input = input != NULL && input[0] != '\0'};
    free(input);
    return result;
}

/* A person's stop that the run's row knows of has been answered, whatever else was ending the run by then: a time-out, a
 * failure, the daemon's own stop. So it has stopped. Nothing goes on with it, and what it had begun is not put off for a
 * run to come; what ended it is in its note. One that was through with everything is done. */
static int heed_stop(struct end_job *job, struct store *store, struct fault *fault)
{
    struct run *run = job->run;
    struct run_record record = {0};
    char why[WIRE_NOTE_MAX + 1] = "";
    const char *by;
    int length;
    int result;

    if (job->ending == RUN_STOPPED || (job->ending == RUN_DONE && !job->is_rested))
        return 0;
    result = run_read(store, run->id, &record, fault);
    by = result == 0 ? run_stop_asked_by(&record) : NULL;
    if (by == NULL)
        return result;
    if (supervise_blame(run, job->ending) != NULL)
        (void)text_copy(why, sizeof(why), run->note);
    length = snprintf(run->note, sizeof(run->note), "stopped by %.127s%s", by,
                      why[0] != '\0' ? "; " : "");
    (void)text_copy(run->note + length, sizeof(run->note) - (size_t)length, why);
    job->ending = RUN_STOPPED;
    job->is_vain = false;
    return 0;
}

static int apply_end(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct end_job *job = (struct end_job *)(void *)base;
    struct run *run = job->run;
    int64_t now_ms = clock_now_ms();
    struct item_release release = {.run_id = run->id, .begun = job->begun, .now_ms = now_ms};
    struct run_record record;
    int result = heed_stop(job, store, fault);

    release.why = supervise_blame(run, job->ending);
    if (result == 0)
        result = item_release_run(store, &run->policy, &release, &job->released, fault);
    item_damaged_take(store, &job->damaged);
    if (run->cause == 0 && job->ending != RUN_DONE && run_read(store, run->id, &record, NULL) == 0)
        run->cause = record.cause; /* its start was refused */
    if (result == 0)
        result = ask_again(job, store, fault);
    if (result == 0)
        result = run_end(store, run->id, job->ending, run->note, now_ms, fault);
    if (result == 0 && !job->released.is_known_poison && !run->is_needless)
        result =
            failure_counted(store, run->robot->id, job->ending, run->note, &job->is_paused, fault);
    if (result == 0)
        result = go_on_later(job, store, fault);
    /* Who follows its work waits until that is through, and has been collected at all. */
    if (result == 0 && !(job->is_rested && job->ending == RUN_DONE) && !has_only_made_room(job))
        result = after_run_ended(store, run->robot->id, job->ending, now_ms, &job->after, fault);
    if (result >= 0)
        result = item_next_due(store, run->robot->id, &job->retry_ms, fault);
    return store_half_done(result < 0 ? result : 0);
}

void log_damaged(const char *robot, int64_t run_id, const struct item_damaged *damaged)
{
    char more[48] = "";

    if (damaged->count == 0)
        return;
    if (damaged->count > 1)
        (void)snprintf(more, sizeof(more), " and %lld more", (long long)damaged->count - 1);
    log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot, .run = run_id},
              "item %lld of %s%s: damaged in the store, so set aside, neither done nor counted; "
              "`automagi queue list --robot %s` says what to do, `automagi verify` names each",
              (long long)damaged->first_id, robot, more, robot);
}

void log_asked_again(const char *robot, int64_t run_id, int64_t again_id)
{
    log_about(LOG_LEVEL_INFO, &(struct log_about){.robot = robot, .run = again_id},
              "run %lld of %s ended before it had collected what it was asked for; run %lld is "
              "asked the same",
              (long long)run_id, robot, (long long)again_id);
}

/* Counts are those of its results: an item that the end left uncertain is in none. */
static void log_end(const struct run *run, enum run_ending ending)
{
    int64_t took_ms = clock_monotonic_ms() - run->begun_ms;
    bool is_done = ending == RUN_DONE;

    log_about(
        is_done ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
        &(struct log_about){.robot = run->robot->slug, .run = run->id},
        "run %lld of %s: %s%s%s (%s, %lld.%03lld s; %lld done, %lld for a person, %lld failed)",
        (long long)run->id, run->robot->slug, run_ending_word((int)ending),
        run->note[0] != '\0' ? ": " : "", run->note, run_cause_word(run->cause),
        (long long)(took_ms / 1000), (long long)(took_ms % 1000), (long long)run->done,
        (long long)run->business, (long long)run->failed);
}

/* It rested, or ended over an item: the next makes the room that it has not. There is an end to that: what ends its run is
 * deferred, and in the end waits, and one that fails in vain is no reason for another. */
static bool has_left_it_full(const struct end_job *job)
{
    return job->run->skips_collect &&
           (job->is_rested || (supervise_blame(job->run, job->ending) != NULL && !job->is_vain));
}

/* One that makes room, and one that has it, go alone: beside another the queue may be full again, and who was asked again
 * for that has failed. */
static void look_at_room(const struct end_job *job)
{
    const struct run *run = job->run;

    if (has_left_it_full(job))
        run->robot->is_queue_full = true;
    if (job->again_id != 0 && (run->is_full || run->skips_collect))
        run->robot->crowded_run = job->again_id;
    else if (run->id >= run->robot->crowded_run)
        run->robot->crowded_run = 0;
}

static void finished_end(struct writer_job *base, int result, const struct fault *fault)
{
    struct end_job *job = (struct end_job *)(void *)base;
    struct run *run = job->run;
    struct daemon *daemon = run->daemon;

    if (result < 0)
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = run->robot->slug, .run = run->id},
                  "run %lld of %s could not be closed: %s", (long long)run->id, run->robot->slug,
                  fault->text);
    else
        log_end(run, job->ending);
    if (result >= 0 && job->again_id != 0)
        log_asked_again(run->robot->slug, run->id, job->again_id);
    if (result >= 0)
        log_damaged(run->robot->slug, run->id, &job->damaged);
    look_at_room(job);
    run->robot->retry_ms = job->retry_ms;
    if (job->is_vain) {
        fires_rest_vain(run->robot);
    } else if (!run->is_needless) {
        run->robot->retry_rest_ms = 0; /* its runs begin */
        run->robot->vain_runs = 0;
    }
    run_forget(daemon, run);
    if (result == 0)
        run_ending_known(daemon, run->robot, job->is_paused, &job->after);
    if (run->robot->retry_ms > 0)
        fires_arm(daemon);
    queue_triggers_look(daemon);
}

/* How many of the items without a result. Its own count of what it has begun says more than its channel when
 * results went another way: never less, for it writes that count itself. */
static uint32_t begun_without_result(const struct run *run)
{
    uint32_t by_channel =
        run->has_said_end && run->is_step_known ? ITEM_BEGUN_NONE : ITEM_BEGUN_FIRST;
    uint32_t by_count = run->begun > run->seq ? run->begun - run->seq : 0;

    if (run->is_violation)
        return ITEM_BEGUN_ANY; /* what it sent since was not taken */
    return by_count > by_channel ? by_count : by_channel;
}

struct end_job *job_end_new(void)
{
    return calloc(1, sizeof(struct end_job));
}

void job_end(struct run *run, enum run_ending ending)
{
    struct end_job *job = run->end;

    job->run = run;
    job->ending = ending;
    job->is_rested = run->is_rested;
    job->begun = begun_without_result(run);
    job->is_vain = was_vain(run, ending, job->begun);
    job->vain_runs = run->robot->vain_runs;
    job->has_collected = run->has_said_end && run->has_said_collected;
    job->job.apply = apply_end;
    job->job.finished = finished_end;
    job->job.is_patient = true;
    run->jobs++;
    writer_submit(run->daemon->writer, &job->job);
}
