/* The queue: leasing, and numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void leases_by_priority_then_age(void **state)
{
    static const int32_t priorities[] = {0, 5, -3, 5, 0};
    static const int order[] = {1, 3, 0, 4, 2};
    int64_t ids[5];
    int i;

    (void)state;
    for (i = 0; i < 5; i++) {
        char reference[16];
        struct item_new item = {.reference = reference, .payload = "p", .priority = priorities[i]};

        (void)snprintf(reference, sizeof reference, "R%d", i);
        ids[i] = queue_add_item(&queue, &item);
    }
    assert_int_equal(queue_lease(&queue, 2), 2);
    assert_true(queue.more);
    assert_int_equal(queue.leased[0].id, ids[order[0]]);
    assert_int_equal(queue.leased[1].id, ids[order[1]]);
    assert_int_equal(queue_lease(&queue, 9), 3); /* those in hand are passed over */
    assert_false(queue.more);
    for (i = 0; i < 3; i++) {
        assert_int_equal(queue.leased[i].id, ids[order[i + 2]]);
        assert_int_equal(queue.leased[i].priority, priorities[order[i + 2]]);
    }
    assert_int_equal(queue_lease(&queue, 9), 0);
}

static void two_runs_share_a_queue(void **state)
{
    int64_t first_run = queue.run_id;
    int64_t first_fence = queue.fence;
    int64_t first_item;

    (void)state;
    (void)queue_add(&queue, "A", "p");
    (void)queue_add(&queue, "B", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    first_item = queue.leased[0].id;
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 5), 1);
    assert_true(queue.leased[0].id != first_item);
    assert_int_equal(queue_result(&queue, first_item, DONE), ITEM_TAKEN_LATE); /* another's */
    queue.run_id = first_run;
    queue.fence = first_fence;
    assert_int_equal(queue_result(&queue, first_item, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    queue_verify(&queue);
}

static int refuse_second(const struct item_lease *item, void *context)
{
    int *count = context;

    (void)item;
    return ++*count == 2 ? -E2BIG : 0;
}

static void a_lease_that_cannot_be_kept_is_none(void **state)
{
    int count = 0;
    bool more = false;

    (void)state;
    (void)queue_add(&queue, "A", "p");
    (void)queue_add(&queue, "B", "p");
    assert_int_equal(
        item_lease(queue.store, &queue.policy,
                   &(struct item_lease_request){queue.run_id, queue.fence, 5, queue.now_ms},
                   refuse_second, &count, &more, &queue.fault),
        -E2BIG);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM lease, json_each(items)"), 0);
    assert_int_equal(queue_lease(&queue, 5), 2);
}

static void what_cannot_be_opened_does_not_stop_the_rest(void **state)
{
    char path[160];
    struct item_new item = {.reference = "A", .payload = "p", .business_day = 20000};

    (void)state;
    (void)queue_add_item(&queue, &item);
    (void)queue_add(&queue, "B", "p");
    queue_commit(&queue);
    (void)snprintf(path, sizeof path, "%s/keys/franco/2024", queue.home);
    assert_int_equal(unlink(path), 0);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 5), 1);
    assert_string_equal(queue.leased[0].reference, "B");
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 3 AND "
                                       "note LIKE '%franco%2024%erased%'"),
                     1);
}

static void numbers_are_never_given_again(void **state)
{
    int64_t first;

    (void)state;
    first = queue_add(&queue, "A", "p");
    (void)queue_lease(&queue, 1);
    (void)queue_result(&queue, first, DONE);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_true(queue_add(&queue, "B", "p") > first);
}

/* Enough for the set of ready references to grow, shrink, and have them side by side. */
static void knows_thousands_of_references(void **state)
{
    enum { COUNT = 6000 };
    static int64_t ids[COUNT];
    char reference[32];
    size_t leased;
    int i;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        (void)snprintf(reference, sizeof reference, "R%d", i);
        ids[i] = queue_add(&queue, reference, "p");
        assert_true(ids[i] > 0);
    }
    for (i = 0; i < COUNT; i += 3)
        queue_need(&queue, item_drop(queue.store, ids[i], "no", queue.now_ms, &queue.fault));
    for (leased = queue_lease(&queue, 2000); leased > 0; leased--)
        assert_int_equal(queue_result(&queue, queue.leased[leased - 1].id, DONE),
                         ITEM_TAKEN_COUNTED);
    for (i = 0; i < COUNT; i++) {
        (void)snprintf(reference, sizeof reference, "R%d", i);
        assert_int_equal(queue_add(&queue, reference, "p"), 0);
    }
    for (i = 0; i < COUNT; i += 3)
        queue_need(&queue, item_retry(queue.store, ids[i], "Bo", NULL, queue.now_ms, &queue.fault));
    while ((leased = queue_lease(&queue, 2000)) > 0)
        for (; leased > 0; leased--)
            assert_int_equal(queue_result(&queue, queue.leased[leased - 1].id, DONE),
                             ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), COUNT);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* What had come due is owed a run when this one fails over it, though the leases were read anew since; and its end may be
 * undone and made once more. */
static void what_came_due_is_known_whatever_is_undone(void **state)
{
    struct item_put_off put_off = {.by = "Bo", .reason = "later"};
    int64_t id;

    (void)state;
    id = queue_add(&queue, "A", "p");
    put_off.now_ms = queue.now_ms;
    put_off.until_ms = queue.now_ms + 1000;
    queue_need(&queue, item_defer(queue.store, id, &put_off, &queue.fault));
    queue.now_ms += 1000;
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_begin(&queue);
    (void)queue_release(&queue, ITEM_BEGUN_NONE);
    assert_true(queue.released.has_promoted);
    store_rollback(queue.store);
    queue_begin(&queue);
    (void)queue_release(&queue, ITEM_BEGUN_NONE);
    assert_true(queue.released.has_promoted);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 1), 1);
    (void)queue_release(&queue, ITEM_BEGUN_NONE);
    assert_false(queue.released.has_promoted);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Two are in hand and one is behind them when the one that was handed some of them later ends. */
static bool is_owed_beside(const char *robot, bool is_asked_before)
{
    int64_t first = queue.run_id;
    int64_t first_fence = queue.fence;
    int64_t first_robot = queue.policy.robot_id;

    (void)queue_add_item(
        &queue,
        &(struct item_new){.reference = "A", .payload = "", .not_before_ms = queue.now_ms + 1000});
    (void)queue_add(&queue, "B", "");
    queue.now_ms += 1000;
    if (robot == NULL) {
        assert_int_equal(queue_lease(&queue, 1), 1);
    } else {
        queue_commit(&queue);
        queue.policy.robot_id = queue_robot(&queue, robot, WINDOW_YEAR);
        queue_begin(&queue);
    }
    queue_run(&queue);
    if (is_asked_before)
        queue_need(&queue, item_lease_owed(queue.store, queue.run_id, &queue.fault));
    (void)queue_lease(&queue, 1);
    (void)queue_release(&queue, ITEM_BEGUN_NONE);
    queue.run_id = first;
    queue.fence = first_fence;
    queue.policy.robot_id = first_robot;
    return queue.released.has_promoted;
}

/* The one may end before the other, and be through: who is handed what had come due owes it then. */
static void what_came_due_for_one_is_owed_by_who_leases_beside_it(void **state)
{
    (void)state;
    assert_true(is_owed_beside(NULL, false));
}

static void what_came_due_for_a_robot_is_owed_by_no_other(void **state)
{
    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_false(is_owed_beside("second", false));
}

static void who_is_owed_owes(void **state)
{
    (void)state;
    assert_true(is_owed_beside("second", true));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(leases_by_priority_then_age),
        TEST(two_runs_share_a_queue),
        TEST(a_lease_that_cannot_be_kept_is_none),
        TEST(what_cannot_be_opened_does_not_stop_the_rest),
        TEST(numbers_are_never_given_again),
        TEST(knows_thousands_of_references),
        TEST(what_came_due_is_known_whatever_is_undone),
        TEST(what_came_due_for_one_is_owed_by_who_leases_beside_it),
        TEST(what_came_due_for_a_robot_is_owed_by_no_other),
        TEST(who_is_owed_owes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
