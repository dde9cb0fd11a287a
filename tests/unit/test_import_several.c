/* Several items with one reference, in the month of an import's row and in others: what the row counts, and what it leaves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

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
    queue_open(&queue, WINDOW_MONTH, IDEMPOTENT);
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

static int64_t add_later(int months)
{
    queue.now_ms += months * month_ms;
    return queue_add(&queue, "A", "p");
}

static void lease(int64_t id)
{
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].id, id);
}

static void hand_over(int64_t id)
{
    lease(id);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
}

static int retry(int64_t id)
{
    return item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault);
}

/* A row of the month that lies so many after now's, in a file of its own. */
static void import_ahead(int months, enum import_outcome outcome)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = -months * month_ms;
    rows_apply(&rows, "A", outcome, 1);
}

static void expect_tasks(int64_t count)
{
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), count);
    queue_commit(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
}

static void expect_met(int64_t waiting, int64_t leased)
{
    assert_int_equal(rows.met.waiting, waiting);
    assert_int_equal(rows.met.leased, leased);
}

/* In two months, each handed over and waiting. */
static void hand_over_in_two(int64_t *ret_first, int64_t *ret_second)
{
    *ret_first = queue_add(&queue, "A", "p");
    hand_over(*ret_first);
    queue_drop(&queue, *ret_first);
    *ret_second = add_later(1);
    hand_over(*ret_second);
    assert_int_equal(retry(*ret_first), ITEM_RETRY_WAITS);
}

/* ---- what is closed in another month */

static void what_was_dropped_there_is_not_told_beside_what_waits_here(void **state)
{
    int64_t dropped = queue_add(&queue, "A", "p");
    int64_t open;

    (void)state;
    queue_drop(&queue, dropped);
    open = add_later(1);
    hand_over(open);
    import_ahead(0, IMPORT_DONE);
    queue_note(&queue, open, "import 1, line 2 counted it, ");
    queue_note(&queue, dropped, "not ours");
    expect_tasks(1);
}

/* It may be retried, for what had counted it was taken back: a task that is another's does not shut it. */
static void what_was_done_by_hand_there_can_be_retried(void **state)
{
    int64_t closed = queue_add(&queue, "A", "p");
    int64_t open;

    (void)state;
    import_ahead(1, IMPORT_DONE);
    queue_done_by_hand(&queue, closed);
    import_ahead(1, IMPORT_UNDONE);
    open = add_later(2);
    hand_over(open);
    import_ahead(0, IMPORT_DONE);
    queue_note(&queue, open, "import 3, line 2 counted it, ");
    assert_true(retry(closed) >= 0);
    expect_tasks(2);
}

/* ---- handovers */

/* Of those in its own month and in another: one task is the end of one. */
static void what_was_handed_over_here_and_there_is_helped_in_one(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    hand_over_in_two(&first, &second);
    import_ahead(0, IMPORT_DONE);
    queue_note(&queue, first, "import 1, line 2 counted it, ");
    queue_note(&queue, second, "import 1, line 2 counted it, ");
    assert_int_equal(queue_sum(&queue, ATTEMPT_HELPED), 2);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), 1);
    expect_tasks(1);
}

/* ---- what the import tells of */

static void each_that_waits_is_told_of(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    hand_over_in_two(&first, &second);
    import_ahead(1, IMPORT_DONE);
    expect_met(2, 0);
}

static void what_waits_and_what_a_run_has_are_told_of(void **state)
{
    int64_t first = queue_add(&queue, "A", "p");
    int64_t second;

    (void)state;
    queue_drop(&queue, first);
    second = add_later(1);
    assert_int_equal(retry(first), ITEM_RETRY_WAITS);
    lease(second);
    import_ahead(1, IMPORT_DONE);
    expect_met(1, 1);
}

/* ---- keys */

/* What is looked for behind an item that was put off undecided may lie where nobody can read: the row is refused before
 * anything is written, whatever has that item in its hands. */
static void what_is_behind_and_cannot_be_read_refuses_the_row(void **state)
{
    int64_t id;

    (void)state;
    queue.policy.side_effects = PROBEABLE;
    hand_over(queue_add(&queue, "B", "p"));
    id = add_later(1);
    lease(id);
    assert_int_equal(queue_result(&queue, id, UNKNOWN), ITEM_TAKEN_WAITING);
    queue_put_off(&queue, id);
    queue.now_ms += 60000;
    lease(id);
    assert_true(queue.leased[0].is_uncertain);
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    rows_begin(&rows, 1);
    rows_expect(&rows, "A", 1, -ENOKEY, "put the key back");
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    expect_tasks(0);
}

/* ---- what nobody decided */

/* A run had it when it was counted and taken back, and gives it back unbegun: somebody was told to look. */
static void what_was_counted_in_hand_and_taken_back_waits(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    lease(id);
    import_ahead(1, IMPORT_DONE);
    import_ahead(1, IMPORT_UNDONE);
    (void)queue_release(&queue, 0);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    queue_note(&queue, id, "somebody was told to look, and it is due undecided; ");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_was_dropped_there_is_not_told_beside_what_waits_here),
        TEST(what_was_done_by_hand_there_can_be_retried),
        TEST(what_was_handed_over_here_and_there_is_helped_in_one),
        TEST(each_that_waits_is_told_of),
        TEST(what_waits_and_what_a_run_has_are_told_of),
        TEST(what_is_behind_and_cannot_be_read_refuses_the_row),
        TEST(what_was_counted_in_hand_and_taken_back_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
