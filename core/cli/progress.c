#include "core/cli/progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/cli/terminal.h"

enum { AFTER_MS = 1000, EVERY_MS = 200, LINE_MAX_BYTES = 192 };

struct progress {
    const char *what;
    const char *unit;
    int64_t total;
    int64_t begun_ms; /* monotonic */
    int64_t shown_ms; /* 0: never */
    bool has_thread;
    bool is_over; /* under the mutex */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

void progress_line(const char *what, const char *unit, int64_t done, int64_t total,
                   int64_t elapsed_ms, char *target, size_t size)
{
    int64_t rate = elapsed_ms > 0 ? done * 1000 / elapsed_ms : 0;

    if (total <= 0)
        (void)snprintf(target, size, "%s: %" PRId64 " s", what, elapsed_ms / 1000);
    else if (rate <= 0)
        (void)snprintf(target, size, "%s: %" PRId64 " of %" PRId64 " %s, %" PRId64 " %%", what,
                       done, total, unit, done * 100 / total);
    else
        (void)snprintf(target, size,
                       "%s: %" PRId64 " of %" PRId64 " %s, %" PRId64 " %%, %" PRId64
                       " a second, %" PRId64 " s left",
                       what, done, total, unit, done * 100 / total, rate,
                       (total - done + rate - 1) / rate);
}

static void show(struct progress *progress, int64_t done, int64_t now_ms)
{
    char line[LINE_MAX_BYTES];

    progress_line(progress->what, progress->unit, done, progress->total,
                  now_ms - progress->begun_ms, line, sizeof(line));
    progress->shown_ms = now_ms;
    (void)fprintf(stderr, "\r%s\033[K", line);
    (void)fflush(stderr);
}

static void *tick(void *context)
{
    struct progress *progress = context;
    struct timespec next;

    (void)pthread_mutex_lock(&progress->mutex);
    (void)clock_gettime(CLOCK_MONOTONIC, &next);
    while (!progress->is_over) {
        next.tv_sec++;
        while (!progress->is_over &&
               pthread_cond_timedwait(&progress->changed, &progress->mutex, &next) == 0) {
        }
        if (!progress->is_over)
            show(progress, 0, clock_monotonic_ms());
    }
    (void)pthread_mutex_unlock(&progress->mutex);
    return NULL;
}

/* Signals stay the first thread's. */
static void start_thread(struct progress *progress)
{
    pthread_condattr_t attributes;
    sigset_t all;
    sigset_t before;

    (void)pthread_mutex_init(&progress->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&progress->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    progress->has_thread = pthread_create(&progress->thread, NULL, tick, progress) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct progress *progress_begin(const char *what, const char *unit, int64_t total)
{
    struct progress *progress = terminal_is(stderr) ? calloc(1, sizeof(*progress)) : NULL;

    if (progress == NULL)
        return NULL;
    progress->what = what;
    progress->unit = unit;
    progress->total = total;
    progress->begun_ms = clock_monotonic_ms();
    if (total == 0)
        start_thread(progress);
    return progress;
}

void progress_at(struct progress *progress, int64_t done)
{
    int64_t now_ms = clock_monotonic_ms();

    if (progress != NULL && now_ms - progress->begun_ms >= AFTER_MS &&
        (done >= progress->total || now_ms - progress->shown_ms >= EVERY_MS))
        show(progress, done, now_ms);
}

void progress_end(struct progress *progress)
{
    if (progress == NULL)
        return;
    if (progress->has_thread) {
        (void)pthread_mutex_lock(&progress->mutex);
        progress->is_over = true;
        (void)pthread_cond_signal(&progress->changed);
        (void)pthread_mutex_unlock(&progress->mutex);
        (void)pthread_join(progress->thread, NULL);
    }
    if (progress->total == 0) {
        (void)pthread_cond_destroy(&progress->changed);
        (void)pthread_mutex_destroy(&progress->mutex);
    }
    if (progress->shown_ms != 0)
        (void)fputs("\r\033[K", stderr);
    free(progress);
}
