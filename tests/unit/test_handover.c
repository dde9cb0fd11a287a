/* References that ended with a person: help in part, once, until they are done after all. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/store/import.h"
#include "core/store/organisation.h"
#include "core/store/period.h"
#include "core/store/reference_key.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static int64_t department_id;

static const int32_t APRIL = 2025 * 12 + 3; /* the queue's today is 2025-04-01 */

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    queue_begin(&queue);
    queue_need(&queue, department_put(queue.store, "borger", 1, &department_id, &queue.fault));
    queue_key(&queue, queue.policy.robot_id, WINDOW_EVER, 0);
    queue_commit(&queue);
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* On a day after today. */
static void record_in(int64_t window, enum attempt_outcome outcome, int number, int days)
{
    static int64_t seq = 0;
    struct attempt attempt = {
        .robot_id = queue.policy.robot_id,
        .run_id = queue.run_id,
        .seq = seq + 1,
        .outcome = outcome,
        .completed_ms = queue.now_ms + days * INT64_C(86400000),
        .duration_ms = 100,
        .department_id = outcome == ATTEMPT_BUSINESS ? department_id : 0,
        .masked = "*1",
    };
    unsigned char hash[REFERENCE_HASH_SIZE] = {1};
    bool is_counted = false;

    seq++;
    memcpy(&hash[1], &number, sizeof number);
    queue_need(&queue,
               ledger_record(queue.store, &attempt, window, hash, &is_counted, &queue.fault));
}

static void record(enum attempt_outcome outcome, int number, int days)
{
    record_in(0, outcome, number, days);
}

/* HELPED and UNHELPED of all days and months. */
static void expect(int64_t helped, int64_t taken_back)
{
    assert_int_equal(
        queue_ask(&queue, "SELECT coalesce(sum(count), 0) FROM rollup_day WHERE outcome = 7"),
        helped);
    assert_int_equal(
        queue_ask(&queue, "SELECT coalesce(sum(count), 0) FROM rollup_month WHERE outcome = 7"),
        helped);
    assert_int_equal(
        queue_ask(&queue, "SELECT coalesce(sum(count), 0) FROM rollup_day WHERE outcome = 8"),
        taken_back);
    assert_int_equal(
        queue_ask(&queue, "SELECT coalesce(sum(count), 0) FROM rollup_month WHERE outcome = 8"),
        taken_back);
}

static void verify(void)
{
    queue_commit(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
}

static void close_months(int32_t last)
{
    static const unsigned char hash[PERIOD_HASH_SIZE] = {0};
    int32_t month = 0;

    queue_need(&queue, period_open_from(queue.store, &month, &queue.fault));
    for (month = month == 0 ? APRIL : month; month <= last; month++)
        queue_need(&queue, period_add(queue.store, &(struct period){month, 1, "DEMO", hash}, NULL,
                                      0, &queue.fault));
}

static void counts_once(void **state)
{
    (void)state;
    record(ATTEMPT_BUSINESS, 1, 0);
    record(ATTEMPT_BUSINESS, 1, 1);
    record(ATTEMPT_BUSINESS, 2, 0);
    record(ATTEMPT_FAILED, 3, 0);
    expect(2, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM handover"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT min(department_id) FROM handover"), department_id);
    verify();
}

static void done_after_all_takes_it_back(void **state)
{
    (void)state;
    record(ATTEMPT_BUSINESS, 1, 0);
    record(ATTEMPT_DONE, 1, 40);
    expect(1, 1);
    assert_int_equal(queue_ask(&queue, "SELECT back_booking FROM handover"), APRIL);
    /* On its own day and in its own department. */
    assert_int_equal(queue_ask(&queue, "SELECT department_id FROM rollup_day WHERE outcome = 8"),
                     department_id);
    assert_int_equal(queue_ask(&queue, "SELECT day FROM rollup_day WHERE outcome = 8"),
                     clock_local_day(queue.now_ms));
    record(ATTEMPT_DONE, 1, 41);
    record(ATTEMPT_BUSINESS, 1, 42);
    expect(1, 1);
    verify();
}

static void what_was_counted_is_no_help(void **state)
{
    (void)state;
    record(ATTEMPT_DONE, 1, 0);
    record(ATTEMPT_BUSINESS, 1, 1);
    expect(0, 0);
    verify();
}

/* Whether any stands in a window is kept in memory: that must follow what is undone. */
static void what_is_undone_is_forgotten(void **state)
{
    (void)state;
    record(ATTEMPT_DONE, 9, 0); /* now it is known that none stands */
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    record(ATTEMPT_BUSINESS, 1, 0);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    record(ATTEMPT_DONE, 1, 0);
    expect(0, 0);
    record(ATTEMPT_BUSINESS, 2, 0);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    queue_run(&queue);
    record(ATTEMPT_DONE, 2, 0);
    expect(1, 1);
    verify();
}

/* So many windows that the one is read anew inside the part: then nothing stands in it. */
static void what_is_taken_back_and_undone_stands(void **state)
{
    int window;

    (void)state;
    record(ATTEMPT_BUSINESS, 1, 0);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    record(ATTEMPT_DONE, 1, 0);
    for (window = 1; window < 5000; window++)
        record_in(window, ATTEMPT_DONE, 2, 0);
    record(ATTEMPT_DONE, 3, 0);
    expect(1, 1);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    expect(1, 0);
    record(ATTEMPT_DONE, 1, 0);
    expect(1, 1);
    verify();
}

static void taken_back_late(void **state)
{
    (void)state;
    record(ATTEMPT_BUSINESS, 1, 0);
    record(ATTEMPT_BUSINESS, 2, 31); /* May */
    close_months(APRIL);
    record(ATTEMPT_DONE, 1, 60);
    record(ATTEMPT_BUSINESS, 3, 2);
    assert_int_equal(queue_ask(&queue, "SELECT back_booking FROM handover WHERE booking = 24303"),
                     APRIL + 1);
    assert_int_equal(queue_ask(&queue, "SELECT booking FROM rollup_day WHERE outcome = 8"),
                     APRIL + 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM handover WHERE booking = 24304"), 2);
    expect(3, 1);
    verify();
    close_months(APRIL + 2);
    record(ATTEMPT_DONE, 3, 70);
    assert_int_equal(queue_ask(&queue, "SELECT max(back_booking) FROM handover"), APRIL + 3);
    verify();
}

static void of_an_import_and_a_queue(void **state)
{
    static const enum import_outcome outcomes[] = {IMPORT_BUSINESS, IMPORT_BUSINESS, IMPORT_DONE,
                                                   IMPORT_BUSINESS};
    static const char *const references[] = {"A", "B", "A", "A"};
    static const unsigned char contents[32] = {7};
    struct import_met met = {0};
    struct import_record import;
    int64_t i;

    (void)state;
    queue_need(&queue, import_begin(queue.store, &(struct import_new){"t.csv", contents, 4, "DEMO"},
                                    queue.now_ms, &import, &queue.fault));
    for (i = 0; i < 4; i++)
        queue_need(&queue, import_apply(queue.store, import.id,
                                        &(struct import_row){.number = i + 1,
                                                             .line = i + 2,
                                                             .robot_id = queue.policy.robot_id,
                                                             .reference = references[i],
                                                             .completed_ms = queue.now_ms + i,
                                                             .outcome = outcomes[i],
                                                             .duration_ms = -1},
                                        queue.now_ms, &met, &queue.fault));
    queue_need(&queue, import_finish(queue.store, import.id, queue.now_ms, &import, &queue.fault));
    expect(2, 1);
    (void)queue_add(&queue, "C", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, BUSINESS), ITEM_TAKEN_WAITING);
    expect(3, 1);
    verify();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(counts_once),
        TEST(done_after_all_takes_it_back),
        TEST(what_was_counted_is_no_help),
        TEST(what_is_undone_is_forgotten),
        TEST(what_is_taken_back_and_undone_stands),
        TEST(taken_back_late),
        TEST(of_an_import_and_a_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
