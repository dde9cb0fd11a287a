#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/home.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

static char home[TEMP_HOME_PATH];
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    return temp_home_make(home);
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

static void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(temp_home_path(home, name), "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* Both modes refuse with `error` and a line that has `words`, and the file stays as it is. */
static void assert_refused(int error, const char *words)
{
    static const enum store_mode modes[] = {STORE_READ, STORE_WRITE};
    static char before[1 << 20];
    static char after[1 << 20];
    struct stat about;
    size_t i;

    for (i = 0; i < 2; i++) {
        struct store *store = NULL;
        FILE *file = fopen(temp_home_path(home, "automagi.db"), "re");
        bool is_regular =
            file != NULL && fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode);
        size_t length = is_regular ? fread(before, 1, sizeof before, file) : 0;

        fault.text[0] = '\0';
        assert_int_equal(store_open(home, modes[i], &store, &fault), error);
        assert_null(store);
        if (strstr(fault.text, words) == NULL || strstr(fault.text, home) == NULL)
            fail_msg("\"%s\" does not hold \"%s\" and the path", fault.text, words);
        if (is_regular) {
            rewind(file);
            assert_int_equal(fread(after, 1, sizeof after, file), length);
            assert_memory_equal(before, after, length);
        }
        if (file != NULL)
            assert_int_equal(fclose(file), 0);
    }
}

static void test_open_refuses_missing(void **state)
{
    struct store *store = NULL;

    (void)state;
    assert_refused(-ENOENT, "automagi init");
    assert_int_equal(store_open(temp_home_path(home, "none"), STORE_READ, &store, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "automagi init"));
}

static void test_open_refuses_what_is_no_file(void **state)
{
    (void)state;
    assert_int_equal(mkdir(temp_home_path(home, "automagi.db"), 0700), 0);
    assert_refused(-EINVAL, "not a regular file");
    assert_int_equal(rmdir(temp_home_path(home, "automagi.db")), 0);
    assert_int_equal(mkfifo(temp_home_path(home, "automagi.db"), 0600), 0);
    /* A pipe would hold up the check of contents; lstat() alone must refuse it. */
    {
        struct store *store = NULL;

        assert_int_equal(store_open(home, STORE_READ, &store, &fault), -EINVAL);
    }
}

static void test_open_refuses_a_symbolic_link(void **state)
{
    (void)state;
    temp_home_create(home);
    assert_int_equal(
        rename(temp_home_path(home, "automagi.db"), temp_home_path(home, "elsewhere.db")), 0);
    assert_int_equal(symlink("elsewhere.db", temp_home_path(home, "automagi.db")), 0);
    assert_refused(-EINVAL, "symbolic link");
}

static void test_open_follows_a_link_to_the_home(void **state)
{
    char link[TEMP_HOME_PATH + 8];
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    (void)snprintf(link, sizeof link, "%s-link", home);
    assert_int_equal(symlink(home, link), 0);
    assert_int_equal(store_open(link, STORE_WRITE, &store, &fault), 0);
    assert_string_equal(store_home(store), home);
    store_close(store);
    assert_int_equal(unlink(link), 0);
}

static void test_open_refuses_damage(void **state)
{
    static char page[8192];

    (void)state;
    write_file("automagi.db", "", 0);
    assert_refused(-EBADMSG, "is empty");
    write_file("automagi.db", "SQLite format 3", 16);
    assert_refused(-EBADMSG, "cut off");
    write_file("automagi.db", page, sizeof page);
    assert_refused(-EBADMSG, "all zeros");
    memset(page, 'x', sizeof page);
    write_file("automagi.db", page, sizeof page);
    assert_refused(-EBADMSG, "no SQLite file");
    memcpy(page, "SQLite format 3", 16);
    write_file("automagi.db", page, sizeof page);
    assert_refused(-EBADMSG, "impossible values");
}

static void overwrite(const char *name, long at, const void *bytes, size_t length)
{
    FILE *file = fopen(temp_home_path(home, name), "r+e");

    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void test_open_refuses_a_garbled_format(void **state)
{
    (void)state;
    temp_home_create(home);
    overwrite("automagi.db", 47, "\xfb", 1);
    assert_refused(-EBADMSG, "impossible values");
}

static void test_open_refuses_a_cut_off_store(void **state)
{
    struct stat about;
    const char *path = temp_home_path(home, "automagi.db");

    (void)state;
    temp_home_create(home);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(truncate(path, about.st_size - 4096), 0);
    assert_refused(-EBADMSG, "cut off");
    assert_int_equal(truncate(path, about.st_size - 1), 0);
    assert_refused(-EBADMSG, "cut off");
    assert_int_equal(truncate(path, 4096), 0);
    assert_refused(-EBADMSG, "cut off");
}

/* A log with one transaction, as a power cut leaves it. */
static void leave_log(unsigned char log[static 1 << 20], size_t *ret_length)
{
    static unsigned char whole[1 << 20];
    struct store *store;
    FILE *file;
    size_t length;

    temp_home_create(home);
    store = temp_home_open(home); /* raises the generation */
    file = fopen(temp_home_path(home, "automagi.db-wal"), "re");
    assert_non_null(file);
    *ret_length = fread(log, 1, 1 << 20, file);
    assert_int_equal(fclose(file), 0);
    file = fopen(temp_home_path(home, "automagi.db"), "re");
    assert_non_null(file);
    length = fread(whole, 1, sizeof whole, file);
    assert_int_equal(fclose(file), 0);
    store_close(store);
    assert_int_equal(unlink(temp_home_path(home, "automagi.db-shm")), 0);
    write_file("automagi.db", whole, length);
    write_file("automagi.db-wal", log, *ret_length);
}

/* SQLite takes nothing of a log whose header is broken, and says nothing. */
static void test_open_refuses_a_broken_header_of_the_log(void **state)
{
    static unsigned char log[1 << 20];
    struct store *store = NULL;
    size_t length = 0;
    int bit;

    (void)state;
    leave_log(log, &length);
    assert_true(length > 4096);
    for (bit = 0; bit < 32 * 8; bit++) {
        log[bit / 8] ^= (unsigned char)(1U << bit % 8);
        write_file("automagi.db-wal", log, length);
        assert_refused(-EBADMSG, "automagi.db-wal: is damaged");
        log[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    write_file("automagi.db-wal", log, length);
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), 0);
    assert_int_equal(store_generation(store), 2);
    store_close(store);
}

/* In the place of the system's: a writer comes while a reader looks at the log, which is what it closes first. */
static bool comes_writer;
int close(int fd)
{
    struct home_lock lock = HOME_UNLOCKED;

    if (comes_writer) {
        comes_writer = false;
        assert_int_equal(home_lock(home, &lock, &fault), 0); /* held until the process ends */
    }
    return (int)syscall(SYS_close, fd);
}

/* Where a log begins anew, frames of the old one are behind those that are being written. */
static void test_a_log_that_is_written_meanwhile_is_not_damaged(void **state)
{
    static unsigned char log[1 << 20];
    struct store *store = NULL;
    size_t length = 0;

    (void)state;
    leave_log(log, &length);
    log[0] ^= 1;
    write_file("automagi.db-wal", log, length);
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), -EBADMSG);
    comes_writer = true;
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    store_close(store);
    assert_false(comes_writer);
}

/* What the power cut off was acknowledged to nobody. */
static void test_open_takes_a_log_that_was_cut_off(void **state)
{
    static unsigned char log[1 << 20];
    struct store *store = NULL;
    size_t length = 0;
    size_t cut;

    (void)state;
    leave_log(log, &length);
    for (cut = length; cut > 1021; cut -= 1021) {
        memset(log + cut - 1021, 0, 1021);
        write_file("automagi.db-wal", log, length);
        assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
        store_close(store);
        write_file("automagi.db-wal", log, cut - 1021);
        assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
        store_close(store);
    }
}

static void test_open_refuses_a_garbled_schema(void **state)
{
    static char garbage[3000];

    (void)state;
    temp_home_create(home);
    memset(garbage, 0xa5, sizeof garbage);
    overwrite("automagi.db", 100, garbage, sizeof garbage);
    assert_refused(-EBADMSG, "damaged");
}

static void test_open_refuses_a_foreign_database(void **state)
{
    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "PRAGMA application_id = 7; PRAGMA wal_checkpoint(TRUNCATE)");
    assert_refused(-EINVAL, "not a store of Automagi");
}

static void test_open_refuses_another_schema(void **state)
{
    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "CREATE TABLE guest(id INTEGER) STRICT");
    assert_refused(-EBADMSG, "tables");
    temp_home_plant(home, "DROP TABLE guest; ALTER TABLE audit RENAME COLUMN detail TO details");
    assert_refused(-EBADMSG, "tables");
    temp_home_plant(home, "ALTER TABLE audit RENAME COLUMN details TO detail; DELETE FROM store");
    assert_refused(-EBADMSG, "version");
    temp_home_plant(home, "DROP TABLE store");
    assert_refused(-EBADMSG, "no such table: store");
}

static void test_open_passes_the_version_gate(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "UPDATE store SET min_reader = version + 1, min_writer = version + 2,"
                          " version = version + 2; CREATE TABLE later(id INTEGER) STRICT");
    assert_refused(-EPROTO, "newer Automagi");
    temp_home_plant(home, "UPDATE store SET min_reader = version - 2");
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), -EPROTO);
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    store_close(store);
    temp_home_plant(home, "UPDATE store SET min_writer = version - 2");
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), 0);
    store_close(store);
}

static void test_open_knows_a_store_in_another_order(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "VACUUM; ANALYZE");
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), 0);
    store_close(store);
}

static void test_open_of_a_copy_without_a_log(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "PRAGMA journal_mode = DELETE");
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "start automagid on it once"));
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), 0);
    store_close(store);
    store = NULL;
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    store_close(store);
}

static void test_open_refuses_an_unknown_time_zone(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "INSERT INTO organisation VALUES(1, 'x', 'Europe/Nowhere', 1924)");
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "Europe/Nowhere"));
}

static void test_open_sets_the_time_zone(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "INSERT INTO organisation VALUES(1, 'x', 'Asia/Tokyo', 1924)");
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_int_equal(clock_local_day(INT64_C(16) * 3600000), 1);
    store_close(store);
    temp_home_plant(home, "DELETE FROM organisation");
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_int_equal(clock_local_day(INT64_C(16) * 3600000), 0);
    assert_int_equal(clock_local_day(INT64_C(23) * 3600000 + 60000), 1);
    store_close(store);
}

/* In a child: root opens everything. 0 when it was refused as it should be. */
static int open_as_nobody(void)
{
    struct store *store = NULL;

    if (setegid(65534) < 0 || seteuid(65534) < 0)
        return 2;
    if (store_open(home, STORE_READ, &store, &fault) != -EACCES ||
        strstr(fault.text, "account") == NULL)
        return 1;
    return store_open(home, STORE_WRITE, &store, &fault) == -EACCES ? 0 : 1;
}

static void test_open_refuses_the_unreadable(void **state)
{
    int status = -1;
    pid_t child;

    (void)state;
    if (geteuid() != 0)
        skip();
    temp_home_create(home);
    assert_int_equal(chmod(home, 0755), 0);
    child = fork();
    if (child == 0)
        _exit(open_as_nobody());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_open_refuses_a_locked_store(void **state)
{
    struct store *store = NULL;
    sqlite3 *other = NULL;
    int64_t begun_ms = clock_monotonic_ms();

    (void)state;
    temp_home_create(home);
    assert_int_equal(sqlite3_open(temp_home_path(home, "automagi.db"), &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), -EBUSY);
    assert_non_null(strstr(fault.text, "another program has locked it"));
    assert_in_range(clock_monotonic_ms() - begun_ms, 1900, 10000);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), 0);
    store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_open_refuses_missing),
        TEST(test_open_refuses_what_is_no_file),
        TEST(test_open_refuses_a_symbolic_link),
        TEST(test_open_follows_a_link_to_the_home),
        TEST(test_open_refuses_damage),
        TEST(test_open_refuses_a_garbled_format),
        TEST(test_open_refuses_a_cut_off_store),
        TEST(test_open_refuses_a_broken_header_of_the_log),
        TEST(test_a_log_that_is_written_meanwhile_is_not_damaged),
        TEST(test_open_takes_a_log_that_was_cut_off),
        TEST(test_open_refuses_a_garbled_schema),
        TEST(test_open_refuses_a_foreign_database),
        TEST(test_open_refuses_another_schema),
        TEST(test_open_passes_the_version_gate),
        TEST(test_open_knows_a_store_in_another_order),
        TEST(test_open_of_a_copy_without_a_log),
        TEST(test_open_refuses_an_unknown_time_zone),
        TEST(test_open_sets_the_time_zone),
        TEST(test_open_refuses_the_unreadable),
        TEST(test_open_refuses_a_locked_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
