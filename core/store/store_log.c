/*
 * Is the write-ahead log whole? Each of its frames has a checksum over all before it, and SQLite takes the
 * first that does not fit for the end: a transaction that was being written when the power went. A byte that
 * changed in the midst looks the same to it, and what was committed behind it would be lost without a word.
 *
 * The two can be told apart: a transaction is only begun when the one before it is on the disk. So a
 * frame that fits the end of a transaction before it shows that all up to there had been whole.
 */
#include "core/store/store_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"

enum {
    LOG_HEADER = 32,
    FRAME_HEADER = 24,
    PAGE_LEAST = 512,
    PAGE_MOST = 65536,
    SUMMED_OF_FRAME = 8, /* bytes of its header, before the page */
    SALT = 8,
    SALT_OF_LOG = 16,
    SUM_OF_LOG = 24,
    SUM_OF_FRAME = 16
};

static const uint32_t MAGIC = 0x377f0682; /* its last bit: the sums are of big-endian words */

struct log_look {
    int fd;
    bool is_big;
    uint32_t page_size;
    unsigned char salt[SALT];
    uint32_t sum[2]; /* up to the frame before */
    int64_t broken;  /* number of the first frame that does not fit; 0: none yet */
    bool is_commit;  /* the frame before ends a transaction */
    bool is_damaged; /* something fits behind what does not */
    unsigned char frame[FRAME_HEADER + PAGE_MOST];
};

static uint32_t big(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t little(const unsigned char *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static void add(const struct log_look *look, const unsigned char *bytes, size_t length,
                uint32_t sum[static 2])
{
    size_t i;

    for (i = 0; i + 8 <= length; i += 8) {
        sum[0] += (look->is_big ? big(bytes + i) : little(bytes + i)) + sum[1];
        sum[1] += (look->is_big ? big(bytes + i + 4) : little(bytes + i + 4)) + sum[0];
    }
}

/* False: there is no log that SQLite would take anything from. */
static bool read_header(struct log_look *look)
{
    unsigned char header[LOG_HEADER];
    uint32_t sum[2] = {0, 0};

    if (pread(look->fd, header, sizeof header, 0) != (ssize_t)sizeof header ||
        (big(header) & ~1U) != MAGIC)
        return false;
    look->is_big = (big(header) & 1U) != 0;
    look->page_size = big(header + 8);
    if (look->page_size < PAGE_LEAST || look->page_size > PAGE_MOST)
        return false;
    add(look, header, SUM_OF_LOG, sum);
    memcpy(look->salt, header + SALT_OF_LOG, SALT);
    look->sum[0] = big(header + SUM_OF_LOG);
    look->sum[1] = big(header + SUM_OF_LOG + 4);
    /* It was whole when its first frame was written. */
    look->is_commit = true;
    look->broken = sum[0] == look->sum[0] && sum[1] == look->sum[1] ? 0 : 1;
    return true;
}

/* False: behind this there is nothing of this log. */
static bool look_at_frame(struct log_look *look, int64_t number)
{
    size_t size = FRAME_HEADER + look->page_size;
    off_t at = (off_t)(LOG_HEADER + (number - 1) * (int64_t)size);
    uint32_t sum[2] = {look->sum[0], look->sum[1]};
    bool fits;

    if (pread(look->fd, look->frame, size, at) != (ssize_t)size)
        return false;
    add(look, look->frame, SUMMED_OF_FRAME, sum);
    add(look, look->frame + FRAME_HEADER, look->page_size, sum);
    fits = memcmp(look->frame + SALT, look->salt, SALT) == 0 &&
           sum[0] == big(look->frame + SUM_OF_FRAME) &&
           sum[1] == big(look->frame + SUM_OF_FRAME + 4);
    if (!fits && look->broken == 0)
        look->broken = number;
    look->is_damaged = look->is_damaged || (fits && look->broken != 0 && look->is_commit);
    look->is_commit = big(look->frame + 4) != 0;
    look->sum[0] = big(look->frame + SUM_OF_FRAME);
    look->sum[1] = big(look->frame + SUM_OF_FRAME + 4);
    return true;
}

int store_check_log(const struct store *store, struct fault *fault)
{
    static _Thread_local struct log_look look;
    char path[STORE_PATH_MAX];
    int64_t number = 1;
    int result = store_path(store, "automagi.db-wal", path, fault);

    if (result < 0)
        return result;
    memset(&look, 0, sizeof look);
    look.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (look.fd < 0)
        return 0; /* there is none, or SQLite says what is wrong */
    if (read_header(&look))
        while (!look.is_damaged && look_at_frame(&look, number))
            number++;
    (void)close(look.fd);
    if (!look.is_damaged)
        return 0;
    return fault_set(
        fault, -EBADMSG,
        "%s: is damaged: its part %" PRId64 " does not fit, and what was committed behind "
        "it would be lost (%s/automagi.db without it is older); keep a copy of both as "
        "they are, and restore the latest backup",
        path, look.broken, store->home);
}
