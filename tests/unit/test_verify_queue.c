#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/verify_home.h"

static void test_items_and_leases(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE item SET masked = '010203-1234' WHERE id = 2", 1,
         "item 2: it has no mask, or shows more"},
        {"UPDATE item SET state = 1 WHERE id = 2", ANY, "item 2: it has the state 1"},
        {"UPDATE item SET ref_hash = x'00' WHERE id = 2", ANY,
         "item 2: its reference's hash is none"},
        {"UPDATE item SET ref_hash = zeroblob(16) WHERE id = 2", 2,
         "item 2: its reference's hash is none"},
        {"UPDATE item SET ref_hash = randomblob(16) WHERE id = 2", 1,
         "item 2: the reference sealed in it is another than its hash is of"},
        {"UPDATE item SET masked = '*12345' WHERE id = 2", 1, "item 2: it has no mask, or shows"},
        {"UPDATE item SET masked = '' WHERE id = 2", 1, "item 2: it has no mask"},
        {"UPDATE item SET window = 2026 WHERE id = 2", 3,
         "item 2: its window, number 2026, is not that of its business date"},
        {"UPDATE item SET business_day = 30000 WHERE id = 2", 1,
         "item 2: its window, number 2025, is not that of its business date"},
        {"UPDATE item SET sealed = zeroblob(length(sealed)) WHERE id = 1", 1,
         "item 1: what is sealed in it does not open"},
        {"UPDATE item SET sealed = (SELECT sealed FROM item WHERE id = 2) WHERE id = 1", 1,
         "item 1: the reference sealed in it is another than its hash is of"},
        {"UPDATE item SET sealed = NULL WHERE id = 1", 1, "item 1: it is open, but its payload"},
        {"INSERT INTO ledger SELECT robot_id, window, ref_hash, 1, 4 FROM item WHERE id = 1;"
         "UPDATE attempt SET outcome = 0 WHERE seq = 4",
         ANY, "item 1 of robot ove is open, but the ledger has its reference: run 1, attempt 4"},
        {"INSERT INTO ledger SELECT robot_id, window, ref_hash, 1, 4 FROM item WHERE id = 2;"
         "UPDATE attempt SET outcome = 0 WHERE seq = 4",
         ANY, "item 2 of robot ove is open, but the ledger has its reference"},
        {"INSERT INTO item SELECT 3, robot_id, window, ref_hash, 0, 0, 20180, 0, 0, NULL, NULL, "
         "0, 0, x'00', sealed, '*1', NULL, 0, 0, NULL FROM item WHERE id = 1; UPDATE item_number "
         "SET "
         "last = 3",
         1, "item 3 of robot ove has the same reference as item 1"},
        {"UPDATE lease SET fence = 8", 1,
         "lease: items of robot ove are leased by run 2, with another fence"},
        {"UPDATE lease SET run_id = 1", ANY, "by run 1, which is not running"},
        {"UPDATE lease SET run_id = 9", 1, "by run 9, which is not there"},
        {"UPDATE lease SET robot_id = 2", 2,
         "lease: item 1 is leased by run 2, which is another robot's"},
        {"INSERT INTO run SELECT 3, robot_id, cause, state, ending, asked_by, fence, created_ms, "
         "started_ms, ended_ms, plugin_hash, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL FROM run "
         "WHERE id = 2;"
         "INSERT INTO lease VALUES(3, 1, 7, '[4, 1]')",
         1, "lease: item 1 is leased twice, also by run 3"},
        {"UPDATE lease SET items = '[1'", 1, "malformed JSON"},
    };

    (void)state;
    VERIFY_EACH(planted);
}

/* What goes with each state. */
static void test_marks_of_items(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE item SET due_ms = 5 WHERE id = 1", 1,
         "item 1: it has a time it is deferred until, but is not deferred"},
        {"UPDATE item SET state = 2, due_ms = NULL WHERE id = 2", 1,
         "item 2: it is deferred, but not until any time"},
        {"UPDATE item SET deadline_ms = -1 WHERE id = 2", 1, "item 2: its deadline is none"},
        {"UPDATE item SET lost_runs = attempts + 1 WHERE id = 2", 1,
         "item 2: more runs failed while it was begun than it had tries"},
        {"UPDATE item SET quarantined = 1, attempts = 1, lost_runs = 1 WHERE id = 1", 1,
         "item 1: it is quarantined, but does not wait"},
        {"UPDATE item SET quarantined = 1, state = 3, due_ms = NULL WHERE id = 2", 1,
         "item 2: it is quarantined, but no run failed while it was begun"},
    };

    (void)state;
    VERIFY_EACH(planted);
}

/* -------- keys */

static void test_keys(void **state)
{
    const char *path;
    int fd;

    (void)state;
    path = temp_home_path(verified.path, "keys/ove/2025");
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "another key", 11, 0), 11);
    assert_int_equal(close(fd), 0);
    verify_home_said(1, "key: robot ove, window 2025");
    assert_int_equal(truncate(path, 5), 0);
    verify_home_said(1, "keys/ove/2025: is not a key");
    assert_int_equal(unlink(path), 0);
    verify_home_said(1, "key: items on the queue of robot ove cannot be opened: ");
    /* Nothing is left that needs it: the window was erased. */
    temp_home_plant(verified.path, "UPDATE item SET state = 5, sealed = NULL; DELETE FROM lease");
    verify_home_good();
}

static void test_keys_not_remembered(void **state)
{
    (void)state;
    temp_home_plant(verified.path, "DELETE FROM reference_key");
    verify_home_said(4, "key: items on the queue of robot ove cannot be opened: ");
}

/* A person's payload may be removed when the item is closed, and an import may count what waits. */
static void test_what_may_be(void **state)
{
    (void)state;
    temp_home_plant(verified.path,
                    "UPDATE item SET state = 5, sealed = NULL WHERE id = 2;"
                    "UPDATE run SET cause = 4 WHERE id = 1;"
                    "DELETE FROM ledger WHERE seq = 1;"
                    "INSERT INTO ledger SELECT robot_id, window, ref_hash, 1, 1 FROM item "
                    "WHERE id = 1");
    verify_home_good();
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, verify_home_set_up, verify_home_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_items_and_leases),    TEST(test_marks_of_items), TEST(test_keys),
        TEST(test_keys_not_remembered), TEST(test_what_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
