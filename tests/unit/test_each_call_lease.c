/* Leases and results while each of their calls fails in turn: no item is given twice. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/store/item_inner.h"
#include "core/store/store.h"
#include "tests/unit/each_call.h"
#include "tests/unit/lease_steps.h"
#include "tests/unit/rows_import.h"

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

static void fails_each(each_call_act *act, unsigned least)
{
    each_call_fails(&queue, act, least);
    queue_verify(&queue);
}

/* ---- each call fails */

static int do_lease(struct queue *home)
{
    struct lease_steps leased = {.count = 0};
    int result = lease_steps_try(home, 20, &leased);

    if (result == 0)
        assert_int_equal(leased.count, 4);
    return result == 0 ? rollup_flush(home->store, &home->fault) : result;
}

/* Of three that are ready and three that are due, two cannot be opened. */
static void leasing_is_whole_or_not(void **state)
{
    int64_t due;

    (void)state;
    (void)lease_steps_add(&queue, 3, 0);
    due = lease_steps_add(&queue, 3, queue.now_ms + 1000);
    queue.now_ms += 2000;
    store_close(queue.store);
    temp_home_plant(queue.home,
                    "UPDATE item SET sealed = zeroblob(length(sealed)) WHERE id % 3 = 1");
    queue.store = temp_home_open(queue.home);
    assert_int_equal(due, 4);
    each_call_fails(&queue, do_lease, 30);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_WAITING), 2);
    assert_int_equal(queue_ask(&queue, "SELECT json_array_length(items) FROM lease"), 4);
}

static int do_owe(struct queue *home)
{
    return item_lease_owed(home->store, home->run_id, &home->fault);
}

static void what_is_ready_is_owed_or_not(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    each_call_fails(&queue, do_owe, 3);
}

static int do_done(struct queue *home)
{
    int result = lease_steps_take(home, 0, DONE, NULL);

    return result == 0 ? rollup_flush(home->store, &home->fault) : result;
}

static int do_waiting(struct queue *home)
{
    return lease_steps_take(home, 0, BUSINESS, "look");
}

static int do_again(struct queue *home)
{
    return lease_steps_take(home, 0, TRANSIENT, "busy");
}

static void a_result_is_taken_whole_or_not(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    fails_each(do_again, 20);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_DEFERRED), 1);
}

static void a_done_item_is_counted_and_deleted_or_neither(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 3, 0);
    lease_steps_lease(&queue, 3);
    fails_each(do_done, 25);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
}

static void an_item_for_a_person_waits_whole_or_not(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    fails_each(do_waiting, 20);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_WAITING), 1);
}

static int do_late(struct queue *home)
{
    struct item_result result = {.item_id = 1,
                                 .run_id = home->run_id,
                                 .fence = home->fence + 1,
                                 .seq = 1,
                                 .completed_ms = home->now_ms};
    enum item_taken taken = ITEM_TAKEN_COUNTED;
    int code = item_take_result(home->store, &home->policy, &result, &taken, &home->fault);

    if (code == 0)
        assert_int_equal(taken, ITEM_TAKEN_LATE);
    return code;
}

static void a_late_result_is_kept_or_refused(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    fails_each(do_late, 6);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM late_result"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 0);
}

static int do_release(struct queue *home)
{
    int result = lease_steps_release(home, ITEM_BEGUN_ANY);

    return result == 0 ? rollup_flush(home->store, &home->fault) : result;
}

static void a_run_lets_go_of_all_or_of_nothing(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 3, 0);
    lease_steps_lease(&queue, 3);
    fails_each(do_release, 12);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_DEFERRED), 3);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM lease"), 0);
}

/* What an import counted is given back with its note, which is read before it is written. */
static void what_was_counted_is_let_go_of_with_its_note_or_not(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    store_close(queue.store);
    temp_home_plant(queue.home, "UPDATE item SET uncertain = 4, note = 'an import counted it'");
    queue.store = temp_home_open(queue.home);
    lease_steps_lease(&queue, 2);
    fails_each(do_release, 12);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE uncertain = 4 AND "
                                       "note LIKE 'an import counted it%'"),
                     2);
}

/* It stays, for its own window has no task of it. */
static void what_was_counted_elsewhere_is_kept_or_nothing_is(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    store_close(queue.store);
    temp_home_plant(queue.home, "UPDATE item SET uncertain = 4, note = 'an import counted it'");
    queue.store = temp_home_open(queue.home);
    lease_steps_lease(&queue, 2);
    fails_each(do_done, 25);
    assert_int_equal(lease_steps_in_state(&queue, ITEM_DONE_BY_HAND), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 0);
}

/* And one that has a task there, which is its record. */
static void what_was_counted_here_is_deleted_or_nothing_is(void **state)
{
    struct rows_import rows = {.queue = &queue};

    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    queue_begin(&queue);
    rows_begin(&rows, 1);
    rows_apply(&rows, "A0", IMPORT_DONE, 1);
    queue_commit(&queue);
    fails_each(do_done, 25);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
    assert_int_equal(queue_sum(&queue, ATTEMPT_REPEATED), 1);
}

static struct item_sought taken_back = {.kind = WINDOW_EVER, .reference = "A0"};
static int64_t taken_back_run_id;

static int do_take_back(struct queue *home)
{
    struct item_taken_back task = {
        .robot_id = taken_back.robot_id, .run_id = taken_back_run_id, .seq = 2, .by = "import 2"};
    int result = reference_hash_existing(home->store, taken_back.robot_id, taken_back.kind, 0,
                                         taken_back.reference, taken_back.hash, &home->fault);

    if (result == 0)
        result = item_counted_back(home->store, &taken_back, &task, &home->fault);
    return result;
}

/* One that waits, and one that a run has. */
static void what_is_taken_back_is_told_or_nothing_is(void **state)
{
    struct rows_import rows = {.queue = &queue};

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    taken_back.robot_id = queue.policy.robot_id;
    lease_steps_lease(&queue, 1);
    queue_begin(&queue);
    rows_begin(&rows, 2);
    rows_apply(&rows, "A0", IMPORT_DONE, 1);
    rows_apply(&rows, "A1", IMPORT_DONE, 2);
    taken_back_run_id = queue_ask(&queue, "SELECT run_id FROM import_run");
    queue_commit(&queue);
    fails_each(do_take_back, 10);
    assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE uncertain = 3"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE uncertain = 4"), 2);
}

static int64_t other_run_id;
static int64_t other_fence;

/* Two runs with leases, one after the other: the first row that cannot be written is the end. */
static int do_lease_two(struct queue *home)
{
    int64_t run_id = home->run_id;
    int64_t fence = home->fence;
    struct lease_steps leased = {.count = 0};
    int result = lease_steps_try(home, 1, &leased);

    home->run_id = other_run_id;
    home->fence = other_fence;
    if (result == 0)
        result = lease_steps_try(home, 1, &leased);
    home->run_id = run_id;
    home->fence = fence;
    return result == 0 ? store_half_done(rollup_flush(home->store, &home->fault))
                       : store_half_done(result);
}

static void leases_of_two_runs_are_written_or_neither(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    other_run_id = queue.run_id;
    other_fence = queue.fence;
    queue_begin(&queue);
    queue_run(&queue);
    queue_commit(&queue);
    fails_each(do_lease_two, 20);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM lease"), 2);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(leasing_is_whole_or_not),
        TEST(what_is_ready_is_owed_or_not),
        TEST(a_result_is_taken_whole_or_not),
        TEST(a_done_item_is_counted_and_deleted_or_neither),
        TEST(an_item_for_a_person_waits_whole_or_not),
        TEST(a_late_result_is_kept_or_refused),
        TEST(a_run_lets_go_of_all_or_of_nothing),
        TEST(what_was_counted_is_let_go_of_with_its_note_or_not),
        TEST(what_was_counted_elsewhere_is_kept_or_nothing_is),
        TEST(what_was_counted_here_is_deleted_or_nothing_is),
        TEST(what_is_taken_back_is_told_or_nothing_is),
        TEST(leases_of_two_runs_are_written_or_neither),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
