/* Which of the kroner saved are realised: by hand, and by the properties of the rule. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/realised.h"
#include "tests/unit/savings_town.h"

static struct town town;

static int open_town(void **state)
{
    (void)state;
    clock_pretend(INT64_C(1750000000000)); /* 2025-06-15 */
    town_open(&town);
    town_rate(&town, town_day("2024-01-01"), 6000); /* a krone a minute */
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    town_close(&town);
    clock_pretend(0);
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

/* ---- properties, of random towns ---- */

enum { DEPARTMENTS = 3, ROBOTS = 4, TOWNS = 30, STEPS = 8, DAYS = 500, YEARS = 2 };

static uint64_t seed;
static int64_t departments[DEPARTMENTS], robots[ROBOTS], cuts[DEPARTMENTS][YEARS];
static int32_t first_day;
static bool takes_back; /* does the town take tasks back? */

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

static void found_random_town(void)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    int i;

    first_day = town_day("2024-01-01");
    town_open(&town);
    town_rate(&town, first_day, 34207);
    for (i = 0; i < DEPARTMENTS; i++) {
        departments[i] = town_department(&town, names[i], names[i]);
        cuts[i][0] = cuts[i][1] = 0;
    }
    for (i = 0; i < ROBOTS; i++) {
        struct robot_share shares[] = {
            {first_day, departments[i % DEPARTMENTS], 400000 + draw(200000), 0},
            {first_day, departments[(i + 1) % DEPARTMENTS], draw(400000), 0}};

        robots[i] = town_robot(&town, names[i]);
        town_shares(&town, robots[i], shares, 2);
        if (i != 3)
            town_estimate(&town, robots[i], first_day + (int32_t)draw(40), 1 + draw(2000), 1);
    }
}

static void grow(void)
{
    int64_t robot = robots[draw(ROBOTS)];
    int32_t day = first_day + (int32_t)draw(DAYS);
    int place = (int)draw(DEPARTMENTS);
    int year = (int)draw(YEARS);
    int64_t kroner = 1 + draw(300);

    (void)town_tasks(&town, robot, day, draw(4) == 0 ? departments[draw(DEPARTMENTS)] : 0,
                     1 + draw(20));
    town_book(&town, robot, day, clock_month_of_day(day) + (int32_t)draw(4),
              takes_back && draw(3) == 0 ? ATTEMPT_UNDONE : ATTEMPT_DONE, 1 + (int)draw(5));
    town_gain(&town, robot, day, draw(2) == 0 ? departments[place] : 0, 1 + draw(10000));
    if (draw(2) == 0)
        return;
    town_reduction(&town, departments[place], draw(2) == 0 ? robots[draw(ROBOTS)] : 0, 2024 + year,
                   kroner);
    cuts[place][year] += kroner;
}

/* Every axis divides the same. */
static void compare_axes(int32_t from, int32_t to, bool by_completion)
{
    struct savings_query query = {.from_day = from, .to_day = to, .by_completion = by_completion};
    struct savings savings = {0};
    struct savings_row first = {.id = ""};
    int by;
    size_t i;

    for (by = SAVINGS_BY_DEPARTMENT; by <= SAVINGS_BY_YEAR; by++) {
        struct savings_row sum = {.id = ""};

        query.by = (enum savings_by)by;
        town_ask(&town, &query, &savings);
        for (i = 0; i < savings.row_count; i++) {
            const struct savings_row *row = &savings.rows[i];

            assert_int_equal(row->released + row->realised, row->kroner);
            if (!takes_back)
                assert_in_range(row->realised, 0, row->kroner);
            sum.tasks += row->tasks;
            sum.kroner += row->kroner;
            sum.realised += row->realised;
            sum.released += row->released;
            sum.gains += row->gains;
            sum.minutes += row->minutes;
        }
        if (by == SAVINGS_BY_DEPARTMENT)
            first = savings.total;
        assert_int_equal(sum.tasks, first.tasks);
        assert_int_equal(sum.kroner, first.kroner);
        assert_int_equal(sum.realised, first.realised);
        assert_int_equal(sum.released, first.released);
        assert_int_equal(sum.gains, first.gains);
        assert_true(sum.minutes == first.minutes);
        assert_int_equal(savings.total.realised, first.realised);
        assert_int_equal(savings.total.kroner, first.kroner);
        assert_int_equal(savings.total.released, first.released);
        savings_release(&savings);
    }
}

struct place_sums {
    int128 kroner[DEPARTMENTS + 1], realised[DEPARTMENTS + 1];
};

static void add_up(int32_t from, int32_t to, bool by_completion, struct place_sums *sums)
{
    struct saved_query query = {.from_day = from, .to_day = to, .by_completion = by_completion};
    struct saved_cells cells = {.count = 0};
    struct fault fault = {.text = ""};
    int128 *realised = NULL;
    bool is_entered = false;
    size_t i;

    assert_int_equal(store_view_enter(town.reader, &is_entered, &fault), 0);
    assert_int_equal(saved_cells_read(town.reader, &query, &cells, &fault), 0);
    assert_int_equal(realised_read(town.reader, &query, &cells, &realised, &fault), 0);
    store_view_leave(town.reader, is_entered);
    for (i = 0; i < cells.count; i++) {
        sums->kroner[cells.cells[i].place] += cells.cells[i].amount.kroner;
        sums->realised[cells.cells[i].place] += realised[i];
    }
    free(realised);
    saved_cells_release(&cells);
}

/* Of a year up to a day, and by way of another day. */
static void check_limits(int year, int32_t to, int32_t between)
{
    struct place_sums whole = {.kroner = {0}};
    struct place_sums parts = {.kroner = {0}};
    int32_t from = clock_day(2024 + year, 1, 1);
    int i;

    add_up(from, to, false, &whole);
    add_up(from, between, false, &parts);
    if (between < to)
        add_up(between + 1, to, false, &parts);
    for (i = 0; i <= DEPARTMENTS; i++) {
        int128 most = i < DEPARTMENTS ? cuts[i][year] * TASK_KRONER_SCALE : 0;
        int128 saved = whole.kroner[i] > 0 ? whole.kroner[i] : 0;

        assert_true(whole.realised[i] >= 0);
        assert_true(whole.realised[i] <= most);
        assert_true(whole.realised[i] <= saved);
        assert_true(whole.realised[i] == parts.realised[i]);
        assert_true(whole.kroner[i] == parts.kroner[i]);
    }
}

static void check_views(void)
{
    struct place_sums by_booking = {.kroner = {0}};
    struct place_sums by_completion = {.kroner = {0}};
    int i;

    add_up(INT32_MIN, INT32_MAX, false, &by_booking);
    add_up(INT32_MIN, INT32_MAX, true, &by_completion);
    for (i = 0; i <= DEPARTMENTS; i++) {
        assert_true(by_booking.kroner[i] == by_completion.kroner[i]);
        assert_true(by_booking.realised[i] == by_completion.realised[i]);
    }
}

static void random_towns_keep_the_limits(void **state)
{
    int i;
    int step;

    (void)state;
    clock_pretend(INT64_C(1750000000000));
    for (i = 0; i < TOWNS; i++) {
        seed = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(i + 1);
        takes_back = i % 2 == 0;
        found_random_town();
        for (step = 0; step < STEPS; step++) {
            int year = (int)draw(YEARS);
            int32_t begin = clock_day(2024 + year, 1, 1);
            int32_t to = begin + (int32_t)draw(365);

            grow();
            grow();
            compare_axes(first_day + (int32_t)draw(300), first_day + 300 + (int32_t)draw(300),
                         draw(2) == 0);
            check_limits(year, to, begin + (int32_t)draw((uint32_t)(to - begin) + 1));
            check_views();
        }
        town_close(&town);
    }
    clock_pretend(0);
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)
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
        cmocka_unit_test(random_towns_keep_the_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
