/*
 * Is the index of the log one of this log? SQLite believes the one that it finds in use. When its file was removed under a
 * writer, a reader made another, which nobody kept: the next writer would go on where that ends, over what was committed
 * since.
 *
 * The file's form is SQLite's (sqlite.org/walformat.html): a header, twice, and locks of the bytes behind it.
 */
#include "core/store/store_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"

enum {
    HEADER = 48,
    IS_MADE = 12,
    FRAMES = 16, /* in the machine's order */
    SALT = 32,   /* as in the log */
    IN_USE = 128 /* who has the file open has this byte locked */
};

static bool is_in_use(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = IN_USE, .l_len = 1};

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static uint32_t big(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* When all of the log is in the store it is begun anew: in the index at once, its first salt counted up, and in the log
 * with the first frame that is written. */
static bool fits(const unsigned char *header, const struct store_log_end *end)
{
    uint32_t frames;

    memcpy(&frames, header + FRAMES, sizeof frames);
    if (memcmp(header + SALT, end->salt, STORE_LOG_SALT) == 0)
        return frames == end->frame;
    return frames == 0 && (end->frame == 0 || big(header + SALT) == big(end->salt) + 1);
}

/* One that is being made is made from the log, by whoever finds that it is not whole. */
static bool is_whole(int fd, unsigned char header[static 2 * HEADER])
{
    return pread(fd, header, (size_t)2 * HEADER, 0) == (ssize_t)2 * HEADER &&
           memcmp(header, header + HEADER, HEADER) == 0 && header[IS_MADE] != 0;
}

int store_check_index(const struct store *store, const struct store_log_end *end,
                      struct fault *fault)
{
    unsigned char header[2 * HEADER];
    char path[STORE_PATH_MAX];
    int result = store_path(store, "automagi.db-shm", path, fault);
    int fd;

    if (result < 0)
        return result;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return 0; /* there is none, or SQLite says what is wrong */
    if (is_in_use(fd) && is_whole(fd, header) && !fits(header, end))
        result =
            fault_set(fault, -EBUSY,
                      "%s: some program still reads by this index, which is not of the log as it "
                      "is, so nothing can be written; end that program (`fuser -v %s` names it)",
                      path, path);
    (void)close(fd);
    return result;
}
