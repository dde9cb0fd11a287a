#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/store/audit.h"
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

static mode_t mode_of(const char *name)
{
    struct stat about;

    return lstat(temp_home_path(home, name), &about) == 0 ? about.st_mode & 07777 : 0;
}

static void add_audit(struct store *store, const char *action)
{
    struct audit_record record = {
        .account = "test", .action = action, .subject = "a robot", .detail = "{}"};

    if (audit_add(store, &record, &fault) != 0)
        fail_msg("%s", fault.text);
}

static int count_record(const struct audit_record *record, void *context)
{
    int64_t *count = context;

    (void)record;
    ++*count;
    return 0;
}

static int64_t count_audit(struct store *store)
{
    const struct audit_filter all = {.from_day = INT32_MIN, .to_day = INT32_MAX, .limit = -1};
    int64_t count = 0;

    assert_int_equal(audit_each(store, &all, count_record, &count, &fault), 0);
    return count;
}

static int64_t ask(struct store *store, const char *text)
{
    sqlite3_stmt *statement = NULL;
    int64_t answer;

    assert_int_equal(sqlite3_prepare_v2(store->db, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    answer = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    return answer;
}

static void test_create_is_private_and_complete(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    assert_int_equal(mode_of("automagi.db"), 0600);
    assert_int_equal(mode_of("automagi.db-wal"), 0600);
    assert_int_equal(mode_of("automagi.db-shm"), 0600);
    assert_int_equal(mode_of("automagi.db.new"), 0);
    assert_int_equal(temp_home_ask(home, "PRAGMA application_id"), 0x41474d49);
    assert_int_equal(temp_home_ask(home, "SELECT length(installation) FROM store"), 16);
    assert_int_equal(temp_home_ask(home, "SELECT version FROM store"), STORE_VERSION);
    assert_true(temp_home_ask(home, "SELECT min_reader FROM store") <= STORE_VERSION);
    assert_true(temp_home_ask(home, "SELECT min_writer FROM store") <= STORE_VERSION);
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_int_equal(store_generation(store), 0);
    store_close(store);
}

static void test_create_leaves_what_is_there(void **state)
{
    (void)state;
    temp_home_create(home);
    temp_home_plant(home, "UPDATE store SET created_ms = 77");
    assert_int_equal(store_create(home, &fault), -EEXIST);
    assert_non_null(strstr(fault.text, "automagi.db"));
    assert_int_equal(temp_home_ask(home, "SELECT created_ms FROM store"), 77);
}

static void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(temp_home_path(home, name), "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void test_create_replaces_an_unfinished_one(void **state)
{
    (void)state;
    write_file("automagi.db.new", "half a store", 12);
    write_file("automagi.db.new-journal", "half a journal", 14);
    temp_home_create(home);
    assert_int_equal(mode_of("automagi.db.new"), 0);
    assert_int_equal(mode_of("automagi.db.new-journal"), 0);
}

static void test_create_needs_the_folder(void **state)
{
    (void)state;
    assert_int_equal(store_create(temp_home_path(home, "missing"), &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "automagi init"));
}

static void test_settings_took(void **state)
{
    struct store *writer = NULL;
    struct store *reader = NULL;

    (void)state;
    temp_home_create(home);
    writer = temp_home_open(home);
    assert_int_equal(store_open(home, STORE_READ, &reader, &fault), 0);
    assert_int_equal(ask(writer, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(writer, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask(writer, "PRAGMA trusted_schema"), 0);
    assert_int_equal(ask(writer, "PRAGMA secure_delete"), 1);
    assert_int_equal(ask(writer, "PRAGMA cell_size_check"), 1);
    assert_int_equal(ask(writer, "PRAGMA wal_autocheckpoint"), 4000);
    assert_int_equal(ask(writer, "PRAGMA cache_size"), -4096);
    assert_int_equal(ask(writer, "PRAGMA mmap_size"), 0);
    assert_int_equal(ask(writer, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    assert_int_equal(ask(reader, "PRAGMA wal_autocheckpoint"), 0);
    assert_int_equal(ask(reader, "PRAGMA query_only"), 1);
    assert_int_equal(ask(reader, "PRAGMA trusted_schema"), 0);
    store_close(reader);
    store_close(writer);
}

static void test_generation_rises_with_each_writer(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(store_generation(store), 1);
    store_close(store);
    store = temp_home_open(home);
    assert_int_equal(store_generation(store), 2);
    store_close(store);
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_int_equal(store_generation(store), 2);
    store_close(store);
    assert_int_equal(temp_home_ask(home, "SELECT generation FROM store"), 2);
}

static void test_transactions(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(store_begin(store, &fault), 0);
    add_audit(store, "one");
    assert_int_equal(store_commit(store, &fault), 0);
    assert_int_equal(store_begin(store, &fault), 0);
    add_audit(store, "two");
    store_rollback(store);
    store_rollback(store); /* none is open: nothing happens */
    assert_int_equal(count_audit(store), 1);

    assert_int_equal(store_begin(store, &fault), 0);
    add_audit(store, "before");
    assert_int_equal(store_part_begin(store, &fault), 0);
    add_audit(store, "undone");
    assert_int_equal(store_part_end(store, false, &fault), 0);
    assert_int_equal(store_part_begin(store, &fault), 0);
    add_audit(store, "kept");
    assert_int_equal(store_part_end(store, true, &fault), 0);
    assert_int_equal(store_commit(store, &fault), 0);
    assert_int_equal(count_audit(store), 3);

    assert_int_equal(store_begin(store, &fault), 0);
    add_audit(store, "never committed");
    store_close(store);
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM audit"), 3);
}

static void test_commit_without_a_transaction_fails(void **state)
{
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(store_commit(store, &fault), -EIO);
    assert_int_equal(store_begin(store, &fault), -EIO);
    store_close(store);
}

static void test_a_view_stands_still(void **state)
{
    struct store *writer = NULL;
    struct store *reader = NULL;

    (void)state;
    temp_home_create(home);
    writer = temp_home_open(home);
    assert_int_equal(store_open(home, STORE_READ, &reader, &fault), 0);
    assert_int_equal(store_view_begin(reader, &fault), 0);
    assert_int_equal(store_begin(writer, &fault), 0);
    add_audit(writer, "while a reader looks");
    assert_int_equal(store_commit(writer, &fault), 0);
    assert_int_equal(count_audit(reader), 0);
    store_view_end(reader);
    assert_int_equal(count_audit(reader), 1);
    store_view_end(reader);
    store_release_memory(writer);
    store_release_memory(reader);
    store_close(writer);
    assert_int_equal(count_audit(reader), 1);
    store_close(reader);
}

static void test_a_reader_changes_nothing(void **state)
{
    struct audit_record record = {.account = "x", .action = "x", .subject = "x", .detail = "{}"};
    struct store *reader = NULL;
    struct stat before;
    struct stat after;

    (void)state;
    temp_home_create(home);
    assert_int_equal(store_open(home, STORE_READ, &reader, &fault), 0);
    assert_true(audit_add(reader, &record, &fault) < 0);
    assert_true(store_begin(reader, &fault) < 0);
    store_close(reader);

    /* What a writer that died left in the log stays there. */
    {
        pid_t child = fork();
        int status = -1;

        if (child == 0) {
            struct store *writer = NULL;

            if (store_open(home, STORE_WRITE, &writer, &fault) != 0 ||
                store_begin(writer, &fault) != 0 || audit_add(writer, &record, &fault) != 0 ||
                store_commit(writer, &fault) != 0)
                _exit(1);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    assert_int_equal(stat(temp_home_path(home, "automagi.db-wal"), &before), 0);
    assert_true(before.st_size > 0);
    assert_int_equal(store_open(home, STORE_READ, &reader, &fault), 0);
    assert_int_equal(count_audit(reader), 1);
    store_close(reader);
    assert_int_equal(stat(temp_home_path(home, "automagi.db-wal"), &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    /* The next writer takes it over and leaves it empty. */
    store_close(temp_home_open(home));
    assert_int_equal(stat(temp_home_path(home, "automagi.db-wal"), &after), 0);
    assert_int_equal(after.st_size, 0);
}

static void test_close_takes_null(void **state)
{
    (void)state;
    store_close(NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_create_is_private_and_complete),
        TEST(test_create_leaves_what_is_there),
        TEST(test_create_replaces_an_unfinished_one),
        TEST(test_create_needs_the_folder),
        TEST(test_settings_took),
        TEST(test_generation_rises_with_each_writer),
        TEST(test_transactions),
        TEST(test_commit_without_a_transaction_fails),
        TEST(test_a_view_stands_still),
        TEST(test_a_reader_changes_nothing),
        TEST(test_close_takes_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
