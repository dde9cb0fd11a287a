#include "core/base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int hold(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0)
        return 0;
    if (errno != EBADF)
        return -errno;
    /* The lowest number that is free is this one. For the other direction, so that it can be used as little as before. */
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
        return errno != EBADF ? -errno : -EIO;
    return 0;
}

int streams_hold(const char *program)
{
    int fd;
    int result = 0;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO && result == 0; fd++)
        result = hold(fd);
    if (result < 0) /* nothing else has been opened: 2 is stderr, or nothing that can be written */
        (void)dprintf(STDERR_FILENO,
                      "%s: /dev/null cannot be opened in place of a standard stream that is "
                      "closed: %s\n",
                      program, strerror(-result));
    return result;
}
