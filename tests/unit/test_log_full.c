/* A stderr that nobody reads: the program goes on, and what was lost is told of. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"

/* A pipe or a pair of sockets in the place of stderr, filled to the brim; nobody reads [0]. */
struct brim {
    int ends[2];
    int saved;
};

static void set_waits(int fd, bool waits)
{
    assert_int_equal(fcntl(fd, F_SETFL, waits ? 0 : O_NONBLOCK), 0);
}

static void fill(const struct brim *brim)
{
    static const char bytes[PIPE_BUF];
    ssize_t count;

    set_waits(brim->ends[1], false);
    do
        count = write(brim->ends[1], bytes, sizeof bytes);
    while (count > 0);
    assert_int_equal(errno, EAGAIN);
    set_waits(brim->ends[1], true); /* as a shell's pipe is */
}

static void open_brim(struct brim *brim, bool is_socket)
{
    int result = is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, brim->ends) : pipe(brim->ends);

    assert_int_equal(result, 0);
    set_waits(brim->ends[0], false);
    brim->saved = dup(STDERR_FILENO);
    fill(brim);
    assert_true(dup2(brim->ends[1], STDERR_FILENO) >= 0);
    log_start("automagid", LOG_LEVEL_INFO);
    log_use(LOG_FORMAT_TEXT, NULL);
    (void)alarm(300); /* who waits for a reader waits for ever */
}

static void close_brim(const struct brim *brim)
{
    (void)alarm(0);
    assert_true(dup2(brim->saved, STDERR_FILENO) >= 0);
    (void)close(brim->saved);
    (void)close(brim->ends[0]);
    (void)close(brim->ends[1]);
}

/* All that is there, without the zeros that filled it. */
static void read_lines(const struct brim *brim, char target[static 32768])
{
    char bytes[PIPE_BUF];
    size_t length = 0;
    ssize_t count;
    ssize_t i;

    while ((count = read(brim->ends[0], bytes, sizeof bytes)) > 0)
        for (i = 0; i < count; i++)
            if (bytes[i] != '\0' && length < 32767)
                target[length++] = bytes[i];
    target[length] = '\0';
}

#define AT "2025-04-01T09:30:00+02:00 "
#define LOST                                                                                       \
    " lost before this one: nobody read them, or they could not be written\n" AT "info "           \
    "automagid: "

static void waits_for_no_reader(bool is_socket)
{
    static char lines[32768];
    struct brim brim;

    assert_int_equal(clock_set_zone("Europe/Copenhagen", NULL), 0);
    clock_pretend(1743492600000);
    open_brim(&brim, is_socket);
    log_line(LOG_LEVEL_INFO, "a");
    log_line(LOG_LEVEL_ERROR, "b");
    log_line(LOG_LEVEL_INFO, "c");
    read_lines(&brim, lines);
    assert_string_equal(lines, "");
    log_line(LOG_LEVEL_INFO, "d");
    log_line(LOG_LEVEL_INFO, "e");
    read_lines(&brim, lines);
    assert_string_equal(lines, AT "warn automagid: 3 lines of this log were" LOST "d\n" AT
                                  "info automagid: e\n");
    fill(&brim); /* again, and it is counted from the beginning */
    log_line(LOG_LEVEL_INFO, "f");
    read_lines(&brim, lines);
    log_line(LOG_LEVEL_INFO, "g");
    read_lines(&brim, lines);
    assert_string_equal(lines, AT "warn automagid: 1 line of this log was" LOST "g\n");
    close_brim(&brim);
    clock_pretend(0);
}

static void drops_what_no_pipe_takes(void **state)
{
    (void)state;
    waits_for_no_reader(false);
}

static void drops_what_no_socket_takes(void **state)
{
    (void)state;
    waits_for_no_reader(true);
}

/* A line that is longer than the room that is left: its beginning is there, and what follows is a line of its own. */
static void ends_a_line_that_was_cut(void **state)
{
    static char lines[32768];
    char message[4000];
    char room[PIPE_BUF];
    struct brim brim;

    (void)state;
    assert_int_equal(clock_set_zone("Europe/Copenhagen", NULL), 0);
    clock_pretend(1743492600000);
    memset(message, 1, sizeof message - 1);
    message[sizeof message - 1] = '\0';
    open_brim(&brim, false);
    assert_int_equal(read(brim.ends[0], room, sizeof room), sizeof room);
    log_line(LOG_LEVEL_INFO, "%s", message);
    read_lines(&brim, lines);
    assert_int_equal(strlen(lines), PIPE_BUF);
    assert_null(strchr(lines, '\n'));
    log_line(LOG_LEVEL_INFO, "%s", message);
    read_lines(&brim, lines);
    assert_true(strlen(lines) > 3 * PIPE_BUF); /* whole, in pieces */
    assert_int_equal(lines[strlen(lines) - 1], '\n');
    assert_memory_equal(lines, "\n" AT "warn automagid: 1 line of", strlen("\n" AT) + 25);
    close_brim(&brim);
    clock_pretend(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drops_what_no_pipe_takes),
        cmocka_unit_test(drops_what_no_socket_takes),
        cmocka_unit_test(ends_a_line_that_was_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
