#include "whole_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 1024 * 1024, TRIES = 16, FRESH_MAX = WHOLE_FOLDER_PLACE_MAX + 32 };

enum there { THERE_NOTHING, THERE_EMPTY, THERE_OURS };

struct putting {
    int parent_fd;
    const char *name;
    const struct whole_folder *folder;
    char fresh[FRESH_MAX]; /* the name beside it: first the new folder, then the old one */
    int fresh_fd;          /* locked */
    int old_fd;            /* locked; -1: nothing is there */
    enum there there;
    char *why;
};

__attribute__((format(printf, 3, 4))) static int say(struct putting *putting, int code,
                                                     const char *format, ...)
{
    va_list list;

    va_start(list, format);
    (void)vsnprintf(putting->why, WHOLE_FOLDER_WHY_MAX, format, list);
    va_end(list);
    return code;
}

static int say_errno(struct putting *putting, const char *name, const char *what)
{
    int code = errno;

    return say(putting, -code, "%s: %s: %s", name, what, strerror(code));
}

static bool is_file_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    const char *ending = name + length;

    return length > 0 && strlen(name) < WHOLE_FOLDER_NAME_MAX &&
           (strcmp(ending, ".csv") == 0 || strcmp(ending, ".json") == 0 ||
            strcmp(ending, ".jsonl") == 0);
}

/* The next one must know it again. */
static int check_manifest(struct putting *putting, const struct whole_folder_file *manifest)
{
    const struct whole_folder *folder = putting->folder;
    char words[WHOLE_FOLDER_NAME_MAX + 16];
    size_t i;

    if (manifest->size >= MANIFEST_MAX || manifest->size < strlen(folder->mark) ||
        memcmp(manifest->bytes, folder->mark, strlen(folder->mark)) != 0)
        return say(putting, -EINVAL, WHOLE_FOLDER_MANIFEST " does not begin as it must");
    for (i = 0; i < folder->count; i++) {
        (void)snprintf(words, sizeof words, "\"file\":\"%s\"", folder->files[i].name);
        if (&folder->files[i] != manifest &&
            memmem(manifest->bytes, manifest->size, words, strlen(words)) == NULL)
            return say(putting, -EINVAL, WHOLE_FOLDER_MANIFEST " does not name %s",
                       folder->files[i].name);
    }
    return 0;
}

static int check(struct putting *putting)
{
    const struct whole_folder_file *manifest = NULL;
    size_t length = strlen(putting->name);
    size_t i;

    if (length == 0 || length >= WHOLE_FOLDER_PLACE_MAX || strchr(putting->name, '/') != NULL ||
        strcmp(putting->name, ".") == 0 || strcmp(putting->name, "..") == 0)
        return say(putting, -EINVAL, "\"%.80s\" is no name for a folder", putting->name);
    for (i = 0; i < putting->folder->count && i < WHOLE_FOLDER_FILES_MAX; i++) {
        if (!is_file_name(putting->folder->files[i].name))
            return say(putting, -EINVAL, "\"%.80s\" is no name for a file of it",
                       putting->folder->files[i].name);
        if (strcmp(putting->folder->files[i].name, WHOLE_FOLDER_MANIFEST) == 0)
            manifest = &putting->folder->files[i];
    }
    if (manifest == NULL || putting->folder->count > WHOLE_FOLDER_FILES_MAX)
        return say(putting, -EINVAL, "no " WHOLE_FOLDER_MANIFEST ", or more than %d files",
                   WHOLE_FOLDER_FILES_MAX);
    return check_manifest(putting, manifest);
}

/* Each entry of a folder but . and .., until `take` gives something else than 0. */
typedef int entry_callback(struct putting *putting, int folder_fd, const char *name, void *context);
static int each_entry(struct putting *putting, int folder_fd, entry_callback *take, void *context)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* its place is its own */
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int result = 0;

    if (directory == NULL) {
        result = say_errno(putting, putting->name, "cannot be read");
        if (fd >= 0)
            (void)close(fd);
        return result;
    }
    while (result == 0) {
        errno = 0;
        entry = readdir(directory);
        if (entry == NULL) {
            if (errno != 0)
                result = say_errno(putting, putting->name, "cannot be read");
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = take(putting, folder_fd, entry->d_name, context);
    }
    (void)closedir(directory);
    return result;
}

static bool is_regular(int folder_fd, const char *name)
{
    struct stat about;

    return fstatat(folder_fd, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode);
}

/* In the folder beside it everything is ours; what cannot be is left alone all the same. */
static int remove_entry(struct putting *putting, int folder_fd, const char *name, void *context)
{
    (void)context;
    if (!is_file_name(name) || !is_regular(folder_fd, name))
        return say(putting, -EEXIST, "%s holds %.80s, which is not of a folder of ours; remove it",
                   putting->fresh, name);
    if (unlinkat(folder_fd, name, 0) < 0 && errno != ENOENT)
        return say_errno(putting, putting->fresh, "cannot be emptied");
    return 0;
}

/* Opens and locks a folder that is at the name now, and still is when it is locked. -EAGAIN: it was moved
 * meanwhile. */
static int open_locked(struct putting *putting, const char *name, int *ret_fd)
{
    int fd = openat(putting->parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat held;
    struct stat named;
    int result = 0;

    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        result = -errno;
    else if (fstat(fd, &held) < 0 ||
             fstatat(putting->parent_fd, name, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
             held.st_ino != named.st_ino || held.st_dev != named.st_dev)
        result = -EAGAIN;
    if (result == -EWOULDBLOCK && errno == EWOULDBLOCK)
        result = say(putting, -EBUSY, "%s: another one is being put there; wait until it is done",
                     putting->name);
    if (result < 0)
        (void)close(fd);
    else
        *ret_fd = fd;
    return result;
}

/* ---- what is there ---- */

static int read_manifest(int folder_fd, char *target)
{
    int fd =
        openat(folder_fd, WHOLE_FOLDER_MANIFEST, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    size_t length = 0;
    ssize_t count = 1;

    while (fd >= 0 && count > 0 && length < MANIFEST_MAX - 1) {
        count = read(fd, target + length, MANIFEST_MAX - 1 - length);
        length += count > 0 ? (size_t)count : 0;
    }
    target[length] = '\0';
    if (fd < 0)
        return -errno;
    (void)close(fd);
    return 0;
}

static int note_entry(struct putting *putting, int folder_fd, const char *name, void *context)
{
    (void)folder_fd;
    (void)name;
    (void)context;
    putting->there = THERE_OURS;
    return 0;
}

static int check_entry(struct putting *putting, int folder_fd, const char *name, void *context)
{
    char words[WHOLE_FOLDER_NAME_MAX + 16] = "";
    const char *manifest = context;

    if (is_file_name(name))
        (void)snprintf(words, sizeof words, "\"file\":\"%s\"", name);
    if (words[0] != '\0' && is_regular(folder_fd, name) &&
        (strcmp(name, WHOLE_FOLDER_MANIFEST) == 0 || strstr(manifest, words) != NULL))
        return 0;
    return say(putting, -EEXIST,
               "%s holds %.80s, which its " WHOLE_FOLDER_MANIFEST
               " does not name; move that away, for the folder is replaced as a whole",
               putting->name, name);
}

static int check_ours(struct putting *putting)
{
    char *manifest = malloc(MANIFEST_MAX);
    int result;

    if (manifest == NULL)
        return say(putting, -ENOMEM, "out of memory");
    result = read_manifest(putting->old_fd, manifest);
    if (result < 0 || strncmp(manifest, putting->folder->mark, strlen(putting->folder->mark)) != 0)
        result = say(putting, -EEXIST,
                     "%s is there and is something else (no " WHOLE_FOLDER_MANIFEST
                     " of ours); give another folder, or an empty one",
                     putting->name);
    else
        result = each_entry(putting, putting->old_fd, check_entry, manifest);
    free(manifest);
    return result;
}

/* Holds what is at the name, if it is ours. */
static int look(struct putting *putting)
{
    int tries;
    int result = -EAGAIN;

    for (tries = 0; tries < TRIES && result == -EAGAIN; tries++)
        result = open_locked(putting, putting->name, &putting->old_fd);
    putting->there = result == 0 ? THERE_EMPTY : THERE_NOTHING;
    if (result == -ENOENT)
        return 0;
    if (result == -ENOTDIR || result == -ELOOP)
        return say(putting, -EEXIST, "%s is there and is not a folder", putting->name);
    if (result == -EBUSY)
        return result;
    if (result < 0)
        return say(putting, result, "%s: cannot be opened and locked: %s", putting->name,
                   strerror(-result));
    result = each_entry(putting, putting->old_fd, note_entry, NULL);
    return result == 0 && putting->there == THERE_OURS ? check_ours(putting) : result;
}

/* ---- the new one ---- */

/* An empty folder beside it; one that was left is used again. Whoever else holds it is at work. */
static int open_fresh(struct putting *putting)
{
    int tries;
    int result = -EAGAIN;

    for (tries = 0; tries < TRIES && (result == -EAGAIN || result == -ENOENT); tries++) {
        if (mkdirat(putting->parent_fd, putting->fresh, 0700) < 0 && errno != EEXIST)
            return say_errno(putting, putting->fresh, "cannot be made");
        result = open_locked(putting, putting->fresh, &putting->fresh_fd);
    }
    if (result == -EBUSY)
        return result;
    if (result < 0)
        return say(putting, result, "%s: cannot be opened and locked: %s", putting->fresh,
                   strerror(-result));
    result = each_entry(putting, putting->fresh_fd, remove_entry, NULL);
    if (result == 0 && fchmod(putting->fresh_fd, 0700) < 0) /* nobody reads one half of it */
        result = say_errno(putting, putting->fresh, "its mode cannot be set");
    return result;
}

static int write_bytes(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        bytes += count;
        size -= (size_t)count;
    }
    return 0;
}

static int write_file(struct putting *putting, const struct whole_folder_file *file)
{
    int fd = openat(putting->fresh_fd, file->name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int result = 0;

    if (fd < 0)
        return say_errno(putting, file->name, "cannot be made");
    if (write_bytes(fd, file->bytes, file->size) < 0 || fchmod(fd, 0644) < 0 || fsync(fd) < 0)
        result = say_errno(putting, file->name, "cannot be written");
    if (close(fd) < 0 && result == 0)
        result = say_errno(putting, file->name, "cannot be written");
    return result;
}

static int fill(struct putting *putting)
{
    struct stat about;
    mode_t mode = 0755;
    size_t i;
    int result = 0;

    for (i = 0; i < putting->folder->count && result == 0; i++)
        result = write_file(putting, &putting->folder->files[i]);
    if (result < 0)
        return result;
    if (putting->old_fd >= 0 && fstat(putting->old_fd, &about) == 0) {
        mode = about.st_mode & 07777;
        if (about.st_gid != getegid() && fchown(putting->fresh_fd, (uid_t)-1, about.st_gid) < 0)
            errno = 0; /* not ours to give: its mode is kept, and its files are for all to read */
    }
    if (fchmod(putting->fresh_fd, mode) < 0 || fsync(putting->fresh_fd) < 0)
        return say_errno(putting, putting->fresh, "cannot be written");
    return 0;
}

/* ---- in its place ---- */

static int put_in_place(struct putting *putting)
{
    unsigned how =
        0; /* in place of an empty folder: a plain rename, which no other folder lets happen */
    int code;

    if (putting->there == THERE_NOTHING)
        how = RENAME_NOREPLACE;
    else if (putting->there == THERE_OURS)
        how = RENAME_EXCHANGE;
    if (renameat2(putting->parent_fd, putting->fresh, putting->parent_fd, putting->name, how) == 0)
        return 0;
    code = errno;
    if (code == EINVAL && how != 0)
        return say(putting, -EINVAL,
                   "%s: its file system cannot put a folder there by one rename; use a local one",
                   putting->name);
    if (code == EEXIST || code == ENOTEMPTY || code == ENOENT)
        return say(putting, -EEXIST, "%s: was changed by somebody else meanwhile; try again",
                   putting->name);
    errno = code;
    return say_errno(putting, putting->name, "cannot be put there");
}

/* What cannot be removed stays beside it: the next one says so. */
static void remove_beside(struct putting *putting, int folder_fd)
{
    char why[WHOLE_FOLDER_WHY_MAX];
    char *kept = putting->why;

    putting->why = why;
    if (each_entry(putting, folder_fd, remove_entry, NULL) == 0)
        (void)unlinkat(putting->parent_fd, putting->fresh, AT_REMOVEDIR);
    putting->why = kept;
}

static int put(struct putting *putting)
{
    int result = look(putting);

    if (result == 0)
        result = open_fresh(putting);
    if (result < 0)
        return result;
    result = fill(putting);
    if (result == 0)
        result = put_in_place(putting);
    if (result < 0) {
        remove_beside(putting, putting->fresh_fd);
        return result;
    }
    if (fsync(putting->parent_fd) < 0)
        return say_errno(putting, putting->name, "is there, but its folder cannot be synced");
    if (putting->there == THERE_OURS)
        remove_beside(putting, putting->old_fd);
    return 0;
}

int whole_folder_put(int parent_fd, const char *name, const struct whole_folder *folder,
                     char ret_why[static WHOLE_FOLDER_WHY_MAX])
{
    struct putting putting = {.parent_fd = parent_fd,
                              .name = name,
                              .folder = folder,
                              .fresh_fd = -1,
                              .old_fd = -1,
                              .why = ret_why};
    int result;

    ret_why[0] = '\0';
    result = check(&putting);
    if (result == 0) {
        (void)snprintf(putting.fresh, sizeof putting.fresh, ".%s.automagi-new", name);
        result = put(&putting);
    }
    if (putting.fresh_fd >= 0)
        (void)close(putting.fresh_fd);
    if (putting.old_fd >= 0)
        (void)close(putting.old_fd);
    return result;
}
