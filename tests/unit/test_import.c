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
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static struct import_record import;
static struct import_met met;
static int64_t other_robot;

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_MONTH, IDEMPOTENT);
    other_robot = queue_robot(&queue, "other", WINDOW_EVER);
    met = (struct import_met){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

struct line {
    const char *reference;
    int day; /* after today */
    enum import_outcome outcome;
};

static void begin(int contents, int64_t rows)
{
    unsigned char hash[32] = {(unsigned char)contents};

    queue_need(&queue,
               import_begin(queue.store, &(struct import_new){"tasks.csv", hash, rows, "Bo"},
                            queue.now_ms, &import, &queue.fault));
}

static int apply_for(int64_t robot_id, const struct line *line, int64_t number)
{
    struct import_row row = {
        .number = number - 1,
        .line = number,
        .robot_id = robot_id,
        .reference = line->reference,
        .completed_ms = queue.now_ms + line->day * (int64_t)DAY_MS,
        .outcome = line->outcome,
        .duration_ms = -1,
    };

    return import_apply(queue.store, import.id, &row, queue.now_ms, &met, &queue.fault);
}

static int apply(const struct line *line, int64_t number)
{
    return apply_for(queue.policy.robot_id, line, number);
}

static void finish(void)
{
    queue_need(&queue, import_finish(queue.store, import.id, queue.now_ms, &import, &queue.fault));
}

/* The whole of a file, in one transaction; line 1 is its header. */
static void import_file(int contents, const struct line *lines, size_t count)
{
    size_t i;

    queue_begin(&queue);
    begin(contents, (int64_t)count);
    for (i = (size_t)import.applied; i < count; i++)
        queue_need(&queue, apply(&lines[i], (int64_t)i + 2));
    finish();
    queue_commit(&queue);
}

static void expect(int64_t new_rows, int64_t repeated, int64_t not_done, int64_t undone)
{
    assert_int_equal(import.new_rows, new_rows);
    assert_int_equal(import.repeated_rows, repeated);
    assert_int_equal(import.not_done_rows, not_done);
    assert_int_equal(import.undone_rows, undone);
    assert_int_equal(import.applied, import.rows);
    assert_int_equal(import.rows, new_rows + repeated + not_done + undone);
}

static const struct line mixed[] = {
    {"A", 0, IMPORT_BUSINESS}, {"A", 0, IMPORT_DONE},   {"A", 1, IMPORT_DONE},
    {"A", 40, IMPORT_DONE},    {"B", 0, IMPORT_FAILED}, {"B", 0, IMPORT_FAILED},
    {"A", 2, IMPORT_UNDONE},   {"A", 3, IMPORT_UNDONE},
};
enum { MIXED = sizeof mixed / sizeof mixed[0] };

static void imports_each_outcome(void **state)
{
    (void)state;
    import_file(1, mixed, MIXED);
    /* The first done row takes the reference, a business row does not; May is another window. */
    expect(2, 3, 2, 1);
    assert_true(import.finished_ms > 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM correction"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE cause = 4 AND state = 3 "
                                       "AND ending = 1 AND asked_by = 'Bo'"),
                     1);
    assert_int_equal(queue_ask(&queue, "SELECT seq FROM ledger ORDER BY window LIMIT 1"), 3);
    assert_int_equal(queue_ask(&queue, "SELECT by_run_id = run_id FROM correction"), 1);
    queue_verify(&queue);
}

static void the_same_file_changes_nothing(void **state)
{
    int64_t first;

    (void)state;
    import_file(1, mixed, MIXED);
    first = import.id;
    import_file(1, mixed, MIXED);
    assert_int_equal(import.id, first);
    expect(2, 3, 2, 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 5);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE cause = 4"), 1);
    queue_verify(&queue);
}

static void another_file_with_the_same_rows_repeats(void **state)
{
    (void)state;
    import_file(1, mixed, MIXED);
    import_file(2, mixed, MIXED);
    expect(0, 8, 0, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_month WHERE outcome = 0"), 2);
    assert_int_equal(
        queue_ask(&queue, "SELECT sum(count) FROM rollup_month WHERE outcome IN (2, 4)"), 2);
    queue_verify(&queue);
}

static void windows_are_by_completion(void **state)
{
    static const struct line lines[] = {
        {"A", 0, IMPORT_DONE}, {"A", 29, IMPORT_DONE}, {"A", 30, IMPORT_DONE}};

    (void)state;
    import_file(1, lines, 3);
    expect(2, 1, 0, 0);
}

static void taken_back_twice_is_repeated(void **state)
{
    static const struct line first[] = {{"A", 0, IMPORT_DONE}, {"A", 0, IMPORT_UNDONE}};
    static const struct line second[] = {{"A", 0, IMPORT_UNDONE}, {"A", 0, IMPORT_DONE}};

    (void)state;
    import_file(1, first, 2);
    expect(1, 0, 0, 1);
    import_file(2, second, 2);
    expect(0, 2, 0, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM correction"), 1);
    queue_verify(&queue);
}

static void unknown_tasks_are_not_taken_back(void **state)
{
    static const struct line nothing = {"A", 0, IMPORT_UNDONE};
    static const struct line business = {"A", 0, IMPORT_BUSINESS};

    (void)state;
    queue_begin(&queue);
    begin(1, 3);
    assert_int_equal(apply(&nothing, 2), -ENOENT); /* not even a key */
    assert_non_null(strstr(queue.fault.text, "line 2"));
    assert_int_equal(apply(&business, 2), 0);
    assert_int_equal(apply(&nothing, 3), -ENOENT);
    assert_int_equal(queue_ask(&queue, "SELECT applied FROM import"), 1);
}

/* It may have been counted when references had such spaces. */
static void what_looks_like_another_is_only_taken_back(void **state)
{
    static const struct line done = {"A\xC2\xA0z", 0, IMPORT_DONE};
    static const struct line undone = {"A\xC2\xA0z", 0, IMPORT_UNDONE};

    (void)state;
    queue_begin(&queue);
    begin(1, 2);
    assert_int_equal(apply(&done, 2), -EINVAL);
    assert_int_equal(apply(&undone, 2), -ENOENT); /* asked about, and not there */
}

static void bad_rows_are_refused(void **state)
{
    static const struct line empty = {" ", 0, IMPORT_DONE};
    static const struct line good = {"A", 0, IMPORT_DONE};

    (void)state;
    queue_begin(&queue);
    begin(1, 1);
    assert_int_equal(apply(&empty, 2), -EINVAL);
    assert_int_equal(apply_for(99, &good, 2), -ENOENT);
    assert_int_equal(import_finish(queue.store, import.id, queue.now_ms, &import, &queue.fault),
                     -EINVAL);
    assert_int_equal(apply(&good, 2), 0);
    assert_int_equal(apply(&good, 3), -EINVAL); /* more rows than it has */
    import.id = 99;
    assert_int_equal(apply(&good, 2), -ENOENT);
    assert_int_equal(import_finish(queue.store, 99, queue.now_ms, &import, &queue.fault), -ENOENT);
}

/* Row `number` of the import's file, on a line of its own choice. */
static int apply_at(int64_t number, int64_t line, const char *reference)
{
    struct import_row row = {
        .number = number,
        .line = line,
        .robot_id = queue.policy.robot_id,
        .reference = reference,
        .completed_ms = queue.now_ms,
        .outcome = IMPORT_BUSINESS,
        .duration_ms = -1,
    };

    return import_apply(queue.store, import.id, &row, queue.now_ms, &met, &queue.fault);
}

static void expect_refusal(int result, int expected, const char *text)
{
    assert_int_equal(result, expected);
    assert_string_equal(queue.fault.text, text);
}

/* Business rows repeat without a trace: counted twice they would push others out of the file. */
static void a_row_is_applied_once(void **state)
{
    (void)state;
    queue_begin(&queue);
    begin(1, 3);
    assert_int_equal(apply_at(1, 2, "A"), 0);
    assert_int_equal(apply_at(1, 2, "A"), 1);
    assert_int_equal(apply_at(2, 3, "A"), 0);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(apply_at(1, 2, "A"), 1);
    assert_int_equal(apply_at(2, 3, "A"), 1);
    assert_int_equal(apply_at(3, 4, "B"), 0);
    finish();
    assert_int_equal(apply_at(3, 4, "B"), 1); /* of one who was slower */
    queue_commit(&queue);
    expect(0, 1, 2, 0);
    queue_verify(&queue);
}

static void rows_come_in_order(void **state)
{
    (void)state;
    queue_begin(&queue);
    begin(1, 4);
    expect_refusal(apply_at(2, 3, "A"), -ESTALE,
                   "line 3: it is row 2 of import 1, of which only 0 rows were applied; those "
                   "between are missing");
    expect_refusal(apply_at(0, 2, "A"), -EINVAL,
                   "line 2: import 1 has 4 rows, and none of the number 0");
    expect_refusal(apply_at(5, 6, "A"), -EINVAL,
                   "line 6: import 1 has 4 rows, and none of the number 5");
    assert_int_equal(apply_at(1, 5, "A"), 0);
    expect_refusal(apply_at(2, 5, "B"), -EINVAL,
                   "line 5: the row before it is on line 5; rows come in the file's order");
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    expect_refusal(apply_at(2, 4, "B"), -EINVAL,
                   "line 4: the row before it is on line 5; rows come in the file's order");
    assert_int_equal(apply_at(2, 6, "B"), 0);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT applied FROM import"), 2);
    queue_verify(&queue);
}

/* Cut short after every row, by a crash after the commit and by one before it. */
static void goes_on_where_it_stopped(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < MIXED; i++) {
        queue_begin(&queue);
        begin(1, MIXED);
        assert_int_equal(import.applied, i);
        queue_need(&queue, apply(&mixed[i], (int64_t)i + 2));
        if (i % 2 == 0)
            queue_crash(&queue); /* this row never was */
        else
            queue_commit(&queue);
        if (i % 2 == 0) {
            queue_begin(&queue);
            begin(1, MIXED);
            assert_int_equal(import.applied, i);
            queue_need(&queue, apply(&mixed[i], (int64_t)i + 2));
            queue_commit(&queue);
            queue_crash(&queue);
        }
    }
    queue_begin(&queue);
    finish();
    queue_commit(&queue);
    expect(2, 3, 2, 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE cause = 4"), 1);
    queue_verify(&queue);
}

static void a_part_that_failed_is_not_counted(void **state)
{
    static const struct line good = {"A", 0, IMPORT_DONE};
    static const struct line bad = {"", 0, IMPORT_DONE};

    (void)state;
    queue_begin(&queue);
    begin(1, 2);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_int_equal(apply(&good, 2), 0);
    assert_int_equal(apply(&bad, 3), -EINVAL);
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT applied FROM import"), 0);
    assert_int_equal(apply(&good, 2), 0);
    assert_int_equal(apply(&good, 3), 0);
    finish();
    queue_commit(&queue);
    expect(1, 1, 0, 0);
    queue_verify(&queue);
}

static int count_open(const struct run_record *run, void *context)
{
    assert_true(run->cause != RUN_BY_IMPORT);
    ++*(int *)context;
    return 0;
}

static void robots_have_a_run_each(void **state)
{
    static const struct line line = {"A", 0, IMPORT_DONE};
    int open = 0;

    (void)state;
    queue_begin(&queue);
    begin(1, 4);
    queue_need(&queue, apply(&line, 2));
    queue_need(&queue, apply_for(other_robot, &line, 3));
    queue_need(&queue, apply(&line, 4));
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    /* The recovery of runs does not take an import that is under way for one that was lost. */
    queue_need(&queue, run_each_open(queue.store, count_open, &open, &queue.fault));
    assert_int_equal(open, 1);
    queue_need(&queue, apply_for(other_robot, &line, 5));
    finish();
    queue_commit(&queue);
    expect(2, 2, 0, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM import_run"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE cause = 4 AND state = 3"),
                     2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE cause = 4 AND done = 2"), 2);
    queue_verify(&queue);
}

static void two_imports_in_one_transaction(void **state)
{
    static const struct line lines[] = {{"A", 0, IMPORT_DONE}, {"B", 0, IMPORT_DONE}};
    int64_t first;
    int i;

    (void)state;
    queue_begin(&queue);
    begin(1, 2);
    first = import.id;
    begin(2, 2);
    for (i = 0; i < 2; i++) {
        int64_t second = import.id;

        import.id = first;
        queue_need(&queue, apply(&lines[i], i + 2));
        import.id = second;
        queue_need(&queue, apply(&lines[i], i + 2));
    }
    finish();
    expect(0, 2, 0, 0);
    import.id = first;
    finish();
    expect(2, 0, 0, 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void an_empty_file_and_another_number_of_rows(void **state)
{
    unsigned char hash[32] = {1};

    (void)state;
    queue_begin(&queue);
    begin(1, 0);
    finish();
    expect(0, 0, 0, 0);
    assert_int_equal(import_begin(queue.store, &(struct import_new){"tasks.csv", hash, 2, "Bo"},
                                  queue.now_ms, &import, &queue.fault),
                     -EINVAL);
    hash[0] = 2;
    assert_int_equal(import_begin(queue.store, &(struct import_new){"tasks.csv", hash, -1, "Bo"},
                                  queue.now_ms, &import, &queue.fault),
                     -EINVAL);
}

static int keep(const struct import_record *record, void *context)
{
    int64_t *last = context;

    assert_true(record->id < *last);
    *last = record->id;
    return 0;
}

static void lists_newest_first(void **state)
{
    int64_t last = INT64_MAX;

    (void)state;
    import_file(1, mixed, MIXED);
    import_file(2, mixed, MIXED);
    queue_need(&queue, import_each(queue.store, -1, keep, &last, &queue.fault));
    assert_int_equal(last, 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(imports_each_outcome),
        TEST(the_same_file_changes_nothing),
        TEST(another_file_with_the_same_rows_repeats),
        TEST(windows_are_by_completion),
        TEST(taken_back_twice_is_repeated),
        TEST(unknown_tasks_are_not_taken_back),
        TEST(what_looks_like_another_is_only_taken_back),
        TEST(bad_rows_are_refused),
        TEST(a_row_is_applied_once),
        TEST(rows_come_in_order),
        TEST(goes_on_where_it_stopped),
        TEST(a_part_that_failed_is_not_counted),
        TEST(robots_have_a_run_each),
        TEST(two_imports_in_one_transaction),
        TEST(an_empty_file_and_another_number_of_rows),
        TEST(lists_newest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
