/*
 * list.h - private to core/store: arrays that grow while rows are read.
 */
#ifndef AUTOMAGI_STORE_LIST_H
#define AUTOMAGI_STORE_LIST_H

#include <stddef.h>

struct fault;

enum { LIST_MAX = 1 << 24 }; /* elements of any list read from the store */

/* Room for one element more than `count`: a zeroed one at items[count]. The array must have
 * been grown by this function alone. NULL with *result -ENOMEM or -E2BIG and a fault when
 * it cannot; then `items` is as it was. */
void *list_grow(void *items, size_t count, size_t element_size, int *result, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
