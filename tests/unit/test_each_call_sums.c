/* Sums and counts while each of their calls fails in turn: what is written early is undone too. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/clock.h"
#include "core/store/batch.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/standins/wrapped_calls.h"
#include "tests/unit/each_call.h"
#include "tests/unit/queue_home.h"

enum { APRIL = 2025 * 12 + 3 /* the queue's today */ };

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* Groups, each of a department of its own; runs with it, or all of one. */
static int add_groups(struct queue *home, int count, bool have_runs)
{
    struct rollup_batch *batch = NULL;
    int result = batch_of(home->store, &batch, &home->fault);
    int i;

    for (i = 0; i < count && result == 0; i++) {
        struct sum_key key = {.day = clock_local_day(home->now_ms) + i % 40,
                              .booking = APRIL,
                              .robot_id = home->policy.robot_id,
                              .department_id = i / 2,
                              .outcome = ATTEMPT_TRANSIENT};

        result = sums_add(batch, &key, 5, &home->fault);
        if (result == 0 && have_runs)
            result = run_counts_add(batch, 1000 + i, ATTEMPT_TRANSIENT, key.day, &home->fault);
    }
    return result;
}

/* More groups and runs than are kept in memory: some are written before the end. */
static void what_is_written_early_is_refused_or_undone_too(void **state)
{
    bool have_runs = false;

    (void)state;
    do {
        long call;

        for (call = 1; call <= 4; call++) {
            queue_begin(&queue);
            wrapped_calls_fail(WRAPPED_STEP, call, SQLITE_NOMEM);
            assert_int_equal(add_groups(&queue, 800, have_runs), -ENOMEM);
            wrapped_calls_heal();
            store_rollback(queue.store);
        }
        queue_begin(&queue);
        queue_need(&queue, add_groups(&queue, 800, have_runs));
        assert_int_equal(queue_sum(&queue, ATTEMPT_TRANSIENT), 800);
        store_rollback(queue.store);
        queue_begin(&queue);
        assert_int_equal(queue_sum(&queue, ATTEMPT_TRANSIENT), 0);
        queue_commit(&queue);
        have_runs = !have_runs;
    } while (have_runs);
}

static int do_few_groups(struct queue *home)
{
    int result = add_groups(home, 6, false);

    return result == 0 ? rollup_flush(home->store, &home->fault) : result;
}

static void sums_are_written_all_or_none(void **state)
{
    (void)state;
    each_call_fails(&queue, do_few_groups, 12);
    assert_int_equal(queue_sum(&queue, ATTEMPT_TRANSIENT), 6);
}

/* Each part of a sum's key tells it from the others. */
static void sums_are_told_apart_by_each_part_of_their_key(void **state)
{
    struct sum_key first = {20179, APRIL, 1, 0, ATTEMPT_DONE};
    struct rollup_batch *batch = NULL;
    struct sum_key keys[6];
    size_t i;

    (void)state;
    for (i = 0; i < 6; i++)
        keys[i] = first;
    keys[1].day++;
    keys[2].booking++;
    keys[3].robot_id++;
    keys[4].department_id++;
    keys[5].outcome = ATTEMPT_REPEATED;
    queue_begin(&queue);
    queue_need(&queue, batch_of(queue.store, &batch, &queue.fault));
    for (i = 1; i < 6; i++) {
        queue_need(&queue, sums_add(batch, &first, 1, &queue.fault));
        queue_need(&queue, sums_add(batch, &keys[i], 7, &queue.fault));
        queue_need(&queue, sums_add(batch, &keys[i], 7, &queue.fault));
    }
    assert_int_equal(
        queue_ask(&queue, "SELECT count(*) FROM rollup_day WHERE count = 2 AND duration_ms = 14"),
        5);
    assert_int_equal(
        queue_ask(&queue, "SELECT count(*) FROM rollup_day WHERE count = 5 AND duration_ms = 5"),
        1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM rollup_month"),
                     5); /* of two days one */
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_month"), 15);
    store_rollback(queue.store);
}

/* What a run counts, by outcome; of no outcome that there is, and of a counter-entry, nothing. */
static void a_run_counts_its_own_outcomes(void **state)
{
    struct rollup_batch *batch = NULL;
    int outcome;

    (void)state;
    queue_begin(&queue);
    queue_need(&queue, batch_of(queue.store, &batch, &queue.fault));
    for (outcome = ATTEMPT_DONE; outcome <= ATTEMPT_UNHELPED + 1; outcome++)
        queue_need(&queue, run_counts_add(batch, queue.run_id, (enum attempt_outcome)outcome,
                                          20180 - outcome, &queue.fault));
    queue_need(&queue, run_counts_add(batch, queue.run_id, ATTEMPT_DONE, 20190, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT done FROM run"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT business FROM run"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT failed FROM run"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT first_day FROM run"), 20180 - ATTEMPT_UNHELPED - 1);
    assert_int_equal(queue_ask(&queue, "SELECT last_day FROM run"), 20190);
    store_rollback(queue.store);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_is_written_early_is_refused_or_undone_too),
        TEST(sums_are_written_all_or_none),
        TEST(sums_are_told_apart_by_each_part_of_their_key),
        TEST(a_run_counts_its_own_outcomes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
