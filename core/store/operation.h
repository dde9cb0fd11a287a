/*
 * operation.h - operating intervals of a robot as days: added to, cut, compared.
 *
 * A list is by from_day and its intervals neither overlap nor touch: days in a row are one
 * interval. Threads: a list belongs to its caller; nothing here reads the store.
 */
#ifndef AUTOMAGI_STORE_OPERATION_H
#define AUTOMAGI_STORE_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/robot.h"

struct fault;

/* operation_list_release() it. */
struct operation_list {
    struct robot_operation *operations;
    size_t count;
};

/* The robot's intervals with all days of `interval`; `operations` in any order. -ENOMEM. */
int operation_list_add(const struct robot_operation *operations, size_t count,
                       const struct robot_operation *interval, struct operation_list *ret_list,
                       struct fault *fault) __attribute__((warn_unused_result));
/* The same without those days. */
int operation_list_cut(const struct robot_operation *operations, size_t count,
                       const struct robot_operation *interval, struct operation_list *ret_list,
                       struct fault *fault) __attribute__((warn_unused_result));
/* The same days; for comparing. */
int operation_list_copy(const struct robot_operation *operations, size_t count,
                        struct operation_list *ret_list, struct fault *fault)
    __attribute__((warn_unused_result));
void operation_list_release(struct operation_list *list);

/* The first day that is in one of them alone; false: they hold the same days. */
bool operation_first_change(const struct operation_list *before, const struct operation_list *after,
                            int32_t *ret_day);

#endif
