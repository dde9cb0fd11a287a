/* Sums of a batch: kept in memory, written once per group, exact after parts and rollbacks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/organisation.h"
#include "core/store/reference_key.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static int64_t departments[3];
static int64_t next_seq;

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    queue_begin(&queue);
    queue_need(&queue, department_put(queue.store, "a", 1, &departments[1], &queue.fault));
    queue_need(&queue, department_put(queue.store, "b", 2, &departments[2], &queue.fault));
    queue_key(&queue, queue.policy.robot_id, WINDOW_EVER, 0);
    queue_commit(&queue);
    next_seq = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int try_record(int64_t day, int department, enum attempt_outcome outcome,
                      int64_t duration_ms)
{
    struct attempt attempt = {
        .robot_id = queue.policy.robot_id,
        .run_id = queue.run_id,
        .seq = ++next_seq,
        .outcome = outcome,
        .completed_ms = queue.now_ms + day * DAY_MS,
        .duration_ms = duration_ms,
        .department_id = departments[department],
        .masked = "*",
    };
    unsigned char hash[REFERENCE_HASH_SIZE] = {0};
    bool is_counted = false;

    memcpy(hash, &next_seq, sizeof next_seq);
    return ledger_record(queue.store, &attempt, 0, hash, &is_counted, &queue.fault);
}

static void record(int64_t day, int department, enum attempt_outcome outcome, int64_t duration_ms)
{
    queue_need(&queue, try_record(day, department, outcome, duration_ms));
}

struct read {
    struct rollup_row rows[64];
    size_t count;
};

static int keep(const struct rollup_row *row, void *context)
{
    struct read *read = context;

    read->rows[read->count++] = *row;
    return read->count == 60;
}

static void one_row_per_group(void **state)
{
    struct read read = {.count = 0};
    int32_t today = clock_local_day(queue.now_ms);
    int i;

    (void)state;
    queue_begin(&queue);
    for (i = 0; i < 1000; i++)
        record(i % 2, i % 3, i % 5 == 0 ? ATTEMPT_BUSINESS : ATTEMPT_DONE, 10);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM rollup_day"), 18);
    queue_need(&queue, rollup_each_day(queue.store, today, today, keep, &read, &queue.fault));
    assert_int_equal(read.count, 9);
    assert_int_equal(read.rows[0].period, today);
    assert_int_equal(read.rows[0].robot_id, queue.policy.robot_id);
    assert_int_equal(read.rows[0].department_id, 0);
    assert_int_equal(read.rows[0].outcome, ATTEMPT_DONE);
    assert_int_equal(read.rows[0].duration_ms, 10 * read.rows[0].count);
    assert_int_equal(read.rows[1].outcome, ATTEMPT_BUSINESS);
    assert_int_equal(read.rows[2].outcome, ATTEMPT_HELPED);
    assert_int_equal(read.rows[2].count, read.rows[1].count);
    assert_int_equal(read.rows[2].duration_ms, 0);
    read.count = 0;
    queue_need(&queue, rollup_each_month(queue.store, 0, 100000, keep, &read, &queue.fault));
    assert_int_equal(read.count, 9);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_month WHERE outcome < 6"),
                     1000);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void months_are_cut_by_the_day(void **state)
{
    (void)state;
    queue_begin(&queue);
    record(-1, 0, ATTEMPT_DONE, 5); /* 31 March */
    record(0, 0, ATTEMPT_DONE, -1); /* no duration is known */
    record(29, 0, ATTEMPT_DONE, 5);
    record(30, 0, ATTEMPT_DONE, 5); /* 1 May */
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM rollup_month"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT count FROM rollup_month WHERE month = 24303"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT duration_ms FROM rollup_month WHERE month = 24303"),
                     5);
    assert_int_equal(queue_ask(&queue, "SELECT last_day - first_day FROM run"), 31);
    queue_verify(&queue);
}

static void adds_to_what_is_there(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        queue_begin(&queue);
        record(0, 1, ATTEMPT_DONE, 7);
        queue_commit(&queue);
    }
    assert_int_equal(queue_ask(&queue, "SELECT count FROM rollup_day"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT duration_ms FROM rollup_month"), 21);
    queue_verify(&queue);
}

/* More groups than the batch holds: written early, in the same transaction. */
static void more_groups_than_it_holds(void **state)
{
    int round;
    int day;

    (void)state;
    queue_begin(&queue);
    for (round = 0; round < 2; round++)
        for (day = 0; day < 3000; day++)
            record(day, day % 3, ATTEMPT_DONE, 1);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM rollup_day WHERE count = 2"), 3000);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_month"), 6000);
    queue_verify(&queue);
}

static void more_runs_than_it_holds(void **state)
{
    int i;

    (void)state;
    queue_begin(&queue);
    for (i = 0; i < 700; i++) {
        queue_run(&queue);
        record(0, 0, ATTEMPT_DONE, 1);
        record(0, 0, ATTEMPT_FAILED, 1);
    }
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE done = 1 AND failed = 1"),
                     700);
    queue_verify(&queue);
}

static void rolled_back_is_not_summed(void **state)
{
    (void)state;
    queue_begin(&queue);
    record(0, 0, ATTEMPT_DONE, 1);
    store_rollback(queue.store);
    queue_begin(&queue);
    record(0, 0, ATTEMPT_DONE, 1);
    queue_need(&queue, rollup_flush(queue.store, &queue.fault));
    record(0, 0, ATTEMPT_DONE, 1);
    store_rollback(queue.store);
    queue_begin(&queue);
    record(0, 0, ATTEMPT_DONE, 1);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_day"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT done FROM run"), 1);
    queue_verify(&queue);
}

static void parts_are_summed_when_kept(void **state)
{
    (void)state;
    queue_begin(&queue);
    record(0, 0, ATTEMPT_DONE, 1);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    record(0, 0, ATTEMPT_DONE, 1);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    record(0, 1, ATTEMPT_DONE, 1);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    record(0, 2, ATTEMPT_DONE, 1);
    queue_need(&queue, store_part_end(queue.store, true, &queue.fault));
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_day"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM rollup_day"), 3);
    queue_verify(&queue);
}

/* Durations that cannot be added up: in the batch, in its month, with what is there. */
static void too_large_a_sum_is_refused(void **state)
{
    static const char words[] = "2025-04-01, or in its month, add up to more milliseconds";

    (void)state;
    queue_begin(&queue);
    record(0, 0, ATTEMPT_DONE, INT64_MAX);
    assert_int_equal(try_record(0, 0, ATTEMPT_DONE, 1), -EIO);
    assert_non_null(strstr(queue.fault.text, words));
    queue_crash(&queue);

    queue_begin(&queue);
    record(1, 0, ATTEMPT_DONE, INT64_MAX);
    record(0, 0, ATTEMPT_DONE, 1);
    assert_int_equal(store_commit(queue.store, &queue.fault), -EIO);
    assert_non_null(strstr(queue.fault.text, "add up to more milliseconds"));
    queue_crash(&queue);

    queue_begin(&queue);
    record(0, 0, ATTEMPT_DONE, INT64_MAX);
    queue_commit(&queue);
    queue_begin(&queue);
    record(0, 0, ATTEMPT_DONE, 1);
    assert_int_equal(store_commit(queue.store, &queue.fault), -EIO);
    assert_non_null(strstr(queue.fault.text, words));
    queue_crash(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 1);
    queue_verify(&queue);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(one_row_per_group),          TEST(months_are_cut_by_the_day),
        TEST(adds_to_what_is_there),      TEST(more_groups_than_it_holds),
        TEST(more_runs_than_it_holds),    TEST(rolled_back_is_not_summed),
        TEST(parts_are_summed_when_kept), TEST(too_large_a_sum_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
