#include "core/base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int streams_hold(void)
{
    int fd;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (errno != EBADF)
            return -errno;
        /* The lowest number that is free is this one. For the other direction, so that it can be used as little as before. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return errno != EBADF ? -errno : -EIO;
    }
    return 0;
}
