#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/home.h"
#include "core/store/home_author.h"
#include "core/store/restore.h"
#include "core/store/store.h"

enum {
    PID_TEXT_MAX = 24,
    PID_FILE_MAX = 64,
    PID_MOST = 4194304,
    GOES_WITHIN_MS = 1000,
    TRY_MS = 10
};

/* Of the store's file a byte that no store is long enough to have, and SQLite does not lock. */
static const off_t store_byte = (off_t)1 << 62;

/* An OFD lock: unlike flock() it can be asked about without being taken, and unlike a POSIX
 * lock it does not end when some other descriptor of the file is closed. */
static struct flock whole_file(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

/* For people alone; a disk that is full must not keep the daemon from saying so. */
static void write_pid(int fd)
{
    char text[PID_TEXT_MAX];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)length, 0) < 0)
        return;
}

static void read_pid(int fd, char target[static PID_TEXT_MAX])
{
    ssize_t length = pread(fd, target, PID_TEXT_MAX - 1, 0);

    target[length > 0 ? length : 0] = '\0';
    target[strspn(target, "0123456789")] = '\0';
}

static int refuse_locked(const char *home, int fd, struct fault *fault)
{
    char pid[PID_TEXT_MAX];

    read_pid(fd, pid);
    return fault_set(fault, -EWOULDBLOCK,
                     "%s: another program (process %s) is writing here; send it the command, or "
                     "end it first",
                     home, pid[0] != '\0' ? pid : "unknown");
}

static int sync_names(const char *home, struct fault *fault)
{
    int fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = 0;

    if (fd < 0 || fsync(fd) < 0)
        result = fault_set(fault, -errno, "%s: cannot be written to the disk: %s", home,
                           strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return result;
}

static int lock_file(const char *home, int *ret_fd, struct fault *fault)
{
    struct flock lock = whole_file();
    char path[STORE_PATH_MAX];
    struct stat about;
    int result = home_path(home, "lock", path, fault);
    int fd;

    if (result < 0)
        return result;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s; look at its rights", path,
                         strerror(errno));
    if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode))
        result = fault_set(fault, -EINVAL, "%s: is not a regular file; remove it", path);
    else if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        write_pid(fd);
    else if (errno == EAGAIN || errno == EACCES)
        result = refuse_locked(home, fd, fault);
    else
        result = fault_set(fault, -errno, "%s: cannot be locked: %s; use a local disk", path,
                           strerror(errno));
    if (result < 0)
        (void)close(fd);
    else
        *ret_fd = fd;
    return result;
}

static struct flock only_byte(void)
{
    return (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = store_byte, .l_len = 1};
}

/* A process that ends lets go of the lock's file a moment before it lets go of the store. */
static int lock_byte(const char *path, int fd, struct fault *fault)
{
    static const struct timespec moment = {.tv_nsec = TRY_MS * 1000000L};
    struct flock lock = only_byte();
    int64_t until_ms = clock_monotonic_ms() + GOES_WITHIN_MS;

    while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
        if (errno != EAGAIN && errno != EACCES)
            return fault_set(fault, -errno, "%s: cannot be locked: %s; use a local disk", path,
                             strerror(errno));
        if (clock_monotonic_ms() >= until_ms)
            return fault_set(fault, -EBUSY,
                             "%s: another program has it open to write, by another name or with "
                             "the lock's file gone; end that first (`fuser -v %s`)",
                             path, path);
        (void)nanosleep(&moment, NULL);
    }
    return 0;
}

int home_check_names(const char *path, struct fault *fault)
{
    struct statx about;

    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_NLINK, &about) < 0)
        return fault_set(fault, -errno, "%s: cannot be looked at: %s; look at its folder's rights",
                         path, strerror(errno));
    if (about.stx_nlink > 1)
        return fault_set(fault, -EMLINK,
                         "%s: has another name (a hard link), by which another program could "
                         "write it without its log; remove the other name "
                         "(`find / -xdev -samefile %s`), or put a copy in its place",
                         path, path);
    if ((about.stx_attributes & about.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
        return fault_set(
            fault, -EMLINK,
            "%s: is mounted here alone, so its log is elsewhere, and what is newest in "
            "it; mount the folder that it is in",
            path);
    return 0;
}

/* *ret_fd stays -1 when there is no store yet. */
static int lock_store(const char *home, int *ret_fd, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    struct stat about;
    int result = home_path(home, "automagi.db", path, fault);
    int fd;

    if (result < 0)
        return result;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s; look at its rights", path,
                         strerror(errno));
    if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode))
        result = fault_set(fault, -EINVAL, "%s: is not a regular file", path);
    else
        result = home_check_names(path, fault);
    if (result == 0)
        result = lock_byte(path, fd, fault);
    if (result < 0)
        (void)close(fd);
    else
        *ret_fd = fd;
    return result;
}

int home_lock(const char *home, struct home_lock *ret_lock, struct fault *fault)
{
    struct home_lock lock = HOME_UNLOCKED;
    int result = lock_file(home, &lock.file_fd, fault);

    if (result == 0)
        result = home_author_refuse(home, fault);
    if (result == 0)
        result = lock_store(home, &lock.store_fd, fault);
    /* Whoever had the lock may have been killed before the names it gave were on the disk. */
    if (result == 0)
        result = sync_names(home, fault);
    if (result == 0)
        result = restore_finish(home, fault);
    if (result < 0)
        home_unlock(&lock);
    else
        *ret_lock = lock;
    return result;
}

void home_unlock(struct home_lock *lock)
{
    if (lock->store_fd >= 0)
        (void)close(lock->store_fd);
    if (lock->file_fd >= 0)
        (void)close(lock->file_fd);
    *lock = HOME_UNLOCKED;
}

bool home_is_locked(const char *home)
{
    struct flock lock = whole_file();
    char path[STORE_PATH_MAX];
    bool is_locked = false;
    int fd;

    if (home_path(home, "lock", path, NULL) < 0)
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    is_locked = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    (void)close(fd);
    return is_locked;
}

/* In a process of its own, for SQLite's locks of a file end with any descriptor of it that is closed (home_unlock()). That
 * one may have been forked beside other threads, and calls the kernel alone. */
static bool byte_is_locked(const char *path)
{
    struct flock lock = only_byte();
    pid_t pid = fork();
    int status = 0;
    int fd;

    if (pid == 0) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        _exit(fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 1 : 0);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

bool home_has_unseen_writer(const char *home)
{
    static const struct timespec moment = {.tv_nsec = TRY_MS * 1000000L};
    int64_t until_ms = clock_monotonic_ms() + GOES_WITHIN_MS;
    char path[STORE_PATH_MAX];

    if (home_path(home, "automagi.db", path, NULL) < 0 || home_is_locked(home))
        return false;
    while (byte_is_locked(path)) {
        int64_t over_ms = clock_monotonic_ms() - until_ms;

        /* Who tries to take both locks has the file's meanwhile; who has both keeps it. */
        if (over_ms >= 0 && !home_is_locked(home))
            return true;
        if (over_ms >= 2 * GOES_WITHIN_MS)
            return false;
        (void)nanosleep(&moment, NULL);
    }
    return false;
}

int64_t home_lock_pid(const char *home)
{
    char path[STORE_PATH_MAX];
    struct text text;
    int64_t pid = 0;

    text_init(&text, PID_FILE_MAX);
    if (home_path(home, "lock", path, NULL) == 0 && file_read(AT_FDCWD, path, &text, NULL) == 0) {
        while (text.length > 0 && text.bytes[text.length - 1] == '\n')
            text.bytes[--text.length] = '\0';
        if (!text_to_int64(text_string(&text), 1, PID_MOST, &pid))
            pid = 0;
    }
    text_release(&text);
    return pid;
}
