/*
 * dispute.h - estimates that somebody contests.
 *
 * A dispute stands beside the figures until it is answered, and changes none: only another signed
 * version does. Who disputes does not answer; they may withdraw, which is an answer too.
 *
 * Threads: as the store. What writes belongs inside a transaction.
 */
#ifndef AUTOMAGI_STORE_DISPUTE_H
#define AUTOMAGI_STORE_DISPUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/store/robot.h"

struct fault;
struct store;

/* How long one may wait for its answer before `doctor` says so. */
enum { DISPUTE_PATIENCE_DAYS = 60 };

struct dispute {
    int64_t id;
    int64_t estimate_id;
    int64_t robot_id;
    int64_t hundredths; /* what they hold to be right; -1: not said */
    const char *reason, *by_whom;
    int64_t at_ms;
    const char *answer, *answered_by; /* NULL: it is open */
    int64_t answered_ms;
    bool is_withdrawn; /* by who made it; then that is the answer */
};

struct dispute_new {
    int64_t estimate_id;
    int64_t hundredths; /* -1: not said */
    const char *reason, *by_whom;
    int64_t now_ms;
};

/* *ret_id is its number. -EINVAL for texts that are no line, or an estimate that is not there. Texts are
 * kept without CPR numbers (cpr.h), here and below. */
int dispute_add(struct store *store, const struct dispute_new *dispute, int64_t *ret_id,
                struct fault *fault) __attribute__((warn_unused_result));

struct dispute_answer {
    int64_t id;
    const char *answer; /* NULL: withdrawn by who made it */
    const char *by_whom;
    int64_t now_ms;
};
/* -ENOENT: no such dispute; -EALREADY: it is answered; -EPERM: who disputes cannot answer, and only
 * they can withdraw. *ret_estimate_id: what it was about. */
int dispute_answer(struct store *store, const struct dispute_answer *answer,
                   int64_t *ret_estimate_id, struct fault *fault)
    __attribute__((warn_unused_result));

struct dispute_filter {
    int64_t robot_id;    /* 0: all */
    int64_t estimate_id; /* 0: all */
    bool is_open;        /* only those without an answer */
};
typedef int dispute_each_callback(const struct dispute *dispute, void *context);
/* Oldest first, until the callback gives something else than 0, which is returned. What the
 * dispute points to lives as long as the call; the callback asks the store for no disputes. Readers. */
int dispute_each(struct store *store, const struct dispute_filter *filter,
                 dispute_each_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
