/* The result of an item, for the writer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/run_job.h"
#include "core/store/organisation.h"
#include "core/store/store.h"

struct result_job {
    struct run_job base; /* first */
    struct item_result result;
    char department[WIRE_DEPARTMENT_MAX + 1];
    char note[];
};

static int name_department(struct store *store, struct result_job *job, struct fault *fault)
{
    int result = department_find(store, job->department, &job->result.department_id, fault);

    if (result != -ENOENT)
        return result;
    /* It may have been done, but for whom is not known: a person must say. */
    job->result.outcome = WIRE_UNKNOWN;
    job->result.note = "the plugin named a department that does not exist; see whether the work "
                       "was done, then retry or close the item by hand";
    return 0;
}

static int apply_result(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct result_job *job = (struct result_job *)(void *)base;
    struct run *run = job->base.run;
    enum item_taken taken;
    int result = 0;

    /* Whoever did the item has put on the queue what follows from it: done, it would never come again, and nor
     * would that. So it is left as it is when a run is lost. */
    if (run->is_refused)
        result = fault_set(fault, -EINVAL, "nothing is taken behind an item that was refused");
    job->result.fence = run->fence;
    if (result == 0 && job->department[0] != '\0')
        result = name_department(store, job, fault);
    if (result == 0)
        result = item_take_result(store, &run->policy, &job->result, &taken, fault);
    if (result == 0 && job->result.outcome == WIRE_TRANSIENT)
        result = run_job_look_due(&job->base, store, fault);
    item_damaged_take(store, &job->base.damaged);
    if (job->base.damaged.count > 0)
        job->result.outcome = WIRE_UNKNOWN; /* whatever it said */
    return run_job_keep_problem(&job->base, result, fault);
}

static void finished_result(struct writer_job *base, int result, const struct fault *fault)
{
    struct result_job *job = (struct result_job *)(void *)base;
    struct run *run = job->base.run;

    if (result == 0 && job->base.problem[0] == '\0') {
        int outcome = job->result.outcome;

        run->done += outcome == WIRE_DONE;
        run->business += outcome == WIRE_BUSINESS;
        run->failed += outcome != WIRE_DONE && outcome != WIRE_BUSINESS && outcome != WIRE_NOT_DONE;
    }
    run_job_due_known(&job->base);
    run_job_finished(base, result, fault);
}

int job_result(struct run *run, const struct wire_frame *frame)
{
    int64_t age_ms = clock_monotonic_ms() - run->begun_ms; /* no item takes longer than its run */
    struct text note;
    struct result_job *job;

    text_init(&note, WIRE_NOTE_MAX);
    if (frame->note.length > 0)
        log_redact(frame->note.bytes, frame->note.length, &note);
    job = calloc(1, sizeof(*job) + note.length + 1);
    if (job == NULL) {
        text_release(&note);
        return -ENOMEM;
    }
    memcpy(job->note, text_string(&note), note.length + 1);
    text_release(&note);
    if (frame->department.length > 0)
        memcpy(job->department, frame->department.bytes, frame->department.length);
    job->result.item_id = frame->item;
    job->result.run_id = run->id;
    job->result.seq = run->seq;
    job->result.outcome = (int)frame->outcome;
    job->result.completed_ms = clock_now_ms();
    job->result.duration_ms = frame->duration_ms < age_ms ? frame->duration_ms : (uint32_t)age_ms;
    job->result.note = job->note;
    job->base.job.apply = apply_result;
    job->base.job.finished = finished_result;
    run_job_submit(run, &job->base, true);
    return 0;
}
