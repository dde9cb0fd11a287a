#include "core/run/old_logs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"

static bool is_old(int folder, const char *name, int64_t before_ms)
{
    struct stat status;

    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(status.st_mode) &&
           (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000 < before_ms;
}

static int remove_some(DIR *folder, int64_t before_ms, int64_t *removed)
{
    const struct dirent *entry;

    for (errno = 0; *removed < OLD_LOGS_AT_ONCE && (entry = readdir(folder)) != NULL; errno = 0) {
        if (!is_old(dirfd(folder), entry->d_name, before_ms))
            continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) < 0 && errno != ENOENT)
            return -errno;
        *removed += 1;
    }
    return -errno;
}

int old_logs_remove(const char *home, const char *slug, int64_t before_ms, int64_t *ret_removed,
                    struct fault *fault)
{
    char parent[4096];
    char path[4096];
    DIR *folder;
    int64_t removed = 0;
    int result;
    int fd;

    if (!file_join(parent, sizeof(parent), home, "logs") ||
        !file_join(path, sizeof(path), parent, slug))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", home);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) { /* it has not run yet */
        *ret_removed = 0;
        return 0;
    }
    folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        result = fault_set(fault, -errno, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return result;
    }
    result = remove_some(folder, before_ms, &removed);
    (void)closedir(folder);
    if (result < 0)
        return fault_set(fault, result, "%s: a log cannot be removed: %s", path, strerror(-result));
    *ret_removed = removed;
    return 0;
}
