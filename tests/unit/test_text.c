#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

static void grows(void **state)
{
    struct text text;
    int i;

    (void)state;
    text_init(&text, 1000000);
    assert_null(text.bytes);
    assert_string_equal(text_string(&text), "");
    for (i = 0; i < 1000; i++) {
        text_append(&text, "ab", 2);
        text_append_char(&text, 'c');
        text_append_string(&text, "de");
        text_printf(&text, "%d", i % 10);
        assert_int_equal(text.bytes[text.length], '\0');
    }
    assert_int_equal(text.length, 6000);
    assert_int_equal(text.broken, 0);
    assert_memory_equal(text.bytes, "abcde0abcde1", 12);
    text_clear(&text);
    assert_int_equal(text.length, 0);
    assert_string_equal(text_string(&text), "");
    assert_int_equal(text.limit, 1000000);
    text_release(&text);
    assert_null(text.bytes);
    assert_int_equal(text.limit, 0);
    text_release(&text);
    text_release(NULL);
}

static void keeps_its_limit(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, 5);
    text_append_string(&text, "12345");
    assert_int_equal(text.broken, 0);
    text_append(&text, "", 0);
    assert_int_equal(text.broken, 0);
    text_append_char(&text, '6');
    assert_int_equal(text.broken, -E2BIG);
    assert_string_equal(text_string(&text), "12345");
    assert_null(text_take(&text));

    text_clear(&text);
    assert_int_equal(text.broken, 0);
    text_append_string(&text, "123");
    text_append_string(&text, "456");
    assert_int_equal(text.broken, -E2BIG);
    text_append_string(&text, "4"); /* would fit, but it is broken */
    assert_string_equal(text_string(&text), "123");
    text_release(&text);

    text_init(&text, 0);
    text_append_char(&text, 'x');
    assert_int_equal(text.broken, -E2BIG);
    assert_string_equal(text_string(&text), "");
    text_release(&text);
}

static void survives_absurd_lengths(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, SIZE_MAX);
    text_append_char(&text, 'x');
    text_append(&text, "y", SIZE_MAX - 1);
    assert_int_equal(text.broken, -E2BIG);
    text_release(&text);
}

static void prints(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, 10);
    text_printf(&text, "%s", "");
    assert_int_equal(text.broken, 0);
    text_printf(&text, "%05d", 42);
    text_printf(&text, "%s", "abcde");
    assert_string_equal(text_string(&text), "00042abcde");
    text_printf(&text, "%c", 'x');
    assert_int_equal(text.broken, -E2BIG);
    assert_string_equal(text_string(&text), "00042abcde");
    text_release(&text);
}

static void hands_over(void **state)
{
    struct text text;
    char *bytes;

    (void)state;
    text_init(&text, 10);
    bytes = text_take(&text);
    assert_string_equal(bytes, "");
    free(bytes);
    text_append_string(&text, "abc");
    bytes = text_take(&text);
    assert_string_equal(bytes, "abc");
    assert_null(text.bytes);
    assert_int_equal(text.length, 0);
    assert_int_equal(text.limit, 10);
    free(bytes);
    text_append_string(&text, "again");
    assert_string_equal(text_string(&text), "again");
    text_release(&text);
}

static void copies(void **state)
{
    char target[6] = "?????";

    (void)state;
    assert_true(text_copy(target, sizeof target, "12345"));
    assert_string_equal(target, "12345");
    assert_false(text_copy(target, sizeof target, "123456"));
    assert_string_equal(target, "12345");
    assert_false(text_copy(target, sizeof target, "1234\xc3\xa6"));
    assert_string_equal(target, "1234");
    assert_false(text_copy(target, sizeof target, "12\xf0\x9f\x98\x80"));
    assert_string_equal(target, "12");
    assert_true(text_copy(target, sizeof target, "123\xc3\xa6"));
    assert_true(text_copy(target, sizeof target, ""));
    assert_string_equal(target, "");
    assert_false(text_copy(target, 1, "x"));
    assert_string_equal(target, "");
    assert_false(text_copy(target, 0, ""));
}

static bool utf8(const char *string)
{
    return text_is_utf8(string, strlen(string));
}

static bool line(const char *string)
{
    return text_is_line(string, strlen(string));
}

static void checks_utf8(void **state)
{
    (void)state;
    assert_true(utf8(""));
    assert_true(utf8("blåbærgrød € \xf0\x9f\x98\x80\n\x7f"));
    assert_true(utf8("\xf4\x8f\xbf\xbf"));
    assert_false(text_is_utf8("a\0b", 3));
    assert_false(utf8("\xc0\x80"));         /* overlong NUL */
    assert_false(utf8("\xe0\x80\xaf"));     /* overlong slash */
    assert_false(utf8("\xed\xa0\x80"));     /* surrogate */
    assert_false(utf8("\xf4\x90\x80\x80")); /* above U+10FFFF */
    assert_false(utf8("abc\xe2\x82"));
    assert_false(utf8("bl\xe5"
                      "b\xe6r")); /* Latin-1 */
}

static void checks_lines(void **state)
{
    (void)state;
    assert_true(line(""));
    assert_true(line("Æble \xc2\xa0"));
    assert_false(line("a\tb"));
    assert_false(line("a\n"));
    assert_false(line("\x1b[1m"));
    assert_false(line("\x7f"));
    assert_false(line("\xc2\x80"));
    assert_false(line("\xc2\x9f"));
    assert_false(line("\xff"));
    assert_false(text_is_line("\0", 1));
    assert_false(text_is_line("a\xe2\x80\xae", 4)); /* turns around what follows */
    assert_false(text_is_line("\xe2\x80\xa8z", 4)); /* breaks the line */
    assert_true(text_is_line("a\xe2\x80\x8dz", 5)); /* joins, as some languages do */
}

static void counts_columns(void **state)
{
    (void)state;
    assert_int_equal(text_columns(""), 0);
    assert_int_equal(text_columns("abc"), 3);
    assert_int_equal(text_columns("blåbær"), 6);
    assert_int_equal(text_columns("€\xf0\x9f\x98\x80"), 2);
    assert_int_equal(text_columns("a\xff\xc3"), 3);
}

static void knows_slugs(void **state)
{
    char longest[65];

    (void)state;
    assert_true(text_is_slug("a"));
    assert_true(text_is_slug("cpr-check_2"));
    assert_false(text_is_slug(""));
    assert_false(text_is_slug("2a"));
    assert_false(text_is_slug("-a"));
    assert_false(text_is_slug("_a"));
    assert_false(text_is_slug("A"));
    assert_false(text_is_slug("aB"));
    assert_false(text_is_slug("a.b"));
    assert_false(text_is_slug("a/b"));
    assert_false(text_is_slug("a b"));
    assert_false(text_is_slug("a\n"));
    assert_false(text_is_slug("\xc3\xa6"));
    memset(longest, 'a', sizeof longest);
    longest[63] = '\0';
    assert_true(text_is_slug(longest));
    longest[63] = 'a';
    longest[64] = '\0';
    assert_false(text_is_slug(longest));
}

static void reads_integers(void **state)
{
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x1",
                                      "1e",
                                      "--1",
                                      "12a3",
                                      "\n",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999999"};
    int64_t value = 77;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_to_int64(bad[i], INT64_MIN, INT64_MAX, &value));
    assert_false(text_to_int64("11", 0, 10, &value));
    assert_false(text_to_int64("-1", 0, 10, &value));
    assert_int_equal(value, 77);
    assert_true(text_to_int64("10", 0, 10, &value));
    assert_int_equal(value, 10);
    assert_true(text_to_int64("0", 0, 10, &value));
    assert_int_equal(value, 0);
    assert_true(text_to_int64("-0012", -20, 10, &value));
    assert_int_equal(value, -12);
    assert_true(text_to_int64("9223372036854775807", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MAX);
    assert_true(text_to_int64("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows),
        cmocka_unit_test(keeps_its_limit),
        cmocka_unit_test(survives_absurd_lengths),
        cmocka_unit_test(prints),
        cmocka_unit_test(hands_over),
        cmocka_unit_test(copies),
        cmocka_unit_test(checks_utf8),
        cmocka_unit_test(checks_lines),
        cmocka_unit_test(counts_columns),
        cmocka_unit_test(knows_slugs),
        cmocka_unit_test(reads_integers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
