/*
 * Is the write-ahead log whole? Each of its frames has a checksum over all before it, and SQLite takes the
 * first that does not fit for the end: a transaction that was being written when the power went. A byte that
 * changed in the midst looks the same to it, and what was committed behind it would be lost without a word.
 *
 * The two can be told apart: a transaction is only begun when the one before it is on the disk; who opens the store to write
 * sees to that for what a killed process has left. So a frame that goes on from the end of a transaction shows that all up to
 * there had been whole.
 *
 * Of what was being written a power cut keeps some sectors, and leaves of others what was there before: of the log before,
 * which has another salt, or of a transaction of this log that an earlier cut had torn. A header can lie in two
 * sectors. So a frame's word that it ends a transaction is believed where its own sum says so, or lies beside it, or the
 * next frame goes on from what is there; and a sum only where a salt of this log lies beside it or beside what it goes on from.
 *
 * Not seen is what breaks in the last transaction. And with that one alone behind it: the bytes that frames 42 and 63 of
 * each 64 sum up, where they end the one before, and the number of pages there when it has become 0.
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
    SECTOR = 512,        /* is written whole; larger ones begin where one of these does */
    SUMMED_OF_FRAME = 8, /* bytes of its header, before the page */
    PAGES = 4,           /* how many the store has, in the frame that ends a transaction; else 0 */
    SALT = 8,            /* in a frame's header, as those two */
    SALT_OF_LOG = 16,
    SUM_OF_LOG = 24,
    SUM_OF_FRAME = 16,
    PAGE_OF_STORE = 4096, /* as store_create.c makes it */
    IS_BIG_HERE = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
};

static const uint32_t MAGIC = 0x377f0682; /* its last bit: the sums are of big-endian words */

struct log_look {
    int fd;
    bool is_big;
    uint32_t page_size;
    unsigned char salt[STORE_LOG_SALT];
    uint32_t sum[2];   /* that the frame before has; before the first, the header */
    uint32_t real[2];  /* that it should have */
    int64_t committed; /* the last frame of the last transaction before it */
    int64_t broken;    /* number of the first frame that does not fit; 0: none yet */
    bool is_commit;    /* the frame before says that it ends a transaction */
    bool is_believed;  /* by its sum, or because that lies beside */
    bool is_salted;    /* the frame before has this log's salt */
    bool was_salted;   /* and so has the one before that, from whose sum `real` goes on */
    bool is_damaged;   /* something goes on behind what does not fit */
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

/*
 * False: there is no log. Of one whose header is broken SQLite takes nothing. It is on the disk before its first frame
 * is written, so that frame, which goes on with the header's sum, tells whether it was whole once. Nothing that it
 * says of its form is believed then.
 */
static bool read_header(struct log_look *look)
{
    unsigned char header[LOG_HEADER];

    if (pread(look->fd, header, sizeof header, 0) != (ssize_t)sizeof header)
        return false;
    look->is_big = (big(header) & 1U) != 0;
    look->page_size = big(header + 8);
    memcpy(look->salt, header + SALT_OF_LOG, STORE_LOG_SALT);
    look->sum[0] = big(header + SUM_OF_LOG);
    look->sum[1] = big(header + SUM_OF_LOG + 4);
    look->is_commit = look->is_believed = look->is_salted = look->was_salted = true;
    add(look, header, SUM_OF_LOG, look->real);
    if ((big(header) & ~1U) == MAGIC && look->page_size >= PAGE_LEAST &&
        look->page_size <= PAGE_MOST && memcmp(look->real, look->sum, sizeof look->sum) == 0)
        return true;
    look->broken = 1;
    memset(look->salt, 0, sizeof look->salt);
    look->is_big = IS_BIG_HERE;
    look->page_size = PAGE_OF_STORE;
    memset(look->real, 0, sizeof look->real);
    add(look, header, SUM_OF_LOG, look->real);
    return true;
}

/* Does the frame go on with this sum? */
static bool goes_on(const struct log_look *look, const uint32_t before[static 2])
{
    uint32_t sum[2] = {before[0], before[1]};

    add(look, look->frame, SUMMED_OF_FRAME, sum);
    add(look, look->frame + FRAME_HEADER, look->page_size, sum);
    return sum[0] == big(look->frame + SUM_OF_FRAME) &&
           sum[1] == big(look->frame + SUM_OF_FRAME + 4);
}

/* Do the header's bytes from `begin` on lie in the sector of its sum? */
static bool is_beside_sum(off_t header, off_t begin)
{
    return (header + begin) / SECTOR == (header + FRAME_HEADER - 1) / SECTOR;
}

/* The frame in hand is the one before. */
static void pass_frame(struct log_look *look, off_t at, bool has_salt, bool fits)
{
    look->is_commit = big(look->frame + PAGES) != 0;
    look->is_believed = fits || is_beside_sum(at, PAGES);
    look->was_salted = look->is_salted;
    look->is_salted = has_salt;
    memcpy(look->real, look->sum, sizeof look->real);
    add(look, look->frame, SUMMED_OF_FRAME, look->real);
    add(look, look->frame + FRAME_HEADER, look->page_size, look->real);
    look->sum[0] = big(look->frame + SUM_OF_FRAME);
    look->sum[1] = big(look->frame + SUM_OF_FRAME + 4);
}

/* False: behind this there is nothing of this log. */
static bool look_at_frame(struct log_look *look, int64_t number)
{
    size_t size = FRAME_HEADER + look->page_size;
    off_t at = (off_t)(LOG_HEADER + (number - 1) * (int64_t)size);
    bool is_salt_beside = is_beside_sum(at, SALT);
    bool by_sum, by_real, has_salt;

    if (pread(look->fd, look->frame, size, at) != (ssize_t)size)
        return false;
    has_salt = (number == 1 && look->broken != 0) ||
               memcmp(look->frame + SALT, look->salt, STORE_LOG_SALT) == 0;
    by_sum = has_salt && (is_salt_beside || look->is_salted) && goes_on(look, look->sum);
    by_real = has_salt && (is_salt_beside || look->was_salted) && goes_on(look, look->real);
    if (!by_sum && look->broken == 0)
        look->broken = number;
    look->is_damaged =
        look->broken != 0 && look->is_commit && (by_real || (by_sum && look->is_believed));
    pass_frame(look, at, has_salt, by_real);
    if (look->broken == 0 && look->is_commit)
        look->committed = number;
    return true;
}

int store_check_log(const struct store *store, struct store_log_end *ret_end, struct fault *fault)
{
    static _Thread_local struct log_look look;
    char path[STORE_PATH_MAX];
    int64_t number = 1;
    int result = store_path(store, "automagi.db-wal", path, fault);

    *ret_end = (struct store_log_end){0};
    if (result < 0)
        return result;
    memset(&look, 0, sizeof look);
    look.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (look.fd < 0)
        return 0; /* there is none, or SQLite says what is wrong */
    if (read_header(&look))
        while (!look.is_damaged && look_at_frame(&look, number))
            number++;
    /* What a killed process wrote and did not sync is no transaction that is on the disk yet, and is gone on from. */
    if (store->mode == STORE_WRITE && !look.is_damaged && fdatasync(look.fd) < 0)
        result = fault_set(fault, -errno, "%s: does not reach the disk: %s", path, strerror(errno));
    (void)close(look.fd);
    ret_end->frame = look.committed;
    memcpy(ret_end->salt, look.salt, sizeof ret_end->salt);
    if (!look.is_damaged)
        return result;
    return fault_set(
        fault, -EBADMSG,
        "%s: is damaged: its part %" PRId64 " does not fit, and what was committed behind "
        "it would be lost (%s/automagi.db without it is older); keep a copy of both as "
        "they are, and restore the latest backup",
        path, look.broken, store->home);
}
