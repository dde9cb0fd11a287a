/* Runs that end with items in hand, and what a rollback leaves behind. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "core/store/run_record.h"
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

/* Three items, leased and committed; the first has its result. */
static void lease_three(int side_effects)
{
    queue.policy.side_effects = side_effects;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    (void)queue_add(&queue, "B", "p");
    (void)queue_add(&queue, "C", "p");
    assert_int_equal(queue_lease(&queue, 3), 3);
    queue_commit(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
}

static void end_run(enum run_ending ending)
{
    queue_need(&queue,
               run_end(queue.store, queue.run_id, ending, NULL, queue.now_ms, &queue.fault));
}

static int64_t count(int state, int uncertain, int attempts)
{
    char query[160];

    (void)snprintf(query, sizeof query,
                   "SELECT count(*) FROM item WHERE state = %d AND uncertain = %d AND "
                   "attempts = %d",
                   state, uncertain, attempts);
    return queue_ask(&queue, query);
}

static void release(enum item_begun begun, int64_t expected)
{
    queue_begin(&queue);
    assert_int_equal(queue_release(&queue, begun), expected);
    end_run(begun == ITEM_BEGUN_ANY ? RUN_LOST : RUN_FAILED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM lease"), 0);
    queue_verify(&queue);
}

static void a_run_that_ended_began_its_first(void **state)
{
    (void)state;
    lease_three(IDEMPOTENT);
    release(ITEM_BEGUN_FIRST, 0);
    assert_int_equal(count(ITEM_READY, HARMLESS, 1), 1);
    assert_int_equal(count(ITEM_READY, 0, 0), 1); /* a try that was not begun is none */
    queue_begin(&queue);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 9), 2);
    assert_int_equal(queue.leased[0].attempt, 2);
    assert_int_equal(queue.leased[1].attempt, 1);
}

/* It said END: whatever it had leased ahead it never touched. */
static void a_run_that_ended_in_order_began_none(void **state)
{
    int side_effects;

    (void)state;
    lease_three(MANUAL);
    release(ITEM_BEGUN_NONE, 0);
    assert_int_equal(count(ITEM_READY, 0, 0), 2);
    for (side_effects = IDEMPOTENT; side_effects <= MANUAL; side_effects++) {
        queue.policy.side_effects = side_effects;
        queue_begin(&queue);
        queue_run(&queue);
        assert_int_equal(queue_lease(&queue, 9), 2);
        assert_int_equal(queue.leased[0].attempt, 1);
        assert_false(queue.leased[0].is_uncertain);
        queue_commit(&queue);
        release(ITEM_BEGUN_NONE, 0);
    }
}

/* A frame of it was refused: those behind may have been done and reported in vain. */
static void of_a_run_that_broke_the_protocol_any_was_begun(void **state)
{
    (void)state;
    lease_three(MANUAL);
    release(ITEM_BEGUN_ANY, 2);
    assert_int_equal(count(ITEM_WAITING, UNDECIDED, 1), 2);
}

static void first_is_by_order_of_handing_out(void **state)
{
    struct item_new item = {.reference = "late but first", .payload = "p", .priority = 9};
    int64_t low;
    int64_t high;

    (void)state;
    queue.policy.side_effects = MANUAL;
    queue_begin(&queue);
    low = queue_add(&queue, "early", "p");
    high = queue_add_item(&queue, &item);
    assert_int_equal(queue_lease(&queue, 2), 2);
    assert_int_equal(queue.leased[0].id, high);
    queue_commit(&queue);
    queue_crash(&queue); /* the order is read from the store */
    release(ITEM_BEGUN_FIRST, 1);
    queue_begin(&queue);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 2), 1);
    assert_int_equal(queue.leased[0].id, low);
}

static void after_a_crash_all_are_uncertain_idempotent(void **state)
{
    (void)state;
    lease_three(IDEMPOTENT);
    queue_crash(&queue);
    release(ITEM_BEGUN_ANY, 0);
    assert_int_equal(count(ITEM_READY, HARMLESS, 1), 2);
}

static void after_a_crash_all_are_uncertain_probeable(void **state)
{
    (void)state;
    lease_three(PROBEABLE);
    queue_crash(&queue);
    release(ITEM_BEGUN_ANY, 0);
    assert_int_equal(count(ITEM_READY, 1, 1), 2);
    queue_begin(&queue);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 9), 2);
    assert_true(queue.leased[0].is_uncertain);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_result(&queue, queue.leased[1].id, UNKNOWN), ITEM_TAKEN_WAITING);
    queue_commit(&queue);
    assert_int_equal(count(ITEM_WAITING, UNDECIDED, 2), 1);
    queue_verify(&queue);
}

static void after_a_crash_all_are_uncertain_manual(void **state)
{
    (void)state;
    lease_three(MANUAL);
    queue_crash(&queue);
    release(ITEM_BEGUN_ANY, 2);
    assert_int_equal(count(ITEM_WAITING, UNDECIDED, 1), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE note LIKE '%see whether%'"),
                     2);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "B", "changed"), 0); /* not behind the person's back */
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 9), 0);
}

static void crashes_use_up_tries(void **state)
{
    int side_effects;

    (void)state;
    for (side_effects = IDEMPOTENT; side_effects <= PROBEABLE; side_effects++) {
        int i;

        queue.policy.side_effects = side_effects;
        queue_begin(&queue);
        (void)queue_add(&queue, side_effects == IDEMPOTENT ? "poison" : "venom", "p");
        queue_commit(&queue);
        for (i = 1; i <= 3; i++) {
            queue_begin(&queue);
            queue_run(&queue);
            assert_int_equal(queue_lease(&queue, 1), 1);
            assert_int_equal(queue.leased[0].attempt, i);
            queue_commit(&queue);
            queue_crash(&queue);
            release(ITEM_BEGUN_ANY, i == 3);
        }
        queue_begin(&queue);
        queue_run(&queue);
        assert_int_equal(queue_lease(&queue, 1), 0);
        queue_commit(&queue);
        assert_int_equal(count(ITEM_WAITING, side_effects == PROBEABLE ? UNDECIDED : HARMLESS, 3),
                         1);
    }
}

static void a_result_of_the_generation_before_is_late(void **state)
{
    int64_t id;
    int64_t old_fence;
    int64_t old_run;

    (void)state;
    lease_three(IDEMPOTENT);
    id = queue.leased[1].id;
    old_run = queue.run_id;
    old_fence = queue.fence;
    queue_crash(&queue);
    release(ITEM_BEGUN_ANY, 0);
    queue_begin(&queue);
    queue_run(&queue);
    assert_true(queue.fence > old_fence);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].id, id);
    queue.seq = 50;
    {
        int64_t run_id = queue.run_id;
        int64_t fence = queue.fence;

        queue.run_id = old_run;
        queue.fence = old_fence;
        assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_LATE);
        queue.run_id = run_id;
        queue.fence = old_fence;
        assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_LATE);
        queue.fence = fence;
    }
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM late_result"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    queue_verify(&queue);
}

static void an_uncommitted_lease_never_was(void **state)
{
    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    queue_commit(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 1), 1);
    store_rollback(queue.store);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].attempt, 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void an_uncommitted_result_can_come_again(void **state)
{
    int64_t id;

    (void)state;
    lease_three(IDEMPOTENT);
    id = queue.leased[1].id;
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_result(&queue, queue.leased[2].id, BUSINESS), ITEM_TAKEN_WAITING);
    store_rollback(queue.store);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_day"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT done FROM run"), 2);
    queue_verify(&queue);
}

static void a_part_is_undone_alone(void **state)
{
    int64_t id;

    (void)state;
    lease_three(IDEMPOTENT);
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, queue.leased[1].id, DONE), ITEM_TAKEN_COUNTED);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    id = queue_add(&queue, "D", "p");
    assert_true(id > 0);
    assert_int_equal(queue_result(&queue, queue.leased[2].id, DONE), ITEM_TAKEN_COUNTED);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    assert_true(queue_add(&queue, "D", "p") > 0); /* its reference is free again */
    assert_int_equal(queue_result(&queue, queue.leased[1].id, DONE), ITEM_TAKEN_LATE);
    assert_int_equal(queue_result(&queue, queue.leased[2].id, DONE), ITEM_TAKEN_COUNTED);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_true(queue_add(&queue, "E", "p") > 0);
    queue_need(&queue, store_part_end(queue.store, true, &queue.fault));
    assert_int_equal(queue_add(&queue, "E", "p"), 0);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_month"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 2);
    queue_verify(&queue);
}

static void a_part_can_lease_and_be_undone(void **state)
{
    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    (void)queue_add(&queue, "B", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    assert_int_equal(queue_lease(&queue, 5), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM lease l, json_each(l.items) j "
                                       "JOIN item i ON i.id = j.value WHERE i.state = 0"),
                     1);
    queue_verify(&queue);
}

static void what_a_part_did_is_known_no_more(void **state)
{
    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    assert_int_equal(queue_add(&queue, "A", "p"), 0); /* it is ready as before */
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Also when it had been written before the rollback. */
static void what_was_written_and_undone_is_known_no_more(void **state)
{
    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    (void)queue_add(&queue, "B", "p");
    queue_commit(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 2), 2);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM lease"), 1);
    store_rollback(queue.store);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_lease(&queue, 5), 2);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_verify(&queue);
}

/* What was deferred and is ready again is not the old run's, though its lease once named it. */
static void a_lease_forgets_what_came_back(void **state)
{
    int64_t first;

    (void)state;
    lease_three(IDEMPOTENT);
    first = queue.leased[1].id;
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, first, TRANSIENT), ITEM_TAKEN_RETRY);
    queue_commit(&queue);
    queue.now_ms += 5000;
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 0), 0); /* makes it ready */
    queue_commit(&queue);
    queue_crash(&queue);
    release(ITEM_BEGUN_ANY, 0);
    assert_int_equal(count(ITEM_READY, HARMLESS, 1), 2); /* one by its result, one by the crash */
}

static void another_robots_run_is_not_released(void **state)
{
    struct item_released released;

    (void)state;
    lease_three(IDEMPOTENT);
    queue.policy.robot_id = queue_robot(&queue, "other", WINDOW_YEAR);
    queue_begin(&queue);
    assert_int_equal(
        item_release_run(queue.store, &queue.policy,
                         &(struct item_release){queue.run_id, ITEM_BEGUN_FIRST, NULL, queue.now_ms},
                         &released, &queue.fault),
        -EINVAL);
}

/* The plugin gave up with the item in hand: what it had done by then, it does not say. */
static void broken_is_uncertain_by_class(void **state)
{
    static const struct {
        int side_effects;
        enum item_taken taken;
        bool is_probed;
    } rows[] = {{IDEMPOTENT, ITEM_TAKEN_RETRY, false},
                {PROBEABLE, ITEM_TAKEN_RETRY, true},
                {MANUAL, ITEM_TAKEN_WAITING, false}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[16];
        int64_t id;

        (void)snprintf(name, sizeof name, "broken-%zu", i);
        queue.policy.side_effects = rows[i].side_effects;
        queue_begin(&queue);
        id = queue_add(&queue, name, "");
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue_result(&queue, id, BROKEN), rows[i].taken);
        queue.now_ms += 3600000;
        assert_int_equal(queue_lease(&queue, 1), rows[i].taken == ITEM_TAKEN_RETRY ? 1 : 0);
        if (rows[i].taken == ITEM_TAKEN_RETRY) {
            assert_int_equal(queue.leased[0].is_uncertain, rows[i].is_probed);
            assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
        }
        queue_commit(&queue);
    }
    queue_verify(&queue);
}

static void many_leases_of_one_run(void **state)
{
    char reference[32];
    int i;
    int done = 0;

    (void)state;
    queue_begin(&queue);
    for (i = 0; i < 5000; i++) {
        (void)snprintf(reference, sizeof reference, "R%d", i);
        assert_true(queue_add(&queue, reference, "p") > 0);
    }
    queue_commit(&queue);
    do {
        size_t j;

        queue_begin(&queue);
        (void)queue_lease(&queue, 173);
        for (j = queue.leased_count; j > 0; j--) { /* not in order */
            assert_int_equal(queue_result(&queue, queue.leased[j - 1].id, DONE),
                             ITEM_TAKEN_COUNTED);
            done++;
        }
        queue_commit(&queue);
    } while (queue.more);
    assert_int_equal(done, 5000);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
    queue_verify(&queue);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_run_that_ended_began_its_first),
        TEST(a_run_that_ended_in_order_began_none),
        TEST(of_a_run_that_broke_the_protocol_any_was_begun),
        TEST(first_is_by_order_of_handing_out),
        TEST(after_a_crash_all_are_uncertain_idempotent),
        TEST(after_a_crash_all_are_uncertain_probeable),
        TEST(after_a_crash_all_are_uncertain_manual),
        TEST(crashes_use_up_tries),
        TEST(a_result_of_the_generation_before_is_late),
        TEST(an_uncommitted_lease_never_was),
        TEST(an_uncommitted_result_can_come_again),
        TEST(a_part_is_undone_alone),
        TEST(a_part_can_lease_and_be_undone),
        TEST(what_a_part_did_is_known_no_more),
        TEST(what_was_written_and_undone_is_known_no_more),
        TEST(a_lease_forgets_what_came_back),
        TEST(another_robots_run_is_not_released),
        TEST(broken_is_uncertain_by_class),
        TEST(many_leases_of_one_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
