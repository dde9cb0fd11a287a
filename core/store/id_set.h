/*
 * id_set.h - private to core/store: a set of row ids (above 0) in memory.
 *
 * Threads: none of it is shared. Ownership: id_set_release() frees it.
 */
#ifndef AUTOMAGI_STORE_ID_SET_H
#define AUTOMAGI_STORE_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ID_SET_MAX = 1 << 26 };

struct id_set {
    int64_t *slots;  /* 0: free */
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* Frees and zeroes. */
void id_set_release(struct id_set *set);
/* Room for `more`: 0, -ENOMEM, -E2BIG. */
int id_set_reserve(struct id_set *set, size_t more) __attribute__((warn_unused_result));
/* Into room that was reserved. Adding what is there changes nothing. */
void id_set_add(struct id_set *set, int64_t id);
void id_set_remove(struct id_set *set, int64_t id);
bool id_set_has(const struct id_set *set, int64_t id);

#endif
