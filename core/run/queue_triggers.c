/*
 * Triggers that look at their robot's own queue: so many items are ready, or one has been ready for
 * so long. They are looked at soon after a queue may have changed and else every now and then, while
 * a run may be made for what is on the queue (fires_may_add()): beside one that goes on only where the robot's limit
 * and the trigger's overlap policy let it. One that has fired rests for a minute, for a run
 * that leaves its items as they are must not bring about the next at once.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

enum { LOOK_MS = 10000, SOON_MS = 50, FIRED_REST_MS = 60000 };

struct look_job {
    struct writer_job job; /* first */
    struct daemon *daemon;
    struct robot_entry *robot;
    int64_t most; /* the deepest threshold */
    struct item_ready_state state;
};

static bool is_by_queue(const struct trigger_entry *trigger)
{
    return trigger->policy->kind == TRIGGER_DEPTH || trigger->policy->kind == TRIGGER_AGE;
}

/* Also when the clock was set back since by more than the rest: it would be a long one. */
static bool is_resting(const struct trigger_entry *trigger, int64_t now_ms)
{
    return llabs(now_ms - trigger->last_nominal_ms) < FIRED_REST_MS;
}

/* The oldest may be of a clock that stood ahead and was set right: nobody knows for how long it has been ready, and it
 * is not to hold up those behind it until the time that clock had shown. */
static bool is_due(const struct trigger_entry *trigger, const struct item_ready_state *state,
                   int64_t now_ms)
{
    int64_t age_ms = now_ms - state->oldest_ms;

    if (state->count == 0)
        return false;
    if (trigger->policy->kind == TRIGGER_DEPTH)
        return state->count >= trigger->policy->threshold;
    return age_ms >= trigger->policy->threshold * 1000 || age_ms < -FIRES_AHEAD_MS;
}

static void fire_by_queue(struct daemon *daemon, struct trigger_entry *trigger, int64_t now_ms)
{
    char reason[REST_REASON_MAX];
    bool is_off = rest_at(daemon, trigger, now_ms, reason);

    /* A condition that lasts is no list of times: while the robot may not start there is nothing
     * to record every minute. */
    if (is_off || job_fire(daemon, trigger, now_ms, NULL) < 0)
        return;
    trigger->last_nominal_ms = now_ms;
}

static int apply_look(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct look_job *job = (struct look_job *)(void *)base;

    return item_ready_look(store, job->robot->id, job->most, &job->state, fault);
}

/* No run of it is to start beside those there are. */
static bool is_held(const struct daemon *daemon, const struct trigger_entry *trigger)
{
    char reason[REST_REASON_MAX];

    return !fires_may_add(daemon, trigger->robot) || rest_for_overlap(daemon, trigger, reason);
}

static void looked(struct writer_job *base, int result, const struct fault *fault)
{
    struct look_job *job = (struct look_job *)(void *)base;
    struct daemon *daemon = job->daemon;
    int64_t now_ms = clock_now_ms();
    size_t i;

    if (result < 0)
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = job->robot->slug},
                  "robot %s: its queue could not be looked at: %s", job->robot->slug, fault->text);
    for (i = 0; i < daemon->triggers.other_count && result == 0 && !daemon->is_stopping; i++) {
        struct trigger_entry *trigger = &daemon->triggers.others[i];

        if (trigger->robot != job->robot || !is_by_queue(trigger) || is_held(daemon, trigger) ||
            is_resting(trigger, now_ms) || !is_due(trigger, &job->state, now_ms))
            continue;
        fire_by_queue(daemon, trigger, now_ms);
    }
    free(job);
}

/* The deepest threshold of the robot's triggers by queue; 0: it has none. */
static int64_t deepest(const struct daemon *daemon, const struct robot_entry *robot)
{
    int64_t most = 0;
    size_t i;

    for (i = 0; i < daemon->triggers.other_count; i++) {
        const struct trigger_entry *trigger = &daemon->triggers.others[i];
        int64_t depth = trigger->policy->kind == TRIGGER_DEPTH ? trigger->policy->threshold : 1;

        if (trigger->robot == robot && is_by_queue(trigger) && depth > most)
            most = depth;
    }
    return most;
}

static void look(struct daemon *daemon, struct robot_entry *robot)
{
    int64_t most = deepest(daemon, robot);
    struct look_job *job = most > 0 ? calloc(1, sizeof(*job)) : NULL;

    if (job == NULL)
        return; /* looked at again later */
    job->daemon = daemon;
    job->robot = robot;
    job->most = most;
    job->job.apply = apply_look;
    job->job.finished = looked;
    writer_submit(daemon->writer, &job->job);
}

static bool are_there(const struct daemon *daemon)
{
    size_t i;

    for (i = 0; i < daemon->triggers.other_count; i++) {
        if (is_by_queue(&daemon->triggers.others[i]))
            return true;
    }
    return false;
}

void queue_triggers_look(struct daemon *daemon)
{
    int64_t soon_ms = clock_monotonic_ms() + SOON_MS;

    if (!are_there(daemon) || (daemon->queues_ms != 0 && daemon->queues_ms <= soon_ms))
        return;
    daemon->queues_ms = soon_ms;
    daemon_deadline(daemon, soon_ms);
}

void queue_triggers_due(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();
    struct robot_entry *robot;

    if (daemon->queues_ms == 0 || daemon->is_stopping || is_stalled(daemon))
        return;
    if (now_ms >= daemon->queues_ms) {
        for (robot = daemon->robots; robot != NULL; robot = robot->next) {
            if (fires_may_add(daemon, robot))
                look(daemon, robot);
        }
        daemon->queues_ms = are_there(daemon) ? now_ms + LOOK_MS : 0;
    }
    if (daemon->queues_ms != 0)
        daemon_deadline(daemon, daemon->queues_ms);
}
