#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/run/daemon_inner.h"
#include "core/run/old_logs.h"
#include "core/store/store.h"

/*
 * Payloads and logs live only as long as their robot's retention. Done items take their payloads
 * with them at once; this forgets those of items closed by hand or dropped. What is open is work
 * to be done and keeps its own. At the start and every hour, on the writer's thread: the loop does
 * not wait for a disk.
 */
enum { RETENTION_EVERY_MS = 3600000 };

struct retention_job {
    struct writer_job job; /* first */
    int64_t robot_id;
    int64_t before_ms;
    char slug[ROBOT_SLUG_MAX + 1];
    int64_t forgotten;
    int result; /* of the folder of logs, with its fault */
    struct fault why;
};

static int apply_forget(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct retention_job *job = (struct retention_job *)(void *)base;

    return item_forget_payloads(store, job->robot_id, job->before_ms, &job->forgotten, fault);
}

static void forgotten(struct writer_job *base, int result, const struct fault *fault)
{
    struct retention_job *job = (struct retention_job *)(void *)base;

    if (result < 0)
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = job->slug},
                  "robot %s: old payloads are still there: %s", job->slug, fault->text);
    else if (job->forgotten > 0)
        log_about(LOG_LEVEL_INFO, &(struct log_about){.robot = job->slug},
                  "robot %s: %lld payloads are past their retention: removed", job->slug,
                  (long long)job->forgotten);
    free(job);
}

/* Goes on in the next transaction while there may be more. What cannot be removed is a line in the
 * log and no failure of the store. */
static int apply_remove_logs(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct retention_job *job = (struct retention_job *)(void *)base;
    int64_t removed = 0;

    (void)fault;
    job->result = store_check_place(store, &job->why);
    if (job->result == 0)
        job->result =
            old_logs_remove(store_home(store), job->slug, job->before_ms, &removed, &job->why);
    job->forgotten += removed;
    job->job.is_unfinished = removed == OLD_LOGS_AT_ONCE;
    return 0;
}

static void logs_removed(struct writer_job *base, int result, const struct fault *fault)
{
    struct retention_job *job = (struct retention_job *)(void *)base;

    if (result < 0 || job->result < 0)
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = job->slug},
                  "robot %s: old logs are still there: %s", job->slug,
                  result < 0 ? fault->text : job->why.text);
    if (job->forgotten > 0)
        log_about(LOG_LEVEL_INFO, &(struct log_about){.robot = job->slug},
                  "robot %s: %lld logs are past their retention: removed", job->slug,
                  (long long)job->forgotten);
    free(job);
}

static void submit(struct daemon *daemon, const struct robot_entry *robot,
                   int (*apply)(struct writer_job *, struct store *, struct fault *),
                   void (*finished)(struct writer_job *, int, const struct fault *))
{
    struct retention_job *job = calloc(1, sizeof(*job));

    if (job == NULL)
        return; /* within the hour it is tried again */
    job->robot_id = robot->id;
    (void)text_copy(job->slug, sizeof(job->slug), robot->slug);
    job->before_ms = clock_now_ms() - (int64_t)robot->definition.retention_days * 86400000;
    job->job.apply = apply;
    job->job.finished = finished;
    job->job.is_part = apply == apply_forget;
    job->job.is_patient = !job->job.is_part; /* which may be unfinished */
    writer_submit(daemon->writer, &job->job);
}

void retention_due(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();
    const struct robot_entry *robot;

    if (is_stalled(daemon) || daemon->robots == NULL) /* no robots have been read yet */
        return;
    if (now_ms < daemon->retention_ms) {
        daemon_deadline(daemon, daemon->retention_ms);
        return;
    }
    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (!robot->is_installed)
            continue;
        submit(daemon, robot, apply_forget, forgotten);
        submit(daemon, robot, apply_remove_logs, logs_removed);
    }
    daemon->retention_ms = now_ms + RETENTION_EVERY_MS;
    daemon_deadline(daemon, daemon->retention_ms);
}
