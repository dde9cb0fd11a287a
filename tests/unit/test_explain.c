/* A figure opened: its parts and its tasks add up to what `savings` shows. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/difference.h"
#include "scorecards/explain.h"
#include "tests/unit/drawn_town.h"
#include "tests/unit/one_town.h"

#define MINUTE ((int128)TASK_MINUTE_SCALE)
enum { MAY = 2025 * 12 + 4 };

/* What the entries of one explanation came to. */
struct listed {
    struct saved_amount amount;
    int64_t tasks, taken_back;
    char reason[64];
};

static int take_entry(const struct explain_entry *entry, void *context)
{
    struct listed *listed = context;

    assert_true(saved_amount_add(&listed->amount, &entry->amount));
    if (entry->is_taken_back)
        listed->taken_back++;
    else
        listed->tasks++;
    if (entry->reason[0] != '\0')
        (void)snprintf(listed->reason, sizeof listed->reason, "%s", entry->reason);
    return 0;
}

static struct explain read_parts(const char *from, const char *to, const char *department,
                                 const char *robot)
{
    struct explain_query query = {
        .from_day = from == NULL ? INT32_MIN : day(from),
        .to_day = to == NULL ? INT32_MAX : day(to),
        .department = department,
        .robot = robot,
    };
    struct explain explain = {.part_count = 0};
    struct fault fault = {.text = ""};

    if (explain_read(town.reader, &query, &explain, &fault) < 0)
        fail_msg("%s", fault.text);
    return explain;
}

/* All three sums are one, and the tasks that are listed are all there are. */
static struct explain opened(const char *from, const char *to, const char *department,
                             const char *robot, struct listed *ret_listed)
{
    struct explain explain = read_parts(from, to, department, robot);
    struct saved_amount sum = {.tasks = 0};
    struct saved_amount of_parts = {.tasks = 0};
    struct fault fault = {.text = ""};
    size_t i;

    *ret_listed = (struct listed){.tasks = 0};
    if (explain_each_entry(town.reader, &explain, take_entry, ret_listed, &sum, &fault) != 0)
        fail_msg("%s", fault.text);
    for (i = 0; i < explain.part_count; i++) {
        assert_true(saved_amount_add(&of_parts, &explain.parts[i].amount));
        if (explain.parts[i].kind == EXPLAIN_ADJUSTMENT)
            assert_true(saved_amount_add(&ret_listed->amount, &explain.parts[i].amount));
    }
    assert_memory_equal(&of_parts, &explain.of_cells, sizeof of_parts);
    assert_memory_equal(&ret_listed->amount, &explain.of_cells, sizeof of_parts);
    assert_memory_equal(&sum, &explain.of_cells, sizeof of_parts);
    return explain;
}

static void check_row(const char *from, const char *to, const char *department, const char *robot,
                      const struct savings_row *row)
{
    struct listed listed;
    struct explain explain = opened(from, to, department, robot, &listed);

    assert_int_equal(explain.kroner, row->kroner);
    assert_int_equal(explain.tasks, row->tasks);
    assert_int_equal(explain.uncounted, row->uncounted_tasks);
    assert_true(explain.of_cells.minutes == row->minutes);
    explain_release(&explain);
}

/* Every row of both tables, and the total. */
static void check_all(const char *from, const char *to)
{
    struct savings savings = {0};
    size_t i;
    int by;

    for (by = SAVINGS_BY_DEPARTMENT; by <= SAVINGS_BY_ROBOT; by++) {
        town_savings(&town, from == NULL ? INT32_MIN : day(from), to == NULL ? INT32_MAX : day(to),
                     (enum savings_by)by, &savings);
        for (i = 0; i < savings.row_count; i++)
            check_row(from, to, by == SAVINGS_BY_DEPARTMENT ? savings.rows[i].id : NULL,
                      by == SAVINGS_BY_ROBOT ? savings.rows[i].id : NULL, &savings.rows[i]);
        check_row(from, to, NULL, NULL, &savings.total);
        savings_release(&savings);
    }
}

static void versions_in_one_month_are_parts(void **state)
{
    struct robot_share shares[2];
    struct listed listed;
    struct explain explain;
    int64_t robot;
    int64_t a;

    (void)state;
    a = town_department(&town, "a", "A");
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "r");
    shares[0] = (struct robot_share){day("2025-01-01"), a, 600000, 0};
    town_shares(&town, robot, shares, 1);
    town_estimate(&town, robot, day("2025-01-01"), 300, 1);
    town_estimate(&town, robot, day("2025-03-15"), 200, 1);
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, 4);
    (void)town_tasks(&town, robot, day("2025-03-14"), 0, 1);
    (void)town_tasks(&town, robot, day("2025-03-20"), 0, 10);
    check_all("2025-03-01", "2025-03-31");

    explain = opened("2025-03-01", "2025-03-31", "a", NULL, &listed);
    assert_int_equal(explain.part_count, 2);
    assert_int_equal(explain.parts[0].count, 5);
    assert_int_equal(explain.parts[0].first_day, day("2025-03-10"));
    assert_int_equal(explain.parts[0].last_day, day("2025-03-14"));
    assert_int_equal(explain.parts[0].estimate->hundredths, 300);
    assert_int_equal(explain.parts[0].millionths, 600000);
    assert_int_equal(explain.parts[0].rate->ore_per_hour, 6000);
    assert_true(explain.parts[0].amount.minutes == 9 * MINUTE);
    assert_int_equal(explain.parts[1].count, 10);
    assert_int_equal(explain.kroner, 21);
    assert_int_equal(listed.tasks, 15);
    explain_release(&explain);
    /* what no share takes */
    explain = opened("2025-03-01", "2025-03-31", "tvaergaaende", "r", &listed);
    assert_int_equal(explain.kroner, 14);
    explain_release(&explain);
}

static void a_correction_is_a_part_with_its_reason(void **state)
{
    struct listed listed;
    struct explain explain;
    int64_t robot;
    int64_t first;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "r");
    town_estimate(&town, robot, day("2025-01-01"), 100, 1);
    first = town_tasks(&town, robot, day("2025-03-09"), 0, 5);
    town_undo(&town, robot, first + 2);
    check_all("2025-03-01", "2025-03-31");
    explain = opened("2025-03-01", "2025-03-31", NULL, "r", &listed);
    assert_int_equal(explain.part_count, 2);
    assert_int_equal(explain.parts[0].count, 5);
    assert_int_equal(explain.parts[1].count, -1);
    assert_true(explain.parts[1].is_taken_back);
    assert_int_equal(explain.kroner, 4);
    assert_int_equal(listed.tasks, 5);
    assert_int_equal(listed.taken_back, 1);
    assert_string_equal(listed.reason, "test");
    explain_release(&explain);
}

static void a_late_task_is_a_part_of_its_booking_month(void **state)
{
    struct listed listed;
    struct explain explain;
    int64_t robot;
    int64_t first;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "r");
    town_estimate(&town, robot, day("2025-01-01"), 100, 1);
    town_estimate(&town, robot, day("2025-05-01"), 500, 1);
    first = town_tasks(&town, robot, day("2025-03-09"), 0, 5);
    (void)town_tasks(&town, robot, day("2025-05-09"), 0, 2);
    drawn_town_book_late(&town, first, robot, day("2025-03-09"), MAY);
    drawn_town_book_late(&town, first + 3, robot, day("2025-03-09"), MAY);
    drawn_town_close(&town, MAY - 2, MAY - 1);
    check_all("2025-03-01", "2025-03-31");
    check_all("2025-05-01", "2025-05-31");
    check_all("2025-05-01", "2025-05-30");
    check_all(NULL, NULL);
    explain = opened("2025-05-01", "2025-05-31", NULL, "r", &listed);
    assert_int_equal(explain.kroner, 12);
    assert_int_equal(explain.part_count, 2);
    assert_int_equal(explain.parts[1].late_booking, MAY);
    assert_int_equal(explain.parts[1].count, 2);
    assert_int_equal(explain.parts[1].first_day, day("2025-03-09"));
    assert_int_equal(explain.cells.open_from, MAY);
    explain_release(&explain);
}

/* An estimate that is dated into closed months, with its difference booked. */
static void a_late_version_is_an_adjustment(void **state)
{
    struct fault fault = {.text = ""};
    struct difference difference = {.store = NULL};
    struct difference_cause cause = {.cause = ADJUSTMENT_ESTIMATE,
                                     .from_day = day("2025-03-01"),
                                     .reason = "timed anew",
                                     .by_whom = "Invented Person",
                                     .now_ms = 1};
    struct listed listed;
    struct explain explain;
    int64_t booked = 0;
    int64_t id = 0;
    int64_t robot;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "r");
    town_estimate(&town, robot, day("2025-01-01"), 300, 1);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 5);
    (void)town_tasks(&town, robot, day("2025-05-09"), 0, 1);
    drawn_town_close(&town, MAY - 2, MAY - 1);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(difference_begin(town.store, &difference, &fault), 0);
    assert_int_equal(estimate_set(town.store, robot,
                                  &(struct estimate_new){.from_day = day("2025-03-01"),
                                                         .hundredths = 200,
                                                         .set_by = "owner",
                                                         .reason = "test"},
                                  &id, &fault),
                     0);
    assert_int_equal(estimate_sign(town.store, id, "head", day("2025-05-02"), &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    town_plant(&town, "UPDATE estimate SET booking_from = %d WHERE id = %d", MAY, (int)id);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(difference_book(&difference, &cause, &booked, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    difference_release(&difference);
    assert_int_equal(booked, 1);

    check_all("2025-03-01", "2025-03-31");
    check_all("2025-05-01", "2025-05-31");
    explain = opened("2025-05-01", "2025-05-31", NULL, "r", &listed);
    assert_int_equal(explain.kroner, 2 - 5);
    assert_int_equal(explain.part_count, 2);
    assert_int_equal(explain.parts[1].kind, EXPLAIN_ADJUSTMENT);
    assert_string_equal(explain.parts[1].adjustment.reason, "timed anew");
    assert_true(explain.parts[1].amount.minutes == -5 * MINUTE);
    explain_release(&explain);
}

struct route_list {
    struct explain_route routes[8];
    size_t count;
};

static int take_route(const struct explain_route *route, void *context)
{
    struct route_list *list = context;

    list->routes[list->count++] = *route;
    return 0;
}

static void a_merge_is_a_way_of_its_own(void **state)
{
    struct robot_share shares[2];
    struct route_list list = {.count = 0};
    struct listed listed;
    struct explain explain;
    int64_t robot;
    int64_t a;
    int64_t b;

    (void)state;
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "r");
    shares[0] = (struct robot_share){day("2025-01-01"), a, 300000, 0};
    shares[1] = (struct robot_share){day("2025-01-01"), b, 500000, 0};
    town_shares(&town, robot, shares, 2);
    town_estimate(&town, robot, day("2025-01-01"), 100, 1);
    town_plant(&town, "INSERT INTO department_successor VALUES(%d, %d, 0, %d, 1000000)", (int)a,
               day("2025-03-15"), (int)b);
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-03-20"), 0, 10);
    (void)town_tasks(&town, robot, day("2025-03-20"), a, 1);
    check_all("2025-03-01", "2025-03-31");
    explain = opened("2025-03-01", "2025-03-31", "b", NULL, &listed);
    assert_int_equal(explain.kroner, 5 + 8 + 1);
    assert_int_equal(explain.part_count, 3);
    assert_int_equal(explain_each_route(&explain, &explain.parts[2], take_route, &list), 0);
    /* parts are by the task's own department last: that of a comes whole through a */
    assert_int_equal(list.count, explain.parts[2].department_id != 0 ? 1 : 2);
    explain_release(&explain);
}

static void other_robots_tasks_are_not_read(void **state)
{
    struct robot_share share = {day("2025-01-01"), 0, SHARE_WHOLE, 0};
    struct listed listed;
    struct explain explain;
    int64_t small;
    int64_t large;
    int64_t a;
    int64_t b;

    (void)state;
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    town_rate(&town, day("2025-01-01"), 6000);
    small = town_robot(&town, "small");
    large = town_robot(&town, "large");
    share.department_id = a;
    town_shares(&town, small, &share, 1);
    share.department_id = b;
    town_shares(&town, large, &share, 1);
    town_estimate(&town, small, day("2025-01-01"), 100, 1);
    (void)town_tasks(&town, small, day("2025-03-10"), 0, 3);
    (void)town_tasks(&town, small, day("2025-03-12"), b, 2);
    (void)town_tasks(&town, large, day("2025-03-11"), 0, 50); /* uncounted */
    check_all("2025-03-01", "2025-03-31");
    explain = opened("2025-03-01", "2025-03-31", "a", NULL, &listed);
    assert_int_equal(listed.tasks, 3);
    assert_int_equal(explain_cost(&explain), 5);
    explain_release(&explain);
    explain = opened("2025-03-01", "2025-03-31", "a", "large", &listed);
    assert_int_equal(explain_cost(&explain), 0);
    explain_release(&explain);
    explain = opened("2025-03-01", "2025-03-31", NULL, "large", &listed);
    assert_int_equal(explain_cost(&explain), 50);
    explain_release(&explain);
    explain = opened("2025-03-01", "2025-03-31", NULL, NULL, &listed);
    assert_int_equal(explain_cost(&explain), 55);
    explain_release(&explain);
}

static void damage_is_said(void **state)
{
    struct explain_query query = {.from_day = day("2025-03-01"), .to_day = day("2025-03-31")};
    struct explain explain = {.part_count = 0};
    struct saved_amount sum;
    struct listed listed = {.tasks = 0};
    struct fault fault = {.text = ""};
    int64_t robot;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_robot(&town, "r");
    town_estimate(&town, robot, day("2025-01-01"), 100, 1);
    (void)town_tasks(&town, robot, day("2025-03-09"), 0, 5);
    query.robot = "nobody";
    assert_int_equal(explain_read(town.reader, &query, &explain, &fault), -ENOENT);
    query.robot = NULL;
    /* one task of the sums is in no ledger */
    town_plant(&town, "UPDATE rollup_day SET count = 6; UPDATE rollup_month SET count = 6");
    assert_int_equal(explain_read(town.reader, &query, &explain, &fault), 0);
    assert_int_equal(explain_each_entry(town.reader, &explain, take_entry, &listed, &sum, &fault),
                     -EBADMSG);
    assert_non_null(strstr(fault.text, "verify"));
    explain_release(&explain);
    /* days and months differ */
    town_plant(&town, "UPDATE rollup_day SET count = 5");
    assert_int_equal(explain_read(town.reader, &query, &explain, &fault), -EBADMSG);
    assert_non_null(strstr(fault.text, "verify"));
}

/* ---- random towns ---- */

static void random_towns_open_to_their_tasks(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 25; i++) {
        (void)one_town_open(NULL);
        drawn_town_fill(&town, (uint64_t)i * 977 + 5);
        check_all(NULL, NULL);
        check_all("2025-03-01", "2025-03-31");
        check_all("2025-02-10", "2025-04-20");
        (void)one_town_close(NULL);
    }
}

/* Valued alike, but not in operation any more. */
static void days_outside_an_operation_are_a_part(void **state)
{
    struct robot_operation april = {day("2025-04-01"), day("2025-04-30")};
    struct listed listed;
    struct explain explain;
    int64_t robot;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    robot = town_plain_robot(&town, "r", 0, 300);
    town_operations(&town, robot, &april, 1);
    town_tasks(&town, robot, day("2025-04-30"), 0, 2);
    town_tasks(&town, robot, day("2025-05-01"), 0, 3);
    explain = opened(NULL, NULL, NULL, NULL, &listed);
    assert_int_equal(explain.part_count, 2);
    assert_false(explain.parts[0].is_outside);
    assert_int_equal(explain.parts[0].count, 2);
    assert_true(explain.parts[1].is_outside);
    assert_int_equal(explain.parts[1].count, 3);
    assert_int_equal(explain.parts[1].first_day, day("2025-05-01"));
    explain_release(&explain);
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, one_town_open, one_town_close)
    const struct CMUnitTest tests[] = {
        TOWN_TEST(versions_in_one_month_are_parts),
        TOWN_TEST(a_correction_is_a_part_with_its_reason),
        TOWN_TEST(a_late_task_is_a_part_of_its_booking_month),
        TOWN_TEST(a_late_version_is_an_adjustment),
        TOWN_TEST(a_merge_is_a_way_of_its_own),
        TOWN_TEST(other_robots_tasks_are_not_read),
        TOWN_TEST(damage_is_said),
        TOWN_TEST(days_outside_an_operation_are_a_part),
        cmocka_unit_test(random_towns_open_to_their_tasks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
