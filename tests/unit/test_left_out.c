/* Runs that the loop had no memory to keep: it looks for them when there is some again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/run/supervise.h"
#include "tests/standins/wrapped_calls.h"
#include "tests/unit/loop_home.h"

static struct robot_entry *robot;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    loop_start();
    loop->zones_ms = INT64_MAX;
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

/* One of the two that wait there was not kept. */
static int64_t leave_first(void)
{
    int64_t first;
    int i;

    for (i = 0; i < 2; i++)
        assert_int_equal(job_run_create(loop, robot, RUN_BY_RETRY), 0);
    loop_settle();
    first = robot->pending_first->id;
    assert_true(dispatch_drop(loop, first));
    wrapped_calls_fail(WRAPPED_ALLOCATION, 1, 0);
    assert_null(dispatch_put_back(loop, first, robot, NULL));
    wrapped_calls_heal();
    assert_true(wrapped_calls_have_failed());
    assert_int_equal(robot->queued, 1);
    return first;
}

static void look_later(void)
{
    loop_at(queue.now_ms + MINUTE_MS);
    supervise_due(loop);
    loop_settle();
}

/* Though the loop has heard of a later one, and knows that it has. */
static void a_run_that_was_left_out_is_found(void **state)
{
    int64_t first;

    (void)state;
    first = leave_first();
    look_later();
    assert_int_equal(robot->queued, 2);
    assert_int_equal(robot->owed, 2);
    assert_true(robot->pending_first->id > first);
    assert_int_equal(robot->pending_last->id, first);
    assert_int_equal(robot->left_out, 0);
}

/* What is known is not found twice. */
static void a_run_that_was_found_meanwhile_is_there_once(void **state)
{
    int64_t first;

    (void)state;
    first = leave_first();
    registry_refresh(loop);
    loop_settle();
    dispatch_leave(loop, first, robot);
    look_later();
    assert_int_equal(robot->queued, 2);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_run_that_was_left_out_is_found),
        TEST(a_run_that_was_found_meanwhile_is_there_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
