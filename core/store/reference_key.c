#include "core/store/reference_key.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/key_cache.h"
#include "core/store/key_file.h"

enum {
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SCOPE_SIZE = 16
};

_Static_assert(REFERENCE_SEAL_BYTES == NONCE_SIZE + 1 + TAG_SIZE, "sealed");
_Static_assert(REFERENCE_PAYLOAD_HASH_SIZE == crypto_shorthash_BYTES, "payload_hash");

static void hash_with(const struct window_key *key, const char *normalised, unsigned char *target)
{
    (void)crypto_generichash(target, REFERENCE_HASH_SIZE, (const unsigned char *)normalised,
                             strlen(normalised), key->reference, sizeof key->reference);
}

int reference_hash(struct store *store, int64_t robot_id, enum robot_window kind, int64_t window,
                   const char *normalised, unsigned char ret_hash[static REFERENCE_HASH_SIZE],
                   struct fault *fault)
{
    const struct window_key *key = NULL;
    int result = key_cache_get(store, robot_id, kind, window, true, &key, fault);

    if (result == 0)
        hash_with(key, normalised, ret_hash);
    return result;
}

int reference_hash_existing(struct store *store, int64_t robot_id, enum robot_window kind,
                            int64_t window, const char *normalised,
                            unsigned char ret_hash[static REFERENCE_HASH_SIZE], struct fault *fault)
{
    const struct window_key *key = NULL;
    int result = key_cache_get(store, robot_id, kind, window, false, &key, fault);

    if (result == 0)
        hash_with(key, normalised, ret_hash);
    return result;
}

int reference_payload_hash(struct store *store, int64_t robot_id, enum robot_window kind,
                           int64_t window, const char *payload,
                           unsigned char ret_hash[static REFERENCE_PAYLOAD_HASH_SIZE],
                           struct fault *fault)
{
    const struct window_key *key = NULL;
    int result = key_cache_get(store, robot_id, kind, window, true, &key, fault);

    if (result == 0)
        (void)crypto_shorthash(ret_hash, (const unsigned char *)payload, strlen(payload),
                               key->payload);
    return result;
}

int reference_key_check(struct store *store, int64_t robot_id, enum robot_window kind,
                        int64_t window, struct fault *fault)
{
    struct window_key key;
    int result;

    if (sodium_init() < 0)
        return fault_set(fault, -ENOSYS, "the system gives no random numbers");
    memset(&key, 0, sizeof key);
    key.robot_id = robot_id;
    key.window = window;
    result = key_file_load(store, kind, false, &key, fault);
    sodium_memzero(&key, sizeof key);
    return result;
}

static void put_number(unsigned char *target, int64_t number)
{
    uint64_t left = (uint64_t)number;
    int i;

    for (i = 0; i < 8; i++, left >>= 8)
        target[i] = (unsigned char)(left & 0xff);
}

/* What is authenticated with a seal: it opens nowhere else. */
static void scope_of(int64_t robot_id, int64_t window, unsigned char target[static SCOPE_SIZE])
{
    put_number(target, robot_id);
    put_number(target + 8, window);
}

int reference_seal(struct store *store, const struct reference_place *place, const char *reference,
                   const char *payload, struct text *ret_sealed, struct fault *fault)
{
    static const unsigned char room[TAG_SIZE];
    const struct window_key *key = NULL;
    unsigned char nonce[NONCE_SIZE];
    unsigned char scope[SCOPE_SIZE];
    unsigned char *body;
    size_t length;
    int result =
        key_cache_get(store, place->robot_id, place->kind, place->window, true, &key, fault);

    if (result < 0)
        return result;
    key_cache_nonce(store, nonce);
    scope_of(place->robot_id, place->window, scope);
    text_clear(ret_sealed);
    text_append(ret_sealed, nonce, sizeof nonce);
    text_append(ret_sealed, reference, strlen(reference) + 1);
    text_append_string(ret_sealed, payload);
    text_append(ret_sealed, room, sizeof room);
    if (ret_sealed->broken != 0)
        return fault_broken(fault, ret_sealed->broken, "the item's payload is too long");
    /* In place: what was in clear is overwritten. */
    body = (unsigned char *)ret_sealed->bytes + sizeof nonce;
    length = ret_sealed->length - sizeof nonce - sizeof room;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        body, body + length, NULL, body, length, scope, sizeof scope, NULL, nonce, key->seal);
    return 0;
}

static int refuse_seal(struct fault *fault)
{
    return fault_set(fault, -EBADMSG,
                     "an item's sealed reference and payload do not open with their window's key: "
                     "they were changed; run `automagi verify`");
}

int reference_open(struct store *store, const struct reference_place *place,
                   const unsigned char *sealed, size_t length, struct text *plain,
                   struct reference_opened *ret_opened, struct fault *fault)
{
    const struct window_key *key = NULL;
    unsigned char scope[SCOPE_SIZE];
    unsigned char *body;
    const char *end;
    int result;

    if (sealed == NULL || length < NONCE_SIZE + TAG_SIZE + 1)
        return refuse_seal(fault);
    result = key_cache_get(store, place->robot_id, place->kind, place->window, false, &key, fault);
    if (result < 0)
        return result;
    length -= NONCE_SIZE + TAG_SIZE;
    scope_of(place->robot_id, place->window, scope);
    text_clear(plain);
    text_append(plain, sealed + NONCE_SIZE, length);
    if (plain->broken != 0)
        return fault_broken(fault, plain->broken, "an item's payload is too long to be opened");
    body = (unsigned char *)plain->bytes;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(body, NULL, body, length,
                                                            sealed + NONCE_SIZE + length, scope,
                                                            sizeof scope, sealed, key->seal) != 0)
        return refuse_seal(fault);
    end = memchr(plain->bytes, '\0', length);
    if (end == NULL)
        return refuse_seal(fault);
    ret_opened->reference = plain->bytes;
    ret_opened->payload = end + 1;
    return 0;
}
