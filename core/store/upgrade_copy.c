/* The store as it was, for the way back. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/room.h"
#include "core/store/store_inner.h"
#include "core/store/upgrade_inner.h"

enum { ENTRIES_MAX = 1000000 };

/* What the steps themselves write to the log. */
static const int64_t ROOM_BYTES = 16 * 1024 * 1024;
static const int64_t MEGABYTE = 1000000;

static int check_room(struct store *store, const struct backup_place *place, struct fault *fault)
{
    static const char SIZE[] =
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    int64_t found = room_free(place->path);
    int64_t needed = 0;
    int result = store_ask_int(store, SIZE, &needed, fault);

    if (result < 0)
        return result;
    needed += ROOM_BYTES;
    if (found < 0 || found >= needed) /* where nobody can say, the writes will */
        return 0;
    return fault_set(fault, -ENOSPC,
                     "%s: an upgrade first copies the store, and for that %" PRId64
                     " MB are free of %" PRId64 " MB needed; make room, nothing is changed",
                     store->home, found / MEGABYTE, (needed + MEGABYTE - 1) / MEGABYTE);
}

/* Each page is read once, so that a store that is damaged is found out before it is changed. */
static int read_through(const struct store *store, const struct backup_place *place,
                        struct fault *fault)
{
    struct store *copy = NULL;
    int result = store_open_any(place->path, STORE_READ, &copy, fault);

    if (result == 0 && copy->version != store->version)
        result = fault_set(fault, -EBADMSG, "%s: is not what was copied", place->path);
    if (result == 0)
        result = store_quick_check(copy, fault);
    store_close(copy);
    backup_place_drop_log(place);
    return result;
}

int upgrade_copy_pages(struct store *store, const struct backup_place *place,
                       const struct backup_progress *progress, struct fault *fault)
{
    int result = check_room(store, place, fault);

    if (result == 0)
        result = store_view_begin(store, fault);
    if (result < 0)
        return result;
    result = backup_copy_database(store, place, progress, fault);
    store_view_end(store);
    if (result == 0 && store->has_failed)
        result =
            fault_set(fault, -EIO, "%s/automagi.db: could not be let go; start again", store->home);
    if (result == 0)
        result = backup_tell(progress, "proving", 0, 0, fault);
    return result == 0 ? read_through(store, place, fault) : result;
}

static int failed(const struct backup_place *place, struct fault *fault)
{
    return fault_set(fault, -errno, "%s: the copy did not reach the disk: %s", place->path,
                     strerror(errno));
}

static int sync_copy(const struct backup_place *place, struct fault *fault)
{
    int fd = openat(place->fd, BACKUP_DATABASE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int result = fd < 0 || fsync(fd) < 0 || fsync(place->fd) < 0 ? failed(place, fault) : 0;

    if (fd >= 0)
        (void)close(fd);
    return result;
}

static int give_name(struct store *store, struct backup_place *place,
                     char ret_copy[static ASIDE_NAME_MAX], struct fault *fault)
{
    char prefix[ASIDE_NAME_MAX];
    char name[ASIDE_NAME_MAX];
    int result;

    (void)snprintf(prefix, sizeof prefix, ASIDE_UPGRADE "%" PRId64 "-", store->version);
    result = aside_choose(place->parent_fd, prefix, name, fault);
    if (result < 0)
        return result;
    if (renameat(place->parent_fd, place->name, place->parent_fd, name) < 0)
        return failed(place, fault);
    place->name[0] = '\0'; /* it is not ours to remove any more */
    if (fsync(place->parent_fd) < 0)
        return failed(place, fault);
    (void)text_copy(ret_copy, ASIDE_NAME_MAX, name);
    return 0;
}

static int make_copy(struct store *store, const struct backup_progress *progress,
                     char ret_copy[static ASIDE_NAME_MAX], struct fault *fault)
{
    struct backup_place place = {.parent_fd = -1, .fd = -1};
    int result = backup_place_make(store->home, &place, fault);

    if (result == 0)
        result = upgrade_copy_pages(store, &place, progress, fault);
    if (result == 0)
        result = sync_copy(&place, fault);
    if (result == 0)
        result = give_name(store, &place, ret_copy, fault);
    backup_place_release(&place);
    return result;
}

/* Every writer raises the generation before it changes anything: of the same one it is the same state. */
static bool is_same_state(struct store *store, const char *path)
{
    struct backup_place place = {.parent_fd = -1, .fd = -1};
    char ours[BACKUP_INSTALLATION_TEXT] = "";
    char theirs[BACKUP_INSTALLATION_TEXT] = "";
    int64_t tasks[2] = {0, 0};
    struct store *copy = NULL;
    bool is_same = store_open_any(path, STORE_READ, &copy, NULL) == 0 &&
                   copy->version == store->version && copy->generation == store->generation;

    if (is_same)
        is_same = backup_identify(store, ours, &tasks[0], NULL) == 0 &&
                  backup_identify(copy, theirs, &tasks[1], NULL) == 0 &&
                  strcmp(ours, theirs) == 0 && tasks[0] == tasks[1];
    store_close(copy);
    place.fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place.fd >= 0) {
        backup_place_drop_log(&place);
        (void)close(place.fd);
    }
    return is_same;
}

static bool find_copy(struct store *store, char ret_copy[static ASIDE_NAME_MAX])
{
    char path[STORE_PATH_MAX];
    char prefix[ASIDE_NAME_MAX];
    DIR *folder = opendir(store->home);
    const struct dirent *entry;
    bool is_found = false;
    int entries = 0;

    (void)snprintf(prefix, sizeof prefix, ASIDE_UPGRADE "%" PRId64 "-", store->version);
    while (folder != NULL && !is_found && entries++ < ENTRIES_MAX &&
           (entry = readdir(folder)) != NULL)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
            file_join(path, sizeof path, store->home, entry->d_name) && is_same_state(store, path))
            is_found = text_copy(ret_copy, ASIDE_NAME_MAX, entry->d_name);
    if (folder != NULL)
        (void)closedir(folder);
    return is_found;
}

int upgrade_copy(struct store *store, const struct backup_progress *progress,
                 char ret_copy[static ASIDE_NAME_MAX], bool *ret_made, struct fault *fault)
{
    int result = 0;

    *ret_made = false;
    if (!find_copy(store, ret_copy)) {
        result = make_copy(store, progress, ret_copy, fault);
        *ret_made = result == 0;
    }
    return result;
}
