/*
 * run_job.h - private to run_jobs.c and run_result.c: what goes to the writer for a run.
 *
 * apply() runs on the writer's thread: it may read what is fixed while the run lives (id, policy,
 * plugin, robot's name) and what is the writer's (fence, windows, is_refused); nothing else.
 */
#ifndef AUTOMAGI_RUN_RUN_JOB_H
#define AUTOMAGI_RUN_RUN_JOB_H

#include <stdbool.h>

#include "core/base/fault.h"
#include "core/store/item.h"
#include "core/store/writer.h"

struct run;

struct run_job {
    struct writer_job job; /* first */
    struct run *run;
    struct item_damaged damaged;
    bool
        asks_due; /* when the next deferred item is due, for the loop does not wait for the run's end */
    bool is_due_known;
    int64_t due_ms;               /* 0: none is deferred */
    char problem[FAULT_TEXT_MAX]; /* "" : none; the run is then ended, the batch is not */
};

struct run_job *run_job_of(struct writer_job *job);
void run_job_submit(struct run *run, struct run_job *job, bool is_patient);
/* apply(): reads when the next deferred item is due, when the robot may run beside itself. */
int run_job_look_due(struct run_job *job, struct store *store, struct fault *fault);
/* On the loop: what the job read, if it did. */
void run_job_due_known(const struct run_job *job);
/* A failure that is the item's own must not end the batch of all the others: 0, and the job has the problem. */
int run_job_keep_problem(struct run_job *job, int result, const struct fault *fault);
/* The job is back: the run is ended when it has a problem. Frees it. */
void run_job_finished(struct writer_job *base, int result, const struct fault *fault);

#endif
