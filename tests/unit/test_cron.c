#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/schedule/cron.h"

static int load_zone(void **state)
{
    (void)state;
    return clock_set_zone("Europe/Copenhagen", NULL);
}

static int64_t instant(const char *text)
{
    int64_t ms = 0;

    if (!clock_parse_instant(text, &ms))
        fail_msg("%s is not an instant", text);
    return ms;
}

static struct cron parse(const char *text)
{
    struct cron cron = {0};
    struct fault fault = {.text = ""};

    if (cron_parse(text, &cron, &fault) < 0)
        fail_msg("%s: %s", text, fault.text);
    return cron;
}

/* The fires after `from`, one after the other; a list ends with NULL. */
struct fires {
    const char *cron;
    const char *from;
    const char *then[8];
};

static void check_fires(const struct fires *fires)
{
    struct cron cron = parse(fires->cron);
    int64_t at = instant(fires->from);
    const char *const *then;

    for (then = fires->then; *then != NULL; then++) {
        char found[CLOCK_INSTANT_TEXT] = "never";

        at = cron_next(&cron, NULL, at);
        if (at != 0)
            clock_format_instant(at, found);
        if (strcmp(found, *then) != 0)
            fail_msg("\"%s\" after %s: %s, not %s", fires->cron, fires->from, found, *then);
        if (at == 0)
            break;
    }
}

static void fires_on_ordinary_days(void **state)
{
    static const struct fires cases[] = {
        {"0 6 * * *",
         "2025-06-01T05:59:59.999+02:00",
         {"2025-06-01T06:00:00+02:00", "2025-06-02T06:00:00+02:00"}},
        {"0 6 * * *", "2025-06-01T06:00:00+02:00", {"2025-06-02T06:00:00+02:00"}},
        {"0 6 * * *", "2025-06-01T06:00:30+02:00", {"2025-06-02T06:00:00+02:00"}},
        {"0,30 6-18/6 * * 1-5",
         "2025-06-06T12:10:00+02:00", /* a Friday */
         {"2025-06-06T12:30:00+02:00", "2025-06-06T18:00:00+02:00", "2025-06-06T18:30:00+02:00",
          "2025-06-09T06:00:00+02:00"}},
        {"*/20 * * * *",
         "2025-12-31T23:30:00+01:00",
         {"2025-12-31T23:40:00+01:00", "2026-01-01T00:00:00+01:00"}},
        {"59 23 31 12 *", "2025-12-31T23:59:00+01:00", {"2026-12-31T23:59:00+01:00"}},
        {"\t5  4 * * *  ", "2025-06-01T00:00:00+02:00", {"2025-06-01T04:05:00+02:00"}},
        {"5-7,1 0 * 1,3 *",
         "2025-01-31T00:06:00+01:00",
         {"2025-01-31T00:07:00+01:00", "2025-03-01T00:01:00+01:00"}},
        {"0 0 31 * *",
         "2025-01-31T00:00:00+01:00",
         {"2025-03-31T00:00:00+02:00", "2025-05-31T00:00:00+02:00"}},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_fires(&cases[i]);
}

static void fires_on_rare_days(void **state)
{
    static const struct fires cases[] = {
        {"0 12 29 2 *",
         "2025-01-01T00:00:00+01:00",
         {"2028-02-29T12:00:00+01:00", "2032-02-29T12:00:00+01:00"}},
        /* 2100 has none */
        {"0 0 29 2 *", "2096-02-29T00:00:00+01:00", {"2104-02-29T00:00:00+01:00"}},
        {"0 0 30 2 *", "2025-01-01T00:00:00+01:00", {"never"}},
        {"0 0 31 4,6,9,11 *", "2025-01-01T00:00:00+01:00", {"never"}},
        /* a Monday in February, though the 30th never comes */
        {"0 0 30 2 1", "2025-01-01T00:00:00+01:00", {"2025-02-03T00:00:00+01:00"}},
        /* a 29 February that is a Sunday */
        {"0 0 29 2 */7", "2025-01-01T00:00:00+01:00", {"2032-02-29T00:00:00+01:00"}},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_fires(&cases[i]);
}

static void either_day_field_may_match(void **state)
{
    static const struct fires cases[] = {
        /* the 13th, or a Friday */
        {"0 0 13 * 5",
         "2025-06-10T00:00:00+02:00",
         {"2025-06-13T00:00:00+02:00", "2025-06-20T00:00:00+02:00", "2025-06-27T00:00:00+02:00",
          "2025-07-04T00:00:00+02:00", "2025-07-11T00:00:00+02:00", "2025-07-13T00:00:00+02:00"}},
        {"0 0 13 * *", "2025-06-10T00:00:00+02:00", {"2025-06-13T00:00:00+02:00"}},
        {"0 0 * * 5", "2025-06-13T00:00:00+02:00", {"2025-06-20T00:00:00+02:00"}},
        /* a field that begins with * restricts, and then both must match */
        {"0 0 */2 * 5",
         "2025-06-10T00:00:00+02:00",
         {"2025-06-13T00:00:00+02:00", "2025-06-27T00:00:00+02:00"}},
        /* 0 and 7 are Sunday */
        {"0 0 * * 7", "2025-06-10T00:00:00+02:00", {"2025-06-15T00:00:00+02:00"}},
        {"0 0 * * 0", "2025-06-10T00:00:00+02:00", {"2025-06-15T00:00:00+02:00"}},
        {"0 0 * * 6-7",
         "2025-06-10T00:00:00+02:00",
         {"2025-06-14T00:00:00+02:00", "2025-06-15T00:00:00+02:00", "2025-06-21T00:00:00+02:00"}},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_fires(&cases[i]);
}

/* 2025-03-30: 02:00 becomes 03:00. */
static void a_time_in_the_gap_fires_once_after_it(void **state)
{
    static const struct fires cases[] = {
        {"30 2 * * *",
         "2025-03-29T02:30:00+01:00",
         {"2025-03-30T03:00:00+02:00", "2025-03-31T02:30:00+02:00"}},
        {"0 2 * * *",
         "2025-03-29T12:00:00+01:00",
         {"2025-03-30T03:00:00+02:00", "2025-03-31T02:00:00+02:00"}},
        {"0,20,40 2 * * *",
         "2025-03-29T12:00:00+01:00",
         {"2025-03-30T03:00:00+02:00", "2025-03-31T02:00:00+02:00"}},
        {"59 1 * * *",
         "2025-03-29T12:00:00+01:00",
         {"2025-03-30T01:59:00+01:00", "2025-03-31T01:59:00+02:00"}},
        /* what falls on the first moment after the gap is not fired twice */
        {"30 2,3 * * *",
         "2025-03-30T01:00:00+01:00",
         {"2025-03-30T03:00:00+02:00", "2025-03-30T03:30:00+02:00", "2025-03-31T02:30:00+02:00"}},
        {"0 * * * *",
         "2025-03-30T00:30:00+01:00",
         {"2025-03-30T01:00:00+01:00", "2025-03-30T03:00:00+02:00", "2025-03-30T04:00:00+02:00"}},
        {"*/30 * * * *",
         "2025-03-30T01:00:00+01:00",
         {"2025-03-30T01:30:00+01:00", "2025-03-30T03:00:00+02:00", "2025-03-30T03:30:00+02:00"}},
        /* a wildcard hour follows elapsed time: nothing for the gap */
        {"30 * * * *",
         "2025-03-30T01:00:00+01:00",
         {"2025-03-30T01:30:00+01:00", "2025-03-30T03:30:00+02:00", "2025-03-30T04:30:00+02:00"}},
        {"30 2 30 3 *",
         "2025-01-01T00:00:00+01:00",
         {"2025-03-30T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_fires(&cases[i]);
}

/* 2025-10-26: 03:00 becomes 02:00. */
static void a_fixed_hour_fires_in_the_first_pass(void **state)
{
    static const struct fires cases[] = {
        {"30 2 * * *",
         "2025-10-25T12:00:00+02:00",
         {"2025-10-26T02:30:00+02:00", "2025-10-27T02:30:00+01:00"}},
        {"0 2 * * *",
         "2025-10-25T12:00:00+02:00",
         {"2025-10-26T02:00:00+02:00", "2025-10-27T02:00:00+01:00"}},
        /* asked between the passes, and in the second */
        {"30 2 * * *", "2025-10-26T02:10:00+01:00", {"2025-10-27T02:30:00+01:00"}},
        {"0 3 * * *", "2025-10-26T02:10:00+01:00", {"2025-10-26T03:00:00+01:00"}},
        {"0 1-4 * * *",
         "2025-10-26T00:30:00+02:00",
         {"2025-10-26T01:00:00+02:00", "2025-10-26T02:00:00+02:00", "2025-10-26T03:00:00+01:00"}},
        {"30 * * * *",
         "2025-10-26T01:00:00+02:00",
         {"2025-10-26T01:30:00+02:00", "2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00",
          "2025-10-26T03:30:00+01:00"}},
        {"0 */2 * * *",
         "2025-10-26T01:00:00+02:00",
         {"2025-10-26T02:00:00+02:00", "2025-10-26T02:00:00+01:00", "2025-10-26T04:00:00+01:00"}},
        {"15 2-10/4 * * *",
         "2025-10-26T01:00:00+02:00",
         {"2025-10-26T02:15:00+02:00", "2025-10-26T02:15:00+01:00", "2025-10-26T06:15:00+01:00"}},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_fires(&cases[i]);
}

/* Every daily time over twelve years: one fire per local day, at its time unless there is
 * no such time. */
static void every_daily_time_fires_once_a_day(void **state)
{
    int minute;

    (void)state;
    for (minute = 0; minute < 1440; minute += 17) {
        char text[32];
        struct cron cron;
        int64_t at = instant("2025-01-01T00:00:00+01:00") - 1;
        int32_t day;
        int32_t last = clock_day(2037, 1, 1);

        (void)snprintf(text, sizeof text, "%d %d * * *", minute % 60, minute / 60);
        cron = parse(text);
        for (day = clock_day(2025, 1, 1); day < last; day++) {
            int32_t found_day;
            int found_minute;
            int offset;

            at = cron_next(&cron, NULL, at);
            clock_local_minute(at, &found_day, &found_minute, &offset);
            assert_int_equal(found_day, day);
            if (found_minute != minute) {
                assert_int_equal(found_minute, 180);
                assert_int_equal(minute / 60, 2);
            }
        }
    }
}

/* Other zones: the clocks change at midnight, by half an hour, and by a whole day. */
static void other_zones(void **state)
{
    static const struct {
        const char *zone;
        struct fires fires;
    } cases[] = {
        {"America/Havana", /* 2025-03-09: 00:00 becomes 01:00 */
         {"30 0 * * *",
          "2025-03-08T12:00:00-05:00",
          {"2025-03-09T01:00:00-04:00", "2025-03-10T00:30:00-04:00"}}},
        {"America/Havana", /* 2025-11-02: 01:00 becomes 00:00 */
         {"30 0 * * *",
          "2025-11-01T12:00:00-04:00",
          {"2025-11-02T00:30:00-04:00", "2025-11-03T00:30:00-05:00"}}},
        {"Australia/Lord_Howe", /* 2025-10-05: 02:00 becomes 02:30 */
         {"15 2 * * *",
          "2025-10-04T12:00:00+10:30",
          {"2025-10-05T02:30:00+11:00", "2025-10-06T02:15:00+11:00"}}},
        {"America/Asuncion", /* 2023-03-26: 00:00 becomes 23:00 the day before */
         {"30 23 * * *",
          "2023-03-25T12:00:00-03:00",
          {"2023-03-25T23:30:00-03:00", "2023-03-26T23:30:00-04:00"}}},
        {"America/Asuncion",
         {"30 * * * *",
          "2023-03-25T22:40:00-03:00",
          {"2023-03-25T23:30:00-03:00", "2023-03-25T23:30:00-04:00", "2023-03-26T00:30:00-04:00"}}},
        {"Pacific/Apia", /* there was no 2011-12-30 */
         {"0 12 * * *",
          "2011-12-29T00:00:00-10:00",
          {"2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"}}},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(clock_set_zone(cases[i].zone, NULL), 0);
        check_fires(&cases[i].fires);
    }
    assert_int_equal(clock_set_zone("Europe/Copenhagen", NULL), 0);
}

static void special_days(void **state)
{
    static const struct fires cases[] = {
        /* 24 and 31 December are no bank days, 25 and 26 holidays; 27 and 28 a weekend in 2025 */
        {"30 6 LB-1 * *",
         "2025-12-01T00:00:00+01:00",
         {"2025-12-29T06:30:00+01:00", "2026-01-29T06:30:00+01:00", "2026-02-26T06:30:00+01:00"}},
        {"0 8 1B,LB 1 *",
         "2025-12-01T00:00:00+01:00",
         {"2026-01-02T08:00:00+01:00", "2026-01-30T08:00:00+01:00", "2027-01-04T08:00:00+01:00"}},
        {"0 8 23B * *", "2026-02-01T00:00:00+01:00", {"2026-07-31T08:00:00+02:00"}},
        {"0 8 L-30 * *",
         "2026-01-01T09:00:00+01:00",
         {"2026-03-01T08:00:00+01:00", "2026-05-01T08:00:00+02:00"}},
        {"0 8 L feb *",
         "2026-01-01T00:00:00+01:00",
         {"2026-02-28T08:00:00+01:00", "2027-02-28T08:00:00+01:00", "2028-02-29T08:00:00+01:00"}},
        /* 1 March 2026 is a Sunday, 31 May 2026 too; April has no 31st */
        {"0 8 1W,31W * *",
         "2026-02-15T00:00:00+01:00",
         {"2026-03-02T08:00:00+01:00", "2026-03-31T08:00:00+02:00", "2026-04-01T08:00:00+02:00",
          "2026-05-01T08:00:00+02:00", "2026-05-29T08:00:00+02:00"}},
        /* a Saturday that is the 1st */
        {"0 8 1W * *", "2026-07-15T00:00:00+02:00", {"2026-08-03T08:00:00+02:00"}},
        {"0 8 LW * *", "2026-05-01T00:00:00+02:00", {"2026-05-29T08:00:00+02:00"}},
        {"0 8 * * fri#5", "2026-02-01T00:00:00+01:00", {"2026-05-29T08:00:00+02:00"}},
        {"0 8 * 2 sun#5", "2026-02-01T00:00:00+01:00", {"2032-02-29T08:00:00+01:00"}},
        {"0 8 * 2 sun#5", "2088-03-01T00:00:00+01:00", {"2128-02-29T08:00:00+01:00"}},
        {"0 0 31 12 *", "2198-12-31T00:00:00+01:00", {"2199-12-31T00:00:00+01:00"}},
        {"0 0 1 1 *", "2199-01-01T00:00:00+01:00", {"never"}},
    };
    static const int64_t far[] = {INT64_C(7258118400000), INT64_MAX - 1, INT64_MAX};
    struct cron cron = parse("* * * * *");
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_fires(&cases[i]);
    for (i = 0; i < sizeof far / sizeof far[0]; i++)
        assert_int_equal(cron_next(&cron, NULL, far[i]), 0);
    assert_int_equal(cron_next(&cron, NULL, INT64_MIN), 60000);
    assert_int_equal(cron_next(&cron, NULL, 0), 60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_on_ordinary_days),
        cmocka_unit_test(fires_on_rare_days),
        cmocka_unit_test(either_day_field_may_match),
        cmocka_unit_test(a_time_in_the_gap_fires_once_after_it),
        cmocka_unit_test(a_fixed_hour_fires_in_the_first_pass),
        cmocka_unit_test(every_daily_time_fires_once_a_day),
        cmocka_unit_test(other_zones),
        cmocka_unit_test(special_days),
    };

    return cmocka_run_group_tests(tests, load_zone, NULL);
}
