/*
 * wrapped_calls.h - calls of ours that fail: one of SQLite's that prepares or steps, or an allocation.
 *
 * For programs that are linked with --wrap for these functions (.make/test.mk: test_each_call*, test_left_out). What
 * libraries call among themselves is not counted, nor what another thread calls than the one that asks.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_WRAPPED_CALLS_H
#define AUTOMAGI_TESTS_STANDINS_WRAPPED_CALLS_H

#include <stdbool.h>

enum wrapped_call {
    WRAPPED_PREPARE,
    WRAPPED_STEP,
    WRAPPED_COLUMN, /* a text or bytes of a row: there is no memory for them, whatever the code */
    WRAPPED_ALLOCATION
};

/* The call of this kind with this number fails, from 1, and no other; with `code` of SQLite's, which an
 * allocation does not look at. It does nothing of what was asked. Counts anew. */
void wrapped_calls_fail(enum wrapped_call kind, long call, int code);
/* None fails any more. */
void wrapped_calls_heal(void);
/* Whether one has failed since wrapped_calls_fail(). */
bool wrapped_calls_have_failed(void);
/* How many calls of the kind are left until one fails: so many were made of the number asked for. */
long wrapped_calls_left(void);
/* Whether one still shall fail. */
bool wrapped_calls_await_one(void);

#endif
