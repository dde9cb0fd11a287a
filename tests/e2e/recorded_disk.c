/*
 * recorded_disk.so - records what a program does to the disk, so that it can be played up to any
 * moment and the power cut there (tests/standins/cut_disk.h).
 *
 * Preloaded. RECORDED_FOLDER is what is watched, without symbolic links; RECORDED_LOG the file that
 * gets the records of disk_record.h, outside of it; with RECORDED_KILL=N the process is killed after the
 * Nth of them, with RECORDED_KILL_AT=NAME when something was given that name by a move. SQLite's own files come through here like all
 * others: it calls the C library. Each call and its record are one step under a lock, and a process'
 * record is there before the call returns. What is written into mapped memory is not seen: of the
 * product that is the index of the write-ahead log alone, which a start makes anew.
 */
#undef _FORTIFY_SOURCE /* it makes some of these inline functions, which are not to be replaced */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/standins/disk_record.h"

enum { PLACE_SIZE = 2 * PATH_MAX };

/* Where a name is: the folder, and its last part. */
struct place {
    char path[PLACE_SIZE];
    const char *name;
    uint64_t folder;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *watched; /* NULL: nothing is */
static size_t watched_length;
static int log_fd = -1;
static long left;           /* records until the process is killed; 0: it is not */
static const char *kill_at; /* the name that something was moved to then */

/* When this is loaded, not at the first call: TSan makes its own folder of reports while it sets itself up, and can
   lock nothing yet. */
__attribute__((constructor)) static void start(void)
{
    const char *folder = getenv("RECORDED_FOLDER");
    const char *path = getenv("RECORDED_LOG");
    const char *calls = getenv("RECORDED_KILL");

    if (folder == NULL || path == NULL)
        return;
    log_fd =
        (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0)
        return;
    if (calls != NULL)
        left = strtol(calls, NULL, 10);
    kill_at = getenv("RECORDED_KILL_AT");
    watched = folder;
    watched_length = strlen(folder);
}

static bool is_on(void)
{
    return watched != NULL;
}

static bool is_watched(const char *path)
{
    return strncmp(path, watched, watched_length) == 0 &&
           (path[watched_length] == '/' || path[watched_length] == '\0');
}

static bool path_of_fd(int fd, char *target, size_t size)
{
    char link[64];
    ssize_t length;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, target, size - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    return true;
}

static uint64_t number_of(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0 ? about.st_ino : 0;
}

/* False: it is nowhere that is watched. */
static bool find_place(int folder_fd, const char *path, struct place *place)
{
    char *slash;
    size_t length = 0;

    if (path[0] != '/') {
        if (folder_fd == AT_FDCWD ? getcwd(place->path, PATH_MAX) == NULL
                                  : !path_of_fd(folder_fd, place->path, PATH_MAX))
            return false;
        length = strlen(place->path);
        place->path[length++] = '/';
    }
    if (length + strlen(path) >= sizeof place->path)
        return false;
    memcpy(place->path + length, path, strlen(path) + 1);
    if (!is_watched(place->path))
        return false;
    slash = strrchr(place->path, '/');
    *slash = '\0';
    place->folder = number_of(place->path);
    *slash = '/';
    place->name = slash + 1;
    return true;
}

static bool find_file(int fd, uint64_t *ret_file)
{
    char path[PATH_MAX + 16];
    struct stat about;

    if (!is_on() || !path_of_fd(fd, path, sizeof path) || !is_watched(path) ||
        fstat(fd, &about) < 0)
        return false;
    *ret_file = about.st_ino;
    return true;
}

static struct iovec part_of(const void *bytes, size_t length)
{
    union {
        const void *given;
        void *taken; /* writev() changes nothing */
    } part = {.given = bytes};

    return (struct iovec){part.taken, length};
}

static size_t name_size(const char *name)
{
    return name != NULL ? strlen(name) + 1 : 0;
}

/* A record that cannot be kept would make a proof of less than was done. */
static void keep(struct disk_record *record, const char *name, const char *other_name,
                 const void *bytes)
{
    int error = errno;
    struct iovec parts[] = {part_of(record, sizeof *record), part_of(name, name_size(name)),
                            part_of(other_name, name_size(other_name)),
                            part_of(bytes, record->length)};
    size_t i, whole = 0;

    record->name_length = (uint32_t)(parts[1].iov_len + parts[2].iov_len);
    for (i = 0; i < 4; i++)
        whole += parts[i].iov_len;
    if (syscall(SYS_writev, log_fd, parts, 4) != (long)whole)
        abort();
    if ((left > 0 && --left == 0) ||
        (kill_at != NULL && record->kind == DISK_MOVED && strcmp(other_name, kill_at) == 0))
        (void)kill(getpid(), SIGKILL);
    errno = error;
}

static void keep_of_file(uint64_t file, enum disk_record_kind kind, int64_t at)
{
    struct disk_record record = {.kind = kind, .file = file, .at = at};

    keep(&record, NULL, NULL, NULL);
}

/* ---- names */

static int open_it(int folder_fd, const char *path, int flags, mode_t mode)
{
    struct place place;
    struct stat about = {.st_ino = 0};
    bool was_there;
    int fd;

    if ((flags & (O_CREAT | O_TRUNC)) == 0 || !is_on() || !find_place(folder_fd, path, &place))
        return (int)syscall(SYS_openat, folder_fd, path, flags, mode);
    pthread_mutex_lock(&lock);
    was_there = lstat(place.path, &about) == 0;
    fd = (int)syscall(SYS_openat, folder_fd, path, flags, mode);
    if (fd >= 0 && !was_there && fstat(fd, &about) == 0) {
        struct disk_record record = {
            .kind = DISK_MADE_FILE, .file = about.st_ino, .folder = place.folder};

        keep(&record, place.name, NULL, NULL);
    } else if (fd >= 0 && (flags & O_TRUNC) != 0 && S_ISREG(about.st_mode)) {
        keep_of_file(about.st_ino, DISK_RESIZED, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE_OF(flags, mode)                                                                       \
    do {                                                                                           \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        (mode) = ((flags) & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;                \
        va_end(rest);                                                                              \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode;

    MODE_OF(flags, mode);
    return open_it(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode;

    MODE_OF(flags, mode);
    return open_it(AT_FDCWD, path, flags, mode);
}

int openat(int folder_fd, const char *path, int flags, ...)
{
    mode_t mode;

    MODE_OF(flags, mode);
    return open_it(folder_fd, path, flags, mode);
}

int openat64(int folder_fd, const char *path, int flags, ...)
{
    mode_t mode;

    MODE_OF(flags, mode);
    return open_it(folder_fd, path, flags, mode);
}

int mkdirat(int folder_fd, const char *path, mode_t mode)
{
    struct place place;
    int result;

    if (!is_on() || !find_place(folder_fd, path, &place))
        return (int)syscall(SYS_mkdirat, folder_fd, path, mode);
    pthread_mutex_lock(&lock);
    result = (int)syscall(SYS_mkdirat, folder_fd, path, mode);
    if (result == 0) {
        struct disk_record record = {
            .kind = DISK_MADE_FOLDER, .file = number_of(place.path), .folder = place.folder};

        keep(&record, place.name, NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int folder_fd, const char *path, int flags)
{
    struct place place;
    int result;

    if (!is_on() || !find_place(folder_fd, path, &place))
        return (int)syscall(SYS_unlinkat, folder_fd, path, flags);
    pthread_mutex_lock(&lock);
    result = (int)syscall(SYS_unlinkat, folder_fd, path, flags);
    if (result == 0) {
        struct disk_record record = {.kind = DISK_UNLINKED, .folder = place.folder};

        keep(&record, place.name, NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

/* From one place that is watched to another. A move out of it, or into it, is none of ours. */
static int name_anew(struct place *from, struct place *to, enum disk_record_kind kind,
                     long (*call)(const char *from, const char *to, unsigned flags), unsigned flags)
{
    int result;

    pthread_mutex_lock(&lock);
    result = (int)call(from->path, to->path, flags);
    if (result == 0) {
        struct disk_record record = {.kind = kind,
                                     .file = number_of(to->path),
                                     .folder = from->folder,
                                     .other_folder = to->folder};

        keep(&record, from->name, to->name, NULL);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static long move(const char *from, const char *to, unsigned flags)
{
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static long link_to(const char *from, const char *to, unsigned flags)
{
    return syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, flags);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    struct place old, new;

    if (!is_on() || !find_place(from_fd, from, &old) || !find_place(to_fd, to, &new))
        return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
    return name_anew(&old, &new, DISK_MOVED, move, flags);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return renameat2(from_fd, from, to_fd, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    struct place old, new;

    if (!is_on() || !find_place(from_fd, from, &old) || !find_place(to_fd, to, &new))
        return (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
    return name_anew(&old, &new, DISK_LINKED, link_to, (unsigned)flags);
}

/* ---- what is in files */

static void keep_written(uint64_t file, const void *bytes, ssize_t length, int64_t at)
{
    struct disk_record record = {
        .kind = DISK_WRITTEN, .file = file, .at = at, .length = (uint64_t)length};

    keep(&record, NULL, NULL, bytes);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    uint64_t file;
    ssize_t written;

    if (!find_file(fd, &file))
        return syscall(SYS_write, fd, bytes, length);
    pthread_mutex_lock(&lock);
    written = syscall(SYS_write, fd, bytes, length);
    if (written > 0)
        keep_written(file, bytes, written, lseek(fd, 0, SEEK_CUR) - written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    uint64_t file;
    ssize_t written;

    if (!find_file(fd, &file))
        return syscall(SYS_pwrite64, fd, bytes, length, at);
    pthread_mutex_lock(&lock);
    written = syscall(SYS_pwrite64, fd, bytes, length, at);
    if (written > 0)
        keep_written(file, bytes, written, at);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    return pwrite64(fd, bytes, length, at);
}

int ftruncate64(int fd, off64_t length)
{
    uint64_t file;
    int result;

    if (!find_file(fd, &file))
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    result = (int)syscall(SYS_ftruncate, fd, length);
    if (result == 0)
        keep_of_file(file, DISK_RESIZED, length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t length)
{
    return ftruncate64(fd, length);
}

static int sync_it(int fd, long number, enum disk_record_kind kind)
{
    uint64_t file;
    int result;

    if (!find_file(fd, &file))
        return (int)syscall(number, fd);
    pthread_mutex_lock(&lock);
    result = (int)syscall(number, fd);
    if (result == 0)
        keep_of_file(file, kind, 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd)
{
    return sync_it(fd, SYS_fsync, DISK_SYNCED);
}

int fdatasync(int fd)
{
    return sync_it(fd, SYS_fdatasync, DISK_SYNCED);
}

int syncfs(int fd)
{
    return sync_it(fd, SYS_syncfs, DISK_SYNCED_ALL);
}
