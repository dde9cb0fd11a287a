/* One reference on the queue, and several tasks of imports that may be it: which of them counts it is never lost. */
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

/* A row of the month that lies so many after that of the first item, in a file of its own. */
static void import_in(int months, enum import_outcome outcome)
{
    static const int64_t first_ms = INT64_C(1743501600000); /* queue_home.h */

    rows_begin(&rows, 1);
    rows.done_ago_ms = queue.now_ms - first_ms - months * month_ms;
    rows_apply(&rows, "A", outcome, 1);
}

static void expect_sums(int64_t done, int64_t undone)
{
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), done);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), undone);
    queue_commit(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
}

static int64_t add_and_lease(void)
{
    int64_t id = queue_add(&queue, "A", "p");

    assert_int_equal(queue_lease(&queue, 1), 1);
    return id;
}

static int retry(int64_t id)
{
    return item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault);
}

/* Of one whose reference is open in another month: it waits, and that is not yet to be done. */
static void insist(int64_t id)
{
    assert_int_equal(retry(id), ITEM_RETRY_WAITS);
    assert_int_equal(retry(id), 0);
}

/* Of the month before, dropped, and of now's. */
static void add_two(int64_t *ret_first, int64_t *ret_second)
{
    *ret_first = queue_add(&queue, "A", "p");
    queue_drop(&queue, *ret_first);
    queue.now_ms += month_ms;
    *ret_second = queue_add(&queue, "A", "q");
}

/* ---- a second row */

static void each_of_two_that_are_open_is_counted(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    add_two(&first, &second);
    insist(first);
    import_in(2, IMPORT_DONE);
    import_in(3, IMPORT_DONE);
    queue_note(&queue, first, "import 1, line 2 counted it, ");
    queue_note(&queue, second, "import 2, line 2 counted it, ");
    assert_int_equal(rows.met.waiting, 2);
    assert_int_equal(queue_lease(&queue, 2), 0);
    expect_sums(2, 0);
}

static void what_was_dropped_is_not_told_beside_one_that_is_open(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    add_two(&first, &second);
    import_in(2, IMPORT_DONE);
    import_in(3, IMPORT_DONE);
    queue_note(&queue, first, "not ours");
    queue_note(&queue, second, "import 1, line 2 counted it, ");
}

/* That is the help of the other. */
static void what_is_handed_over_beside_one_that_was_counted_is_help(void **state)
{
    int64_t first;
    int64_t second;
    int i;

    (void)state;
    add_two(&first, &second);
    insist(first);
    import_in(2, IMPORT_DONE);
    for (i = 0; i < 2; i++) {
        import_in(3, IMPORT_BUSINESS);
        assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM handover"), 1);
    }
    import_in(3, IMPORT_DONE);
    import_in(3, IMPORT_BUSINESS);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM handover"), 1);
    queue_note(&queue, second, "import 4, line 2 counted it, ");
}

/* ---- the first is taken back */

static void what_another_row_counts_still_is_a_repeat(void **state)
{
    int64_t id = add_and_lease();

    (void)state;
    import_in(1, IMPORT_DONE);
    import_in(2, IMPORT_DONE);
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id,
               "import 2, line 2 counted it, so something else has done it: %(was: line 2 of "
               "import 3 took this back: line 2 of import 1 counted it, ");
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    expect_sums(2, 1);
    import_in(2, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 4 took that back, so nothing counts it: ");
    expect_sums(2, 2);
}

/* That of its own window is the last to mark it. */
static void what_was_marked_anew_in_its_own_window_is_counted_still(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    import_in(1, IMPORT_DONE);
    import_in(0, IMPORT_DONE);
    queue_note(&queue, id, "import 2, line 2 counted it, ");
    import_in(0, IMPORT_UNDONE);
    queue_note(&queue, id, "import 1, line 2 counted it, ");
    assert_int_equal(queue_lease(&queue, 1), 0);
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 4 took that back, so nothing counts it: ");
    expect_sums(2, 2);
}

static void what_has_its_own_task_is_not_counted_by_that_of_another(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    add_two(&first, &second);
    insist(first);
    import_in(2, IMPORT_DONE);
    import_in(3, IMPORT_DONE);
    queue_drop(&queue, second);
    import_in(2, IMPORT_UNDONE);
    queue_note(&queue, first, "line 2 of import 3 took that back, so nothing counts it: ");
    queue_need(&queue, retry(first));
    assert_int_equal(queue_lease(&queue, 2), 1);
    assert_int_equal(queue_result(&queue, first, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(3, 1);
}

/* Done before it was added; by a date; or taken back itself. */
static void what_is_other_work_does_not_count_it(void **state)
{
    int64_t id = add_and_lease();

    (void)state;
    import_in(-1, IMPORT_DONE);
    import_in(1, IMPORT_DONE);
    rows.business_day = clock_local_day(queue.now_ms + 2 * month_ms);
    import_in(0, IMPORT_DONE);
    rows.business_day = 0;
    import_in(3, IMPORT_DONE);
    import_in(3, IMPORT_UNDONE);
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 6 took that back, so nothing counts it: ");
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(5, 2);
}

/* A date of its own names its window. */
static void what_has_a_date_is_counted_in_its_window_alone(void **state)
{
    struct item_new item = {
        .reference = "A", .payload = "p", .business_day = clock_local_day(queue.now_ms)};
    int64_t id = queue_add_item(&queue, &item);

    (void)state;
    import_in(0, IMPORT_DONE);
    import_in(1, IMPORT_DONE);
    import_in(0, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 3 took that back, so nothing counts it: ");
    expect_sums(2, 1);
}

/* ---- closed, and taken back */

static void what_a_run_did_too_may_be_done_again_when_nothing_counts_it(void **state)
{
    int64_t id = add_and_lease();

    (void)state;
    import_in(1, IMPORT_DONE);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(retry(id), -EINVAL);
    import_in(1, IMPORT_UNDONE);
    assert_int_equal(queue_state(&queue, id), ITEM_DONE_BY_HAND);
    queue_need(&queue, retry(id));
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    queue.now_ms += 2 * month_ms;
    assert_int_equal(queue_add(&queue, "A", "p"), 0); /* its window is known to be open */
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sums(2, 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
}

/* That it was taken back was known then, or it was put off. */
static void what_a_person_has_done_since_stays_so(void **state)
{
    struct item_put_off put_off = {
        .until_ms = queue.now_ms + 1000, .by = "Bo", .reason = "later", .now_ms = queue.now_ms};
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    import_in(1, IMPORT_DONE);
    import_in(1, IMPORT_UNDONE);
    queue_need(&queue, item_defer(queue.store, id, &put_off, &queue.fault));
    queue_need(&queue, item_done_by_hand(queue.store, id, "by me", queue.now_ms, &queue.fault));
    assert_int_equal(retry(id), -EINVAL);
    assert_non_null(strstr(queue.fault.text, "is done by hand"));
    expect_sums(1, 1);
}

/* ---- with a date in the month of the row, and without one in that before */

static void add_dated_beside(int64_t *ret_undated, int64_t *ret_dated)
{
    struct item_new item = {.reference = "A", .payload = "q"};

    *ret_undated = queue_add(&queue, "A", "p");
    queue.now_ms += month_ms;
    item.business_day = clock_local_day(queue.now_ms);
    *ret_dated = queue_add_item(&queue, &item);
    assert_true(*ret_dated > 0);
}

static void what_has_no_date_is_counted_beside_what_has_one(void **state)
{
    int64_t undated;
    int64_t dated;

    (void)state;
    add_dated_beside(&undated, &dated);
    import_in(1, IMPORT_DONE);
    queue_note(&queue, dated, "import 1, line 2 counted it, ");
    queue_note(&queue, undated, "import 1, line 2 counted it, ");
    assert_int_equal(rows.met.waiting, 2);
    assert_int_equal(queue_lease(&queue, 2), 0);
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, dated,
               "line 2 of import 2 took that back, so nothing counts it: done under ");
    queue_note(&queue, undated, "line 2 of import 2 took that back, so nothing counts it: see ");
    expect_sums(1, 1);
}

static void what_runs_have_of_both_is_a_repeat(void **state)
{
    int64_t undated;
    int64_t dated;

    (void)state;
    add_dated_beside(&undated, &dated);
    assert_int_equal(queue_lease(&queue, 2), 2);
    import_in(1, IMPORT_DONE);
    assert_int_equal(rows.met.leased, 2);
    assert_int_equal(queue_result(&queue, dated, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(queue_result(&queue, undated, DONE), ITEM_TAKEN_REPEATED);
    expect_sums(1, 0);
}

/* Of a row with a date too. */
static void what_has_a_date_is_counted_alone_by_a_row_with_one(void **state)
{
    int64_t undated;
    int64_t dated;

    (void)state;
    add_dated_beside(&undated, &dated);
    rows.business_day = clock_local_day(queue.now_ms);
    import_in(1, IMPORT_DONE);
    queue_note(&queue, dated, "import 1, line 2 counted it, ");
    assert_int_equal(queue_state(&queue, undated), ITEM_READY);
    expect_sums(1, 0);
}

/* ---- help, and what is closed in the month of the row */

static int64_t help(void)
{
    return queue_sum(&queue, ATTEMPT_HELPED) - queue_sum(&queue, ATTEMPT_UNHELPED);
}

/* Dropped, or done by hand. */
static void what_is_closed_there_takes_no_help_from_what_is_open(void **state)
{
    int64_t first;
    int64_t second;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        if (i > 0) {
            (void)tear_down(state);
            (void)set_up(state);
        }
        add_two(&first, &second);
        if (i == 0)
            queue_drop(&queue, second);
        else
            queue_done_by_hand(&queue, second);
        queue_need(&queue, retry(first));
        import_in(1, IMPORT_BUSINESS);
        assert_int_equal(help(), 1);
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue_result(&queue, first, BUSINESS), ITEM_TAKEN_WAITING);
        assert_int_equal(help(), 1);
        expect_sums(0, 0);
    }
}

static void what_is_open_there_is_helped_before_another(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    add_two(&first, &second);
    insist(first);
    import_in(1, IMPORT_BUSINESS);
    assert_int_equal(queue_lease(&queue, 2), 2);
    assert_int_equal(queue_result(&queue, second, BUSINESS), ITEM_TAKEN_WAITING);
    assert_int_equal(help(), 1);
    assert_int_equal(queue_result(&queue, first, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(help(), 1);
    expect_sums(1, 0);
}

/* The row is of the work that was counted. */
static void what_is_closed_and_counted_is_no_help_of_what_is_open(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    add_two(&first, &second);
    queue_drop(&queue, second);
    import_in(2, IMPORT_DONE);
    queue_note(&queue, second, "import 1, line 2 counted it, ");
    queue_need(&queue, retry(first));
    import_in(1, IMPORT_BUSINESS);
    assert_int_equal(help(), 0);
    expect_sums(1, 0);
}

/* Its own help is what the row says. */
static void what_was_handed_over_there_is_not_help_of_what_is_open(void **state)
{
    int64_t first;
    int64_t second;

    (void)state;
    add_two(&first, &second);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, second, BUSINESS), ITEM_TAKEN_WAITING);
    queue_drop(&queue, second);
    queue_need(&queue, retry(first));
    import_in(1, IMPORT_BUSINESS);
    assert_int_equal(help(), 1);
    expect_sums(0, 0);
}

/* ---- a key is away */

/* What has a date is known to be open, but need not be what was done. */
static void what_may_be_open_beside_what_has_a_date_holds_the_row_up(void **state)
{
    int64_t undated;
    int64_t dated;

    (void)state;
    add_dated_beside(&undated, &dated);
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    rows_begin(&rows, 1);
    rows_expect(&rows, "A", 1, -ENOKEY, "drop those items");
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    assert_int_equal(queue_state(&queue, dated), ITEM_READY);
    expect_sums(0, 0);
}

/* What was erased on purpose holds up no row for ever. */
static void what_is_closed_and_cannot_be_read_is_not_told(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    queue_drop(&queue, id);
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    import_in(1, IMPORT_DONE);
    queue_note(&queue, id, "not ours");
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    import_in(2, IMPORT_DONE);
    queue_note(&queue, id, "import 2, line 2 counted it, so something else has done it: only");
    expect_sums(2, 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(each_of_two_that_are_open_is_counted),
        TEST(what_was_dropped_is_not_told_beside_one_that_is_open),
        TEST(what_is_handed_over_beside_one_that_was_counted_is_help),
        TEST(what_another_row_counts_still_is_a_repeat),
        TEST(what_was_marked_anew_in_its_own_window_is_counted_still),
        TEST(what_has_its_own_task_is_not_counted_by_that_of_another),
        TEST(what_is_other_work_does_not_count_it),
        TEST(what_has_a_date_is_counted_in_its_window_alone),
        TEST(what_a_run_did_too_may_be_done_again_when_nothing_counts_it),
        TEST(what_a_person_has_done_since_stays_so),
        TEST(what_has_no_date_is_counted_beside_what_has_one),
        TEST(what_runs_have_of_both_is_a_repeat),
        TEST(what_has_a_date_is_counted_alone_by_a_row_with_one),
        TEST(what_is_closed_there_takes_no_help_from_what_is_open),
        TEST(what_is_open_there_is_helped_before_another),
        TEST(what_is_closed_and_counted_is_no_help_of_what_is_open),
        TEST(what_was_handed_over_there_is_not_help_of_what_is_open),
        TEST(what_may_be_open_beside_what_has_a_date_holds_the_row_up),
        TEST(what_is_closed_and_cannot_be_read_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
