/* Why a department is below its target: each robot's part of the forecast, and why one brings nothing. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/dispute.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "scorecards/gap.h"
#include "tests/unit/savings_town.h"

static struct town town;
static int64_t a;

#define STORED(call)                                                                               \
    do {                                                                                           \
        struct fault fault = {.text = ""};                                                         \
        assert_int_equal(store_begin(town.store, &fault), 0);                                      \
        if ((call) < 0)                                                                            \
            fail_msg("%s", fault.text);                                                            \
        assert_int_equal(store_commit(town.store, &fault), 0);                                     \
    } while (0)

/* A krone a minute; a has to save 1,000 in 2026. */
static int open_town(void **state)
{
    (void)state;
    clock_pretend(INT64_C(1768478400000)); /* 2026-01-15 */
    town_open(&town);
    town_rate(&town, town_day("2025-01-01"), 6000);
    a = town_department(&town, "a", "A");
    STORED(budget_set(town.store,
                      &(struct budget_new){a, 2026, town_day("2025-01-01"), 1000, "test", ""},
                      &fault));
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    town_close(&town);
    clock_pretend(0);
    return 0;
}

/* So many millionths are a's; ten tasks of a minute in each month of 2025, if it is busy. */
static int64_t make_robot(const char *slug, int64_t millionths, bool is_busy, bool is_signed)
{
    struct robot_share share = {town_day("2025-01-01"), a, millionths, 0};
    int64_t robot = town_robot(&town, slug);
    int month;

    if (millionths != 0)
        town_shares(&town, robot, &share, 1);
    if (is_signed)
        (void)town_estimate(&town, robot, town_day("2025-01-01"), 100, 1);
    for (month = 1; month <= 12 && is_busy; month++)
        (void)town_tasks(&town, robot, clock_day(2025, month, 15), 0, 10);
    return robot;
}

/* to NULL: no end is known; again NULL: it does not come back. */
static void operate(int64_t robot, const char *from, const char *to, const char *again)
{
    struct robot_operation operations[2] = {{.to_day = ROBOT_NO_END}, {.to_day = ROBOT_NO_END}};
    size_t count = again == NULL ? 1 : 2;

    operations[0].from_day = town_day(from);
    if (to != NULL)
        operations[0].to_day = town_day(to);
    if (again != NULL)
        operations[1].from_day = town_day(again);
    STORED(robot_operations_set(town.store, robot, operations, count, &fault));
}

static struct gap gap_at(const char *as_of, int32_t year, size_t rows)
{
    struct gap gap = {.row_count = 0};
    struct fault fault = {.text = ""};

    if (gap_read(town.reader, year, town_day(as_of), &gap, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_int_equal(gap.row_count, rows);
    return gap;
}

static struct gap gap_of(int32_t year, size_t rows)
{
    return gap_at("2026-01-10", year, rows);
}

/* 120 of one robot and 39.99996 of each of two: 199.99992 is shown as 200, and so are they. */
static void robots_add_up_to_their_department(void **state)
{
    struct gap gap;
    int64_t sum = 0;
    size_t i;

    (void)state;
    operate(make_robot("whole", SHARE_WHOLE, true, true), "2025-01-01", NULL, NULL);
    operate(make_robot("third", 333333, true, true), "2025-01-01", NULL, NULL);
    operate(make_robot("other-third", 333333, true, true), "2025-01-01", NULL, NULL);
    gap = gap_of(2026, 1);
    assert_int_equal(gap.rows[0].forecast->kroner, 200);
    assert_int_equal(gap.rows[0].gap, 800);
    assert_int_equal(gap.rows[0].part_count, 3);
    for (i = 0; i < gap.rows[0].part_count; i++) {
        assert_int_equal(gap.rows[0].parts[i].kroner, i == 0 ? 120 : 40);
        assert_int_equal(gap.rows[0].parts[i].robot, i);
        assert_int_equal(gap.rows[0].parts[i].why, FORECAST_BRINGS);
        assert_false(gap.rows[0].parts[i].is_signable);
        sum += gap.rows[0].parts[i].kroner;
    }
    assert_int_equal(sum, gap.rows[0].forecast->kroner);
    gap_release(&gap);
}

/* Half a krone is a's and half is b's: the one they make is a's, the earlier row's, so b's robot has 0
 * as its row has. */
static void a_row_that_was_rounded_down_is_met(void **state)
{
    int64_t b = town_department(&town, "b", "B");
    struct robot_share shares[2] = {{town_day("2024-01-01"), a, SHARE_WHOLE / 2, 0},
                                    {town_day("2024-01-01"), b, SHARE_WHOLE / 2, 0}};
    struct gap gap;
    int64_t robot = make_robot("halves", 0, false, true);

    (void)state;
    STORED(budget_set(town.store,
                      &(struct budget_new){b, 2026, town_day("2025-01-01"), 1000, "test", ""},
                      &fault));
    town_shares(&town, robot, shares, 2);
    operate(robot, "2024-01-01", NULL, NULL);
    (void)town_tasks(&town, robot, town_day("2025-05-05"), 0, 2); /* in 24 months */
    gap = gap_of(2026, 2);
    assert_string_equal(gap.rows[0].forecast->id, "b");
    assert_int_equal(gap.rows[0].forecast->kroner, 0);
    assert_int_equal(gap.rows[0].parts[0].kroner, 0);
    assert_int_equal(gap.rows[0].parts[0].why, FORECAST_BRINGS);
    assert_int_equal(gap.rows[1].forecast->kroner, 1);
    assert_int_equal(gap.rows[1].parts[0].kroner, 1);
    gap_release(&gap);
}

static void who_brings_nothing_says_why(void **state)
{
    static const enum forecast_why expected[] = {
        FORECAST_UNSIGNED,  FORECAST_UNSIGNED, FORECAST_ENDED,     FORECAST_ENDED,
        FORECAST_NOT_BEGUN, FORECAST_NO_TASKS, FORECAST_SUSPENDED, FORECAST_NO_MONTH,
        FORECAST_ONE_OFF,   FORECAST_NOT_BEGUN};
    const struct forecast_part *parts;
    struct gap gap;
    int64_t robot;
    size_t i;

    (void)state;
    robot = make_robot("unsigned", SHARE_WHOLE / 2, true, false);
    operate(robot, "2025-01-01", "2026-06-30", NULL);
    (void)town_estimate(&town, robot, town_day("2025-01-01"), 500, 0);
    operate(make_robot("without", SHARE_WHOLE, true, false), "2025-01-01", NULL, NULL);
    operate(make_robot("ended", SHARE_WHOLE, true, true), "2025-01-01", "2025-12-31", NULL);
    operate(make_robot("ended-today", SHARE_WHOLE, true, true), "2025-01-01", "2026-01-10", NULL);
    operate(make_robot("to-come", SHARE_WHOLE, false, true), "2026-03-01", NULL, NULL);
    operate(make_robot("idle", SHARE_WHOLE, false, true), "2025-01-01", NULL, NULL);
    operate(make_robot("away", SHARE_WHOLE, true, true), "2025-01-01", "2025-06-30", "2027-01-01");
    operate(make_robot("young", SHARE_WHOLE, false, true), "2026-01-02", NULL, NULL);
    robot = make_robot("once", SHARE_WHOLE, true, true);
    operate(robot, "2025-01-01", NULL, NULL);
    STORED(robot_put(town.store, "once", "once", true, true, &robot, &fault));
    (void)make_robot("no-day", SHARE_WHOLE, false, true);
    gap = gap_of(2026, 1);
    assert_int_equal(gap.rows[0].gap, 1000);
    assert_int_equal(gap.rows[0].part_count, sizeof expected / sizeof expected[0]);
    parts = gap.rows[0].parts;
    for (i = 0; i < gap.rows[0].part_count; i++) {
        if (parts[i].why != expected[i])
            fail_msg("%s: %d", gap.forecast.robots[parts[i].robot].id, (int)parts[i].why);
        assert_int_equal(parts[i].kroner, 0);
        assert_int_equal(parts[i].is_signable, i == 0);
    }
    /* six months of 2026 x 10 tasks x 5 minutes x half */
    assert_int_equal(parts[0].kroner_if_signed, 150);
    assert_int_equal(parts[0].minutes_hundredths, 500);
    assert_int_equal(parts[0].tasks, 60);
    assert_int_equal(parts[2].why_day, town_day("2025-12-31"));
    assert_int_equal(parts[4].why_day, town_day("2026-03-01"));
    assert_int_equal(parts[9].why_day, 0);
    gap_release(&gap);
    /* without a gap nobody asks why */
    gap = gap_of(2027, 1);
    assert_int_equal(gap.rows[0].part_count, 0);
    gap_release(&gap);
}

static void check_part(const struct gap *gap, size_t index, int64_t saved, int64_t to_date)
{
    const struct forecast_part *part = &gap->rows[0].parts[index];

    if (part->saved != saved || part->kroner_to_date != to_date)
        fail_msg("robot %zu: %d saved, %d expected", index, (int)part->saved,
                 (int)part->kroner_to_date);
}

/* "whole" saved 100 by March, and 220 tasks in 15 months are 132 in nine; "third" brings 120 / 15 x 9
 * x 0.333333 = 23.999976; "ended" saved 7. The organisation's rule: 176 and 31.999968. */
static void what_is_booked_in_the_year_counts(void **state)
{
    int64_t whole = make_robot("whole", SHARE_WHOLE, true, true);
    int64_t ended;
    struct gap gap;

    (void)state;
    operate(whole, "2025-01-01", NULL, NULL);
    (void)town_tasks(&town, whole, town_day("2026-02-03"), 0, 100);
    operate(make_robot("third", 333333, true, true), "2025-01-01", NULL, NULL);
    ended = make_robot("ended", SHARE_WHOLE, false, true);
    operate(ended, "2025-01-01", "2026-01-31", NULL);
    (void)town_tasks(&town, ended, town_day("2026-01-05"), 0, 7);
    gap = gap_at("2026-03-31", 2026, 1);
    assert_int_equal(gap.rows[0].forecast->kroner, 208);
    assert_int_equal(gap.rows[0].forecast->saved, 107);
    assert_int_equal(gap.rows[0].forecast->kroner_to_date, 263);
    assert_int_equal(gap.rows[0].forecast->percent_to_date.value, 26);
    assert_int_equal(gap.rows[0].gap, 737);
    assert_int_equal(gap.rows[0].part_count, 3);
    check_part(&gap, 0, 100, 232);
    check_part(&gap, 1, 0, 24);
    check_part(&gap, 2, 7, 7);
    gap_release(&gap);
}

/* 1,005 of 1,000 are booked; the organisation's rule, of 24 months, says 503. */
static void what_is_booked_may_be_enough(void **state)
{
    int64_t robot = make_robot("busy", SHARE_WHOLE, false, true);
    struct gap gap;

    (void)state;
    operate(robot, "2025-01-01", NULL, NULL);
    (void)town_tasks(&town, robot, town_day("2026-01-05"), 0, 1005);
    gap = gap_at("2026-12-31", 2026, 1);
    assert_int_equal(gap.rows[0].forecast->kroner, 503);
    assert_int_equal(gap.rows[0].gap, 0);
    assert_int_equal(gap.rows[0].certainty, GAP_REACHED);
    gap_release(&gap);
}

/* Ten tasks a month, three months are over. */
static int64_t make_steady(const char *slug, bool is_signed)
{
    int64_t robot = make_robot(slug, SHARE_WHOLE, true, is_signed);
    int month;

    operate(robot, "2025-01-01", NULL, NULL);
    for (month = 1; month <= 3; month++)
        (void)town_tasks(&town, robot, clock_day(2026, month, 15), 0, 10);
    return robot;
}

/* The number of its first version. */
static int64_t first_version(int64_t robot)
{
    struct robot_list list = {.count = 0};
    struct fault fault = {.text = ""};
    int64_t id;

    assert_int_equal(robot_list_read_one(town.store, robot, &list, &fault), 0);
    id = list.robots[0].estimates[0].id;
    robot_list_release(&list);
    return id;
}

static void what_another_version_would_bring(void **state)
{
    struct dispute_new contest = {
        .hundredths = 200, .reason = "longer", .by_whom = "Invented Person", .now_ms = 1};
    int64_t steady = make_steady("steady", true);
    int64_t unsigned_robot = make_steady("unsigned", false);
    const struct forecast_part *parts;
    struct gap gap;
    int64_t id;

    (void)state;
    (void)town_estimate(&town, steady, town_day("2026-11-01"), 1200, 0);
    (void)town_estimate(&town, unsigned_robot, town_day("2026-02-15"), 500, 0);
    gap = gap_at("2026-03-31", 2026, 1);
    parts = gap.rows[0].parts;
    assert_int_equal(parts[0].kroner_to_date, 120);
    assert_int_equal(parts[0].dispute_id, 0);
    assert_int_equal(gap.rows[0].disputed, 0);
    assert_true(parts[0].is_signable);
    assert_int_equal(parts[0].signable_from, town_day("2026-11-01"));
    assert_int_equal(parts[0].kroner_if_signed, 30 + 7 * 10 + 2 * 10 * 12);
    /* March is the first month it holds in all of */
    assert_true(parts[1].is_signable);
    assert_int_equal(parts[1].kroner_to_date, 0);
    assert_int_equal(parts[1].kroner_if_signed, 10 * 5 + 9 * 10 * 5);
    contest.estimate_id = first_version(steady);
    gap_release(&gap);
    STORED(dispute_add(town.store, &contest, &id, &fault));
    gap = gap_at("2026-03-31", 2026, 1);
    parts = gap.rows[0].parts;
    assert_int_equal(parts[0].kroner_to_date, 120);
    assert_int_equal(parts[0].dispute_id, id);
    assert_int_equal(parts[0].dispute_hundredths, 200);
    assert_int_equal(parts[0].kroner_if_right, 30 * 2 + 9 * 10 * 2);
    assert_int_equal(parts[1].dispute_id, 0);
    assert_int_equal(gap.rows[0].disputed, 120);
    gap_release(&gap);
}

#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN_TEST(robots_add_up_to_their_department), TOWN_TEST(a_row_that_was_rounded_down_is_met),
        TOWN_TEST(who_brings_nothing_says_why),       TOWN_TEST(what_is_booked_in_the_year_counts),
        TOWN_TEST(what_is_booked_may_be_enough),      TOWN_TEST(what_another_version_would_bring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
