#include "core/store/room.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/store/sql.h"
#include "core/store/store.h"

enum { LEAST_PART = 32, RESERVE_PART = 16, LEASTS_LEFT = 2 /* beside the reserve */ };

static const int64_t LEAST_MOST = 32 * 1048576;
static const int64_t RESERVE_MOST = 64 * 1048576;

static _Thread_local room_wait *waits;
static _Thread_local void *waits_context;

bool room_try_again(int result)
{
    return (result == -ENOSPC || result == -EDQUOT) && waits != NULL && waits(waits_context);
}

/* SQLite lets its system calls be replaced: these are those that take room. */
static ssize_t write_at(int fd, const void *bytes, size_t length, off_t at)
{
    ssize_t count;
    int error;

    do {
        count = pwrite(fd, bytes, length, at);
        error = count < 0 ? errno : 0;
    } while (count < 0 && room_try_again(-error));
    if (count < 0)
        errno = error;
    return count;
}

static ssize_t write_on(int fd, const void *bytes, size_t length)
{
    ssize_t count;
    int error;

    do {
        count = write(fd, bytes, length);
        error = count < 0 ? errno : 0;
    } while (count < 0 && room_try_again(-error));
    if (count < 0)
        errno = error;
    return count;
}

/* Names that this SQLite does not call are refused by it. */
static void replace_writes(void)
{
    sqlite3_vfs *files = sqlite3_vfs_find("unix");

    if (files == NULL || files->iVersion < 3)
        return;
    (void)files->xSetSystemCall(files, "pwrite", (sqlite3_syscall_ptr)write_at);
    (void)files->xSetSystemCall(files, "pwrite64", (sqlite3_syscall_ptr)write_at);
    (void)files->xSetSystemCall(files, "write", (sqlite3_syscall_ptr)write_on);
}

void room_wait_with(room_wait *wait, void *context)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, replace_writes);
    waits = wait;
    waits_context = context;
}

/* A part of the disk, at most so much. */
static int64_t part_of(const struct statvfs *disk, int part, int64_t most)
{
    uint64_t bytes = (uint64_t)disk->f_blocks * disk->f_frsize / (unsigned)part;

    return bytes < (uint64_t)most ? (int64_t)bytes : most;
}

/* Some file systems, as one of memory without a limit, have no numbers at all. */
static bool has_numbers(const struct statvfs *disk)
{
    return disk->f_blocks > 0;
}

/* Of what is set aside for root, root has the use. */
static int64_t free_on(const struct statvfs *disk)
{
    return (int64_t)((geteuid() == 0 ? disk->f_bfree : disk->f_bavail) * disk->f_frsize);
}

int64_t room_free(const char *folder)
{
    struct statvfs disk;

    return statvfs(folder, &disk) == 0 && has_numbers(&disk) ? free_on(&disk) : -1;
}

static int64_t least_of(const struct statvfs *disk)
{
    return part_of(disk, LEAST_PART, LEAST_MOST);
}

static int64_t reserve_of(const struct statvfs *disk)
{
    return part_of(disk, RESERVE_PART, RESERVE_MOST);
}

bool room_is_short(const char *home, unsigned times)
{
    struct statvfs disk;

    return statvfs(home, &disk) == 0 && has_numbers(&disk) &&
           free_on(&disk) <= least_of(&disk) * (int64_t)times;
}

static int open_reserve(const char *home, int flags, struct statvfs *ret_disk)
{
    char path[STORE_PATH_MAX];

    if (!file_join(path, sizeof path, home, "reserve") || statvfs(home, ret_disk) < 0)
        return -1;
    return open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | flags, 0600);
}

/* Not so much that it would be the reserve that leaves no room. */
static void fill_reserve(const char *home, int flags)
{
    struct statvfs disk;
    struct stat about;
    int fd = open_reserve(home, flags, &disk);

    if (fd < 0)
        return;
    if (fstat(fd, &about) == 0 && has_numbers(&disk) && about.st_size < reserve_of(&disk) &&
        free_on(&disk) - (reserve_of(&disk) - (int64_t)about.st_size) >=
            LEASTS_LEFT * least_of(&disk))
        (void)fallocate(fd, 0, 0, (off_t)reserve_of(&disk));
    (void)close(fd);
}

void room_reserve_make(const char *home)
{
    fill_reserve(home, O_CREAT);
}

void room_reserve_refill(const char *home)
{
    fill_reserve(home, 0);
}

void room_reserve_halve(const char *home)
{
    struct statvfs disk;
    struct stat about;
    int fd = open_reserve(home, 0, &disk);

    if (fd < 0)
        return;
    if (fstat(fd, &about) == 0 && (int64_t)about.st_size > reserve_of(&disk) / 2)
        (void)!ftruncate(fd, (off_t)(reserve_of(&disk) / 2));
    (void)close(fd);
}

void room_reserve_free(const char *home)
{
    char path[STORE_PATH_MAX];

    if (file_join(path, sizeof path, home, "reserve"))
        (void)unlink(path);
}
