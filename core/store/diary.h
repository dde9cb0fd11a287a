/*
 * diary.h - what people decided that makes figures differ or doubtful: budgets, disputes, closed months.
 *
 * Versions of estimates, rates and shares are robot.h's and organisation.h's; here is what stands
 * beside them, with who and why.
 *
 * Threads: as the store. Readers.
 */
#ifndef AUTOMAGI_STORE_DIARY_H
#define AUTOMAGI_STORE_DIARY_H

#include <stdint.h>

struct fault;
struct store;

enum diary_kind {
    DIARY_BUDGET = 1,   /* a target was set or changed; on from_day */
    DIARY_DISPUTE = 2,  /* an estimate was contested */
    DIARY_ANSWERED = 3, /* and answered */
    DIARY_CLOSED = 4    /* a month was closed */
};

struct diary_entry {
    enum diary_kind kind;
    int32_t day; /* of the budget's version; else 0 */
    int64_t at_ms;
    int64_t subject; /* department, robot; of a closed month 0 */
    int64_t number;  /* budget's year; estimate's id; month */
    int64_t before,
        after; /* budget in kroner; of a dispute in `after` the hundredths of a minute that
                               * are held to be right */
    int has_before, has_after;
    const char *by_whom, *reason; /* the answer is the reason of DIARY_ANSWERED */
};
typedef int diary_callback(const struct diary_entry *entry, void *context);
/* All of it by kind and then in order of time, until the callback gives something else than 0, which
 * is returned. What an entry points to lives as long as the call. */
int diary_each(struct store *store, diary_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));
/* Disputes of an estimate that nobody has answered (DIARY_DISPUTE), oldest first. */
int diary_each_dispute(struct store *store, int64_t estimate_id, diary_callback *callback,
                       void *context, struct fault *fault) __attribute__((warn_unused_result));

#endif
