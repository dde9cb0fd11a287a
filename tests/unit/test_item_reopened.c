/* What was dropped, and its reference was counted or is open in another window since: a person is told before it is done. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
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

static int retry(int64_t id)
{
    return item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault);
}

static int64_t add_and_drop(void)
{
    int64_t id = queue_add(&queue, "A", "p");

    queue_drop(&queue, id);
    queue.now_ms += 1000;
    return id;
}

static void do_one(int64_t id)
{
    assert_int_equal(queue_lease(&queue, 2), 1);
    assert_int_equal(queue.leased[0].id, id);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    queue.now_ms += 1000;
}

/* A month later, where its reference is another's. */
static int64_t add_later(void)
{
    queue.now_ms += month_ms;
    return queue_add(&queue, "A", "q");
}

/* It waits, and nothing but a person has it done. */
static void expect_told(int64_t id, const char *begins)
{
    assert_int_equal(retry(id), ITEM_RETRY_WAITS);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    queue_note(&queue, id, begins);
}

static void expect_tasks(int64_t count)
{
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), count);
    queue_commit(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
}

/* ---- counted since */

static void what_a_run_has_counted_since_waits(void **state)
{
    int64_t id = add_and_drop();

    (void)state;
    do_one(add_later());
    expect_told(id,
                "run 1, attempt 1 counted it, or work that recurs under its reference, since it "
                "was closed: drop it, or retry it when it is to be done once more (was: to be "
                "tried again by order of Bo; was dropped after 0 tries: not ours)");
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue_need(&queue, retry(id));
    do_one(id);
    expect_tasks(2);
}

/* As what an import has counted: to put it off decides nothing, whatever the robot's class. */
static void what_is_put_off_then_is_not_done(void **state)
{
    int64_t id = add_and_drop();

    (void)state;
    do_one(add_later());
    expect_told(id, "run 1, attempt 1 counted it, ");
    queue_put_off(&queue, id);
    queue.now_ms += 60000;
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    assert_int_equal(queue_add(&queue, "A", "another payload"), 0);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    queue_start_anew(&queue);
    assert_int_equal(queue_lease(&queue, 1), 0);
    expect_tasks(1);
}

/* Nobody said that it was done: a plugin that is asked does it, or a person has it, and that counts. */
static void what_is_put_off_then_and_asked_about_counts(void **state)
{
    static const int outcomes[] = {DONE, BUSINESS};
    int i;

    for (i = 0; i < 2; i++) {
        int64_t id;

        if (i > 0) {
            (void)tear_down(state);
            (void)set_up(state);
        }
        queue.policy.side_effects = PROBEABLE;
        id = add_and_drop();
        do_one(add_later());
        expect_told(id, "run 1, attempt 1 counted it, ");
        queue_put_off(&queue, id);
        queue.now_ms += 60000;
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_true(queue.leased[0].is_uncertain);
        assert_int_equal(queue_result(&queue, id, outcomes[i]),
                         i == 0 ? ITEM_TAKEN_COUNTED : ITEM_TAKEN_WAITING);
        assert_int_equal(queue_sum(&queue, ATTEMPT_HELPED), i);
        expect_tasks(2 - i);
    }
}

/* Of what was done since; what was done before that somebody was told of. */
static void what_was_dropped_again_is_told_again(void **state)
{
    int64_t id = add_and_drop();

    (void)state;
    do_one(add_later());
    expect_told(id, "run 1, attempt 1 counted it, ");
    queue_drop(&queue, id);
    do_one(add_later());
    expect_told(id, "run 1, attempt 2 counted it, ");
    queue_drop(&queue, id);
    queue.now_ms += 1000;
    assert_int_equal(retry(id), 0);
    do_one(id);
    expect_tasks(3);
}

/* In an earlier window than its own too: what was dropped there was reopened. */
static void what_was_counted_in_an_earlier_month_waits(void **state)
{
    int64_t first = add_and_drop();
    int64_t second = add_later();

    (void)state;
    queue_drop(&queue, second);
    queue.now_ms += 1000;
    assert_int_equal(retry(first), 0);
    do_one(first);
    expect_told(second, "run 1, attempt 1 counted it, ");
    expect_tasks(1);
}

/* Its month was another's work before. */
static void what_was_counted_before_it_was_closed_is_other_work(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    do_one(id);
    queue.now_ms += month_ms;
    id = add_and_drop();
    assert_int_equal(retry(id), 0);
    do_one(id);
    expect_tasks(2);
}

static void what_has_a_business_date_is_of_its_month_alone(void **state)
{
    struct item_new dated = {
        .reference = "A", .payload = "p", .business_day = clock_local_day(queue.now_ms)};
    int64_t id = queue_add_item(&queue, &dated);

    (void)state;
    queue_drop(&queue, id);
    do_one(add_later());
    assert_int_equal(retry(id), 0);
    do_one(id);
    expect_tasks(2);
}

static void what_was_taken_back_does_not_count_it(void **state)
{
    int64_t id = add_and_drop();

    (void)state;
    do_one(add_later());
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", IMPORT_UNDONE, 1);
    assert_int_equal(retry(id), 0);
    do_one(id);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), 1);
    expect_tasks(2);
}

/* ---- open */

static void what_is_open_in_another_month_is_told_of(void **state)
{
    int64_t id = add_and_drop();
    int64_t open = add_later();

    (void)state;
    expect_told(id, "item 2 is open and has its reference, so it may be the same work: drop it, or "
                    "retry it when it is to be done once more (was: ");
    do_one(open);
    queue_need(&queue, retry(id));
    do_one(id);
    expect_tasks(2);
}

static void what_waits_in_another_month_is_told_of(void **state)
{
    int64_t id = add_and_drop();
    int64_t open = add_later();

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, open, BUSINESS), ITEM_TAKEN_WAITING);
    expect_told(id, "item 2 is open and has its reference, ");
}

/* ---- beside an import */

/* It marks what it counts, as if nobody had been told of the run. */
static void what_an_import_counts_then_is_marked_by_it(void **state)
{
    static const enum item_state states[] = {ITEM_WAITING, ITEM_DROPPED};
    int64_t id;
    size_t i;

    for (i = 0; i < sizeof states / sizeof states[0]; i++) {
        (void)tear_down(state);
        (void)set_up(state);
        id = add_and_drop();
        do_one(add_later());
        expect_told(id, "run 1, attempt 1 counted it, ");
        if (states[i] == ITEM_DROPPED)
            queue_drop(&queue, id);
        rows_begin(&rows, 1);
        rows.done_ago_ms = -month_ms;
        rows_apply(&rows, "A", IMPORT_DONE, 1);
        queue_note(&queue, id, "import 1, line 2 counted it, so something else has done it: ");
        assert_int_equal(queue_state(&queue, id), states[i]);
        rows_begin(&rows, 1);
        rows_apply(&rows, "A", IMPORT_UNDONE, 1);
        queue_note(&queue, id, "line 2 of import 2 took that back, so nothing counts it: ");
        expect_tasks(2);
    }
}

/* Nobody was told of what was dropped, for the other was open: now its import is found. */
static void what_an_import_counted_beside_it_waits(void **state)
{
    int64_t id = add_and_drop();
    int64_t open = add_later();

    (void)state;
    rows_begin(&rows, 1);
    rows.done_ago_ms = -2 * month_ms;
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    queue_note(&queue, id, "not ours");
    queue_note(&queue, open, "import 1, line 2 counted it, ");
    expect_told(id, "item 2 is open and has its reference, ");
}

/* ---- counted while it waits, beside one that is ready */

/* A row of the month that lies so many after now's. */
static void import_ahead(int months, enum import_outcome outcome)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = -months * month_ms;
    rows_apply(&rows, "A", outcome, 1);
}

/* Both are marked, and the run has neither. */
static void expect_both(int64_t first, int64_t second, const char *begins)
{
    queue_note(&queue, first, begins);
    queue_note(&queue, second, begins);
    assert_int_equal(queue_lease(&queue, 2), 0);
}

/* What waits may not be the work at all: else the other is done and counted too. */
static void what_waits_hides_nothing_that_is_ready(void **state)
{
    int64_t id = add_and_drop();
    int64_t open = add_later();

    (void)state;
    expect_told(id, "item 2 is open and has its reference, ");
    import_ahead(1, IMPORT_DONE);
    expect_both(id, open, "import 1, line 2 counted it, so something else has done it: ");
    import_ahead(1, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 2 took that back, so nothing counts it: ");
    queue_note(&queue, open, "line 2 of import 2 took that back, so nothing counts it: ");
    expect_tasks(1);
}

/* In the month of the row too. */
static void what_waits_there_hides_nothing_that_is_ready(void **state)
{
    int64_t open = add_and_drop();
    int64_t id = add_later();

    (void)state;
    queue_drop(&queue, id);
    queue_need(&queue, retry(open));
    expect_told(id, "item 1 is open and has its reference, ");
    import_ahead(0, IMPORT_DONE);
    expect_both(open, id, "import 1, line 2 counted it, so something else has done it: ");
    expect_tasks(1);
}

/* One task is the end of one handover. */
static void what_was_handed_over_in_both_is_helped_in_one(void **state)
{
    int64_t first = queue_add(&queue, "A", "p");
    int64_t second;

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, first, BUSINESS), ITEM_TAKEN_WAITING);
    queue_drop(&queue, first);
    second = add_later();
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, second, BUSINESS), ITEM_TAKEN_WAITING);
    expect_told(first, "item 2 is open and has its reference, ");
    import_ahead(1, IMPORT_DONE);
    expect_both(first, second, "import 1, line 2 counted it, so something else has done it: ");
    assert_int_equal(queue_sum(&queue, ATTEMPT_HELPED), 2);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), 1);
    expect_tasks(1);
    import_ahead(1, IMPORT_UNDONE);
    expect_tasks(1);
}

/* Of two tasks and two items that are open each counts one, whichever is marked first. */
static void what_was_counted_there_hides_nothing_that_is_ready(void **state)
{
    int64_t id = add_and_drop();
    int64_t open = add_later();

    (void)state;
    import_ahead(1, IMPORT_DONE);
    queue_note(&queue, open, "import 1, line 2 counted it, ");
    assert_int_equal(retry(id), ITEM_RETRY_WAITS);
    queue_need(&queue, retry(id));
    import_ahead(0, IMPORT_DONE);
    expect_both(id, open, "import 2, line 2 counted it, ");
    import_ahead(0, IMPORT_UNDONE);
    expect_tasks(2);
}

/* ---- a key is away */

static void what_cannot_be_told_waits(void **state)
{
    int64_t id = add_and_drop();

    (void)state;
    do_one(add_later());
    queue_move_key(&queue, "keys/franco/2025-05", "aside");
    expect_told(id,
                "a task of 2025-05, whose key is away, may have counted it since it was closed: "
                "drop it, or retry it when it is to be done once more (was: ");
    queue_need(&queue, retry(id));
    assert_int_equal(queue_lease(&queue, 1), 1);
}

/* Nothing was done in it since: the keys of months that are past are erased in time. */
static void what_was_done_before_is_not_asked_for_its_key(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    do_one(id);
    queue.now_ms += month_ms;
    id = add_and_drop();
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    assert_int_equal(retry(id), 0);
}

static void what_cannot_be_read_is_not_tried_again(void **state)
{
    int64_t id = add_and_drop();

    (void)state;
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    assert_int_equal(retry(id), -ENOKEY);
    assert_non_null(strstr(queue.fault.text, "nobody can see whether it was done since"));
    assert_int_equal(queue_state(&queue, id), ITEM_DROPPED);
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    assert_int_equal(retry(id), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_a_run_has_counted_since_waits),
        TEST(what_is_put_off_then_is_not_done),
        TEST(what_is_put_off_then_and_asked_about_counts),
        TEST(what_was_dropped_again_is_told_again),
        TEST(what_was_counted_in_an_earlier_month_waits),
        TEST(what_was_counted_before_it_was_closed_is_other_work),
        TEST(what_has_a_business_date_is_of_its_month_alone),
        TEST(what_was_taken_back_does_not_count_it),
        TEST(what_is_open_in_another_month_is_told_of),
        TEST(what_waits_in_another_month_is_told_of),
        TEST(what_an_import_counts_then_is_marked_by_it),
        TEST(what_an_import_counted_beside_it_waits),
        TEST(what_waits_hides_nothing_that_is_ready),
        TEST(what_waits_there_hides_nothing_that_is_ready),
        TEST(what_was_handed_over_in_both_is_helped_in_one),
        TEST(what_was_counted_there_hides_nothing_that_is_ready),
        TEST(what_cannot_be_told_waits),
        TEST(what_was_done_before_is_not_asked_for_its_key),
        TEST(what_cannot_be_read_is_not_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
