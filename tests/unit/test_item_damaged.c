/* Items whose reference's hash is none: none is handed out, counted or lost, and none keeps the others from being
 * done. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/store/batch.h"
#include "core/store/store.h"
#include "core/store/verify.h"
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

/* Another program does it, while nobody serves the store. */
static void damage(const char *statement)
{
    store_close(queue.store);
    temp_home_plant(queue.home, statement);
    queue.store = temp_home_open(queue.home);
}

static void expect_told(int64_t first_id, int64_t count)
{
    struct item_damaged damaged;

    item_damaged_take(queue.store, &damaged);
    assert_int_equal(damaged.first_id, first_id);
    assert_int_equal(damaged.count, count);
    item_damaged_take(queue.store, &damaged);
    assert_int_equal(damaged.count, 0); /* once */
}

static void expect_aside(int64_t id, int doubt, const char *note)
{
    static const char WAITS[] = "SELECT uncertain FROM item WHERE id = ?1 AND state = 3 AND "
                                "quarantined = 0 AND note LIKE '%damaged: %then drop it%'";

    assert_int_equal(queue_ask_with(&queue, WAITS, id, 0), doubt);
    if (note != NULL)
        assert_int_equal(queue_ask_with(&queue, note, id, 0), 1);
}

static void count_hashes(const char *difference, void *context)
{
    int *count = context;

    *count += strstr(difference, "its reference's hash is none") != NULL;
}

/* verify names so many damaged items, and nothing else. */
static void expect_verified(int damaged)
{
    struct verify_report report = {0};
    struct store *reader = NULL;
    int named = 0;

    queue_need(&queue, store_open(queue.home, STORE_READ, &reader, &queue.fault));
    queue_need(&queue, verify_store(reader, count_hashes, &named, &report, &queue.fault));
    store_close(reader);
    assert_int_equal(named, damaged);
    assert_int_equal(report.differences, damaged);
}

static void one_that_is_ready_waits_and_the_others_are_done(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 4, 0);
    damage("UPDATE item SET ref_hash = x'01' WHERE id = 2;"
           "UPDATE item SET ref_hash = x'' WHERE id = 3");
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 4), 2);
    assert_int_equal(queue.leased[0].id, 1);
    assert_int_equal(queue.leased[1].id, 4);
    assert_int_equal(queue_result(&queue, 1, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_result(&queue, 4, DONE), ITEM_TAKEN_COUNTED);
    expect_told(2, 2);
    queue_commit(&queue);
    expect_aside(2, 0, NULL);
    expect_aside(3, 0, NULL);
    expect_verified(2);
}

static void one_that_was_deferred_waits_when_it_is_due(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 2, queue.now_ms + 1000);
    queue.now_ms += 2000;
    damage("UPDATE item SET ref_hash = x'01' WHERE id = 1");
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 2), 1);
    assert_int_equal(queue.leased[0].id, 2);
    expect_told(1, 1);
    queue_commit(&queue);
    expect_aside(1, 0, NULL);
    expect_verified(1);
}

static void what_a_run_reports_of_one_is_counted_under_nothing(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 4, 0);
    lease_steps_lease(&queue, 4);
    damage("UPDATE item SET ref_hash = zeroblob(id) WHERE id IN (2, 3, 4)");
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, 1, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_result(&queue, 2, DONE), ITEM_TAKEN_WAITING);
    expect_told(2, 1);
    assert_int_equal(queue_result(&queue, 3, TRANSIENT), ITEM_TAKEN_WAITING);
    assert_int_equal(queue_result(&queue, 4, BUSINESS), ITEM_TAKEN_WAITING);
    expect_told(3, 2);
    queue_commit(&queue);
    expect_aside(2, UNDECIDED,
                 "SELECT note LIKE '% it was done; damaged:%' FROM item WHERE id = ?1");
    expect_aside(3, UNDECIDED,
                 "SELECT note LIKE '% it was not done: why; damaged:%' FROM item WHERE id = ?1");
    expect_aside(4, UNDECIDED, NULL);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM handover"), 0);
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 1);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNKNOWN), 3);
    expect_verified(3);
}

/* Its run is lost; the class of side effects says whether it may have been done. */
static void one_that_was_begun_waits_after_its_run(void **state)
{
    static const int classes[] = {IDEMPOTENT, PROBEABLE, MANUAL};
    static const char *const damages[] = {"UPDATE item SET ref_hash = x'01' WHERE id = 1",
                                          "UPDATE item SET ref_hash = x'' WHERE id = 3",
                                          "UPDATE item SET ref_hash = zeroblob(17) WHERE id = 5"};
    int64_t i;

    (void)state;
    (void)lease_steps_add(&queue, 6, 0);
    for (i = 0; i < 3; i++) {
        lease_steps_lease(&queue, 2);
        assert_int_equal(queue.leased[0].id, 2 * i + 1);
        queue.policy.side_effects = classes[i];
        damage(damages[i]);
        queue_begin(&queue);
        queue.why = "signal 11";
        assert_int_equal(queue_release(&queue, ITEM_BEGUN_FIRST), 1);
        expect_told(2 * i + 1, 1);
        assert_false(queue.released.is_quarantined);
        assert_int_equal(
            queue_ask_with(&queue, "SELECT state FROM item WHERE id = ?1", 2 * i + 2, 0),
            ITEM_READY);
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue_result(&queue, 2 * i + 2, DONE), ITEM_TAKEN_COUNTED);
        queue_commit(&queue);
        expect_aside(2 * i + 1, UNDECIDED, NULL);
        queue_begin(&queue);
        queue_run(&queue);
        queue_commit(&queue);
    }
    expect_verified(3);
}

static void one_that_was_not_begun_waits_at_the_next_lease(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    damage("UPDATE item SET ref_hash = x'01'");
    queue_begin(&queue);
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_NONE), 0);
    expect_told(0, 0);
    assert_int_equal(queue_lease(&queue, 1), 0);
    expect_told(1, 1);
    queue_commit(&queue);
    expect_aside(1, 0, NULL);
}

/* An empty reason is none. */
static void what_a_run_says_without_a_reason_is_told_without_one(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    damage("UPDATE item SET ref_hash = x'01'");
    queue_begin(&queue);
    queue_need(&queue, lease_steps_take(&queue, 0, TRANSIENT, ""));
    queue_commit(&queue);
    expect_aside(1, UNDECIDED,
                 "SELECT note LIKE 'its run reported that it was not done; damaged: %' FROM item "
                 "WHERE id = ?1");
}

/* What became of it is not known: its run is not given up as if it had been set aside. */
static void one_that_is_gone_is_not_told_as_waiting(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    damage("UPDATE item SET ref_hash = x'01'");
    queue_begin(&queue);
    assert_int_equal(item_retry(queue.store, 1, "anna", NULL, queue.now_ms, &queue.fault), -EBUSY);
    (void)queue_ask(&queue, "DELETE FROM item"); /* as another program could, behind its leases */
    assert_int_equal(lease_steps_release(&queue, ITEM_BEGUN_ANY), -EIO);
    assert_non_null(strstr(queue.fault.text, "item 1 is not there"));
    assert_int_equal(queue.released.waiting, 0);
    expect_told(0, 0);
    store_rollback(queue.store);
    queue_begin(&queue);
    queue_need(&queue, lease_steps_release(&queue, ITEM_BEGUN_ANY));
    expect_told(1, 1);
    queue_commit(&queue);
    expect_aside(1, UNDECIDED, NULL);
}

/* Two that wait cannot have one reference: one is left as it is, and is not handed out either. */
static void those_of_one_damaged_reference_are_never_handed_out(void **state)
{
    int i;

    (void)state;
    (void)lease_steps_add(&queue, 3, 0);
    damage("UPDATE item SET ref_hash = x'01' WHERE id < 3");
    for (i = 0; i < 2; i++) {
        queue_begin(&queue);
        assert_int_equal(queue_lease(&queue, 3), i == 0);
        expect_told(2 - (i == 0), 2 - i);
        assert_false(queue.more);
        queue_commit(&queue);
        expect_aside(1, 0, NULL);
        assert_int_equal(lease_steps_in_state(&queue, ITEM_WAITING), 1);
        assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 0"), 2);
    }
    queue_begin(&queue);
    queue_need(&queue, item_drop(queue.store, 1, "looked at", queue.now_ms, &queue.fault));
    queue_need(&queue, item_drop(queue.store, 2, "looked at", queue.now_ms, &queue.fault) == -EEXIST
                           ? 0
                           : -EINVAL);
    store_rollback(queue.store);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 0);
}

static void a_person_drops_it_and_its_robot_adds_it_anew(void **state)
{
    struct item_put_off put_off = {queue.now_ms + 1000, "anna", "later", queue.now_ms};

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    damage("UPDATE item SET ref_hash = zeroblob(id)");
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(item_retry(queue.store, 1, "anna", NULL, queue.now_ms, &queue.fault), -EINVAL);
    assert_non_null(strstr(queue.fault.text, "cannot be tried again: it is damaged"));
    assert_int_equal(item_defer(queue.store, 1, &put_off, &queue.fault), -EINVAL);
    assert_non_null(strstr(queue.fault.text, "cannot be put off: it is damaged"));
    queue_need(&queue, item_drop(queue.store, 1, "not done", queue.now_ms, &queue.fault));
    queue_need(&queue, item_done_by_hand(queue.store, 2, "seen", queue.now_ms, &queue.fault));
    queue_commit(&queue);
    assert_int_equal(lease_steps_add(&queue, 1, 0), 3);
    queue_begin(&queue);
    assert_int_equal(queue_lease(&queue, 2), 1);
    assert_int_equal(queue_result(&queue, 3, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    expect_verified(2);
}

static void work_is_added_beside_damaged_items(void **state)
{
    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    damage("UPDATE item SET ref_hash = zeroblob(id)");
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "new", "p"), 3);
    assert_int_equal(queue_add(&queue, "new", "p"), 0);
    queue_need(&queue,
               item_drop(queue.store, 2, "not done", queue.now_ms, &queue.fault)); /* ready */
    assert_int_equal(queue_lease(&queue, 3), 1);
    assert_int_equal(queue.leased[0].id, 3);
    queue_commit(&queue);
}

static void what_is_undone_is_not_told(void **state)
{
    (void)state;
    expect_told(0, 0);
    (void)lease_steps_add(&queue, 1, 0);
    damage("UPDATE item SET ref_hash = x'01'");
    expect_told(0, 0); /* nothing was looked at yet */
    queue_begin(&queue);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    expect_told(0, 0);
    assert_int_equal(queue_lease(&queue, 1), 0);
    store_rollback(queue.store);
    queue_begin(&queue);
    expect_told(0, 0);
    store_rollback(queue.store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_that_is_ready_waits_and_the_others_are_done, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_was_deferred_waits_when_it_is_due, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_run_reports_of_one_is_counted_under_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_was_begun_waits_after_its_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_run_says_without_a_reason_is_told_without_one,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_gone_is_not_told_as_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_was_not_begun_waits_at_the_next_lease, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(those_of_one_damaged_reference_are_never_handed_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_person_drops_it_and_its_robot_adds_it_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(work_is_added_beside_damaged_items, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_undone_is_not_told, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
