/* What lies on a queue and an import knows of in another window: its own window keeps that until the task is taken back. */
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
#include "core/store/line.h"
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
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* A row of next month's, in a file of its own: now's month is still the item's. */
static void import_ahead(const char *reference, enum import_outcome outcome)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = -month_ms;
    rows_apply(&rows, reference, outcome, 1);
}

static void import_now(const char *reference, enum import_outcome outcome)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = 0;
    rows_apply(&rows, reference, outcome, 1);
}

static int64_t add_and_lease(const char *reference)
{
    int64_t id = queue_add(&queue, reference, "p");

    assert_int_equal(queue_lease(&queue, 1), 1);
    return id;
}

static void expect_sums(int64_t done, int64_t undone, int64_t help)
{
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), done);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), undone);
    assert_int_equal(queue_sum(&queue, ATTEMPT_HELPED) - queue_sum(&queue, ATTEMPT_UNHELPED), help);
    queue_commit(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
}

static bool is_noted(int64_t id, const char *begins)
{
    char query[256];

    (void)snprintf(query, sizeof query,
                   "SELECT count(*) FROM item WHERE id = ?1 AND note LIKE '%s%%'", begins);
    return queue_ask_with(&queue, query, id, 0) == 1;
}

/* ---- what a run has done too */

static void what_a_run_did_too_is_not_added_again(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    import_ahead("A", IMPORT_DONE);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    queue_start_anew(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_state(&queue, id), ITEM_DONE_BY_HAND);
    assert_true(is_noted(id, "import 1, line 2 counted it, %; its run: it has done it too"));
    expect_sums(1, 0, 0);
}

/* The ledger is the record then, as of all that was done. */
static void what_was_counted_in_its_own_window_is_deleted(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    import_now("A", IMPORT_DONE);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    queue_start_anew(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    expect_sums(1, 0, 0);
}

/* ---- help */

static void what_lies_open_is_handed_over_in_its_own_window(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    import_ahead("A", IMPORT_BUSINESS);
    expect_sums(0, 0, 1);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(1, 0, 0);
}

static void what_its_robot_handed_over_is_help_once(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    import_ahead("A", IMPORT_BUSINESS);
    expect_sums(0, 0, 1);
    import_ahead("A", IMPORT_DONE);
    expect_sums(1, 0, 0);
}

/* A date names the window; and what was added since is other work. */
static void what_is_other_work_is_help_of_its_own(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    rows.business_day = clock_local_day(queue.now_ms + month_ms);
    import_now("A", IMPORT_BUSINESS);
    rows.business_day = 0;
    expect_sums(0, 0, 2);
    rows_begin(&rows, 1);
    rows.done_ago_ms = month_ms;
    rows_apply(&rows, "A", IMPORT_BUSINESS, 1);
    expect_sums(0, 0, 3);
}

static void what_was_done_there_is_no_help(void **state)
{
    (void)state;
    import_ahead("A", IMPORT_DONE);
    (void)queue_add(&queue, "A", "p");
    rows_begin(&rows, 1);
    rows.done_ago_ms = -month_ms - 1000;
    rows_apply(&rows, "A", IMPORT_BUSINESS, 1);
    expect_sums(1, 0, 0);
}

/* In whichever order the rows come. */
static void what_was_counted_is_no_help_in_its_own_window(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");
    int64_t done;

    (void)state;
    import_ahead("A", IMPORT_DONE);
    import_now("A", IMPORT_BUSINESS);
    expect_sums(1, 0, 0);
    queue_need(&queue, item_drop(queue.store, id, "done", queue.now_ms, &queue.fault));
    queue.now_ms += 1000;
    import_now("A", IMPORT_BUSINESS);
    expect_sums(1, 0, 0);
    (void)queue_add(&queue, "B", "p");
    import_now("B", IMPORT_BUSINESS);
    import_ahead("B", IMPORT_DONE);
    expect_sums(2, 0, 0);
    done = add_and_lease("C");
    import_ahead("C", IMPORT_DONE);
    import_now("C", IMPORT_BUSINESS);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_REPEATED);
    queue.now_ms += 1000;
    import_now("C", IMPORT_BUSINESS);
    expect_sums(3, 0, 0);
}

/* ---- taken back */

static void what_is_taken_back_is_counted_when_its_run_has_done_it(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    import_ahead("A", IMPORT_DONE);
    import_ahead("A", IMPORT_UNDONE);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(2, 1, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
}

/* The leases are read anew. */
static void what_is_taken_back_is_counted_after_a_crash(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    import_ahead("A", IMPORT_DONE);
    import_ahead("A", IMPORT_UNDONE);
    queue_start_anew(&queue);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(2, 1, 0);
}

static void what_waits_is_told_that_it_was_taken_back(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    import_ahead("A", IMPORT_DONE);
    import_ahead("A", IMPORT_UNDONE);
    assert_true(is_noted(id, "line 2 of import 2 took that back, so nothing counts it: %(was: "
                             "line 2 of import 1 counted it, "));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE note LIKE '%import _,%'"),
                     0);
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(2, 1, 0);
}

/* However much is said of it since. */
static void what_was_put_off_is_found_when_it_is_taken_back(void **state)
{
    char reason[LINE_BYTES_MAX + 1];
    struct item_put_off put_off = {.by = "Bo", .reason = reason};
    int64_t id = queue_add(&queue, "A", "p");
    int i;

    (void)state;
    memset(reason, 'x', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    queue.policy.side_effects = PROBEABLE;
    import_ahead("A", IMPORT_DONE);
    for (i = 0; i < 2; i++) {
        put_off.now_ms = queue.now_ms;
        put_off.until_ms = queue.now_ms + 1000;
        queue_need(&queue, item_defer(queue.store, id, &put_off, &queue.fault));
        assert_true(is_noted(id, "import 1, line 2 counted it, %; put off until "));
    }
    import_ahead("A", IMPORT_UNDONE);
    queue.now_ms += 1000;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_true(queue.leased[0].is_uncertain);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(2, 1, 0);
}

static void what_another_task_counted_stays_so(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    import_ahead("A", IMPORT_DONE);
    rows_begin(&rows, 2);
    rows.done_ago_ms = -2 * month_ms;
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    rows_apply(&rows, "A", IMPORT_UNDONE, 2);
    assert_true(is_noted(id, "import 1, line 2 counted it, so"));
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    expect_sums(2, 1, 0);
}

/* It is not done again: but who looks at it can read that nothing counts it. */
static void what_a_run_did_too_is_told_that_it_was_taken_back(void **state)
{
    int64_t id;

    what_a_run_did_too_is_not_added_again(state);
    id = queue_ask(&queue, "SELECT id FROM item");
    import_ahead("A", IMPORT_UNDONE);
    assert_true(is_noted(id, "line 2 of import 2 took that back, "));
    assert_int_equal(queue_state(&queue, id), ITEM_DONE_BY_HAND);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    expect_sums(1, 1, 0);
}

/* Closed when the windows are known, and not read from the table. */
static void what_a_run_did_meanwhile_is_told_that_it_was_taken_back(void **state)
{
    int64_t id = add_and_lease("A");

    (void)state;
    import_ahead("A", IMPORT_DONE);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    import_ahead("A", IMPORT_UNDONE);
    assert_true(is_noted(id, "line 2 of import 2 took that back, "));
    expect_sums(1, 1, 0);
}

static void what_was_closed_meanwhile_is_told_that_it_was_taken_back(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    import_ahead("A", IMPORT_DONE);
    queue_need(&queue, item_done_by_hand(queue.store, id, "by me", queue.now_ms, &queue.fault));
    assert_true(is_noted(id, "import 1, line 2 counted it, %; by me"));
    import_ahead("A", IMPORT_UNDONE);
    assert_true(is_noted(id, "line 2 of import 2 took that back, "));
    expect_sums(1, 1, 0);
}

static int try_ahead(const char *reference, enum import_outcome outcome)
{
    struct import_row row = {.number = 1,
                             .line = 2,
                             .robot_id = queue.policy.robot_id,
                             .reference = reference,
                             .completed_ms = queue.now_ms + month_ms,
                             .outcome = outcome,
                             .duration_ms = -1};
    int result;

    rows_begin(&rows, 1);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    result = import_apply(queue.store, rows.id, &row, queue.now_ms, &rows.met, &queue.fault);
    queue_need(&queue, store_part_end(queue.store, false, NULL));
    return result;
}

/* It may be what is taken back, or handed over. */
static void what_cannot_be_read_holds_the_row_up(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    import_ahead("B", IMPORT_DONE);
    import_ahead("A", IMPORT_DONE);
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    assert_int_equal(try_ahead("A", IMPORT_UNDONE), -ENOKEY);
    assert_non_null(strstr(queue.fault.text, "drop those items"));
    queue_need(&queue, item_drop(queue.store, id, "erased", queue.now_ms, &queue.fault));
    assert_int_equal(try_ahead("A", IMPORT_UNDONE), 0);
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    (void)queue_add(&queue, "C", "p");
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    import_ahead("B", IMPORT_BUSINESS); /* done there */
    assert_int_equal(try_ahead("C", IMPORT_BUSINESS), -ENOKEY);
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    expect_sums(2, 0, 0);
}

/* ---- dropped */

static void what_was_dropped_is_told_in_its_own_window(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    queue_need(&queue, item_drop(queue.store, id, "not ours", queue.now_ms, &queue.fault));
    queue_start_anew(&queue);
    import_ahead("A", IMPORT_DONE);
    assert_true(is_noted(id, "import 1, line 2 counted it, so something else has done it: only"));
    assert_int_equal(rows.met.waiting + rows.met.leased, 0);
    import_ahead("A", IMPORT_UNDONE);
    assert_true(is_noted(id, "line 2 of import 2 took that back, "));
    assert_int_equal(queue_state(&queue, id), ITEM_DROPPED);
    expect_sums(1, 1, 0);
}

static void what_was_dropped_meanwhile_is_told(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    queue_need(&queue, item_drop(queue.store, id, "not ours", queue.now_ms, &queue.fault));
    import_ahead("A", IMPORT_DONE);
    assert_true(is_noted(id, "import 1, line 2 counted it, so something else has done it: only"));
}

/* Nobody can reopen it; it was added since; or its month was no such work's. */
static void what_was_dropped_for_good_is_not_told(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");
    int64_t since = queue_add(&queue, "B", "p");
    int64_t forgotten = 0;

    (void)state;
    queue_need(&queue, item_drop(queue.store, id, "not ours", queue.now_ms, &queue.fault));
    queue_need(&queue, item_drop(queue.store, since, "not ours", queue.now_ms, &queue.fault));
    rows_begin(&rows, 1);
    rows.done_ago_ms = month_ms;
    rows_apply(&rows, "B", IMPORT_DONE, 1);
    assert_true(is_noted(since, "not ours"));
    queue_need(&queue, item_forget_payloads(queue.store, queue.policy.robot_id, queue.now_ms + 1,
                                            &forgotten, &queue.fault));
    assert_int_equal(forgotten, 2);
    queue_start_anew(&queue);
    import_ahead("A", IMPORT_DONE);
    assert_true(is_noted(id, "not ours"));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_a_run_did_too_is_not_added_again),
        TEST(what_was_counted_in_its_own_window_is_deleted),
        TEST(what_lies_open_is_handed_over_in_its_own_window),
        TEST(what_its_robot_handed_over_is_help_once),
        TEST(what_is_other_work_is_help_of_its_own),
        TEST(what_was_done_there_is_no_help),
        TEST(what_was_counted_is_no_help_in_its_own_window),
        TEST(what_is_taken_back_is_counted_when_its_run_has_done_it),
        TEST(what_is_taken_back_is_counted_after_a_crash),
        TEST(what_waits_is_told_that_it_was_taken_back),
        TEST(what_was_put_off_is_found_when_it_is_taken_back),
        TEST(what_another_task_counted_stays_so),
        TEST(what_a_run_did_too_is_told_that_it_was_taken_back),
        TEST(what_a_run_did_meanwhile_is_told_that_it_was_taken_back),
        TEST(what_was_closed_meanwhile_is_told_that_it_was_taken_back),
        TEST(what_cannot_be_read_holds_the_row_up),
        TEST(what_was_dropped_is_told_in_its_own_window),
        TEST(what_was_dropped_meanwhile_is_told),
        TEST(what_was_dropped_for_good_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
