#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/store.h"
#include "tests/unit/one_town.h"

#define MINUTE ((int128)TASK_MINUTE_SCALE)

#define CHECK(from, to, by, ...) TOWN_CHECK(&town, from, to, by, __VA_ARGS__)

static int64_t plain_robot(const char *slug, int64_t department, int64_t hundredths)
{
    return town_plain_robot(&town, slug, department, hundredths);
}

static void three_thirds_add_up(void **state)
{
    struct robot_share shares[3];
    int64_t robot;
    int i;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000); /* a krone a minute */
    robot = plain_robot("shared", 0, 100);
    for (i = 0; i < 3; i++)
        shares[i] = (struct robot_share){day("2025-01-01"),
                                         town_department(&town,
                                                         i == 0   ? "a"
                                                         : i == 1 ? "b"
                                                                  : "c",
                                                         "x"),
                                         i == 0 ? 333334 : 333333, 0};
    town_shares(&town, robot, shares, 3);
    (void)town_tasks(&town, robot, day("2025-03-05"), 0, 100);
    {
        struct savings savings = {0};

        town_savings(&town, day("2025-03-01"), day("2025-03-31"), SAVINGS_BY_DEPARTMENT, &savings);
        assert_true(savings.rows[0].minutes == (int128)100 * 100 * 333334);
        assert_true(savings.rows[1].minutes == (int128)100 * 100 * 333333);
        assert_true(savings.rows[3].minutes == 0);
        assert_true(savings.total.minutes == 100 * MINUTE);
        assert_int_equal(savings.rows[0].tasks, 34);
        assert_int_equal(savings.rows[1].tasks, 33);
        assert_int_equal(savings.rows[2].tasks, 33);
        assert_int_equal(savings.rows[0].kroner, 34);
        assert_int_equal(savings.total.kroner, 100);
        savings_release(&savings);
    }
    /* a millionth that nobody takes is Tværgående's */
    shares[0].millionths = 333333;
    town_shares(&town, robot, shares, 3);
    {
        struct savings savings = {0};

        town_savings(&town, day("2025-03-05"), day("2025-03-05"), SAVINGS_BY_DEPARTMENT, &savings);
        assert_true(savings.rows[3].minutes == (int128)100 * 100);
        assert_int_equal(savings.rows[0].tasks + savings.rows[1].tasks + savings.rows[2].tasks +
                             savings.rows[3].tasks,
                         100);
        savings_release(&savings);
    }
}

static void versions_hold_from_their_day(void **state)
{
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", a, 300);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-03-20"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-04-01"), 0, 10);

    /* an unsigned version replaces nothing; signed, it does */
    town_estimate(&town, robot, day("2025-03-10"), 900, 0);
    CHECK("2025-03-01", "2025-04-30", SAVINGS_BY_MONTH, {"2025-03", 30, 0, 9000, 90},
          {"2025-04", 10, 0, 3000, 30}, {"total", 40, 0, 12000, 120});
    town_estimate(&town, robot, day("2025-03-10"), 200, 1);
    CHECK("2025-03-01", "2025-04-30", SAVINGS_BY_MONTH, {"2025-03", 30, 0, 7000, 70},
          {"2025-04", 10, 0, 2000, 20}, {"total", 40, 0, 9000, 90});

    /* a rate from the middle of the month */
    town_rate(&town, day("2025-03-20"), 12000);
    CHECK("2025-03-01", "2025-04-30", SAVINGS_BY_MONTH, {"2025-03", 30, 0, 7000, 90},
          {"2025-04", 10, 0, 2000, 40}, {"total", 40, 0, 9000, 130});

    /* shares from the middle of the month: the newest list alone, what is missing is nobody's */
    {
        struct robot_share shares[] = {{day("2025-01-01"), a, SHARE_WHOLE, 0},
                                       {day("2025-03-20"), b, SHARE_WHOLE / 2, 0}};

        town_shares(&town, robot, shares, 2);
    }
    CHECK("2025-03-01", "2025-04-30", SAVINGS_BY_DEPARTMENT, {"a", 20, 0, 5000, 50},
          {"b", 10, 0, 2000, 40}, {"tvaergaaende", 10, 0, 2000, 40}, {"total", 40, 0, 9000, 130});
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_DEPARTMENT, {"a", 20, 0, 5000, 50},
          {"b", 5, 0, 1000, 20}, {"tvaergaaende", 5, 0, 1000, 20}, {"total", 30, 0, 7000, 90});

    /* a part of a month */
    CHECK("2025-03-10", "2025-03-19", SAVINGS_BY_ROBOT, {"r", 10, 0, 2000, 20},
          {"total", 10, 0, 2000, 20});
    CHECK("2025-03-10", "2025-04-01", SAVINGS_BY_MONTH, {"2025-03", 20, 0, 4000, 60},
          {"2025-04", 10, 0, 2000, 40}, {"total", 30, 0, 6000, 100});
}

static void nothing_counts_until_it_is_signed(void **state)
{
    struct robot_share shares[2];
    int64_t robot;

    (void)state;
    shares[0] =
        (struct robot_share){day("2025-01-01"), town_department(&town, "a", "A"), 500000, 0};
    shares[1] =
        (struct robot_share){day("2025-01-01"), town_department(&town, "b", "B"), 500000, 0};
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", 0, -1);
    town_shares(&town, robot, shares, 2);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 3);
    (void)town_tasks(&town, robot, day("2025-03-11"), 0, 4);
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_DEPARTMENT, {"a", 0, 4, 0, 0}, {"b", 0, 3, 0, 0},
          {"tvaergaaende", 0, 0, 0, 0}, {"total", 0, 7, 0, 0});
    /* signed later, it counts from its valid-from */
    town_estimate(&town, robot, day("2025-03-10"), 100, 1);
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_DEPARTMENT, {"a", 2, 2, 200, 2},
          {"b", 2, 1, 200, 2}, {"tvaergaaende", 0, 0, 0, 0}, {"total", 4, 3, 400, 4});
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_ROBOT, {"r", 4, 3, 400, 4},
          {"total", 4, 3, 400, 4});
}

static void a_department_on_a_task_takes_it_whole(void **state)
{
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", a, 250);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 3);
    (void)town_tasks(&town, robot, day("2025-03-09"), b, 2);
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_DEPARTMENT, {"a", 3, 0, 750, 8},
          {"b", 2, 0, 500, 5}, {"tvaergaaende", 0, 0, 0, 0}, {"total", 5, 0, 1250, 13});
}

static void a_task_taken_back_counts_no_more(void **state)
{
    int64_t robot;
    int64_t first;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", town_department(&town, "a", "A"), 100);
    first = town_tasks(&town, robot, day("2025-03-09"), 0, 5);
    (void)town_tasks(&town, robot, day("2025-05-09"), 0, 1);
    town_undo(&town, robot, first + 2);
    CHECK("2025-03-01", "2025-03-31", SAVINGS_BY_ROBOT, {"r", 4, 0, 400, 4},
          {"total", 4, 0, 400, 4});
    CHECK("2025-03-09", "2025-03-09", SAVINGS_BY_ROBOT, {"r", 4, 0, 400, 4},
          {"total", 4, 0, 400, 4});
    CHECK(NULL, NULL, SAVINGS_BY_MONTH, {"2025-03", 4, 0, 400, 4}, {"2025-04", 0, 0, 0, 0},
          {"2025-05", 1, 0, 100, 1}, {"2025-06", 0, 0, 0, 0}, {"total", 5, 0, 500, 5});
}

static void late_bookings_count_in_their_month(void **state)
{
    int64_t robot;
    int32_t may = 2025 * 12 + 4;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = plain_robot("r", town_department(&town, "a", "A"), 100);
    town_estimate(&town, robot, day("2025-03-15"), 200, 1); /* March is read by the day */
    (void)town_tasks(&town, robot, day("2025-02-10"), 0, 5);
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, 5);
    town_book(&town, robot, day("2025-02-20"), may, ATTEMPT_DONE,
              3); /* done in February, booked in May */
    town_book(&town, robot, day("2025-03-20"), may, ATTEMPT_DONE,
              7); /* valued by its day of completion */
    town_book(&town, robot, day("2025-02-10"), may, ATTEMPT_UNDONE,
              1); /* taken back, booked in May */
    CHECK("2025-02-01", "2025-04-30", SAVINGS_BY_MONTH, {"2025-02", 5, 0, 500, 5},
          {"2025-03", 5, 0, 500, 5}, {"2025-04", 0, 0, 0, 0}, {"total", 10, 0, 1000, 10});
    CHECK("2025-05-01", "2025-05-31", SAVINGS_BY_ROBOT, {"r", 9, 0, 1600, 16},
          {"total", 9, 0, 1600, 16});
    /* the whole booking or none of it */
    CHECK("2025-05-01", "2025-05-30", SAVINGS_BY_ROBOT, {"r", 0, 0, 0, 0}, {"total", 0, 0, 0, 0});
    CHECK("2025-05-31", "2025-05-31", SAVINGS_BY_MONTH, {"2025-05", 9, 0, 1600, 16},
          {"total", 9, 0, 1600, 16});
    /* from the first task to the last booking, though that is before today */
    CHECK(NULL, NULL, SAVINGS_BY_MONTH, {"2025-02", 5, 0, 500, 5}, {"2025-03", 5, 0, 500, 5},
          {"2025-04", 0, 0, 0, 0}, {"2025-05", 9, 0, 1600, 16}, {"2025-06", 0, 0, 0, 0},
          {"total", 19, 0, 2600, 26});
    /* booked in the month that runs */
    town_book(&town, robot, day("2025-02-21"), may + 1, ATTEMPT_DONE, 1);
    CHECK("2025-06-01", NULL, SAVINGS_BY_MONTH, {"2025-06", 1, 0, 100, 1}, {"total", 1, 0, 100, 1});
}

static void open_ranges_end_where_tasks_do(void **state)
{
    struct savings savings = {0};
    int64_t robot;

    (void)state;
    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_MONTH, &savings);
    assert_int_equal(savings.from_day, day("2025-06-15"));
    assert_int_equal(savings.to_day, day("2025-06-15"));
    assert_int_equal(savings.row_count, 1);
    savings_release(&savings);

    robot = plain_robot("r", 0, 100);
    (void)town_tasks(&town, robot, day("2025-02-10"), 0, 1);
    (void)town_tasks(&town, robot, day("2025-02-12"), 0, 1);
    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.from_day, day("2025-02-10"));
    assert_int_equal(savings.to_day, day("2025-06-15"));
    savings_release(&savings);
    (void)town_tasks(&town, robot, day("2025-06-16"), 0, 1);
    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.to_day, day("2025-06-16"));
    assert_int_equal(savings.total.tasks, 3);
    assert_int_equal(savings.total.kroner, 0); /* there is no rate */
    savings_release(&savings);
    town_savings(&town, INT32_MIN, day("2025-02-11"), SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.total.tasks, 1);
    savings_release(&savings);
    town_savings(&town, INT32_MIN, day("2024-01-01"), SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.from_day, day("2024-01-01"));
    assert_int_equal(savings.total.tasks, 0);
    savings_release(&savings);
    town_savings(&town, day("2026-01-01"), INT32_MAX, SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.to_day, day("2026-01-01"));
    savings_release(&savings);
}

static void refuses_ranges(void **state)
{
    struct savings_query query = {.from_day = 10, .to_day = 9, .by = SAVINGS_BY_ROBOT};
    struct savings savings = {0};
    struct fault fault = {.text = ""};

    (void)state;
    assert_int_equal(savings_read(town.store, &query, &savings, &fault), -EINVAL);
    assert_string_not_equal(fault.text, "");
    query = (struct savings_query){.from_day = -1000000, .to_day = 1000000, .by = SAVINGS_BY_MONTH};
    assert_int_equal(savings_read(town.store, &query, &savings, &fault), -EINVAL);
    savings_release(NULL);
}

/* With what the transaction has done so far; its own end is left to the caller. */
static void reads_in_the_writers_transaction(void **state)
{
    const struct savings_query query = {
        .from_day = INT32_MIN, .to_day = INT32_MAX, .by = SAVINGS_BY_ROBOT};
    struct savings savings = {0};
    struct fault fault = {.text = ""};
    int64_t robot;
    int64_t id = 0;

    (void)state;
    town_rate(&town, day("2025-01-01"), 30000);
    robot = plain_robot("r", 0, -1);
    (void)town_tasks(&town, robot, day("2025-05-01"), 0, 4);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(estimate_set(town.store, robot,
                                  &(struct estimate_new){.from_day = day("2025-01-01"),
                                                         .hundredths = 300,
                                                         .set_by = "Owner",
                                                         .reason = ""},
                                  &id, &fault),
                     0);
    assert_int_equal(estimate_sign(town.store, id, "Head", day("2025-06-01"), &fault), 0);
    assert_int_equal(savings_read(town.store, &query, &savings, &fault), 0);
    assert_int_equal(savings.total.kroner, 60);
    savings_release(&savings);
    CHECK(NULL, NULL, SAVINGS_BY_ROBOT, {"r", 0, 4, 0, 0}, {"", 0, 4, 0, 0}); /* the reader */
    assert_int_equal(store_commit(town.store, &fault), 0);
    CHECK(NULL, NULL, SAVINGS_BY_ROBOT, {"r", 4, 0, 1200, 60}, {"", 4, 0, 1200, 60});
}

static void names_are_those_of_the_last_day(void **state)
{
    struct savings savings = {0};
    int64_t a;

    (void)state;
    a = town_department(&town, "a", "Old");
    town_department_name(&town, a, day("2025-10-01"), "New");
    town_savings(&town, day("2025-01-01"), day("2025-09-30"), SAVINGS_BY_DEPARTMENT, &savings);
    assert_string_equal(town_row(&savings, "a")->name, "Old");
    assert_string_equal(town_row(&savings, "tvaergaaende")->name, "Tværgående");
    savings_release(&savings);
    town_savings(&town, day("2025-01-01"), day("2025-10-01"), SAVINGS_BY_DEPARTMENT, &savings);
    assert_string_equal(town_row(&savings, "a")->name, "New");
    assert_null(town_row(&savings, "b"));
    savings_release(&savings);
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, one_town_open, one_town_close)
    const struct CMUnitTest tests[] = {
        TOWN_TEST(three_thirds_add_up),
        TOWN_TEST(versions_hold_from_their_day),
        TOWN_TEST(nothing_counts_until_it_is_signed),
        TOWN_TEST(a_department_on_a_task_takes_it_whole),
        TOWN_TEST(a_task_taken_back_counts_no_more),
        TOWN_TEST(late_bookings_count_in_their_month),
        TOWN_TEST(open_ranges_end_where_tasks_do),
        TOWN_TEST(refuses_ranges),
        TOWN_TEST(reads_in_the_writers_transaction),
        TOWN_TEST(names_are_those_of_the_last_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
