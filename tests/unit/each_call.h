/*
 * each_call.h - something the store does, while each of its calls fails in turn.
 *
 * For programs whose name begins with test_each_call (tests/standins/wrapped_calls.h).
 */
#ifndef AUTOMAGI_TESTS_UNIT_EACH_CALL_H
#define AUTOMAGI_TESTS_UNIT_EACH_CALL_H

struct queue;

/* 0 or a negative errno, with the queue's fault; within a transaction. */
typedef int each_call_act(struct queue *queue);

/*
 * Opens the store anew and does it, once for each call it makes that prepares, steps, reads bytes, or allocates, with that
 * call failing: as when memory is used up or the disk full, and in a way after which a transaction may go on. Each
 * time there is one fault that says so; what a transaction keeps that goes on is what was there before; one
 * that is rolled back leaves nothing, in the file or in memory; and the same can then be done. In the end it is
 * done and committed. At least `least` calls must have failed.
 */
void each_call_fails(struct queue *queue, each_call_act *act, unsigned least);
/* SQLite undoes the transaction, as when memory or the disk fails in its midst. */
void each_call_roll_back(struct queue *queue);

#endif
