#include "core/run/hold.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/run/daemon_inner.h"
#include "core/run/supervise.h"

struct put_back_job {
    struct writer_job job; /* first */
    struct run *run;
    bool is_queued, is_owed;
    char *input; /* NULL: none */
};

bool hold_keeps(const struct robot_hold *hold)
{
    return hold->is_paused || hold->red_item != 0;
}

bool hold_reason(const struct robot_hold *hold, char ret_reason[static REST_REASON_MAX])
{
    if (hold->is_paused)
        (void)text_copy(ret_reason, REST_REASON_MAX, "the robot is paused");
    else if (hold->red_item != 0)
        gate_red_words(hold->red_item, ret_reason);
    return hold_keeps(hold);
}

void hold_known(struct robot_entry *robot, const struct robot_hold *hold)
{
    if (!hold_keeps(hold))
        return;
    robot->is_paused = hold->is_paused;
    robot->red_item = hold->red_item;
}

int hold_look(struct store *store, const struct run_record *record, bool *ret_is_needless,
              struct fault *fault)
{
    struct item_ready_state ready = {.count = 0};
    int64_t next_ms = 0;
    int result;

    *ret_is_needless = false;
    if (record->state != RUN_QUEUED || !run_is_owed(record))
        return 0;
    result = item_ready_look(store, record->robot_id, 1, &ready, fault);
    if (result == 0)
        result = item_next_due(store, record->robot_id, &next_ms, fault);
    *ret_is_needless =
        result == 0 && ready.count == 0 && (next_ms == 0 || next_ms > clock_now_ms());
    return result;
}

void hold_run(struct run *run)
{
    char reason[REST_REASON_MAX] = "";

    if (hold_reason(&run->hold, reason))
        log_about(LOG_LEVEL_INFO, &(struct log_about){.robot = run->robot->slug, .run = run->id},
                  "run %lld of %s was to begin and waits: %s", (long long)run->id, run->robot->slug,
                  reason);
    hold_known(run->robot, &run->hold);
    run->is_violation = true; /* nothing is taken from it */
    run->has_said_end = false;
    run->is_rested = false; /* nothing is left for another to go on with */
    supervise_kill(run->daemon, run);
}

static int apply_put_back(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct put_back_job *job = (struct put_back_job *)(void *)base;
    struct run_record record;
    int result = run_read(store, job->run->id, &record, fault);

    free(job->input); /* of a try that was undone */
    job->input = NULL;
    job->is_queued = result == 0 && record.state == RUN_QUEUED;
    job->is_owed = result == 0 && run_is_owed(&record);
    return job->is_queued ? run_input_read(store, job->run->id, &job->input, fault) : result;
}

static void put_back(struct writer_job *base, int result, const struct fault *fault)
{
    struct put_back_job *job = (struct put_back_job *)(void *)base;
    struct run *run = job->run;
    struct robot_entry *robot = run->robot;
    struct daemon *daemon = run->daemon;
    struct pending_run *pending = NULL;

    robot->is_queue_full = robot->is_queue_full || run->skips_collect;
    if (result < 0) {
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug, .run = run->id},
                  "run %lld of %s could not be put back: %s", (long long)run->id, robot->slug,
                  fault->text);
        dispatch_leave(daemon, run->id, robot);
    } else if (job->is_queued) {
        pending = dispatch_put_back(daemon, run->id, robot, job->input);
    } else {
        registry_refresh(daemon); /* as of any that is stopped while it waits */
    }
    if (job->is_owed)
        dispatch_owe(robot, pending);
    run_forget(daemon, run);
    free(job->input);
    free(job);
}

void hold_put_back(struct run *run)
{
    struct put_back_job *job = calloc(1, sizeof(*job));

    if (job == NULL) {
        dispatch_leave(run->daemon, run->id, run->robot);
        run_forget(run->daemon, run);
        return;
    }
    job->run = run;
    job->job.apply = apply_put_back;
    job->job.finished = put_back;
    writer_submit(run->daemon->writer, &job->job);
}
