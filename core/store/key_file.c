#include "core/store/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/room.h"
#include "core/store/sql.h"

enum { WINDOW_TEXT = 32, NAME_MAX_BYTES = sizeof "keys//" + ROBOT_SLUG_MAX + WINDOW_TEXT };

/* "<home>/<name>" into target[STORE_PATH_MAX]. */
static int join(const struct store *store, const char *name, char *target, struct fault *fault)
{
    if (!file_join(target, STORE_PATH_MAX, store->home, name))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long; use a shorter one",
                         store->home);
    return 0;
}

int key_file_path(const struct store *store, const struct window_key *key, enum robot_window kind,
                  char target[static STORE_PATH_MAX], struct fault *fault)
{
    char window[WINDOW_TEXT];
    char name[NAME_MAX_BYTES];

    robot_window_name(kind, key->window, window, sizeof window);
    (void)snprintf(name, sizeof name, "keys/%s/%s", key->slug, window);
    return join(store, name, target, fault);
}

static int read_slug(struct store *store, struct window_key *key, struct fault *fault)
{
    static const char SQL[] = "SELECT slug FROM robot WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, key->robot_id);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = fault_set(fault, -ENOENT, "there is no robot number %" PRId64, key->robot_id);
    }
    if (result > 0) {
        result = text_is_slug(sql_text(statement, 0)) &&
                         text_copy(key->slug, sizeof key->slug, sql_text(statement, 0))
                     ? 0
                     : fault_set(fault, -EINVAL, "robot number %" PRId64 " has no proper id",
                                 key->robot_id);
    }
    sql_done(statement);
    return result;
}

/* 1: the store knows a key of the window, with this fingerprint; 0: none. */
static int read_fingerprint(struct store *store, const struct window_key *key,
                            unsigned char *ret_fingerprint, struct fault *fault)
{
    static const char SQL[] =
        "SELECT fingerprint FROM reference_key WHERE robot_id = ?1 AND window = ?2";
    sqlite3_stmt *statement = NULL;
    const void *known;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, key->robot_id);
        sqlite3_bind_int64(statement, 2, key->window);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        /* A fingerprint of a wrong size fits no key. */
        memset(ret_fingerprint, 0, KEY_FINGERPRINT_SIZE);
        known = sql_blob(statement, 0);
        if (known == NULL && memory_lacked())
            result = fault_no_memory(fault);
        else if (known != NULL && sqlite3_column_bytes(statement, 0) == KEY_FINGERPRINT_SIZE)
            memcpy(ret_fingerprint, known, KEY_FINGERPRINT_SIZE);
    }
    sql_done(statement);
    return result;
}

static int add_row(struct store *store, const struct window_key *key,
                   const unsigned char *fingerprint, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO reference_key(robot_id, window, fingerprint, "
                              "created_ms) VALUES(?1, ?2, ?3, ?4)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, key->robot_id);
        sqlite3_bind_int64(statement, 2, key->window);
        sql_bind_blob(statement, 3, fingerprint, KEY_FINGERPRINT_SIZE);
        sqlite3_bind_int64(statement, 4, clock_now_ms());
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static void derive(const unsigned char secret[static KEY_SIZE], const char *purpose,
                   unsigned char *target, size_t size)
{
    (void)crypto_generichash(target, size, (const unsigned char *)purpose, strlen(purpose), secret,
                             KEY_SIZE);
}

static int refuse(const struct window_key *key, enum robot_window kind, const char *why,
                  struct fault *fault)
{
    char window[WINDOW_TEXT];

    robot_window_name(kind, key->window, window, sizeof window);
    return fault_set(
        fault, -ENOKEY,
        "robot %s, window %s: the references of this window have been erased, or its key is "
        "not in its place (%s keys/%s/%s); without it nothing dated in it is taken",
        key->slug, window, why, key->slug, window);
}

/* Is it this file that is wrong? Its rights, and what the daemon lacks, are put right in a moment. */
static bool is_of_file(int error)
{
    return error == ELOOP || error == EISDIR || error == ENXIO || error == EIO;
}

/* Never a disk's own errno for what is one window's: the writer would take it for the store's. */
static int refuse_file(const char *path, int error, const char *what, struct fault *fault)
{
    if (is_of_file(error))
        return fault_set(
            fault, -EKEYREJECTED,
            "%s: %s: %s; put the right file back, nothing dated in its window is taken "
            "until then",
            path, what, strerror(error));
    if (error == EMFILE || error == ENFILE)
        return fault_set(fault, -error,
                         "%s: %s: %s; nothing is wrong with the file: try again, and allow more "
                         "open files (LimitNOFILE of the service) if it lasts",
                         path, what, strerror(error));
    return fault_set(fault, -error, "%s: %s: %s; see to its rights", path, what, strerror(error));
}

/* 0, 1 when there is no such file, or negative. */
static int read_secret(const char *path, unsigned char ret_secret[static KEY_SIZE],
                       struct stat *ret_file, struct fault *fault)
{
    unsigned char more;
    ssize_t length;
    int result = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 1;
    if (fd < 0)
        return refuse_file(path, errno, "cannot be opened", fault);
    length = read(fd, ret_secret, KEY_SIZE);
    if (length < 0 || fstat(fd, ret_file) < 0)
        result = refuse_file(path, errno, "cannot be read", fault);
    else if (length != KEY_SIZE || read(fd, &more, 1) != 0)
        result = fault_set(fault, -ENOKEY,
                           "%s: is not a key of %d bytes; put the right file back, nothing dated "
                           "in its window is taken until then",
                           path, KEY_SIZE);
    (void)close(fd);
    return result;
}

static int folder_of(const struct store *store, const struct window_key *key,
                     char target[static STORE_PATH_MAX], struct fault *fault)
{
    char name[NAME_MAX_BYTES];

    (void)snprintf(name, sizeof name, "keys/%s", key->slug);
    return join(store, name, target, fault);
}

/* So that the folder itself outlives a power cut. */
static int sync_keys(const struct store *store, struct fault *fault)
{
    char folder[STORE_PATH_MAX];
    int result = join(store, "keys", folder, fault);

    return result == 0 ? file_sync(folder, fault) : result;
}

/* Whoever made it may have been killed before it was on the disk, and a row is about to name it. */
static int keep_secret(const struct store *store, const struct window_key *key, const char *path,
                       struct fault *fault)
{
    char folder[STORE_PATH_MAX];
    int result = file_sync(path, fault);

    if (result == 0)
        result = folder_of(store, key, folder, fault);
    if (result == 0)
        result = file_sync(folder, fault);
    return result == 0 ? sync_keys(store, fault) : result;
}

static int write_secret(const struct store *store, const struct window_key *key, const char *path,
                        struct fault *fault)
{
    unsigned char secret[KEY_SIZE];
    char folder[STORE_PATH_MAX];
    int result = folder_of(store, key, folder, fault);

    if (result == 0)
        result = file_make_folder(AT_FDCWD, folder, 0700, fault);
    if (result == 0)
        result = sync_keys(store, fault);
    if (result == 0) {
        randombytes_buf(secret, sizeof secret);
        result = file_write(AT_FDCWD, path, secret, sizeof secret, 0600, fault);
    }
    sodium_memzero(secret, sizeof secret);
    return result;
}

/* A full disk is waited for here as in the midst of the store's own writes. When the home has room it is
 * another disk that the keys lie on, or one that has no room for another name. Nobody looks at
 * those: it is refused, and nothing else waits. */
static int make_secret(const struct store *store, const struct window_key *key, const char *path,
                       struct fault *fault)
{
    int result;
    bool is_full;

    do {
        result = write_secret(store, key, path, fault);
        is_full = result == -ENOSPC || result == -EDQUOT;
        if (is_full && !room_is_short(store_home(store), 1))
            return fault_set(fault, -ENOKEY,
                             "%s: no key can be made, so nothing was changed: no room is left on "
                             "the disk that the keys lie on; make room and try again",
                             path);
    } while (is_full && room_try_again(result));
    return result == -EDQUOT ? -ENOSPC : result;
}

/* A file without a row is left of a transaction that was undone: it is used. */
static int read_or_make(struct store *store, bool is_known, const char *path,
                        struct window_key *key, unsigned char secret[static KEY_SIZE],
                        struct fault *fault)
{
    int result = read_secret(path, secret, &key->file, fault);

    if (result == 0 && !is_known)
        return keep_secret(store, key, path, fault);
    if (result <= 0 || is_known)
        return result;
    result = make_secret(store, key, path, fault);
    if (result == 0)
        result = read_secret(path, secret, &key->file, fault);
    return result <= 0 ? result : fault_set(fault, -EIO, "%s: is gone again", path);
}

int key_file_load(struct store *store, enum robot_window kind, bool may_make,
                  struct window_key *key, struct fault *fault)
{
    unsigned char known[KEY_FINGERPRINT_SIZE];
    unsigned char found[KEY_FINGERPRINT_SIZE];
    unsigned char secret[KEY_SIZE];
    char path[STORE_PATH_MAX];
    bool is_known = false;
    int result = read_slug(store, key, fault);

    if (result == 0)
        result = store_check_place(store, fault);
    if (result == 0)
        result = key_file_path(store, key, kind, path, fault);
    if (result == 0)
        result = read_fingerprint(store, key, known, fault);
    if (result >= 0) {
        is_known = result > 0;
        result = is_known || may_make
                     ? read_or_make(store, is_known, path, key, secret, fault)
                     : fault_set(fault, -ENOENT, "robot %s has nothing in that window", key->slug);
    }
    if (result >= 0 && store_check_place(store, fault) < 0)
        result =
            -ESTALE; /* moved meanwhile: it may be another home's file that was read, or made */
    if (result > 0)
        result = refuse(key, kind, "there is no file", fault);
    if (result == 0) {
        derive(secret, "automagi reference", key->reference, sizeof key->reference);
        derive(secret, "automagi seal", key->seal, sizeof key->seal);
        derive(secret, "automagi payload", key->payload, sizeof key->payload);
        derive(secret, "automagi fingerprint", found, sizeof found);
        key->is_new = !is_known;
        if (!is_known)
            result = add_row(store, key, found, fault);
        else if (sodium_memcmp(known, found, sizeof found) != 0)
            result = refuse(key, kind, "another key lies in", fault);
    }
    sodium_memzero(secret, sizeof secret);
    return result;
}
