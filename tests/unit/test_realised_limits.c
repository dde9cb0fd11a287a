/*
 * Random towns: every axis and view of savings has one total, and what is realised is at most what was saved
 * and what was cut.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/realised.h"
#include "tests/unit/dice.h"
#include "tests/unit/savings_town.h"

static struct town town;

enum { DEPARTMENTS = 3, ROBOTS = 4, TOWNS = 30, STEPS = 8, DAYS = 500, YEARS = 2 };

static struct dice dice;
static int64_t departments[DEPARTMENTS], robots[ROBOTS], cuts[DEPARTMENTS][YEARS];
static int32_t first_day;
static bool takes_back; /* does the town take tasks back? */

static uint32_t draw(uint32_t below)
{
    return (uint32_t)dice_roll(&dice, below);
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
    if (draw(4) == 0)
        town_plant(&town, "INSERT OR REPLACE INTO distribution_key VALUES(%d,%d,%d)",
                   clock_last_day_of_month(clock_month_of_day(day)) - (int32_t)draw(2),
                   (int)departments[place], 1 + (int)draw(300000));
    town_gain(&town, robot, day, draw(2) == 0 ? departments[place] : 0, 1 + draw(10000));
    if (draw(2) == 0)
        return;
    town_reduction(&town, departments[place], draw(2) == 0 ? robots[draw(ROBOTS)] : 0, 2024 + year,
                   kroner);
    cuts[place][year] += kroner;
}

static void check_same(const struct savings_row *one, const struct savings_row *other)
{
    assert_int_equal(one->tasks, other->tasks);
    assert_int_equal(one->uncounted_tasks, other->uncounted_tasks);
    assert_true(one->minutes == other->minutes);
    assert_int_equal(one->kroner, other->kroner);
    assert_int_equal(one->realised, other->realised);
    assert_int_equal(one->released, other->released);
    assert_int_equal(one->gains, other->gains);
}

/* The sums of a table's rows, which are its total. */
static struct savings_row add_rows(const struct savings_query *query)
{
    struct savings savings = {0};
    struct savings_row sum = {.id = ""};
    struct savings_row total;
    size_t i;

    town_ask(&town, query, &savings);
    for (i = 0; i < savings.row_count; i++) {
        const struct savings_row *row = &savings.rows[i];

        assert_int_equal(row->released + row->realised, row->kroner);
        if (!takes_back)
            assert_in_range(row->realised, 0, row->kroner);
        sum.tasks += row->tasks;
        sum.uncounted_tasks += row->uncounted_tasks;
        sum.kroner += row->kroner;
        sum.realised += row->realised;
        sum.released += row->released;
        sum.gains += row->gains;
        sum.minutes += row->minutes;
    }
    total = savings.total;
    check_same(&sum, &total);
    if (query->is_spread)
        sum.minutes /= SHARE_WHOLE; /* a total is not finer than it was */
    savings_release(&savings);
    return sum;
}

/* Every axis divides the same, also spread. */
static void compare_axes(int32_t from, int32_t to, bool by_completion)
{
    struct savings_query query = {.from_day = from, .to_day = to, .by_completion = by_completion};
    struct savings_row first = add_rows(&query);
    int by;

    for (by = SAVINGS_BY_DEPARTMENT; by <= SAVINGS_BY_YEAR; by++) {
        struct savings_row other;

        query.by = (enum savings_by)by;
        query.is_spread = draw(2) == 0;
        other = add_rows(&query);
        check_same(&first, &other);
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
        dice_start(&dice, (uint64_t)i + 1);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_towns_keep_the_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
