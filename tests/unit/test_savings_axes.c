/* The axes of savings beside department, robot and month, and its other views. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "tests/unit/one_town.h"

#define CHECK(from, to, by, ...) TOWN_CHECK(&town, from, to, by, __VA_ARGS__)

static int64_t plain_robot(const char *slug, int64_t department, int64_t hundredths)
{
    return town_plain_robot(&town, slug, department, hundredths);
}

static void areas_have_their_departments_of_the_last_day(void **state)
{
    struct savings savings = {0};
    int64_t a;
    int64_t b;
    int64_t c;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    c = town_department(&town, "c", "C");
    town_plant(&town,
               "INSERT INTO area VALUES(1,'welfare','Velfærd'),(2,'town','By');"
               "INSERT INTO department_area VALUES(%d,0,1),(%d,0,1),(%d,%d,NULL)",
               (int)a, (int)b, (int)b, day("2025-05-01"));
    (void)town_tasks(&town, plain_robot("ra", a, 100), day("2025-03-09"), 0, 3);
    (void)town_tasks(&town, plain_robot("rb", b, 100), day("2025-03-09"), 0, 4);
    (void)town_tasks(&town, plain_robot("rc", c, 100), day("2025-03-09"), 0, 5);
    (void)town_tasks(&town, plain_robot("none", 0, 100), day("2025-03-09"), 0, 6);
    CHECK("2025-03-01", "2025-04-30", SAVINGS_BY_AREA, {"town", 0, 0, 0, 0},
          {"welfare", 7, 0, 700, 7}, {"uden-omraade", 5, 0, 500, 5}, {"tvaergaaende", 6, 0, 600, 6},
          {"total", 18, 0, 1800, 18});
    CHECK("2025-03-01", "2025-05-01", SAVINGS_BY_AREA, {"town", 0, 0, 0, 0},
          {"welfare", 3, 0, 300, 3}, {"uden-omraade", 9, 0, 900, 9}, {"tvaergaaende", 6, 0, 600, 6},
          {"total", 18, 0, 1800, 18});
    town_savings(&town, day("2025-03-01"), day("2025-03-31"), SAVINGS_BY_AREA, &savings);
    assert_string_equal(town_row(&savings, "welfare")->name, "Velfærd");
    assert_string_equal(town_row(&savings, "uden-omraade")->name, "Uden område");
    savings_release(&savings);
}

static void plugins_come_before_robots_without_one(void **state)
{
    int64_t robots[5];
    int i;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    for (i = 0; i < 5; i++) {
        char slug[] = {'r', (char)('0' + i), '\0'};

        robots[i] = plain_robot(slug, 0, 100);
        (void)town_tasks(&town, robots[i], day("2025-03-09"), 0, 1 << i);
    }
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_PLUGIN, {"external", 31, 0, 3100, 31},
          {"total", 31, 0, 3100, 31});
    town_plant(&town,
               "UPDATE robot SET external = 0 WHERE id <> %d;"
               "UPDATE robot SET plugin = 'zebra' WHERE id IN (%d, %d);"
               "UPDATE robot SET plugin = 'invoice_check' WHERE id = %d",
               (int)robots[0], (int)robots[1], (int)robots[4], (int)robots[2]);
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_PLUGIN, {"zebra", 18, 0, 1800, 18},
          {"invoice_check", 4, 0, 400, 4}, {"external", 1, 0, 100, 1},
          {"not-installed", 8, 0, 800, 8}, {"total", 31, 0, 3100, 31});
}

static void quarters_and_years_are_cut_by_the_range(void **state)
{
    int64_t robot;

    (void)state;
    town_rate(&town, day("2024-01-01"), 6000);
    robot = plain_robot("r", 0, -1);
    town_estimate(&town, robot, day("2024-01-01"), 100, 1);
    (void)town_tasks(&town, robot, day("2024-12-31"), 0, 1);
    (void)town_tasks(&town, robot, day("2025-01-01"), 0, 2);
    (void)town_tasks(&town, robot, day("2025-03-31"), 0, 4);
    (void)town_tasks(&town, robot, day("2025-04-01"), 0, 8);
    (void)town_tasks(&town, robot, day("2025-04-02"), 0, 16);
    CHECK("2024-11-30", "2025-04-01", SAVINGS_BY_QUARTER, {"2024-Q4", 1, 0, 100, 1},
          {"2025-Q1", 6, 0, 600, 6}, {"2025-Q2", 8, 0, 800, 8}, {"total", 15, 0, 1500, 15});
    CHECK("2024-11-30", "2025-04-01", SAVINGS_BY_YEAR, {"2024", 1, 0, 100, 1},
          {"2025", 14, 0, 1400, 14}, {"total", 15, 0, 1500, 15});
}

static void late_work_is_shown_by_its_own_day_when_asked(void **state)
{
    struct savings_query query = {
        .from_day = day("2025-02-01"), .to_day = day("2025-05-31"), .by = SAVINGS_BY_QUARTER};
    struct savings savings = {0};
    int64_t robot;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", 0, 100);
    (void)town_tasks(&town, robot, day("2025-05-10"), 0, 5);
    town_book(&town, robot, day("2025-02-20"), 2025 * 12 + 4, ATTEMPT_DONE, 3);
    town_ask(&town, &query, &savings);
    TOWN_CHECK_IDS(&savings, "2025-Q1", "2025-Q2");
    assert_int_equal(savings.rows[0].tasks, 0);
    assert_int_equal(savings.rows[1].tasks, 8);
    savings_release(&savings);
    query.by_completion = true;
    town_ask(&town, &query, &savings);
    assert_int_equal(savings.rows[0].tasks, 3);
    assert_int_equal(savings.rows[1].tasks, 5);
    savings_release(&savings);
    query.to_day = day("2025-02-19"); /* the day itself counts, not its month */
    town_ask(&town, &query, &savings);
    assert_int_equal(savings.total.tasks, 0);
    savings_release(&savings);
}

static void one_robots_or_departments_rows(void **state)
{
    struct savings_query query = {
        .from_day = day("2025-03-01"), .to_day = day("2025-04-30"), .by = SAVINGS_BY_ROBOT};
    struct savings savings = {0};
    struct fault fault = {.text = ""};
    int64_t a;
    int64_t b;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    (void)town_tasks(&town, plain_robot("ra", a, 100), day("2025-03-09"), 0, 3);
    (void)town_tasks(&town, plain_robot("rb", b, 100), day("2025-03-09"), 0, 4);
    (void)town_tasks(&town, plain_robot("none", 0, 100), day("2025-03-09"), 0, 6);
    query.department = "a";
    town_ask(&town, &query, &savings);
    TOWN_CHECK_IDS(&savings, "ra");
    assert_int_equal(savings.total.kroner, 3);
    savings_release(&savings);
    query.department = SAVINGS_CROSS_ID;
    query.by = SAVINGS_BY_MONTH;
    town_ask(&town, &query, &savings);
    TOWN_CHECK_IDS(&savings, "2025-03", "2025-04");
    assert_int_equal(savings.rows[0].kroner, 6);
    assert_int_equal(savings.total.kroner, 6);
    savings_release(&savings);
    query.department = NULL;
    query.robot = "rb";
    query.by = SAVINGS_BY_DEPARTMENT;
    town_ask(&town, &query, &savings);
    TOWN_CHECK_IDS(&savings, "b");
    assert_int_equal(savings.total.kroner, 4);
    savings_release(&savings);
    query.department = "a";
    town_ask(&town, &query, &savings);
    assert_int_equal(savings.row_count, 0);
    assert_int_equal(savings.total.kroner, 0);
    savings_release(&savings);
    query.robot = "nobody";
    assert_int_equal(savings_read(town.reader, &query, &savings, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "nobody"));
    query.robot = NULL;
    query.department = "nowhere";
    assert_int_equal(savings_read(town.reader, &query, &savings, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "nowhere"));
}

/* By the keys of the last day of the month; a department that has ended passes its part on. */
static void tvaergaaende_is_spread_by_the_keys(void **state)
{
    struct savings_query query = {.from_day = day("2025-03-01"),
                                  .to_day = day("2025-04-30"),
                                  .by = SAVINGS_BY_DEPARTMENT,
                                  .is_spread = true};
    struct savings savings = {0};
    int64_t robot;
    int64_t a;
    int64_t b;
    int64_t c;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    c = town_department(&town, "c", "C");
    robot = plain_robot("none", 0, 100);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 100);
    (void)town_tasks(&town, robot, day("2025-04-09"), 0, 100);
    (void)town_tasks(&town, plain_robot("ra", a, 100), day("2025-03-09"), 0, 7);
    town_gain(&town, robot, day("2025-03-09"), 0, 10000);
    town_plant(&town,
               "INSERT INTO distribution_key VALUES(%d,%d,333333),(%d,%d,500000),(%d,%d,500000)",
               day("2025-03-31"), (int)a, day("2025-04-30"), (int)a, day("2025-04-30"), (int)b);
    town_plant(&town, "INSERT INTO department_successor VALUES(%d,%d,0,%d,1000000)", (int)b,
               day("2025-04-15"), (int)c);
    town_ask(&town, &query, &savings);
    TOWN_CHECK_IDS(&savings, "a", "b", "c", "tvaergaaende");
    assert_int_equal(savings.minute_digits, 14);
    /* 7 + 33.3333 + 50, nothing, 50, 66.6667 */
    assert_true(savings.rows[0].minutes == INT64_C(903333) * INT64_C(10000000000));
    assert_true(savings.rows[3].minutes == INT64_C(666667) * INT64_C(10000000000));
    assert_true(savings.total.minutes == INT64_C(2070000) * INT64_C(10000000000));
    assert_int_equal(savings.rows[0].kroner, 90);
    assert_int_equal(savings.rows[1].kroner, 0);
    assert_int_equal(savings.rows[2].kroner, 50);
    assert_int_equal(savings.rows[3].kroner, 67);
    assert_int_equal(savings.rows[0].gains, 33);
    assert_int_equal(savings.rows[3].gains, 67);
    assert_int_equal(savings.total.kroner, 207);
    assert_int_equal(savings.total.tasks, 207);
    savings_release(&savings);
    query.department = "c"; /* of what it is given */
    query.by = SAVINGS_BY_ROBOT;
    town_ask(&town, &query, &savings);
    TOWN_CHECK_IDS(&savings, "none");
    assert_int_equal(savings.total.kroner, 50);
    savings_release(&savings);
}

static void direct_gains_stand_beside(void **state)
{
    struct savings savings = {0};
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    robot = plain_robot("r", a, 100);
    town_shares(&town, robot,
                (const struct robot_share[]){{day("2025-01-01"), a, 500000, 0},
                                             {day("2025-04-01"), b, 250000, 0}},
                2);
    town_gain(&town, robot, day("2025-03-31"), 0, 10050); /* 50.25 to a */
    town_gain(&town, robot, day("2025-04-01"), 0, 20000); /* 50 to b */
    town_gain(&town, robot, day("2025-04-02"), a, -125);  /* whole */
    town_savings(&town, day("2025-03-01"), day("2025-04-30"), SAVINGS_BY_DEPARTMENT, &savings);
    assert_int_equal(savings.rows[0].gains, 49);
    assert_int_equal(savings.rows[1].gains, 50);
    assert_int_equal(savings.rows[2].gains, 200);
    assert_int_equal(savings.total.gains, 299); /* 299.25 */
    assert_int_equal(savings.total.kroner, 0);
    savings_release(&savings);
    town_savings(&town, day("2025-04-01"), day("2025-04-30"), SAVINGS_BY_MONTH, &savings);
    assert_int_equal(savings.total.gains, 199); /* 198.75 */
    savings_release(&savings);
    /* All there is begins with the first of them, without a task and before it. */
    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_DEPARTMENT, &savings);
    assert_int_equal(savings.from_day, day("2025-03-31"));
    assert_int_equal(savings.total.gains, 299);
    savings_release(&savings);
    (void)town_tasks(&town, robot, day("2025-04-20"), 0, 1);
    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_DEPARTMENT, &savings);
    assert_int_equal(savings.from_day, day("2025-03-31"));
    assert_int_equal(savings.total.tasks, 1);
    assert_int_equal(savings.total.gains, 299);
    savings_release(&savings);
}

static void contested_kroner_are_named(void **state)
{
    struct savings savings = {0};
    int64_t robot;
    int64_t estimate;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", 0, 100);
    estimate = town_estimate(&town, robot, day("2025-03-10"), 200, 1);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, 10);
    town_plant(&town,
               "INSERT INTO dispute(estimate_id, reason, by_whom, at_ms) "
               "VALUES(%d, 'DEMO too much', 'DEMO leader', 0)",
               (int)estimate);
    town_savings(&town, day("2025-03-01"), day("2025-03-31"), SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.rows[0].kroner, 30);
    assert_int_equal(savings.rows[0].disputed, 20);
    assert_int_equal(savings.total.disputed, 20);
    savings_release(&savings);
}

/* 4 × 10^15 tasks of 1,000 minutes still fit, also spread; what does not is said. */
static void sizes_are_checked(void **state)
{
    struct savings_query query = {
        .from_day = day("2025-03-01"), .to_day = day("2025-03-31"), .is_spread = true};
    struct savings savings = {0};
    struct fault fault = {.text = ""};
    int64_t robot;
    int64_t a;

    (void)state;
    a = town_department(&town, "a", "A");
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", 0, 100000);
    town_plant(&town, "INSERT INTO distribution_key VALUES(0,%d,250000)", (int)a);
    town_plant(&town, "INSERT INTO rollup_month VALUES(%d,%d,%d,0,0,4000000000000000,0)",
               2025 * 12 + 2, (int)robot, 2025 * 12 + 2);
    town_ask(&town, &query, &savings);
    assert_int_equal(savings.rows[0].kroner, INT64_C(1000000000000000000));
    assert_int_equal(savings.total.kroner, INT64_C(4000000000000000000));
    savings_release(&savings);
    town_plant(&town, "UPDATE rollup_month SET count = 4000000000000000000");
    assert_int_equal(savings_read(town.reader, &query, &savings, &fault), -ERANGE);
    assert_non_null(strstr(fault.text, "too large"));
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, one_town_open, one_town_close)
    const struct CMUnitTest tests[] = {
        TOWN_TEST(areas_have_their_departments_of_the_last_day),
        TOWN_TEST(plugins_come_before_robots_without_one),
        TOWN_TEST(quarters_and_years_are_cut_by_the_range),
        TOWN_TEST(late_work_is_shown_by_its_own_day_when_asked),
        TOWN_TEST(one_robots_or_departments_rows),
        TOWN_TEST(tvaergaaende_is_spread_by_the_keys),
        TOWN_TEST(direct_gains_stand_beside),
        TOWN_TEST(contested_kroner_are_named),
        TOWN_TEST(sizes_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
