#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/version.h"
#include "core/run/daemon_inner.h"
#include "core/run/generation.h"
#include "core/store/audit.h"
#include "core/store/store.h"

/*
 * The daemon's start and its orderly stop, in the audit. A generation without a stop ended
 * otherwise: it was killed, or its disk failed. By a generation's start the next one knows whether its runs may live
 * (generation.c); it is durable before any of them. And the one row of each run.
 */
struct serve_job {
    struct writer_job job; /* first */
    struct daemon *daemon;
    const char *action; /* a literal */
    char account[64];
};

static int apply_audit(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct serve_job *job = (struct serve_job *)(void *)base;
    int64_t generation = store_generation(store);
    char subject[GENERATION_SUBJECT_MAX];
    char detail[128 + HOME_AUTHOR_MARK_MAX];
    const struct audit_record record = {
        .account = job->account, .action = job->action, .subject = subject, .detail = detail};

    generation_subject(generation, subject);
    (void)snprintf(detail, sizeof(detail),
                   "{\"generation\":%" PRId64 ",\"version\":\"%s\",\"pid\":%ld,%s}", generation,
                   automagi_version, (long)getpid(), job->daemon->mark);
    return audit_add(store, &record, fault);
}

static void audited(struct writer_job *base, int result, const struct fault *fault)
{
    struct serve_job *job = (struct serve_job *)(void *)base;

    if (result < 0) {
        log_line(LOG_LEVEL_ERROR, "%s is not in the audit: %s", job->action, fault->text);
        job->daemon->audit_result = result;
    }
    free(job);
}

int serve_audit(struct daemon *daemon, const char *action, struct fault *fault)
{
    const char *home = daemon->settings->home;
    int result = daemon->mark[0] == '\0' ? home_author_mark(home, daemon->mark) : 0;
    struct serve_job *job;

    if (result < 0)
        return fault_set(fault, result, "%s: its store cannot be looked at: %s", home,
                         strerror(-result));
    job = calloc(1, sizeof(*job));
    if (job == NULL)
        return fault_no_memory(fault);
    job->daemon = daemon;
    job->action = action;
    (void)text_copy(job->account, sizeof(job->account), daemon->account);
    job->job.apply = apply_audit;
    job->job.finished = audited;
    writer_submit(daemon->writer, &job->job);
    return 0;
}

int audit_run_start(struct store *store, const struct run *run, struct fault *fault)
{
    char detail[160];
    char hash[2 * 8 + 1];
    struct audit_record record;
    int i;

    for (i = 0; i < 8; i++)
        (void)snprintf(hash + 2 * i, 3, "%02x", run->host->hash[i]);
    (void)snprintf(detail, sizeof(detail), "{\"run\":%lld,\"plugin\":\"%s\",\"hash\":\"%s\"}",
                   (long long)run->id, run->plugin, hash);
    memset(&record, 0, sizeof(record));
    record.account = "automagid";
    record.action = "run started";
    record.subject = run->robot->slug;
    record.detail = detail;
    return audit_add(store, &record, fault);
}
