/*
 * department.h - how departments end, lie under areas, and are named by distribution keys: what
 * changes organisation.h's tables beside names and budgets.
 *
 * A department ends once: from a day on what it has goes to its successors. What tasks make of
 * that is scorecards/task_value.h's.
 *
 * Threads: as the store. Every function but the questions belongs inside a transaction.
 */
#ifndef AUTOMAGI_STORE_DEPARTMENT_H
#define AUTOMAGI_STORE_DEPARTMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/organisation.h"

struct fault;
struct store;

/* Parts a department may be split into; merges and splits one after another that are followed. */
enum { DEPARTMENT_PARTS_MAX = 64, DEPARTMENT_STEPS_MAX = 16, DEPARTMENTS_MAX = 1000 };

/* Has it ended by the day, as everything is known now? */
bool department_has_ended(const struct department *department, int32_t day);

/* -EINVAL: the parts of a split, which add up to `sum`, are not the whole. */
int department_parts_check(int64_t sum, struct fault *fault) __attribute__((warn_unused_result));
/* May `department` end so? All of `successors` have the same from_day. -EINVAL with a fault: it has
 * ended already, the parts are not the whole, one is named twice or has ended by then, it would
 * come back to itself, or more than DEPARTMENT_STEPS_MAX would follow each other. */
int department_end_check(const struct organisation *organisation,
                         const struct department *department,
                         const struct department_successor *successors, size_t count,
                         struct fault *fault) __attribute__((warn_unused_result));
/* Writes them; checked before. */
int department_end(struct store *store, int64_t department_id,
                   const struct department_successor *successors, size_t count, struct fault *fault)
    __attribute__((warn_unused_result));
/* Takes the end back; for `load`. */
int department_end_remove(struct store *store, int64_t department_id, struct fault *fault)
    __attribute__((warn_unused_result));

/* A department behind all there are. -EINVAL: a bad id, or one that is an area's; -EEXIST: it is
 * there; -E2BIG over DEPARTMENTS_MAX. */
int department_add(struct store *store, const struct organisation *organisation, const char *slug,
                   int64_t *ret_id, struct fault *fault) __attribute__((warn_unused_result));

/* Makes the area, or changes its name. -EINVAL: a bad id, one that is a department's, or a name that is
 * no line. */
int area_put(struct store *store, const char *slug, const char *name, int64_t *ret_id,
             struct fault *fault) __attribute__((warn_unused_result));
/* area_id 0: of none from that day on. A membership of the same day is replaced. */
int department_area_set(struct store *store, int64_t department_id, int32_t from_day,
                        int64_t area_id, struct fault *fault) __attribute__((warn_unused_result));
int department_area_remove(struct store *store, int64_t department_id, int32_t from_day,
                           struct fault *fault) __attribute__((warn_unused_result));

/* All keys of the day, in place of those it had; count 0: takes them away. -EINVAL when they add up
 * to more than SHARE_WHOLE or name a department twice. */
int distribution_keys_set(struct store *store, int32_t from_day,
                          const struct distribution_key *keys, size_t count, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
