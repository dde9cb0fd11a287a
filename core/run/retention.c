#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

/*
 * Payloads live only as long as their robot's retention. Done items take theirs with them at
 * once; this forgets those of items closed by hand or dropped. What is open is work to be done
 * and keeps its own. At the start and every hour.
 */
enum { RETENTION_EVERY_MS = 3600000 };

struct retention_job {
    struct writer_job job; /* first */
    int64_t robot_id;
    int64_t before_ms;
    const char *slug; /* an entry's: never freed */
    int64_t forgotten;
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
        log_line(LOG_LEVEL_ERROR, "robot %s: old payloads are still there: %s", job->slug,
                 fault->text);
    else if (job->forgotten > 0)
        log_line(LOG_LEVEL_INFO, "robot %s: %lld payloads are past their retention: removed",
                 job->slug, (long long)job->forgotten);
    free(job);
}

static void forget(struct daemon *daemon, const struct robot_entry *robot)
{
    struct retention_job *job = calloc(1, sizeof(*job));

    if (job == NULL)
        return; /* within the hour it is tried again */
    job->robot_id = robot->id;
    job->slug = robot->slug;
    job->before_ms = clock_now_ms() - (int64_t)robot->definition.retention_days * 86400000;
    job->job.apply = apply_forget;
    job->job.finished = forgotten;
    job->job.is_part = true;
    writer_submit(daemon->writer, &job->job);
}

void retention_due(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();
    const struct robot_entry *robot;

    if (now_ms < daemon->retention_ms) {
        daemon_deadline(daemon, daemon->retention_ms);
        return;
    }
    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->is_installed)
            forget(daemon, robot);
    }
    daemon->retention_ms = now_ms + RETENTION_EVERY_MS;
    daemon_deadline(daemon, daemon->retention_ms);
}
