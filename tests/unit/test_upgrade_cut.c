/*
 * An upgrade that is cut off: at each statement by the end of its process, and by a denied part of each statement, a
 * disk that fails or is full, and memory that is used up at each call in turn. The store is of the old version or of
 * the new, whole, opens, and the next try goes on.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "core/store/upgrade.h"
#include "core/store/verify.h"
#include "tests/standins/failing_disk.h"
#include "tests/standins/failing_memory.h"
#include "tests/standins/failing_statement.h"
#include "tests/unit/older_home.h"

enum { CALLS_MAX = 10000000 };

static const struct upgrade_asker asker = {.account = "tester"};

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct upgrade_report report;
static long cuts;         /* upgrades that were cut off, and gone on with */
static struct text older; /* the bytes of the store's file */

static int set_up(void **state)
{
    (void)state;
    if (failing_disk_use() != SQLITE_OK)
        return -1;
    failing_disk_heal();
    failing_memory_heal();
    failing_statement_heal();
    fault.text[0] = '\0';
    older_home_make(home);
    text_init(&older, OLDER_TEXT_MAX);
    return file_read(AT_FDCWD, temp_home_path(home, "automagi.db"), &older, &fault);
}

static int tear_down(void **state)
{
    (void)state;
    failing_disk_heal();
    failing_memory_heal();
    failing_statement_heal();
    text_release(&older);
    return temp_home_remove(home);
}

/* All of them when UPGRADE_CUT_EACH is set, else one in `step`. */
static long stride(long step)
{
    return getenv("UPGRADE_CUT_EACH") != NULL ? 1 : step;
}

/* The home as it was: the store's own file is all that there was in it. */
static void anew(void)
{
    assert_int_equal(temp_home_remove(home), 0);
    assert_int_equal(mkdir(home, 0700), 0);
    assert_int_equal(file_write(AT_FDCWD, temp_home_path(home, "automagi.db"), older.bytes,
                                older.length, 0600, &fault),
                     0);
}

static int upgrade(void)
{
    fault.text[0] = '\0';
    return upgrade_make(home, &asker, NULL, &report, &fault);
}

static void keep_line(const char *difference, void *context)
{
    (void)context;
    fail_msg("%s", difference);
}

static int count_copies(void)
{
    char name[ASIDE_NAME_MAX];

    return older_home_count(home, ASIDE_UPGRADE, name);
}

/* Of one version or the other: upgrade_look() holds its tables against it. What was audited was done. */
static int64_t assert_whole(void)
{
    static const char WRONG[] =
        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    static const char HELD[] =
        "SELECT (SELECT count(*) FROM ledger) * 10000 + (SELECT count(*) FROM idea) * 100 + "
        "(SELECT count(*) FROM audit WHERE action = 'upgrade')";
    static const char DATED[] =
        "SELECT count(*) FROM pragma_table_info('item') WHERE name = 'is_dated'";
    static const char LATER[] = "SELECT count(*) FROM sqlite_schema WHERE name IN ('demo', 'gate')";
    int64_t version = 0;

    if (upgrade_look(home, &version, &fault) != 0)
        fail_msg("%s", fault.text);
    assert_int_equal(temp_home_ask(home, WRONG), 0);
    assert_int_equal(temp_home_ask(home, HELD),
                     OLDER_TASKS * 10000 + OLDER_IDEAS * 100 + version - 1);
    assert_int_equal(temp_home_ask(home, LATER), version < 2 ? 0 : 2);
    assert_int_equal(temp_home_ask(home, DATED), version < 3 ? 0 : 1);
    return version;
}

/* One of each version from which a call has begun. */
static void assert_goes_on(void)
{
    struct verify_report found = {0};
    struct store *store = NULL;

    if (upgrade() != 0 || store_open(home, STORE_WRITE, &store, &fault) != 0 ||
        verify_store(store, keep_line, NULL, &found, &fault) != 0)
        fail_msg("%s", fault.text);
    store_close(store);
    assert_int_equal(assert_whole(), STORE_VERSION);
    assert_in_range(count_copies(), 1, STORE_VERSION - 1);
    cuts++;
}

static void assert_said(int result, long call)
{
    if (fault.text[0] == '\0' || strchr(fault.text, '\n') != NULL)
        fail_msg("call %ld: %d: '%s'", call, result, fault.text);
}

/* True: it ended before its time. */
static bool dies_at(long statement)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        failing_statement_die(statement);
        _exit(upgrade() == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != 0)
        assert_int_equal(WEXITSTATUS(status), FAILING_STATEMENT_DEATH);
    return WEXITSTATUS(status) != 0;
}

static void it_is_killed_at_each_statement(void **state)
{
    long statement = 1;

    (void)state;
    while (dies_at(statement)) {
        assert_true(assert_whole() < STORE_VERSION); /* the last statement of all is the commit */
        assert_goes_on();
        anew();
        statement++;
    }
    assert_int_equal(assert_whole(), STORE_VERSION);
    assert_true(statement > 60);
}

/* Again and again, without a way through between: one copy of each version, and in the end it is done. */
static void it_is_killed_one_time_after_the_other(void **state)
{
    long statement = 1;

    (void)state;
    while (dies_at(statement)) {
        (void)assert_whole();
        assert_true(count_copies() < STORE_VERSION);
        statement += stride(7);
    }
    assert_goes_on();
}

static void each_part_of_a_statement_is_denied(void **state)
{
    long part;

    (void)state;
    for (part = 1; part < CALLS_MAX; part += stride(part < 10 ? 1 : 29)) {
        int result;

        failing_statement_deny(part);
        result = upgrade();
        failing_statement_heal();
        if (result < 0) {
            assert_true(failing_statement_has_denied());
            assert_said(result, part);
            assert_true(assert_whole() < STORE_VERSION);
            assert_true(count_copies() <= 1); /* it stays when the store cannot be let go */
        }
        assert_goes_on();
        if (!failing_statement_has_denied())
            break;
        anew();
    }
    assert_true(part > 200 && part < CALLS_MAX);
}

static void fail_each(enum failing_disk_as as, bool is_for_good, long step)
{
    long call;

    for (call = 1; call < CALLS_MAX; call += stride(step)) {
        int result;

        failing_disk_fail(call, as, is_for_good);
        result = upgrade();
        failing_disk_heal();
        if (result < 0) {
            assert_true(failing_disk_has_failed());
            assert_said(result, call);
        }
        (void)assert_whole();
        assert_goes_on();
        if (!failing_disk_has_failed())
            break;
        anew();
    }
    assert_true(call > 100 && call < CALLS_MAX);
}

static void the_disk_fails_once(void **state)
{
    (void)state;
    fail_each(FAILING_DISK_BROKEN, false, 11);
}

static void the_disk_fails_for_good(void **state)
{
    (void)state;
    fail_each(FAILING_DISK_BROKEN, true, 23);
}

static void the_disk_is_full(void **state)
{
    (void)state;
    fail_each(FAILING_DISK_FULL, true, 13);
}

/* There are tens of thousands, most of them of the same kind. */
static void use_up_each(bool is_for_good, long share)
{
    long call;

    if (getenv("UPGRADE_CUT_EACH") != NULL)
        share *= 50;
    for (call = 1; call < CALLS_MAX; call += 1 + call / share) {
        int result;

        failing_memory_fail(call, is_for_good);
        result = upgrade();
        failing_memory_heal();
        if (result < 0)
            assert_said(result, call);
        (void)assert_whole();
        assert_goes_on();
        if (!failing_memory_has_failed())
            break;
        anew();
    }
    assert_true(call > 1000 && call < CALLS_MAX);
}

static void memory_is_used_up_once(void **state)
{
    (void)state;
    use_up_each(false, 3);
}

static void memory_is_used_up_for_good(void **state)
{
    (void)state;
    use_up_each(true, 2);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(it_is_killed_at_each_statement),
        TEST(it_is_killed_one_time_after_the_other),
        TEST(each_part_of_a_statement_is_denied),
        TEST(the_disk_fails_once),
        TEST(the_disk_fails_for_good),
        TEST(the_disk_is_full),
        TEST(memory_is_used_up_once),
        TEST(memory_is_used_up_for_good),
    };

    int failed;

    if (failing_memory_use() != SQLITE_OK || failing_statement_use() != SQLITE_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)printf("cuts=%ld\n", cuts);
    return failed;
}
