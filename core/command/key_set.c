#include "core/command/key_set.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"

_Static_assert(KEY_SET_SEED == crypto_shorthash_KEYBYTES, "a seed is a key of the hash");

enum { FIRST_ROOM = 64 };

void key_set_init(struct key_set *set)
{
    *set = (struct key_set){0};
    randombytes_buf(set->seed, sizeof set->seed);
}

void key_set_release(struct key_set *set)
{
    free(set->entries);
    set->entries = NULL;
    set->room = 0;
    set->count = 0;
}

/* The key's entry, or the empty one where it belongs; there always is one. */
static struct key_set_entry *place_of(const struct key_set *set, const unsigned char *key)
{
    unsigned char hash[crypto_shorthash_BYTES];
    uint64_t at;

    (void)crypto_shorthash(hash, key, KEY_SET_KEY, set->seed);
    memcpy(&at, hash, sizeof at);
    for (;; at++) {
        struct key_set_entry *entry = &set->entries[at & (set->room - 1)];

        if (!entry->is_used || memcmp(entry->key, key, KEY_SET_KEY) == 0)
            return entry;
    }
}

struct key_set_entry *key_set_find(const struct key_set *set, const unsigned char *key)
{
    struct key_set_entry *entry;

    if (set->room == 0)
        return NULL;
    entry = place_of(set, key);
    return entry->is_used ? entry : NULL;
}

/* Twice the room. */
static int grow(struct key_set *set, struct fault *fault)
{
    struct key_set larger = *set;
    size_t i;

    larger.room = set->room == 0 ? FIRST_ROOM : set->room * 2;
    larger.entries = calloc(larger.room, sizeof *larger.entries);
    if (larger.entries == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < set->room; i++)
        if (set->entries[i].is_used)
            *place_of(&larger, set->entries[i].key) = set->entries[i];
    free(set->entries);
    *set = larger;
    return 0;
}

int key_set_add(struct key_set *set, const unsigned char *key, struct fault *fault)
{
    struct key_set_entry *entry;
    int result = 0;

    if (set->count >= set->room / 4 * 3)
        result = grow(set, fault);
    if (result < 0)
        return result;
    entry = place_of(set, key);
    if (entry->is_used)
        return 0;
    memcpy(entry->key, key, KEY_SET_KEY);
    entry->is_used = true;
    set->count++;
    return 0;
}
