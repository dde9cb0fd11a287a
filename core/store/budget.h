/*
 * budget.h - who set targets, and what became of them: budgets that were cut because of savings, and
 * the common pool.
 *
 * Cuts and pool are append-only: a mistake is taken back by an entry of the opposite sign. Targets are
 * set and asked by organisation.h. Amounts are whole kroner.
 *
 * Threads: as the store. Functions that write belong inside a transaction.
 */
#ifndef AUTOMAGI_STORE_BUDGET_H
#define AUTOMAGI_STORE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

#define BUDGET_KRONER_MOST INT64_C(1000000000) /* of one entry, either sign */

/* A version of a target, with who set it and why. */
struct budget_version {
    int64_t department_id;
    int32_t year;
    int32_t from_day;
    int64_t kroner;
    const char *set_by, *reason;
    int64_t set_ms;
};
typedef int budget_version_callback(const struct budget_version *version, void *context);
/* By year, department order and from_day; else as budget_reduction_each(). */
int budget_version_each(struct store *store, budget_version_callback *callback, void *context,
                        struct fault *fault) __attribute__((warn_unused_result));

/* A department's budget of a year was cut: only that makes a saving realised (rule R12). */
struct budget_reduction {
    int64_t id;
    int64_t department_id;
    int64_t robot_id; /* 0: of whatever robot */
    int32_t year;
    int64_t kroner; /* negative: taken back */
    int32_t decided_day;
    const char *document; /* where the decision is found */
    const char *by_whom;
    int64_t at_ms;
};
typedef int budget_reduction_callback(const struct budget_reduction *reduction, void *context);
/* By id, until the callback gives something else than 0, which is returned. Texts live as long as
 * the call. Readers. */
int budget_reduction_each(struct store *store, budget_reduction_callback *callback, void *context,
                          struct fault *fault) __attribute__((warn_unused_result));
/* id is not looked at. Texts are kept without CPR numbers. -EINVAL: 0 or too much, a text that is no
 * line, or the sum of the department, year and robot would fall below 0. */
int budget_reduction_add(struct store *store, const struct budget_reduction *reduction,
                         int64_t *ret_id, struct fault *fault) __attribute__((warn_unused_result));

/* Half of what a department saved beyond its target in a year, or what was paid out. */
struct pool_entry {
    int64_t id;
    int32_t year;
    int64_t department_id; /* whose surplus; 0: paid out */
    int64_t kroner;        /* negative: paid out */
    const char *reason, *by_whom;
    int64_t at_ms;
};
typedef int pool_entry_callback(const struct pool_entry *entry, void *context);
/* As budget_reduction_each(). */
int pool_entry_each(struct store *store, pool_entry_callback *callback, void *context,
                    struct fault *fault) __attribute__((warn_unused_result));
/* id is not looked at. -EINVAL: a text that is no line, the pool would fall below 0, or more
 * would be given back than was paid out of the year's account. */
int pool_entry_add(struct store *store, const struct pool_entry *entry, int64_t *ret_id,
                   struct fault *fault) __attribute__((warn_unused_result));

#endif
