/*
 * key_cache.h - private to core/store: the keys of windows, from files into locked memory.
 *
 * A key file's 32 bytes are used for nothing themselves; a key for each purpose is
 * derived from them. A cached key is believed for one transaction, then its file is looked at
 * again: a file that was destroyed or replaced is noticed by the next transaction.
 */
#ifndef AUTOMAGI_STORE_KEY_CACHE_H
#define AUTOMAGI_STORE_KEY_CACHE_H

#include <sodium.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/store/robot.h"

struct fault;
struct store;

enum { KEY_FINGERPRINT_SIZE = 16 };

struct window_key {
    int64_t robot_id; /* 0: the slot is free */
    int64_t window;
    unsigned char reference[crypto_generichash_KEYBYTES];
    unsigned char seal[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    unsigned char payload[crypto_shorthash_KEYBYTES];
    char slug[ROBOT_SLUG_MAX];
    uint64_t seen; /* the age in which the file was looked at */
    struct stat file;
    bool is_new; /* made by this call of key_file_load() */
};

/* The window's key; makes it when the store knows none (and the handle may write). Borrowed
 * until the next call. -ENOKEY: destroyed, or not the right one; -EKEYREJECTED: its file cannot
 * be read; -ESTALE: store_check_place(); -ENOENT, with a handle that only reads or may_make false: the window has no key. */
int key_cache_get(struct store *store, int64_t robot_id, enum robot_window kind, int64_t window,
                  bool may_make, const struct window_key **ret_key, struct fault *fault)
    __attribute__((warn_unused_result));

/* Bytes that are unique and cannot be guessed, for a seal. */
void key_cache_nonce(struct store *store,
                     unsigned char ret_nonce[static crypto_aead_xchacha20poly1305_ietf_NPUBBYTES]);

#endif
