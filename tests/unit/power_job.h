/*
 * power_job.h - jobs of a writer, and what is said of each when it is acknowledged (power_work.h).
 */
#ifndef AUTOMAGI_TESTS_UNIT_POWER_JOB_H
#define AUTOMAGI_TESTS_UNIT_POWER_JOB_H

#include <stdint.h>

#include "core/store/writer.h"

enum { POWER_SAID_SIZE = 2048, POWER_REFERENCE_SIZE = 32 };

/* One change. The members below `said` are the caller's. */
struct power_job {
    struct writer_job base;
    struct writer *writer;
    int (*change)(struct power_job *job, struct store *store, struct fault *fault);
    char said[POWER_SAID_SIZE];
    const char *command, *arguments;
    char reference[POWER_REFERENCE_SIZE];
    int64_t id, number;
    int32_t day;
    int outcome;
};

/* Where what is said is written. */
void power_say_to(int fd);
/* At once. */
void power_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* When the job is acknowledged; called by its change. */
void power_will_say(struct power_job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A job that fails ends the program. power_job_submit() frees it in time. */
struct power_job *power_job_new(struct writer *writer,
                                int (*change)(struct power_job *job, struct store *store,
                                              struct fault *fault));
void power_job_submit(struct power_job *job);
void power_job_wait(struct writer *writer); /* for all that were submitted */
void power_job_do(struct power_job *job);   /* submits it, and waits */

#endif
