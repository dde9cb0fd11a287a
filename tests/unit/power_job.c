#include "tests/unit/power_job.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"

static int said_fd = -1;

void power_say_to(int fd)
{
    said_fd = fd;
}

static void say_line(const char *line)
{
    if (file_write_open(said_fd, line, strlen(line)) < 0)
        exit(2);
}

void power_say(const char *format, ...)
{
    char line[POWER_SAID_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    say_line(line);
}

void power_will_say(struct power_job *job, const char *format, ...)
{
    size_t length = strlen(job->said);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(job->said + length, sizeof job->said - length, format, arguments);
    va_end(arguments);
}

static int apply(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct power_job *job = (struct power_job *)(void *)base;

    return job->change(job, store, fault);
}

static void finished(struct writer_job *base, int result, const struct fault *fault)
{
    struct power_job *job = (struct power_job *)(void *)base;

    if (result < 0) {
        (void)fprintf(stderr, "power_work: %s\n", fault != NULL ? fault->text : "failed");
        exit(2);
    }
    say_line(job->said);
    free(job);
}

struct power_job *power_job_new(struct writer *writer,
                                int (*change)(struct power_job *job, struct store *store,
                                              struct fault *fault))
{
    struct power_job *job = calloc(1, sizeof *job);

    if (job == NULL)
        exit(2);
    job->writer = writer;
    job->change = change;
    return job;
}

void power_job_submit(struct power_job *job)
{
    job->base.apply = apply;
    job->base.finished = finished;
    writer_submit(job->writer, &job->base);
}

void power_job_wait(struct writer *writer)
{
    while (writer_waiting(writer) > 0) {
        struct pollfd waits = {.fd = writer_fd(writer), .events = POLLIN};

        (void)poll(&waits, 1, -1);
        writer_collect(writer);
    }
}

void power_job_do(struct power_job *job)
{
    struct writer *writer = job->writer;

    power_job_submit(job);
    power_job_wait(writer);
}
