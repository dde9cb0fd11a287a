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

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(one_attempt_is_one),
        TEST(two_attempts_are_two),
        TEST(of_an_unreadable_definition_none_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
