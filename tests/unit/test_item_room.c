/* How much a robot's queue may hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/queue_home.h"

enum { MOST = 10, LARGE = 60000 };

static struct queue queue;
static int named;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    queue_begin(&queue);
    queue.policy.queue_items = MOST;
    queue.policy.queue_mib = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int add(const char *payload)
{
    char reference[32];
    struct item_new item = {.reference = reference, .payload = payload};
    int64_t id = 0;

    (void)snprintf(reference, sizeof reference, "case-%d", ++named);
    return item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault);
}

static void fill(void)
{
    int i;

    for (i = 0; i < MOST; i++)
        queue_need(&queue, add(""));
    assert_int_equal(add(""), -EDQUOT);
    assert_non_null(strstr(queue.fault.text, "limits.queue_items is 1"));
}

static void so_many_items_and_no_more(void **state)
{
    struct item_new known = {.reference = "case-again", .payload = ""};

    (void)state;
    assert_true(queue_add_item(&queue, &known) > 0);
    queue.policy.queue_items++;
    fill();
    assert_int_equal(queue_add_item(&queue, &known), 0); /* there already: it takes no room */
    queue.policy.queue_items = 0;
    queue_need(&queue, add(""));
}

static void what_leaves_the_queue_makes_room(void **state)
{
    size_t i;

    (void)state;
    fill();
    assert_int_equal(queue_lease(&queue, 4), 4);
    assert_int_equal(add(""), -EDQUOT);
    for (i = 0; i < 4; i++)
        (void)queue_result(&queue, queue.leased[i].id,
                           i < 2    ? DONE
                           : i == 2 ? BUSINESS
                                    : TRANSIENT);
    queue_need(&queue, add(""));
    queue_need(&queue, add(""));
    assert_int_equal(add(""), -EDQUOT); /* one waits for a person, one is deferred */
    queue_need(&queue,
               item_drop(queue.store, queue.leased[2].id, "no", queue.now_ms, &queue.fault));
    queue_need(&queue, add(""));
    assert_int_equal(add(""), -EDQUOT);
}

static void is_known_after_a_restart(void **state)
{
    (void)state;
    fill();
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(add(""), -EDQUOT);
}

static void robots_do_not_share(void **state)
{
    (void)state;
    fill();
    queue_commit(&queue);
    queue.policy.robot_id = queue_robot(&queue, "another", WINDOW_EVER);
    queue_begin(&queue);
    fill();
}

static void payloads_are_counted(void **state)
{
    static char payload[LARGE + 1];
    int i;

    (void)state;
    memset(payload, 'p', LARGE);
    queue.policy.queue_items = 1000;
    for (i = 0; i < 17; i++)
        queue_need(&queue, add(payload));
    assert_int_equal(add(payload), -EDQUOT);
    assert_non_null(strstr(queue.fault.text, "limits.queue_mib 1"));
    queue_need(&queue, add(""));
    assert_int_equal(queue_lease(&queue, 1), 1);
    (void)queue_result(&queue, queue.leased[0].id, DONE);
    queue_need(&queue, add(payload));
    assert_int_equal(add(payload), -EDQUOT);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(so_many_items_and_no_more), TEST(what_leaves_the_queue_makes_room),
        TEST(is_known_after_a_restart),  TEST(robots_do_not_share),
        TEST(payloads_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
