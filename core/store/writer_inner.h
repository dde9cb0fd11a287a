/*
 * writer_inner.h - private to writer*.c: the writer itself, and how it waits.
 */
#ifndef AUTOMAGI_STORE_WRITER_INNER_H
#define AUTOMAGI_STORE_WRITER_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "core/base/fault.h"
#include "core/store/writer.h"

struct job_list {
    struct writer_job *first;
    struct writer_job **end;
};

/* Jobs that wait: patient ones after the others. */
struct waiting {
    struct job_list prompt;
    struct job_list patient;
};

struct writer {
    struct store *store; /* the thread's, until it is joined */
    pthread_t thread;
    int fd;
    unsigned waiting; /* the loop's */
    uint64_t submitted_count;
    unsigned holds; /* the loop's */
    bool is_wake_owed;

    pthread_mutex_t mutex; /* over the rest */
    pthread_cond_t submitted;
    struct waiting queue;
    struct job_list back; /* applied, to be handed back */
    bool is_asleep;
    bool is_nudged;
    bool is_stopping;

    struct waiting *taken;  /* the thread's: what it has taken from the queue */
    int64_t room_looked_ms; /* the thread's, monotonic: it looked whether there is room */
    int64_t stalled_ms;     /* the thread's, monotonic: it waits since then; 0: it does not */
    atomic_int stall;       /* enum writer_stall */
    atomic_int_fast64_t hurried_ms; /* monotonic: since then it is to end; 0: it is not */

    struct fault failure; /* the thread's, until has_failed is set; then nobody writes it */
    int failure_code;
    atomic_bool has_failed;
    atomic_uint_fast64_t beats;
};

void list_init(struct job_list *list);
void list_append(struct job_list *list, struct writer_job *job);
/* A part of the work is done: the watchdog is told. */
void writer_beat(struct writer *writer);
/* To the loop, which is woken. */
void writer_hand_back(struct writer *writer, struct job_list *done);
void writer_keep_fault(struct writer_job *job, const struct fault *fault);

/* writer_stall.c, on the thread. One step of waiting: those who can be told to come again are told so;
 * false: it has lasted too long for one that is to end. */
bool writer_stall(struct writer *writer, enum writer_stall why);
/* As room_wait. */
bool writer_stall_for_room(void *context);
/* Waits until there is room for a transaction. */
void writer_need_room(struct writer *writer);
/* Waits until what a log holds that is gone could be saved; otherwise as store_check_files(). */
int writer_check_files(struct writer *writer, struct fault *fault)
    __attribute__((warn_unused_result));
/* A transaction is durable and was handed back: it waits no longer. */
void writer_go_on(struct writer *writer);

#endif
