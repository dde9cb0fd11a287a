#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/ledger.h"
#include "core/store/reference_key.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/verify.h"
#include "tests/unit/temp_home.h"

enum { LINES_MAX = 64, ANY = -1, PAGE_SIZE = 4096 };

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct verify_report report;
static char lines[LINES_MAX][1024];
static int64_t said;

/* Two days of one robot: 20179 is 2025-04-01, 24303 April 2025. */
static const char GOOD[] =
    "INSERT INTO robot(id, slug, name, position, external, one_off) "
    "VALUES(1, 'ove', 'Ove', 1, 0, 0), (2, 'aya', 'Aya', 2, 0, 0);"
    "INSERT INTO run(id, robot_id, cause, state, ending, asked_by, fence, created_ms, done, "
    "business, failed, first_day, last_day) "
    "VALUES(1, 1, 1, 3, 1, 'x', 3, 0, 3, 1, 1, 20179, 20180), "
    "(2, 1, 1, 2, NULL, 'x', 7, 0, 0, 0, 0, NULL, NULL);"
    "INSERT INTO attempt(run_id, seq, outcome, day, completed_ms, duration_ms, department_id, "
    "booking, masked) VALUES(1, 1, 0, 20179, 1743508800000, 100, NULL, NULL, '*1234'), "
    "(1, 2, 0, 20180, 1743595200000, 50, 1, 24304, '*ø'), (1, 3, 1, 20180, 1743595200000, NULL, "
    "NULL, NULL, '*1234'), "
    "(1, 4, 2, 20180, 1743595200000, 1, NULL, NULL, NULL), (1, 5, 4, 20180, 1743595200000, 1, "
    "NULL, NULL, '*CPR');"
    "INSERT INTO ledger VALUES(1, 2025, zeroblob(16), 1, 1), "
    "(1, 2025, x'00112233445566778899aabbccddeeff', 1, 2);"
    "INSERT INTO correction VALUES(1, 2025, x'00112233445566778899aabbccddeeff', 1, 2, 20180, 1, "
    "24305, 'wrong', NULL, 'x', 5);"
    "INSERT INTO rollup_day SELECT a.day, r.robot_id, coalesce(a.booking, 24303), "
    "coalesce(a.department_id, 0), a.outcome, count(*), coalesce(sum(a.duration_ms), 0) "
    "FROM attempt a JOIN run r ON r.id = a.run_id GROUP BY 1, 2, 3, 4, 5;"
    "INSERT INTO rollup_day VALUES(20180, 1, 24305, 1, 6, 1, 0);"
    "INSERT INTO rollup_month SELECT 24303, robot_id, booking, department_id, outcome, sum(count), "
    "sum(duration_ms) FROM rollup_day GROUP BY 2, 3, 4, 5;"
    "INSERT INTO item(id, robot_id, window, ref_hash, state, priority, business_day, attempts, "
    "payload_hash, masked, created_ms, changed_ms) "
    "VALUES(1, 1, 2025, randomblob(16), 0, 0, 20180, 0, x'00', '*1', 0, 0), "
    "(2, 1, 2025, randomblob(16), 3, 0, 20180, 0, x'00', '', 0, 0);"
    "INSERT INTO lease VALUES(2, 1, 7, '[1]');";

static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    if (temp_home_make(home) < 0)
        return -1;
    temp_home_create(home);
    temp_home_plant(home, GOOD);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

static void keep_line(const char *difference, void *context)
{
    assert_ptr_equal(context, lines);
    if (said < LINES_MAX)
        assert_true(text_copy(lines[said], sizeof lines[said], difference));
    said++;
}

static void verify(void)
{
    struct store *store = NULL;

    said = 0;
    memset(lines, 0, sizeof lines);
    memset(&report, 0, sizeof report);
    if (store_open(home, STORE_READ, &store, &fault) != 0 ||
        verify_store(store, keep_line, lines, &report, &fault) != 0)
        fail_msg("%s", fault.text);
    store_close(store);
}

static void say_lines(void)
{
    int64_t i;

    for (i = 0; i < said && i < LINES_MAX; i++)
        print_error("  said: %s\n", lines[i]);
}

/* That many differences, and one of the lines holds the words. */
static void assert_said(int64_t differences, const char *words)
{
    bool found = false;
    int64_t i;

    verify();
    for (i = 0; i < said && i < LINES_MAX; i++)
        found = found || strstr(lines[i], words) != NULL;
    if (!found || (differences != ANY && report.differences != differences)) {
        say_lines();
        fail_msg("expected %lld differences with \"%s\", found %lld", (long long)differences, words,
                 (long long)report.differences);
    }
}

static void assert_good(void)
{
    verify();
    if (report.differences != 0) {
        say_lines();
        fail_msg("expected no difference");
    }
}

static void test_good(void **state)
{
    (void)state;
    assert_good();
    assert_int_equal(said, 0);
    assert_int_equal(report.attempts, 5);
    assert_int_equal(report.tasks, 2);
    assert_int_equal(report.corrections, 1);
    assert_int_equal(report.items, 2);
    assert_int_equal(report.rollup_rows, 12);
}

static void start_anew(void)
{
    assert_int_equal(temp_home_remove(home), 0);
    assert_int_equal(mkdir(home, 0700), 0);
    temp_home_create(home);
}

/* What the store's own functions write is good. */
static void test_recorded(void **state)
{
    static const unsigned char plugin_hash[32];
    unsigned char hash[REFERENCE_HASH_SIZE] = {1};
    struct attempt attempt = {
        .outcome = ATTEMPT_DONE, .completed_ms = INT64_C(1750000000000), .masked = "*1"};
    struct store *store;
    int64_t fence = 0;
    bool counted = false;

    (void)state;
    start_anew();
    store = temp_home_open(home);
    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(robot_put(store, "ove", "Ove", false, false, &attempt.robot_id, &fault), 0);
    assert_int_equal(
        run_create(store, attempt.robot_id, RUN_BY_HAND, "x", 5, &attempt.run_id, &fault), 0);
    assert_int_equal(run_start(store, attempt.run_id, plugin_hash, 5, &fence, &fault), 0);
    for (attempt.seq = 1; attempt.seq <= 5; attempt.seq++) {
        attempt.duration_ms = attempt.seq == 3 ? -1 : 10;
        attempt.outcome = attempt.seq == 4 ? ATTEMPT_BUSINESS : ATTEMPT_DONE;
        attempt.completed_ms += INT64_C(20) * 86400 * 1000;
        hash[1] = attempt.seq == 5 ? 2 : (unsigned char)attempt.seq; /* 5 repeats 2 */
        assert_int_equal(ledger_record(store, &attempt, 2025, hash, &counted, &fault), 0);
    }
    assert_int_equal(
        ledger_undo(store, &(struct ledger_reversal){attempt.robot_id, 2025, hash, "no", 0, "x", 9},
                    &fault),
        0);
    assert_int_equal(store_commit(store, &fault), 0);
    store_close(store);
    assert_good();
    assert_int_equal(report.attempts, 5);
    assert_int_equal(report.tasks, 3);
    assert_int_equal(report.corrections, 1);
}

static void test_empty(void **state)
{
    (void)state;
    start_anew();
    assert_good();
    assert_int_equal(report.attempts, 0);
}

struct planted {
    const char *statements;
    int64_t differences;
    const char *words;
};

static void assert_each(const struct planted *planted, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        start_anew();
        temp_home_plant(home, GOOD);
        temp_home_plant(home, planted[i].statements);
        assert_said(planted[i].differences, planted[i].words);
    }
}

#define ASSERT_EACH(planted) assert_each(planted, sizeof(planted) / sizeof(planted)[0])

static void test_rollups(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE rollup_day SET count = 7 WHERE day = 20179", 1,
         "rollup_day of 2025-04-01, robot ove, booked in 2025-04, department number 0, outcome "
         "done: it says 7 (100 ms), a recount of the attempts and corrections gives 1 (100 ms)"},
        {"UPDATE rollup_day SET duration_ms = 3 WHERE day = 20179", 1, "it says 1 (3 ms)"},
        {"DELETE FROM rollup_day WHERE outcome = 2", 1, "outcome business: the row is missing"},
        {"INSERT INTO rollup_day VALUES(20200, 2, 24303, 0, 0, 5, 0)", 1,
         "rollup_day of 2025-04-22, robot aya"},
        {"INSERT INTO rollup_day VALUES(20200, 9, 24303, 0, 0, 5, 0)", 1, "robot number 9"},
        {"INSERT INTO rollup_day VALUES(20200, 2, 24303, 0, 12, 5, 0)", 1, "outcome unknown to"},
        {"UPDATE rollup_month SET count = 0 WHERE outcome = 4", 1, "rollup_month of 2025-04, "},
        {"DELETE FROM rollup_month WHERE outcome = 6", 1, "outcome undone: the row is missing"},
        {"UPDATE rollup_day SET booking = 24306 WHERE booking = 24304", 2, "booked in 2025-07"},
        {"UPDATE attempt SET duration_ms = 51 WHERE seq = 2", 2, "it says 1 (50 ms)"},
    };

    (void)state;
    ASSERT_EACH(planted);
}

static void test_a_sum_of_nothing_is_no_difference(void **state)
{
    (void)state;
    temp_home_plant(home, "INSERT INTO rollup_day VALUES(20200, 2, 24303, 0, 0, 0, 0)");
    assert_good();
}

static void test_ledger(void **state)
{
    static const struct planted planted[] = {
        {"DELETE FROM ledger WHERE seq = 1", 1,
         "attempt: run 1, attempt 1 of robot ove was done and counted, but the ledger has no task"},
        {"INSERT INTO ledger VALUES(1, 2025, randomblob(16), 1, 77)", 1,
         "ledger: robot ove has a task of run 1, attempt 77"},
        {"INSERT INTO ledger VALUES(1, 2025, randomblob(16), 1, 3)", 1,
         "ledger: robot ove has a task of run 1, attempt 3"},
        {"INSERT INTO ledger VALUES(1, 2026, randomblob(16), 1, 1)", 1,
         "ledger: run 1, attempt 1 of robot ove is counted 2 times"},
        {"UPDATE ledger SET robot_id = 2 WHERE seq = 1", 2,
         "ledger: robot aya has a task of run 1"},
    };

    (void)state;
    ASSERT_EACH(planted);
}

static void test_corrections(void **state)
{
    static const struct planted planted[] = {
        {"DELETE FROM correction", 2, "outcome undone: it says 1 (0 ms)"},
        {"UPDATE correction SET window = 2026", 1,
         "correction: it takes back run 1, attempt 2 of robot ove, but the ledger has no such "
         "task"},
        {"UPDATE correction SET seq = 1", 1, "the ledger's task is of another attempt"},
        {"UPDATE correction SET day = 20179", 3, "with another day or department"},
        {"UPDATE correction SET department_id = NULL", 5, "with another day or department"},
        {"UPDATE correction SET seq = 9; UPDATE ledger SET seq = 9 WHERE seq = 2", 3,
         "but there is no such attempt"},
    };

    (void)state;
    ASSERT_EACH(planted);
}

static void test_attempts_and_runs(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE run SET done = 9 WHERE id = 1", 1,
         "run 1 of robot ove: it says 9 done, its attempts are 3"},
        {"UPDATE run SET business = 0 WHERE id = 1", 1, "it says 0 business, its attempts are 1"},
        {"UPDATE run SET failed = 2 WHERE id = 2", 1, "run 2 of robot ove: it says 2 failed"},
        {"UPDATE run SET last_day = 20179 WHERE id = 1", 1, "its first and last day"},
        {"UPDATE run SET first_day = NULL WHERE id = 1", 1, "its first and last day"},
        {"UPDATE run SET first_day = 5 WHERE id = 2", 1, "its first and last day"},
        {"DELETE FROM run WHERE id = 1", ANY, "attempt: there are attempts of run 1, but no such"},
        {"UPDATE attempt SET run_id = 0 WHERE seq = 5", ANY, "attempts of run 0, but no such"},
        {"UPDATE attempt SET run_id = 9 WHERE seq = 5", ANY, "attempts of run 9, but no such"},
        {"UPDATE attempt SET outcome = 9 WHERE seq = 4", 4,
         "attempt: run 1, attempt 4 has the outcome 9"},
        {"UPDATE attempt SET outcome = 6 WHERE seq = 4", 4, "has the outcome 6, which is none"},
        {"UPDATE attempt SET masked = '010203-1234' WHERE seq = 4", 1,
         "run 1, attempt 4 shows more of its reference"},
        {"UPDATE attempt SET masked = '*01020312345678901234' WHERE seq = 4", 1,
         "run 1, attempt 4 shows more of its reference"},
    };

    (void)state;
    ASSERT_EACH(planted);
}

static void test_items_and_leases(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE item SET masked = '010203-1234' WHERE id = 2", 1, "item 2: it shows more"},
        {"UPDATE item SET state = 1 WHERE id = 2", ANY, "item 2: it has the state 1"},
        {"UPDATE item SET ref_hash = x'00' WHERE id = 2", 1, "item 2: its reference's hash"},
        {"INSERT INTO item SELECT 3, robot_id, window, ref_hash, 0, 0, 20180, 0, 0, NULL, x'00', "
         "NULL, '*1', NULL, 0, 0 FROM item WHERE id = 1",
         1, "item 3 of robot ove has the same reference as item 1"},
        {"UPDATE lease SET fence = 8", 1,
         "lease: items of robot ove are leased by run 2, with another fence"},
        {"UPDATE lease SET run_id = 1", ANY, "by run 1, which is not running"},
        {"UPDATE lease SET run_id = 9", 1, "by run 9, which is not there"},
        {"UPDATE lease SET robot_id = 2", 2,
         "lease: item 1 is leased by run 2, which is another robot's"},
        {"INSERT INTO run SELECT 3, robot_id, cause, state, ending, asked_by, fence, created_ms, "
         "started_ms, ended_ms, plugin_hash, 0, 0, 0, NULL, NULL, NULL FROM run WHERE id = 2;"
         "INSERT INTO lease VALUES(3, 1, 7, '[4, 1]')",
         1, "lease: item 1 is leased twice, also by run 3"},
        {"UPDATE lease SET items = '[1'", 1, "malformed JSON"},
    };

    (void)state;
    ASSERT_EACH(planted);
}

static void test_foreign_keys(void **state)
{
    static const struct planted planted[] = {
        {"INSERT INTO budget VALUES(99, 2026, 1)", 1,
         "budget: a row refers to a row of department that is not there"},
        {"INSERT INTO trigger VALUES(5, 99, '* * * * *')", 1,
         "trigger: row 5 refers to a row of robot that is not there"},
    };

    (void)state;
    ASSERT_EACH(planted);
}

static void test_damage(void **state)
{
    static char garbage[PAGE_SIZE];
    int64_t page;
    int fd;

    (void)state;
    temp_home_plant(home, "PRAGMA wal_checkpoint(TRUNCATE)"); /* else the log has the page */
    page = temp_home_ask(home, "SELECT rootpage FROM sqlite_schema WHERE name = 'attempt'");
    memset(garbage, 0xa5, sizeof garbage);
    fd = open(temp_home_path(home, "automagi.db"), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, garbage, sizeof garbage, (page - 1) * PAGE_SIZE),
                     (ssize_t)sizeof garbage);
    assert_int_equal(close(fd), 0);
    assert_said(ANY, "the database's own check: ");
    /* And the rest was looked at all the same. */
    assert_int_equal(report.items, 2);
}

static void test_not_all_is_said(void **state)
{
    (void)state;
    temp_home_plant(home, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                          "i < 1500) INSERT INTO rollup_day SELECT i, 1, 1, 0, 0, 1, 0 FROM n");
    verify();
    assert_int_equal(report.differences, 1500);
    assert_int_equal(said, 1000);
}

/* So many rows that all buckets have some, and keys enough to make the table grow. */
static void test_one_among_many(void **state)
{
    (void)state;
    temp_home_plant(
        home,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "INSERT INTO attempt SELECT 2, i, 0, 20179 + i % 3000, (20179 + i % 3000) * 86400000, 1, "
        "NULL, 24303, NULL FROM n;"
        "INSERT INTO ledger SELECT 1, 2030, randomblob(16), run_id, seq FROM attempt "
        "WHERE run_id = 2;"
        "UPDATE run SET done = 20000, first_day = 20179, last_day = 23178 WHERE id = 2;"
        "DELETE FROM rollup_day; DELETE FROM rollup_month;"
        "INSERT INTO rollup_day SELECT a.day, r.robot_id, coalesce(a.booking, 24303), "
        "coalesce(a.department_id, 0), a.outcome, count(*), coalesce(sum(a.duration_ms), 0) "
        "FROM attempt a JOIN run r ON r.id = a.run_id GROUP BY 1, 2, 3, 4, 5;"
        "INSERT INTO rollup_day VALUES(20180, 1, 24305, 1, 6, 1, 0);"
        "INSERT INTO rollup_month SELECT cast(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) "
        "* 12 + strftime('%m', day * 86400, 'unixepoch') - 1, robot_id, booking, department_id, "
        "outcome, sum(count), sum(duration_ms) FROM rollup_day GROUP BY 1, 2, 3, 4, 5");
    assert_good();
    assert_int_equal(report.attempts, 20005);
    assert_int_equal(report.tasks, 20002);
    temp_home_plant(home, "DELETE FROM ledger WHERE seq = 12345; "
                          "UPDATE ledger SET seq = 30000 WHERE seq = 54");
    assert_said(3, "attempt: run 2, attempt 12345 of robot ove was done");
    assert_said(3, "attempt: run 2, attempt 54 of robot ove was done");
    assert_said(3, "ledger: robot ove has a task of run 2, attempt 30000");
}

/* -------- keys */

static const char *make_key(void)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    struct store *store = temp_home_open(home);

    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(reference_hash(store, 1, WINDOW_YEAR, 2025, "a", hash, &fault), 0);
    assert_int_equal(store_commit(store, &fault), 0);
    store_close(store);
    return temp_home_path(home, "keys/ove/2025");
}

static void test_keys(void **state)
{
    const char *path;
    int fd;

    (void)state;
    assert_int_equal(mkdir(temp_home_path(home, "keys"), 0700), 0);
    path = make_key();
    assert_good();
    temp_home_plant(home, "UPDATE item SET sealed = x'00'");
    assert_good();
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "another key", 11, 0), 11);
    assert_int_equal(close(fd), 0);
    assert_said(1, "key: robot ove, window 2025");
    assert_int_equal(truncate(path, 5), 0);
    assert_said(1, "keys/ove/2025: is not a key");
    assert_int_equal(unlink(path), 0);
    assert_said(1, "key: items on the queue of robot ove cannot be opened: ");
    /* Nothing is left that needs it: the window was erased. */
    temp_home_plant(home, "UPDATE item SET state = 5, sealed = NULL; DELETE FROM lease");
    assert_good();
}

static void test_keys_not_remembered(void **state)
{
    (void)state;
    temp_home_plant(home, "UPDATE item SET sealed = x'00' WHERE id = 2");
    assert_said(1, "key: items on the queue of robot ove cannot be opened: ");
}

static void test_within_a_view(void **state)
{
    struct store *store = NULL;

    (void)state;
    said = 0;
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_int_equal(store_view_begin(store, &fault), 0);
    temp_home_plant(home, "DELETE FROM ledger");
    assert_int_equal(verify_store(store, keep_line, lines, &report, &fault), 0);
    assert_int_equal(report.differences, 0);
    store_view_end(store);
    assert_int_equal(verify_store(store, keep_line, lines, &report, &fault), 0);
    assert_int_equal(report.differences, 3);
    store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good),
        TEST(test_recorded),
        TEST(test_empty),
        TEST(test_rollups),
        TEST(test_a_sum_of_nothing_is_no_difference),
        TEST(test_ledger),
        TEST(test_corrections),
        TEST(test_attempts_and_runs),
        TEST(test_items_and_leases),
        TEST(test_foreign_keys),
        TEST(test_damage),
        TEST(test_not_all_is_said),
        TEST(test_one_among_many),
        TEST(test_keys),
        TEST(test_keys_not_remembered),
        TEST(test_within_a_view),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
