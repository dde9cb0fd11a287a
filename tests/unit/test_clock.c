#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/zone.h"

#define HOUR_MS INT64_C(3600000)

static int set_copenhagen(void **state)
{
    (void)state;
    clock_pretend(0);
    return clock_set_zone("Europe/Copenhagen", NULL);
}

static int64_t instant(const char *string)
{
    int64_t wall_ms = 0;

    assert_true(clock_parse_instant(string, &wall_ms));
    return wall_ms;
}

static int32_t day(const char *string)
{
    int32_t result = 0;

    assert_true(clock_parse_day(string, &result));
    return result;
}

static void refuses_zones(void **state)
{
    static const char *const bad[] = {
        "",
        "Europe/Atlantis",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe",
        "zone.tab",
        "tzdata.zi",
        "Europe/Copen hagen",
        "leapseconds",
        ":UTC",
        "Europe/CopenhagenEurope/CopenhagenEurope/CopenhagenEurope/Copenhagen"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault fault = {0};

        assert_int_equal(clock_set_zone(bad[i], &fault), -EINVAL);
        assert_non_null(strstr(fault.text, "tzdata"));
    }
    assert_int_equal(clock_local_day(instant("2025-06-30T23:00:00Z")), day("2025-07-01"));
    assert_int_equal(clock_set_zone("UTC", NULL), 0);
    assert_int_equal(clock_local_day(instant("2025-06-30T23:00:00Z")), day("2025-06-30"));
}

static void stands_still_when_pretending(void **state)
{
    int64_t before;

    (void)state;
    clock_pretend(1743492600123);
    assert_true(clock_now_ms() == 1743492600123);
    assert_true(clock_monotonic_ms() == 1743492600123);
    assert_true(clock_monotonic_us() == 1743492600123000);
    clock_pretend(0);
    assert_true(clock_now_ms() > INT64_C(1700000000000));
    before = clock_monotonic_us();
    assert_true(clock_monotonic_us() >= before);
    assert_true(clock_monotonic_ms() >= before / 1000);
}

static void counts_days(void **state)
{
    int32_t d;

    (void)state;
    assert_int_equal(clock_day(1970, 1, 1), 0);
    assert_int_equal(clock_day(1969, 12, 31), -1);
    assert_int_equal(clock_day(2000, 2, 29), 11016);
    assert_int_equal(clock_day(2025, 4, 1), 20179);
    assert_int_equal(clock_day(0, 3, 1), -719468);
    assert_int_equal(clock_weekday(0), 4);
    assert_int_equal(clock_weekday(clock_day(2025, 4, 6)), 0);
    assert_int_equal(clock_weekday(-1), 3);
    assert_int_equal(clock_weekday(-5), 6);
    for (d = -800000; d < 200000; d++) {
        int year;
        int month;
        int of_month;

        clock_civil(d, &year, &month, &of_month);
        assert_true(month >= 1 && month <= 12 && of_month >= 1 && of_month <= 31);
        assert_true(clock_day(year, month, of_month) == d);
        assert_true((clock_weekday(d) + 1) % 7 == clock_weekday(d + 1));
    }
}

static void counts_months(void **state)
{
    int32_t april = 2025 * 12 + 3;

    (void)state;
    assert_int_equal(clock_month_of_day(day("2025-04-01")), april);
    assert_int_equal(clock_month_of_day(day("2025-04-30")), april);
    assert_int_equal(clock_first_day_of_month(april), day("2025-04-01"));
    assert_int_equal(clock_last_day_of_month(april), day("2025-04-30"));
    assert_int_equal(clock_last_day_of_month(2024 * 12 + 1), day("2024-02-29"));
    assert_int_equal(clock_last_day_of_month(2100 * 12 + 1), day("2100-02-28"));
    assert_int_equal(clock_last_day_of_month(2025 * 12 + 11), day("2025-12-31"));
    assert_int_equal(clock_month_of_day(clock_first_day_of_month(-1)), -1);
    assert_int_equal(clock_day_after_months(day("2025-06-15"), 6), day("2025-12-15"));
    assert_int_equal(clock_day_after_months(day("2025-08-31"), 6), day("2026-02-28"));
    assert_int_equal(clock_day_after_months(day("2023-08-30"), 6), day("2024-02-29"));
    assert_int_equal(clock_day_after_months(day("2025-01-31"), -2), day("2024-11-30"));
    assert_int_equal(clock_day_after_months(day("2025-01-31"), 0), day("2025-01-31"));
}

static void counts_weeks(void **state)
{
    static const struct {
        const char *day;
        int year, week;
    } cases[] = {
        {"2025-01-01", 2025, 1},  {"2024-12-30", 2025, 1},  {"2024-12-29", 2024, 52},
        {"2021-01-03", 2020, 53}, {"2021-01-04", 2021, 1},  {"2027-01-01", 2026, 53},
        {"2026-12-31", 2026, 53}, {"2025-06-15", 2025, 24}, {"2025-06-16", 2025, 25},
        {"1970-01-01", 1970, 1},  {"1969-12-28", 1969, 52}, {"1900-01-01", 1900, 1},
        {"2199-12-31", 2200, 1},
    };
    size_t i;
    int year = 0;
    int week = 0;
    int32_t d;
    int32_t last;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clock_iso_week(day(cases[i].day), &year, &week);
        assert_int_equal(year, cases[i].year);
        assert_int_equal(week, cases[i].week);
    }
    /* 4 January is always in week 1; a Monday begins another week, no other day does */
    last = day("2199-12-20");
    for (d = day("1900-01-01"); d < last; d++) {
        int next_year = 0;
        int next_week = 0;

        clock_iso_week(d, &year, &week);
        clock_iso_week(d + 1, &next_year, &next_week);
        assert_int_equal(week == next_week, clock_weekday(d + 1) != 1);
        assert_true(next_week == week || next_week == week + 1 ||
                    (next_week == 1 && next_year == year + 1 && week >= 52));
    }
}

static void parses_days(void **state)
{
    static const char *const bad[] = {
        "",           "2025-4-01",   "2025-04-1",   "2025-04-31", "2025-02-29",
        "2100-02-29", "2025-13-01",  "2025-00-01",  "2025-01-00", "1899-12-31",
        "2200-01-01", "2025-04-01 ", " 2025-04-01", "2025/04/01", "20250401",
        "2025-04",    "+025-04-01",  "2025-04-0x",
    };
    int32_t result = 77;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(clock_parse_day(bad[i], &result));
    assert_false(clock_parse_month("2025-13", &result));
    assert_false(clock_parse_month("2025-4", &result));
    assert_false(clock_parse_month("2025-04-01", &result));
    assert_false(clock_parse_month("1899-12", &result));
    assert_int_equal(result, 77);
    assert_int_equal(day("1900-01-01"), -25567);
    assert_int_equal(day("2199-12-31"), clock_day(2200, 1, 1) - 1);
    assert_int_equal(day("2024-02-29"), clock_day(2024, 3, 1) - 1);
    assert_true(clock_parse_month("2025-04", &result));
    assert_int_equal(result, 2025 * 12 + 3);
}

static void parses_instants(void **state)
{
    static const char *const bad[] = {
        "",
        "2025-04-01",
        "2025-04-01T09:30:00",
        "2025-04-01T09:30",
        "2025-04-01T9:30Z",
        "2025-04-01T24:00Z",
        "2025-04-01T09:60Z",
        "2025-04-01T09:30:60Z",
        "2025-04-01T09:30:00.Z",
        "2025-04-01T09:30:00.1234567890Z",
        "2025-04-01T09:30.5Z",
        "2025-04-01T09:30:00+02",
        "2025-04-01T09:30:00+0200",
        "2025-04-01T09:30:00+19:00",
        "2025-04-01T09:30:00+01:60",
        "2025-04-01T09:30:00Zx",
        "2025-04-01t09:30:00Z",
        "2025-04-01T09:30:00z",
        "2025-04-31T09:30:00Z",
        "2025-04-01  09:30:00Z",
    };
    int64_t base = day("2025-04-01") * 24 * HOUR_MS;
    int64_t wall_ms = 77;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(clock_parse_instant(bad[i], &wall_ms));
    assert_int_equal(wall_ms, 77);
    assert_true(instant("1970-01-01T00:00Z") == 0);
    assert_true(instant("2025-04-01T00:00:00Z") == base);
    assert_true(instant("2025-04-01 09:30:00+02:00") == base + 7 * HOUR_MS + HOUR_MS / 2);
    assert_true(instant("2025-04-01T09:30-03:30") == base + 13 * HOUR_MS);
    assert_true(instant("2025-04-01T00:00:01.5Z") == base + 1500);
    assert_true(instant("2025-04-01T00:00:01.0429Z") == base + 1042);
    assert_true(instant("2025-04-01T00:00:01.999999999Z") == base + 1999);
    assert_true(instant("1969-12-31T23:59:59.999Z") == -1);
}

static void knows_summer_time(void **state)
{
    static const struct {
        const char *utc;
        const char *day;
        int minute;
        int offset;
        const char *shown;
    } cases[] = {
        {"2025-03-30T00:59:59Z", "2025-03-30", 119, 60, "2025-03-30T01:59:59+01:00"},
        {"2025-03-30T01:00:00Z", "2025-03-30", 180, 120, "2025-03-30T03:00:00+02:00"},
        {"2025-03-30T21:59:59Z", "2025-03-30", 1439, 120, "2025-03-30T23:59:59+02:00"},
        {"2025-03-30T22:00:00Z", "2025-03-31", 0, 120, "2025-03-31T00:00:00+02:00"},
        {"2025-10-26T00:59:59Z", "2025-10-26", 179, 120, "2025-10-26T02:59:59+02:00"},
        {"2025-10-26T01:00:00Z", "2025-10-26", 120, 60, "2025-10-26T02:00:00+01:00"},
        {"2025-10-26T22:59:59Z", "2025-10-26", 1439, 60, "2025-10-26T23:59:59+01:00"},
        {"2025-10-26T23:00:00Z", "2025-10-27", 0, 60, "2025-10-27T00:00:00+01:00"},
        {"2025-12-31T23:00:00Z", "2026-01-01", 0, 60, "2026-01-01T00:00:00+01:00"},
        {"1969-12-31T22:59:59.500Z", "1969-12-31", 1439, 60, "1969-12-31T23:59:59+01:00"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char shown[CLOCK_INSTANT_TEXT];
        int32_t d = 0;
        int minute = 0;
        int offset = 0;

        clock_local_minute(instant(cases[i].utc), &d, &minute, &offset);
        assert_int_equal(d, day(cases[i].day));
        assert_int_equal(minute, cases[i].minute);
        assert_int_equal(offset, cases[i].offset);
        assert_int_equal(clock_local_day(instant(cases[i].utc)), day(cases[i].day));
        clock_format_instant(instant(cases[i].utc), shown);
        assert_string_equal(shown, cases[i].shown);
    }
}

/* The remembered day must give what a fresh look gives, also where the clocks
 * change at midnight and where the offset is not whole hours. */
static void remembers_rightly(void **state)
{
    static const char *const zones[] = {
        "Europe/Copenhagen",   "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu",
        "Australia/Lord_Howe", "America/St_Johns",  "Pacific/Apia",   "Asia/Beirut"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        int64_t at = instant("2010-01-01T00:00:00Z");
        int64_t to = instant("2012-03-01T00:00:00Z");

        assert_int_equal(clock_set_zone(zones[i], NULL), 0);
        for (; at < to; at += 7 * 60000 + 777) {
            int32_t known = clock_local_day(at);

            (void)clock_local_day(at + 400 * 24 * HOUR_MS);
            assert_int_equal(clock_local_day(at), known);
            assert_int_equal(clock_local_day(at), known);
        }
    }
}

static void knows_the_end_of_a_day(void **state)
{
    static const char *const days[] = {"2025-03-30", "2025-10-26", "1969-12-31", "2026-02-28"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof days / sizeof days[0]; i++) {
        int64_t end = clock_day_end_ms(day(days[i]));

        assert_int_equal(clock_local_day(end), day(days[i]));
        assert_int_equal(clock_local_day(end + 1), day(days[i]) + 1);
    }
    assert_int_equal(clock_day_end_ms(day("2025-07-01")), instant("2025-07-01T22:00:00Z") - 1);
}

static void *local_day_in_thread(void *argument)
{
    int32_t *result = argument;

    *result = clock_local_day(1743458400000);
    return NULL;
}

static void works_in_threads(void **state)
{
    pthread_t thread;
    int32_t result = 0;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, local_day_in_thread, &result), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(result, day("2025-04-01"));
}

static void formats(void **state)
{
    char text[CLOCK_DAY_TEXT];
    char month[CLOCK_MONTH_TEXT];
    char shown[CLOCK_INSTANT_TEXT];

    (void)state;
    clock_format_day(day("2025-04-01"), text);
    assert_string_equal(text, "2025-04-01");
    clock_format_month(2025 * 12 + 3, month);
    assert_string_equal(month, "2025-04");
    clock_format_day(INT32_MAX, text);
    assert_int_equal(strlen(text), 10);
    clock_format_day(INT32_MIN, text);
    assert_int_equal(strlen(text), 10);
    clock_format_instant(INT64_MAX, shown);
    assert_true(strlen(shown) < sizeof shown);
    clock_format_instant(INT64_MIN, shown);
    assert_true(strlen(shown) < sizeof shown);
    assert_int_equal(clock_set_zone("America/St_Johns", NULL), 0);
    clock_format_instant(instant("2025-01-01T00:00:00Z"), shown);
    assert_string_equal(shown, "2024-12-31T20:30:00-03:30");
}

/* Of a zone, or of the organisation's when none is given; before 1970 too. */
static void a_day_in_a_zone(void **state)
{
    struct zone *york = NULL;
    struct fault fault;
    int minute = 0;

    (void)state;
    assert_int_equal(clock_set_zone("Europe/Copenhagen", &fault), 0);
    assert_int_equal(zone_open("America/New_York", &york, &fault), 0);
    /* 2027-03-28T02:30:00Z */
    assert_int_equal(clock_day_in(NULL, INT64_C(1806201000000), &minute), clock_day(2027, 3, 28));
    assert_int_equal(minute, 4 * 60 + 30);
    assert_int_equal(clock_day_in(york, INT64_C(1806201000000), &minute), clock_day(2027, 3, 27));
    assert_int_equal(minute, 22 * 60 + 30);
    assert_int_equal(clock_day_in(york, -1, NULL), -1);
    zone_close(york);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(refuses_zones, set_copenhagen),
        cmocka_unit_test_setup(stands_still_when_pretending, set_copenhagen),
        cmocka_unit_test(counts_days),
        cmocka_unit_test(counts_months),
        cmocka_unit_test(counts_weeks),
        cmocka_unit_test(parses_days),
        cmocka_unit_test(parses_instants),
        cmocka_unit_test_setup(knows_summer_time, set_copenhagen),
        cmocka_unit_test_setup(remembers_rightly, set_copenhagen),
        cmocka_unit_test_setup(knows_the_end_of_a_day, set_copenhagen),
        cmocka_unit_test_setup(works_in_threads, set_copenhagen),
        cmocka_unit_test_setup(formats, set_copenhagen),
        cmocka_unit_test(a_day_in_a_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
