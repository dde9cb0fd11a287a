#include "core/base/journal.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "core/base/text.h"

bool journal_is_at(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char ours[48]; /* two numbers of 20 digits */
    struct stat about;

    if (stream == NULL || fstat(fd, &about) < 0)
        return false;
    (void)snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)about.st_dev, (uintmax_t)about.st_ino);
    return strcmp(ours, stream) == 0;
}

int journal_open(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    return fd;
}

void journal_field(struct text *entry, const char *field, const char *value)
{
    text_append_string(entry, field);
    text_append_char(entry, '=');
    text_append_string(entry, value);
    text_append_char(entry, '\n');
}

bool journal_send(int fd, const char *path, const struct text *entry)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ssize_t sent;

    if (entry->broken != 0 || !text_copy(address.sun_path, sizeof(address.sun_path), path))
        return false;
    do
        sent = sendto(fd, entry->bytes, entry->length, MSG_NOSIGNAL,
                      (const struct sockaddr *)&address, sizeof(address));
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}
