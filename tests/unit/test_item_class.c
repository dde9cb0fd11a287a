/* A plugin is replaced by one of another class of side effects, by a copy over its file: what becomes of the items that
 * it left. The class of the run that leases an item decides, not the one of the run that left it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static int64_t id; /* of the item */

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* What the next run does with it, if it is of that class. */
static void expect_of(int side_effects, size_t count, bool is_asked)
{
    queue.policy.side_effects = side_effects;
    queue_begin(&queue);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 1), count);
    if (count > 0)
        assert_int_equal(queue.leased[0].is_uncertain, is_asked);
    store_rollback(queue.store);
}

/* It may have been done: a manual robot does it not at all, and an idempotent one unless a person was told to look. */
static void expect_doubt_of(bool is_told)
{
    static const char NOTE[] =
        "SELECT count(*) FROM item WHERE state = 3 AND uncertain = 3 AND note LIKE "
        "'%see whether it was done%'";

    queue_commit(&queue);
    queue.now_ms += 3600000;
    expect_of(IDEMPOTENT, is_told ? 0 : 1, false);
    expect_of(PROBEABLE, 1, true);
    queue.policy.side_effects = MANUAL;
    queue_begin(&queue);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, NOTE), 1);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    queue.policy.side_effects = IDEMPOTENT;
    assert_int_equal(queue_add(&queue, "A", "changed"), 0); /* a person was told to look */
    queue.policy.side_effects = MANUAL;
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1); /* and has */
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void expect_doubt(void)
{
    expect_doubt_of(false);
}

static void release(void)
{
    (void)queue_release(&queue, ITEM_BEGUN_ANY);
    queue_need(&queue,
               run_end(queue.store, queue.run_id, RUN_LOST, NULL, queue.now_ms, &queue.fault));
}

static void lost_with_the_daemon(void **state)
{
    (void)state;
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    release();
    expect_doubt();
}

static void begun_when_its_run_died(void **state)
{
    (void)state;
    queue.why = "signal 9";
    release();
    queue.why = NULL;
    expect_doubt();
}

static void broken(void **state)
{
    (void)state;
    assert_int_equal(queue_result(&queue, id, BROKEN), ITEM_TAKEN_RETRY);
    expect_doubt();
}

/* Such a plugin may say so after it has done half of it, or all. */
static void transient(void **state)
{
    (void)state;
    assert_int_equal(queue_result(&queue, id, TRANSIENT), ITEM_TAKEN_RETRY);
    expect_doubt();
}

static void used_up_and_retried_by_a_person(void **state)
{
    (void)state;
    queue.policy.attempts = 1;
    assert_int_equal(queue_result(&queue, id, BROKEN), ITEM_TAKEN_WAITING);
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    expect_doubt(); /* nobody had told the person to look */
}

static void used_up_and_begun_anew(void **state)
{
    (void)state;
    queue.policy.attempts = 1;
    assert_int_equal(queue_result(&queue, id, BROKEN), ITEM_TAKEN_WAITING);
    queue.policy.side_effects = MANUAL;
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    queue.policy.side_effects = IDEMPOTENT;
    assert_int_equal(queue_add(&queue, "A", "changed"), id);
    expect_doubt();
}

/* The last try did not do it, but the one before may have. */
static void business_after_a_crash(void **state)
{
    (void)state;
    release();
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    queue.policy.side_effects = MANUAL;
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    queue.policy.side_effects = IDEMPOTENT;
    assert_int_equal(queue_add(&queue, "A", "changed"), id);
    expect_doubt();
}

static void business_is_certain(void **state)
{
    (void)state;
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    queue.policy.side_effects = MANUAL;
    assert_int_equal(queue_add(&queue, "A", "changed"), id);
    queue_commit(&queue);
    expect_of(MANUAL, 1, false);
    expect_of(PROBEABLE, 1, false);
}

/* ---- put off by a person who was told to look */

static void put_off(int64_t until_ms)
{
    struct item_put_off later = {until_ms, "Bo", "closed until Monday", queue.now_ms};

    queue_need(&queue, item_defer(queue.store, id, &later, &queue.fault));
}

static void retry(void)
{
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
}

/* It waits, for its run ended while it was begun, and is put off until a second from now. */
static void wait_and_put_off(void)
{
    queue.policy.side_effects = MANUAL;
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_ANY), 1);
    put_off(queue.now_ms + 1000);
    queue_commit(&queue);
    queue.now_ms += 999;
    expect_of(MANUAL, 0, false);
    queue.now_ms++;
}

/* That it was put off says nothing of whether it was done. */
static void put_off_it_waits_again(void **state)
{
    static const char NOTE[] =
        "SELECT count(*) FROM item WHERE state = 3 AND uncertain = 3 AND note LIKE "
        "'%see whether it was done, then retry it%(was: put off until % by order of Bo: closed "
        "until Monday; was waiting after 1 try: its run ended while it was begun%'";

    (void)state;
    wait_and_put_off();
    expect_of(IDEMPOTENT, 0, false);
    expect_of(PROBEABLE, 1, true);
    queue.policy.side_effects = MANUAL;
    queue_begin(&queue);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, NOTE), 1);
    queue_begin(&queue);
    retry();
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void put_off_again_it_waits_again(void **state)
{
    (void)state;
    wait_and_put_off();
    queue_begin(&queue);
    put_off(queue.now_ms + 1000);
    expect_doubt_of(true);
}

static void put_off_and_retried_it_is_done(void **state)
{
    (void)state;
    wait_and_put_off();
    queue_begin(&queue);
    retry();
    queue_commit(&queue);
    expect_of(PROBEABLE, 1, false);
    expect_of(MANUAL, 1, false);
}

static void put_off_and_dropped_it_takes_no_other_data(void **state)
{
    (void)state;
    wait_and_put_off();
    queue_begin(&queue);
    queue_need(&queue, item_drop(queue.store, id, "not ours", queue.now_ms, &queue.fault));
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT uncertain FROM item"), UNDECIDED);
    retry();
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_string_equal(queue.leased[0].payload, "p");
}

/* What is certain stays so. */
static void put_off_when_it_was_not_done(void **state)
{
    (void)state;
    queue.policy.side_effects = MANUAL;
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    put_off(queue.now_ms + 1000);
    queue_commit(&queue);
    queue.now_ms += 1000;
    expect_of(MANUAL, 1, false);
}

/* Of what rests until its plugin is asked nobody was told to look. */
static void put_off_while_it_rests(void **state)
{
    (void)state;
    queue.policy.side_effects = PROBEABLE;
    assert_int_equal(queue_result(&queue, id, BROKEN), ITEM_TAKEN_RETRY);
    put_off(queue.now_ms + 1000);
    retry();
    expect_doubt();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lost_with_the_daemon, set_up, tear_down),
        cmocka_unit_test_setup_teardown(begun_when_its_run_died, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(transient, set_up, tear_down),
        cmocka_unit_test_setup_teardown(used_up_and_retried_by_a_person, set_up, tear_down),
        cmocka_unit_test_setup_teardown(used_up_and_begun_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(business_after_a_crash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(business_is_certain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(put_off_it_waits_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(put_off_again_it_waits_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(put_off_and_retried_it_is_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(put_off_and_dropped_it_takes_no_other_data, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(put_off_when_it_was_not_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(put_off_while_it_rests, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
