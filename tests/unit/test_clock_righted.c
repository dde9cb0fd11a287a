/* What was done, added and closed while a clock stood ahead, when that has been set right: it is the work of the days on
 * which it was done, and of no others. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

enum { AHEAD_DAYS = 30 };
static const int64_t day_ms = INT64_C(86400000);

static struct queue queue;
static struct rows_import rows = {.queue = &queue};
static int64_t applied; /* rows of the import */

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_DAY, MANUAL);
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void go_days(int days)
{
    queue.now_ms += days * day_ms;
    clock_pretend(queue.now_ms);
}

static void do_all(void)
{
    size_t i;

    (void)queue_lease(&queue, 9);
    for (i = 0; i < queue.leased_count; i++)
        assert_int_equal(queue_result(&queue, queue.leased[i].id, DONE), ITEM_TAKEN_COUNTED);
}

/* As the daemon does when it sees it, and at its start. */
static void set_right(void)
{
    int64_t delayed = 0;

    go_days(-AHEAD_DAYS);
    queue_need(&queue, item_right_clock(queue.store, queue.now_ms, AHEAD_DAYS * day_ms, &delayed,
                                        &queue.fault));
}

static void do_ahead(const char *reference)
{
    go_days(AHEAD_DAYS);
    queue_run(&queue);
    (void)queue_add(&queue, reference, "p");
    do_all();
}

static void import(int64_t count)
{
    rows_begin(&rows, count);
    applied = 0;
}

/* A row of work that was done `days` from now. */
static void row(const char *reference, int days)
{
    rows.done_ago_ms = -days * day_ms;
    rows_apply(&rows, reference, IMPORT_DONE, ++applied);
}

static void end(void)
{
    queue_commit(&queue);
    queue_verify(&queue);
}

static void daily_work_goes_on(void **state)
{
    int day;

    (void)state;
    do_ahead("report");
    set_right();
    assert_int_equal(queue_add(&queue, "report", "p"), 0); /* today's was done */
    for (day = 1; day < AHEAD_DAYS; day++) {
        go_days(1);
        assert_true(queue_add(&queue, "report", "p") > 0);
        do_all();
    }
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), AHEAD_DAYS);
    end();
}

static void what_was_closed_ahead_recurs(void **state)
{
    int64_t dropped;
    int64_t by_hand;

    (void)state;
    go_days(AHEAD_DAYS);
    dropped = queue_add(&queue, "dropped", "p");
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    by_hand = queue_add(&queue, "by hand", "p");
    queue_need(&queue, item_done_by_hand(queue.store, by_hand, "x", queue.now_ms, &queue.fault));
    set_right();
    assert_int_equal(queue_add(&queue, "dropped", "p"), 0);
    assert_int_equal(queue_add(&queue, "by hand", "p"), 0);
    go_days(1);
    assert_true(queue_add(&queue, "dropped", "p") > by_hand);
    assert_true(queue_add(&queue, "by hand", "p") > by_hand);
    end();
}

/* It is noted for the day on which it was done, also when nothing else had been for long. */
static void a_quiet_time_before_it_changes_nothing(void **state)
{
    (void)state;
    go_days(7);
    do_ahead("report");
    set_right();
    import(3);
    row("report", -2);
    row("report", -1);
    assert_int_equal(rows_count(&rows, "new_rows"), 2);
    row("report", 0);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    end();
}

/* By a year too many, and then by what was left. */
static void a_clock_is_set_right_in_two_steps(void **state)
{
    int64_t delayed = 0;

    (void)state;
    go_days(365);
    do_ahead("report");
    go_days(-365);
    queue_need(&queue,
               item_right_clock(queue.store, queue.now_ms, 365 * day_ms, &delayed, &queue.fault));
    set_right();
    assert_int_equal(queue_add(&queue, "report", "p"), 0);
    go_days(1);
    assert_true(queue_add(&queue, "report", "p") > 0);
    end();
}

/* Nobody saw the clock being set: it may as well be behind now, and what was done is not what is to come. */
static void a_start_notes_nothing(void **state)
{
    int64_t delayed = 0;
    int64_t dropped;

    (void)state;
    (void)queue_add(&queue, "report", "p");
    do_all();
    dropped = queue_add(&queue, "dropped", "p");
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    go_days(-AHEAD_DAYS);
    queue_need(&queue, item_right_clock(queue.store, queue.now_ms, 0, &delayed, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE changed_ms > created_ms"),
                     0);
    go_days(AHEAD_DAYS);
    import(1);
    row("report", -AHEAD_DAYS);
    assert_int_equal(rows_count(&rows, "new_rows"), 1);
    end();
}

/* Its time is that of the law, and no delay. */
static void what_a_person_put_off_stays_so(void **state)
{
    const int64_t until_ms = queue.now_ms + (AHEAD_DAYS + 60) * day_ms;
    int64_t delayed = 0;
    int64_t id;

    (void)state;
    go_days(AHEAD_DAYS);
    queue_run(&queue);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, TRANSIENT), ITEM_TAKEN_RETRY);
    queue_need(&queue, item_defer(queue.store, id,
                                  &(struct item_put_off){.until_ms = until_ms,
                                                         .by = "Bo",
                                                         .reason = "the law",
                                                         .now_ms = queue.now_ms},
                                  &queue.fault));
    set_right();
    queue_need(&queue, item_right_clock(queue.store, queue.now_ms, 0, &delayed, &queue.fault));
    assert_int_equal(delayed, 0);
    assert_true(queue_ask(&queue, "SELECT due_ms FROM item") == until_ms);
    end();
}

/* The item lies in a window ahead, and its task is of the day on which it is done. */
static void what_was_added_ahead_is_done_once(void **state)
{
    (void)state;
    go_days(AHEAD_DAYS);
    (void)queue_add(&queue, "A", "p");
    set_right();
    do_all();
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    go_days(1);
    assert_true(queue_add(&queue, "A", "p") > 0);
    end();
}

/* Of the rows of a reference that recurs each day one alone is that which was done ahead. */
static void one_row_is_a_repeat(void **state)
{
    int day;

    (void)state;
    do_ahead("report");
    set_right();
    import(5);
    for (day = -4; day <= 0; day++)
        row("report", day);
    assert_int_equal(rows_count(&rows, "new_rows"), 4);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    end();
}

/* Also when that window has come. */
static void its_row_is_a_repeat_for_good(void **state)
{
    (void)state;
    do_ahead("report");
    set_right();
    go_days(AHEAD_DAYS + 5);
    import(4);
    row("report", -AHEAD_DAYS - 5); /* the day itself */
    row("report", -AHEAD_DAYS - 4);
    row("report", -AHEAD_DAYS - 6);
    row("report", -5); /* what it was counted as */
    assert_int_equal(rows_count(&rows, "repeated_rows"), 2);
    assert_int_equal(rows_count(&rows, "new_rows"), 2);
    end();
}

/* Of the day that the row's business date names, whenever it was done. */
static void dated_row(const char *reference, enum import_outcome outcome, int day)
{
    rows.business_day = clock_local_day(queue.now_ms) + day;
    rows.done_ago_ms = 1000;
    rows_apply(&rows, reference, outcome, ++applied);
    rows.business_day = 0;
}

/* Its business date says the day on which it was done: that one alone is the task that was counted. */
static void one_dated_row_is_a_repeat(void **state)
{
    int day;

    (void)state;
    do_ahead("report");
    set_right();
    rows_begin(&rows, 6);
    applied = 0;
    for (day = -2; day <= 2; day++)
        dated_row("report", IMPORT_DONE, day);
    dated_row("another", IMPORT_DONE, 0);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    assert_int_equal(rows_count(&rows, "new_rows"), 5);
    end();
}

static void its_dated_row_is_a_repeat_for_good(void **state)
{
    (void)state;
    do_ahead("report");
    set_right();
    go_days(AHEAD_DAYS + 5);
    rows_begin(&rows, 3);
    applied = 0;
    dated_row("report", IMPORT_DONE, -AHEAD_DAYS - 5);
    dated_row("report", IMPORT_DONE, -AHEAD_DAYS - 4);
    dated_row("report", IMPORT_DONE, -5); /* what it was counted as */
    assert_int_equal(rows_count(&rows, "repeated_rows"), 2);
    assert_int_equal(rows_count(&rows, "new_rows"), 1);
    end();
}

static void a_dated_row_takes_it_back(void **state)
{
    (void)state;
    do_ahead("report");
    set_right();
    rows_begin(&rows, 2);
    applied = 0;
    dated_row("report", IMPORT_UNDONE, 0);
    dated_row("report", IMPORT_DONE, 0); /* and stays so */
    assert_int_equal(rows_count(&rows, "undone_rows"), 1);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM correction"), 1);
    end();
}

/* As who checks a file asks before any row of it is applied. */
static void what_takes_it_back_is_known(void **state)
{
    struct import_row undone = {.robot_id = 1, .reference = "report", .outcome = IMPORT_UNDONE};
    struct import_progress *spans = NULL;
    int day;

    (void)state;
    do_ahead("report");
    set_right();
    for (day = -1; day <= 1; day++) {
        undone.robot_id = queue.policy.robot_id;
        undone.completed_ms = queue.now_ms + day * day_ms;
        assert_int_equal(import_has_ahead(queue.store, &undone, WINDOW_DAY, queue.now_ms + day_ms,
                                          &spans, &queue.fault),
                         day == 0);
    }
    import_spans_free(spans);
}

/* When it was done is not known: its date says nothing of that. */
static void a_dated_row_is_none_that_is_not_noted(void **state)
{
    int64_t delayed = 0;

    (void)state;
    do_ahead("report");
    set_right();
    do_ahead("unseen");
    go_days(-AHEAD_DAYS);
    queue_need(&queue, item_right_clock(queue.store, queue.now_ms, 0, &delayed, &queue.fault));
    rows_begin(&rows, 1);
    applied = 0;
    dated_row("unseen", IMPORT_DONE, 0);
    assert_int_equal(rows_count(&rows, "new_rows"), 1);
    end();
}

/* The clock was set right, or what it had put there was done, since a row of the import in hand was looked for. */
static void what_is_noted_meanwhile_is_known(void **state)
{
    (void)state;
    rows_begin(&rows, 5);
    applied = 0;
    dated_row("first", IMPORT_DONE, 0);
    do_ahead("report");
    (void)queue_add(&queue, "later", "p");
    set_right();
    dated_row("report", IMPORT_DONE, 0);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    go_days(1);
    dated_row("second", IMPORT_DONE, 0);
    do_all();
    dated_row("later", IMPORT_DONE, 0);
    go_days(1);
    row("later", -1);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 3);
    assert_int_equal(rows_count(&rows, "new_rows"), 2);
    end();
}

static void do_noted(const char *reference, const char *note)
{
    struct item_result result = {.outcome = DONE, .note = note};
    enum item_taken taken = ITEM_TAKEN_LATE;

    (void)queue_add(&queue, reference, "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    result.run_id = queue.run_id;
    result.item_id = queue.leased[0].id;
    result.fence = queue.fence;
    result.seq = ++queue.seq;
    result.completed_ms = queue.now_ms;
    queue_need(&queue, item_take_result(queue.store, &queue.policy, &result, &taken, &queue.fault));
    assert_int_equal(taken, ITEM_TAKEN_COUNTED);
}

static void what_has_a_note_keeps_it(void **state)
{
    (void)state;
    go_days(AHEAD_DAYS);
    queue_run(&queue);
    do_noted("A", "two pages");
    set_right();
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note WHERE note GLOB "
                                       "'clock ahead, done * to *; two pages'"),
                     1);
    set_right(); /* and once */
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note WHERE note GLOB "
                                       "'clock ahead, done * to *; two pages'"),
                     1);
    end();
}

/* It says nothing of a day: what its task is of is told by Automagi's own note alone, once the clock is right. */
static void what_a_plugin_notes_is_no_date(void **state)
{
    (void)state;
    go_days(AHEAD_DAYS);
    queue_run(&queue);
    do_noted("A", "business date 2025-12-01");
    do_noted("B", "clock ahead, or so it seems");
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note WHERE note IN ('note: "
                                       "business date 2025-12-01', 'note: clock ahead, or so it "
                                       "seems')"),
                     2);
    set_right();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note WHERE note GLOB "
                                       "'clock ahead, done * to *; note: *'"),
                     2);
    end();
}

/* It was dropped, and then done by a clock that stood ahead: what was dropped is no other work. */
static void what_was_dropped_before_is_a_repeat(void **state)
{
    int64_t dropped = queue_add(&queue, "A", "p");

    (void)state;
    queue_need(&queue, item_drop(queue.store, dropped, "x", queue.now_ms, &queue.fault));
    do_ahead("A");
    set_right();
    import(1);
    row("A", 0);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    end();
}

/* Half a day ahead at noon: the day that the clock had shown is there when it is set right. */
static void what_was_done_ahead_of_now_is_noted(void **state)
{
    const int64_t by_ms = day_ms * 3 / 4;
    int64_t delayed = 0;

    (void)state;
    queue.now_ms += by_ms; /* 06:00 tomorrow */
    clock_pretend(queue.now_ms);
    queue_run(&queue);
    (void)queue_add(&queue, "A", "p");
    do_all();
    queue.now_ms += day_ms * 5 / 8; /* 21:00, and 03:00 */
    (void)queue_add(&queue, "today's", "p");
    do_all();
    queue.now_ms -= by_ms;
    clock_pretend(queue.now_ms);
    queue_need(&queue, item_right_clock(queue.store, queue.now_ms, by_ms, &delayed, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note"), 1);
    import(4);
    row("A", -1);
    row("A", 0); /* what it was counted as */
    row("today's", 0);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 3);
    row("today's", -1);
    assert_int_equal(rows_count(&rows, "new_rows"), 1);
    end();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(daily_work_goes_on),
        TEST(what_was_closed_ahead_recurs),
        TEST(a_quiet_time_before_it_changes_nothing),
        TEST(a_clock_is_set_right_in_two_steps),
        TEST(a_start_notes_nothing),
        TEST(what_a_person_put_off_stays_so),
        TEST(what_was_added_ahead_is_done_once),
        TEST(one_row_is_a_repeat),
        TEST(its_row_is_a_repeat_for_good),
        TEST(one_dated_row_is_a_repeat),
        TEST(its_dated_row_is_a_repeat_for_good),
        TEST(a_dated_row_takes_it_back),
        TEST(a_dated_row_is_none_that_is_not_noted),
        TEST(what_is_noted_meanwhile_is_known),
        TEST(what_takes_it_back_is_known),
        TEST(what_has_a_note_keeps_it),
        TEST(what_a_plugin_notes_is_no_date),
        TEST(what_was_dropped_before_is_a_repeat),
        TEST(what_was_done_ahead_of_now_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
