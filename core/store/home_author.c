#include "core/store/home_author.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/process.h"
#include "core/base/text.h"
#include "core/store/home.h"
#include "core/store/store.h"

enum { GOES_WITHIN_MS = 1000 };

int home_author_put(const char *home, struct text *list)
{
    char boot[PROCESS_BOOT_ID_MAX];
    struct stat about = {.st_ino = 0};
    unsigned long long namespace = 0;
    unsigned long long started = 0;
    int result = process_boot_id(boot);

    if (result == 0)
        result = process_namespace(&namespace);
    if (result == 0)
        result = process_started(getpid(), &started);
    if (result == 0 && stat(home, &about) < 0)
        result = -errno;
    if (result < 0)
        return result;
    text_printf(list, "boot %s %d %llu %llu %llu %llu\n", boot, (int)getpid(), started,
                (unsigned long long)about.st_dev, (unsigned long long)about.st_ino, namespace);
    return list->broken;
}

int home_author_mark(const char *home, char target[static HOME_AUTHOR_MARK_MAX])
{
    char path[STORE_PATH_MAX];
    char boot[PROCESS_BOOT_ID_MAX];
    struct statx about = {.stx_ino = 0}; /* no birth: the file system does not say */
    int result = home_path(home, "automagi.db", path, NULL);

    if (result == 0)
        result = process_boot_id(boot);
    if (result == 0 &&
        statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &about) < 0)
        result = -errno;
    if (result < 0)
        return result;
    (void)snprintf(target, HOME_AUTHOR_MARK_MAX,
                   "\"boot\":\"%s\",\"store\":\"inode %llu of %lld.%09u\"", boot,
                   (unsigned long long)about.stx_ino, (long long)about.stx_btime.tv_sec,
                   (unsigned)about.stx_btime.tv_nsec);
    return 0;
}

static int refuse_unknown(const char *home, int error, struct fault *fault)
{
    return fault_set(fault, error,
                     "%s: /proc cannot be read (%s), so nobody knows whether its daemon lives; see "
                     "to that, and try again",
                     home, strerror(-error));
}

/* False: it lives on. */
static bool goes(int pid, int within_ms)
{
    struct pollfd watched = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    bool is_gone;

    if (watched.fd < 0)
        return errno == ESRCH;
    is_gone = poll(&watched, 1, within_ms) == 1;
    (void)close(watched.fd);
    return is_gone;
}

/* Of this start of the machine? */
static bool is_of_boot(const char *line, const char *boot)
{
    size_t length = strlen(boot);

    return strncmp(line, "boot ", 5) == 0 && strncmp(line + 5, boot, length) == 0 &&
           strchr(" \n", line[5 + length]) != NULL;
}

/* What a line says of its author; an older one does not say all of it. */
struct claim {
    int pid;
    unsigned long long started;
    unsigned long long device;
    unsigned long long inode;
    unsigned long long namespace;
};

/* How many numbers of the claim there are. */
static int read_claim(const char *line, struct claim *claim)
{
    return sscanf(line, "boot %*s %d %llu %llu %llu %llu", &claim->pid, &claim->started,
                  &claim->device, &claim->inode, &claim->namespace);
}

static int judge(const char *home, const char *line, int within_ms, enum home_author *ret_author,
                 int *ret_pid, struct fault *fault)
{
    char boot[PROCESS_BOOT_ID_MAX];
    struct claim claim = {.pid = 0};
    unsigned long long namespace = 0;
    unsigned long long found = 0;
    struct stat about;
    int numbers;
    int result = process_boot_id(boot);

    *ret_author = HOME_AUTHOR_NONE;
    *ret_pid = 0;
    if (result == 0)
        result = process_namespace(&namespace);
    if (result < 0)
        return refuse_unknown(home, result, fault);
    if (!is_of_boot(line, boot))
        return 0;
    numbers = read_claim(line, &claim);
    *ret_author =
        numbers == 5 && claim.namespace != namespace ? HOME_AUTHOR_UNSEEN : HOME_AUTHOR_GONE;
    if (*ret_author == HOME_AUTHOR_UNSEEN || numbers < 4 || claim.pid == (int)getpid() ||
        claim.started == 0)
        return 0;
    *ret_pid = claim.pid;
    result = process_started(claim.pid, &found);
    if (result < 0)
        return refuse_unknown(home, result, fault);
    if (found != claim.started)
        return 0;
    if (stat(home, &about) < 0 || about.st_dev != claim.device || about.st_ino != claim.inode)
        *ret_author = HOME_AUTHOR_ELSEWHERE;
    else if (!goes(claim.pid, within_ms))
        return fault_set(
            fault, -EBUSY,
            "%s: process %d serves it still, though its lock's file is gone; end that process "
            "first (`kill %d`)",
            home, claim.pid, claim.pid);
    return 0;
}

int home_author_judge(const char *home, const char *line, enum home_author *ret_author,
                      int *ret_pid, struct fault *fault)
{
    return judge(home, line, GOES_WITHIN_MS, ret_author, ret_pid, fault);
}

/* "" when there is no list, or nothing in it. */
static int read_line(const char *home, char line[static HOME_AUTHOR_LINE_MAX], struct fault *fault)
{
    char path[STORE_PATH_MAX];
    ssize_t length;
    int error;
    int fd;
    int result = home_path(home, "hosts", path, fault);

    line[0] = '\0';
    if (result < 0)
        return result;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    length = fd < 0 ? -1 : read(fd, line, HOME_AUTHOR_LINE_MAX - 1);
    error = errno;
    if (fd >= 0)
        (void)close(fd);
    if (length < 0)
        return fault_set(fault, -error, "%s cannot be read: %s; it says whether a daemon lives",
                         path, strerror(error));
    line[length] = '\0';
    return 0;
}

int home_author_refuse(const char *home, struct fault *fault)
{
    char line[HOME_AUTHOR_LINE_MAX];
    enum home_author author;
    int pid;
    int result = read_line(home, line, fault);

    return result < 0 || line[0] == '\0' ? result
                                         : home_author_judge(home, line, &author, &pid, fault);
}

int home_author_pid(const char *home)
{
    char line[HOME_AUTHOR_LINE_MAX];
    enum home_author author;
    int pid = 0;
    int result = read_line(home, line, NULL);

    if (result == 0 && line[0] != '\0')
        result = judge(home, line, 0, &author, &pid, NULL);
    return result == -EBUSY ? pid : 0;
}
