/* Which of the kroner saved are realised, counted by hand. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/one_town.h"

static int open_town(void **state)
{
    (void)one_town_open(state);
    town_rate(&town, town_day("2024-01-01"), 6000); /* a krone a minute */
    return 0;
}

/* A minute a task, all of it the department's, since 2024. */
static int64_t krone_robot(const char *slug, int64_t department)
{
    struct robot_share share = {town_day("2024-01-01"), department, SHARE_WHOLE, 0};
    int64_t robot = town_robot(&town, slug);

    if (department != 0)
        town_shares(&town, robot, &share, 1);
    town_estimate(&town, robot, town_day("2024-01-01"), 100, 1);
    return robot;
}

static void done(int64_t robot, const char *day, int64_t count)
{
    (void)town_tasks(&town, robot, town_day(day), 0, count);
}

struct expected {
    const char *id;
    int64_t kroner, realised;
};

static void check_row(const struct savings_row *row, const struct expected *expected)
{
    if (row->kroner != expected->kroner || row->realised != expected->realised ||
        row->released != expected->kroner - expected->realised)
        fail_msg("%s: %lld kroner, %lld realised, %lld released", expected->id,
                 (long long)row->kroner, (long long)row->realised, (long long)row->released);
}

static void check(const struct savings_query *query, const struct expected *expected, size_t count)
{
    struct savings savings = {0};
    size_t i;

    town_ask(&town, query, &savings);
    assert_int_equal(savings.row_count + 1, count);
    for (i = 0; i + 1 < count; i++) {
        assert_string_equal(savings.rows[i].id, expected[i].id);
        check_row(&savings.rows[i], &expected[i]);
    }
    check_row(&savings.total, &expected[count - 1]);
    savings_release(&savings);
}
#define CHECK(query, ...)                                                                          \
    check(&(query), (const struct expected[]){__VA_ARGS__},                                        \
          sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static struct savings_query asked(const char *from, const char *to, enum savings_by by)
{
    return (struct savings_query){.from_day = town_day(from), .to_day = town_day(to), .by = by};
}

/* Of January to March: r1 10, 30, 0; r2 20, 0, 40. */
static int64_t found_two_robots(int64_t *ret_r1, int64_t *ret_r2)
{
    int64_t a = town_department(&town, "a", "A");

    *ret_r1 = krone_robot("r1", a);
    *ret_r2 = krone_robot("r2", a);
    done(*ret_r1, "2025-01-10", 10);
    done(*ret_r2, "2025-01-05", 20);
    done(*ret_r1, "2025-02-10", 30);
    done(*ret_r2, "2025-03-10", 40);
    return a;
}

static void nothing_is_realised_without_a_record(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-03-31", SAVINGS_BY_ROBOT);
    int64_t r1;
    int64_t r2;

    (void)state;
    (void)found_two_robots(&r1, &r2);
    CHECK(query, {"r1", 40, 0}, {"r2", 60, 0}, {"", 100, 0});
}

static void cuts_that_name_a_robot_come_first(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-03-31", SAVINGS_BY_MONTH);
    int64_t r1;
    int64_t r2;
    int64_t a;

    (void)state;
    a = found_two_robots(&r1, &r2);
    town_reduction(&town, a, 0, 2025, 50);
    /* January r1 10 and r2 20, February 20 of 30 */
    CHECK(query, {"2025-01", 30, 30}, {"2025-02", 30, 20}, {"2025-03", 40, 0}, {"", 100, 50});
    town_reduction(&town, a, r1, 2025, 25);
    /* r1 10 and 15 by name; then of r2 20, r1 15, r2 15 of 40 */
    CHECK(query, {"2025-01", 30, 30}, {"2025-02", 30, 30}, {"2025-03", 40, 15}, {"", 100, 75});
    query.by = SAVINGS_BY_ROBOT;
    CHECK(query, {"r1", 40, 40}, {"r2", 60, 35}, {"", 100, 75});
    query.by = SAVINGS_BY_DEPARTMENT;
    CHECK(query, {"a", 100, 75}, {"tvaergaaende", 0, 0}, {"", 100, 75});
    /* a range inside the year has what is left of the year's cuts */
    query = asked("2025-02-01", "2025-03-31", SAVINGS_BY_ROBOT);
    CHECK(query, {"r1", 30, 30}, {"r2", 40, 15}, {"", 70, 45});
    query = asked("2025-03-10", "2025-03-10", SAVINGS_BY_ROBOT);
    CHECK(query, {"r1", 0, 0}, {"r2", 40, 15}, {"", 40, 15});
    /* taken back */
    town_reduction(&town, a, r1, 2025, -25);
    query = asked("2025-01-01", "2025-03-31", SAVINGS_BY_ROBOT);
    CHECK(query, {"r1", 40, 30}, {"r2", 60, 20}, {"", 100, 50});
}

static void never_more_than_was_saved_or_cut(void **state)
{
    struct savings_query query = asked("2024-12-01", "2025-12-31", SAVINGS_BY_YEAR);
    int64_t r1;
    int64_t r2;
    int64_t a;

    (void)state;
    a = found_two_robots(&r1, &r2);
    done(r1, "2024-12-20", 7);
    town_reduction(&town, a, 0, 2025, 1000);
    town_reduction(&town, a, 0, 2026, 1000); /* of a year in which nothing is saved */
    CHECK(query, {"2024", 7, 0}, {"2025", 100, 100}, {"", 107, 100});
    town_reduction(&town, a, r2, 2024, 5); /* names a robot that saved nothing that year */
    CHECK(query, {"2024", 7, 0}, {"2025", 100, 100}, {"", 107, 100});
    town_reduction(&town, a, r1, 2024, 5);
    CHECK(query, {"2024", 7, 5}, {"2025", 100, 100}, {"", 107, 105});
}

static void another_departments_cut_realises_nothing_here(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-12-31", SAVINGS_BY_DEPARTMENT);
    int64_t a = town_department(&town, "a", "A");
    int64_t b = town_department(&town, "b", "B");
    int64_t cross = krone_robot("cross", 0);

    (void)state;
    done(krone_robot("r", a), "2025-01-10", 10);
    done(cross, "2025-01-10", 9);
    town_reduction(&town, b, 0, 2025, 100);
    CHECK(query, {"a", 10, 0}, {"b", 0, 0}, {"tvaergaaende", 9, 0}, {"", 19, 0});
    town_reduction(&town, a, cross, 2025, 100); /* has no part in a */
    CHECK(query, {"a", 10, 0}, {"b", 0, 0}, {"tvaergaaende", 9, 0}, {"", 19, 0});
    town_reduction(&town, a, 0, 2025, 4);
    CHECK(query, {"a", 10, 4}, {"b", 0, 0}, {"tvaergaaende", 9, 0}, {"", 19, 4});
}

static void what_is_taken_back_is_no_longer_realised(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-02-28", SAVINGS_BY_MONTH);
    int64_t a = town_department(&town, "a", "A");
    int64_t robot = krone_robot("r", a);

    (void)state;
    done(robot, "2025-01-10", 10);
    town_reduction(&town, a, 0, 2025, 8);
    town_book(&town, robot, town_day("2025-01-10"), 2025 * 12 + 1, ATTEMPT_UNDONE, 5);
    /* 8 of 10, and after February only 5 are there */
    CHECK(query, {"2025-01", 10, 8}, {"2025-02", -5, -3}, {"", 5, 5});
    query.by_completion = true;
    CHECK(query, {"2025-01", 5, 5}, {"2025-02", 0, 0}, {"", 5, 5});
}

/* Inside a month, what lies before the range was first, whichever robot's it is. */
static void a_range_may_begin_inside_a_month(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-01-15", SAVINGS_BY_ROBOT);
    int64_t a = town_department(&town, "a", "A");
    int64_t r1 = krone_robot("r1", a);
    int64_t r2 = krone_robot("r2", a);

    (void)state;
    done(r1, "2025-01-10", 50);
    done(r2, "2025-01-10", 50);
    done(r1, "2025-01-20", 50);
    town_reduction(&town, a, 0, 2025, 100);
    CHECK(query, {"r1", 50, 50}, {"r2", 50, 50}, {"", 100, 100});
    query = asked("2025-01-16", "2025-01-31", SAVINGS_BY_ROBOT);
    CHECK(query, {"r1", 50, 0}, {"r2", 0, 0}, {"", 50, 0});
    query = asked("2025-01-01", "2025-01-31", SAVINGS_BY_ROBOT);
    CHECK(query, {"r1", 100, 100}, {"r2", 50, 0}, {"", 150, 100});
}

/* Of what is booked in one month the earlier robot's comes first, also when it was done later. */
static void a_booking_is_taken_by_robot(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-02-28", SAVINGS_BY_ROBOT);
    int64_t a = town_department(&town, "a", "A");
    int64_t r1 = krone_robot("r1", a);
    int64_t r2 = krone_robot("r2", a);

    (void)state;
    done(r1, "2025-02-10", 10);
    town_book(&town, r2, town_day("2025-01-10"), 2025 * 12 + 1, ATTEMPT_DONE, 10);
    town_reduction(&town, a, 0, 2025, 12);
    CHECK(query, {"r1", 10, 10}, {"r2", 10, 2}, {"", 20, 12});
}

/* What is realised of a late task is the part of its booking, wherever it is shown. */
static void by_completion_moves_what_is_realised_along(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-03-31", SAVINGS_BY_MONTH);
    int64_t a = town_department(&town, "a", "A");
    int64_t robot = krone_robot("r", a);

    (void)state;
    done(robot, "2025-01-10", 10);
    done(robot, "2025-02-10", 10);
    town_book(&town, robot, town_day("2025-01-15"), 2025 * 12 + 2, ATTEMPT_DONE, 6);
    town_reduction(&town, a, 0, 2025, 24);
    CHECK(query, {"2025-01", 10, 10}, {"2025-02", 10, 10}, {"2025-03", 6, 4}, {"", 26, 24});
    query.by_completion = true;
    CHECK(query, {"2025-01", 16, 14}, {"2025-02", 10, 10}, {"2025-03", 0, 0}, {"", 26, 24});
    query = asked("2025-01-12", "2025-01-31", SAVINGS_BY_ROBOT);
    query.by_completion = true;
    CHECK(query, {"r", 6, 4}, {"", 6, 4});
}

/* 1.6 kr. realised of 1.6 in the first row, which gets no krone of the total of 3.3: then it has
 * none to be realised. */
static void no_row_realises_more_than_it_shows(void **state)
{
    struct savings_query query = asked("2025-01-01", "2025-12-31", SAVINGS_BY_DEPARTMENT);
    int64_t a = town_department(&town, "a", "A");
    int64_t b = town_department(&town, "b", "B");
    int64_t r1 = town_robot(&town, "r1");
    int64_t r2 = town_robot(&town, "r2");
    int64_t of[] = {a, b};
    int64_t who[] = {r1, r2};
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        struct robot_share share = {town_day("2024-01-01"), of[i], SHARE_WHOLE, 0};

        town_shares(&town, who[i], &share, 1);
        town_estimate(&town, who[i], town_day("2024-01-01"), 160 + 10 * i, 1);
        done(who[i], "2025-01-10", 1);
    }
    town_reduction(&town, a, 0, 2025, 100);
    CHECK(query, {"a", 1, 1}, {"b", 2, 1}, {"tvaergaaende", 0, 0}, {"", 3, 2});
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, one_town_close)
    const struct CMUnitTest tests[] = {
        TOWN_TEST(nothing_is_realised_without_a_record),
        TOWN_TEST(cuts_that_name_a_robot_come_first),
        TOWN_TEST(never_more_than_was_saved_or_cut),
        TOWN_TEST(another_departments_cut_realises_nothing_here),
        TOWN_TEST(what_is_taken_back_is_no_longer_realised),
        TOWN_TEST(a_range_may_begin_inside_a_month),
        TOWN_TEST(a_booking_is_taken_by_robot),
        TOWN_TEST(by_completion_moves_what_is_realised_along),
        TOWN_TEST(no_row_realises_more_than_it_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
