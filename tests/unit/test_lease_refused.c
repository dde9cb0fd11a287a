/* What a lease refuses, and what is made of a store that another program has changed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/batch.h"
#include "core/store/store.h"
#include "tests/unit/lease_steps.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, PROBEABLE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* ---- what a lease refuses */

static void the_callback_ends_it_and_nothing_is_leased(void **state)
{
    static const int ends[] = {-ENOTCONN, 1};
    struct lease_steps leased;
    size_t i;

    (void)state;
    (void)lease_steps_add(&queue, 3, 0);
    queue_begin(&queue);
    for (i = 0; i < 2; i++) {
        leased = (struct lease_steps){.end = ends[i]};
        assert_int_equal(lease_steps_try(&queue, 3, &leased), ends[i] < 0 ? ends[i] : -ECANCELED);
        assert_int_equal(leased.count, 2);
    }
    assert_int_equal(queue_lease(&queue, 3), 3);
    queue_commit(&queue);
}

static void a_run_leases_under_one_fence_for_one_robot(void **state)
{
    struct lease_steps leased = {.count = 0};
    int64_t robot_id = queue.policy.robot_id;
    int64_t other = queue_robot(&queue, "other", WINDOW_EVER);

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    lease_steps_lease(&queue, 1);
    queue_begin(&queue);
    queue.fence++;
    assert_int_equal(lease_steps_try(&queue, 1, &leased), -EINVAL);
    queue.fence--;
    queue.policy.robot_id = other;
    assert_int_equal(lease_steps_try(&queue, 1, &leased), -EINVAL);
    assert_int_equal(lease_steps_release(&queue, ITEM_BEGUN_ANY), -EINVAL);
    assert_int_equal(lease_steps_take(&queue, 0, DONE, NULL), 0); /* late: not its item */
    queue.policy.robot_id = robot_id;
    assert_int_equal(leased.count, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 0);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void a_run_holds_no_more_than_the_most(void **state)
{
    struct lease_steps leased = {.count = 0};

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    queue_begin(&queue);
    assert_int_equal(lease_steps_try(&queue, LEASES_OF_RUN_MAX + 1, &leased), -E2BIG);
    assert_int_equal(lease_steps_try(&queue, 1, &leased), 0);
    assert_int_equal(lease_steps_try(&queue, LEASES_OF_RUN_MAX, &leased), -E2BIG);
    assert_non_null(strstr(queue.fault.text, "cannot lease more than 65536 items"));
    assert_int_equal(leased.count, 1);
    assert_int_equal(lease_steps_try(&queue, LEASES_OF_RUN_MAX - 1, &leased), 0);
    assert_int_equal(leased.count, 2);
    queue_commit(&queue);
}

static void the_set_holds_no_more_runs_than_the_most(void **state)
{
    struct lease_set *leases = NULL;
    int64_t run_id;

    (void)state;
    queue_begin(&queue);
    queue_need(&queue, leases_ready(queue.store, &leases, &queue.fault));
    for (run_id = 1; run_id <= 4096; run_id++)
        assert_non_null(leases_take(leases, run_id, queue.policy.robot_id, 1));
    assert_null(leases_take(leases, run_id, queue.policy.robot_id, 1));
    assert_int_equal(leases_find(leases, 4096)->run_id, 4096);
    leases_drop(leases, leases_find(leases, 7));
    assert_null(leases_find(leases, 7));
    assert_non_null(leases_take(leases, run_id, queue.policy.robot_id, 1));
    store_rollback(queue.store);
}

static void what_came_due_is_known_of_the_latest_runs(void **state)
{
    struct lease_set *leases = NULL;
    int64_t run_id;

    (void)state;
    queue_begin(&queue);
    queue_need(&queue, leases_ready(queue.store, &leases, &queue.fault));
    for (run_id = 1; run_id <= 4097; run_id++)
        leases_promoted(leases, run_id);
    assert_false(leases_have_promoted(leases, 1));
    assert_true(leases_have_promoted(leases, 2));
    assert_true(leases_have_promoted(leases, 4097));
    assert_false(leases_have_promoted(leases, 4098));
    store_rollback(queue.store);
}

static void what_is_due_comes_by_portions(void **state)
{
    struct lease_steps leased = {.count = 0};

    (void)state;
    (void)lease_steps_add(&queue, ITEM_DUE_PER_LEASE + 1, queue.now_ms + 1000);
    queue.now_ms += 2000;
    queue_begin(&queue);
    assert_int_equal(lease_steps_try(&queue, 3 * ITEM_DUE_PER_LEASE, &leased), 0);
    assert_int_equal(leased.count, ITEM_DUE_PER_LEASE);
    assert_true(queue.more);
    assert_int_equal(lease_steps_try(&queue, 3 * ITEM_DUE_PER_LEASE, &leased), 0);
    assert_int_equal(leased.count, ITEM_DUE_PER_LEASE + 1);
    assert_false(queue.more);
    queue_commit(&queue);
}

/* ---- what cannot be opened waits for a person */

static void an_item_of_a_destroyed_key_waits(void **state)
{
    char path[TEMP_HOME_PATH + 32];

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    (void)snprintf(path, sizeof path, "%s/keys/franco/ever", queue.home);
    assert_int_equal(unlink(path), 0);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 2), 0);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_WAITING), 2);
    queue_commit(&queue);
}

static void an_item_whose_key_cannot_be_read_waits(void **state)
{
    char path[TEMP_HOME_PATH + 32];

    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    (void)snprintf(path, sizeof path, "%s/keys/franco/ever", queue.home);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_WAITING), 1);
    queue_commit(&queue);
    assert_int_equal(rmdir(path), 0);
}

/* Its key can come back, and then nobody may take it for one that was never begun. */
static void an_uncertain_item_of_a_destroyed_key_stays_uncertain(void **state)
{
    char path[TEMP_HOME_PATH + 32];
    char aside[TEMP_HOME_PATH + 32];

    (void)state;
    queue.policy.side_effects = PROBEABLE;
    queue.policy.attempts = 5;
    (void)lease_steps_add(&queue, 1, 0);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 1), 1);
    (void)queue_release(&queue, ITEM_BEGUN_ANY);
    queue_commit(&queue);
    (void)snprintf(path, sizeof path, "%s/keys/franco/ever", queue.home);
    (void)snprintf(aside, sizeof aside, "%s/aside", queue.home);
    assert_int_equal(rename(path, aside), 0);
    queue_crash(&queue);
    queue_run(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue_commit(&queue);
    assert_int_equal(rename(aside, path), 0);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_WAITING);
    assert_int_equal(queue_ask(&queue, "SELECT uncertain FROM item"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT attempts FROM item"), 1);
}

static void an_item_of_a_robot_that_is_not_there_waits(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    store_close(queue.store);
    temp_home_plant(queue.home, "UPDATE item SET robot_id = 77");
    queue.store = temp_home_open(queue.home);
    queue.policy.robot_id = 77;
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_WAITING), 1);
    queue_commit(&queue);
}

/* ---- what another program did to the store */

static void a_leased_item_that_is_gone_is_no_result(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    lease_steps_lease(&queue, 2);
    temp_home_plant(queue.home, "DELETE FROM item");
    queue_begin(&queue);
    assert_int_equal(lease_steps_take(&queue, 0, TRANSIENT, NULL), -EIO);
    assert_non_null(strstr(queue.fault.text, "is not there though it was ready or leased"));
    store_rollback(queue.store);
    queue_begin(&queue);
    assert_int_equal(lease_steps_release(&queue, ITEM_BEGUN_ANY),
                     0); /* none is leased, so none is given back */
    store_rollback(queue.store);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 0);
}

static void a_done_item_that_is_gone_ends_the_transaction(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 3, 0);
    lease_steps_lease(&queue, 3);
    temp_home_plant(queue.home, "DELETE FROM item WHERE id = 1");
    queue_begin(&queue);
    queue_need(&queue, lease_steps_take(&queue, 0, DONE, NULL));
    queue_need(&queue, lease_steps_take(&queue, 2, DONE, NULL));
    assert_int_equal(rollup_flush(queue.store, &queue.fault), -EIO);
    assert_non_null(strstr(queue.fault.text, "not all are there though they are leased"));
    store_rollback(queue.store);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 0);
}

/* ---- edges */

static void what_gave_no_reason_says_so_when_a_person_must_look(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 4, 0);
    lease_steps_lease(&queue, 4);
    queue_begin(&queue);
    queue_need(&queue, lease_steps_take(&queue, 0, BUSINESS, NULL));
    queue_need(&queue, lease_steps_take(&queue, 1, BUSINESS, ""));
    queue_need(&queue, lease_steps_take(&queue, 2, TRANSIENT, ""));
    queue_need(&queue, lease_steps_take(&queue, 3, TRANSIENT, NULL));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 3 AND "
                                       "note = 'it gave no reason'"),
                     2);
    assert_int_equal(
        queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 2 AND note IS NULL"), 2);
    queue_commit(&queue);
}

/* Of any other robot it was settled when its run was lost whether it may be done again. */
static void only_a_probeable_robot_is_asked_about_what_is_uncertain(void **state)
{
    static const int classes[] = {IDEMPOTENT, PROBEABLE};
    size_t i;

    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    store_close(queue.store);
    temp_home_plant(queue.home, "UPDATE item SET uncertain = 1");
    queue.store = temp_home_open(queue.home);
    for (i = 0; i < 2; i++) {
        queue.policy.side_effects = classes[i];
        queue_begin(&queue);
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue.leased[0].is_uncertain, classes[i] == PROBEABLE);
        store_rollback(queue.store);
    }
}

/* Its plugin was replaced by one that cannot be asked, so a person is. */
static void what_may_have_been_done_is_not_handed_to_a_plugin_with_side_effects(void **state)
{
    int64_t id;

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    store_close(queue.store);
    temp_home_plant(queue.home, "UPDATE item SET uncertain = 1, attempts = 1 WHERE id = 1");
    queue.store = temp_home_open(queue.home);
    queue.policy.side_effects = MANUAL;
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 2), 1);
    assert_int_equal(queue.leased[0].id, 2);
    queue_commit(&queue);
    id = queue_ask(&queue, "SELECT id FROM item WHERE state = 3 AND uncertain = 3 AND "
                           "attempts = 1 AND note LIKE '%may have done it%'");
    assert_int_equal(id, 1);
    queue_begin(&queue);
    queue_need(&queue, item_retry(queue.store, id, "anna", NULL, queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1); /* a person has looked */
    queue_commit(&queue);
}

static void room_for_a_great_many_done_is_given_back(void **state)
{
    enum { MANY = 66000 };
    struct lease_set *leases = NULL;
    struct rollup_batch *batch = NULL;
    struct run_lease *run;
    struct leased_item item = {.id = 0};
    int i;

    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    queue_begin(&queue);
    queue_need(&queue, leases_ready(queue.store, &leases, &queue.fault));
    queue_need(&queue, batch_of(queue.store, &batch, &queue.fault));
    run = leases_take(leases, queue.run_id, queue.policy.robot_id, queue.fence);
    assert_non_null(run);
    for (i = 0; i < MANY; i++) {
        item.id = 1000 + i;
        assert_int_equal(leases_reserve(leases, run, 1), 0);
        leases_add(leases, run, &item);
        assert_int_equal(leases_reserve_done(leases), 0);
        leases_settle(leases, run, leases_item(run, item.id), true);
    }
    assert_int_equal(leases_flush_done(batch, &queue.fault), -EIO); /* there are no such items */
    store_rollback(queue.store);
    lease_steps_lease(&queue, 1);
    queue_begin(&queue);
    queue_need(&queue, lease_steps_take(&queue, 0, DONE, NULL));
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
    queue_verify(&queue);
}

static void windows_are_counted_and_limited(void **state)
{
    struct open_windows windows = {.list = NULL};
    struct open_windows full = {.count = 1 << 20, .capacity = 1 << 20};
    const struct open_window *first = NULL;

    (void)state;
    assert_int_equal(open_windows_reserve(&full), -ENOMEM);
    assert_int_equal(open_windows_reserve(&windows), 0);
    open_windows_remove(&windows, 1, 5); /* of none */
    open_windows_add(&windows, 1, 5);
    open_windows_add(&windows, 1, 5);
    open_windows_remove(&windows, 1, 6);
    open_windows_remove(&windows, 2, 5);
    open_windows_remove(&windows, 1, 5);
    assert_int_equal(open_windows_of(&windows, 1, &first), 1);
    assert_int_equal(first->items, 1);
    open_windows_remove(&windows, 1, 5);
    assert_int_equal(open_windows_of(&windows, 1, &first), 0);
    open_windows_release(&windows);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(the_callback_ends_it_and_nothing_is_leased),
        TEST(a_run_leases_under_one_fence_for_one_robot),
        TEST(a_run_holds_no_more_than_the_most),
        TEST(the_set_holds_no_more_runs_than_the_most),
        TEST(what_came_due_is_known_of_the_latest_runs),
        TEST(what_is_due_comes_by_portions),
        TEST(an_item_of_a_destroyed_key_waits),
        TEST(an_item_whose_key_cannot_be_read_waits),
        TEST(an_uncertain_item_of_a_destroyed_key_stays_uncertain),
        TEST(an_item_of_a_robot_that_is_not_there_waits),
        TEST(a_leased_item_that_is_gone_is_no_result),
        TEST(a_done_item_that_is_gone_ends_the_transaction),
        TEST(what_gave_no_reason_says_so_when_a_person_must_look),
        TEST(only_a_probeable_robot_is_asked_about_what_is_uncertain),
        TEST(what_may_have_been_done_is_not_handed_to_a_plugin_with_side_effects),
        TEST(room_for_a_great_many_done_is_given_back),
        TEST(windows_are_counted_and_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
