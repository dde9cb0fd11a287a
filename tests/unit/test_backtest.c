/* What the rule would have said at earlier month ends, counted by hand. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "scorecards/backtest.h"
#include "tests/unit/one_town.h"

static int open_town(void **state)
{
    (void)one_town_open_in_2026(state);
    town_rate(&town, town_day("2025-01-01"), 6000); /* a krone a minute */
    return 0;
}

/* In operation from a day on, with so many tasks in the middle of the months from January 2025. */
static int64_t add_robot(const char *slug, const char *from, int64_t department, const int *tasks,
                         int months)
{
    struct robot_share share = {town_day("2025-01-01"), department, SHARE_WHOLE, 0};
    int64_t robot = town_robot(&town, slug);
    int i;

    town_operate(&town, robot, town_day(from));
    town_shares(&town, robot, &share, 1);
    for (i = 0; i < months; i++)
        (void)town_tasks(&town, robot, clock_day(2025, i + 1, 15), 0, tasks[i]);
    return robot;
}

static struct backtest ask(const char *as_of, int64_t robot, const char *department)
{
    struct backtest_query query = {town_day(as_of), robot, department};
    struct backtest backtest = {.count = 0};
    struct fault fault = {.text = ""};

    if (backtest_read(town.reader, &query, &backtest, &fault) < 0)
        fail_msg("%s", fault.text);
    return backtest;
}

static void check(const struct backtest_row *row, const char *at, int32_t months, int64_t kroner,
                  int64_t came, int64_t error)
{
    if (row->day != town_day(at) || row->months != months || row->kroner != kroner ||
        row->kroner_came != came || row->error.value != error)
        fail_msg("at %s: %d months, %d kroner, %d came, error %d", at, (int)row->months,
                 (int)row->kroner, (int)row->kroner_came, (int)row->error.value);
    assert_int_equal(row->is_held, row->low <= came && came <= row->high);
}

static void each_month_end_is_held_against_what_came(void **state)
{
    static const int tasks[] = {10, 20, 30, 0, 40};
    struct backtest backtest;
    int64_t robot;

    (void)state;
    robot = add_robot("r", "2025-01-01", town_department(&town, "a", "A"), tasks, 5);
    town_estimate(&town, robot, town_day("2025-02-01"), 100, 1);
    /* a later estimate is no error of the rule */
    town_estimate(&town, robot, town_day("2025-04-30"), 200, 1);
    backtest = ask("2025-06-15", 0, NULL);
    assert_int_equal(backtest.count, 3); /* in January nothing was signed */
    check(&backtest.rows[0], "2025-02-28", 3, 45, 70, -357);
    check(&backtest.rows[1], "2025-03-31", 2, 40, 40, 0);
    check(&backtest.rows[2], "2025-04-30", 1, 30, 80, -625); /* 15 a month, of two minutes */
    assert_int_equal(backtest.rows[2].tasks, 15);
    assert_int_equal(backtest.rows[2].tasks_came, 40);
    assert_int_equal(backtest.bias.value, -395); /* 115 of 190 */
    assert_int_equal(backtest.error.value, 327); /* 35.71, 0, 62.5 */
    assert_true(backtest.rows[1].is_held);
    backtest_release(&backtest);
    backtest = ask("2025-05-30", 0, NULL); /* May is not over */
    assert_int_equal(backtest.count, 2);
    check(&backtest.rows[1], "2025-03-31", 1, 20, 0, 0);
    assert_false(backtest.rows[1].error.is_defined); /* of nothing there is no percentage */
    assert_int_equal(backtest.error.value, 0);       /* 30 said, 30 came in February's */
    backtest_release(&backtest);
}

static void at_most_twelve_months_are_looked_at(void **state)
{
    static const int tasks[] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
    struct backtest backtest;
    int64_t robot;

    (void)state;
    robot = add_robot("r", "2025-01-01", town_department(&town, "a", "A"), tasks, 12);
    town_estimate(&town, robot, town_day("2025-01-01"), 100, 1);
    backtest = ask("2026-12-31", 0, NULL);
    assert_int_equal(backtest.count, 23);
    check(&backtest.rows[0], "2025-01-31", 12, 120, 110, 91);
    check(&backtest.rows[11], "2025-12-31", 12, 120, 0, 0);
    assert_false(backtest.rows[11].is_held); /* it was a list, and then there was nothing */
    check(&backtest.rows[22], "2026-11-30", 1, 5, 0, 0);
    backtest_release(&backtest);
}

static void robots_and_departments_alone(void **state)
{
    static const int tasks[] = {10, 20, 30};
    static const int later[] = {0, 0, 50};
    struct backtest_query query = {town_day("2025-03-31"), 0, "nobody"};
    struct backtest backtest;
    struct fault fault = {.text = ""};
    int64_t first;
    int64_t second;

    (void)state;
    first = add_robot("first", "2025-01-01", town_department(&town, "a", "A"), tasks, 3);
    second = add_robot("second", "2025-03-01", town_department(&town, "b", "B"), later, 3);
    town_estimate(&town, first, town_day("2025-01-01"), 100, 1);
    town_estimate(&town, second, town_day("2025-01-01"), 100, 1);
    backtest = ask("2025-03-31", 0, NULL); /* what began later is in neither number */
    assert_int_equal(backtest.count, 2);
    check(&backtest.rows[0], "2025-01-31", 2, 20, 50, -600);
    backtest_release(&backtest);
    backtest = ask("2025-04-30", second, NULL);
    assert_int_equal(backtest.count, 1);
    check(&backtest.rows[0], "2025-03-31", 1, 50, 0, 0);
    backtest_release(&backtest);
    backtest = ask("2025-04-30", 0, NULL);
    assert_int_equal(backtest.count, 3);
    check(&backtest.rows[2], "2025-03-31", 1, 70, 0, 0);
    backtest_release(&backtest);
    backtest = ask("2025-04-30", 0, "a");
    check(&backtest.rows[2], "2025-03-31", 1, 20, 0, 0);
    backtest_release(&backtest);
    backtest = ask("2025-04-30", 0, "tvaergaaende");
    assert_int_equal(backtest.count, 0);
    backtest_release(&backtest);
    assert_int_equal(backtest_read(town.reader, &query, &backtest, &fault), -ENOENT);
    backtest = ask("2024-04-30", 0, NULL);
    assert_int_equal(backtest.count, 0);
    backtest_release(&backtest);
    backtest_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_month_end_is_held_against_what_came, open_town,
                                        one_town_close),
        cmocka_unit_test_setup_teardown(at_most_twelve_months_are_looked_at, open_town,
                                        one_town_close),
        cmocka_unit_test_setup_teardown(robots_and_departments_alone, open_town, one_town_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
