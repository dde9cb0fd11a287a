/* The queue where one window ends and the next begins. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

static int open_window(void **state, enum robot_window window)
{
    (void)state;
    queue_open(&queue, window, MANUAL);
    queue_at_old_year(&queue);
    queue_begin(&queue);
    return 0;
}

static int open_day(void **state)
{
    return open_window(state, WINDOW_DAY);
}

static int open_month(void **state)
{
    return open_window(state, WINDOW_MONTH);
}

static int open_year(void **state)
{
    return open_window(state, WINDOW_YEAR);
}

static int open_ever(void **state)
{
    return open_window(state, WINDOW_EVER);
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* What is known in memory and what the tables say must come to the same. */
static void read_anew(void)
{
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
}

static int64_t add_dated(const char *reference, int32_t day)
{
    struct item_new item = {.reference = reference, .payload = "p", .business_day = day};

    return queue_add_item(&queue, &item);
}

/* One item in each state that is open: A ready, B leased, C deferred, D waits with a note, E
 * waits because its run died while it was begun. Gives D's number. */
static int64_t open_all(void)
{
    int64_t waiting = 0;

    assert_true(queue_add(&queue, "E", "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_FIRST), 1);
    queue_need(&queue,
               run_end(queue.store, queue.run_id, RUN_LOST, "x", queue.now_ms, &queue.fault));
    queue_run(&queue);
    assert_true(queue_add(&queue, "C", "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, TRANSIENT), ITEM_TAKEN_RETRY);
    waiting = queue_add(&queue, "D", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, BUSINESS), ITEM_TAKEN_WAITING);
    assert_true(queue_add(&queue, "B", "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_true(queue_add(&queue, "A", "p") > 0);
    return waiting;
}

static void expect_held(const char *payload)
{
    assert_int_equal(queue_add(&queue, "A", payload), 0);
    assert_int_equal(queue_add(&queue, "B", payload), 0);
    assert_int_equal(queue_add(&queue, "C", payload), 0);
    assert_int_equal(queue_add(&queue, "E", payload), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 5);
}

static void what_is_open_stays_the_same_item(void **state)
{
    int64_t waiting = open_all();

    (void)state;
    queue_at_new_year(&queue);
    expect_held("p");
    assert_int_equal(queue_add(&queue, "D", "p"), 0);
    read_anew();
    expect_held("changed");
    assert_int_equal(queue_add(&queue, "D", "p"), 0);
    /* Changed after `business`: begun anew, and still of its own date. */
    assert_int_equal(queue_add(&queue, "D", "changed"), waiting);
    assert_int_equal(queue_add(&queue, "D", "changed again"), 0);
    assert_int_equal(queue_ask_with(&queue,
                                    "SELECT business_day FROM item WHERE id = ?1 AND state = 0",
                                    waiting, 0),
                     clock_day(2024, 12, 31));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 5);
    assert_int_equal(queue_ask(&queue, "SELECT count(DISTINCT window) FROM item"), 1);
    read_anew();
    assert_int_equal(queue_lease(&queue, 9), 3); /* A, C, D open with their window's key */
    queue_commit(&queue);
    queue_verify(&queue);
}

/* As it was found: a payment was made twice and counted twice. */
static void a_waiting_payment_is_made_once(void **state)
{
    int64_t id = queue_add(&queue, "pay-1", "p");

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_ANY), 1);
    queue_need(&queue,
               run_end(queue.store, queue.run_id, RUN_LOST, "x", queue.now_ms, &queue.fault));
    queue_run(&queue);
    queue_commit(&queue);
    queue_at_new_year(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "pay-1", "p"), 0);
    assert_int_equal(queue_lease(&queue, 9), 0);
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    assert_int_equal(queue_add(&queue, "pay-1", "p"), 0);
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* A case that is worked on in each window. */
static void what_is_closed_recurs(void **state)
{
    int64_t by_hand = queue_add(&queue, "by hand", "p");
    int64_t dropped = queue_add(&queue, "dropped", "p");
    int64_t done = queue_add(&queue, "done", "p");

    (void)state;
    queue_need(&queue, item_done_by_hand(queue.store, by_hand, "x", queue.now_ms, &queue.fault));
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_add(&queue, "by hand", "p"), 0);
    assert_int_equal(queue_add(&queue, "dropped", "p"), 0);
    assert_int_equal(queue_add(&queue, "done", "p"), 0);
    queue_at_new_year(&queue);
    assert_true(queue_add(&queue, "by hand", "p") > done);
    assert_true(queue_add(&queue, "dropped", "p") > done);
    assert_true(queue_add(&queue, "done", "p") > done);
    assert_int_equal(queue_lease(&queue, 9), 3);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Its window is the one it was added in, whenever it was closed: collect() that still lists it adds it anew. */
static void what_was_open_over_new_year_and_is_closed_recurs(void **state)
{
    int64_t by_hand = queue_add(&queue, "by hand", "p");
    int64_t dropped = queue_add(&queue, "dropped", "p");
    int64_t done = queue_add(&queue, "done", "p");

    (void)state;
    queue_at_new_year(&queue);
    assert_int_equal(queue_add(&queue, "by hand", "p"), 0);
    assert_int_equal(queue_add(&queue, "dropped", "p"), 0);
    assert_int_equal(queue_add(&queue, "done", "p"), 0);
    queue_need(&queue, item_done_by_hand(queue.store, by_hand, "x", queue.now_ms, &queue.fault));
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_COUNTED);
    assert_true(queue_add(&queue, "by hand", "p") > done);
    assert_true(queue_add(&queue, "dropped", "p") > done);
    assert_true(queue_add(&queue, "done", "p") > done);
    assert_int_equal(queue_add(&queue, "by hand", "p"), 0);
    assert_int_equal(queue_lease(&queue, 9), 3);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void a_dropped_item_that_is_open_again_holds(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    queue_need(&queue, item_drop(queue.store, id, "x", queue.now_ms, &queue.fault));
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    queue_at_new_year(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    queue_need(&queue, item_drop(queue.store, id, "x", queue.now_ms, &queue.fault));
    queue_at_old_year(&queue);
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    queue_at_new_year(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    queue_need(&queue, item_drop(queue.store, id, "x", queue.now_ms, &queue.fault));
    assert_true(queue_add(&queue, "A", "p") > id);
}

/* The clock stood ahead over the turn of the year, and was set right. */
static void what_was_closed_ahead_is_not_done_again(void **state)
{
    struct item_new undated = {.reference = "done", .payload = "p"};
    int64_t done;
    int64_t dropped;

    (void)state;
    queue_at_new_year(&queue);
    done = queue_add(&queue, "done", "p");
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_COUNTED);
    queue_need(&queue, item_done_by_hand(queue.store, queue_add(&queue, "by hand", "p"), "x",
                                         queue.now_ms, &queue.fault));
    dropped = queue_add(&queue, "dropped", "p");
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    queue_at_old_year(&queue);
    read_anew();
    assert_int_equal(queue_add_item(&queue, &undated), 0);
    assert_int_equal(queue_add(&queue, "by hand", "changed"), 0);
    assert_int_equal(queue_add(&queue, "dropped", "p"), 0);
    assert_int_equal(queue_add(&queue, "dropped", "changed"), 0); /* it stays so */
    assert_true(queue_add(&queue, "other", "p") > dropped);
    undated.business_day = clock_local_day(queue.now_ms); /* and now it has a date */
    assert_true(queue_add_item(&queue, &undated) > dropped);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    assert_int_equal(queue_lease(&queue, 9), 2);
    queue_need(&queue, item_retry(queue.store, dropped, "Bo", NULL, queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_string_equal(queue.leased[0].payload, "p"); /* as it was dropped */
    queue_commit(&queue);
    queue_verify(&queue);
}

/* No clock stood ahead: what was closed under a date that lies ahead says nothing of work without one. */
static void what_was_closed_under_a_date_ahead_is_other_work(void **state)
{
    struct item_new dated = {.reference = "dropped", .payload = "p"};
    int64_t last;

    (void)state;
    queue_at_new_year(&queue);
    dated.business_day = clock_local_day(queue.now_ms);
    queue_at_old_year(&queue);
    last = queue_add_item(&queue, &dated);
    queue_need(&queue, item_drop(queue.store, last, "x", queue.now_ms, &queue.fault));
    dated.reference = "by hand";
    last = queue_add_item(&queue, &dated);
    queue_need(&queue, item_done_by_hand(queue.store, last, "x", queue.now_ms, &queue.fault));
    assert_true(queue_add(&queue, "dropped", "p") > last);
    assert_true(queue_add(&queue, "by hand", "p") > last);
    assert_int_equal(queue_add_item(&queue, &dated), 0); /* and under that date it stays closed */
    assert_int_equal(queue_lease(&queue, 9), 2);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* A date says which window the work belongs to. */
static void a_date_makes_it_other_work(void **state)
{
    int64_t old = queue_add(&queue, "A", "p");
    int64_t dated;

    (void)state;
    queue_at_new_year(&queue);
    assert_int_equal(add_dated("A", clock_day(2024, 12, 31)), 0);
    dated = add_dated("A", clock_day(2025, 1, 1));
    assert_true(dated > old);
    assert_int_equal(add_dated("A", clock_day(2025, 1, 1)), 0);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_lease(&queue, 9), 2);
    assert_int_equal(queue_result(&queue, old, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_result(&queue, dated, DONE), ITEM_TAKEN_COUNTED);
    /* One that was dated ahead holds back what has no date. */
    assert_true(add_dated("B", clock_day(2026, 1, 1)) > 0);
    assert_int_equal(queue_add(&queue, "B", "p"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void another_robots_item_holds_nothing(void **state)
{
    int64_t first = queue.policy.robot_id;

    (void)state;
    assert_true(queue_add(&queue, "A", "p") > 0);
    queue_commit(&queue);
    queue.policy.robot_id = queue_robot(&queue, "other", queue.policy.window);
    queue_begin(&queue);
    queue_at_new_year(&queue);
    assert_true(queue_add(&queue, "A", "p") > 0);
    queue.policy.robot_id = first;
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
}

/* What was undone is not remembered as open. */
static void what_was_undone_holds_nothing(void **state)
{
    (void)state;
    queue_commit(&queue);
    queue_begin(&queue);
    assert_true(queue_add(&queue, "A", "p") > 0);
    store_rollback(queue.store);
    queue_begin(&queue);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_true(queue_add(&queue, "A", "p") > 0);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    queue_at_new_year(&queue);
    assert_true(queue_add(&queue, "A", "p") > 0);
    assert_int_equal(queue_ask(&queue, "SELECT business_day FROM item"), clock_day(2025, 1, 1));
}

/* Taken in when its window is past: what was done, or closed, in now's is no work of a clock that stood ahead. */
static void what_is_taken_in_late_is_its_own_windows(void **state)
{
    struct item_new late = {.reference = "A", .payload = "p", .added_ms = queue.now_ms};
    int64_t dropped;

    (void)state;
    queue_at_new_year(&queue);
    assert_true(add_dated("A", clock_day(2025, 1, 1)) > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    dropped = queue_add(&queue, "B", "p");
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    assert_true(queue_add_item(&queue, &late) > 0);
    late.reference = "B";
    assert_true(queue_add_item(&queue, &late) > 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 0"), 2);
}

/* Windows of which nothing is open are not looked into, and others, many, all are. */
static void many_windows(void **state)
{
    char reference[32];
    int32_t day;

    (void)state;
    for (day = 0; day < 100; day++) {
        (void)snprintf(reference, sizeof reference, "R %d", (int)(day * 37 % 100));
        assert_true(add_dated(reference, clock_day(2024, 1, 1) + day * 37 % 100) > 0);
    }
    for (day = 0; day < 100; day++) {
        (void)snprintf(reference, sizeof reference, "R %d", (int)day);
        assert_int_equal(queue_add(&queue, reference, "p"), 0);
    }
    assert_int_equal(queue_lease(&queue, 50), 50);
    for (day = 0; day < 50; day++)
        assert_int_equal(queue_result(&queue, queue.leased[day].id, DONE), ITEM_TAKEN_COUNTED);
    for (day = 0; day < 50; day++)
        assert_true(queue_add(&queue, queue.leased[day].reference, "p") > 0);
    assert_int_equal(queue_lease(&queue, 100), 100);
    for (day = 0; day < 100; day++)
        assert_int_equal(queue_add(&queue, queue.leased[day].reference, "p"), 0);
}

int main(void)
{
#define EACH(function, open) cmocka_unit_test_setup_teardown(function, open, tear_down)
    static const struct CMUnitTest tests[] = {
        EACH(what_is_open_stays_the_same_item, open_day),
        EACH(what_is_open_stays_the_same_item, open_month),
        EACH(what_is_open_stays_the_same_item, open_year),
        EACH(what_is_open_stays_the_same_item, open_ever),
        EACH(a_waiting_payment_is_made_once, open_day),
        EACH(a_waiting_payment_is_made_once, open_month),
        EACH(a_waiting_payment_is_made_once, open_year),
        EACH(a_waiting_payment_is_made_once, open_ever),
        EACH(what_is_closed_recurs, open_day),
        EACH(what_is_closed_recurs, open_month),
        EACH(what_is_closed_recurs, open_year),
        EACH(what_was_closed_ahead_is_not_done_again, open_day),
        EACH(what_was_closed_ahead_is_not_done_again, open_month),
        EACH(what_was_closed_ahead_is_not_done_again, open_year),
        EACH(what_was_closed_under_a_date_ahead_is_other_work, open_day),
        EACH(what_was_closed_under_a_date_ahead_is_other_work, open_year),
        EACH(what_was_open_over_new_year_and_is_closed_recurs, open_month),
        EACH(a_dropped_item_that_is_open_again_holds, open_month),
        EACH(a_date_makes_it_other_work, open_day),
        EACH(a_date_makes_it_other_work, open_month),
        EACH(a_date_makes_it_other_work, open_year),
        EACH(another_robots_item_holds_nothing, open_year),
        EACH(what_was_undone_holds_nothing, open_year),
        EACH(what_is_taken_in_late_is_its_own_windows, open_day),
        EACH(what_is_taken_in_late_is_its_own_windows, open_year),
        EACH(many_windows, open_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
