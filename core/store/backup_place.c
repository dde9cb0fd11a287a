#include "core/store/backup_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/store/store_inner.h"

enum { DIGITS = 16, TRIES = 8, ENTRIES_MAX = 1000000 };

static const char PREFIX[] = ".automagi-backup-";

static bool is_ours(const char *name)
{
    size_t length = sizeof PREFIX - 1;

    return strncmp(name, PREFIX, length) == 0 && strlen(name + length) == DIGITS &&
           strspn(name + length, "0123456789abcdef") == DIGITS;
}

/* It holds keys: that it stays is told, and the next call tries again. */
static void warn(int result, const char *name)
{
    if (result < 0)
        log_line(LOG_LEVEL_WARN, "%s cannot be removed: %s; it holds keys, remove it", name,
                 strerror(-result));
}

/* Removed under its lock, so that a maker that has just made it notices (is_still_there). */
static void remove_left(int parent_fd, const char *name)
{
    struct stat about;
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    if (fstat(fd, &about) == 0 && about.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
        warn(file_remove_tree(parent_fd, name), name);
    (void)close(fd);
}

static void sweep(int parent_fd)
{
    int fd = openat(parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    int entries = 0;

    if (folder == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return; /* a folder that may be written and not read */
    }
    while ((entry = readdir(folder)) != NULL && entries++ < ENTRIES_MAX)
        if (is_ours(entry->d_name))
            remove_left(parent_fd, entry->d_name);
    (void)closedir(folder);
}

static bool is_still_there(int parent_fd, const char *name, int fd)
{
    struct stat ours;
    struct stat named;

    return fstat(fd, &ours) == 0 && fstatat(parent_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

/* 0, -EAGAIN to try another name, or what is wrong. */
static int make_one(struct backup_place *place)
{
    uint64_t random = 0;
    int result = 0;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return -EIO;
    (void)snprintf(place->name, sizeof place->name, "%s%016" PRIx64, PREFIX, random);
    if (mkdirat(place->parent_fd, place->name, 0700) < 0)
        return errno == EEXIST ? -EAGAIN : -errno;
    place->fd =
        openat(place->parent_fd, place->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place->fd < 0)
        result = errno == ENOENT ? -EAGAIN : -errno;
    else /* A network share may have no such locks; there nothing is swept either. */
        (void)flock(place->fd, LOCK_EX | LOCK_NB);
    if (result == 0 && !is_still_there(place->parent_fd, place->name, place->fd))
        result = -EAGAIN;
    if (result == 0 && fchmod(place->fd, 0700) < 0)
        result = -errno;
    if (result == 0)
        return 0;
    /* It may be there: swept away, and not to be looked at, are the same above. */
    (void)unlinkat(place->parent_fd, place->name, AT_REMOVEDIR);
    if (place->fd >= 0)
        (void)close(place->fd);
    place->fd = -1;
    return result;
}

int backup_place_make(const char *folder, struct backup_place *ret_place, struct fault *fault)
{
    struct backup_place place = {.parent_fd = -1, .fd = -1};
    char parent[STORE_PATH_MAX];
    int tries = TRIES;
    int result = store_resolve_home(folder, parent, NULL);

    if (result == 0)
        place.parent_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (result == 0 && place.parent_fd < 0)
        result = -errno;
    if (result < 0)
        return fault_set(fault, result, "%s: the folder cannot be opened: %s", folder,
                         strerror(-result));
    sweep(place.parent_fd);
    do
        result = make_one(&place);
    while (result == -EAGAIN && --tries > 0);
    if (result == 0 && !file_join(place.path, sizeof place.path, parent, place.name))
        result = -ENAMETOOLONG;
    if (result == 0) {
        *ret_place = place;
        return 0;
    }
    (void)close(place.parent_fd);
    return fault_set(fault, result,
                     "%s: nothing can be made in this folder: %s; look at its "
                     "rights and room",
                     folder, strerror(-result));
}

void backup_place_release(struct backup_place *place)
{
    if (place->name[0] != '\0' && place->parent_fd >= 0)
        warn(file_remove_tree(place->parent_fd, place->name), place->name);
    if (place->fd >= 0)
        (void)close(place->fd);
    if (place->parent_fd >= 0)
        (void)close(place->parent_fd);
    *place = (struct backup_place){.parent_fd = -1, .fd = -1};
}

void backup_place_drop_log(const struct backup_place *place)
{
    (void)unlinkat(place->fd, "automagi.db-wal", 0);
    (void)unlinkat(place->fd, "automagi.db-shm", 0);
}
