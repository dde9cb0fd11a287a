/*
 * lease_steps.h - steps of a run with its queue that may be refused, for tests of leases.
 *
 * Those that give an int give what the store does, with the queue's fault.
 */
#ifndef AUTOMAGI_TESTS_UNIT_LEASE_STEPS_H
#define AUTOMAGI_TESTS_UNIT_LEASE_STEPS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/unit/queue_home.h"

struct lease_steps {
    size_t count; /* so many the callback was given */
    int end;      /* what it gives for the second; 0: it takes all */
};

/* Items A0, A1 and so on, or D0, D1 that are deferred, committed; gives the id of the first. */
int64_t lease_steps_add(struct queue *queue, int count, int64_t not_before_ms);
/* Leases into queue->leased, and commits. */
void lease_steps_lease(struct queue *queue, uint32_t want);
/* As the queue's run, within a transaction. */
int lease_steps_try(struct queue *queue, uint32_t want, struct lease_steps *steps);
/* The result of queue->leased[index], under the number index + 1. */
int lease_steps_take(struct queue *queue, size_t index, int outcome, const char *note);
/* The run failed. */
int lease_steps_release(struct queue *queue, enum item_begun begun);
int64_t lease_steps_in_state(struct queue *queue, enum item_state state);

#endif
