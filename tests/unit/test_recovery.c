/* What a new daemon does with the runs of one that died. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/run/daemon_inner.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* An item is in hand when the daemon dies; the robot is defined by this text. */
static void crash_and_recover(char *definition)
{
    static char plugin[] = "test";
    struct robot robot = {.window = WINDOW_YEAR,
                          .plugin = plugin,
                          .side_effects = IDEMPOTENT,
                          .definition = definition};

    queue_begin(&queue);
    queue_need(&queue, robot_install(queue.store, queue.policy.robot_id, &robot, &queue.fault));
    assert_true(queue_add(&queue, "A", "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    queue_verify(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT ending FROM run ORDER BY id"), RUN_LOST);
    assert_int_equal(queue_ask(&queue, "SELECT attempts FROM item"), 1);
}

static void one_attempt_is_one(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"attempts\":1}";

    (void)state;
    crash_and_recover(definition);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_WAITING);
}

static void two_attempts_are_two(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"attempts\":2}";

    (void)state;
    crash_and_recover(definition);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_READY);
}

static void of_an_unreadable_definition_none_follows(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"attempts\":\"many\"}";

    (void)state;
    crash_and_recover(definition);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_WAITING);
}

/* Runs that wait after the crash of a robot that is in operation. */
static int64_t queued_after_a_crash(char *definition)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};

    queue_begin(&queue);
    queue_need(&queue,
               robot_operations_set(queue.store, queue.policy.robot_id, &always, 1, &queue.fault));
    queue_commit(&queue);
    crash_and_recover(definition);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1");
}

static void a_robot_goes_on(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    assert_int_equal(queued_after_a_crash(definition), 1);
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 0);
}

static void a_robot_that_is_paused_for_it_does_not_go_on(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":1}";

    (void)state;
    assert_int_equal(queued_after_a_crash(definition), 0);
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 1);
}

static void behind_a_red_gate_the_next_run_waits(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    temp_home_plant(queue.home, "INSERT INTO gate(robot_id, item, state, note, by_whom, at_ms) "
                                "SELECT id, 2, 2, 'x', 'x', 1 FROM robot");
    assert_int_equal(queued_after_a_crash(definition), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(one_attempt_is_one),
        TEST(two_attempts_are_two),
        TEST(of_an_unreadable_definition_none_follows),
        TEST(a_robot_goes_on),
        TEST(a_robot_that_is_paused_for_it_does_not_go_on),
        TEST(behind_a_red_gate_the_next_run_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
