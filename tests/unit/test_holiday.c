#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/schedule/holiday.h"
#include "tests/unit/oracle.h"

static int32_t day(const char *text)
{
    int32_t result = 0;

    if (!clock_parse_day(text, &result))
        fail_msg("%s is no day", text);
    return result;
}

static void check_name(const char *date, const char *found, const char *expected)
{
    if (strcmp(found != NULL ? found : "-", expected) != 0)
        fail_msg("%s is %s, not %s", date, found != NULL ? found : "-", expected);
}

/* All days of three hundred years, beside what another reckoning of Easter gives. */
static void every_day_is_the_oracles(void **state)
{
    struct oracle oracle;
    char line[256];
    char date[16];
    char name[80];
    char closed[80];
    int is_bank_day = 0;
    int32_t days = 0;

    (void)state;
    oracle_open(&oracle, (const char *const[3]){"holidays", "1900", "2199"});
    while (fgets(line, sizeof line, oracle.stream) != NULL) {
        assert_int_equal(
            sscanf(line, "%15[^\t]\t%79[^\t]\t%d\t%79[^\n]", date, name, &is_bank_day, closed), 4);
        check_name(date, holiday_name(day(date)), name);
        check_name(date, holiday_bank_closed_name(day(date)), closed);
        if (holiday_is_bank_day(day(date)) != (is_bank_day != 0))
            fail_msg("%s is %s bank day", date, is_bank_day != 0 ? "a" : "no");
        days++;
    }
    oracle_close(&oracle);
    assert_int_equal(days, day("2199-12-31") - day("1900-01-01") + 1);
}

/* As the church's calendar has them. */
static void easter_is_where_it_was(void **state)
{
    static const char *const sundays[] = {
        "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20",
        "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13",
        "2032-03-28", "2033-04-17", "2034-04-09", "2035-03-25", "2036-04-13", "2037-04-05",
        "2038-04-25", "2039-04-10", "2040-04-01",
    };
    int year;

    (void)state;
    for (year = 2020; year <= 2040; year++)
        assert_int_equal(holiday_easter(year), day(sundays[year - 2020]));
    assert_int_equal(holiday_easter(1943), day("1943-04-25")); /* the latest and the earliest */
    assert_int_equal(holiday_easter(1913), day("1913-03-23"));
    assert_int_equal(holiday_easter(1954), day("1954-04-18")); /* Gauss' exceptions */
    assert_int_equal(holiday_easter(1981), day("1981-04-19"));
}

/* As Danmarks Nationalbank lists them. */
static void banks_are_closed_in_2026_and_2027(void **state)
{
    static const char *const closed[] = {
        "2026-01-01", "2026-04-02", "2026-04-03", "2026-04-06", "2026-05-14",
        "2026-05-15", "2026-05-25", "2026-06-05", "2026-12-24", "2026-12-25",
        "2026-12-31", "2027-01-01", "2027-03-25", "2027-03-26", "2027-03-29",
        "2027-05-06", "2027-05-07", "2027-05-17", "2027-12-24", "2027-12-31",
    };
    int32_t d;
    size_t next = 0;

    (void)state;
    for (d = day("2026-01-01"); d <= day("2027-12-31"); d++) {
        bool is_listed = next < sizeof closed / sizeof closed[0] && d == day(closed[next]);

        next += is_listed;
        if (clock_weekday(d) == 0 || clock_weekday(d) == 6)
            assert_false(holiday_is_bank_day(d));
        else
            assert_int_equal(holiday_is_bank_day(d), !is_listed);
    }
    assert_int_equal(next, sizeof closed / sizeof closed[0]);
}

static void years_have_limits(void **state)
{
    (void)state;
    assert_null(holiday_name(day("1900-01-01") - 7));
    assert_null(holiday_name(day("2199-12-31") + 1));
    assert_null(holiday_bank_closed_name(day("2199-12-31") + 1));
    assert_false(holiday_is_bank_day(day("2199-12-31") + 2));
    assert_false(holiday_is_bank_day(INT32_MIN));
    assert_false(holiday_is_bank_day(INT32_MAX));
    assert_int_equal(holiday_bank_days(1900 * 12 - 1), 0);
    assert_int_equal(holiday_bank_days(2200 * 12), 0);
    assert_int_equal(holiday_bank_days(INT32_MIN), 0);
    assert_true(holiday_bank_days(1900 * 12) != 0);
    assert_true(holiday_bank_days(2199 * 12 + 11) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_is_the_oracles),
        cmocka_unit_test(easter_is_where_it_was),
        cmocka_unit_test(banks_are_closed_in_2026_and_2027),
        cmocka_unit_test(years_have_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
