#include "core/store/id_set.h"

#include <errno.h>
#include <stdlib.h>

void id_set_release(struct id_set *set)
{
    free(set->slots);
    *set = (struct id_set){0};
}

static size_t home_of(const struct id_set *set, int64_t id)
{
    return (size_t)((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (set->capacity - 1);
}

/* Where the id is, or the free slot where it belongs. */
static size_t find(const struct id_set *set, int64_t id)
{
    size_t slot = home_of(set, id);

    while (set->slots[slot] != 0 && set->slots[slot] != id)
        slot = (slot + 1) & (set->capacity - 1);
    return slot;
}

int id_set_reserve(struct id_set *set, size_t more)
{
    struct id_set grown = {NULL, 64, 0};
    size_t i;

    if (more > ID_SET_MAX || set->count + more > ID_SET_MAX)
        return -E2BIG;
    if (2 * (set->count + more) <= set->capacity)
        return 0;
    while (grown.capacity < 2 * (set->count + more))
        grown.capacity *= 2;
    grown.slots = calloc(grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL)
        return -ENOMEM;
    for (i = 0; i < set->capacity; i++)
        if (set->slots[i] != 0)
            id_set_add(&grown, set->slots[i]);
    free(set->slots);
    *set = grown;
    return 0;
}

void id_set_add(struct id_set *set, int64_t id)
{
    size_t slot = find(set, id);

    if (set->slots[slot] == 0) {
        set->slots[slot] = id;
        set->count++;
    }
}

/* Those behind the hole that a search from their home would not find any more move up. */
void id_set_remove(struct id_set *set, int64_t id)
{
    size_t mask = set->capacity - 1;
    size_t hole;
    size_t slot;

    if (set->capacity == 0)
        return;
    hole = find(set, id);
    if (set->slots[hole] == 0)
        return;
    for (slot = (hole + 1) & mask; set->slots[slot] != 0; slot = (slot + 1) & mask) {
        if (((slot - home_of(set, set->slots[slot])) & mask) >= ((slot - hole) & mask)) {
            set->slots[hole] = set->slots[slot];
            hole = slot;
        }
    }
    set->slots[hole] = 0;
    set->count--;
}

bool id_set_has(const struct id_set *set, int64_t id)
{
    return set->capacity != 0 && set->slots[find(set, id)] == id;
}
