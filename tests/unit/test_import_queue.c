/* What an import counts and lies on a queue too: it is not done again unasked. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

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

static void a_leased_item_is_repeated_after_the_import(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    (void)queue_lease(&queue, 1);
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.leased, 1);
    assert_int_equal(rows.met.waiting, 0);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* By a run that is lost, or told to stop, before it began it. */
static void a_leased_item_that_is_given_back_waits(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    (void)queue_lease(&queue, 1);
    rows_begin(&rows, 1);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    queue_need(&queue, store_part_end(queue.store, true, &queue.fault));
    (void)queue_release(&queue, ITEM_BEGUN_NONE);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(
        queue_ask(&queue,
                  "SELECT id FROM item WHERE state = 3 AND note LIKE 'import 1, line 2 counted%'"),
        id);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Two runs say of what they have that they did not do it: an import did the one, and nobody the other. */
static void what_another_run_has_is_not_doubted(void **state)
{
    int64_t counted;
    int64_t other;
    int64_t run_id;
    int64_t fence;

    (void)state;
    queue_begin(&queue);
    other = queue_add(&queue, "B", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    run_id = queue.run_id;
    fence = queue.fence;
    queue_run(&queue);
    counted = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.leased, 1);
    assert_int_equal(queue_result(&queue, counted, TRANSIENT), ITEM_TAKEN_RETRY);
    queue.run_id = run_id;
    queue.fence = fence;
    queue.seq = 0;
    assert_int_equal(queue_result(&queue, other, TRANSIENT), ITEM_TAKEN_RETRY);
    queue.now_ms += 60000;
    assert_int_equal(queue_lease(&queue, 2), 1);
    assert_int_equal(queue.leased[0].id, other);
    assert_int_equal(queue_ask(&queue, "SELECT id FROM item WHERE state = 3"), counted);
    assert_int_equal(queue_result(&queue, other, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    queue_verify(&queue);
}

static int64_t put_on_queue(void)
{
    struct item_new deferred = {
        .reference = "deferred", .payload = "p", .not_before_ms = queue.now_ms + 60000};
    struct item_new next_month = {.reference = "elsewhere",
                                  .payload = "p",
                                  .business_day = clock_local_day(queue.now_ms) + 40};
    int64_t id = queue_add(&queue, "waiting", "p");

    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    assert_true(queue_add_item(&queue, &next_month) > 0);
    assert_true(queue_add_item(&queue, &deferred) > 0);
    return queue_add(&queue, "ready", "p");
}

static void count_all(void)
{
    static const char *const references[] = {"ready", "deferred", "waiting", "elsewhere"};
    int64_t i;

    rows_begin(&rows, 4);
    for (i = 0; i < 4; i++)
        rows_apply(&rows, references[i], IMPORT_DONE, i + 1);
}

static void expect_waiting(int64_t id)
{
    assert_int_equal(rows.met.waiting, 3);
    assert_int_equal(rows.met.leased, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 3 AND due_ms IS "
                                       "NULL AND note LIKE 'import 1, line _ counted it, so %'"),
                     3);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE attempts = 1 AND "
                                       "note LIKE 'import 1, line 4 counted it, % (was: %)'"),
                     1);
    queue.now_ms += 120000;
    assert_int_equal(queue_lease(&queue, 9), 1); /* that of another window alone */
    assert_string_equal(queue.leased[0].reference, "elsewhere");
    assert_int_equal(queue_add(&queue, "ready", "changed"), 0);
    assert_int_equal(queue_add(&queue, "deferred", "changed"), 0);
    assert_int_equal(queue_add(&queue, "waiting", "changed"), 0);
    queue_need(&queue, item_retry(queue.store, id, "Bo", "again", queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue.leased[0].id, id);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
}

static void what_is_counted_is_not_done_again_unasked(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = put_on_queue();
    count_all();
    expect_waiting(id);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* It stays dropped, its payload is kept no longer for it, and who reopens it can read that it was done. */
static void what_was_dropped_says_that_it_was_counted(void **state)
{
    int64_t id;
    int64_t dropped_ms;

    (void)state;
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    queue_need(&queue, item_drop(queue.store, id, "not ours", queue.now_ms, &queue.fault));
    dropped_ms = queue.now_ms;
    queue.now_ms += 60000;
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows.met.waiting + rows.met.leased, 0);
    assert_int_equal(
        queue_ask(&queue, "SELECT changed_ms FROM item WHERE state = 5 AND note = 'import 1, line "
                          "2 counted it, so something else has done it: only retry it when it is "
                          "to be done once more (was: not ours)'"),
        dropped_ms);
    queue_need(&queue, item_retry(queue.store, id, "Bo", "again", queue.now_ms, &queue.fault));
    assert_int_equal(
        queue_ask(&queue, "SELECT id FROM item WHERE note LIKE '%import 1, line 2 counted it%'"),
        id);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* As the daemon does that starts with it. */
static void what_is_counted_waits_after_a_crash(void **state)
{
    int64_t id;

    (void)state;
    queue_begin(&queue);
    id = put_on_queue();
    count_all();
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    expect_waiting(id);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* An import that was undone has counted nothing, and a repeat is no news. */
static void what_is_not_counted_stays_ready(void **state)
{
    (void)state;
    queue_begin(&queue);
    (void)put_on_queue();
    rows_begin(&rows, 2);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    rows_apply(&rows, "ready", IMPORT_DONE, 1);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    assert_int_equal(queue_add(&queue, "ready", "p"), 0);
    rows.met = (struct import_met){0};
    rows_apply(&rows, "ready", IMPORT_BUSINESS, 1);
    assert_int_equal(rows.met.waiting + rows.met.leased, 0);
    assert_int_equal(queue_lease(&queue, 9), 2);
    rows_apply(&rows, "ready", IMPORT_DONE, 2);
    assert_int_equal(rows.met.leased, 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* The clock stood a month ahead, and was set right. */
static void what_was_counted_ahead_is_a_repeat(void **state)
{
    (void)state;
    queue_begin(&queue);
    queue.now_ms += month_ms;
    (void)queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    queue.now_ms -= month_ms;
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    rows_begin(&rows, 2);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    rows_apply(&rows, "B", IMPORT_DONE, 2);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    assert_int_equal(rows_count(&rows, "new_rows"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* It was put on the queue by a clock that stood ahead, and done when that was right again. */
static void what_was_added_ahead_is_a_repeat(void **state)
{
    (void)state;
    queue_begin(&queue);
    queue.now_ms += month_ms;
    (void)queue_add(&queue, "A", "p");
    queue.now_ms -= month_ms;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Its day is that of the file, and no clock of this machine's. */
static void an_imported_row_ahead_makes_no_repeats(void **state)
{
    (void)state;
    queue_begin(&queue);
    rows_begin(&rows, 2);
    queue.now_ms += month_ms;
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    queue.now_ms -= month_ms;
    rows_apply(&rows, "A", IMPORT_DONE, 2);
    assert_int_equal(rows_count(&rows, "new_rows"), 2);
    assert_true(queue_add(&queue, "B", "p") > 0);
    assert_int_equal(queue_add(&queue, "A", "p"), 0); /* counted in this window too */
    queue_commit(&queue);
    queue_verify(&queue);
}

/* As the row that said that it was done is a repeat of it. */
static void what_was_counted_ahead_can_be_taken_back(void **state)
{
    what_was_counted_ahead_is_a_repeat(state);
    queue_begin(&queue);
    rows_begin(&rows, 2);
    rows_apply(&rows, "A", IMPORT_UNDONE, 1);
    assert_int_equal(rows_count(&rows, "undone_rows"), 1);
    rows_apply(&rows, "A", IMPORT_UNDONE, 2);
    assert_int_equal(rows_count(&rows, "undone_rows"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM correction"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* No clock stood ahead: a date that lies ahead is not one of work without a date. */
static void what_has_a_date_ahead_makes_no_repeats(void **state)
{
    struct item_new dated = {
        .reference = "A", .payload = "p", .business_day = clock_local_day(queue.now_ms) + 40};

    (void)state;
    queue_begin(&queue);
    assert_true(queue_add_item(&queue, &dated) > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    assert_int_equal(rows_count(&rows, "new_rows"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* The same row in another file, when now has come to where the clock stood; and work that recurs there is new. */
static void what_was_counted_ahead_stays_a_repeat(void **state)
{
    struct import_row row = {.number = 1, .line = 2, .reference = "A", .duration_ms = -1};
    struct import_record import = {0};
    static const unsigned char hash[32] = {200};

    what_was_counted_ahead_is_a_repeat(state);
    row.robot_id = queue.policy.robot_id;
    row.completed_ms = queue.now_ms;
    queue.now_ms += month_ms;
    queue_begin(&queue);
    queue_need(&queue, import_begin(queue.store, &(struct import_new){"more.csv", hash, 2, "Bo"},
                                    queue.now_ms, &import, &queue.fault));
    queue_need(&queue,
               import_apply(queue.store, import.id, &row, queue.now_ms, &rows.met, &queue.fault));
    assert_int_equal(rows_count(&rows, "repeated_rows"), 2);
    row.number = 2;
    row.line = 3;
    row.completed_ms += 60000; /* not that row */
    queue_need(&queue,
               import_apply(queue.store, import.id, &row, queue.now_ms, &rows.met, &queue.fault));
    assert_int_equal(rows_count(&rows, "new_rows"), 2);
    queue_commit(&queue);
    queue_verify(&queue);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_leased_item_is_repeated_after_the_import),
        TEST(a_leased_item_that_is_given_back_waits),
        TEST(what_another_run_has_is_not_doubted),
        TEST(what_is_counted_is_not_done_again_unasked),
        TEST(what_was_dropped_says_that_it_was_counted),
        TEST(what_is_counted_waits_after_a_crash),
        TEST(what_is_not_counted_stays_ready),
        TEST(what_was_counted_ahead_is_a_repeat),
        TEST(what_was_counted_ahead_stays_a_repeat),
        TEST(what_was_added_ahead_is_a_repeat),
        TEST(an_imported_row_ahead_makes_no_repeats),
        TEST(what_was_counted_ahead_can_be_taken_back),
        TEST(what_has_a_date_ahead_makes_no_repeats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
