/* test_deferred.c - what is deferred wakes its robot, also when the run that was to do it never began. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/base/clock.h"
#include "tests/unit/loop_home.h"
#include "tests/unit/temp_home.h"

enum { REST_MS = 10 * MINUTE_MS };

static struct robot_entry *robot;
static int64_t begun_ms;

/* Two items: due in a minute, and in an hour. */
static int set_up(void **state)
{
    struct item_new item = {.payload = ""};

    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    begun_ms = queue.now_ms;
    loop_at(begun_ms);
    queue_begin(&queue);
    item.reference = "A";
    item.not_before_ms = begun_ms + MINUTE_MS;
    (void)queue_add_item(&queue, &item);
    item.reference = "B";
    item.not_before_ms = begun_ms + HOUR_MS;
    (void)queue_add_item(&queue, &item);
    queue_commit(&queue);
    loop_start();
    robot = registry_find(loop, queue.policy.robot_id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_stop();
    queue_close(&queue);
    return 0;
}

static int64_t runs(void)
{
    return loop_ask("SELECT count(*) FROM run WHERE asked_by = 'automagid'");
}

static void refuse(void)
{
    dispatch_refuse(loop, robot, "its plugin is gone");
    loop_settle();
}

static void a_refused_run_is_followed_by_another(void **state)
{
    (void)state;
    loop_fire_at(begun_ms + MINUTE_MS - 1);
    assert_int_equal(runs(), 0);
    loop_fire_at(begun_ms + MINUTE_MS);
    assert_int_equal(runs(), 1);
    assert_int_equal(robot->queued, 1);
    refuse();
    loop_fire_at(begun_ms + MINUTE_MS + REST_MS - 1); /* not without end, and again and again */
    assert_int_equal(runs(), 1);
    loop_fire_at(begun_ms + MINUTE_MS + REST_MS);
    assert_int_equal(runs(), 2);
}

static void a_waiting_run_that_was_stopped_takes_nothing_along(void **state)
{
    (void)state;
    loop_fire_at(begun_ms + MINUTE_MS);
    assert_int_equal(runs(), 1);
    assert_true(dispatch_drop(loop, robot->pending_first->id));
    registry_refresh(loop); /* as the command does */
    loop_settle();
    assert_int_equal(robot->queued, 0);
    loop_fire_at(begun_ms + MINUTE_MS + REST_MS - 1); /* what a person stopped is stopped */
    assert_int_equal(runs(), 1);
    loop_fire_at(begun_ms + MINUTE_MS + REST_MS);
    assert_int_equal(runs(), 2);
}

/* The clock was an hour ahead when the run was refused, and is right again. */
static void a_rest_does_not_outlive_a_wrong_clock(void **state)
{
    (void)state;
    loop_fire_at(begun_ms + 2 * HOUR_MS);
    assert_int_equal(runs(), 1);
    refuse();
    loop_fire_at(begun_ms + MINUTE_MS);
    assert_int_equal(runs(), 2);
}

/* The robot is in operation from this day on, which the loop reads. */
static void operate_from(int32_t day)
{
    char statement[128];

    (void)snprintf(statement, sizeof statement, "UPDATE robot_operation SET from_day = %d", day);
    temp_home_plant(queue.home, statement);
    registry_refresh(loop);
    loop_settle();
}

/* As `run` is refused then. What is deferred is not forgotten. */
static void a_robot_out_of_operation_is_woken_when_it_is_in(void **state)
{
    int32_t tomorrow = clock_local_day(begun_ms) + 1;
    int64_t morning_ms = clock_day_end_ms(tomorrow - 1) + 1;

    (void)state;
    operate_from(tomorrow);
    loop_fire_at(begun_ms + 2 * HOUR_MS);
    loop_fire_at(morning_ms - 1);
    assert_int_equal(runs(), 0);
    loop_fire_at(morning_ms);
    assert_int_equal(runs(), 1);
}

static void a_run_waits_while_its_robot_is_out_of_operation(void **state)
{
    int32_t tomorrow = clock_local_day(begun_ms) + 1;

    (void)state;
    loop_fire_at(begun_ms + MINUTE_MS);
    assert_int_equal(robot->queued, 1);
    operate_from(tomorrow);
    loop->turn++;
    dispatch_all(loop);
    assert_int_equal(robot->queued, 1);
    assert_null(loop->hosts);
    assert_int_equal(loop->opens_ms, clock_day_end_ms(tomorrow - 1) + 1);
    temp_home_plant(queue.home, "DELETE FROM robot_operation");
    registry_refresh(loop);
    loop_settle();
    loop->turn++;
    dispatch_all(loop);
    assert_int_equal(robot->queued, 1);
    assert_int_equal(loop->opens_ms, 0);
}

/* It is still due, and what brings it is not gone with the job that failed. */
static void a_retry_that_could_not_be_made_is_made_later(void **state)
{
    (void)state;
    temp_home_plant(queue.home, "CREATE TRIGGER full BEFORE INSERT ON run "
                                "BEGIN SELECT RAISE(ABORT, 'full'); END");
    loop_fire_at(begun_ms + MINUTE_MS);
    assert_int_equal(runs(), 0);
    temp_home_plant(queue.home, "DROP TRIGGER full");
    loop_fire_at(begun_ms + MINUTE_MS + REST_MS - 1);
    assert_int_equal(runs(), 0);
    loop_fire_at(begun_ms + MINUTE_MS + REST_MS);
    assert_int_equal(runs(), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_refused_run_is_followed_by_another),
        TEST(a_waiting_run_that_was_stopped_takes_nothing_along),
        TEST(a_rest_does_not_outlive_a_wrong_clock),
        TEST(a_robot_out_of_operation_is_woken_when_it_is_in),
        TEST(a_run_waits_while_its_robot_is_out_of_operation),
        TEST(a_retry_that_could_not_be_made_is_made_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
