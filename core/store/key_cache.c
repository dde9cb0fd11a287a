#include "core/store/key_cache.h"

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/batch.h"
#include "core/store/key_file.h"
#include "core/store/reference_key.h"
#include "core/store/sql.h"

enum { SLOTS_LEAST = 32, SLOTS_MOST = 8192 /* 4096 keys, 3 MiB */, NONCES = 64 };

/* In memory of libsodium's: kept out of swap and core files where the system lets us, wiped
 * when it is freed. */
struct key_cache {
    uint64_t age;  /* transactions seen */
    uint64_t made; /* keys of new windows */
    size_t capacity;
    size_t count;
    struct window_key *last; /* asked for last */
    struct window_key *slots;
    size_t nonces_left;
    unsigned char nonces[NONCES][crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
};

void key_cache_free(struct key_cache *keys)
{
    if (keys == NULL)
        return;
    sodium_free(keys->slots);
    sodium_free(keys);
}

void key_cache_age(struct key_cache *keys)
{
    if (keys != NULL)
        keys->age++;
}

void key_cache_forget(struct key_cache *keys)
{
    if (keys == NULL || keys->count == 0)
        return;
    sodium_memzero(keys->slots, keys->capacity * sizeof keys->slots[0]);
    keys->count = 0;
    keys->last = NULL;
}

static struct window_key *find_slot(struct window_key *slots, size_t capacity, int64_t robot_id,
                                    int64_t window)
{
    uint64_t mixed = ((uint64_t)robot_id * UINT64_C(0x9E3779B97F4A7C15)) ^ (uint64_t)window;
    size_t slot = (size_t)(mixed * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (capacity - 1);

    while (slots[slot].robot_id != 0 &&
           (slots[slot].robot_id != robot_id || slots[slot].window != window))
        slot = (slot + 1) & (capacity - 1);
    return &slots[slot];
}

static int make_cache(struct store *store, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    struct key_cache *keys;

    if (sodium_init() < 0)
        return fault_set(fault, -ENOSYS, "the system gives no random numbers");
    keys = sodium_malloc(sizeof *keys);
    if (keys == NULL)
        return fault_no_memory(fault);
    sodium_memzero(keys, sizeof *keys);
    store->keys = keys;
    /* Its hooks tell when transactions end. */
    return store->mode == STORE_WRITE ? batch_of(store, &batch, fault) : 0;
}

/* Room for one more. */
static int reserve(struct key_cache *keys, struct fault *fault)
{
    size_t capacity = keys->capacity > 0 ? 2 * keys->capacity : SLOTS_LEAST;
    struct window_key *slots;
    size_t i;

    if (2 * (keys->count + 1) <= keys->capacity)
        return 0;
    if (capacity > SLOTS_MOST) {
        key_cache_forget(keys);
        return 0;
    }
    slots = sodium_allocarray(capacity, sizeof *slots);
    if (slots == NULL)
        return fault_no_memory(fault);
    sodium_memzero(slots, capacity * sizeof *slots);
    for (i = 0; i < keys->capacity; i++) {
        const struct window_key *key = &keys->slots[i];

        if (key->robot_id != 0)
            *find_slot(slots, capacity, key->robot_id, key->window) = *key;
    }
    sodium_free(keys->slots);
    keys->slots = slots;
    keys->capacity = capacity;
    keys->last = NULL;
    return 0;
}

/* Is the file still the one that was read? */
static bool is_current(const struct store *store, const struct window_key *key,
                       enum robot_window kind)
{
    char path[STORE_PATH_MAX];
    struct stat file;

    return key_file_path(store, key, kind, path, NULL) == 0 && lstat(path, &file) == 0 &&
           file.st_ino == key->file.st_ino && file.st_dev == key->file.st_dev &&
           file.st_size == key->file.st_size && file.st_mtim.tv_sec == key->file.st_mtim.tv_sec &&
           file.st_mtim.tv_nsec == key->file.st_mtim.tv_nsec;
}

static struct window_key *find_cached(struct store *store, int64_t robot_id, enum robot_window kind,
                                      int64_t window)
{
    struct key_cache *keys = store->keys;
    struct window_key *key = keys->last;

    if (keys->count == 0)
        return NULL;
    if (key == NULL || key->robot_id != robot_id || key->window != window)
        key = find_slot(keys->slots, keys->capacity, robot_id, window);
    if (key->robot_id == 0)
        return NULL;
    if (key->seen != keys->age) {
        if (!is_current(store, key, kind)) {
            key_cache_forget(keys);
            return NULL;
        }
        key->seen = keys->age;
    }
    keys->last = key;
    return key;
}

int key_cache_get(struct store *store, int64_t robot_id, enum robot_window kind, int64_t window,
                  bool may_make, const struct window_key **ret_key, struct fault *fault)
{
    struct window_key *key;
    struct window_key loaded;
    int result = 0;

    if (store->keys == NULL)
        result = make_cache(store, fault);
    if (result < 0 || store->keys == NULL)
        return result;
    key = find_cached(store, robot_id, kind, window);
    if (key == NULL) {
        memset(&loaded, 0, sizeof loaded);
        loaded.robot_id = robot_id;
        loaded.window = window;
        result = key_file_load(store, kind, may_make && store->mode == STORE_WRITE, &loaded, fault);
        if (result == 0)
            result = reserve(store->keys, fault);
        if (result == 0) {
            loaded.seen = store->keys->age;
            key = find_slot(store->keys->slots, store->keys->capacity, robot_id, window);
            *key = loaded;
            store->keys->count++;
            store->keys->made += loaded.is_new;
            store->keys->last = key;
        }
        sodium_memzero(&loaded, sizeof loaded);
    }
    if (result == 0)
        *ret_key = key;
    return result;
}

uint64_t reference_windows_opened(const struct store *store)
{
    return store->keys != NULL ? store->keys->made : 0;
}

/* Random numbers are a system call each; so some are drawn at once, and wiped when used. */
void key_cache_nonce(struct store *store,
                     unsigned char ret_nonce[static crypto_aead_xchacha20poly1305_ietf_NPUBBYTES])
{
    struct key_cache *keys = store->keys;

    if (keys->nonces_left == 0) {
        randombytes_buf(keys->nonces, sizeof keys->nonces);
        keys->nonces_left = NONCES;
    }
    keys->nonces_left--;
    memcpy(ret_nonce, keys->nonces[keys->nonces_left], sizeof keys->nonces[0]);
}
