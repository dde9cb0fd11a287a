#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

static char home[TEMP_HOME_PATH];
static struct store *store;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    temp_home_install(home);
    store = temp_home_open(home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    return temp_home_remove(home);
}

static void commit(int number)
{
    char text[96];

    (void)snprintf(text, sizeof text, "PRAGMA user_version = %d", number);
    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(sqlite3_exec(store->db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_commit(store, &fault), 0);
}

/* What is in the store's own file, as a copy of it alone shows it. */
static int64_t saved(void)
{
    static char bytes[1 << 22];
    char copy[TEMP_HOME_PATH];
    FILE *file = fopen(temp_home_path(home, "automagi.db"), "re");
    int64_t found;
    size_t length;

    assert_non_null(file);
    length = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(temp_home_make(copy), 0);
    file = fopen(temp_home_path(copy, "automagi.db"), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    found = temp_home_ask(copy, "PRAGMA user_version");
    assert_int_equal(temp_home_remove(copy), 0);
    return found;
}

static void assert_saved(const char *name)
{
    assert_int_equal(store_check_files(store, &fault), -ESTALE);
    assert_non_null(strstr(fault.text, name));
    assert_non_null(strstr(fault.text, "saved in automagi.db"));
    assert_int_equal(saved(), 2);
    assert_int_equal(store_begin(store, &fault), -EIO);
}

static void what_is_in_its_place_is_left_alone(void **state)
{
    (void)state;
    commit(1);
    assert_int_equal(store_check_files(store, &fault), 0);
    assert_int_equal(saved(), 0); /* in the log alone */
    commit(2);
}

static void of_a_log_that_is_removed_all_is_saved(void **state)
{
    (void)state;
    commit(1);
    assert_int_equal(unlink(temp_home_path(home, "automagi.db-wal")), 0);
    commit(2);
    assert_saved("automagi.db-wal");
}

/* By the index that another program makes of the log nothing may be read over what is newer. */
static void with_the_index_the_log_is_emptied(void **state)
{
    struct stat about;

    (void)state;
    commit(1);
    assert_int_equal(rename(temp_home_path(home, "automagi.db-shm"), temp_home_path(home, "moved")),
                     0);
    commit(2);
    assert_saved("automagi.db-shm");
    assert_int_equal(stat(temp_home_path(home, "automagi.db-wal"), &about), 0);
    assert_int_equal(about.st_size, 0);
}

static void another_in_its_place_is_not_it(void **state)
{
    (void)state;
    commit(2);
    assert_int_equal(unlink(temp_home_path(home, "automagi.db-wal")), 0);
    assert_int_equal(fclose(fopen(temp_home_path(home, "automagi.db-wal"), "we")), 0);
    assert_saved("automagi.db-wal");
}

static void it_waits_for_a_reader(void **state)
{
    struct store *reader = NULL;

    (void)state;
    assert_int_equal(store_open(home, STORE_READ, &reader, &fault), 0);
    commit(1);
    assert_int_equal(store_view_begin(reader, &fault), 0);
    commit(2);
    assert_int_equal(unlink(temp_home_path(home, "automagi.db-wal")), 0);
    assert_int_equal(store_check_files(store, &fault), -EBUSY);
    assert_non_null(strstr(fault.text, "another program reads"));
    store_view_end(reader);
    assert_saved("automagi.db-wal");
    store_close(reader);
}

/* With the whole folder they are where they were. */
static void a_home_that_is_moved_takes_them_with_it(void **state)
{
    char moved[TEMP_HOME_PATH + 8];

    (void)state;
    (void)snprintf(moved, sizeof moved, "%s-moved", home);
    assert_int_equal(rename(home, moved), 0);
    commit(1);
    assert_int_equal(store_check_files(store, &fault), 0);
    assert_int_equal(rename(moved, home), 0);
}

static void assert_gone(void)
{
    assert_int_equal(store_check_files(store, &fault), -EIO);
    assert_non_null(strstr(fault.text, "automagi.db: was removed or moved"));
    assert_int_equal(rename(temp_home_path(home, "moved"), temp_home_path(home, "automagi.db")), 0);
    assert_int_equal(saved(), 1);
}

static void a_store_that_is_moved_holds_all(void **state)
{
    (void)state;
    commit(1);
    assert_int_equal(rename(temp_home_path(home, "automagi.db"), temp_home_path(home, "moved")), 0);
    assert_gone();
}

static void a_store_that_went_too_is_not_said_to_be_there(void **state)
{
    (void)state;
    commit(1);
    assert_int_equal(rename(temp_home_path(home, "automagi.db"), temp_home_path(home, "moved")), 0);
    assert_int_equal(unlink(temp_home_path(home, "automagi.db-wal")), 0);
    assert_gone();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_is_in_its_place_is_left_alone),
        TEST(of_a_log_that_is_removed_all_is_saved),
        TEST(with_the_index_the_log_is_emptied),
        TEST(another_in_its_place_is_not_it),
        TEST(it_waits_for_a_reader),
        TEST(a_home_that_is_moved_takes_them_with_it),
        TEST(a_store_that_is_moved_holds_all),
        TEST(a_store_that_went_too_is_not_said_to_be_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
