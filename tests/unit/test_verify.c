#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "core/store/reference_key.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/verify.h"
#include "tests/unit/verify_home.h"

enum { PAGE_SIZE = 4096 };

static void test_good(void **state)
{
    (void)state;
    verify_home_good();
    assert_int_equal(verified.said, 0);
    assert_int_equal(verified.report.attempts, 5);
    assert_int_equal(verified.report.tasks, 2);
    assert_int_equal(verified.report.corrections, 1);
    assert_int_equal(verified.report.items, 2);
    assert_int_equal(verified.report.rollup_rows, 14);
    assert_int_equal(verified.report.handovers, 1);
}

/* What the store's own functions write is good. */
static void test_recorded(void **state)
{
    static const unsigned char plugin_hash[32];
    unsigned char hash[REFERENCE_HASH_SIZE];
    struct attempt attempt = {
        .outcome = ATTEMPT_DONE, .completed_ms = INT64_C(1750000000000), .masked = "*1"};
    struct store *store;
    int64_t fence = 0;
    bool counted = false;
    char reference[2] = "";

    (void)state;
    verify_home_anew();
    store = temp_home_open(verified.path);
    assert_int_equal(store_begin(store, &verified.fault), 0);
    assert_int_equal(
        robot_put(store, "ove", "Ove", false, false, &attempt.robot_id, &verified.fault), 0);
    assert_int_equal(
        run_create(store, attempt.robot_id, RUN_BY_HAND, "x", 5, &attempt.run_id, &verified.fault),
        0);
    assert_int_equal(run_start(store, attempt.run_id, plugin_hash, 5, &fence, &verified.fault), 0);
    for (attempt.seq = 1; attempt.seq <= 5; attempt.seq++) {
        attempt.duration_ms = attempt.seq == 3 ? -1 : 10;
        attempt.outcome = attempt.seq == 4 ? ATTEMPT_BUSINESS : ATTEMPT_DONE;
        attempt.completed_ms += INT64_C(20) * 86400 * 1000;
        reference[0] = attempt.seq == 5 ? '2' : (char)('0' + attempt.seq); /* 5 repeats 2 */
        assert_int_equal(reference_hash(store, attempt.robot_id, WINDOW_YEAR, 2025, reference, hash,
                                        &verified.fault),
                         0);
        assert_int_equal(ledger_record(store, &attempt, 2025, hash, &counted, &verified.fault), 0);
    }
    assert_int_equal(
        ledger_undo(store, &(struct ledger_reversal){attempt.robot_id, 2025, hash, "no", 0, "x", 9},
                    &verified.fault),
        0);
    assert_int_equal(store_commit(store, &verified.fault), 0);
    store_close(store);
    verify_home_good();
    assert_int_equal(verified.report.attempts, 5);
    assert_int_equal(verified.report.tasks, 3);
    assert_int_equal(verified.report.corrections, 1);
}

static void test_empty(void **state)
{
    (void)state;
    verify_home_anew();
    verify_home_good();
    assert_int_equal(verified.report.attempts, 0);
}

static void test_rollups(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE rollup_day SET count = 7 WHERE day = 20179", 1,
         "rollup_day of 2025-04-01, robot ove, booked in 2025-04, department number 0, outcome "
         "done: it says 7 (100 ms), a recount of the attempts, corrections and handovers gives 1 "
         "(100 ms)"},
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
    VERIFY_EACH(planted);
}

static void test_a_sum_of_nothing_is_no_difference(void **state)
{
    (void)state;
    temp_home_plant(verified.path, "INSERT INTO rollup_day VALUES(20200, 2, 24303, 0, 0, 0, 0)");
    verify_home_good();
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
        {"INSERT INTO ledger VALUES(1, 2025, randomblob(16), 1, 1)", 1,
         "ledger: run 1, attempt 1 of robot ove is counted 2 times"},
        {"UPDATE ledger SET robot_id = 2 WHERE seq = 1", 3,
         "ledger: robot aya has a task of run 1"},
    };

    (void)state;
    VERIFY_EACH(planted);
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
    VERIFY_EACH(planted);
}

static void test_handovers(void **state)
{
    static const struct planted planted[] = {
        {"DELETE FROM handover", 2, "outcome helped: it says 1 (0 ms)"},
        {"UPDATE rollup_day SET count = 2 WHERE outcome = 7", 1, "outcome helped: it says 2"},
        {"UPDATE handover SET window = 2026", 1,
         "handover: robot ove has something in window number 2026"},
        {"UPDATE handover SET ref_hash = zeroblob(16)", 1,
         "handover of run 1, attempt 4 of robot ove: its reference's hash is none"},
        {"UPDATE handover SET seq = 9", 1, "there is no such attempt"},
        {"UPDATE handover SET seq = 5", 1, "that attempt did not end with a person"},
        {"UPDATE handover SET robot_id = 2", ANY, "that attempt is another robot's"},
        {"UPDATE handover SET day = 20179", ANY, "it has another day or department"},
        {"UPDATE handover SET department_id = 1", ANY, "it has another day or department"},
        {"UPDATE handover SET booking = 24304", ANY, "booked in another month than the attempt"},
        {"UPDATE handover SET ref_hash = x'0102030405060708090a0b0c0d0e0f10'", 1,
         "it stands, though its reference was done"},
        {"UPDATE handover SET back_booking = 24303", ANY,
         "it is taken back, though its reference was never done"},
        {"UPDATE handover SET back_booking = 24306", ANY, "in a later month than its own and"},
        {"UPDATE handover SET back_booking = 24302", ANY, "it is booked before its own month"},
        {"INSERT INTO handover SELECT robot_id, window, randomblob(16), run_id, seq, day, "
         "department_id, booking, back_booking FROM handover",
         ANY, "handover: run 1, attempt 4 is handed over 2 times"},
    };

    (void)state;
    VERIFY_EACH(planted);
}

#define TAKEN_BACK_IN(window)                                                                      \
    "UPDATE run SET cause = 4 WHERE id = 1; UPDATE handover SET back_booking = 24305, "            \
    "window = " window "; INSERT OR IGNORE INTO reference_key "                                    \
    "VALUES(1, 2026, randomblob(16), 0);"                                                          \
    "INSERT INTO rollup_day VALUES(20180, 1, 24305, 0, 8, 1, 0);"                                  \
    "INSERT INTO rollup_month VALUES(24303, 1, 24305, 0, 8, 1, 0);"
#define NOTE_OF(seq, note) "INSERT INTO attempt_note VALUES(1, " seq ", '" note "');"
#define WAS_HANDED_OVER    "was handed over: run 1, attempt 4"

/* By an import's task of another window, whose note says so. */
static void test_handovers_elsewhere(void **state)
{
    static const struct planted planted[] = {
        {TAKEN_BACK_IN("2026"), 1, "it is taken back, though its reference was never done"},
        {TAKEN_BACK_IN("2026") NOTE_OF("1", "was handed over: run 1, attempt 04x"), 1,
         "it is taken back, though its reference was never done"},
        {TAKEN_BACK_IN("2026") NOTE_OF("5", WAS_HANDED_OVER), 1, /* not done */
         "it is taken back, though its reference was never done"},
        {TAKEN_BACK_IN("2025") NOTE_OF("1", WAS_HANDED_OVER), 2,
         "it is taken back, though its reference was never done"},
        {TAKEN_BACK_IN("2026") NOTE_OF("1", "was handed over: run 1, attempt 5"), 2,
         "attempt 1 of run 1 of robot ove: by its note it took back the handover of run 1, attempt "
         "5, which it did not"},
        {TAKEN_BACK_IN("2026") NOTE_OF("1", WAS_HANDED_OVER) NOTE_OF("2", WAS_HANDED_OVER), 1,
         "by its note it took back the handover of run 1, attempt 4, which it did not"},
        {"UPDATE run SET cause = 4 WHERE id = 1;" NOTE_OF("1", WAS_HANDED_OVER), 2,
         "it stands, though an import took it back"},
    };

    (void)state;
    VERIFY_EACH(planted);
    verify_home_anew();
    verify_home_fill();
    temp_home_plant(verified.path, TAKEN_BACK_IN("2026") NOTE_OF("1", WAS_HANDED_OVER));
    verify_home_good();
}

static void test_bookings(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE attempt SET booking = 24306 WHERE seq = 1", ANY,
         "attempt: run 1, attempt 1: it is booked in a later month than its own and the oldest"},
        {"UPDATE attempt SET booking = 24302 WHERE seq = 1", ANY,
         "attempt: run 1, attempt 1: it is booked before its own month"},
        {"DELETE FROM period WHERE month = 24304", 1, "in a month in which it cannot be booked"},
        {"UPDATE correction SET booking = 24302", ANY, "in a month in which it cannot be booked"},
    };

    (void)state;
    VERIFY_EACH(planted);
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
        {"UPDATE attempt SET outcome = 9 WHERE seq = 4", ANY,
         "attempt: run 1, attempt 4 has the outcome 9"},
        {"UPDATE attempt SET outcome = 6 WHERE seq = 4", ANY, "has the outcome 6, which is none"},
        {"UPDATE attempt SET masked = '' WHERE seq = 4", 1, "run 1, attempt 4 has no mask"},
        {"UPDATE attempt SET masked = '*12345' WHERE seq = 4", 1,
         "run 1, attempt 4 has no mask, or shows more of its reference than a mask may"},
        {"UPDATE attempt SET masked = '010203-1234' WHERE seq = 4", 1,
         "run 1, attempt 4 has no mask, or shows more of its reference"},
        {"UPDATE attempt SET masked = '*01020312345678901234' WHERE seq = 4", 1,
         "run 1, attempt 4 has no mask, or shows more of its reference"},
    };

    (void)state;
    VERIFY_EACH(planted);
}

/* One change each of what was done. */
static void test_windows_and_hashes(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE ledger SET ref_hash = zeroblob(16) WHERE seq = 1", 1,
         "ledger: run 1, attempt 1 of robot ove: its reference's hash is none"},
        {"UPDATE ledger SET ref_hash = x'01' WHERE seq = 1", ANY, "its reference's hash is none"},
        {"UPDATE ledger SET window = window + 1 WHERE seq = 1", 1,
         "ledger: robot ove has something in window number 2026, of which the store knows no key"},
        {"INSERT INTO reference_key VALUES(1, 24303, randomblob(16), 0);"
         "UPDATE ledger SET window = 24303 WHERE seq = 1",
         1, "window number 24303, which is none of its kind"},
        {"UPDATE run SET cause = 4 WHERE id = 1; UPDATE ledger SET window = 2026 WHERE seq = 1;"
         "INSERT INTO reference_key VALUES(1, 2026, randomblob(16), 0)",
         1, "run 1, attempt 1 of robot ove is counted in another window than that of its day"},
        {"UPDATE run SET cause = 4 WHERE id = 1; "
         "INSERT INTO attempt_note VALUES(1, 1, 'business date 2026-01-02')",
         1, "run 1, attempt 1 of robot ove is counted in another window than that of its day"},
        {"DELETE FROM reference_key", ANY, "ledger: robot ove has something in window number 2025"},
    };

    (void)state;
    VERIFY_EACH(planted);
    verify_home_anew();
    verify_home_fill();
    temp_home_plant(verified.path, "UPDATE run SET cause = 4 WHERE id = 1");
    verify_home_good();
    temp_home_plant(verified.path,
                    "UPDATE ledger SET window = 2026 WHERE seq = 1;"
                    "INSERT INTO reference_key VALUES(1, 2026, randomblob(16), 0);"
                    "INSERT INTO attempt_note VALUES(1, 1, 'business date 2026-01-02')");
    verify_home_good();
}

static void test_states_of_runs(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE run SET state = 1, ending = NULL, ended_ms = NULL WHERE id = 1", 1,
         "run 1 of robot ove: it is queued, but it has begun"},
        {"UPDATE run SET state = 1 WHERE id = 1", ANY, "it is queued, but it has begun"},
        {"UPDATE run SET ending = NULL WHERE id = 1", ANY, "it has ended, but not how or when"},
        {"UPDATE run SET ending = 9 WHERE id = 1", 1, "it has ended, but not how or when"},
        {"UPDATE run SET ended_ms = NULL WHERE id = 1", 1, "it has ended, but not how or when"},
        {"UPDATE run SET ended_ms = 5 WHERE id = 2", 1,
         "run 2 of robot ove: it has not ended, but"},
        {"UPDATE run SET started_ms = NULL WHERE id = 2", 1, "it is running, but it has not begun"},
        {"UPDATE run SET state = 7 WHERE id = 2", ANY, "its state is none"},
    };

    (void)state;
    VERIFY_EACH(planted);
}

static void test_small_tables(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE robot_share SET millionths = 500001 WHERE department_id = 2", 1,
         "robot ove: its shares from 2024-10-04 are 1000001 millionths of the whole"},
        {"UPDATE attempt_note SET seq = 9", 1, "note: run 1 has one of attempt 9, but no such"},
        {"UPDATE item_number SET last = 1", 1, "is said to be 1, but there is item 2"},
        {"DELETE FROM item_number", 1, "is said to be 0, but there is item 2"},
    };

    (void)state;
    VERIFY_EACH(planted);
}

static void test_foreign_keys(void **state)
{
    static const struct planted planted[] = {
        {"INSERT INTO budget VALUES(99, 2026, 1, 1, 'x', 1, 'x')", 1,
         "budget: a row refers to a row of department that is not there"},
        {"INSERT INTO trigger(id, robot_id, kind, cron, misfire, misfire_limit, overlap, is_added, "
         "made_by, since_ms) VALUES(5, 99, 1, '* * * * *', 2, 10, 2, 0, 'x', 0)",
         1, "trigger: row 5 refers to a row of robot that is not there"},
    };

    (void)state;
    VERIFY_EACH(planted);
}

static void test_damage(void **state)
{
    static char garbage[PAGE_SIZE];
    int64_t page;
    int fd;

    (void)state;
    temp_home_plant(verified.path,
                    "PRAGMA wal_checkpoint(TRUNCATE)"); /* else the log has the page */
    page =
        temp_home_ask(verified.path, "SELECT rootpage FROM sqlite_schema WHERE name = 'attempt'");
    memset(garbage, 0xa5, sizeof garbage);
    fd = open(temp_home_path(verified.path, "automagi.db"), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, garbage, sizeof garbage, (page - 1) * PAGE_SIZE),
                     (ssize_t)sizeof garbage);
    assert_int_equal(close(fd), 0);
    verify_home_said(ANY, "the database's own check: ");
    /* And the rest was looked at all the same. */
    assert_int_equal(verified.report.items, 2);
}

static void test_not_all_is_said(void **state)
{
    (void)state;
    temp_home_plant(verified.path,
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                    "i < 1500) INSERT INTO rollup_day SELECT i, 1, 1, 0, 0, 1, 0 FROM n");
    verify_home_verify();
    assert_int_equal(verified.report.differences, 1500);
    assert_int_equal(verified.said, 1000);
}

/* So many rows that all buckets have some, and keys enough to make the table grow. */
static void test_one_among_many(void **state)
{
    (void)state;
    temp_home_plant(
        verified.path,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "INSERT INTO attempt SELECT 2, i, 0, 20179 + i % 3000, (20179 + i % 3000) * 86400000, 1, "
        "NULL, NULL, '*' FROM n;"
        "INSERT INTO ledger SELECT 1, 2025, randomblob(16), run_id, seq FROM attempt "
        "WHERE run_id = 2;"
        "UPDATE run SET done = 20000, first_day = 20179, last_day = 23178 WHERE id = 2;"
        "DELETE FROM rollup_day; DELETE FROM rollup_month;"
        "INSERT INTO rollup_day SELECT a.day, r.robot_id, coalesce(a.booking, "
        "strftime('%Y', a.day * 86400, 'unixepoch') * 12 + "
        "strftime('%m', a.day * 86400, 'unixepoch') - 1), coalesce(a.department_id, 0), a.outcome, "
        "count(*), coalesce(sum(a.duration_ms), 0) "
        "FROM attempt a JOIN run r ON r.id = a.run_id GROUP BY 1, 2, 3, 4, 5;"
        "INSERT INTO rollup_day VALUES(20180, 1, 24305, 1, 6, 1, 0), "
        "(20180, 1, 24303, 0, 7, 1, 0);"
        "INSERT INTO rollup_month SELECT cast(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) "
        "* 12 + strftime('%m', day * 86400, 'unixepoch') - 1, robot_id, booking, department_id, "
        "outcome, sum(count), sum(duration_ms) FROM rollup_day GROUP BY 1, 2, 3, 4, 5");
    verify_home_good();
    assert_int_equal(verified.report.attempts, 20005);
    assert_int_equal(verified.report.tasks, 20002);
    temp_home_plant(verified.path, "DELETE FROM ledger WHERE seq = 12345; "
                                   "UPDATE ledger SET seq = 30000 WHERE seq = 54");
    verify_home_said(3, "attempt: run 2, attempt 12345 of robot ove was done");
    verify_home_said(3, "attempt: run 2, attempt 54 of robot ove was done");
    verify_home_said(3, "ledger: robot ove has a task of run 2, attempt 30000");
}

static void test_within_a_view(void **state)
{
    struct store *store = NULL;

    (void)state;
    verified.said = 0;
    assert_int_equal(store_open(verified.path, STORE_READ, &store, &verified.fault), 0);
    assert_int_equal(store_view_begin(store, &verified.fault), 0);
    temp_home_plant(verified.path, "DELETE FROM ledger");
    assert_int_equal(
        verify_store(store, verify_home_keep, verified.lines, &verified.report, &verified.fault),
        0);
    assert_int_equal(verified.report.differences, 0);
    store_view_end(store);
    assert_int_equal(
        verify_store(store, verify_home_keep, verified.lines, &verified.report, &verified.fault),
        0);
    assert_int_equal(verified.report.differences, 3);
    store_close(store);
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, verify_home_set_up, verify_home_tear_down)

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
        TEST(test_handovers),
        TEST(test_handovers_elsewhere),
        TEST(test_bookings),
        TEST(test_attempts_and_runs),
        TEST(test_windows_and_hashes),
        TEST(test_states_of_runs),
        TEST(test_small_tables),
        TEST(test_foreign_keys),
        TEST(test_damage),
        TEST(test_not_all_is_said),
        TEST(test_one_among_many),
        TEST(test_within_a_view),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
