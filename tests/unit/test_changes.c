/* What is different between two ranges, and why: by hand, and on random towns. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/period.h"
#include "core/store/store.h"
#include "scorecards/changes.h"
#include "scorecards/changes_forecast.h"
#include "scorecards/explain_forecast.h"
#include "tests/unit/drawn_town.h"
#include "tests/unit/one_town.h"

enum { MAY = 2025 * 12 + 4 };

static struct changes read_changes(const char *from_before, const char *to_before,
                                   const char *from_after, const char *to_after)
{
    struct changes_query query = {day(from_before), day(to_before), day(from_after), day(to_after)};
    struct changes changes = {.entry_count = 0};
    struct fault fault = {.text = ""};

    if (changes_read(town.reader, &query, &changes, &fault) < 0)
        fail_msg("%s", fault.text);
    return changes;
}

/* Of a place and reason, in kroner; they are whole in what is computed by hand. */
static int64_t kroner_of(const struct changes *changes, size_t place, enum change_reason reason)
{
    int128 sum = 0;
    size_t i;

    for (i = 0; i < changes->entry_count; i++)
        if (changes->entries[i].place == place && changes->entries[i].reason == reason)
            sum += changes->entries[i].amount.kroner;
    assert_true(sum % TASK_KRONER_SCALE == 0);
    return (int64_t)(sum / TASK_KRONER_SCALE);
}

/* In the order of enum change_reason. */
static void check_place(const struct changes *changes, size_t place,
                        const int64_t expected[CHANGE_REASONS])
{
    int reason;
    int64_t sum = 0;

    for (reason = 0; reason < CHANGE_REASONS; reason++) {
        int64_t kroner = kroner_of(changes, place, (enum change_reason)reason);

        if (kroner != expected[reason])
            fail_msg("place %zu, %s: %lld", place, change_reason_word((enum change_reason)reason),
                     (long long)kroner);
        sum += kroner;
    }
    assert_int_equal(sum, changes->places_after[place] - changes->places_before[place]);
}
#define CHECK_PLACE(changes, place, ...)                                                           \
    check_place(changes, place, (const int64_t[CHANGE_REASONS]){__VA_ARGS__})

/* A krone a minute; all of robot r is department a's, three minutes a task. */
static int64_t plain_robot(int64_t *ret_a, int64_t *ret_b)
{
    struct robot_share share = {.from_day = day("2025-01-01"), .millionths = SHARE_WHOLE};
    int64_t robot;

    *ret_a = town_department(&town, "a", "A");
    *ret_b = town_department(&town, "b", "B");
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "r");
    share.department_id = *ret_a;
    town_shares(&town, robot, &share, 1);
    town_estimate(&town, robot, day("2025-01-01"), 300, 1);
    return robot;
}

static void reasons_are_told_one_after_another(void **state)
{
    struct robot_share shares[2];
    struct changes changes;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    robot = plain_robot(&a, &b);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-04-10"), 0, 4);
    (void)town_tasks(&town, robot, day("2025-04-20"), 0, 10);
    changes = read_changes("2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30");
    CHECK_PLACE(&changes, 0, 12, 0, 0, 0, 0, 0, 0);
    changes_release(&changes);

    town_estimate(&town, robot, day("2025-04-15"), 200, 1);
    changes = read_changes("2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30");
    CHECK_PLACE(&changes, 0, 12, 0, -10, 0, 0, 0, 0);
    assert_true(changes_began(&changes, day("2025-04-15")));
    assert_false(changes_began(&changes, day("2025-03-01")));
    changes_release(&changes);

    town_rate(&town, day("2025-04-20"), 12000);
    shares[0] = (struct robot_share){day("2025-01-01"), a, SHARE_WHOLE, 0};
    shares[1] = (struct robot_share){day("2025-04-18"), b, SHARE_WHOLE / 2, 0};
    town_shares(&town, robot, shares, 2);
    changes = read_changes("2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30");
    CHECK_PLACE(&changes, 0, 12, 0, -10, 20, -40, 0, 0);
    CHECK_PLACE(&changes, 1, 0, 0, 0, 0, 20, 0, 0);
    CHECK_PLACE(&changes, 2, 0, 0, 0, 0, 20, 0, 0);
    changes_release(&changes);
    /* from April to May all that began in April's midst holds in all of it: the other way round */
    (void)town_tasks(&town, robot, day("2025-05-20"), 0, 14);
    changes = read_changes("2025-04-01", "2025-04-30", "2025-05-01", "2025-05-31");
    /* the first four tasks of April: 12 -> 8 kroner by estimate, -> 16 by rate, -> 8 by share */
    CHECK_PLACE(&changes, 0, 0, 0, -4, 8, -16, 0, 0);
    CHECK_PLACE(&changes, 1, 0, 0, 0, 0, 8, 0, 0);
    changes_release(&changes);
}

static void a_new_robot_is_more_tasks(void **state)
{
    struct robot_share share = {.from_day = day("2025-04-10"), .millionths = SHARE_WHOLE};
    struct changes changes;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    (void)plain_robot(&a, &b);
    robot = town_robot(&town, "new");
    share.department_id = b;
    town_shares(&town, robot, &share, 1);
    town_estimate(&town, robot, day("2025-04-10"), 500, 1);
    (void)town_tasks(&town, robot, day("2025-04-20"), 0, 2);
    changes = read_changes("2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30");
    CHECK_PLACE(&changes, 1, 10, 0, 0, 0, 0, 0, 0);
    assert_int_equal(changes.entry_count, 1);
    changes_release(&changes);
}

/* Nothing values them in either range, and no reason gives them a value to take it back. */
static void what_was_done_before_it_counted_is_no_reason(void **state)
{
    struct robot_share share = {.from_day = day("2025-08-01"), .millionths = SHARE_WHOLE};
    struct changes changes;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    (void)plain_robot(&a, &b);
    robot = town_robot(&town, "unshared");
    share.department_id = b;
    town_shares(&town, robot, &share, 1);
    town_estimate(&town, robot, day("2025-01-01"), 500, 1);
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, 1);
    (void)town_tasks(&town, robot, day("2025-04-10"), 0, 4);
    robot = town_robot(&town, "unsigned");
    share.from_day = day("2025-01-01");
    town_shares(&town, robot, &share, 1);
    town_estimate(&town, robot, day("2025-06-15"), 500, 1);
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-04-10"), 0, 40);
    (void)town_tasks(&town, robot, day("2025-06-10"), 0, 7);
    changes = read_changes("2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30");
    CHECK_PLACE(&changes, 1, 0, 0, 0, 0, 0, 0, 0);
    CHECK_PLACE(&changes, 2, 15, 0, 0, 0, 0, 0, 0);
    changes_release(&changes);
    /* its first estimate begins in the midst of a month */
    (void)town_tasks(&town, robot, day("2025-06-20"), 0, 2);
    changes = read_changes("2025-03-01", "2025-03-31", "2025-04-01", "2025-06-30");
    CHECK_PLACE(&changes, 1, 10, 0, 0, 0, 0, 0, 0);
    changes_release(&changes);
}

/* A task that names its department needs no shares, but goes with it where it goes. */
static void first_shares_do_not_merge_departments(void **state)
{
    struct robot_share share = {.from_day = day("2025-05-01"), .millionths = SHARE_WHOLE};
    struct changes changes;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    (void)plain_robot(&a, &b);
    robot = town_robot(&town, "later");
    share.department_id = b;
    town_shares(&town, robot, &share, 1);
    town_estimate(&town, robot, day("2025-01-01"), 500, 1);
    town_plant(&town, "INSERT INTO department_successor VALUES(%d, %d, 0, %d, 1000000)", (int)a,
               day("2025-04-15"), (int)b);
    (void)town_tasks(&town, robot, day("2025-04-10"), a, 1);
    (void)town_tasks(&town, robot, day("2025-04-20"), a, 2);
    changes = read_changes("2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30");
    CHECK_PLACE(&changes, 0, 15, 0, 0, 0, -10, 0, 0);
    CHECK_PLACE(&changes, 1, 0, 0, 0, 0, 10, 0, 0);
    changes_release(&changes);
}

static void against_a_day_before_the_first_rate_all_is_the_rate(void **state)
{
    struct changes changes;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    robot = plain_robot(&a, &b);
    (void)town_tasks(&town, robot, day("2025-01-09"), 0, 10);
    changes = read_changes("2024-12-01", "2024-12-31", "2025-01-01", "2025-01-31");
    CHECK_PLACE(&changes, 0, 0, 0, 0, 30, 0, 0, 0);
    changes_release(&changes);
}

static void what_comes_late_is_a_reason_of_its_own(void **state)
{
    struct fault fault = {.text = ""};
    struct figure part = {.tasks = 0, .minutes = -1, .kroner = -7 * TASK_KRONER_SCALE};
    struct adjustment adjustment = {.month = MAY - 2,
                                    .booking = MAY,
                                    .cause = ADJUSTMENT_SHARE,
                                    .from_day = day("2025-03-01"),
                                    .reason = "found out",
                                    .by_whom = "Invented Person",
                                    .at_ms = 1,
                                    .parts = &part,
                                    .part_count = 1};
    struct changes changes;
    int64_t robot;
    int64_t first;
    int64_t id = 0;
    int64_t a;
    int64_t b;

    (void)state;
    robot = plain_robot(&a, &b);
    first = town_tasks(&town, robot, day("2025-03-09"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-04-10"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-05-10"), 0, 11);
    drawn_town_book_late(&town, first, robot, day("2025-03-09"), MAY);
    drawn_town_book_late(&town, first + 1, robot, day("2025-03-09"), MAY);
    drawn_town_close(&town, MAY - 2, MAY - 1);
    adjustment.robot_id = robot;
    part.department_id = a;
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(adjustment_add(town.store, &adjustment, &id, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    changes = read_changes("2025-04-01", "2025-04-30", "2025-05-01", "2025-05-31");
    CHECK_PLACE(&changes, 0, 3, 0, 0, 0, 0, 6, -7);
    assert_string_equal(changes_adjustment(&changes, id)->reason, "found out");
    assert_null(changes_adjustment(&changes, id + 1));
    changes_release(&changes);
    /* it counted in May alone, so June has it to make good */
    changes = read_changes("2025-05-01", "2025-05-31", "2025-06-01", "2025-06-30");
    CHECK_PLACE(&changes, 0, -33, 0, 0, 0, 0, -6, 7);
    changes_release(&changes);
}

/* A version dated into April, which is closed, values what is booked from May on. */
static void what_is_dated_back_is_told_apart(void **state)
{
    struct changes changes;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    robot = plain_robot(&a, &b);
    (void)town_tasks(&town, robot, day("2025-04-10"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-05-10"), 0, 10);
    drawn_town_close(&town, MAY - 1, MAY - 1);
    town_plant(&town, "UPDATE estimate SET booking_from = %d WHERE id = %d", MAY,
               (int)town_estimate(&town, robot, day("2025-04-05"), 100, 1));
    changes = read_changes("2025-04-01", "2025-04-30", "2025-05-01", "2025-05-31");
    CHECK_PLACE(&changes, 0, 0, -20, 0, 0, 0, 0, 0);
    changes_release(&changes);
}

static void ranges_are_refused(void **state)
{
    struct changes_query query = {day("2025-03-02"), day("2025-03-01"), day("2025-04-01"),
                                  day("2025-04-30")};
    struct changes changes = {.entry_count = 0};
    struct fault fault = {.text = ""};

    (void)state;
    assert_int_equal(changes_read(town.reader, &query, &changes, &fault), -EINVAL);
}

/* ---- forecasts ---- */

static void operate(int64_t robot, const char *from)
{
    town_plant(&town, "INSERT INTO robot_operation VALUES(%d, %d, NULL)", (int)robot, day(from));
}

/* What a step makes of a place. */
static int64_t step_of(const struct changes_forecast *changes, enum changes_forecast_step step,
                       size_t place)
{
    return changes_forecast_row(changes, (size_t)step + 1, place)->kroner -
           changes_forecast_row(changes, (size_t)step, place)->kroner;
}

static void a_forecast_is_told_by_its_steps(void **state)
{
    struct changes_forecast changes;
    struct fault fault = {.text = ""};
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    robot = plain_robot(&a, &b);
    operate(robot, "2025-03-01");
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-04-10"), 0, 20);
    town_estimate(&town, robot, day("2025-04-15"), 200, 1);
    town_rate(&town, day("2025-04-20"), 12000);
    assert_int_equal(changes_forecast_read(town.reader, 2026, day("2025-03-31"), day("2025-04-30"),
                                           &changes, &fault),
                     0);
    assert_int_equal(changes_forecast_row(&changes, 0, 0)->kroner, 10 * 12 * 3);
    assert_int_equal(step_of(&changes, CHANGES_FORECAST_TASKS, 0), 5 * 12 * 3);
    assert_int_equal(step_of(&changes, CHANGES_FORECAST_ESTIMATE, 0), -15 * 12);
    assert_int_equal(step_of(&changes, CHANGES_FORECAST_RATE, 0), 15 * 12 * 2);
    assert_int_equal(step_of(&changes, CHANGES_FORECAST_SHARE, 0), 0);
    assert_int_equal(changes_forecast_row(&changes, CHANGES_FORECAST_STEPS, 3)->kroner, 720);
    changes_forecast_release(&changes);
}

static void a_forecast_opens_to_its_robots(void **state)
{
    struct explain_forecast explain;
    struct forecast_query query = forecast_query_of(2026, day("2025-04-30"));
    struct fault fault = {.text = ""};
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    robot = plain_robot(&a, &b);
    operate(robot, "2025-03-01");
    operate(town_robot(&town, "unsigned"), "2025-03-01");
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-04-10"), 0, 5);
    (void)town_tasks(&town, robot, day("2025-04-10"), b, 6);
    assert_int_equal(explain_forecast_read(town.reader, &query, "a", NULL, &explain, &fault), 0);
    assert_int_equal(explain.count, 1);
    assert_int_equal(explain.outlooks[0].months, 2);
    assert_int_equal(explain.outlooks[0].tasks, 21);
    assert_true(explain.outlooks[0].parts == 15 * SHARE_WHOLE);
    assert_int_equal(explain.outlooks[0].months_in_year, 12);
    assert_int_equal(explain.outlooks[0].kroner, 2700000);
    assert_int_equal(explain.exact, 2700000);
    assert_int_equal(explain.kroner, 270);
    explain_forecast_release(&explain);
    assert_int_equal(explain_forecast_read(town.reader, &query, "b", "r", &explain, &fault), 0);
    assert_int_equal(explain.kroner, 108);
    explain_forecast_release(&explain);
    assert_int_equal(explain_forecast_read(town.reader, &query, NULL, NULL, &explain, &fault), 0);
    assert_int_equal(explain.kroner, 378);
    assert_int_equal(explain.count, 2);
    explain_forecast_release(&explain);
    assert_int_equal(explain_forecast_read(town.reader, &query, "no", NULL, &explain, &fault),
                     -ENOENT);
    assert_int_equal(explain_forecast_read(town.reader, &query, NULL, "no", &explain, &fault),
                     -ENOENT);
}

/* ---- random towns ---- */

static void sum_cells(const struct saved_cells *cells, size_t robot, size_t place, int sign,
                      struct saved_amount *sum)
{
    size_t i;

    for (i = 0; i < cells->count; i++) {
        const struct saved_amount *amount = &cells->cells[i].amount;

        if (cells->cells[i].robot != robot || cells->cells[i].place != place)
            continue;
        sum->tasks += sign * amount->tasks;
        sum->uncounted += sign * amount->uncounted;
        sum->minutes += sign * amount->minutes;
        sum->kroner += sign * amount->kroner;
    }
}

static void check_sums(const struct changes *changes)
{
    size_t robot;
    size_t place;
    size_t i;

    for (robot = 0; robot < changes->after.robots.count; robot++)
        for (place = 0; place <= changes->after.organisation.department_count; place++) {
            struct saved_amount sum = {.tasks = 0};

            sum_cells(&changes->before, robot, place, 1, &sum);
            sum_cells(&changes->after, robot, place, -1, &sum);
            for (i = 0; i < changes->entry_count; i++)
                if (changes->entries[i].robot == robot && changes->entries[i].place == place)
                    assert_true(saved_amount_add(&sum, &changes->entries[i].amount));
            assert_true(saved_amount_is_zero(&sum));
        }
}

static void random_towns_add_up(void **state)
{
    struct changes changes;
    int i;

    (void)state;
    for (i = 0; i < 40; i++) {
        (void)one_town_open(NULL);
        drawn_town_fill(&town, (uint64_t)i * 1009 + 3);
        changes = read_changes("2025-02-01", "2025-02-28", "2025-03-01", "2025-03-31");
        check_sums(&changes);
        changes_release(&changes);
        changes = read_changes("2025-01-10", "2025-03-12", "2025-03-13", "2025-05-20");
        check_sums(&changes);
        changes_release(&changes);
        (void)one_town_close(NULL);
    }
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, one_town_open, one_town_close)
    const struct CMUnitTest tests[] = {
        TOWN_TEST(reasons_are_told_one_after_another),
        TOWN_TEST(a_new_robot_is_more_tasks),
        TOWN_TEST(what_was_done_before_it_counted_is_no_reason),
        TOWN_TEST(first_shares_do_not_merge_departments),
        TOWN_TEST(against_a_day_before_the_first_rate_all_is_the_rate),
        TOWN_TEST(what_comes_late_is_a_reason_of_its_own),
        TOWN_TEST(what_is_dated_back_is_told_apart),
        TOWN_TEST(ranges_are_refused),
        TOWN_TEST(a_forecast_is_told_by_its_steps),
        TOWN_TEST(a_forecast_opens_to_its_robots),
        cmocka_unit_test(random_towns_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
