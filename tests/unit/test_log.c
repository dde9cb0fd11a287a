#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

/* What log_line() writes to stderr for one message. */
static void capture(enum log_level level, const char *message, char *target, size_t size)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    ssize_t count;

    assert_true(saved >= 0);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    errno = 1234;
    log_line(level, "%s", message);
    assert_int_equal(errno, 1234);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    count = read(ends[0], target, size - 1);
    target[count > 0 ? count : 0] = '\0';
    (void)close(saved);
    (void)close(ends[0]);
    (void)close(ends[1]);
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
