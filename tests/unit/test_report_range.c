/* The days of a report when nobody says them, and those it is held against. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "scorecards/report/report.h"
#include "tests/unit/savings_town.h"

static void check_usual(const char *today, const char *from, const char *to)
{
    int32_t from_day = 0;
    int32_t to_day = 0;

    report_usual_range(town_day(today), &from_day, &to_day);
    assert_int_equal(from_day, town_day(from));
    assert_int_equal(to_day, town_day(to));
}

static void usual_range_ends_with_the_last_month_that_is_over(void **state)
{
    (void)state;
    check_usual("2026-11-21", "2026-01-01", "2026-10-31");
    check_usual("2026-11-30", "2026-01-01", "2026-10-31"); /* its last day is not over */
    check_usual("2026-12-01", "2026-01-01", "2026-11-30");
    check_usual("2027-01-01", "2026-01-01", "2026-12-31");
    check_usual("2027-02-01", "2027-01-01", "2027-01-31");
    check_usual("2024-03-05", "2024-01-01", "2024-02-29");
}

static void check_before(const char *from, const char *to, const char *before_from,
                         const char *before_to)
{
    int32_t from_day = 0;
    int32_t to_day = 0;

    report_range_before(town_day(from), town_day(to), &from_day, &to_day);
    assert_int_equal(from_day, town_day(before_from));
    assert_int_equal(to_day, town_day(before_to));
}

static void a_range_is_held_against_what_it_can_be_compared_with(void **state)
{
    (void)state;
    check_before("2026-01-01", "2026-10-31", "2025-01-01", "2025-10-31"); /* a year so far */
    check_before("2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31");
    check_before("2025-01-01", "2025-02-28", "2024-01-01", "2024-02-29"); /* whole months */
    check_before("2026-01-01", "2026-01-31", "2025-12-01", "2025-12-31"); /* one month */
    check_before("2025-04-01", "2025-12-31", "2024-07-01", "2025-03-31"); /* nine months */
    check_before("2025-04-01", "2025-06-30", "2025-01-01", "2025-03-31");
    check_before("2025-01-01", "2026-12-31", "2023-01-01", "2024-12-31"); /* two years */
    check_before("2025-06-10", "2025-07-03", "2025-05-17", "2025-06-09"); /* 24 days */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_range_ends_with_the_last_month_that_is_over),
        cmocka_unit_test(a_range_is_held_against_what_it_can_be_compared_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
