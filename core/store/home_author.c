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
    unsigned long long started = 0;
    int result = process_boot_id(boot);

    if (result == 0)
        result = process_started(getpid(), &started);
    if (result == 0 && stat(home, &about) < 0)
        result = -errno;
    if (result < 0)
        return result;
    text_printf(list, "boot %s %d %llu %llu %llu\n", boot, (int)getpid(), started,
                (unsigned long long)about.st_dev, (unsigned long long)about.st_ino);
    return list->broken;
}

static int refuse_unknown(const char *home, int error, struct fault *fault)
{
    return fault_set(fault, error,
                     "%s: /proc cannot be read (%s), so nobody knows whether its daemon lives; see "
                     "to that, and try again",
                     home, strerror(-error));
}

/* False: it lives on. */
static bool goes(int pid)
{
    struct pollfd watched = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    bool is_gone;

    if (watched.fd < 0)
        return errno == ESRCH;
    is_gone = poll(&watched, 1, GOES_WITHIN_MS) == 1;
    (void)close(watched.fd);
    return is_gone;
}

int home_author_judge(const char *home, const char *line, enum home_author *ret_author,
                      int *ret_pid, struct fault *fault)
{
    char boot[PROCESS_BOOT_ID_MAX];
    unsigned long long started = 0;
    unsigned long long device = 0;
    unsigned long long inode = 0;
    unsigned long long found = 0;
    struct stat about;
    size_t length;
    int result = process_boot_id(boot);

    *ret_author = HOME_AUTHOR_NONE;
    *ret_pid = 0;
    if (result < 0)
        return refuse_unknown(home, result, fault);
    length = strlen(boot);
    if (strncmp(line, "boot ", 5) != 0 || strncmp(line + 5, boot, length) != 0 ||
        strchr(" \n", line[5 + length]) == NULL)
        return 0;
    *ret_author = HOME_AUTHOR_GONE;
    if (sscanf(line, "boot %*s %d %llu %llu %llu", ret_pid, &started, &device, &inode) != 4 ||
        *ret_pid == (int)getpid() || started == 0)
        return 0;
    result = process_started(*ret_pid, &found);
    if (result < 0)
        return refuse_unknown(home, result, fault);
    if (found != started)
        return 0;
    if (stat(home, &about) < 0 || about.st_dev != device || about.st_ino != inode)
        *ret_author = HOME_AUTHOR_ELSEWHERE;
    else if (!goes(*ret_pid))
        return fault_set(
            fault, -EBUSY,
            "%s: process %d serves it still, though its lock's file is gone; end that process "
            "first (`kill %d`)",
            home, *ret_pid, *ret_pid);
    return 0;
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
