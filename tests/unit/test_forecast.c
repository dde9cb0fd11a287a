/* The rules of the forecast, each on an organisation small enough to count by hand. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "scorecards/forecast.h"
#include "tests/unit/one_town.h"

/* In operation from the first of 2025 until `to` (NULL: on and on), all of one department (0: of
 * none), a krone a minute, one minute a task; ten tasks in the middle of each month of 2025. */
static int64_t busy_robot(const char *slug, int64_t department, const char *to)
{
    struct robot_share share = {day("2025-01-01"), department, SHARE_WHOLE, 0};
    struct robot_operation operation = {day("2025-01-01"), to == NULL ? ROBOT_NO_END : day(to)};
    int64_t robot = town_robot(&town, slug);
    int month;

    if (department != 0)
        town_shares(&town, robot, &share, 1);
    town_operations(&town, robot, &operation, 1);
    town_estimate(&town, robot, day("2025-01-01"), 100, 1);
    for (month = 1; month <= 12; month++)
        (void)town_tasks(&town, robot, clock_day(2025, month, 15), 0, 10);
    return robot;
}

static struct forecast ask(int32_t year, const char *as_of)
{
    struct forecast_query query = forecast_query_of(year, day(as_of));
    struct fault fault = {.text = ""};
    struct forecast forecast = {.row_count = 0};

    if (forecast_read(town.reader, &query, &forecast, &fault) < 0)
        fail_msg("%s", fault.text);
    return forecast;
}

/* The total by both rules, and the first robot's months. */
static void check(int32_t year, const char *as_of, int64_t kroner, int64_t to_date, int32_t months,
                  int32_t months_in_year)
{
    struct forecast forecast = ask(year, as_of);

    if (forecast.total.kroner != kroner || forecast.total.kroner_to_date != to_date ||
        forecast.robots[0].months != months || forecast.robots[0].months_in_year != months_in_year)
        fail_msg("%d as of %s: kroner %d, to date %d, months %d, in the year %d", (int)year, as_of,
                 (int)forecast.total.kroner, (int)forecast.total.kroner_to_date,
                 (int)forecast.robots[0].months, (int)forecast.robots[0].months_in_year);
    assert_true(forecast.total.low <= kroner && kroner <= forecast.total.high);
    assert_true(forecast.total.low_to_date <= to_date && to_date <= forecast.total.high_to_date);
    forecast_release(&forecast);
}

/* ---- months ---- */

static void both_rules_of_a_plain_robot(void **state)
{
    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    (void)busy_robot("plain", town_department(&town, "a", "A"), NULL);
    check(2025, "2024-12-31", 0, 0, 0, 12); /* before anything: nothing is known */
    check(2025, "2025-01-30", 0, 0, 0, 12); /* the month of the day is not over */
    check(2025, "2025-01-31", 120, 120, 1, 12);
    check(2025, "2025-06-14", 120, 120, 5, 12);
    check(2026, "2025-12-31", 120, 120, 12, 12);
    check(2025, "2025-12-31", 120, 120, 12, 12);
    check(2025, "2027-12-31", 40, 120, 36, 12); /* 24 months without tasks count as well */
    check(2026, "2026-03-31", 96, 72, 15, 12);  /* 3 months without tasks, then the mean, 8 */
    check(2024, "2025-12-31", 0, 0, 12, 0);
}

static void a_retirement_cuts_the_year_at_its_date(void **state)
{
    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    (void)busy_robot("ends", town_department(&town, "a", "A"), "2026-03-31");
    check(2026, "2025-12-31", 30, 30, 12, 3); /* January, February, March */
    check(2027, "2025-12-31", 0, 0, 12, 0);
    check(2026, "2026-01-31", 28, 18, 13, 3); /* 120 / 13 a month */
    check(2026, "2026-03-30", 26, 9, 14, 3);  /* March is left: 120 / 14 */
    check(2026, "2026-03-31", 0, 0, 15, 0);   /* its last day of operation: 0 */
    check(2026, "2026-04-01", 0, 0, 15, 0);
}

static void a_day_of_a_month_is_enough_and_suspended_months_are_none(void **state)
{
    const struct robot_operation operations[] = {{day("2025-02-28"), day("2025-04-01")},
                                                 {day("2025-09-30"), day("2025-10-01")},
                                                 {day("2026-06-30"), day("2026-08-01")}};
    int64_t robot;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = busy_robot("broken", town_department(&town, "a", "A"), NULL);
    town_operations(&town, robot, operations, 3);
    check(2026, "2025-12-31", 30, 30, 5, 3);      /* tasks outside those months are in no mean */
    check(2025, "2025-09-29", 50, 80 + 20, 3, 5); /* September is not over */
    check(2025, "2025-03-31", 50, 30 + 30, 2, 5); /* Jan to Mar saved; April, September, October */
    town_operations(&town, robot, operations, 0);
    check(2026, "2025-12-31", 0, 0, 0, 0); /* it never began */
}

static void one_off_robots_save_but_are_not_foreseen(void **state)
{
    int64_t robot;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = busy_robot("once", town_department(&town, "a", "A"), NULL);
    town_plant(&town, "UPDATE robot SET one_off = 1 WHERE id = %d", (int)robot);
    check(2026, "2025-12-31", 0, 0, 12, 0);
    check(2025, "2025-06-30", 0, 60, 6, 0);
    check(2025, "2025-12-31", 0, 120, 12, 0);
}

static void nothing_is_foreseen_until_it_is_signed(void **state)
{
    struct robot_operation operation = {day("2025-01-01"), ROBOT_NO_END};
    struct forecast forecast;
    int64_t robot;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "unsigned");
    town_operations(&town, robot, &operation, 1);
    (void)town_tasks(&town, robot, day("2025-02-10"), 0, 12);
    town_estimate(&town, robot, day("2025-01-01"), 100, 0);
    check(2025, "2025-03-31", 0, 0, 3, 12);
    town_estimate(&town, robot, day("2025-04-01"), 200, 1);
    check(2025, "2025-03-31", 0, 0, 3, 12); /* not yet */
    /* tasks from before the signature are in the mean, and saved nothing */
    check(2026, "2025-04-30", 72, 72, 4, 12);
    check(2025, "2025-04-30", 72, 48, 4, 12);
    forecast = ask(2026, "2025-03-31");
    assert_int_equal(forecast.robots[0].confidence, 'B');
    assert_int_equal(forecast.robots[0].tasks_per_month_hundredths, 400);
    assert_int_equal(forecast.total.high, 0);
    forecast_release(&forecast);
    forecast = ask(2026, "2025-02-28");
    assert_int_equal(forecast.robots[0].confidence, 'C');
    forecast_release(&forecast);
    forecast = ask(2026, "2025-06-30");
    assert_int_equal(forecast.robots[0].confidence, 'A');
    forecast_release(&forecast);
}

/* Done in February, booked in May: in February's mean at once, in what was saved when May is over. */
static void late_tasks_are_foreseen_by_completion_and_saved_by_booking(void **state)
{
    char statement[512];
    char path[128];
    sqlite3 *db = NULL;
    int64_t robot;
    int32_t february = 2025 * 12 + 1;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = busy_robot("late", town_department(&town, "a", "A"), NULL);
    (void)snprintf(path, sizeof path, "%s/automagi.db", town.home);
    (void)snprintf(statement, sizeof statement,
                   "INSERT INTO rollup_day VALUES(%d,%d,%d,0,0,8,0),(%d,%d,%d,0,7,5,0);"
                   "INSERT INTO rollup_month VALUES(%d,%d,%d,0,0,8,0),(%d,%d,%d,0,7,5,0)",
                   day("2025-02-20"), (int)robot, february + 3, day("2025-02-20"), (int)robot,
                   february + 3, february, (int)robot, february + 3, february, (int)robot,
                   february + 3); /* and five that ended with a person: no tasks */
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    check(2025, "2025-02-28", 168, 160, 2, 12); /* 28 / 2 a month; 20 saved */
    check(2025, "2025-04-30", 144, 136, 4, 12); /* 48 / 4; 40 saved, and 8 × 12 */
    check(2025, "2025-05-31", 139, 139, 5, 12); /* 58 / 5 × 12; 58 saved, and 7 × 11.6 */
}

/* ---- whose it is, and against what ---- */

static void rows_are_shares_of_the_day_and_history(void **state)
{
    struct robot_share shares[2];
    struct forecast_query query;
    struct forecast forecast;
    struct fault fault = {.text = ""};
    char statement[256];
    char path[128];
    sqlite3 *db = NULL;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    town_rate(&town, day("2025-01-01"), 6000);
    robot = busy_robot("shared", a, NULL);
    (void)town_tasks(&town, robot, day("2025-12-03"), b, 6); /* half a task a month of their own */
    shares[0] = (struct robot_share){day("2025-01-01"), a, SHARE_WHOLE, 0};
    shares[1] = (struct robot_share){day("2025-12-31"), b, SHARE_WHOLE / 4, 0};
    town_shares(&town, robot, shares, 2);
    forecast = ask(2026, "2025-12-31");
    assert_int_equal(forecast.rows[0].kroner, 0);
    assert_int_equal(forecast.rows[1].kroner, 36); /* a quarter of 120, and 6 */
    assert_int_equal(forecast.rows[2].kroner, 90);
    assert_string_equal(forecast.rows[2].id, "tvaergaaende");
    assert_int_equal(forecast.rows[0].high, 0); /* no part in it, so nothing unsure */
    assert_int_equal(forecast.rows[1].minutes_hundredths, 3600);
    forecast_release(&forecast);
    /* by the shares of another day, as a comparison asks */
    query = forecast_query_of(2026, day("2025-12-31"));
    query.share_day = day("2025-12-30");
    assert_int_equal(forecast_read(town.reader, &query, &forecast, &fault), 0);
    assert_int_equal(forecast.rows[0].kroner, 120);
    assert_int_equal(forecast.rows[1].kroner, 6);
    forecast_release(&forecast);
    /* b goes on as a: its own tasks of old, and its share */
    (void)snprintf(path, sizeof path, "%s/automagi.db", town.home);
    (void)snprintf(statement, sizeof statement,
                   "INSERT INTO department_successor VALUES(%d,%d,0,%d,1000000)", (int)b,
                   day("2025-12-31"), (int)a);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    forecast = ask(2026, "2025-12-31");
    assert_int_equal(forecast.rows[0].kroner, 36);
    assert_int_equal(forecast.rows[1].kroner, 0);
    assert_int_equal(forecast.rows[2].kroner, 90);
    forecast_release(&forecast);
    forecast = ask(2026, "2025-12-30");
    assert_true(forecast.rows[1].kroner == 0 && forecast.rows[0].kroner == 120); /* 11 months */
    forecast_release(&forecast);
}

/* A part of a robot is as unsure as that part; whoever has tasks of their own has their own history. */
static void intervals_follow_the_parts(void **state)
{
    struct robot_share shares[2];
    struct forecast forecast;
    int64_t robot;
    int64_t own;
    int month;

    (void)state;
    shares[0] =
        (struct robot_share){day("2025-01-01"), town_department(&town, "a", "A"), 750000, 0};
    shares[1] =
        (struct robot_share){day("2025-01-01"), town_department(&town, "b", "B"), 250000, 0};
    own = town_department(&town, "own", "Own");
    town_rate(&town, day("2025-01-01"), 600000); /* a hundred kroner a minute */
    robot = busy_robot("shared", 0, NULL);
    town_shares(&town, robot, shares, 2);
    for (month = 1; month <= 12; month += 2) /* with the list of ten: demand */
        (void)town_tasks(&town, robot, clock_day(2025, month, 3), 0, month * 3);
    forecast = ask(2026, "2025-12-31");
    assert_int_equal(forecast.rows[0].kroner, 17100);
    assert_int_equal(forecast.rows[1].kroner, 5700);
    assert_in_range(forecast.rows[0].high - forecast.rows[0].low, 1000, 34000);
    assert_in_range(3 * (forecast.rows[1].high - forecast.rows[1].low) + 4 -
                        (forecast.rows[0].high - forecast.rows[0].low),
                    0, 10);
    assert_in_range(forecast.total.high - forecast.total.low + 4 -
                        4 * (forecast.rows[1].high - forecast.rows[1].low),
                    0, 10);
    assert_int_equal(forecast.rows[2].high, 0);
    assert_int_equal(forecast.rows[3].high, 0); /* nothing is nobody's */
    forecast_release(&forecast);
    for (month = 1; month <= 12; month++)
        (void)town_tasks(&town, robot, clock_day(2025, month, 5), own, 200);
    forecast = ask(2026, "2025-12-31");
    assert_int_equal(forecast.rows[2].kroner, 240000);
    assert_in_range(forecast.rows[2].low, 239000, 240000); /* a fixed list, beside the demand */
    assert_in_range(forecast.rows[2].high, 240000, 241000);
    forecast_release(&forecast);
}

static void targets_hold_from_their_day(void **state)
{
    struct forecast forecast;
    int64_t a;
    int64_t b;

    (void)state;
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    (void)town_department(&town, "c", "C");
    town_rate(&town, day("2025-01-01"), 6000);
    (void)busy_robot("one", a, NULL);
    (void)busy_robot("two", b, NULL);
    (void)busy_robot("cross", 0, NULL);
    town_target(&town, a, 2026, day("2025-01-01"), 100);
    town_target(&town, a, 2026, day("2025-12-31"), 200);
    town_target(&town, b, 2026, day("2025-01-01"), 100);
    forecast = ask(2026, "2025-12-30");
    assert_int_equal(forecast.rows[0].percent.value, 120);
    assert_int_equal(forecast.with_pool.value, 1100); /* 100 + 10 of each, of 200 */
    forecast_release(&forecast);
    forecast = ask(2026, "2025-12-31");
    assert_int_equal(forecast.rows[0].percent.value, 60);
    assert_false(forecast.rows[2].percent.is_defined); /* no target is 0 */
    assert_int_equal(forecast.rows[2].budget, 0);
    assert_false(forecast.rows[3].percent.is_defined);
    assert_int_equal(forecast.total.budget, 300);
    assert_int_equal(forecast.total.percent.value, 120);
    assert_int_equal(forecast.capped.value, 733);
    assert_int_equal(forecast.with_pool.value, 767);
    assert_int_equal(forecast.sum.value, 800);
    assert_int_equal(forecast.with_cross.value, 1200);
    forecast_release(&forecast);
    forecast = ask(2027, "2025-12-31");
    assert_false(forecast.total.percent.is_defined || forecast.sum.is_defined);
    assert_int_equal(forecast.total.kroner, 360);
    forecast_release(&forecast);
}

static void the_estimate_and_rate_are_those_of_their_days(void **state)
{
    struct forecast_query query;
    struct forecast forecast = {.row_count = 0};
    struct fault fault = {.text = ""};

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    town_rate(&town, day("2025-12-31"), 9000);
    town_estimate(&town, busy_robot("r", 0, NULL), day("2025-12-31"), 300, 1);
    check(2026, "2025-12-31", 540, 540, 12, 12);
    check(2026, "2025-12-30", 120, 120, 11, 12);
    check(2025, "2025-12-31", 540, 120, 12, 12); /* what was saved was saved at the old ones */
    query = forecast_query_of(2026, day("2025-12-31"));
    query.estimate_day = day("2025-12-30");
    assert_int_equal(forecast_read(town.reader, &query, &forecast, &fault), 0);
    assert_int_equal(forecast.total.kroner, 180);
    forecast_release(&forecast);
    query.rate_day = day("2025-12-30");
    assert_int_equal(forecast_read(town.reader, &query, &forecast, &fault), 0);
    assert_int_equal(forecast.total.kroner, 120);
    forecast_release(&forecast);
    query.year = 1899;
    assert_int_equal(forecast_read(town.reader, &query, &forecast, &fault), -EINVAL);
    query.year = 2200;
    assert_int_equal(forecast_read(town.reader, &query, &forecast, &fault), -EINVAL);
}

static void an_empty_house_is_foreseen_nothing(void **state)
{
    struct forecast forecast;

    (void)state;
    forecast = ask(2026, "2025-12-31");
    assert_int_equal(forecast.row_count, 1);
    assert_int_equal(forecast.robot_count, 0);
    assert_int_equal(forecast.total.kroner, 0);
    assert_int_equal(forecast.total.high_to_date, 0);
    forecast_release(&forecast);
    forecast_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_rules_of_a_plain_robot, one_town_open_in_2026,
                                        one_town_close),
        cmocka_unit_test_setup_teardown(a_retirement_cuts_the_year_at_its_date,
                                        one_town_open_in_2026, one_town_close),
        cmocka_unit_test_setup_teardown(a_day_of_a_month_is_enough_and_suspended_months_are_none,
                                        one_town_open_in_2026, one_town_close),
        cmocka_unit_test_setup_teardown(one_off_robots_save_but_are_not_foreseen,
                                        one_town_open_in_2026, one_town_close),
        cmocka_unit_test_setup_teardown(nothing_is_foreseen_until_it_is_signed,
                                        one_town_open_in_2026, one_town_close),
        cmocka_unit_test_setup_teardown(late_tasks_are_foreseen_by_completion_and_saved_by_booking,
                                        one_town_open_in_2026, one_town_close),
        cmocka_unit_test_setup_teardown(rows_are_shares_of_the_day_and_history,
                                        one_town_open_in_2026, one_town_close),
        cmocka_unit_test_setup_teardown(intervals_follow_the_parts, one_town_open_in_2026,
                                        one_town_close),
        cmocka_unit_test_setup_teardown(targets_hold_from_their_day, one_town_open_in_2026,
                                        one_town_close),
        cmocka_unit_test_setup_teardown(the_estimate_and_rate_are_those_of_their_days,
                                        one_town_open_in_2026, one_town_close),
        cmocka_unit_test_setup_teardown(an_empty_house_is_foreseen_nothing, one_town_open_in_2026,
                                        one_town_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
