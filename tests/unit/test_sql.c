#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
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

static void test_faults_of_statements(void **state)
{
    static const char AGAIN[] = "INSERT INTO department(id, slug, position) VALUES(1, 'a', 1)";
    static const char UNIQUE[] = "INSERT INTO department(slug, position) VALUES('a', 1)";
    static const char CHECK[] = "INSERT INTO rate(from_day, ore_per_hour) VALUES(1, 0)";
    static const char PARENT[] = "INSERT INTO budget VALUES(99, 2025, 1, 1, '', 1, '')";
    static const char NOTHING[] = "INSERT INTO department(id, slug) VALUES(2, 'b')";
    static const char UNKNOWN[] = "SELECT 1 FROM nowhere";
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(sql_run_plain(store, AGAIN, &fault), 0);
    assert_int_equal(sql_changes(store), 1);
    assert_int_equal(sql_run_plain(store, AGAIN, &fault), -EEXIST);
    assert_int_equal(sql_run_plain(store, UNIQUE, &fault), -EEXIST);
    assert_non_null(strstr(fault.text, home));
    assert_int_equal(sql_run_plain(store, CHECK, &fault), -EINVAL);
    assert_int_equal(sql_run_plain(store, PARENT, &fault), -EINVAL);
    assert_int_equal(sql_run_plain(store, NOTHING, &fault), -EINVAL);
    assert_int_equal(sql_run_plain(store, UNKNOWN, &fault), -EBADMSG);
    assert_int_equal(store_commit(store, &fault), 0);
    store_close(store);
}

static int use_again(sqlite3_stmt *row, void *context, struct fault *ret_fault)
{
    sqlite3_stmt *statement = NULL;

    (void)row;
    assert_int_equal(sql_use(context, "SELECT 1 FROM sqlite_schema", &statement, ret_fault), 0);
    sql_done(statement);
    return -ECANCELED;
}

static void test_a_statement_is_not_used_inside_itself(void **state)
{
    static const char SQL[] = "SELECT name FROM sqlite_schema";
    sqlite3_stmt *outer = NULL;
    sqlite3_stmt *inner = NULL;
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(sql_use(store, SQL, &outer, &fault), 0);
    assert_int_equal(sql_step(store, outer, &fault), 1);
    assert_int_equal(sql_use(store, SQL, &inner, &fault), -EBUSY);
    assert_null(inner);
    sql_done(outer);
    assert_int_equal(sql_use(store, SQL, &inner, &fault), 0);
    assert_ptr_equal(inner, outer);
    sql_done(NULL);
    assert_int_equal(sql_each(store, SQL, use_again, store, &fault), -ECANCELED);
    store_close(store);
}

static void test_statements_have_a_limit(void **state)
{
    static char texts[SQL_STATEMENTS_MAX + 1][16];
    sqlite3_stmt *statement = NULL;
    struct store *store = NULL;
    int result = 0;
    size_t i;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    for (i = 0; i <= SQL_STATEMENTS_MAX && result == 0; i++) {
        (void)text_copy(texts[i], sizeof texts[i], "SELECT 1");
        result = sql_use(store, texts[i], &statement, &fault);
    }
    assert_int_equal(result, -E2BIG);
    assert_true(i > SQL_STATEMENTS_MAX / 2);
    store_close(store);
}

static void test_values_bound_and_read(void **state)
{
    static const char SQL[] = "SELECT ?1, ?2, ?3, length(?4), ?4 IS NULL, ?5 IS NULL";
    sqlite3_stmt *statement = NULL;
    struct store *store = NULL;
    char *copy = NULL;
    int result = 0;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(sql_use(store, SQL, &statement, &fault), 0);
    sql_bind_text(statement, 1, "Økonomi");
    sql_bind_text(statement, 2, NULL);
    sql_bind_blob(statement, 3, "\0\1", 2);
    sql_bind_blob(statement, 4, "", 0);
    sql_bind_blob(statement, 5, NULL, 0);
    assert_int_equal(sql_step(store, statement, &fault), 1);
    assert_string_equal(sql_text(statement, 0), "Økonomi");
    assert_string_equal(sql_text(statement, 1), "");
    assert_int_equal(sqlite3_column_bytes(statement, 2), 2);
    assert_int_equal(sqlite3_column_int(statement, 3), 0);
    assert_int_equal(sqlite3_column_int(statement, 4), 0);
    assert_int_equal(sqlite3_column_int(statement, 5), 1);
    copy = sql_copy(statement, 0, &result);
    assert_string_equal(copy, "Økonomi");
    free(copy);
    assert_null(sql_copy(statement, 1, &result));
    assert_int_equal(result, 0);
    sql_done(statement);
    store_close(store);
}

static void test_a_full_disk_ends_the_handle(void **state)
{
    static const char LIMIT[] = "PRAGMA max_page_count = 1"; /* means: as large as it is */
    static const char FILL[] = "INSERT INTO audit(at_ms, account, action, subject, detail) "
                               "VALUES(1, 'x', 'x', 'x', hex(zeroblob(100000)))";
    struct store *store = NULL;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(sql_run_plain(store, LIMIT, &fault), 0);
    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(sql_run_plain(store, FILL, &fault), -ENOSPC);
    assert_non_null(strstr(fault.text, "disk is full"));
    assert_int_equal(store_commit(store, &fault), -EIO);
    store_rollback(store);
    assert_int_equal(store_begin(store, &fault), -EIO);
    store_close(store);
    store_close(temp_home_open(home));
}

static int keep_first(const struct audit_record *record, void *context)
{
    struct audit_record *kept = context;

    kept->id = record->id;
    kept->at_ms = record->at_ms;
    assert_string_equal(record->account, "root");
    assert_string_equal(record->by_whom, "Ane Ørsted");
    assert_string_equal(record->action, "robot pause");
    assert_string_equal(record->subject, "ove-overskud");
    assert_string_equal(record->detail, "{\"why\":\"holiday\"}");
    return 1;
}

static void test_audit_is_read_newest_first(void **state)
{
    struct audit_record record = {.account = "root",
                                  .by_whom = "Ane Ørsted",
                                  .action = "robot pause",
                                  .subject = "ove-overskud",
                                  .detail = "{\"why\":\"holiday\"}"};
    const struct audit_filter ten = {.from_day = INT32_MIN, .to_day = INT32_MAX, .limit = 10};
    const struct audit_filter one = {.from_day = INT32_MIN, .to_day = INT32_MAX, .limit = 1};
    struct audit_record kept = {0};
    struct store *store = NULL;
    int64_t count = 0;

    (void)state;
    temp_home_create(home);
    store = temp_home_open(home);
    clock_pretend(INT64_C(1750000000000));
    assert_int_equal(store_begin(store, &fault), 0);
    add_audit(store, "first");
    assert_int_equal(audit_add(store, &record, &fault), 0);
    assert_int_equal(store_commit(store, &fault), 0);
    clock_pretend(0);
    assert_int_equal(audit_each(store, &ten, keep_first, &kept, &fault), 0);
    assert_int_equal(kept.id, 2);
    assert_int_equal(kept.at_ms, INT64_C(1750000000000));
    assert_int_equal(audit_each(store, &one, count_record, &count, &fault), 0);
    assert_int_equal(count, 1);
    record.detail = NULL;
    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(audit_add(store, &record, &fault), -EINVAL);
    store_close(store);
}

/* A limit of files' sizes that is met while it works is no failing disk. */
static void test_a_file_may_not_grow(void **state)
{
    char path[STORE_PATH_MAX];
    struct store *store = NULL;
    struct rlimit limit;
    struct rlimit small;
    struct stat log;
    int result = 0;
    int i;

    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    temp_home_create(home);
    store = temp_home_open(home);
    assert_int_equal(store_begin(store, &fault), 0);
    add_audit(store, "first");
    assert_int_equal(store_commit(store, &fault), 0);
    assert_true(file_join(path, sizeof path, home, "automagi.db-wal"));
    assert_int_equal(stat(path, &log), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = (rlim_t)log.st_size + 5000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (i = 0; result == 0 && i < 100; i++) {
        assert_int_equal(store_begin(store, &fault), 0);
        add_audit(store, "more");
        result = store_commit(store, &fault);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(result, -EIO);
    assert_non_null(strstr(fault.text, "raise the limit of files' sizes"));
    store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_faults_of_statements),        TEST(test_a_statement_is_not_used_inside_itself),
        TEST(test_statements_have_a_limit),     TEST(test_values_bound_and_read),
        TEST(test_a_full_disk_ends_the_handle), TEST(test_audit_is_read_newest_first),
        TEST(test_a_file_may_not_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
