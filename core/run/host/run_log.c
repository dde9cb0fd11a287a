/* run_log.c - what a run wrote, line by line into its log. */
#include "core/run/host/run_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/log.h"
#include "core/base/text.h"

enum {
    STAMP_SIZE = 32,
    STAMPED_LINE_MAX = RUN_LOG_LINE_MAX * 4 + STAMP_SIZE, /* every byte as \xNN */
    BATCH_BYTES = 65536,                                  /* written when it passes this */
    LAST_LINE_BYTES = 128,                                /* set aside for "cut" */
};

/* One line, and lines to be written at once; one thread, so one of each. */
static struct text stamped;
static struct text batch;

void run_log_init(struct run_log *log, int folder_fd, int64_t run, int64_t limit_bytes)
{
    memset(log, 0, sizeof(*log));
    log->fd = -1;
    log->folder_fd = folder_fd;
    log->run = run;
    log->limit = limit_bytes;
}

static void stamp_write(char target[static STAMP_SIZE])
{
    const int64_t day_ms = 86400000;
    int64_t now = clock_now_ms();
    int64_t in_day = now % day_ms;
    int year;
    int month;
    int day;

    clock_civil((int32_t)(now / day_ms), &year, &month, &day);
    (void)snprintf(target, STAMP_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ ",
                   (unsigned)year % 10000, (unsigned)month % 100, (unsigned)day % 100,
                   (unsigned)(in_day / 3600000) % 24, (unsigned)(in_day / 60000) % 60,
                   (unsigned)(in_day / 1000) % 60, (unsigned)(in_day % 1000) % 1000);
}

static int open_file(struct run_log *log)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "%" PRId64 ".log", log->run);
    /* O_EXCL: the folder is the robot's, who could have put a link there. */
    log->fd = openat(log->folder_fd, name,
                     O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
    return log->fd < 0 ? -errno : 0;
}

static void write_batch(struct run_log *log)
{
    size_t done = 0;
    ssize_t n;

    if (batch.length > 0 && log->fd < 0 && open_file(log) < 0)
        log->is_over = true;
    while (done < batch.length && log->fd >= 0) {
        n = write(log->fd, batch.bytes + done, batch.length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            log->is_over = true; /* a full disk: the run goes on without */
            break;
        }
        done += (size_t)n;
        log->bytes += n;
    }
    text_clear(&batch);
}

static void add_line(struct run_log *log, const char *stamp, const char *bytes, size_t length)
{
    int64_t size;

    if (log->is_over)
        return;
    if (length > 0 && bytes[length - 1] == '\r')
        length--;
    text_clear(&stamped);
    text_append_string(&stamped, stamp);
    log_redact(bytes, length, &stamped);
    text_append_char(&stamped, '\n');
    size = log->bytes + (int64_t)batch.length + (int64_t)stamped.length;
    if (size > log->limit - LAST_LINE_BYTES) {
        text_printf(&batch, "%swarn: output cut here: the log is limited to %" PRId64 " KiB\n",
                    stamp, log->limit / 1024);
        write_batch(log);
        log->is_over = true;
        return;
    }
    text_append(&batch, text_string(&stamped), stamped.length);
    if (batch.length > BATCH_BYTES)
        write_batch(log);
}

/* Where to split a line that is too long: not within a number, which could be one that
 * log_redact() looks for, and not within a character. */
static size_t split_at(const char *bytes, size_t length)
{
    size_t at = length - cpr_unfinished(bytes, length);

    if (at < length)
        return at;
    at = length;
    while (at > length - 4 && ((unsigned char)bytes[at - 1] & 0xc0) == 0x80)
        at--;
    if (at > length - 4 && (unsigned char)bytes[at - 1] >= 0xc0)
        return at - 1;
    return length;
}

/* Holds bytes that are not yet a line; a full line's worth goes out. */
static void hold(struct run_log *log, const char *stamp, const char *bytes, size_t length)
{
    size_t part;
    size_t at;

    if (!log->line)
        log->line = malloc(RUN_LOG_LINE_MAX);
    if (!log->line) {
        log->is_over = true;
        return;
    }
    while (length > 0) {
        part = RUN_LOG_LINE_MAX - log->held;
        if (part > length)
            part = length;
        memcpy(log->line + log->held, bytes, part);
        log->held += part;
        bytes += part;
        length -= part;
        if (log->held < RUN_LOG_LINE_MAX)
            return;
        at = split_at(log->line, log->held);
        add_line(log, stamp, log->line, at);
        memmove(log->line, log->line + at, log->held - at);
        log->held -= at;
    }
}

void run_log_feed(struct run_log *log, const char *bytes, size_t length)
{
    char stamp[STAMP_SIZE];
    const char *end;
    size_t part;

    if (stamped.limit == 0) {
        text_init(&stamped, STAMPED_LINE_MAX);
        text_init(&batch, BATCH_BYTES + STAMPED_LINE_MAX + LAST_LINE_BYTES);
    }
    stamp_write(stamp);
    while (length > 0 && !log->is_over) {
        end = memchr(bytes, '\n', length);
        part = end ? (size_t)(end - bytes) : length;
        if (end && log->held == 0 && part <= RUN_LOG_LINE_MAX) {
            add_line(log, stamp, bytes, part);
        } else {
            hold(log, stamp, bytes, part);
            if (end) {
                add_line(log, stamp, log->line ? log->line : "", log->held);
                log->held = 0;
            }
        }
        part += end ? 1 : 0;
        bytes += part;
        length -= part;
    }
    write_batch(log);
}

void run_log_close(struct run_log *log)
{
    if (log->held > 0)
        run_log_feed(log, "\n", 1);
    if (log->fd >= 0)
        (void)close(log->fd);
    free(log->line);
    log->fd = -1;
    log->line = NULL;
    log->held = 0;
}
