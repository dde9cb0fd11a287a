#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 240 };

/* The length of the path's first part, 0 when it may not be one. */
static size_t part(const char *path)
{
    size_t length = strcspn(path, "/");

    if (length == 0 || length > NAME_MAX_BYTES || (length == 1 && path[0] == '.') ||
        (length == 2 && path[0] == '.' && path[1] == '.'))
        return 0;
    return length;
}

/* Opens the folder the path's last part goes into. */
static int parent_open(int folder, const char *path, int *ret_fd, const char **ret_name)
{
    char name[NAME_MAX_BYTES + 1];
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    int error = fd < 0 ? -errno : 0;

    while (error == 0) {
        size_t length = part(path);
        int next;

        if (length == 0) {
            error = -EINVAL;
            break;
        }
        if (path[length] == '\0')
            break;
        memcpy(name, path, length);
        name[length] = '\0';
        if (mkdirat(fd, name, 0750) == 0)
            (void)fsync(fd); /* not all shares can; the file's own sync counts */
        else if (errno != EEXIST)
            error = -errno;
        next = error != 0 ? -1 : openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (error == 0 && next < 0)
            error = -errno;
        (void)close(fd);
        fd = next;
        path += length + 1;
    }
    if (error != 0) {
        if (fd >= 0)
            (void)close(fd);
        return error;
    }
    *ret_fd = fd;
    *ret_name = path;
    return 0;
}

static int bytes_write(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);

        if (written < 0 && errno != EINTR)
            return -errno;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return fsync(fd) != 0 ? -errno : 0;
}

int whole_file_write(int folder, const struct whole_file *file)
{
    char part_name[NAME_MAX_BYTES + 16];
    const char *name = NULL;
    int parent = -1;
    int fd = -1;
    int error = parent_open(folder, file->path, &parent, &name);

    if (error != 0)
        return error;
    (void)snprintf(part_name, sizeof(part_name), ".%s.part", name);
    /* What a run left that was killed; O_EXCL then keeps out whatever else has the name. */
    if (unlinkat(parent, part_name, 0) != 0 && errno != ENOENT) {
        error = -errno;
        goto out;
    }
    fd =
        openat(parent, part_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file->mode);
    if (fd < 0) {
        error = -errno;
        goto out;
    }
    error = bytes_write(fd, file->bytes, file->size);
    if (close(fd) != 0 && error == 0)
        error = -errno;
    if (error == 0 && renameat(parent, part_name, parent, name) != 0)
        error = -errno;
    if (error == 0 && fsync(parent) != 0 && errno != EINVAL)
        error = -errno;
    if (error != 0)
        (void)unlinkat(parent, part_name, 0);
out:
    (void)close(parent);
    return error;
}
