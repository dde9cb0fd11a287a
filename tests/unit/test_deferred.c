/* test_deferred.c - what is deferred wakes its robot, also when the run that was to do it never began. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/loop_home.h"

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

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_refused_run_is_followed_by_another),
        TEST(a_waiting_run_that_was_stopped_takes_nothing_along),
        TEST(a_rest_does_not_outlive_a_wrong_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
