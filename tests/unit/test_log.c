#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/text.h"

static void check_bytes(const char *bytes, size_t length, const char *expected)
{
    struct text target;

    text_init(&target, 1 << 20);
    text_append_string(&target, "<");
    log_redact(bytes, length, &target);
    text_append_string(&target, ">");
    assert_int_equal(target.broken, 0);
    assert_int_equal(target.bytes[target.length - 1], '>');
    target.bytes[target.length - 1] = '\0';
    assert_string_equal(target.bytes + 1, expected);
    text_release(&target);
}

static void check(const char *string, const char *expected)
{
    check_bytes(string, strlen(string), expected);
}

/* Made-up numbers throughout. */
static void hides_cpr(void **state)
{
    (void)state;
    check("010190-1234", "[CPR]");
    check("0101901234", "[CPR]");
    check("cpr 311299-0000 ok", "cpr [CPR] ok");
    check("cpr=3112990000;", "cpr=[CPR];");
    check("010190-1234,020290-1234 0303901234", "[CPR],[CPR] [CPR]");
    check("a010190-1234b", "a[CPR]b");
    check("æ0101901234ø", "æ[CPR]ø");
    check("610190-1234", "[CPR]"); /* a replacement number: day + 60 */
    check("9112901234", "[CPR]");
    check("010190-1234-5678", "[CPR]-5678");
    check("-0101901234.", "-[CPR].");
    check("kr 5:0101901234", "kr 5:[CPR]");
}

/* As people write them, and as documents print them. */
static void hides_cpr_with_separators(void **state)
{
    (void)state;
    check("borger 010203 1234 ringede", "borger [CPR] ringede");
    check("010203\xe2\x80\x93"
          "1234",
          "[CPR]");
    check("010203/1234", "[CPR]");
    check("010203\xc2\xa0"
          "1234",
          "[CPR]");
    check("010203\xa0"
          "1234",
          "[CPR]"); /* Windows-1252 */
    check("01-02-03-1234", "[CPR]");
    check("01 02 03 1234", "[CPR]");
    check("CPR:01.02.03/1234.", "CPR:[CPR].");
    check("010203 - 1234", "[CPR]");
    check("010203\t1234", "[CPR]");
    check("01\xe2\x80\x91"
          "02\xe2\x80\xaf"
          "03\xe2\x88\x92"
          "1234",
          "[CPR]");
    check("610203 1234", "[CPR]");
    check("nr. 7 010203 1234", "nr. 7 [CPR]");
    check("7-010203-1234", "7-[CPR]");
    check("01 01 010203 1234", "[CPR]"); /* two that overlap: nothing is left of either */
}

static void leaves_other_numbers(void **state)
{
    static const char *const same[] = {
        "",
        "000190-1234",
        "320190-1234",
        "600190-1234",
        "920190-1234",
        "010090-1234",
        "011390-1234",
        "010190-123",
        "010190-12345",
        "1010190-1234",
        "01019012345",
        "10101901234",
        "010190----1234",
        "01019-01234",
        "010190,1234",
        "01.02.2003 1234",
        "2025-04-01 0930",
        "2025-04-01 09:30",
        "5790001330552", /* an EAN */
        "57 90 001330552",
        "010190 12345",
        "1010190 1234",
        "+45 12 12 12 12",
        "010190 - 123 4",
        "010190-123x",
        "12345678",
        "2025-04-01T09:30:00",
        "0101901234567890",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof same / sizeof same[0]; i++)
        check(same[i], same[i]);
    /* the number ends where the bytes end, whatever lies behind them */
    check_bytes("010190-1234567", 11, "[CPR]");
    check_bytes("010190-1234", 10, "010190-123");
}

/* "\x09" in a fault's text stands for a tab; the number after it is whole. */
static void sees_numbers_behind_escapes(void **state)
{
    (void)state;
    check("field\\x090101901234", "field\\x09[CPR]");
    check("\\x0A010190-1234", "\\x0A[CPR]");
    check("C:\\x0101901234", "C:\\x[CPR]");
    check("\t0101901234", "\t[CPR]");
    check_bytes("\0"
                "0101901234",
                11, "\\x00[CPR]");
}

static void escapes(void **state)
{
    (void)state;
    check("a\tb", "a\tb");
    check("a\nb\r", "a\\x0Ab\\x0D");
    check("\x1b[31m", "\\x1B[31m");
    check("\x7f", "\\x7F");
    check("blåbær €\xf0\x9f\x98\x80", "blåbær €\xf0\x9f\x98\x80");
    check("\xc2\x85", "\\xC2\\x85");
    check("abc\xe2\x80\xaeGNP.exe", "abc\\xE2\\x80\\xAEGNP.exe");
    check("a\xe2\x80\xa8z\xe2\x80\x8b\xef\xbb\xbf",
          "a\\xE2\\x80\\xA8z\\xE2\\x80\\x8B\\xEF\\xBB\\xBF");
    check("\xe6 \xff", "\\xE6 \\xFF");
    check("\xe2\x82", "\\xE2\\x82");
    check_bytes("a\0b", 3, "a\\x00b");
    check("\xed\xa0\x80", "\\xED\\xA0\\x80");
}

static void keeps_the_limit(void **state)
{
    struct text target;

    (void)state;
    text_init(&target, 4);
    log_redact("0101901234", 10, &target);
    assert_int_equal(target.broken, -E2BIG);
    text_release(&target);
}

/* What is written to stderr for one message. about may be NULL. */
static void capture_about(enum log_level level, const struct log_about *about, const char *message,
                          char *target, size_t size)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    ssize_t count;

    assert_true(saved >= 0);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    errno = 1234;
    if (about != NULL)
        log_about(level, about, "%s", message);
    else
        log_line(level, "%s", message);
    assert_int_equal(errno, 1234);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    count = read(ends[0], target, size - 1);
    target[count > 0 ? count : 0] = '\0';
    (void)close(saved);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void capture(enum log_level level, const char *message, char *target, size_t size)
{
    capture_about(level, NULL, message, target, size);
}

static void writes_lines(void **state)
{
    static char line[32768];

    (void)state;
    assert_int_equal(clock_set_zone("Europe/Copenhagen", NULL), 0);
    clock_pretend(1743492600000);
    log_start("automagid", LOG_LEVEL_INFO);
    capture(LOG_LEVEL_INFO, "hello\n010190-1234", line, sizeof line);
    assert_string_equal(line, "2025-04-01T09:30:00+02:00 info automagid: hello\\x0A[CPR]\n");
    capture(LOG_LEVEL_WARN, "w", line, sizeof line);
    assert_string_equal(line, "2025-04-01T09:30:00+02:00 warn automagid: w\n");
    capture(LOG_LEVEL_ERROR, "", line, sizeof line);
    assert_string_equal(line, "2025-04-01T09:30:00+02:00 error automagid: \n");
    capture(LOG_LEVEL_DEBUG, "not shown", line, sizeof line);
    assert_string_equal(line, "");
    log_start("automagid", LOG_LEVEL_DEBUG);
    capture(LOG_LEVEL_DEBUG, "shown", line, sizeof line);
    assert_string_equal(line, "2025-04-01T09:30:00+02:00 debug automagid: shown\n");
    clock_pretend(0);
}

static void cuts_long_lines(void **state)
{
    char message[6000];
    static char line[32768];
    size_t shift;

    (void)state;
    log_start("test", LOG_LEVEL_INFO);
    /* A CPR number cut in two would not be known for one. */
    for (shift = 4070; shift < 4100; shift++) {
        memset(message, 'x', sizeof message);
        message[sizeof message - 1] = '\0';
        memcpy(message + shift, "010190-1234", 11);
        capture(LOG_LEVEL_INFO, message, line, sizeof line);
        assert_null(strstr(line, "0101"));
        assert_string_equal(line + strlen(line) - 4, "...\n");
        memcpy(message + shift, "01 01 90 1234", 13);
        capture(LOG_LEVEL_INFO, message, line, sizeof line);
        assert_null(strstr(line, "x01"));
    }
    memset(message, '\x01', sizeof message - 1);
    capture(LOG_LEVEL_INFO, message, line, sizeof line);
    assert_string_equal(line + strlen(line) - 8, "\\x01...\n");
}

/* Each line is one JSON object that holds what was said. */
static void writes_json(void **state)
{
    const struct log_about all = {.robot = "franco", .run = 17, .trigger = 3};
    const struct log_about hostile = {.robot = "r\n\"x\" 0101901234"};
    static char line[65536];
    static char control[5000];

    (void)state;
    assert_int_equal(clock_set_zone("Europe/Copenhagen", NULL), 0);
    clock_pretend(1743492600000);
    log_start("automagid", LOG_LEVEL_INFO);
    log_use(LOG_FORMAT_JSON, NULL);
    capture(LOG_LEVEL_INFO, "he said \"010190-1234\"\n\\", line, sizeof line);
    assert_string_equal(line, "{\"time\":\"2025-04-01T09:30:00+02:00\",\"level\":\"info\","
                              "\"program\":\"automagid\","
                              "\"message\":\"he said \\\"[CPR]\\\"\\\\x0A\\\\\"}\n");
    capture_about(LOG_LEVEL_WARN, &all, "m", line, sizeof line);
    assert_string_equal(line, "{\"time\":\"2025-04-01T09:30:00+02:00\",\"level\":\"warn\","
                              "\"program\":\"automagid\",\"message\":\"m\",\"robot\":\"franco\","
                              "\"run\":17,\"trigger\":3}\n");
    capture_about(LOG_LEVEL_ERROR, &hostile, "m", line, sizeof line);
    assert_non_null(strstr(line, "\"robot\":\"r\\\\x0A\\\"x\\\" [CPR]\"}\n"));
    memset(control, 1, sizeof control - 1);
    capture(LOG_LEVEL_ERROR, control, line, sizeof line);
    assert_non_null(strstr(line, "\\\\x01...\"}\n")); /* the longest there is, and whole */
    log_use(LOG_FORMAT_TEXT, NULL);
    capture_about(LOG_LEVEL_WARN, &all, "m", line, sizeof line);
    assert_string_equal(line, "2025-04-01T09:30:00+02:00 warn automagid: m\n");
    clock_pretend(0);
}

static void knows_formats(void **state)
{
    enum log_format format = LOG_FORMAT_AUTO;

    (void)state;
    assert_true(log_format_of("json", &format));
    assert_int_equal(format, LOG_FORMAT_JSON);
    assert_true(log_format_of("text", &format));
    assert_int_equal(format, LOG_FORMAT_TEXT);
    assert_true(log_format_of("auto", &format));
    assert_int_equal(format, LOG_FORMAT_AUTO);
    assert_false(log_format_of("", &format));
    assert_false(log_format_of("JSON", &format));
}

/* A stand-in for the journal: its socket, and the stream that systemd makes of stderr. */
struct journal {
    char path[64];
    int fd;
    int stream[2];
    int saved;
};

static void open_journal(struct journal *journal)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat about;
    char stream[64];

    (void)snprintf(journal->path, sizeof journal->path, "/tmp/automagi-journal-%d", (int)getpid());
    (void)unlink(journal->path);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", journal->path);
    journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(journal->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(pipe2(journal->stream, O_NONBLOCK), 0);
    journal->saved = dup(STDERR_FILENO);
    assert_true(dup2(journal->stream[1], STDERR_FILENO) >= 0);
    assert_int_equal(fstat(STDERR_FILENO, &about), 0);
    (void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)about.st_dev,
                   (uintmax_t)about.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
}

/* What came in by the socket and by stderr since the last time; "" for nothing. */
static void heard(const struct journal *journal, char entry[static 40000], char line[static 40000])
{
    ssize_t length = read(journal->fd, entry, 39999);

    entry[length > 0 ? length : 0] = '\0';
    length = read(journal->stream[0], line, 39999);
    line[length > 0 ? length : 0] = '\0';
}

static void close_journal(struct journal *journal)
{
    assert_true(dup2(journal->saved, STDERR_FILENO) >= 0);
    (void)close(journal->saved);
    (void)close(journal->fd);
    (void)close(journal->stream[0]);
    (void)close(journal->stream[1]);
    (void)unlink(journal->path);
    (void)unsetenv("JOURNAL_STREAM");
    log_use(LOG_FORMAT_TEXT, NULL);
}

/* To the journal or to stderr, never to both and never to none. */
static void tells_the_journal(void **state)
{
    const struct log_about all = {.robot = "franco", .run = 17, .trigger = 3};
    struct journal journal;
    static char entry[40000], line[40000];
    int other[2];

    (void)state;
    open_journal(&journal);
    log_start("automagid", LOG_LEVEL_INFO);
    log_use(LOG_FORMAT_AUTO, journal.path);
    log_about(LOG_LEVEL_WARN, &all, "of 010190-1234\nMESSAGE=x");
    heard(&journal, entry, line);
    assert_string_equal(line, "");
    assert_string_equal(entry, "PRIORITY=4\nSYSLOG_IDENTIFIER=automagid\n"
                               "MESSAGE=of [CPR]\\x0AMESSAGE=x\nAUTOMAGI_ROBOT=franco\n"
                               "AUTOMAGI_RUN=17\nAUTOMAGI_TRIGGER=3\n");
    log_line(LOG_LEVEL_ERROR, "m");
    heard(&journal, entry, line);
    assert_string_equal(entry, "PRIORITY=3\nSYSLOG_IDENTIFIER=automagid\nMESSAGE=m\n");

    (void)unlink(journal.path); /* the journal is gone: nothing is lost */
    log_line(LOG_LEVEL_ERROR, "still said");
    heard(&journal, entry, line);
    assert_string_equal(entry, "");
    assert_non_null(strstr(line, "\"message\":\"still said\"}\n"));
    close_journal(&journal);

    open_journal(&journal);
    log_use(LOG_FORMAT_JSON, journal.path); /* as was asked for */
    log_line(LOG_LEVEL_ERROR, "m");
    heard(&journal, entry, line);
    assert_string_equal(entry, "");
    assert_non_null(strstr(line, "\"message\":\"m\"}\n"));
    /* stderr leads somewhere else by now, whatever the variable says */
    assert_int_equal(pipe2(other, O_NONBLOCK), 0);
    assert_true(dup2(other[1], STDERR_FILENO) >= 0);
    log_use(LOG_FORMAT_AUTO, journal.path);
    log_line(LOG_LEVEL_ERROR, "m");
    heard(&journal, entry, line);
    assert_string_equal(entry, "");
    assert_true(read(other[0], line, sizeof line) > 0);
    (void)close(other[0]);
    (void)close(other[1]);
    close_journal(&journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hides_cpr),
        cmocka_unit_test(hides_cpr_with_separators),
        cmocka_unit_test(leaves_other_numbers),
        cmocka_unit_test(sees_numbers_behind_escapes),
        cmocka_unit_test(escapes),
        cmocka_unit_test(keeps_the_limit),
        cmocka_unit_test(writes_lines),
        cmocka_unit_test(cuts_long_lines),
        cmocka_unit_test(writes_json),
        cmocka_unit_test(knows_formats),
        cmocka_unit_test(tells_the_journal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
