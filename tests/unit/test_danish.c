/* Numbers and days as Danes write them: what is taken, and what is refused as ambiguous. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/sdk/danish.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        unsigned decimals;
        int64_t scaled;
    } rows[] = {
        {"0", 0, 0},
        {"1234", 0, 1234},
        {"007", 0, 7},
        {"2.351", 0, 2351},
        {"2.351", 2, 235100},
        {"7,3", 1, 73},
        {"7,3", 4, 73000},
        {"7,30", 1, 73},
        {"7,000", 0, 7},
        {"0,05", 2, 5},
        {"-1.234,50", 2, -123450},
        {"1.234,50-", 2, -123450},
        {"+12", 0, 12},
        {"-0,00", 2, 0},
        {"12.345.678,9", 1, 123456789},
        {" \t7 ", 0, 7},
        {"\xc2\xa0"
         "7,5\xc2\xa0 ",
         1, 75},
        {"9223372036854775807", 0, INT64_MAX},
        {"9,223372036854775807", 18, INT64_MAX},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int64_t scaled = 99;

        if (!ag_danish_number(rows[i].text, rows[i].decimals, &scaled))
            fail_msg("\"%s\" is no number", rows[i].text);
        assert_int_equal(scaled, rows[i].scaled);
    }
}

static void test_no_numbers(void **state)
{
    static const struct {
        const char *text;
        unsigned decimals;
    } rows[] = {
        {"", 2},
        {" ", 2},
        {"-", 2},
        {"--1", 2},
        {"-1-", 2},
        {"+1-", 2},
        {"1.23", 2},
        {"1.2345", 2},
        {"1234.567", 2},
        {".123", 2},
        {"1.234.56", 2},
        {"1..234", 2},
        {"0.123", 3},
        {"012.345", 0},
        {"1.234567,0", 2},
        {"1,", 2},
        {",5", 2},
        {"1,2,3", 2},
        {"1,234.5", 2},
        {"7,35", 1},
        {"7,351", 2},
        {"1 234", 2},
        {"12 kr.", 2},
        {"1e3", 2},
        {"0x10", 2},
        {"1,5%", 2},
        {"\xe2\x88\x92"
         "1",
         2},
        {"\xc2", 2},
        {"1\xc2", 2},
        {"nan", 2},
        {"9223372036854775808", 0},
        {"9223372036854775807", 1},
        {"1", 19},
        {"7,0x", 2},
        {"- 1", 2},
        {"1.234.", 2},
        {"1.", 2},
        {"1,5\n", 2},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int64_t scaled = 99;

        if (ag_danish_number(rows[i].text, rows[i].decimals, &scaled) || scaled != 99)
            fail_msg("\"%s\" is taken as %lld", rows[i].text, (long long)scaled);
    }
}

static void test_days(void **state)
{
    static const struct {
        const char *text;
        int32_t day;
    } rows[] = {
        {"1970-01-01", 0},     {"01-01-1970", 0},        {"1/1/1970", 0},
        {"31.12.1969", -1},    {"29-02-2024", 19782},    {"29.2.2000", 11016},
        {"2026-03-01", 20513}, {" 01/03/2026\t", 20513}, {"01-01-1900", -25567},
        {"31-12-2199", 84005},
    };
    static const char *const bad[] = {
        "",           "29-02-2026", "29-02-1900",       "31-04-2026",          "00-01-2026",
        "01-13-2026", "01-00-2026", "1-1-26",           "01-01/2026",          "2026-1-1",
        "2026/01/01", "2026.01.01", "01012026",         "01-01-20261",         "31-12-1899",
        "01-01-2200", "1 1 2026",   "01-01-2026 00:00", "2026-01-01T00:00:00", "-1-01-2026",
        "x",          "01-",        "01-01-",           "2026-02-30",          "001-01-2026",
    };
    int32_t day;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        day = 99;
        if (!ag_danish_day(rows[i].text, &day))
            fail_msg("\"%s\" is no day", rows[i].text);
        assert_int_equal(day, rows[i].day);
    }
    for (i = 0; i < COUNT(bad); i++) {
        day = 99;
        if (ag_danish_day(bad[i], &day) || day != 99)
            fail_msg("\"%s\" is taken as %d", bad[i], day);
    }
}

/* Every day of the three centuries is written as it is read. */
static void test_every_day(void **state)
{
    char text[AG_DANISH_DAY_TEXT_MAX];
    int32_t day, again;

    (void)state;
    for (day = -25567; day <= 84005; day++) {
        ag_danish_day_text(day, text);
        assert_true(ag_danish_day(text, &again));
        assert_int_equal(again, day);
    }
    ag_danish_day_text(20513, text);
    assert_string_equal(text, "01-03-2026");
    ag_danish_day_text(-25568, text);
    assert_string_equal(text, "ukendt dag");
    ag_danish_day_text(INT32_MAX, text);
    assert_string_equal(text, "ukendt dag");
    ag_danish_day_text(INT32_MIN, text);
    assert_string_equal(text, "ukendt dag");
}

static void test_number_texts(void **state)
{
    static const struct {
        int64_t scaled;
        unsigned decimals;
        const char *text;
    } rows[] = {
        {0, 0, "0"},
        {0, 2, "0,00"},
        {5, 2, "0,05"},
        {-5, 1, "-0,5"},
        {999, 0, "999"},
        {1000, 0, "1.000"},
        {-123450, 2, "-1.234,50"},
        {123456789, 1, "12.345.678,9"},
        {INT64_MAX, 0, "9.223.372.036.854.775.807"},
        {INT64_MIN, 0, "-9.223.372.036.854.775.808"},
        {INT64_MIN, 1, "-922.337.203.685.477.580,8"},
        {INT64_MIN, 18, "-9,223372036854775808"},
        {1, 18, "0,000000000000000001"},
        {1, 99, "0,000000000000000001"},
    };
    char text[AG_DANISH_NUMBER_TEXT_MAX];
    int64_t again;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        ag_danish_number_text(rows[i].scaled, rows[i].decimals, text);
        assert_string_equal(text, rows[i].text);
        if (rows[i].scaled > INT64_MIN && rows[i].decimals <= AG_DANISH_DECIMALS_MAX) {
            assert_true(ag_danish_number(text, rows[i].decimals, &again));
            assert_int_equal(again, rows[i].scaled);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_no_numbers),
        cmocka_unit_test(test_days),         cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_number_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
