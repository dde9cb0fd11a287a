#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table.h"

/* What a municipality's list may be; far below what would fill a run's memory. */
static const struct ag_table_limits limits = {
    .file_bytes = (size_t)16 << 20,
    .rows = 50001,
    .columns = 200,
    .cell_bytes = 8192,
    .zip_entries = 1000,
    .unpacked_bytes = (size_t)128 << 20,
    .ratio = 200,
    .cells = 2000000,
};

int source_find(int folder, const char *name, struct source_file *ret_file)
{
    struct stat status;

    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
        strlen(name) >= SOURCE_NAME_MAX)
        return -EINVAL;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EINVAL;
    memcpy(ret_file->name, name, strlen(name) + 1);
    ret_file->changed_s = status.st_mtime;
    return 0;
}

static int newest_take(DIR *directory, int folder, const char *pattern, int64_t before_s,
                       struct source_file *ret_file)
{
    struct source_file newest = {.name = ""};
    struct source_file file = {.name = ""};
    const struct dirent *entry;
    unsigned entries = 0;

    for (;;) {
        errno = 0;
        entry = readdir(directory);
        if (entry == NULL && errno != 0)
            return -errno;
        if (entry == NULL)
            break;
        if (++entries > SOURCE_ENTRIES_MAX)
            return -E2BIG;
        /* A name that is gone again, or no file, is no list; nor is "~$liste.xlsx", which Excel keeps beside a
         * file that somebody has open. */
        if (strncmp(entry->d_name, "~$", 2) == 0 ||
            fnmatch(pattern, entry->d_name, FNM_PERIOD) != 0 ||
            source_find(folder, entry->d_name, &file) != 0 || file.changed_s > before_s)
            continue;
        if (newest.name[0] == '\0' || file.changed_s > newest.changed_s ||
            (file.changed_s == newest.changed_s && strcmp(file.name, newest.name) > 0))
            newest = file;
    }
    if (newest.name[0] == '\0')
        return -ENOENT;
    *ret_file = newest;
    return 0;
}

int source_newest(int folder, const char *pattern, int64_t settle_s, int64_t now_s,
                  struct source_file *ret_file)
{
    /* A descriptor of our own: the granted one is borrowed, and fdopendir keeps what it gets. */
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    int error;

    if (directory == NULL) {
        error = -errno;
        if (fd >= 0)
            (void)close(fd);
        return error;
    }
    error = newest_take(directory, folder, pattern, settle_s > 0 ? now_s - settle_s : INT64_MAX,
                        ret_file);
    (void)closedir(directory);
    return error;
}

int source_read(int folder, const char *name, bool xlsx, const char *sheet,
                struct ag_table **ret_table, char *problem)
{
    struct stat status = {.st_mode = 0};
    int error = 0;
    int fd;

    if (name[0] == '\0' || strchr(name, '/') != NULL)
        return -EINVAL;
    /* O_NONBLOCK: opening a FIFO must not wait for its other end. */
    fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ELOOP || errno == ENXIO ? -EINVAL : -errno;
    if (fstat(fd, &status) != 0)
        error = -errno;
    else if (!S_ISREG(status.st_mode))
        error = -EINVAL;
    else if (xlsx)
        error = ag_table_read_xlsx(fd, sheet, &limits, ret_table, problem);
    else
        error = ag_table_read_csv(fd, &limits, ret_table, problem);
    (void)close(fd);
    /* The table's own words for what is wrong with the file, not with the disk. */
    return S_ISREG(status.st_mode) && (error == -EINVAL || error == -E2BIG) ? -EBADMSG : error;
}
