#include "core/store/list.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"

/* The capacity is not kept: it is the least power of two that holds the count. */
void *list_grow(void *items, size_t count, size_t element_size, int *result, struct fault *fault)
{
    size_t capacity = count == 0 ? 1 : 2 * count;
    char *grown = items;

    if (count >= LIST_MAX) {
        *result = fault_set(fault, -E2BIG,
                            "the store holds over %d rows of one kind; please report "
                            "this",
                            LIST_MAX);
        return NULL;
    }
    if ((count & (count - 1)) == 0) { /* 0 or a power of two: full */
        grown =
            capacity <= SIZE_MAX / element_size ? realloc(items, capacity * element_size) : NULL;
        if (grown == NULL) {
            *result = fault_no_memory(fault);
            return NULL;
        }
    }
    memset(grown + count * element_size, 0, element_size);
    return grown;
}
