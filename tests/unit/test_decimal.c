#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/decimal.h"

static void parses(void **state)
{
    static const struct {
        const char *string;
        unsigned digits;
        int64_t scaled;
    } cases[] = {
        {"342.07", 2, 34207},
        {"342", 2, 34200},
        {"342.1", 2, 34210},
        {"-0.5", 1, -5},
        {"0", 0, 0},
        {"-0", 3, 0},
        {"007", 0, 7},
        {"1.5000", 1, 15},
        {"3.000", 0, 3},
        {"0.000001", 6, 1},
        {"0.00", 40, 0},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775808", 0, INT64_MIN},
        {"92233720368547758.07", 2, INT64_MAX},
        {"-92233720368547758.08", 2, INT64_MIN},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t scaled = 1;

        assert_true(decimal_parse(cases[i].string, cases[i].digits, &scaled));
        assert_true(scaled == cases[i].scaled);
    }
}

static void refuses(void **state)
{
    static const char *const cases[] = {
        "",
        "-",
        ".",
        ".5",
        "5.",
        "+1",
        " 1",
        "1 ",
        "1e3",
        "1,5",
        "--1",
        "1.-",
        "0x1",
        "1..2",
        "1.2.3",
        "12a",
        "1.234",
        "92233720368547758.08",
        "92233720368547759",
        "-92233720368547758.09",
        "9223372036854775808",
        "1.230x",
    };
    int64_t scaled = 77;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_false(decimal_parse(cases[i], 2, &scaled));
    assert_false(decimal_parse("1.5", 0, &scaled));
    assert_false(decimal_parse("1", 19, &scaled));
    assert_int_equal(scaled, 77);
}

static void formats(void **state)
{
    static const struct {
        int64_t scaled;
        unsigned digits;
        const char *string;
    } cases[] = {
        {34207, 2, "342.07"},
        {34200, 2, "342"},
        {34210, 2, "342.1"},
        {5, 2, "0.05"},
        {-5, 1, "-0.5"},
        {0, 6, "0"},
        {7, 0, "7"},
        {1, 18, "0.000000000000000001"},
        {INT64_MAX, 2, "92233720368547758.07"},
        {INT64_MIN, 0, "-9223372036854775808"},
        {INT64_MIN, 18, "-9.223372036854775808"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char target[32];
        int64_t back = 1;

        decimal_format(cases[i].scaled, cases[i].digits, target, sizeof target);
        assert_string_equal(target, cases[i].string);
        assert_true(decimal_parse(target, cases[i].digits, &back));
        assert_true(back == cases[i].scaled);
    }
}

static void formats_what_only_128_bits_hold(void **state)
{
    int128 most = ((int128)1 << 126) - 1 + ((int128)1 << 126);
    char target[DECIMAL_TEXT_MAX];

    (void)state;
    decimal_format(most, 0, target, sizeof target);
    assert_string_equal(target, "170141183460469231731687303715884105727");
    decimal_format(-most - 1, 18, target, sizeof target);
    assert_string_equal(target, "-170141183460469231731.687303715884105728");
    decimal_format((int128)INT64_MAX * 1000, 8, target, sizeof target);
    assert_string_equal(target, "92233720368547.75807");
}

static void divides(void **state)
{
    static const struct {
        int numerator;
        int denominator;
        int half_up;
        int floor;
    } cases[] = {
        {0, 2, 0, 0},    {1, 2, 1, 0},    {-1, 2, 0, -1}, {3, 2, 2, 1},   {-3, 2, -1, -2},
        {-5, 2, -2, -3}, {1, 3, 0, 0},    {2, 3, 1, 0},   {-1, 3, 0, -1}, {-2, 3, -1, -1},
        {6, 3, 2, 2},    {-6, 3, -2, -2}, {7, 1, 7, 7},
    };
    int128 huge = (int128)1 << 126;
    int128 most = huge - 1 + huge;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal((int)decimal_divide_half_up(cases[i].numerator, cases[i].denominator),
                         cases[i].half_up);
        assert_int_equal((int)decimal_divide_floor(cases[i].numerator, cases[i].denominator),
                         cases[i].floor);
    }
    assert_true(decimal_divide_half_up(most, 1) == most);
    assert_true(decimal_divide_half_up(most, most) == 1);
    assert_true(decimal_divide_half_up(huge - 1, most) == 0);
    assert_true(decimal_divide_half_up(huge, most) == 1);
    assert_true(decimal_divide_floor(-most - 1, 2) == -huge);
}

/* The municipality's printed tables: minutes at 342.07 kr an hour. */
static void reproduces_the_tables(void **state)
{
    static const int minutes[] = {20169, 1858, 2781, 441, 10536, 13228, 3940};
    static const int kroner[] = {114987, 10593, 15855, 2514, 60067, 75415, 22463};
    int128 exact[7];
    int64_t rows[7];
    int64_t total = 0;
    size_t count;
    size_t i;

    (void)state;
    for (i = 0; i < 7; i++)
        exact[i] = (int128)minutes[i] * 34207;
    for (count = 6; count <= 7; count++) {
        assert_int_equal(decimal_apportion(exact, count, 6000, rows, &total), 0);
        for (i = 0; i < count; i++)
            assert_int_equal(rows[i], kroner[i]);
        assert_int_equal(total, count == 6 ? 279431 : 301894);
    }
}

static void apportions(void **state)
{
    int128 thirds[] = {1, 1, 1};
    int128 ties[] = {5, 5, 5, 5};
    int128 negative[] = {-15, 7, -2};
    int128 nearly[] = {9, 9, 9};
    int64_t rows[4];
    int64_t total = 1;

    (void)state;
    assert_int_equal(decimal_apportion(thirds, 0, 3, rows, &total), 0);
    assert_int_equal(total, 0);
    assert_int_equal(decimal_apportion(thirds, 3, 3, rows, &total), 0);
    assert_int_equal(total, 1);
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1], 0);
    assert_int_equal(rows[2], 0);
    assert_int_equal(decimal_apportion(ties, 4, 10, rows, &total), 0);
    assert_int_equal(total, 2);
    assert_int_equal(rows[0] * 1000 + rows[1] * 100 + rows[2] * 10 + rows[3], 1100);
    assert_int_equal(decimal_apportion(nearly, 3, 10, rows, &total), 0);
    assert_int_equal(total, 3);
    assert_int_equal(rows[0] + rows[1] + rows[2], 3);
    /* -1.5 + 0.7 - 0.2 = -1: floors -2, 0, -1; two missing go to .8 and .7 */
    assert_int_equal(decimal_apportion(negative, 3, 10, rows, &total), 0);
    assert_int_equal(total, -1);
    assert_int_equal(rows[0], -2);
    assert_int_equal(rows[1], 1);
    assert_int_equal(rows[2], 0);
}

static void always_adds_up(void **state)
{
    uint32_t random = 12345;
    int round;

    (void)state;
    for (round = 0; round < 2000; round++) {
        int128 exact[20];
        int64_t rows[20];
        int64_t total = 0;
        int64_t sum = 0;
        size_t count = (size_t)round % 20 + 1;
        size_t i;

        for (i = 0; i < count; i++) {
            random = random * 1664525U + 1013904223U;
            exact[i] = (int128)(random >> 8) - (1 << 22);
        }
        assert_int_equal(decimal_apportion(exact, count, 997, rows, &total), 0);
        for (i = 0; i < count; i++) {
            int64_t floor = (int64_t)decimal_divide_floor(exact[i], 997);

            assert_true(rows[i] == floor || rows[i] == floor + 1);
            sum += rows[i];
        }
        assert_int_equal(sum, total);
    }
}

static void refuses_what_does_not_fit(void **state)
{
    int128 huge = (int128)1 << 126;
    int128 rows_too_large[] = {(int128)INT64_MAX + 1, -(int128)INT64_MAX};
    int128 sum_too_large[] = {huge, huge};
    int128 total_too_large[] = {INT64_MAX - 1, INT64_MAX - 1};
    int64_t rows[2] = {7, 7};
    int64_t total = 7;

    (void)state;
    assert_int_equal(decimal_apportion(rows_too_large, 2, 1, rows, &total), -ERANGE);
    assert_int_equal(decimal_apportion(sum_too_large, 2, 1, rows, &total), -ERANGE);
    assert_int_equal(decimal_apportion(total_too_large, 2, 1, rows, &total), -ERANGE);
    assert_int_equal(rows[0] + rows[1] + total, 21);
#ifndef AUTOMAGI_SANITIZED /* which ends the program instead */
    assert_int_equal(decimal_apportion(total_too_large, SIZE_MAX / 4, 1, rows, &total), -ENOMEM);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(formats),
        cmocka_unit_test(formats_what_only_128_bits_hold),
        cmocka_unit_test(divides),
        cmocka_unit_test(reproduces_the_tables),
        cmocka_unit_test(apportions),
        cmocka_unit_test(always_adds_up),
        cmocka_unit_test(refuses_what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
