#include "core/store/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/store/room.h"
#include "core/store/sql.h"
#include "core/store/writer_inner.h"

enum {
    JOBS_MAX = 8192,     /* in one transaction */
    TRANSACTION_MS = 50, /* after so long no further job is begun in it */
    LOOK_WEIGHT = 16,    /* the clock costs more than a small job */
    IDLE_S = 5           /* so often it looks at its files when nothing is to be done */
};

void list_init(struct job_list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

void list_append(struct job_list *list, struct writer_job *job)
{
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
}

static void list_prepend(struct job_list *list, struct writer_job *job)
{
    job->next = list->first;
    if (list->first == NULL)
        list->end = &job->next;
    list->first = job;
}

/* Moves all of `from` to the end of `to`. */
static void list_move(struct job_list *to, struct job_list *from)
{
    if (from->first == NULL)
        return;
    *to->end = from->first;
    to->end = from->end;
    list_init(from);
}

static struct writer_job *list_take(struct job_list *list)
{
    struct writer_job *job = list->first;

    list->first = job->next;
    if (list->first == NULL)
        list->end = &list->first;
    return job;
}

static void waiting_init(struct waiting *waiting)
{
    list_init(&waiting->prompt);
    list_init(&waiting->patient);
}

static bool is_empty(const struct waiting *waiting)
{
    return waiting->prompt.first == NULL && waiting->patient.first == NULL;
}

static void waiting_move(struct waiting *to, struct waiting *from)
{
    list_move(&to->prompt, &from->prompt);
    list_move(&to->patient, &from->patient);
}

/* ---- the writer's thread */

/* After these the transaction, or the handle, cannot be relied on. */
static bool is_fatal(const struct store *store, int result)
{
    return store->has_failed || result == -EIO || result == -ENOSPC || result == -ENOMEM ||
           result == -EBADMSG;
}

void writer_keep_fault(struct writer_job *job, const struct fault *fault)
{
    job->fault = malloc(sizeof *job->fault);
    if (job->fault != NULL)
        *job->fault = *fault;
}

void writer_beat(struct writer *writer)
{
    atomic_fetch_add_explicit(&writer->beats, 1, memory_order_relaxed);
}

static void beat(void *context)
{
    writer_beat(context);
}

/* A negative result is fatal; the job's own is in the job. */
static int apply(struct writer *writer, struct writer_job *job, struct fault *fault)
{
    int result = 0;

    beat(writer);
    fault->text[0] = '\0';
    if (job->is_part)
        result = store_part_begin(writer->store, fault);
    if (result < 0)
        return result;
    job->result = job->apply(job, writer->store, fault);
    if (job->result >= 0 && memory_lacked())
        job->result = fault_no_memory(fault);
    if (job->result > 0)
        job->result = 0;
    if (job->result < 0 && is_fatal(writer->store, job->result))
        return job->result;
    /* SQLite undoes a transaction itself when memory or the disk fails in its midst. Whoever did
     * not report it would leave the jobs to come without one. */
    if (sqlite3_get_autocommit(writer->store->db))
        return fault_set(fault, -EIO, "the transaction was undone in its midst; start again");
    if (job->result < 0)
        writer_keep_fault(job, fault);
    return job->is_part ? store_part_end(writer->store, job->result == 0, fault) : 0;
}

static void fail(struct writer *writer, int result, const struct fault *fault)
{
    writer->failure = *fault;
    if (writer->failure.text[0] == '\0')
        (void)fault_set(&writer->failure, result, "the store failed: %s", strerror(-result));
    writer->failure_code = result;
    atomic_store(&writer->has_failed, true);
}

static void fail_jobs(const struct writer *writer, struct job_list *jobs)
{
    struct writer_job *job;

    for (job = jobs->first; job != NULL; job = job->next) {
        job->result = writer->failure_code;
        free(job->fault);
        job->fault = NULL; /* the writer's own is shown */
    }
}

/* Nothing was done yet, so this may be tried again: each try is two seconds of SQLite's. */
static int begin(struct writer *writer, struct fault *fault)
{
    int result;

    writer_need_room(writer);
    do {
        beat(writer);
        result = store_begin(writer->store, fault);
    } while (result == -EBUSY && writer_stall(writer, WRITER_WAITS_FOR_LOCK));
    beat(writer);
    return result;
}

/* The next job of the transaction; NULL: it is full, or none waits. Out of time it takes one
 * patient job still, so that those come on under whatever load; but none that was submitted after
 * a prompt one that waits: a run's start is prompt, and what the run asks for rests on it. */
static struct writer_job *next_job(struct waiting *waiting, bool is_late, bool has_patient)
{
    const struct writer_job *prompt = waiting->prompt.first;
    const struct writer_job *patient = waiting->patient.first;

    if (!is_late && prompt != NULL)
        return list_take(&waiting->prompt);
    if (patient != NULL &&
        (!is_late || (!has_patient && (prompt == NULL || patient->number < prompt->number))))
        return list_take(&waiting->patient);
    return NULL;
}

/* Applies jobs until the transaction is full. */
static int apply_some(struct writer *writer, struct waiting *waiting, struct job_list *done,
                      struct fault *fault)
{
    int64_t until_ms = clock_monotonic_ms() + TRANSACTION_MS;
    struct writer_job *job;
    bool is_late = false;
    bool has_patient = false;
    unsigned count = 0;
    unsigned weight = 0;
    int result = 0;

    while (result == 0 && count < JOBS_MAX &&
           (job = next_job(waiting, is_late, has_patient)) != NULL) {
        count++;
        has_patient = has_patient || job->is_patient;
        weight += job->weight > 0 ? job->weight : 1;
        result = apply(writer, job, fault);
        if (result == 0 && job->is_unfinished) {
            job->is_unfinished = false;
            list_prepend(&waiting->patient, job);
            break;
        }
        list_append(done, job);
        if (weight >= LOOK_WEIGHT) {
            weight = 0;
            is_late = clock_monotonic_ms() >= until_ms;
        }
    }
    return result;
}

static void fail_all(const struct writer *writer, struct waiting *waiting, struct job_list *done)
{
    list_move(done, &waiting->prompt);
    list_move(done, &waiting->patient);
    fail_jobs(writer, done);
}

static int transact(struct writer *writer, struct waiting *waiting, struct job_list *done,
                    struct fault *fault)
{
    int result = begin(writer, fault);

    if (result == 0)
        result = apply_some(writer, waiting, done, fault);
    if (result == 0)
        result = store_commit(writer->store, fault);
    return result;
}

/* One transaction: takes jobs from `waiting` into `done`. With none it only looks. What was saved is acknowledged even when
 * nothing can follow it. */
static void run_batch(struct writer *writer, struct waiting *waiting, struct job_list *done)
{
    struct fault fault = {""};
    int result = is_empty(waiting) ? 0 : transact(writer, waiting, done, &fault);

    if (result == 0)
        result = writer_check_files(writer, &fault);
    if (result == -ESTALE) {
        fail(writer, -EIO, &fault);
    } else if (result < 0) {
        store_rollback(writer->store);
        fail(writer, result, &fault);
        fail_all(writer, waiting, done);
    }
}

void writer_hand_back(struct writer *writer, struct job_list *done)
{
    static const uint64_t one = 1;
    bool was_empty;

    pthread_mutex_lock(&writer->mutex);
    was_empty = writer->back.first == NULL;
    list_move(&writer->back, done);
    pthread_mutex_unlock(&writer->mutex);
    /* A counter of one cannot be full. */
    while (was_empty && write(writer->fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

/* The mutex is held. */
static void answer_nudge(struct writer *writer)
{
    if (writer->is_nudged)
        beat(writer);
    writer->is_nudged = false;
}

/* Takes what has come meanwhile; with nothing in hand it waits, but not longer than until the next look. False when it
 * is to end. */
static bool wait_for_jobs(struct writer *writer, struct waiting *waiting)
{
    struct timespec until;
    bool is_to_go_on;
    int code = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += IDLE_S;
    pthread_mutex_lock(&writer->mutex);
    answer_nudge(writer);
    while (is_empty(waiting) && is_empty(&writer->queue) && !writer->is_stopping && code == 0) {
        writer->is_asleep = true;
        code = pthread_cond_timedwait(&writer->submitted, &writer->mutex, &until);
        answer_nudge(writer);
    }
    writer->is_asleep = false;
    waiting_move(waiting, &writer->queue);
    is_to_go_on = !is_empty(waiting) || !writer->is_stopping;
    pthread_mutex_unlock(&writer->mutex);
    return is_to_go_on;
}

static void *work(void *context)
{
    struct writer *writer = context;
    struct waiting waiting;
    struct job_list done;

    waiting_init(&waiting);
    list_init(&done);
    writer->taken = &waiting;
    room_wait_with(writer_stall_for_room, writer);
    while (wait_for_jobs(writer, &waiting)) {
        if (atomic_load(&writer->has_failed))
            fail_all(writer, &waiting, &done);
        else
            run_batch(writer, &waiting, &done);
        if (done.first != NULL || atomic_load(&writer->has_failed))
            writer_hand_back(writer, &done);
        writer_go_on(writer);
    }
    return NULL;
}

/* ---- the loop's thread */

int writer_start(struct store *store, struct writer **ret_writer, struct fault *fault)
{
    struct writer *writer = calloc(1, sizeof *writer);
    pthread_condattr_t attributes;
    int code;

    if (writer == NULL)
        return fault_no_memory(fault);
    writer->store = store;
    store->keeps_zone = true; /* the process has threads now: clock_set_zone() is over */
    waiting_init(&writer->queue);
    list_init(&writer->back);
    writer->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (writer->fd < 0) {
        code = errno;
        free(writer);
        return fault_set(fault, -code, "the writer cannot start: %s", strerror(code));
    }
    (void)pthread_mutex_init(&writer->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&writer->submitted, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    store_on_progress(store, beat, writer);
    code = pthread_create(&writer->thread, NULL, work, writer);
    if (code != 0) {
        (void)pthread_cond_destroy(&writer->submitted);
        (void)pthread_mutex_destroy(&writer->mutex);
        (void)close(writer->fd);
        free(writer);
        return fault_set(fault, -code, "the writer's thread cannot start: %s", strerror(code));
    }
    *ret_writer = writer;
    return 0;
}

int writer_fd(const struct writer *writer)
{
    return writer->fd;
}

void writer_submit(struct writer *writer, struct writer_job *job)
{
    bool is_asleep;

    job->result = 0;
    job->fault = NULL;
    job->is_unfinished = false;
    job->number = ++writer->submitted_count;
    writer->waiting++;
    pthread_mutex_lock(&writer->mutex);
    list_append(job->is_patient ? &writer->queue.patient : &writer->queue.prompt, job);
    is_asleep = writer->is_asleep;
    writer->is_asleep = false; /* one wake is enough */
    pthread_mutex_unlock(&writer->mutex);
    if (is_asleep && writer->holds > 0)
        writer->is_wake_owed = true;
    else if (is_asleep)
        (void)pthread_cond_signal(&writer->submitted);
}

void writer_hold(struct writer *writer)
{
    writer->holds++;
}

void writer_release(struct writer *writer)
{
    writer->holds--;
    if (writer->holds > 0 || !writer->is_wake_owed)
        return;
    writer->is_wake_owed = false;
    (void)pthread_cond_signal(&writer->submitted);
}

void writer_collect(struct writer *writer)
{
    struct job_list back;
    uint64_t count;

    list_init(&back);
    while (read(writer->fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&writer->mutex);
    list_move(&back, &writer->back);
    pthread_mutex_unlock(&writer->mutex);
    while (back.first != NULL) {
        static const struct fault lost = {"out of memory"};
        static const struct fault stopped = {"the writer has stopped"};
        struct writer_job *job = list_take(&back);
        struct fault *own = job->fault;
        const struct fault *fault = NULL;
        int result = job->result;

        if (own != NULL)
            fault = own;
        else if (result == -ECANCELED)
            fault = &stopped;
        else if (result < 0)
            fault = atomic_load(&writer->has_failed) ? &writer->failure : &lost;
        writer->waiting--;
        job->finished(job, result, fault);
        free(own);
    }
}

uint64_t writer_beats(const struct writer *writer)
{
    return atomic_load_explicit(&writer->beats, memory_order_relaxed);
}

void writer_nudge(struct writer *writer)
{
    bool is_asleep;

    pthread_mutex_lock(&writer->mutex);
    is_asleep = writer->is_asleep;
    writer->is_nudged = true;
    pthread_mutex_unlock(&writer->mutex);
    if (is_asleep)
        (void)pthread_cond_signal(&writer->submitted);
}

unsigned writer_waiting(const struct writer *writer)
{
    return writer->waiting;
}

const char *writer_failed(const struct writer *writer)
{
    return atomic_load(&writer->has_failed) ? writer->failure.text : NULL;
}

static void refuse_jobs(struct job_list *jobs)
{
    struct writer_job *job;

    for (job = jobs->first; job != NULL; job = job->next)
        job->result = -ECANCELED;
}

void writer_stop(struct writer *writer)
{
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->is_stopping = true;
    writer_hurry(writer);
    pthread_mutex_unlock(&writer->mutex);
    (void)pthread_cond_signal(&writer->submitted);
    (void)pthread_join(writer->thread, NULL);
    writer_collect(writer);
    while (!is_empty(&writer->queue)) { /* of a finished() that did not know */
        struct job_list refused;

        list_init(&refused);
        list_move(&refused, &writer->queue.prompt);
        list_move(&refused, &writer->queue.patient);
        refuse_jobs(&refused);
        writer_hand_back(writer, &refused);
        writer_collect(writer);
    }
    (void)pthread_cond_destroy(&writer->submitted);
    (void)pthread_mutex_destroy(&writer->mutex);
    (void)close(writer->fd);
    store_close(writer->store);
    free(writer);
}
