#include "core/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

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

/* Fields of /proc/PID/stat (proc(5)) that come after the name, which may hold anything. */
enum { FIELD_STATE = 3, FIELD_FLAGS = 9, FIELD_STARTED = 22 };

static bool read_field(const char *line, int number, unsigned long long *ret_value)
{
    const char *field = strrchr(line, ')');
    int i;

    for (i = FIELD_STATE; i <= number && field != NULL; i++)
        field = strchr(field + 1, ' ');
    return field != NULL && sscanf(field, "%llu", ret_value) == 1;
}

/* 0: it is gone, or a zombie. */
static int read_line(pid_t pid, char line[static LINE_MAX_BYTES])
{
    char path[64];
    const char *name;
    char state;
    ssize_t length;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    length = read_whole(path, line, LINE_MAX_BYTES);
    if (length == -ENOENT || length == -ESRCH)
        return 0;
    if (length < 0)
        return (int)length;
    name = strrchr(line, ')');
    if (name == NULL || sscanf(name + 1, " %c", &state) != 1)
        return -EIO;
    return state != 'Z' && state != 'X';
}

int process_started(pid_t pid, unsigned long long *ret_started)
{
    char line[LINE_MAX_BYTES];
    int result = read_line(pid, line);

    *ret_started = 0;
    if (result <= 0)
        return result;
    return read_field(line, FIELD_STARTED, ret_started) ? 0 : -EIO;
}

bool process_is_ending(pid_t pid)
{
    const unsigned long long exiting = 0x4; /* PF_EXITING: before its descriptors are closed */
    unsigned long long flags = 0;
    char line[LINE_MAX_BYTES];
    int result = read_line(pid, line);

    return result == 0 ||
           (result > 0 && read_field(line, FIELD_FLAGS, &flags) && (flags & exiting) != 0);
}

int process_boot_id(char target[static PROCESS_BOOT_ID_MAX])
{
    if (read_whole("/proc/sys/kernel/random/boot_id", target, PROCESS_BOOT_ID_MAX) <= 0)
        return -EIO;
    target[strcspn(target, "\n")] = '\0';
    return 0;
}

int process_namespace(unsigned long long *ret_namespace)
{
    struct stat about;

    if (stat("/proc/self/ns/pid", &about) < 0)
        return -errno;
    *ret_namespace = (unsigned long long)about.st_ino;
    return 0;
}
