/*
 * key_file.h - private to core/store: HOME/keys/ROBOT/WINDOW, and what the store knows of it.
 */
#ifndef AUTOMAGI_STORE_KEY_FILE_H
#define AUTOMAGI_STORE_KEY_FILE_H

#include <stdbool.h>

#include "core/store/key_cache.h"
#include "core/store/store.h"

enum { KEY_SIZE = 32 };

/* Which key: key->robot_id, key->window and key->slug are set. */
int key_file_path(const struct store *store, const struct window_key *key, enum robot_window kind,
                  char target[static STORE_PATH_MAX], struct fault *fault)
    __attribute__((warn_unused_result));

/* Reads the key, or makes it as key_cache_get() says, and fills *key in. */
int key_file_load(struct store *store, enum robot_window kind, bool may_make,
                  struct window_key *key, struct fault *fault) __attribute__((warn_unused_result));

#endif
