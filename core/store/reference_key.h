/*
 * reference_key.h - references as keyed hashes, and what is sealed with the same key.
 *
 * A reference can be a person's number. The store keeps a keyed hash
 * (BLAKE2b-128) and a masked form. Each robot and window has a key of 32 random
 * bytes in HOME/keys/ROBOT/WINDOW, outside the store; destroying the file is
 * the erasure, after which everything dated in that window is refused by name. The
 * store remembers a fingerprint of each key, so that a missing or foreign key
 * is noticed and never replaced.
 *
 * Threads: the writer's (keys are cached in the store's handle and wiped on close).
 */
#ifndef AUTOMAGI_STORE_REFERENCE_KEY_H
#define AUTOMAGI_STORE_REFERENCE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/robot.h"

struct fault;
struct store;
struct text;

enum {
    REFERENCE_HASH_SIZE = 16,
    REFERENCE_PAYLOAD_HASH_SIZE = 8,
    REFERENCE_SEAL_BYTES = 41,     /* that sealing adds */
    REFERENCE_SHOWN_MAX = 4,       /* characters of a mask */
    REFERENCE_SHOWN_EVER_MAX = 12, /* of one that counts once for ever */
    REFERENCE_MASKED_MAX = 52      /* "*", twelve characters of UTF-8, NUL */
};

/* What may be shown of a normalised reference: "*" and the last four characters, never more than the last third of
 * it. When a reference counts once for ever it is that of a case or an invoice, never of a person,
 * who comes again: then "*" and the last twelve characters. "*" alone for anything that holds a
 * CPR number (cpr.h), or would seem to. */
void reference_mask(const char *normalised, enum robot_window kind,
                    char target[static REFERENCE_MASKED_MAX]);
/* Is that no more than reference_mask() leaves? NULL is not. */
bool reference_is_masked(const char *masked, size_t length, enum robot_window kind);

/*
 * Keyed hash of a normalised reference. Makes the window's key when the store has none for
 * it (the file is durable before this returns, its fingerprint rides in the caller's
 * transaction). -ENOKEY: the key was destroyed or is not the right one: the fault
 * says which robot and window; -EKEYREJECTED: its file is a link, a folder or on a bad disk; or
 * -ENOENT: there is no such robot; -ESTALE: the home lies there no more (store_check_place()). A key file without a row, left
 * of a transaction that was undone, is used.
 */
int reference_hash(struct store *store, int64_t robot_id, enum robot_window kind, int64_t window,
                   const char *normalised, unsigned char ret_hash[static REFERENCE_HASH_SIZE],
                   struct fault *fault) __attribute__((warn_unused_result));
/* As above for readers: -ENOENT when the window has no key, so nothing can be in it. */
int reference_hash_existing(struct store *store, int64_t robot_id, enum robot_window kind,
                            int64_t window, const char *normalised,
                            unsigned char ret_hash[static REFERENCE_HASH_SIZE], struct fault *fault)
    __attribute__((warn_unused_result));

/* Windows that were given a key through this handle so far. Each costs a file and its way to the
 * disk, so whoever adds for others counts them. */
uint64_t reference_windows_opened(const struct store *store);

/* Is the key that the store remembers there, and the right one? 0, -ENOKEY, -EKEYREJECTED, or -ENOENT when
 * the store remembers none. Readers. */
int reference_key_check(struct store *store, int64_t robot_id, enum robot_window kind,
                        int64_t window, struct fault *fault) __attribute__((warn_unused_result));

/* Keyed hash of a payload, to see whether it has changed. */
int reference_payload_hash(struct store *store, int64_t robot_id, enum robot_window kind,
                           int64_t window, const char *payload,
                           unsigned char ret_hash[static REFERENCE_PAYLOAD_HASH_SIZE],
                           struct fault *fault) __attribute__((warn_unused_result));

/* Whose key: a robot's window. */
struct reference_place {
    int64_t robot_id;
    enum robot_window kind;
    int64_t window;
};

/* What was sealed: both point into the text it was opened into. */
struct reference_opened {
    const char *reference;
    const char *payload;
};

/* Encrypts reference and payload together (XChaCha20-Poly1305; robot and window are
 * authenticated with it) / opens it again into NUL-terminated strings inside `plain`.
 * reference_open: -ENOKEY, -EKEYREJECTED, or -EBADMSG when it was tampered with. */
int reference_seal(struct store *store, const struct reference_place *place, const char *reference,
                   const char *payload, struct text *ret_sealed, struct fault *fault)
    __attribute__((warn_unused_result));
int reference_open(struct store *store, const struct reference_place *place,
                   const unsigned char *sealed, size_t length, struct text *plain,
                   struct reference_opened *ret_opened, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
