/* What is in the home and not in the copy that takes its place: it is counted. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "core/store/backup.h"
#include "core/store/restore.h"
#include "tests/unit/verify_home.h"

/* As those that are there, which are 1 and 2, and closed with a note. */
#define ITEM(id, hash, state)                                                                      \
    "INSERT INTO item(id, robot_id, window, ref_hash, state, priority, business_day, attempts, "   \
    "payload_hash, sealed, masked, note, created_ms, changed_ms) SELECT " #id                      \
    ", robot_id, window, " hash ", " #state ", 0, business_day, 0, payload_hash, sealed, masked, " \
    "'x', 5, 5 FROM item WHERE id = 1;"

static char outside[TEMP_HOME_PATH];
static struct fault fault;

static int set_up(void **state)
{
    struct backup_report report = {.size_bytes = 0};

    fault.text[0] = '\0';
    if (verify_home_set_up(state) < 0 || temp_home_make(outside) < 0)
        return -1;
    temp_home_plant(verified.path, "UPDATE item_number SET last = 8;" ITEM(3, "randomblob(16)", 5));
    if (backup_make(verified.path, temp_home_path(outside, "b"), NULL, &report, &fault) != 0)
        fail_msg("%s", fault.text);
    backup_report_release(&report);
    return 0;
}

static int tear_down(void **state)
{
    return temp_home_remove(outside) < 0 || verify_home_tear_down(state) < 0 ? -1 : 0;
}

static void compare(struct restore_difference *ret_difference)
{
    struct restore *restore = NULL;

    if (restore_open(temp_home_path(outside, "b"), outside, NULL, &restore, &fault) != 0)
        fail_msg("%s", fault.text);
    restore_compare(restore, verified.path, ret_difference);
    restore_close(restore);
}

static void plant_and_compare(const char *statements, struct restore_difference *ret_difference)
{
    temp_home_plant(verified.path, statements);
    compare(ret_difference);
    assert_true(ret_difference->is_there && ret_difference->is_same);
    assert_string_equal(ret_difference->unreadable, "");
}

static void expect_items(const char *statements, int64_t items)
{
    struct restore_difference difference;

    plant_and_compare(statements, &difference);
    assert_int_equal(difference.items, items);
}

static void expect_record(const char *statements, int64_t tasks, int64_t corrections,
                          int64_t months)
{
    struct restore_difference difference;

    plant_and_compare(statements, &difference);
    assert_int_equal(difference.tasks, tasks);
    assert_int_equal(difference.corrections, corrections);
    assert_int_equal(difference.months, months);
}

static void expect_reopened(const char *statements, int64_t reopened, int64_t ready)
{
    struct restore_difference difference;

    plant_and_compare(statements, &difference);
    assert_int_equal(difference.reopened, reopened);
    assert_int_equal(difference.reopened_ready, ready);
}

/* The copy need not be what the home was once: it can have other tasks, as many or more. */
static void tasks_that_the_copy_lacks_are_counted(void **state)
{
    (void)state;
    expect_record("SELECT 1", 0, 0, 0);
    expect_record("UPDATE ledger SET ref_hash = zeroblob(16) WHERE seq = 1", 1, 0, 0);
    expect_record("DELETE FROM ledger WHERE seq = 2", 1, 0, 0); /* the copy has more */
    expect_record("INSERT INTO ledger SELECT 1, 2025, randomblob(16), 1, 2 FROM attempt LIMIT 3", 4,
                  0, 0);
    expect_record("INSERT INTO ledger VALUES(1, 2024, x'0102030405060708090a0b0c0d0e0f10', 1, 1), "
                  "(2, 2025, x'0102030405060708090a0b0c0d0e0f10', 1, 1)",
                  6, 0, 0); /* of another window, and of another robot */
    expect_record("UPDATE ledger SET run_id = 9", 6, 0, 0);
    expect_record("DELETE FROM ledger", 0, 0, 0);
}

static void what_was_taken_back_or_closed_since_is_counted(void **state)
{
    (void)state;
    expect_record("INSERT INTO correction SELECT robot_id, window, "
                  "x'0102030405060708090a0b0c0d0e0f10', run_id, 1, day, department_id, booking, "
                  "reason, by_run_id, by_whom, at_ms FROM correction",
                  0, 1, 0);
    expect_record("DELETE FROM correction WHERE seq = 2", 0, 1, 0);
    expect_record("INSERT INTO period VALUES(24305, 1, 'x', zeroblob(32))", 0, 1, 1);
    expect_record("UPDATE period SET hash = randomblob(32) WHERE month = 24303", 0, 1, 2);
    expect_record("DELETE FROM period; DELETE FROM correction", 0, 0, 0);
}

/* Whoever did it, or said that it is not to be done, a run would do it. */
static void items_that_are_open_again_are_counted(void **state)
{
    (void)state;
    expect_reopened("SELECT 1", 0, 0);
    expect_reopened(ITEM(4, "randomblob(16)", 5), 0, 0);
    expect_reopened("UPDATE item SET state = 5, note = 'x' WHERE id = 1", 1, 1);
    expect_reopened("UPDATE item SET state = 4, note = 'x' WHERE id = 2", 2, 1); /* waits there */
    expect_reopened("UPDATE item SET state = 4, id = 7 WHERE id = 1", 2, 1);
    expect_reopened("UPDATE item SET window = 2024 WHERE id = 2", 1, 1); /* is other work */
    expect_reopened("UPDATE item SET state = 3", 0, 0);
}

static void items_that_the_copy_lacks_are_counted(void **state)
{
    (void)state;
    expect_items("SELECT 1", 0);
    expect_items(ITEM(4, "randomblob(16)", 0), 1);
    expect_items(ITEM(5, "randomblob(16)", 2) ITEM(6, "randomblob(16)", 3), 3);
    expect_items(ITEM(7, "randomblob(16)", 4) ITEM(8, "randomblob(16)", 5), 3); /* nothing waits */
    expect_items("UPDATE item SET state = 0, note = NULL WHERE id = 3", 4); /* closed in the copy */
    expect_items("UPDATE item SET state = 3 WHERE id = 1", 4); /* in the copy it is ready */
    expect_items("UPDATE item SET ref_hash = randomblob(16) WHERE id = 2", 5); /* of other work */
    expect_items("UPDATE item SET state = 5, note = 'x' WHERE state <> 5", 0);
}

/* Where the table of items begins. */
static void damage_items(void)
{
    static const char zeros[64];
    int64_t page =
        temp_home_ask(verified.path, "SELECT rootpage FROM sqlite_schema WHERE name = 'item'");
    int64_t size = temp_home_ask(verified.path, "PRAGMA page_size");
    int fd;

    temp_home_plant(verified.path, "PRAGMA wal_checkpoint(TRUNCATE)");
    fd = open(temp_home_path(verified.path, "automagi.db"), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, (off_t)((page - 1) * size)), sizeof zeros);
    assert_int_equal(close(fd), 0);
}

static void items_that_cannot_be_read_are_not_none(void **state)
{
    struct restore_difference difference;

    (void)state;
    damage_items();
    compare(&difference);
    assert_true(difference.is_there && difference.is_same);
    assert_int_equal(difference.tasks, 0); /* that was counted before */
    assert_int_equal(difference.items, -1);
    assert_int_equal(difference.reopened, -1);
    assert_string_not_equal(difference.unreadable, "");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        EACH(tasks_that_the_copy_lacks_are_counted),
        EACH(what_was_taken_back_or_closed_since_is_counted),
        EACH(items_that_are_open_again_are_counted),
        EACH(items_that_the_copy_lacks_are_counted),
        EACH(items_that_cannot_be_read_are_not_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
