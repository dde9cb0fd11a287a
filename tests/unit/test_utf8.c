#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/utf8.h"

#include <string.h>

static void decodes(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        uint32_t character;
    } cases[] = {
        {"A", 1, 'A'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\xc3\xa6rest", 2, 0xe6},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t character = 0;

        assert_int_equal(utf8_decode(cases[i].bytes, strlen(cases[i].bytes), &character),
                         cases[i].length);
        assert_int_equal(character, cases[i].character);
        if (cases[i].length > 1)
            assert_int_equal(utf8_decode(cases[i].bytes, cases[i].length - 1, &character), 0);
    }
    {
        uint32_t character = 1;

        assert_int_equal(utf8_decode("", 1, &character), 1);
        assert_int_equal(character, 0);
        assert_int_equal(utf8_decode("", 0, &character), 0);
    }
}

static void refuses(void **state)
{
    static const char *const cases[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc2",
        "\xc2\x41",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xe2\x82",
        "\xe2\x82\x41",
        "\xe2\x41\x82",
        "\xf0\x8f\xbf\xbf",
        "\xf0\x9f\x98",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t character = 0;

        assert_int_equal(utf8_decode(cases[i], strlen(cases[i]), &character), 0);
    }
}

static void knows_controls(void **state)
{
    (void)state;
    assert_true(utf8_is_control(0));
    assert_true(utf8_is_control(0x1f));
    assert_false(utf8_is_control(0x20));
    assert_false(utf8_is_control(0x7e));
    assert_true(utf8_is_control(0x7f));
    assert_true(utf8_is_control(0x80));
    assert_true(utf8_is_control(0x9f));
    assert_false(utf8_is_control(0xa0));
}

static void knows_the_unseen(void **state)
{
    static const uint32_t unseen[] = {0x61c,  0x200b, 0x200c, 0x200d, 0x200f, 0x2028, 0x2029,
                                      0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff};
    static const uint32_t seen[] = {'a',    0xe6,   0x61b,  0x200a, 0x2010, 0x2027,
                                    0x202f, 0x205f, 0x206a, 0xfefe, 0xff01, 0x1f600};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
        assert_true(utf8_is_unseen(unseen[i]));
    for (i = 0; i < sizeof seen / sizeof seen[0]; i++)
        assert_false(utf8_is_unseen(seen[i]));
    assert_true(utf8_is_joiner(0x200c));
    assert_true(utf8_is_joiner(0x200d));
    assert_false(utf8_is_joiner(0x200b));
    assert_false(utf8_is_joiner(0x200e));
}

static void finds_borders(void **state)
{
    static const char text[] = "a\xc3\xa6\xf0\x9f\x98\x80z";
    static const size_t borders[] = {0, 1, 1, 3, 3, 3, 3, 7, 8};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof borders / sizeof borders[0]; i++)
        assert_int_equal(utf8_border(text, i), borders[i]);
    assert_int_equal(utf8_border("\x80\x80\x80\x80\x80\x80", 5), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),        cmocka_unit_test(refuses),
        cmocka_unit_test(knows_controls), cmocka_unit_test(knows_the_unseen),
        cmocka_unit_test(finds_borders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
