/* tail: what a run has logged. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/run_record.h"

enum {
    PATH_SIZE = 4096,
    LOOK_MS = 200,
    READ_SIZE = 8192,
    STAMP_LENGTH = 24 /* 2025-04-01T07:30:00.000Z */
};

struct tailing {
    char path[PATH_SIZE];
    int fd; /* -1 until there is a log */
    bool has_printed;
    char stamp[STAMP_LENGTH + 1]; /* of a line that has just begun */
    size_t stamp_length;
    bool is_in_line; /* behind its stamp */
};

/* Logs are written in UTC; here they say when it was as everything else does. */
static void print_stamp(struct tailing *tailing)
{
    char local[CLOCK_INSTANT_TEXT];
    int64_t at_ms = 0;

    tailing->stamp[tailing->stamp_length] = '\0';
    if (tailing->stamp_length == STAMP_LENGTH && clock_parse_instant(tailing->stamp, &at_ms)) {
        clock_format_instant(at_ms, local);
        (void)fputs(local, stdout);
    } else {
        (void)fputs(tailing->stamp, stdout);
    }
    tailing->stamp_length = 0;
    tailing->is_in_line = true;
}

/* Lines come in pieces, also their stamps. */
static void print_piece(struct tailing *tailing, const char *bytes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!tailing->is_in_line && tailing->stamp_length < STAMP_LENGTH && bytes[i] != '\n') {
            tailing->stamp[tailing->stamp_length++] = bytes[i];
            continue;
        }
        if (!tailing->is_in_line)
            print_stamp(tailing);
        (void)fputc(bytes[i], stdout);
        if (bytes[i] == '\n')
            tailing->is_in_line = false;
    }
}

/* What is new in the log. Lines were made safe when they were written. */
static int print_more(struct tailing *tailing, struct fault *fault)
{
    char bytes[READ_SIZE];
    ssize_t count;

    if (tailing->fd < 0)
        tailing->fd = open(tailing->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (tailing->fd < 0)
        return errno == ENOENT ? 0
                               : fault_set(fault, -errno, "%s: %s", tailing->path, strerror(errno));
    while ((count = read(tailing->fd, bytes, sizeof(bytes))) > 0) {
        print_piece(tailing, bytes, (size_t)count);
        tailing->has_printed = true;
    }
    if (count < 0)
        return fault_set(fault, -errno, "%s: %s", tailing->path, strerror(errno));
    return fflush(stdout) == 0 ? 0
                               : fault_set(fault, -errno, "standard output: %s", strerror(errno));
}

static int follow(const char *home, int64_t run_id, struct tailing *tailing, struct fault *fault)
{
    static const struct timespec moment = {.tv_nsec = LOOK_MS * 1000000L};
    struct run_record run = {0};
    int result = 0;

    while (result == 0) {
        /* First the state, then the log: what was written before the end is printed. */
        result = cli_look_at_run(home, run_id, &run, fault);
        if (result == 0)
            result = print_more(tailing, fault);
        if (result < 0 || run.state == RUN_ENDED)
            break;
        (void)nanosleep(&moment, NULL);
        result = cli_need_daemon(home, run_id, fault);
    }
    return result;
}

int cli_tail(const struct cli_request *request, struct fault *fault)
{
    struct tailing tailing = {.fd = -1};
    struct run_record run = {0};
    int64_t id = 0;
    int length;
    int result = home_check(request->home, fault);

    (void)json_int64(json_member(request->arguments, "run"), &id);
    if (result == 0)
        result = cli_look_at_run(request->home, id, &run, fault);
    if (result < 0)
        goto out;
    length = snprintf(tailing.path, sizeof(tailing.path), "%s/logs/%s/%" PRId64 ".log",
                      request->home, run.robot, id);
    if (length < 0 || (size_t)length >= sizeof(tailing.path))
        result = fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", request->home);
    else if (json_bool(json_member(request->arguments, "follow")))
        result = follow(request->home, id, &tailing, fault);
    else
        result = print_more(&tailing, fault);
    if (tailing.stamp_length > 0)
        print_stamp(&tailing);
    if (result == 0 && !tailing.has_printed)
        (void)printf("run %" PRId64 " of %s has logged nothing\n", id, run.robot);
out:
    if (tailing.fd >= 0)
        close(tailing.fd);
    return result;
}
