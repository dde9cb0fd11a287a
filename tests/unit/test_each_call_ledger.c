/* The ledger and its sums while each of their calls fails in turn: nothing is counted by halves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/batch.h"
#include "core/store/counter_entry.h"
#include "core/store/organisation.h"
#include "core/store/store.h"
#include "tests/unit/each_call.h"
#include "tests/unit/queue_home.h"

enum { APRIL = 2025 * 12 + 3 /* the queue's today */, DAY_MS = 24 * 60 * 60 * 1000 };

static struct queue queue;
static int64_t department_id;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    queue_begin(&queue);
    queue_need(&queue, department_put(queue.store, "borger", 1, &department_id, &queue.fault));
    queue_key(&queue, queue.policy.robot_id, WINDOW_EVER, 0);
    queue_commit(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int record(struct queue *home, int64_t seq, enum attempt_outcome outcome,
                  unsigned char number)
{
    struct attempt attempt = {
        .robot_id = home->policy.robot_id,
        .run_id = home->run_id,
        .seq = seq,
        .outcome = outcome,
        .completed_ms = home->now_ms + seq * DAY_MS,
        .duration_ms = 100,
        .department_id = number % 2 == 0 ? department_id : 0,
        .masked = "*1",
        .note = outcome == ATTEMPT_DONE ? NULL : "look at it",
    };
    unsigned char hash[REFERENCE_HASH_SIZE] = {number};
    bool is_counted = false;

    return ledger_record(home->store, &attempt, 0, hash, &is_counted, &home->fault);
}

static int undo(struct queue *home, unsigned char number, int64_t by_run_id)
{
    unsigned char hash[REFERENCE_HASH_SIZE] = {number};

    return ledger_undo(home->store,
                       &(struct ledger_reversal){home->policy.robot_id, 0, hash, "it was wrong",
                                                 by_run_id, "Bo", home->now_ms},
                       &home->fault);
}

static void kept(int64_t seq, enum attempt_outcome outcome, unsigned char number)
{
    queue_begin(&queue);
    queue_need(&queue, record(&queue, seq, outcome, number));
    queue_commit(&queue);
}

static void fails_each(each_call_act *act, unsigned least)
{
    each_call_fails(&queue, act, least);
    queue_verify(&queue);
}

/* ---- what is written */

static int do_new_task(struct queue *home)
{
    int result = record(home, 1, ATTEMPT_DONE, 1);

    return result == 0 ? rollup_flush(home->store, &home->fault) : result;
}

static void a_task_is_counted_whole_or_not(void **state)
{
    (void)state;
    fails_each(do_new_task, 20);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 1);
    assert_int_equal(queue_ask(&queue, "SELECT done FROM run"), 1);
}

static int do_repeated(struct queue *home)
{
    return record(home, 2, ATTEMPT_DONE, 1);
}

static void a_repeated_task_counts_once(void **state)
{
    (void)state;
    kept(1, ATTEMPT_DONE, 1);
    fails_each(do_repeated, 12);
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 1);
    assert_int_equal(queue_sum(&queue, ATTEMPT_REPEATED), 1);
}

static int do_business(struct queue *home)
{
    return record(home, 1, ATTEMPT_BUSINESS, 2);
}

static void a_handover_is_kept_with_its_sum(void **state)
{
    (void)state;
    fails_each(do_business, 16);
    assert_int_equal(queue_sum(&queue, ATTEMPT_HELPED), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note"), 1);
}

static int do_after_all(struct queue *home)
{
    return record(home, 2, ATTEMPT_DONE, 2);
}

static void a_handover_is_taken_back_with_its_task(void **state)
{
    (void)state;
    kept(1, ATTEMPT_BUSINESS, 2);
    fails_each(do_after_all, 20);
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 1);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), 1);
}

static int do_undo(struct queue *home)
{
    return undo(home, 2, home->run_id);
}

static void a_correction_is_made_whole_or_not(void **state)
{
    (void)state;
    kept(1, ATTEMPT_DONE, 2);
    fails_each(do_undo, 14);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM correction WHERE by_run_id = "
                                       "(SELECT max(id) FROM run)"),
                     1);
}

/* A handover is taken back by itself: the month it is booked in is asked for here first. */
static int do_take_back(struct queue *home)
{
    unsigned char hash[REFERENCE_HASH_SIZE] = {2};
    struct rollup_batch *batch = NULL;
    int result = batch_of(home->store, &batch, &home->fault);

    return result == 0 ? handover_take_back(batch, home->policy.robot_id, 0, hash, &home->fault)
                       : result;
}

static void a_handover_is_taken_back_whole_or_not(void **state)
{
    (void)state;
    kept(1, ATTEMPT_BUSINESS, 2);
    each_call_fails(&queue, do_take_back, 16);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), 1);
}

static int do_take_back_elsewhere(struct queue *home)
{
    unsigned char hash[REFERENCE_HASH_SIZE] = {2};
    struct handover_done done = {
        .robot_id = home->policy.robot_id, .ref_hash = hash, .by_run_id = 7, .by_seq = 5};
    struct rollup_batch *batch = NULL;
    int result = batch_of(home->store, &batch, &home->fault);

    return result == 0 ? handover_take_back_elsewhere(batch, &done, &home->fault) : result;
}

static void a_handover_is_taken_back_with_its_note(void **state)
{
    (void)state;
    kept(1, ATTEMPT_BUSINESS, 2);
    each_call_fails(&queue, do_take_back_elsewhere, 18);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), 1);
    assert_int_equal(queue_ask(&queue,
                               "SELECT count(*) FROM attempt_note WHERE run_id = 7 AND seq = 5 AND "
                               "note = 'was handed over: run 1, attempt 1'"),
                     1);
}

/* ---- what is read */

static int count_row(const struct rollup_row *row, void *context)
{
    *(int64_t *)context += row->count;
    return 0;
}

static int do_read_sums(struct queue *home)
{
    int64_t days = 0;
    int64_t months = 0;
    int result = record(home, 3, ATTEMPT_TRANSIENT, 9); /* due: it is written before it is read */

    if (result == 0)
        result = rollup_each_day(home->store, 0, 100000, count_row, &days, &home->fault);
    if (result == 0)
        result = rollup_each_month(home->store, APRIL, APRIL, count_row, &months, &home->fault);
    if (result == 0) {
        assert_int_equal(days, 4);
        assert_int_equal(months, 4);
    }
    return store_half_done(result);
}

static void sums_are_read_whole_or_refused(void **state)
{
    (void)state;
    kept(1, ATTEMPT_DONE, 2);
    kept(2, ATTEMPT_BUSINESS, 3); /* and its help */
    fails_each(do_read_sums, 8);
}

static int end_rows(const struct rollup_row *row, void *context)
{
    (void)row;
    return *(const int *)context;
}

static void who_reads_sums_may_end_it(void **state)
{
    int ends[] = {1, -ENOTCONN};

    (void)state;
    kept(1, ATTEMPT_DONE, 2);
    assert_int_equal(rollup_each_day(queue.store, 0, 100000, end_rows, &ends[0], &queue.fault), 0);
    assert_int_equal(rollup_each_day(queue.store, 0, 100000, end_rows, &ends[1], &queue.fault),
                     -ENOTCONN);
}

static int keep_entry(const struct counter_entry *entry, void *context)
{
    int64_t *seen = context;

    seen[entry->outcome]++;
    return 0;
}

static int do_read_entries(struct queue *home)
{
    int64_t seen[ATTEMPT_UNHELPED + 1] = {0};
    int result =
        record(home, 5, ATTEMPT_TRANSIENT, 9); /* due: it is written before they are read */

    if (result == 0)
        result = counter_entry_each(home->store, APRIL, APRIL + 1, keep_entry, seen, &home->fault);

    if (result == 0) {
        assert_int_equal(seen[ATTEMPT_UNDONE], 1);
        assert_int_equal(seen[ATTEMPT_HELPED], 2);
        assert_int_equal(seen[ATTEMPT_UNHELPED], 1);
    }
    return store_half_done(result);
}

/* One taken back, two handed over, one of which was done after all. */
static void make_entries(void)
{
    kept(1, ATTEMPT_DONE, 2);
    kept(2, ATTEMPT_BUSINESS, 3);
    kept(3, ATTEMPT_BUSINESS, 4);
    kept(4, ATTEMPT_DONE, 3);
    queue_begin(&queue);
    queue_need(&queue, undo(&queue, 2, 0));
    queue_commit(&queue);
}

static void counter_entries_are_read_whole_or_refused(void **state)
{
    (void)state;
    make_entries();
    fails_each(do_read_entries, 8);
}

static int end_entries(const struct counter_entry *entry, void *context)
{
    (void)entry;
    return *(const int *)context;
}

static void who_reads_counter_entries_may_end_it(void **state)
{
    int ends[] = {1, -ENOTCONN};

    (void)state;
    make_entries();
    assert_int_equal(
        counter_entry_each(queue.store, APRIL, APRIL, end_entries, &ends[0], &queue.fault), 0);
    assert_int_equal(
        counter_entry_each(queue.store, APRIL, APRIL, end_entries, &ends[1], &queue.fault),
        -ENOTCONN);
}

static int do_look_up(struct queue *home)
{
    unsigned char hash[REFERENCE_HASH_SIZE] = {1};
    bool has = false;
    int result = ledger_has(home->store, home->policy.robot_id, 0, hash, &has, &home->fault);

    if (result == 0)
        assert_true(has);
    return result;
}

static void a_reference_is_looked_up_or_refused(void **state)
{
    (void)state;
    kept(1, ATTEMPT_DONE, 1);
    fails_each(do_look_up, 4);
}

static int do_look_undone(struct queue *home)
{
    unsigned char hash[REFERENCE_HASH_SIZE] = {1};
    char by[LEDGER_BY_MAX] = "";
    int result = ledger_undone_by(home->store, home->policy.robot_id, 0, hash, by, &home->fault);

    if (result > 0)
        assert_string_equal(by, "Bo");
    assert_int_not_equal(result, 0);
    return result < 0 ? result : 0;
}

static void what_was_taken_back_is_looked_up_or_refused(void **state)
{
    (void)state;
    kept(1, ATTEMPT_DONE, 1);
    queue_begin(&queue);
    queue_need(&queue, undo(&queue, 1, 0));
    queue_commit(&queue);
    fails_each(do_look_undone, 4);
}

static int do_ask_month(struct queue *home)
{
    int32_t month = 0;
    int result = booking_month_of(home->store, clock_local_day(home->now_ms), &month, &home->fault);

    if (result == 0)
        assert_int_equal(month, APRIL);
    return result;
}

static void the_month_of_a_day_is_known_or_refused(void **state)
{
    (void)state;
    fails_each(do_ask_month, 5);
}

/* ---- a transaction that SQLite undid in the midst */

static void nothing_goes_on_after_the_transaction_was_undone(void **state)
{
    (void)state;
    queue_begin(&queue);
    queue_need(&queue, record(&queue, 1, ATTEMPT_DONE, 1));
    each_call_roll_back(&queue);
    assert_int_equal(record(&queue, 2, ATTEMPT_DONE, 2), -EIO);
    assert_non_null(strstr(queue.fault.text, "undone in its midst"));
    assert_int_equal(rollup_flush(queue.store, &queue.fault), -EIO);
    store_rollback(queue.store);
    queue_begin(&queue);
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 0);
    queue_need(&queue, record(&queue, 1, ATTEMPT_DONE, 1));
    queue_commit(&queue);
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 1);
    queue_verify(&queue);
}

/* ---- what another program did to the store */

static void a_task_without_its_attempt_is_not_taken_back(void **state)
{
    (void)state;
    kept(1, ATTEMPT_DONE, 1);
    temp_home_plant(queue.home, "DELETE FROM attempt");
    queue_begin(&queue);
    assert_int_equal(undo(&queue, 1, 0), -EBADMSG);
    assert_non_null(strstr(queue.fault.text, "in the ledger and nowhere else"));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM correction"), 0);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), 0);
    queue_commit(&queue);
}

static void an_empty_note_is_none(void **state)
{
    struct attempt attempt = {.robot_id = queue.policy.robot_id,
                              .run_id = queue.run_id,
                              .seq = 1,
                              .outcome = ATTEMPT_FAILED,
                              .completed_ms = queue.now_ms,
                              .masked = "*1",
                              .note = ""};
    unsigned char hash[REFERENCE_HASH_SIZE] = {1};
    bool is_counted = true;

    (void)state;
    queue_begin(&queue);
    queue_need(&queue, ledger_record(queue.store, &attempt, 0, hash, &is_counted, &queue.fault));
    assert_false(is_counted);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void outcomes_that_there_are_not_count_nothing(void **state)
{
    (void)state;
    assert_string_equal(attempt_outcome_word((enum attempt_outcome)99), "?");
    assert_int_equal(attempt_outcome_sign((enum attempt_outcome)99), 0);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_DONE), 1);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_UNDONE), -1);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_HELPED), 1);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_UNHELPED), -1);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_REPEATED), 0);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_BUSINESS), 0);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_TRANSIENT), 0);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_FAILED), 0);
    assert_int_equal(attempt_outcome_sign(ATTEMPT_UNKNOWN), 0);
}

/* Windows share the slots in which it is remembered whether a handover stands: what another robot or
 * window left there is not believed. */
static void windows_that_share_a_slot_are_told_apart(void **state)
{
    struct rollup_batch *batch = NULL;
    unsigned char hash[REFERENCE_HASH_SIZE] = {2};
    int64_t other = queue_robot(&queue, "other", WINDOW_EVER);
    int64_t window;

    (void)state;
    queue_begin(&queue);
    queue_need(&queue, record(&queue, 1, ATTEMPT_BUSINESS, 2));
    queue_need(&queue, batch_of(queue.store, &batch, &queue.fault));
    for (window = 0; window < 3000; window++) {
        queue_need(&queue, handover_take_back(batch, other, window, hash, &queue.fault));
        queue_need(&queue, handover_take_back(batch, queue.policy.robot_id, window + 1, hash,
                                              &queue.fault));
    }
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), 0);
    queue_need(&queue, record(&queue, 2, ATTEMPT_DONE, 2));
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNHELPED), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_task_is_counted_whole_or_not),
        TEST(a_repeated_task_counts_once),
        TEST(a_handover_is_kept_with_its_sum),
        TEST(a_handover_is_taken_back_with_its_task),
        TEST(a_correction_is_made_whole_or_not),
        TEST(a_handover_is_taken_back_whole_or_not),
        TEST(a_handover_is_taken_back_with_its_note),
        TEST(sums_are_read_whole_or_refused),
        TEST(who_reads_sums_may_end_it),
        TEST(counter_entries_are_read_whole_or_refused),
        TEST(who_reads_counter_entries_may_end_it),
        TEST(a_reference_is_looked_up_or_refused),
        TEST(what_was_taken_back_is_looked_up_or_refused),
        TEST(the_month_of_a_day_is_known_or_refused),
        TEST(nothing_goes_on_after_the_transaction_was_undone),
        TEST(a_task_without_its_attempt_is_not_taken_back),
        TEST(an_empty_note_is_none),
        TEST(outcomes_that_there_are_not_count_nothing),
        TEST(windows_that_share_a_slot_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
