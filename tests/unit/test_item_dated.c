/* Whether an item has a business date of its own, when it was added, and what its task is a repeat of then. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/store/import.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

static struct queue queue;
static struct rows_import rows;
static const int64_t minute_ms = 60000;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_DAY, MANUAL);
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

static void end(void)
{
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Found before midnight, and taken in after it. */
static int64_t add_late(const char *reference)
{
    struct item_new item = {.reference = reference, .payload = "p"};

    queue_at_old_year(&queue);
    item.added_ms = queue.now_ms;
    queue_at_new_year(&queue);
    return queue_add_item(&queue, &item);
}

static void import_done(const char *reference, int64_t ago_ms)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = ago_ms;
    rows_apply(&rows, reference, IMPORT_DONE, 1);
}

static void what_is_taken_in_late_was_there_before(void **state)
{
    int64_t id = add_late("A");

    (void)state;
    assert_int_equal(
        queue_ask_with(&queue, "SELECT changed_ms - created_ms FROM item WHERE id = ?1", id, 0),
        20 * minute_ms);
    import_done("A", 0);
    assert_int_equal(rows.met.waiting, 1);
    assert_int_equal(queue_lease(&queue, 1), 0);
    end();
}

/* It was done before it was taken in. */
static void what_is_taken_in_late_may_be_done_by_then(void **state)
{
    (void)state;
    (void)add_late("A");
    import_done("A", 5 * minute_ms);
    assert_int_equal(rows.met.waiting, 1);
    end();
}

static void what_is_taken_in_late_has_no_date(void **state)
{
    (void)state;
    (void)add_late("A");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note"), 0);
    end();
}

static int64_t add_dated(const char *reference, int32_t day)
{
    struct item_new item = {.reference = reference, .payload = "p", .business_day = day};

    return queue_add_item(&queue, &item);
}

/* It is the work of the day that it names: another day's is another task. */
static void a_date_of_that_day_was_given(void **state)
{
    (void)state;
    queue_at_old_year(&queue);
    (void)add_dated("A", clock_local_day(queue.now_ms));
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_at_new_year(&queue);
    import_done("A", 0);
    assert_int_equal(rows.met.leased + rows.met.waiting, 0);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note "
                                       "WHERE note = 'business date 2024-12-31'"),
                     1);
    end();
}

/* Also when the leases are read anew. */
static void a_lease_knows_the_date_after_a_crash(void **state)
{
    int64_t id;

    (void)state;
    queue_at_old_year(&queue);
    id = add_dated("A", clock_local_day(queue.now_ms));
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    queue_at_new_year(&queue);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note "
                                       "WHERE note = 'business date 2024-12-31'"),
                     1);
    end();
}

/* The reference that waits is added again with what has changed, and now with a date, or still without. */
static void what_is_renewed_has_the_date_that_it_gets(void **state)
{
    static const char DATED[] = "SELECT is_dated FROM item WHERE id = ?1 AND state = 0";
    struct item_new item = {.reference = "A", .payload = "second"};
    int64_t id = queue_add(&queue, "A", "first");

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    assert_int_equal(queue_add_item(&queue, &item), id);
    assert_int_equal(queue_ask_with(&queue, DATED, id, 0), 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    item.payload = "third";
    item.business_day = clock_local_day(queue.now_ms);
    assert_int_equal(queue_add_item(&queue, &item), id);
    assert_int_equal(queue_ask_with(&queue, DATED, id, 0), 1);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    item.payload = "fourth";
    item.business_day = 0;
    assert_int_equal(queue_add_item(&queue, &item), id);
    assert_int_equal(queue_ask_with(&queue, DATED, id, 0), 1);
    end();
}

/* As a program of version 2 left them: one of the day it was added on has no date, and one of another has. */
static void what_was_not_written_down_is_guessed(void **state)
{
    (void)state;
    queue_at_old_year(&queue);
    (void)queue_add(&queue, "A", "p");
    (void)add_dated("B", clock_local_day(queue.now_ms) - 1);
    queue_commit(&queue);
    temp_home_plant(queue.home, "UPDATE item SET is_dated = NULL");
    queue_begin(&queue);
    queue_at_new_year(&queue);
    import_done("A", 0);
    assert_int_equal(rows.met.waiting, 1);
    import_done("B", 0);
    assert_int_equal(rows.met.waiting, 1);
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note "
                                       "WHERE note = 'business date 2024-12-30'"),
                     1);
    end();
}

/* Read at each import: by an index, and not through all that was ever noted. */
static void what_was_counted_ahead_is_found_by_its_index(void **state)
{
    (void)state;
    assert_int_equal(
        queue_ask(&queue,
                  "SELECT count(*) FROM (SELECT 1 FROM attempt_note INDEXED BY attempt_note_ahead "
                  "WHERE note >= 'clock ahead, ' AND note < 'clock ahead-')"),
        0);
    end();
}

static void go_ms(int64_t ms)
{
    queue.now_ms += ms;
    clock_pretend(queue.now_ms);
}

/* It lies open when that is set right, is done then by somebody else, and its row comes on a later day. */
static void what_a_clock_ahead_took_in_was_added_by_then(void **state)
{
    static const int64_t day_ms = INT64_C(86400000);
    int64_t delayed = 0;
    int64_t id;

    (void)state;
    go_ms(10 * day_ms);
    queue_run(&queue);
    id = queue_add(&queue, "A", "p");
    (void)add_dated("B", clock_local_day(queue.now_ms));
    go_ms(-10 * day_ms);
    queue_need(&queue,
               item_right_clock(queue.store, queue.now_ms, 10 * day_ms, &delayed, &queue.fault));
    go_ms(12 * day_ms);
    import_done("A", 12 * day_ms - minute_ms);
    assert_int_equal(rows.met.waiting, 1);
    assert_int_equal(queue_ask_with(&queue, "SELECT state FROM item WHERE id = ?1", id, 0), 3);
    import_done("B", 12 * day_ms - minute_ms);
    assert_int_equal(rows.met.waiting, 1); /* the work of the day that it names */
    end();
}

/* What a person closes then is closed for the day on which it was added, as what was closed ahead. */
static void what_was_added_ahead_and_closed_is_not_new(void **state)
{
    static const int64_t day_ms = INT64_C(86400000);
    int64_t delayed = 0;
    int64_t id;

    (void)state;
    go_ms(day_ms);
    id = queue_add(&queue, "A", "p");
    go_ms(-day_ms);
    queue_need(&queue, item_right_clock(queue.store, queue.now_ms, day_ms, &delayed, &queue.fault));
    queue_need(&queue, item_done_by_hand(queue.store, id, "x", queue.now_ms, &queue.fault));
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
    end();
}

/* The day has come to which the clock had put it, though not yet the hour. */
static void what_was_added_ahead_of_the_hour_is_known_too(void **state)
{
    int64_t delayed = 0;

    (void)state;
    queue_at_new_year(&queue);
    go_ms(60 * minute_ms); /* it is 23:10 */
    (void)queue_add(&queue, "A", "p");
    queue_at_new_year(&queue);
    queue_need(&queue, item_right_clock(queue.store, queue.now_ms, 120 * minute_ms, &delayed,
                                        &queue.fault));
    go_ms(600 * minute_ms);
    import_done("A", 630 * minute_ms);
    assert_int_equal(rows.met.waiting, 1);
    end();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_is_taken_in_late_was_there_before),
        TEST(what_is_taken_in_late_may_be_done_by_then),
        TEST(what_is_taken_in_late_has_no_date),
        TEST(a_date_of_that_day_was_given),
        TEST(a_lease_knows_the_date_after_a_crash),
        TEST(what_is_renewed_has_the_date_that_it_gets),
        TEST(what_was_not_written_down_is_guessed),
        TEST(what_a_clock_ahead_took_in_was_added_by_then),
        TEST(what_was_added_ahead_and_closed_is_not_new),
        TEST(what_was_added_ahead_of_the_hour_is_known_too),
        TEST(what_was_counted_ahead_is_found_by_its_index),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
