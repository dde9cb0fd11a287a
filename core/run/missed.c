#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

/*
 * Times at which a trigger should have fired and nobody was there: the daemon was down or held up,
 * the machine slept, the clock was set. The newest makes up for all of them if it is less than a
 * day old; each of the others gets its record, so that every time has exactly one. (Whether to
 * make up for them could be said by each trigger; then it is asked for here.)
 */
enum { MISSED_MAX = 1000, FRESH_MS = 86400000, MINUTE_MS = 60000 };

struct missed_time {
    int64_t nominal_ms;
    const char *reason; /* a literal */
};

struct missed_job {
    struct writer_job job; /* first */
    int64_t trigger_id;
    const char *slug; /* an entry's: never freed */
    size_t recorded;
    size_t count;
    struct missed_time times[MISSED_MAX + 1];
};

static int apply_missed(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct missed_job *job = (struct missed_job *)(void *)base;
    int result = 0;
    size_t i;

    for (i = 0; i < job->count && result == 0; i++) {
        result = fire_skip(store,
                           &(struct fire){.trigger_id = job->trigger_id,
                                          .nominal_ms = job->times[i].nominal_ms,
                                          .skipped = job->times[i].reason},
                           fault);
        if (result == 0)
            job->recorded++;
        else if (result == -EEXIST)
            result = 0; /* at an earlier start, or before the clock was set */
    }
    return result;
}

static void recorded(struct writer_job *base, int result, const struct fault *fault)
{
    struct missed_job *job = (struct missed_job *)(void *)base;

    if (result < 0)
        log_about(LOG_LEVEL_ERROR,
                  &(struct log_about){.robot = job->slug, .trigger = job->trigger_id},
                  "robot %s: its missed times could not be recorded: %s", job->slug, fault->text);
    else if (job->recorded > 0)
        log_about(
            LOG_LEVEL_WARN, &(struct log_about){.robot = job->slug, .trigger = job->trigger_id},
            "robot %s: %zu times of a trigger have passed without a run", job->slug, job->recorded);
    free(job);
}

/* NULL, and an error is logged, when memory is out: then there are no records. */
static struct missed_job *missed_new(const struct trigger_entry *trigger)
{
    struct missed_job *job = calloc(1, sizeof(*job));

    if (job == NULL) {
        log_about(LOG_LEVEL_ERROR,
                  &(struct log_about){.robot = trigger->robot->slug, .trigger = trigger->id},
                  "robot %s: missed times are not recorded: out of memory", trigger->robot->slug);
        return NULL;
    }
    job->trigger_id = trigger->id;
    job->slug = trigger->robot->slug;
    job->job.apply = apply_missed;
    job->job.finished = recorded;
    job->job.is_part = true;
    return job;
}

static void note_time(struct missed_job *job, const struct robot_entry *robot, int64_t nominal_ms)
{
    const char *reason = fires_rest_reason(robot, nominal_ms);

    if (job == NULL)
        return;
    job->times[job->count].nominal_ms = nominal_ms;
    job->times[job->count].reason = reason != NULL ? reason : FIRE_MISSED;
    job->count++;
}

/* The newest time that is due and fresh; 0 when there is none. */
static int64_t newest_fresh(const struct cron *cron, int64_t now_ms)
{
    int64_t window_ms = MINUTE_MS;
    int64_t found = 0;
    int64_t next;

    for (; found == 0 && window_ms / 2 < FRESH_MS; window_ms *= 2) {
        next = cron_next(cron, now_ms - (window_ms < FRESH_MS ? window_ms : FRESH_MS));
        for (; next != 0 && next <= now_ms; next = cron_next(cron, next))
            found = next;
    }
    return found;
}

/* Past the times that are not the newest. 0: none is left to fire. */
static int64_t pass_over(struct missed_job *job, const struct trigger_entry *trigger,
                         int64_t now_ms)
{
    const struct cron *cron = &trigger->cron;
    int64_t nominal_ms = trigger->next_ms;
    size_t count = 0;

    while (nominal_ms != 0 && nominal_ms <= now_ms) {
        int64_t next_ms = cron_next(cron, nominal_ms);
        int64_t newest_ms;

        if ((next_ms == 0 || next_ms > now_ms) && now_ms - nominal_ms < FRESH_MS)
            return nominal_ms;
        if (count == MISSED_MAX) {
            newest_ms = newest_fresh(cron, now_ms);
            if (newest_ms > nominal_ms || newest_ms == 0)
                note_time(job, trigger->robot, nominal_ms);
            if (job != NULL && job->count > MISSED_MAX)
                job->times[MISSED_MAX].reason = FIRE_MISSED_REST;
            return newest_ms;
        }
        note_time(job, trigger->robot, nominal_ms);
        count++;
        nominal_ms = next_ms;
    }
    return 0;
}

int64_t missed_pass_over(struct daemon *daemon, struct trigger_entry *trigger, int64_t now_ms)
{
    int64_t next_ms = cron_next(&trigger->cron, trigger->next_ms);
    struct missed_job *job;
    int64_t nominal_ms;

    if ((next_ms == 0 || next_ms > now_ms) && now_ms - trigger->next_ms < FRESH_MS)
        return trigger->next_ms; /* the usual case */
    job = missed_new(trigger);
    nominal_ms = pass_over(job, trigger, now_ms);
    if (job != NULL)
        writer_submit(daemon->writer, &job->job);
    return nominal_ms;
}
