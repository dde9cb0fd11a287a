/* Attempts, tasks, counter-entries, and lists of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/store/organisation.h"
#include "core/store/reference_key.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static int64_t department_id;

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    queue_begin(&queue);
    queue_need(&queue, department_put(queue.store, "borger", 1, &department_id, &queue.fault));
    queue_key(&queue, queue.policy.robot_id, WINDOW_EVER, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void hash_of(int number, unsigned char hash[static REFERENCE_HASH_SIZE])
{
    memset(hash, 0, REFERENCE_HASH_SIZE);
    memcpy(hash, &number, sizeof number);
}

static int record(int64_t seq, enum attempt_outcome outcome, int number, bool *ret_counted)
{
    struct attempt attempt = {
        .robot_id = queue.policy.robot_id,
        .run_id = queue.run_id,
        .seq = seq,
        .outcome = outcome,
        .completed_ms = queue.now_ms,
        .duration_ms = 100,
        .masked = "*1",
        .note = outcome == ATTEMPT_DONE ? NULL : "look at it",
    };
    unsigned char hash[REFERENCE_HASH_SIZE];

    hash_of(number, hash);
    return ledger_record(queue.store, &attempt, 0, hash, ret_counted, &queue.fault);
}

static int undo(int number)
{
    unsigned char hash[REFERENCE_HASH_SIZE];

    hash_of(number, hash);
    return ledger_undo(queue.store,
                       &(struct ledger_reversal){queue.policy.robot_id, 0, hash, "it was wrong", 0,
                                                 "Bo", queue.now_ms},
                       &queue.fault);
}

static void counts_a_reference_once(void **state)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    bool is_counted = false;
    bool has = true;

    (void)state;
    hash_of(1, hash);
    queue_need(&queue, ledger_has(queue.store, queue.policy.robot_id, 0, hash, &has, &queue.fault));
    assert_false(has);
    assert_int_equal(record(1, ATTEMPT_DONE, 1, &is_counted), 0);
    assert_true(is_counted);
    queue_need(&queue, ledger_has(queue.store, queue.policy.robot_id, 0, hash, &has, &queue.fault));
    assert_true(has);
    assert_int_equal(record(2, ATTEMPT_DONE, 1, &is_counted), 0);
    assert_false(is_counted);
    assert_int_equal(queue_ask(&queue, "SELECT outcome FROM attempt WHERE seq = 2"),
                     ATTEMPT_REPEATED);
    assert_int_equal(queue_ask(&queue, "SELECT seq FROM ledger"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count FROM rollup_day WHERE outcome = 0"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count FROM rollup_day WHERE outcome = 1"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* A robot with a run, in a transaction. */
static int64_t yearly(const char *slug)
{
    int64_t robot_id = queue_robot(&queue, slug, WINDOW_YEAR);

    queue.policy.robot_id = robot_id;
    queue_begin(&queue);
    queue_run(&queue);
    queue_key(&queue, robot_id, WINDOW_YEAR, 2025);
    queue_key(&queue, robot_id, WINDOW_YEAR, 2026);
    return robot_id;
}

static void a_window_and_a_robot_of_its_own_count(void **state)
{
    struct attempt attempt = {
        .seq = 1, .completed_ms = queue.now_ms, .duration_ms = -1, .masked = "*"};
    unsigned char hash[REFERENCE_HASH_SIZE];
    bool is_counted = false;

    (void)state;
    hash_of(1, hash);
    queue_commit(&queue);
    attempt.robot_id = yearly("yearly");
    attempt.run_id = queue.run_id;
    queue_need(&queue, ledger_record(queue.store, &attempt, 2025, hash, &is_counted, &queue.fault));
    assert_true(is_counted);
    attempt.seq = 2;
    queue_need(&queue, ledger_record(queue.store, &attempt, 2026, hash, &is_counted, &queue.fault));
    assert_true(is_counted);
    attempt.seq = 3;
    queue_need(&queue, ledger_record(queue.store, &attempt, 2026, hash, &is_counted, &queue.fault));
    assert_false(is_counted);
    queue_commit(&queue);
    attempt.robot_id = yearly("other");
    attempt.run_id = queue.run_id;
    queue_need(&queue, ledger_record(queue.store, &attempt, 2026, hash, &is_counted, &queue.fault));
    assert_true(is_counted);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void an_attempt_is_recorded_once(void **state)
{
    bool is_counted = false;

    (void)state;
    assert_int_equal(record(1, ATTEMPT_DONE, 1, &is_counted), 0);
    assert_int_equal(record(1, ATTEMPT_DONE, 2, &is_counted), -EEXIST);
    assert_int_equal(record(1, ATTEMPT_BUSINESS, 2, &is_counted), -EEXIST);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_day"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void takes_back_once(void **state)
{
    bool is_counted = false;

    (void)state;
    assert_int_equal(undo(1), -ENOENT);
    assert_int_equal(record(1, ATTEMPT_DONE, 1, &is_counted), 0);
    queue.now_ms += 40 * (int64_t)DAY_MS; /* valued by its own day */
    assert_int_equal(undo(1), 0);
    assert_int_equal(undo(1), -EALREADY);
    assert_int_equal(record(2, ATTEMPT_DONE, 1, &is_counted), 0);
    assert_false(is_counted); /* a task that was taken back is not counted again */
    assert_int_equal(queue_ask(&queue, "SELECT count FROM rollup_day WHERE outcome = 6 AND day = "
                                       "(SELECT day FROM attempt WHERE seq = 1)"),
                     1);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_month WHERE outcome = 6"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM correction WHERE by_run_id IS NULL "
                                       "AND by_whom = 'Bo' AND booking = 24303"),
                     1);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void outcomes_have_words(void **state)
{
    int outcome;

    (void)state;
    for (outcome = ATTEMPT_DONE; outcome <= ATTEMPT_UNHELPED; outcome++)
        assert_true(strlen(attempt_outcome_word((enum attempt_outcome)outcome)) > 1);
}

/* ---- lists */

struct list {
    struct task_record tasks[64];
    size_t count;
    size_t stop_at;
};

static int keep(const struct task_record *task, void *context)
{
    struct list *kept = context;

    kept->tasks[kept->count++] = *task;
    return kept->count == kept->stop_at;
}

static struct list list;

static void list_tasks(struct task_filter filter)
{
    size_t stop_at = list.stop_at;

    memset(&list, 0, sizeof list);
    list.stop_at = stop_at;
    if (filter.to_day == 0) {
        filter.from_day = -100000;
        filter.to_day = 100000;
    }
    if (filter.limit == 0)
        filter.limit = 60;
    queue_need(&queue, task_each(queue.store, &filter, keep, &list, &queue.fault));
}

static void make_history(void)
{
    bool is_counted = false;
    int run;

    for (run = 0; run < 3; run++) {
        queue_run(&queue);
        assert_int_equal(record(1, ATTEMPT_DONE, 10 * run, &is_counted), 0);
        assert_int_equal(record(2, ATTEMPT_BUSINESS, 10 * run + 1, &is_counted), 0);
        assert_int_equal(record(3, ATTEMPT_DONE, 10 * run + 2, &is_counted), 0);
        queue.now_ms += DAY_MS;
    }
}

static void lists_newest_first(void **state)
{
    int64_t last_run;
    char robots[32];
    size_t i;

    (void)state;
    list.stop_at = 0;
    make_history();
    last_run = queue.run_id;
    list_tasks((struct task_filter){.robot_id = queue.policy.robot_id});
    assert_int_equal(list.count, 9);
    for (i = 0; i < 9; i++) {
        assert_int_equal(list.tasks[i].run_id, last_run - (int64_t)i / 3);
        assert_int_equal(list.tasks[i].seq, 3 - (int64_t)i % 3);
        assert_string_equal(list.tasks[i].robot, "franco");
        assert_string_equal(list.tasks[i].note, i % 3 == 1 ? "look at it" : "");
        assert_int_equal(list.tasks[i].duration_ms, 100);
        assert_int_equal(list.tasks[i].booking, clock_month_of_day(list.tasks[i].day));
    }
    list_tasks((struct task_filter){.robot_id = 0, .limit = 4});
    assert_int_equal(list.count, 4);
    assert_int_equal(list.tasks[3].run_id, last_run - 1);
    list_tasks((struct task_filter){.run_id = last_run - 1});
    assert_int_equal(list.count, 3);
    list_tasks((struct task_filter){.run_id = last_run, .robot_id = 77});
    assert_int_equal(list.count, 0);
    list_tasks((struct task_filter){.robot_id = 77});
    assert_int_equal(list.count, 0);
    (void)snprintf(robots, sizeof robots, ",77,%d,", (int)queue.policy.robot_id);
    list_tasks((struct task_filter){.robots = robots});
    assert_int_equal(list.count, 9);
    (void)snprintf(robots, sizeof robots, ",77,%d7,", (int)queue.policy.robot_id);
    list_tasks((struct task_filter){.robots = robots});
    assert_int_equal(list.count, 0);
    list_tasks((struct task_filter){.only_counted = true});
    assert_int_equal(list.count, 6);
    list.stop_at = 2;
    list_tasks((struct task_filter){.only_counted = true});
    assert_int_equal(list.count, 2);
}

static void lists_by_day(void **state)
{
    int32_t day = clock_local_day(queue.now_ms);

    (void)state;
    list.stop_at = 0;
    make_history();
    list_tasks((struct task_filter){.from_day = day + 1, .to_day = day + 1});
    assert_int_equal(list.count, 3);
    assert_int_equal(list.tasks[0].day, day + 1);
    list_tasks((struct task_filter){.from_day = day + 1, .to_day = day + 9});
    assert_int_equal(list.count, 6);
    list_tasks((struct task_filter){.from_day = day + 3, .to_day = day + 9});
    assert_int_equal(list.count, 0);
}

static void lists_what_was_taken_back(void **state)
{
    struct attempt attempt = {.robot_id = queue.policy.robot_id,
                              .run_id = queue.run_id,
                              .seq = 2,
                              .completed_ms = queue.now_ms,
                              .duration_ms = -1,
                              .masked = "*9"};
    unsigned char hash[REFERENCE_HASH_SIZE];
    bool is_counted = false;

    (void)state;
    list.stop_at = 0;
    attempt.department_id = department_id;
    hash_of(2, hash);
    assert_int_equal(record(1, ATTEMPT_DONE, 1, &is_counted), 0);
    queue_need(&queue, ledger_record(queue.store, &attempt, 0, hash, &is_counted, &queue.fault));
    assert_int_equal(undo(2), 0);
    list_tasks((struct task_filter){.only_counted = true});
    assert_int_equal(list.count, 1);
    assert_int_equal(list.tasks[0].seq, 1);
    list_tasks((struct task_filter){.only_counted = false});
    assert_int_equal(list.count, 2);
    assert_true(list.tasks[0].is_undone);
    assert_int_equal(list.tasks[0].department_id, department_id);
    assert_string_equal(list.tasks[0].department, "borger");
    assert_string_equal(list.tasks[0].masked, "*9");
    assert_int_equal(list.tasks[0].duration_ms, -1);
    assert_false(list.tasks[1].is_undone);
    assert_string_equal(list.tasks[1].department, "");
    assert_int_equal(list.tasks[1].department_id, 0);
    assert_int_equal(task_read(queue.store, queue.run_id, 2, &list.tasks[2], &queue.fault), 0);
    assert_true(list.tasks[2].is_undone);
    assert_int_equal(task_read(queue.store, queue.run_id, 3, &list.tasks[2], &queue.fault),
                     -ENOENT);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* A list of a big table is never sorted. */
static void lists_sort_nothing(void **state)
{
    sqlite3_stmt *statement = NULL;

    (void)state;
    list_tasks((struct task_filter){.robot_id = queue.policy.robot_id});
    list_tasks((struct task_filter){.robot_id = 0});
    list_tasks((struct task_filter){.run_id = 1});
    list_tasks((struct task_filter){.robots = ",1,"});
    while ((statement = sqlite3_next_stmt(queue.store->db, statement)) != NULL) {
        if (strstr(sqlite3_sql(statement), "attempt_note n") != NULL) {
            assert_int_equal(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 0), 0);
            assert_int_equal(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_AUTOINDEX, 0), 0);
        }
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(counts_a_reference_once),
        TEST(a_window_and_a_robot_of_its_own_count),
        TEST(an_attempt_is_recorded_once),
        TEST(takes_back_once),
        TEST(outcomes_have_words),
        TEST(lists_newest_first),
        TEST(lists_by_day),
        TEST(lists_what_was_taken_back),
        TEST(lists_sort_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
