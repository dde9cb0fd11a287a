#include "core/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The length of a file of /proc in target[size], NUL-terminated. */
static ssize_t read_whole(const char *path, char *target, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length;
    int error;

    if (fd < 0)
        return -errno;
    length = read(fd, target, size - 1);
    error = errno;
    (void)close(fd);
    if (length < 0)
        return -error;
    target[length] = '\0';
    return length;
}

int process_started(pid_t pid, unsigned long long *ret_started)
{
    char path[64];
    char line[1024];
    const char *field;
    char state;
    ssize_t length;
    int i;

    *ret_started = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    length = read_whole(path, line, sizeof line);
    if (length == -ENOENT || length == -ESRCH)
        return 0;
    if (length < 0)
        return (int)length;
    field = strrchr(line, ')'); /* the name before it may hold anything */
    if (field == NULL || sscanf(field + 1, " %c", &state) != 1)
        return -EIO;
    if (state == 'Z' || state == 'X')
        return 0;
    for (i = 0; i < 20 && field != NULL; i++)
        field = strchr(field + 1, ' ');
    return field != NULL && sscanf(field, "%llu", ret_started) == 1 ? 0 : -EIO;
}

int process_boot_id(char target[static PROCESS_BOOT_ID_MAX])
{
    if (read_whole("/proc/sys/kernel/random/boot_id", target, PROCESS_BOOT_ID_MAX) <= 0)
        return -EIO;
    target[strcspn(target, "\n")] = '\0';
    return 0;
}
