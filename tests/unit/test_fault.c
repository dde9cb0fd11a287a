#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"

static void sets_text_and_code(void **state)
{
    struct fault fault = {0};

    (void)state;
    assert_int_equal(fault_set(&fault, -EINVAL, "row %d: %s", 7, "bad"), -EINVAL);
    assert_string_equal(fault.text, "row 7: bad");
    assert_int_equal(fault_set(&fault, -EIO, "%s", ""), -EIO);
    assert_string_equal(fault.text, "");
}

static void takes_null(void **state)
{
    (void)state;
    assert_int_equal(fault_set(NULL, -EIO, "x"), -EIO);
    assert_int_equal(fault_prefix(NULL, -EIO, "x"), -EIO);
    assert_int_equal(fault_no_memory(NULL), -ENOMEM);
}

static void says_out_of_memory(void **state)
{
    struct fault fault = {0};

    (void)state;
    assert_int_equal(fault_no_memory(&fault), -ENOMEM);
    assert_string_equal(fault.text, "out of memory");
}

static void escapes(void **state)
{
    struct fault fault = {0};

    (void)state;
    (void)fault_set(&fault, -EINVAL, "a\nb\tc\x1b[0m\x7f \xc3\xa6\xc2\x85 \xff\xc3");
    assert_string_equal(fault.text, "a\\x0Ab\\x09c\\x1B[0m\\x7F \xc3\xa6\\xC2\\x85 \\xFF\\xC3");
    (void)fault_set(&fault, -EINVAL, "a\xe2\x80\xaez");
    assert_string_equal(fault.text, "a\\xE2\\x80\\xAEz");
}

static void prefixes(void **state)
{
    struct fault fault = {0};

    (void)state;
    assert_int_equal(fault_prefix(&fault, -EIO, "file"), -EIO);
    assert_string_equal(fault.text, "file");
    (void)fault_set(&fault, -EINVAL, "line 3\n");
    assert_int_equal(fault_prefix(&fault, -EINVAL, "%s.json", "r"), -EINVAL);
    assert_string_equal(fault.text, "r.json: line 3\\x0A");
}

static void may_quote_itself(void **state)
{
    struct fault fault = {0};

    (void)state;
    (void)fault_set(&fault, -EIO, "inner");
    (void)fault_set(&fault, -EIO, "<%s>", fault.text);
    assert_string_equal(fault.text, "<inner>");
    (void)fault_prefix(&fault, -EIO, "%s", fault.text);
    assert_string_equal(fault.text, "<inner>: <inner>");
}

static void cuts_with_dots(void **state)
{
    struct fault fault = {0};
    char text[3000];
    size_t length;

    (void)state;
    for (length = FAULT_TEXT_MAX - 6; length < FAULT_TEXT_MAX + 12; length++) {
        memset(text, 'x', length);
        text[length] = '\0';
        (void)fault_set(&fault, -EIO, "%s", text);
        if (length < FAULT_TEXT_MAX) {
            assert_string_equal(fault.text, text);
        } else {
            assert_int_equal(strlen(fault.text), FAULT_TEXT_MAX - 1);
            assert_string_equal(fault.text + FAULT_TEXT_MAX - 5, "x...");
        }
    }
    (void)fault_prefix(&fault, -EIO, "%s", text);
    assert_int_equal(strlen(fault.text), FAULT_TEXT_MAX - 1);
}

/* Neither an escape nor a character is cut in two. */
static void cuts_at_borders(void **state)
{
    static const char *const units[] = {"\xc3\xa6", "\xf0\x9f\x98\x80", "\n", "\xc2\x85"};
    size_t unit;
    size_t shift;

    (void)state;
    for (unit = 0; unit < sizeof units / sizeof units[0]; unit++)
        for (shift = 0; shift < 8; shift++) {
            struct fault fault = {0};
            char text[4096] = "";
            size_t length = shift;
            const char *shown = unit == 2 ? "\\x0A..." : unit == 3 ? "\\x85..." : NULL;

            memset(text, 'x', shift);
            while (length + strlen(units[unit]) < sizeof text) {
                memcpy(text + length, units[unit], strlen(units[unit]) + 1);
                length += strlen(units[unit]);
            }
            (void)fault_set(&fault, -EIO, "%s", text);
            length = strlen(fault.text);
            assert_in_range(length, FAULT_TEXT_MAX - 12, FAULT_TEXT_MAX - 1);
            if (shown == NULL)
                assert_memory_equal(fault.text + length - 3 - strlen(units[unit]), units[unit],
                                    strlen(units[unit]));
            else
                assert_string_equal(fault.text + length - strlen(shown), shown);
            assert_string_equal(fault.text + length - 3, "...");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_text_and_code), cmocka_unit_test(takes_null),
        cmocka_unit_test(says_out_of_memory), cmocka_unit_test(escapes),
        cmocka_unit_test(prefixes),           cmocka_unit_test(may_quote_itself),
        cmocka_unit_test(cuts_with_dots),     cmocka_unit_test(cuts_at_borders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
