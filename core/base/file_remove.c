/*
 * file_remove_tree(): the tree may have been made by a hostile robot.
 *
 * One folder is held open, the top. A folder in it that is not empty has its
 * own folders moved up into the top, under names of ours, and its files
 * removed; then it is empty. So every folder is moved at most once, only three
 * folders are open at a time, and no path and no ".." is ever followed, which
 * would lead out of the tree if somebody moved a folder meanwhile.
 */
#include "core/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file_inner.h"

enum { MOVED_NAME = 40, MOVE_TRIES = 8 };

struct removal {
    int top_fd;
    bool progress; /* something was removed or moved in this pass */
    int error;     /* the first of this pass */
};

static void note_error(struct removal *removal, int error)
{
    if (removal->error == 0)
        removal->error = error;
}

static bool same_mount(int a_fd, int b_fd)
{
    struct statx a;
    struct statx b;

    if (statx(a_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &a) < 0 ||
        statx(b_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &b) < 0)
        return false;
    if (a.stx_dev_major != b.stx_dev_major || a.stx_dev_minor != b.stx_dev_minor)
        return false;
    /* Kernels before 5.8 do not say; then a bind mount within a file system is not seen. */
    return (a.stx_mask & b.stx_mask & STATX_MNT_ID) == 0 || a.stx_mnt_id == b.stx_mnt_id;
}

/* Opens a folder and makes sure that we may read and change it, whatever mode
 * its owner gave it. */
static int open_folder(int parent_fd, const char *name)
{
    struct stat about;
    int handle = openat(parent_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int fd = -1;

    if (handle < 0)
        return -errno;
    if (!same_mount(parent_fd, handle)) {
        fd = -EXDEV;
        goto out;
    }
    /* When the mode cannot be set, the next step says why it needs to be. */
    if (fstat(handle, &about) == 0 && (about.st_mode & S_IRWXU) != S_IRWXU)
        (void)!file_set_mode(handle, S_IRWXU);
    fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        fd = -errno;
out:
    (void)close(handle);
    return fd;
}

/* 0 when it is gone; -ENOTEMPTY for a folder with something in it. */
static int remove_entry(int folder_fd, const char *name)
{
    if (unlinkat(folder_fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    if (unlinkat(folder_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    if (errno == ENOTDIR)
        return -EPERM; /* a file that may not be removed */
    return errno == EEXIST ? -ENOTEMPTY : -errno;
}

static int move_to_top(int top_fd, int folder_fd, const char *name)
{
    char moved[MOVED_NAME];
    bool unlocked = false;
    int tries;

    for (tries = 0; tries < MOVE_TRIES; tries++) {
        int result = file_random_name(".removed-", moved, sizeof moved);

        if (result < 0)
            return result;
        if (renameat(folder_fd, name, top_fd, moved) == 0 || errno == ENOENT)
            return 0;
        if (errno == EACCES && !unlocked) {
            /* A folder changes its ".." when it is moved, so it must be ours to write. */
            int fd = open_folder(folder_fd, name);

            if (fd < 0)
                return fd;
            (void)close(fd);
            unlocked = true;
            continue;
        }
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
            return -errno;
    }
    return -EEXIST;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Empties a folder of the top. */
static void empty_folder(struct removal *removal, DIR *stream)
{
    const struct dirent *entry;
    int fd = dirfd(stream);

    errno = 0;
    while ((entry = readdir(stream)) != NULL) {
        if (!is_dots(entry->d_name)) {
            int result = remove_entry(fd, entry->d_name);

            if (result == -ENOTEMPTY)
                result = move_to_top(removal->top_fd, fd, entry->d_name);
            if (result < 0)
                note_error(removal, result);
            else
                removal->progress = true;
        }
        errno = 0;
    }
    if (errno != 0)
        note_error(removal, -errno);
}

/* NULL with the reason in *ret_error. */
static DIR *open_stream(int parent_fd, const char *name, int *ret_error)
{
    int fd = open_folder(parent_fd, name);
    DIR *stream = NULL;

    *ret_error = fd < 0 ? fd : 0;
    if (fd < 0)
        return NULL;
    stream = fdopendir(fd);
    if (stream == NULL) {
        *ret_error = -errno;
        (void)close(fd);
    }
    return stream;
}

/* Removes one entry of the top, with what is below it if that can be moved up. */
static void remove_from_top(struct removal *removal, const char *name)
{
    DIR *stream = NULL;
    int result = remove_entry(removal->top_fd, name);

    if (result == -ENOTEMPTY) {
        stream = open_stream(removal->top_fd, name, &result);
        if (stream != NULL) {
            empty_folder(removal, stream);
            (void)closedir(stream);
            result = remove_entry(removal->top_fd, name);
        }
    }
    if (result < 0)
        note_error(removal, result);
    else
        removal->progress = true;
}

/* Passes until one finds nothing to do, or can do nothing. */
static int empty_top(DIR *top)
{
    struct removal removal = {.top_fd = dirfd(top)};

    do {
        const struct dirent *entry;

        removal.progress = false;
        removal.error = 0;
        rewinddir(top);
        errno = 0;
        while ((entry = readdir(top)) != NULL) {
            if (!is_dots(entry->d_name))
                remove_from_top(&removal, entry->d_name);
            errno = 0;
        }
        if (errno != 0)
            return -errno;
    } while (removal.progress);
    return removal.error;
}

int file_remove_tree(int folder_fd, const char *name)
{
    const char *last = NULL;
    DIR *top = NULL;
    int parent_fd;
    int opened;
    int result;

    parent_fd = file_open_parent(folder_fd, name, &last);
    if (parent_fd < 0)
        return parent_fd == -ENOENT ? 0 : parent_fd;
    result = remove_entry(parent_fd, last);
    if (result == 0)
        goto out;
    /* Even when it must stay, because its own folder is not ours to change, it is emptied. */
    top = open_stream(parent_fd, last, &opened);
    if (top == NULL) {
        if (result == -ENOTEMPTY)
            result = opened;
        goto out;
    }
    result = empty_top(top);
    (void)closedir(top);
    if (result == 0)
        result = remove_entry(parent_fd, last);
out:
    (void)close(parent_fd);
    return result;
}
