/* test_reference.c - references as they are compared, and what none may have. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "core/base/fault.h"
#include "core/base/reference.h"

static struct fault fault;

static void expect_normal(const char *reference, const char *expected)
{
    char target[256];

    assert_int_equal(reference_normalise(reference, target, &fault), 0);
    assert_string_equal(target, expected);
}

static void normalises(void **state)
{
    (void)state;
    expect_normal("A-1", "A-1");
    expect_normal(" \tA 1\r\n", "A 1");
    expect_normal("\xC2\xA0\xE3\x80\x80Sag\xE2\x80\x89", "Sag"); /* spaces of Unicode */
    expect_normal("A\xCC\x8A", "\xC3\x85");                      /* A and a ring: one letter */
    expect_normal("bl\xC3\xA5", "bl\xC3\xA5");
    expect_normal("\xE2\x84\xAB", "\xC3\x85"); /* the Angstrom sign is that letter too */
    expect_normal("\xE1\x84\x80\xE1\x85\xA1", "\xEA\xB0\x80");
    expect_normal("\xF0\x9F\x98\x80\xEF\xBF\xBD", "\xF0\x9F\x98\x80\xEF\xBF\xBD"); /* seen */
}

static void refuses(void **state)
{
    static char longest[1100];
    char target[256];
    size_t i;

    (void)state;
    assert_int_equal(reference_normalise("", target, &fault), -EINVAL);
    assert_int_equal(reference_normalise(" \n ", target, &fault), -EINVAL);
    assert_int_equal(reference_normalise("a\tb", target, &fault), -EINVAL);
    assert_int_equal(reference_normalise("a\x7f", target, &fault), -EINVAL);
    assert_int_equal(reference_normalise("a\xC2\x85z", target, &fault), -EINVAL);
    assert_int_equal(reference_normalise("a\xE2\x80\x8D"
                                         "b",
                                         target, &fault),
                     -EINVAL);
    assert_int_equal(reference_normalise("ab\xE2\x80\xAE", target, &fault), -EINVAL);
    assert_int_equal(reference_normalise("\xC3", target, &fault), -EINVAL);
    assert_int_equal(reference_normalise("a\xED\xA0\x80", target, &fault), -EINVAL);
    memset(longest, 'x', 256);
    assert_int_equal(reference_normalise(longest, target, &fault), -EINVAL);
    memset(longest, ' ', 1050);
    assert_int_equal(reference_normalise(longest, target, &fault), -EINVAL);
    /* 128 letters of two bytes are 256; 127 are 254; written apart they are 381 and fit. */
    memset(longest, 0, sizeof longest);
    for (i = 0; i < 128; i++)
        memcpy(longest + 2 * i, "\xC3\x85", 2);
    assert_int_equal(reference_normalise(longest, target, &fault), -EINVAL);
    memset(longest, 0, sizeof longest);
    for (i = 0; i < 127; i++)
        memcpy(longest + 3 * i, "A\xCC\x8A", 3);
    assert_int_equal(reference_normalise(longest, target, &fault), 0);
    assert_int_equal(strlen(target), 254);
}

static void encode(uint32_t character, char target[5])
{
    utf8proc_ssize_t size =
        utf8proc_encode_char((utf8proc_int32_t)character, (utf8proc_uint8_t *)target);

    target[size] = '\0';
}

/* Written down from Unicode 15, and not asked of the library, which the module asks. */
static const struct span {
    uint32_t first, last;
} without_a_look[] = {
    /* Default_Ignorable_Code_Point */
    {0xad, 0xad},
    {0x34f, 0x34f},
    {0x61c, 0x61c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x202a, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfff8},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
    /* The other format controls, Cf */
    {0x600, 0x605},
    {0x6dd, 0x6dd},
    {0x70f, 0x70f},
    {0x890, 0x891},
    {0x8e2, 0x8e2},
    {0xfff9, 0xfffb},
    {0x110bd, 0x110bd},
    {0x110cd, 0x110cd},
    {0x13430, 0x1343f},
    /* Spaces and separators: Zs, Zl, Zp */
    {0xa0, 0xa0},
    {0x1680, 0x1680},
    {0x2000, 0x200a},
    {0x2028, 0x2029},
    {0x202f, 0x202f},
    {0x205f, 0x205f},
    {0x3000, 0x3000},
    /* Blanks among letters, marks and symbols */
    {0x2800, 0x2800},
    {0xfffc, 0xfffc},
    {0x13441, 0x13442},
    {0x16fe4, 0x16fe4},
    {0x1d159, 0x1d159},
    /* Joiners among marks */
    {0x2d7f, 0x2d7f},
    {0x1107f, 0x1107f},
    /* Noncharacters (with the last two of each plane), and private use */
    {0xfdd0, 0xfdef},
    {0xe000, 0xf8ff},
    {0xf0000, 0x10ffff},
};

/* Unassigned ones change with each Unicode: of those alone the library is asked. */
static bool is_without_a_look(uint32_t character)
{
    size_t i;

    if ((character & 0xfffe) == 0xfffe)
        return true;
    for (i = 0; i < sizeof without_a_look / sizeof without_a_look[0]; i++)
        if (character >= without_a_look[i].first && character <= without_a_look[i].last)
            return true;
    return utf8proc_category((utf8proc_int32_t)character) == UTF8PROC_CATEGORY_CN;
}

/* Of all characters, within a reference. */
static void refuses_what_looks_like_another(void **state)
{
    char target[256];
    char again[256];
    char reference[16];
    char code[16];
    char sign[5];
    uint32_t character;

    (void)state;
    for (character = 0xa0; character <= 0x10ffff; character++) {
        bool is_refused = is_without_a_look(character);

        if (character >= 0xd800 && character <= 0xdfff)
            continue;
        encode(character, sign);
        (void)snprintf(reference, sizeof reference, "a%sz", sign);
        fault.text[0] = '\0';
        if (reference_normalise(reference, target, &fault) != (is_refused ? -EINVAL : 0))
            fail_msg("U+%04X is %s: %s", (unsigned)character, is_refused ? "taken" : "refused",
                     fault.text);
        if (!is_refused && reference_normalise(target, again, &fault) != 0)
            fail_msg("U+%04X becomes what is refused: %s", (unsigned)character, fault.text);
        (void)snprintf(code, sizeof code, "U+%04X ", (unsigned)character);
        if (is_refused && strstr(fault.text, code) == NULL)
            fail_msg("of U+%04X: %s", (unsigned)character, fault.text);
    }
}

static void says_what_to_do(void **state)
{
    char target[256];

    (void)state;
    assert_int_equal(reference_normalise("Faktura\xC2\xA0\x31\x37", target, &fault), -EINVAL);
    assert_string_equal(fault.text,
                        "the reference has U+00A0 as its character 8, which looks like a plain "
                        "space; write that instead");
    assert_int_equal(reference_normalise("K\xC2\xAD\x39", target, &fault), -EINVAL);
    assert_string_equal(
        fault.text, "the reference has U+00AD as its character 2, which is not seen; take it out");
    assert_int_equal(reference_normalise("K-\xEE\x80\x80", target, &fault), -EINVAL);
    assert_string_equal(fault.text, "the reference has U+E000 as its character 3, which is no "
                                    "character of Unicode; take it out");
}

static void takes_in_a_name_what_no_reference_has(void **state)
{
    char target[256];

    (void)state;
    assert_int_equal(reference_compose("\xC2\xA0nr.\xC2\xA0\x31\x37 ", target, &fault), 0);
    assert_string_equal(target, "nr.\xC2\xA0\x31\x37");
    assert_int_equal(reference_compose("A\xF0\x9D\x85\x99\xEE\x80\x80", target, &fault), 0);
    assert_string_equal(target, "A\xF0\x9D\x85\x99\xEE\x80\x80"); /* as it was counted before */
    assert_int_equal(reference_compose("a\xE2\x80\x8Dz", target, &fault), -EINVAL);
}

/* As they were written: what is not trimmed is not changed. */
static void keeps_spaces_within(void **state)
{
    (void)state;
    expect_normal("  Faktura  17 ", "Faktura  17");
    expect_normal("Faktura 17", "Faktura 17");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(normalises),      cmocka_unit_test(keeps_spaces_within),
        cmocka_unit_test(refuses),         cmocka_unit_test(refuses_what_looks_like_another),
        cmocka_unit_test(says_what_to_do), cmocka_unit_test(takes_in_a_name_what_no_reference_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
