#include "inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mask.h"

static int name_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_wanted(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 4 && strcasecmp(name + length - 4, ".xml") == 0;
}

static bool has_settled(int folder, const char *name, int64_t settle_s)
{
    struct stat status;

    /* A name that is gone again, or odd, is for inbox_read to judge. */
    if (settle_s <= 0 || fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    return (int64_t)time(NULL) - (int64_t)status.st_mtime >= settle_s;
}

static int names_take(struct inbox *inbox, DIR *directory, int folder, int64_t settle_s)
{
    const struct dirent *entry;

    for (;;) {
        errno = 0;
        entry = readdir(directory);
        if (entry == NULL)
            return -errno;
        if (!is_wanted(entry->d_name) || !has_settled(folder, entry->d_name, settle_s))
            continue;
        if (inbox->count == INBOX_FILES_MAX)
            return -E2BIG;
        inbox->names[inbox->count] = strdup(entry->d_name);
        if (inbox->names[inbox->count] == NULL)
            return -ENOMEM;
        inbox->count++;
    }
}

int inbox_list(struct inbox *inbox, int folder, int64_t settle_s, char problem[INBOX_PROBLEM_MAX])
{
    DIR *directory = NULL;
    int fd = -1;
    int error = 0;

    memset(inbox, 0, sizeof(*inbox));
    problem[0] = '\0';
    inbox->names = calloc(INBOX_FILES_MAX, sizeof(inbox->names[0]));
    if (inbox->names == NULL) {
        error = -ENOMEM;
        goto out;
    }
    /* A descriptor of our own: the granted one is borrowed, and fdopendir keeps what it gets. */
    fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0)
        directory = fdopendir(fd);
    if (directory == NULL) {
        error = -errno;
        goto out;
    }
    fd = -1;
    error = names_take(inbox, directory, folder, settle_s);
    if (inbox->count > 1)
        qsort(inbox->names, inbox->count, sizeof(inbox->names[0]), name_compare);
out:
    if (error == -E2BIG)
        (void)snprintf(problem, INBOX_PROBLEM_MAX,
                       "Mappen \"invoices\" har over %d fakturaer; flyt dem, der er behandlet, til "
                       "en anden mappe.",
                       INBOX_FILES_MAX);
    else if (error != 0)
        (void)snprintf(problem, INBOX_PROBLEM_MAX,
                       "Mappen \"invoices\" kan ikke læses (%s); kontrollér sti og rettigheder i "
                       "robot.json.",
                       strerrorname_np(-error));
    if (directory != NULL)
        (void)closedir(directory);
    if (fd >= 0)
        (void)close(fd);
    return error;
}

void inbox_release(struct inbox *inbox)
{
    size_t i;

    if (inbox == NULL)
        return;
    for (i = 0; i < inbox->count; i++)
        free(inbox->names[i]);
    free(inbox->names);
    memset(inbox, 0, sizeof(*inbox));
}

/* Reads up to `limit` bytes, and one more to see that there are none. */
static int bytes_read(int fd, size_t expected, size_t limit, char **ret_bytes, size_t *ret_size)
{
    size_t room = expected < limit ? expected + 1 : limit + 1;
    size_t size = 0;
    char *bytes = malloc(room);
    int error = 0;

    if (bytes == NULL)
        return -ENOMEM;
    while (error == 0) {
        ssize_t got;

        if (size == room) {
            /* It grew since fstat(). */
            char *grown = room > limit ? NULL : realloc(bytes, limit + 1);

            if (grown == NULL) {
                error = room > limit ? -EFBIG : -ENOMEM;
                break;
            }
            bytes = grown;
            room = limit + 1;
        }
        got = read(fd, bytes + size, room - size);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            error = -errno;
        if (got > 0)
            size += (size_t)got;
    }
    if (error != 0) {
        free(bytes);
        return error;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return 0;
}

int inbox_read(int folder, const char *name, size_t limit, char **ret_bytes, size_t *ret_size)
{
    struct stat status;
    int fd = -1;
    int error = 0;

    if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return -EINVAL;
    /* O_NONBLOCK: opening a FIFO must not wait for its other end. */
    fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ELOOP || errno == ENXIO ? -EINVAL : -errno;
    if (fstat(fd, &status) != 0)
        error = -errno;
    else if (!S_ISREG(status.st_mode))
        error = -EINVAL;
    else if ((uint64_t)status.st_size > limit)
        error = -EFBIG;
    else
        error = bytes_read(fd, (size_t)status.st_size, limit, ret_bytes, ret_size);
    (void)close(fd);
    return error;
}

uint64_t inbox_hash(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    size_t i;

    for (i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}
