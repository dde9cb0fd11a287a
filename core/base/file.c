#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file_inner.h"
#include "core/base/text.h"

enum { READ_SIZE = 8192, TEMPORARY_TRIES = 8, TEMPORARY_NAME = 40 };

int file_is_there(int folder_fd, const char *path)
{
    struct stat about;

    if (fstatat(folder_fd, path, &about, AT_SYMLINK_NOFOLLOW) == 0)
        return 1;
    return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

int file_read_open(int fd, const char *path, struct text *target, struct fault *fault)
{
    char buffer[READ_SIZE];

    for (;;) {
        ssize_t count = read(fd, buffer, sizeof buffer);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
        if (count == 0)
            return 0;
        text_append(target, buffer, (size_t)count);
        if (target->broken == -E2BIG)
            return fault_set(fault, -E2BIG, "%s: is larger than the %zu bytes allowed", path,
                             target->limit);
        if (target->broken != 0)
            return fault_prefix(fault, fault_no_memory(fault), "%s", path);
    }
}

int file_read(int folder_fd, const char *path, struct text *target, struct fault *fault)
{
    struct stat about;
    int result = 0;
    int fd;

    text_clear(target);
    /* O_NONBLOCK: a named pipe must not hold us up before it is refused. */
    fd = openat(folder_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ELOOP)
        return fault_set(fault, -ELOOP, "%s: is a symbolic link; give the file itself", path);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &about) < 0)
        result = fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
    else if (S_ISDIR(about.st_mode))
        result = fault_set(fault, -EISDIR, "%s: is a folder, not a file", path);
    else if (!S_ISREG(about.st_mode))
        result = fault_set(fault, -EINVAL, "%s: is not a regular file", path);
    else if (about.st_size > 0 && (uintmax_t)about.st_size > target->limit)
        result = fault_set(fault, -E2BIG, "%s: is %jd bytes; at most %zu are allowed", path,
                           (intmax_t)about.st_size, target->limit);
    else
        result = file_read_open(fd, path, target, fault);
    (void)close(fd);
    if (result < 0)
        text_clear(target);
    return result;
}

int file_open_parent(int folder_fd, const char *path, const char **ret_name)
{
    char parent[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    int fd;

    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -EINVAL;
    if (slash == NULL) {
        (void)snprintf(parent, sizeof parent, ".");
    } else {
        size_t length = slash == path ? 1 : (size_t)(slash - path);

        if (length >= sizeof parent)
            return -ENAMETOOLONG;
        memcpy(parent, path, length);
        parent[length] = '\0';
    }
    fd = openat(folder_fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_name = name;
    return fd;
}

int file_random_name(const char *prefix, char *target, size_t size)
{
    uint64_t random;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return -EIO;
    (void)snprintf(target, size, "%s%016" PRIx64, prefix, random);
    return 0;
}

static int open_temporary(int parent_fd, char name[static TEMPORARY_NAME])
{
    int tries;

    for (tries = 0; tries < TEMPORARY_TRIES; tries++) {
        int result = file_random_name(".automagi-", name, TEMPORARY_NAME);
        int fd;

        if (result < 0)
            return result;
        fd = openat(parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

int file_write_open(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t count = write(fd, at, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        at += count;
        length -= (size_t)count;
    }
    return 0;
}

/* Writes, sets the mode and brings it to the disk. */
static int fill(int fd, const void *bytes, size_t length, mode_t mode)
{
    int result = file_write_open(fd, bytes, length);

    if (result < 0)
        return result;
    return fchmod(fd, mode) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int file_write(int folder_fd, const char *path, const void *bytes, size_t length, mode_t mode,
               struct fault *fault)
{
    char temporary[TEMPORARY_NAME];
    const char *name = NULL;
    int parent_fd = -1;
    int fd = -1;
    int result = 0;

    parent_fd = file_open_parent(folder_fd, path, &name);
    if (parent_fd < 0)
        return fault_set(fault, parent_fd, "%s: cannot be written: its folder: %s", path,
                         strerror(-parent_fd));
    fd = open_temporary(parent_fd, temporary);
    if (fd < 0) {
        result = fd;
        goto out;
    }
    result = fill(fd, bytes, length, mode);
    if (close(fd) < 0 && result == 0)
        result = -errno;
    if (result == 0 && renameat(parent_fd, temporary, parent_fd, name) < 0)
        result = -errno;
    if (result < 0)
        (void)unlinkat(parent_fd, temporary, 0);
    else if (fsync(parent_fd) < 0)
        result = -errno;
out:
    (void)close(parent_fd);
    if (result < 0)
        return fault_set(fault, result, "%s: cannot be written: %s", path, strerror(-result));
    return 0;
}

int file_sync(const char *path, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    int result = 0;

    if (fd < 0 || fsync(fd) < 0)
        result = fault_set(fault, -errno, "%s: cannot be written to the disk: %s", path,
                           strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return result;
}

mode_t file_usual_mode(void)
{
    mode_t taken = umask(0077);

    (void)umask(taken);
    return 0666 & ~taken;
}

int file_make_folder(int folder_fd, const char *path, mode_t mode, struct fault *fault)
{
    bool made = mkdirat(folder_fd, path, mode) == 0;
    int result = 0;
    int fd;

    if (!made && errno != EEXIST)
        return fault_set(fault, -errno, "%s: cannot be made: %s", path, strerror(errno));
    fd = openat(folder_fd, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        return fault_set(fault, -ENOTDIR, "%s: is there, but is not a folder", path);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    if (made)
        result = file_set_mode(fd, mode);
    (void)close(fd);
    if (result < 0)
        return fault_set(fault, result, "%s: its mode cannot be set: %s", path, strerror(-result));
    return 0;
}

int file_set_mode(int fd, mode_t mode)
{
    char itself[48];

    /* fchmod() takes no O_PATH descriptor; this link leads to the file that is open. */
    (void)snprintf(itself, sizeof itself, "/proc/self/fd/%d", fd);
    return chmod(itself, mode) < 0 ? -errno : 0;
}

bool file_join(char *target, size_t size, const char *folder, const char *name)
{
    size_t folder_length = strlen(folder);
    size_t name_length = strlen(name);

    if (folder_length >= size || name_length >= size - folder_length - 1) {
        if (size > 0)
            target[0] = '\0';
        return false;
    }
    memcpy(target, folder, folder_length);
    target[folder_length] = '/';
    memcpy(target + folder_length + 1, name, name_length + 1);
    return true;
}
