/*
 * key_set.h - a set of 16-byte keys with a mark on each, for checks over a whole file.
 *
 * Hashed with a random key, so that no file can make it slow.
 */
#ifndef AUTOMAGI_COMMAND_KEY_SET_H
#define AUTOMAGI_COMMAND_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>

struct fault;

enum { KEY_SET_KEY = 16, KEY_SET_SEED = 16 };

struct key_set_entry {
    unsigned char key[KEY_SET_KEY];
    bool is_used;
    bool is_marked; /* the caller's */
};

struct key_set {
    struct key_set_entry *entries;
    size_t room; /* a power of two, or 0 */
    size_t count;
    unsigned char seed[KEY_SET_SEED];
};

/* An empty set; allocates nothing. */
void key_set_init(struct key_set *set);
void key_set_release(struct key_set *set);
/* NULL when the key is not in it. Valid until the next key_set_add(). */
struct key_set_entry *key_set_find(const struct key_set *set, const unsigned char *key);
/* Adds the key, unmarked; nothing happens when it is there. -ENOMEM. */
int key_set_add(struct key_set *set, const unsigned char *key, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
