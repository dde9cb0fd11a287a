/* The database page by page in one view, then its keys. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/store/backup_inner.h"
#include "core/store/restore.h"
#include "core/store/store_inner.h"

enum { PAGES_AT_ONCE = 1024, TELL_KEYS = 256 };

int backup_tell(const struct backup_progress *progress, const char *what, int64_t done,
                int64_t total, struct fault *fault)
{
    if (progress != NULL && progress->show != NULL)
        progress->show(progress->context, what, done, total);
    if (progress != NULL && progress->is_cancelled != NULL && *progress->is_cancelled != 0)
        return fault_set(fault, -ECANCELED, "ended by a signal; nothing is changed or left");
    return 0;
}

/* SQLite would make it readable for others. */
static int make_empty(const struct backup_place *place, struct fault *fault)
{
    int fd = openat(place->fd, BACKUP_DATABASE,
                    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return fault_set(fault, -errno, "%s/%s: cannot be made: %s", place->path, BACKUP_DATABASE,
                         strerror(errno));
    (void)close(fd);
    return 0;
}

/* The source's view is open: its pages stay as they are, whatever is committed, so the copy is never
 * begun anew. A target that is cut off is thrown away: it needs no journal. */
static int copy_pages(struct store *source, struct store *target,
                      const struct backup_progress *progress, struct fault *fault)
{
    sqlite3_backup *backup;
    int code = SQLITE_OK;
    int result = 0;

    if (sqlite3_exec(target->db, "PRAGMA journal_mode = OFF", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(target->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL) != SQLITE_OK)
        return sql_fault(target, sqlite3_extended_errcode(target->db), fault);
    backup = sqlite3_backup_init(target->db, "main", source->db, "main");
    if (backup == NULL)
        return sql_fault(target, sqlite3_extended_errcode(target->db), fault);
    while (code == SQLITE_OK && result == 0) {
        code = sqlite3_backup_step(backup, PAGES_AT_ONCE);
        result = backup_tell(progress, "copied",
                             sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup),
                             sqlite3_backup_pagecount(backup), fault);
    }
    (void)sqlite3_backup_finish(backup);
    if (result < 0)
        return result;
    return code == SQLITE_DONE ? 0 : sql_fault(target, code, fault);
}

int backup_copy_database(struct store *source, const struct backup_place *place,
                         const struct backup_progress *progress, struct fault *fault)
{
    struct store *target = NULL;
    int result = make_empty(place, fault);

    if (result < 0)
        return result;
    target = store_new(place->path, STORE_WRITE);
    if (target == NULL)
        return fault_no_memory(fault);
    result = store_open_file(target, BACKUP_DATABASE, fault);
    if (result == 0)
        result = copy_pages(source, target, progress, fault);
    store_close(target);
    return result;
}

struct each_key {
    backup_key_callback *callback;
    void *context;
};

static int take_key(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct each_key *each = context;
    char window[BACKUP_WINDOW_TEXT];
    char name[BACKUP_KEY_NAME_MAX];

    robot_window_name((enum robot_window)sqlite3_column_int(row, 1), sqlite3_column_int64(row, 2),
                      window, sizeof window);
    (void)snprintf(name, sizeof name, "keys/%s/%s", sql_text(row, 0), window);
    if (memory_lacked())
        return fault_no_memory(fault);
    if (!backup_key_is_name(name))
        return fault_set(fault, -EBADMSG,
                         "%s: is no name of a key; run `automagi verify` and keep a copy of the "
                         "home as it is",
                         name);
    return each->callback(name, each->context, fault);
}

int backup_each_key(struct store *store, backup_key_callback *callback, void *context,
                    struct fault *fault)
{
    static const char SQL[] = "SELECT r.slug, r.window_kind, k.window FROM reference_key k "
                              "JOIN robot r ON r.id = k.robot_id ORDER BY k.robot_id, k.window";
    struct each_key each = {callback, context};

    return sql_each(store, SQL, take_key, &each, fault);
}

struct copying {
    const struct backup_place *place;
    const struct backup_progress *progress;
    struct backup_manifest *manifest;
    int home_fd;
};

static int copy_key(const char *name, void *context, struct fault *fault)
{
    struct copying *copying = context;
    unsigned char key[BACKUP_KEY_SIZE];
    int result = backup_key_read(copying->home_fd, name, key, fault);

    if (result > 0) {
        copying->manifest->keys_gone++;
        return 0;
    }
    if (result == 0)
        result = backup_key_write(copying->place->fd, name, key, fault);
    sodium_memzero(key, sizeof key);
    if (result == 0 && ++copying->manifest->keys % TELL_KEYS == 0)
        result = backup_tell(copying->progress, "keys", copying->manifest->keys, 0, fault);
    return result;
}

/* Keys are read by their names, which may be those of another store by then. A restore takes the store away before the
 * keys, and says so before either: what is asked afterwards, in this order, misses none. */
static int check_same_home(const struct store *source, struct fault *fault)
{
    int result = store_check_place(source, fault);

    if (result == 0 && (restore_is_due(source->home) || store_is_replaced(source)))
        result = fault_set(fault, -EBUSY,
                           "%s: the home was restored while it was copied; nothing is left, begin "
                           "again",
                           source->home);
    return result;
}

int backup_copy_keys(struct store *source, const struct backup_place *place,
                     const struct backup_progress *progress, struct backup_manifest *manifest,
                     struct fault *fault)
{
    struct copying copying = {.place = place, .progress = progress, .manifest = manifest};
    int result;

    copying.home_fd = open(source->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copying.home_fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", source->home, strerror(errno));
    result = backup_each_key(source, copy_key, &copying, fault);
    (void)close(copying.home_fd);
    return result == 0 ? check_same_home(source, fault) : result;
}

int backup_copy(struct store *source, const struct backup_place *place,
                const struct backup_progress *progress, struct backup_manifest *manifest,
                struct fault *fault)
{
    int result = backup_copy_database(source, place, progress, fault);

    return result == 0 ? backup_copy_keys(source, place, progress, manifest, fault) : result;
}
