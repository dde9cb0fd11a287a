#include "core/store/operation.h"

#include <stdlib.h>

#include "core/base/fault.h"

static int compare(const void *left, const void *right)
{
    const struct robot_operation *a = left;
    const struct robot_operation *b = right;

    return (a->from_day > b->from_day) - (a->from_day < b->from_day);
}

/* Sorts, and joins what overlaps or touches. */
static void tidy(struct operation_list *list)
{
    size_t kept = 0;
    size_t i;

    if (list->count > 0)
        qsort(list->operations, list->count, sizeof *list->operations, compare);
    for (i = 0; i < list->count; i++) {
        const struct robot_operation *next = &list->operations[i];
        struct robot_operation *last = kept > 0 ? &list->operations[kept - 1] : NULL;

        if (last == NULL || (int64_t)next->from_day > (int64_t)last->to_day + 1)
            list->operations[kept++] = *next;
        else if (next->to_day > last->to_day)
            last->to_day = next->to_day;
    }
    list->count = kept;
}

/* Room for two more than there are: a cut makes two of one. */
static int begin(const struct robot_operation *operations, size_t count,
                 struct operation_list *list, struct fault *fault)
{
    size_t i;

    list->operations = calloc(count + 2, sizeof *list->operations);
    if (list->operations == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < count; i++)
        list->operations[i] = operations[i];
    list->count = count;
    return 0;
}

int operation_list_copy(const struct robot_operation *operations, size_t count,
                        struct operation_list *ret_list, struct fault *fault)
{
    int result = begin(operations, count, ret_list, fault);

    if (result == 0)
        tidy(ret_list);
    return result;
}

int operation_list_add(const struct robot_operation *operations, size_t count,
                       const struct robot_operation *interval, struct operation_list *ret_list,
                       struct fault *fault)
{
    int result = begin(operations, count, ret_list, fault);

    if (result == 0) {
        ret_list->operations[ret_list->count++] = *interval;
        tidy(ret_list);
    }
    return result;
}

int operation_list_cut(const struct robot_operation *operations, size_t count,
                       const struct robot_operation *interval, struct operation_list *ret_list,
                       struct fault *fault)
{
    struct operation_list whole = {.count = 0};
    int result = operation_list_copy(operations, count, &whole, fault);
    size_t i;

    if (result == 0)
        result = begin(whole.operations, whole.count, ret_list, fault);
    ret_list->count = 0;
    for (i = 0; i < whole.count && result == 0; i++) {
        struct robot_operation kept = whole.operations[i];

        if (kept.to_day < interval->from_day || kept.from_day > interval->to_day) {
            ret_list->operations[ret_list->count++] = kept;
            continue;
        }
        if (kept.from_day < interval->from_day)
            ret_list->operations[ret_list->count++] =
                (struct robot_operation){kept.from_day, interval->from_day - 1};
        if (kept.to_day > interval->to_day)
            ret_list->operations[ret_list->count++] =
                (struct robot_operation){interval->to_day + 1, kept.to_day};
    }
    operation_list_release(&whole);
    return result;
}

void operation_list_release(struct operation_list *list)
{
    free(list->operations);
    *list = (struct operation_list){0};
}

static int32_t earlier(int32_t one, int32_t other)
{
    return one < other ? one : other;
}

bool operation_first_change(const struct operation_list *before, const struct operation_list *after,
                            int32_t *ret_day)
{
    size_t i;

    for (i = 0; i < before->count && i < after->count; i++) {
        const struct robot_operation *old = &before->operations[i];
        const struct robot_operation *new = &after->operations[i];

        if (old->from_day != new->from_day) {
            *ret_day = earlier(old->from_day, new->from_day);
            return true;
        }
        if (old->to_day != new->to_day) {
            *ret_day = earlier(old->to_day, new->to_day) + 1;
            return true;
        }
    }
    if (before->count == after->count)
        return false;
    *ret_day = before->count > i ? before->operations[i].from_day : after->operations[i].from_day;
    return true;
}
