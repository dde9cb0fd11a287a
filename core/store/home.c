#include "core/store/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/home_author.h"
#include "core/store/restore.h"
#include "core/store/store.h"

enum { PID_TEXT_MAX = 24, PID_FILE_MAX = 64, PID_MOST = 4194304 };

static int join(const char *home, const char *name, char target[static STORE_PATH_MAX],
                struct fault *fault)
{
    if (!file_join(target, STORE_PATH_MAX, home, name))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long; use a shorter one", home);
    return 0;
}

static int refuse_missing(const char *home, struct fault *fault)
{
    return fault_set(fault, -ENOENT, "%s: there is no installation; make one with `automagi init`",
                     home);
}

static int check_owner(const char *home, const struct stat *about, struct fault *fault)
{
    if (about->st_uid == geteuid())
        return 0;
    return fault_set(fault, -EPERM,
                     "%s: belongs to account number %ju, this is number %ju; use the account that "
                     "owns it",
                     home, (uintmax_t)about->st_uid, (uintmax_t)geteuid());
}

/* A restore that was cut off: taking the lock finishes it. */
static int finish_restore(const char *home, struct fault *fault)
{
    int lock_fd = -1;
    int result;

    if (!restore_is_due(home))
        return 0;
    result = home_lock(home, &lock_fd, fault);
    if (result == 0)
        (void)close(lock_fd);
    return result;
}

int home_check(const char *home, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    struct stat about;
    int result = join(home, "automagi.db", path, fault);

    if (result < 0)
        return result;
    if (stat(home, &about) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return refuse_missing(home, fault);
        return fault_set(fault, errno == EACCES ? -EPERM : -errno,
                         "%s: cannot be looked at: %s; use the account that owns it", home,
                         strerror(errno));
    }
    if (!S_ISDIR(about.st_mode))
        return fault_set(fault, -ENOENT,
                         "%s: is not a folder, so not an installation; give "
                         "another home",
                         home);
    result = check_owner(home, &about, fault);
    if (result == 0)
        result = finish_restore(home, fault);
    if (result < 0)
        return result;
    if (lstat(path, &about) < 0)
        return errno == ENOENT ? refuse_missing(home, fault)
                               : fault_set(fault, -errno,
                                           "%s: cannot be looked at: %s; look at its folder's "
                                           "rights",
                                           path, strerror(errno));
    return check_owner(path, &about, fault);
}

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

int home_lock(const char *home, int *ret_fd, struct fault *fault)
{
    struct flock lock = whole_file();
    char path[STORE_PATH_MAX];
    struct stat about;
    int result = join(home, "lock", path, fault);
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
    if (result == 0)
        result = home_author_refuse(home, fault);
    /* Whoever had the lock may have been killed before the names it gave were on the disk. */
    if (result == 0)
        result = sync_names(home, fault);
    if (result == 0)
        result = restore_finish(home, fault);
    if (result < 0)
        (void)close(fd);
    else
        *ret_fd = fd;
    return result;
}

bool home_is_locked(const char *home)
{
    struct flock lock = whole_file();
    char path[STORE_PATH_MAX];
    bool is_locked = false;
    int fd;

    if (join(home, "lock", path, NULL) < 0)
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    is_locked = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    (void)close(fd);
    return is_locked;
}

int64_t home_lock_pid(const char *home)
{
    char path[STORE_PATH_MAX];
    struct text text;
    int64_t pid = 0;

    text_init(&text, PID_FILE_MAX);
    if (join(home, "lock", path, NULL) == 0 && file_read(AT_FDCWD, path, &text, NULL) == 0) {
        while (text.length > 0 && text.bytes[text.length - 1] == '\n')
            text.bytes[--text.length] = '\0';
        if (!text_to_int64(text_string(&text), 1, PID_MOST, &pid))
            pid = 0;
    }
    text_release(&text);
    return pid;
}
