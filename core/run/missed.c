#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

/*
 * Times at which a trigger should have fired and nobody was there: the daemon was down or held up,
 * the machine slept, the clock was set. The trigger's misfire policy says which of them run yet, of
 * the newest: none, one that is less than a day old, or a number of them. Each of the others gets its
 * record, so that every time has exactly one.
 */
enum {
    MISSED_MAX = 1000,
    FRESH_MS = 86400000,
    PUNCTUAL_MS = 60000 /* a time that is looked at within this was not missed */
};

struct missed_time {
    int64_t nominal_ms;
    char reason[REST_REASON_MAX];
};

struct missed_job {
    struct writer_job job; /* first */
    int64_t trigger_id;
    const char *slug; /* an entry's: never freed */
    size_t recorded;
    size_t count;
    struct missed_time times[];
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
static struct missed_job *missed_new(const struct trigger_entry *trigger, size_t count)
{
    struct missed_job *job = calloc(1, sizeof(*job) + count * sizeof(job->times[0]));

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

static void note_time(const struct daemon *daemon, const struct trigger_entry *trigger,
                      struct missed_job *job, int64_t nominal_ms)
{
    struct missed_time *time = &job->times[job->count++];

    time->nominal_ms = nominal_ms;
    if (!rest_at(daemon, trigger, nominal_ms, time->reason))
        (void)text_copy(time->reason, sizeof(time->reason), FIRE_MISSED);
}

/* The newest times in (from, now], oldest first; at most `most`. They are looked for from ever
 * earlier on, so that a year of minutes costs no year. */
static size_t newest_times(const struct trigger_entry *trigger, int64_t from_ms, int64_t now_ms,
                           int64_t *ret_times, size_t most)
{
    int64_t window_ms = PUNCTUAL_MS;
    size_t count = 0;
    int64_t start_ms;

    do {
        int64_t next;

        start_ms = now_ms - window_ms > from_ms ? now_ms - window_ms : from_ms;
        count = 0;
        for (next = trigger_next(trigger, start_ms); next != 0 && next <= now_ms;
             next = trigger_next(trigger, next))
            ret_times[count++ % most] = next;
        window_ms *= 2;
    } while (count < most && start_ms > from_ms);
    if (count > most) { /* a ring: turn it to begin with the oldest */
        size_t turn = count % most;
        size_t i;

        for (i = 0; i < turn; i++) {
            int64_t first = ret_times[0];
            size_t k;

            for (k = 1; k < most; k++)
                ret_times[k - 1] = ret_times[k];
            ret_times[most - 1] = first;
        }
        count = most;
    }
    return count;
}

/* Those of the times that are due which run yet. */
static size_t choose(const struct trigger_entry *trigger, int64_t now_ms, int64_t *ret_times,
                     size_t most)
{
    int64_t from_ms = trigger->next_ms - 1;
    size_t count;

    if (trigger->policy->misfire == MISFIRE_ALL)
        return newest_times(trigger, from_ms, now_ms, ret_times,
                            (size_t)trigger->policy->misfire_limit < most
                                ? (size_t)trigger->policy->misfire_limit
                                : most);
    count = newest_times(trigger, from_ms, now_ms, ret_times, 1);
    if (count > 0 && now_ms - ret_times[0] >=
                         (trigger->policy->misfire == MISFIRE_SKIP ? PUNCTUAL_MS : FRESH_MS))
        return 0;
    return count;
}

/* Records the times before `until_ms`. */
static void record_others(struct daemon *daemon, const struct trigger_entry *trigger,
                          int64_t until_ms)
{
    int64_t nominal_ms;
    struct missed_job *job;
    size_t count = 0;

    for (nominal_ms = trigger->next_ms;
         nominal_ms != 0 && nominal_ms < until_ms && count <= MISSED_MAX;
         nominal_ms = trigger_next(trigger, nominal_ms))
        count++; /* most have missed few, and all of them may have missed some */
    job = count > 0 ? missed_new(trigger, count) : NULL;
    if (job == NULL)
        return;
    for (nominal_ms = trigger->next_ms; job->count < count;
         nominal_ms = trigger_next(trigger, nominal_ms))
        note_time(daemon, trigger, job, nominal_ms);
    if (job->count > MISSED_MAX)
        (void)text_copy(job->times[MISSED_MAX].reason, REST_REASON_MAX, FIRE_MISSED_REST);
    writer_submit(daemon->writer, &job->job);
}

size_t missed_pass_over(struct daemon *daemon, struct trigger_entry *trigger, int64_t now_ms,
                        int64_t *ret_times, size_t most)
{
    int64_t next_ms = trigger_next(trigger, trigger->next_ms);
    size_t count;

    if ((next_ms == 0 || next_ms > now_ms) && now_ms - trigger->next_ms < PUNCTUAL_MS) {
        ret_times[0] = trigger->next_ms; /* the usual case */
        return 1;
    }
    count = choose(trigger, now_ms, ret_times, most);
    record_others(daemon, trigger, count > 0 ? ret_times[0] : now_ms + 1);
    return count;
}
