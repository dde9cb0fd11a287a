/* The queue where one window ends and the next begins. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

/* 31 December 2024, 23:50, and twenty minutes later: the end of a day, a month and a year. */
static void go_to_old_year(void)
{
    queue.now_ms = INT64_C(1735685400000);
    clock_pretend(queue.now_ms);
    assert_int_equal(clock_local_day(queue.now_ms), clock_day(2024, 12, 31));
}

static void go_to_new_year(void)
{
    queue.now_ms = INT64_C(1735686600000);
    clock_pretend(queue.now_ms);
    assert_int_equal(clock_local_day(queue.now_ms), clock_day(2025, 1, 1));
}

static int open_window(void **state, enum robot_window window)
{
    (void)state;
    queue_open(&queue, window, MANUAL);
    go_to_old_year();
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
    go_to_new_year();
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
    go_to_new_year();
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
    go_to_new_year();
    assert_true(queue_add(&queue, "by hand", "p") > done);
    assert_true(queue_add(&queue, "dropped", "p") > done);
    assert_true(queue_add(&queue, "done", "p") > done);
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
    go_to_new_year();
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    queue_need(&queue, item_drop(queue.store, id, "x", queue.now_ms, &queue.fault));
    go_to_old_year();
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    go_to_new_year();
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
    go_to_new_year();
    done = queue_add(&queue, "done", "p");
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_COUNTED);
    queue_need(&queue, item_done_by_hand(queue.store, queue_add(&queue, "by hand", "p"), "x",
                                         queue.now_ms, &queue.fault));
    dropped = queue_add(&queue, "dropped", "p");
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    go_to_old_year();
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
    assert_string_equal(queue.leased[0].payload, "changed"); /* kept in its own window */
    queue_commit(&queue);
    queue_verify(&queue);
}

static void move_key(const char *from, const char *to)
{
    char here[128];
    char there[128];

    (void)snprintf(here, sizeof here, "%s/%s", queue.home, from);
    (void)snprintf(there, sizeof there, "%s/%s", queue.home, to);
    assert_int_equal(rename(here, there), 0);
}

static void expect_refused(const char *reference, const char *why)
{
    struct item_new item = {.reference = reference, .payload = "p"};
    int64_t id = 0;

    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_int_equal(item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault),
                     -ENOKEY);
    queue_need(&queue, store_part_end(queue.store, false, NULL));
    assert_int_equal(id, 0);
    assert_non_null(strstr(queue.fault.text, why));
}

/* A key that is put aside for a moment: nobody can tell what was done there. */
static void what_was_done_ahead_is_refused_without_its_key(void **state)
{
    int64_t done;
    struct item_new dated = {.reference = "A", .payload = "p"};

    (void)state;
    go_to_new_year();
    done = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    move_key("keys/franco/2025", "aside");
    queue_begin(&queue);
    go_to_old_year();
    expect_refused("A", "which lies after now's");
    dated.business_day = clock_local_day(queue.now_ms); /* other work */
    assert_true(queue_add_item(&queue, &dated) > done);
    queue_commit(&queue);
    move_key("aside", "keys/franco/2025");
    queue_begin(&queue);
    assert_true(queue_add(&queue, "B", "p") > done);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Of a window ahead in which nothing was done nothing is asked. */
static void an_empty_window_ahead_holds_nothing(void **state)
{
    int64_t id;

    (void)state;
    queue_key(&queue, queue.policy.robot_id, WINDOW_YEAR, 2025);
    queue_commit(&queue);
    move_key("keys/franco/2025", "aside");
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    assert_true(id > 0);
}

/* A date says which window the work belongs to. */
static void a_date_makes_it_other_work(void **state)
{
    int64_t old = queue_add(&queue, "A", "p");
    int64_t dated;

    (void)state;
    go_to_new_year();
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
    go_to_new_year();
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
    go_to_new_year();
    assert_true(queue_add(&queue, "A", "p") > 0);
    assert_int_equal(queue_ask(&queue, "SELECT business_day FROM item"), clock_day(2025, 1, 1));
}

/* Deferred, leased and waiting ones: the work may be done when the key is back. As it was found: it was done twice and
 * counted twice. */
static void what_is_open_is_refused_without_its_key(void **state)
{
    struct item_new later = {.reference = "C", .payload = "p"};
    int64_t waiting;
    int64_t leased;
    int64_t deferred;

    (void)state;
    go_to_old_year();
    leased = queue_add(&queue, "A", "p");
    waiting = queue_add(&queue, "B", "p");
    later.not_before_ms = queue.now_ms + 60000;
    deferred = queue_add_item(&queue, &later);
    assert_int_equal(queue_lease(&queue, 9), 2);
    assert_int_equal(queue_result(&queue, waiting, BUSINESS), ITEM_TAKEN_WAITING);
    queue_commit(&queue);
    move_key("keys/franco/2024", "aside");
    queue_begin(&queue);
    go_to_new_year();
    expect_refused("A", "drop those items if it was erased on purpose");
    expect_refused("B", "drop those items");
    expect_refused("C", "drop those items");
    queue_need(&queue, item_drop(queue.store, waiting, "x", queue.now_ms, &queue.fault));
    queue_need(&queue, item_drop(queue.store, deferred, "x", queue.now_ms, &queue.fault));
    expect_refused("C", "drop those items"); /* one is leased */
    queue_commit(&queue);
    move_key("aside", "keys/franco/2024");
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_result(&queue, leased, DONE), ITEM_TAKEN_COUNTED);
    assert_true(queue_add(&queue, "C", "p") > deferred);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* What was erased on purpose holds up nobody once nothing of it is to be done. */
static void an_erased_window_holds_nothing(void **state)
{
    char path[128];
    int64_t id;

    (void)state;
    id = queue_add(&queue, "A", "p");
    queue_commit(&queue);
    (void)snprintf(path, sizeof path, "%s/keys/franco/2024", queue.home);
    assert_int_equal(unlink(path), 0);
    queue_begin(&queue);
    go_to_new_year();
    expect_refused("A", "keys/franco/2024");
    queue_need(&queue, item_drop(queue.store, id, "erased", queue.now_ms, &queue.fault));
    assert_true(queue_add(&queue, "A", "p") > id);
    assert_int_equal(queue_lease(&queue, 9), 1);
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
        EACH(what_was_done_ahead_is_refused_without_its_key, open_year),
        EACH(an_empty_window_ahead_holds_nothing, open_year),
        EACH(what_is_open_is_refused_without_its_key, open_year),
        EACH(a_dropped_item_that_is_open_again_holds, open_month),
        EACH(a_date_makes_it_other_work, open_day),
        EACH(a_date_makes_it_other_work, open_month),
        EACH(a_date_makes_it_other_work, open_year),
        EACH(another_robots_item_holds_nothing, open_year),
        EACH(what_was_undone_holds_nothing, open_year),
        EACH(an_erased_window_holds_nothing, open_year),
        EACH(many_windows, open_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
