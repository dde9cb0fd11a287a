/* What an import counted and nobody had done once more: put off, given back by its run, or open in another window. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/batch.h"
#include "core/store/import.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

static struct queue queue;
static struct rows_import rows;
static const int64_t month_ms = INT64_C(31) * 86400000;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_MONTH, MANUAL);
    rows = (struct rows_import){.queue = &queue};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void put_off_until_due(int64_t id)
{
    struct item_put_off put_off = {
        .until_ms = queue.now_ms + 1000, .by = "Bo", .reason = "later", .now_ms = queue.now_ms};

    queue_need(&queue, item_defer(queue.store, id, &put_off, &queue.fault));
    queue.now_ms += 1000;
}

/* The run says of its own try alone that it did not do it. */
static void what_a_run_did_not_do_is_counted_still(void **state)
{
    static const int outcomes[] = {BUSINESS, UNKNOWN, TRANSIENT};
    size_t i;
    int64_t id;

    (void)state;
    queue_begin(&queue);
    for (i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        id = queue_add(&queue, i == 0 ? "A" : i == 1 ? "B" : "C", "p");
        assert_int_equal(queue_lease(&queue, 1), 1);
        rows_begin(&rows, 1);
        rows_apply(&rows, i == 0 ? "A" : i == 1 ? "B" : "C", IMPORT_DONE, 1);
        assert_int_equal(queue_result(&queue, id, outcomes[i]),
                         outcomes[i] == TRANSIENT ? ITEM_TAKEN_RETRY : ITEM_TAKEN_WAITING);
        assert_int_equal(queue_ask(&queue, "SELECT max(id) FROM item WHERE state IN (2, 3) AND "
                                           "note LIKE 'import %, line 2 counted it, %'"),
                         id);
        put_off_until_due(id);
        assert_int_equal(queue_lease(&queue, 1), 0);
        queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    }
    queue_commit(&queue);
    queue_verify(&queue);
}

/* So of one that died while it was doing it; and the leases may have been read anew since. */
static void what_a_run_died_of_is_counted_still(void **state)
{
    int64_t id;

    (void)state;
    queue.policy.side_effects = IDEMPOTENT;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    (void)queue_release(&queue, ITEM_BEGUN_ANY);
    assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE state = 0 AND note LIKE "
                                       "'import 1, line 2 counted it, %'"),
                     id);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE state = 3"), id);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Nobody has said that it is to be done once more: nor of a robot that may do it twice. */
static void what_was_counted_and_put_off_waits_again(void **state)
{
    static const int classes[] = {MANUAL, IDEMPOTENT, MANUAL};
    int64_t id;
    size_t i;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    for (i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        queue.policy.side_effects = classes[i];
        put_off_until_due(id);
        assert_int_equal(queue_lease(&queue, 1), 0);
        assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE state = 3 AND note LIKE "
                                           "'import 1, line 2 counted it, %its turn came, %'"),
                         id);
    }
    put_off_until_due(id);
    queue_need(&queue, item_retry(queue.store, id, "Bo", "again", queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Its plugin is asked, which is not to do it. */
static void what_was_counted_and_put_off_is_asked_about(void **state)
{
    int64_t id;

    (void)state;
    queue.policy.side_effects = PROBEABLE;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    put_off_until_due(id);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_true(queue.leased[0].is_uncertain);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void expect_elsewhere(int64_t id)
{
    assert_int_equal(rows.met.waiting, 1);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE state = 3 AND note LIKE "
                                       "'import 1, line 2 counted it, %'"),
                     id);
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* As it was for item_add(), the item is that work. */
static void what_was_added_ahead_waits(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    queue.now_ms += month_ms;
    id = queue_add(&queue, "A", "p");
    queue.now_ms -= month_ms;
    rows_begin(&rows, 1);
    rows.done_ago_ms = 1000;
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    expect_elsewhere(id);
}

static void what_is_open_since_last_month_waits(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    queue.now_ms += month_ms;
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    expect_elsewhere(id);
}

static void what_is_in_hand_since_last_month_is_a_repeat(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue.now_ms += month_ms;
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.leased, 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Nobody can tell whether it is that work, which would be done once more: the row waits until somebody can. What is
 * known here, or has a date, is not asked about. */
static void what_cannot_be_told_is_refused(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    queue.now_ms += month_ms;
    rows_begin(&rows, 4);
    rows_apply(&rows, "done", IMPORT_DONE, 1);
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    rows_apply(&rows, "done", IMPORT_DONE, 2);
    rows.business_day = clock_local_day(queue.now_ms);
    rows_apply(&rows, "dated", IMPORT_DONE, 3);
    rows.business_day = 0;
    rows_expect(&rows, "A", 4, -ENOKEY, "drop those items");
    assert_int_equal(rows_count(&rows, "new_rows"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 3);
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    rows_apply(&rows, "A", IMPORT_DONE, 4);
    assert_int_equal(rows.met.waiting, 1);
    assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE state = 3"), id);
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* It was erased on purpose, and is done: what nobody can read is dropped, and then nothing is held up. */
static void what_is_dropped_holds_up_no_import(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    queue.now_ms += month_ms;
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    rows_begin(&rows, 1);
    rows_expect(&rows, "A", 1, -ENOKEY, "drop those items");
    queue_need(&queue, item_drop(queue.store, id, "erased", queue.now_ms, &queue.fault));
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows_count(&rows, "new_rows"), 1);
}

/* Last month's, done before it was added. */
static void what_recurs_is_not_what_was_done_before(void **state)
{
    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    rows_begin(&rows, 1);
    rows.done_ago_ms = month_ms;
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.waiting + rows.met.leased, 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void expect_help(int64_t helped, int64_t taken_back)
{
    assert_int_equal(queue_sum(&queue, ATTEMPT_HELPED), helped);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), taken_back);
    queue_commit(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
}

/* A robot hands it to a person at the end of a month, who does it in the next one. */
static int64_t hand_over_and_import(int64_t rows_of_file)
{
    int64_t id;

    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    queue.now_ms += month_ms;
    rows_begin(&rows, rows_of_file);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.waiting, 1);
    return id;
}

static void what_was_handed_over_last_month_is_no_help_when_it_is_done(void **state)
{
    (void)state;
    (void)hand_over_and_import(1);
    expect_help(1, 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note n, handover h WHERE "
                                       "n.note = 'was handed over: run ' || h.run_id || "
                                       "', attempt ' || h.seq"),
                     1);
}

/* As what was handed over in the window in which it was done. */
static void what_is_undone_is_no_help_again(void **state)
{
    int64_t id = 0;

    (void)state;
    id = hand_over_and_import(2);
    rows_apply(&rows, "A", IMPORT_UNDONE, 2);
    assert_int_equal(rows_count(&rows, "undone_rows"), 1);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), 1);
    expect_help(1, 1);
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    expect_help(1, 1);
}

static void what_was_counted_is_handed_over_by_no_run(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue.now_ms += month_ms;
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.leased, 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    expect_help(0, 0);
}

static void what_recurs_is_still_handed_over(void **state)
{
    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, BUSINESS), ITEM_TAKEN_WAITING);
    rows_begin(&rows, 1);
    rows.done_ago_ms = month_ms;
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.waiting + rows.met.leased, 0);
    expect_help(1, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note WHERE note LIKE 'was %'"),
                     0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_a_run_did_not_do_is_counted_still),
        TEST(what_a_run_died_of_is_counted_still),
        TEST(what_was_counted_and_put_off_waits_again),
        TEST(what_was_counted_and_put_off_is_asked_about),
        TEST(what_was_added_ahead_waits),
        TEST(what_is_open_since_last_month_waits),
        TEST(what_is_in_hand_since_last_month_is_a_repeat),
        TEST(what_cannot_be_told_is_refused),
        TEST(what_is_dropped_holds_up_no_import),
        TEST(what_recurs_is_not_what_was_done_before),
        TEST(what_was_handed_over_last_month_is_no_help_when_it_is_done),
        TEST(what_is_undone_is_no_help_again),
        TEST(what_was_counted_is_handed_over_by_no_run),
        TEST(what_recurs_is_still_handed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
