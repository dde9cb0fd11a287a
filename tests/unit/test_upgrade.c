/* A store of an earlier version: what an upgrade makes of it, keeps and refuses, and the pins of the versions. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/home.h"
#include "core/store/sql.h"
#include "core/store/store_version.h"
#include "core/store/upgrade.h"
#include "core/store/verify.h"
#include "schema_sql.h"
#include "tests/unit/older_home.h"
#include "upgrade_2_sql.h"

enum { QUERY_SIZE = 4096 };

/* What programs that are in use were built with: never changed, a line more for each version. */
static const struct store_fingerprint released[] = {
    {UINT64_C(0x9268e07b326d209), 65},
    {UINT64_C(0xbd1b6aaabc728083), 74},
    {UINT64_C(0xa8627feb68d9d9ae), 75},
};

static const struct upgrade_asker asker = {.account = "tester", .by = "Invented Tester"};

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct upgrade_report report;
static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    memset(&report, 0, sizeof report);
    older_home_make(home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

static void need(int result)
{
    if (result != 0)
        fail_msg("%s", fault.text);
}

static int64_t version_of(void)
{
    return temp_home_ask(home, "SELECT version FROM store");
}

static void keep_line(const char *difference, void *context)
{
    (void)context;
    fail_msg("%s", difference);
}

static void assert_adds_up(void)
{
    struct verify_report found = {0};
    struct store *store = NULL;

    need(store_open(home, STORE_READ, &store, &fault));
    need(verify_store(store, keep_line, NULL, &found, &fault));
    assert_int_equal(found.differences, 0);
    store_close(store);
}

static int64_t ask(sqlite3 *db, const char *query)
{
    sqlite3_stmt *statement = NULL;
    int64_t answer = 0;

    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", query, sqlite3_errmsg(db));
    if (sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    return answer;
}

static void compare_table(sqlite3 *db, const char *table, const char *columns)
{
    char query[QUERY_SIZE];

    (void)snprintf(
        query, sizeof query,
        "SELECT count(*) FROM (SELECT %s FROM copy.\"%s\" EXCEPT SELECT %s FROM main.\"%s\")",
        columns, table, columns, table);
    assert_int_equal(ask(db, query), 0);
    (void)snprintf(query, sizeof query,
                   "SELECT (SELECT count(*) FROM main.\"%s\") - (SELECT count(*) FROM copy.\"%s\")",
                   table, table);
    assert_int_equal(ask(db, query), strcmp(table, "audit") == 0 ? STORE_VERSION - report.from : 0);
}

/* Every row of every table that there was is there, with what was in it, and no other but in the audit. */
static void assert_all_rows_kept(const char *copy)
{
    static const char TABLES[] = "SELECT s.name, (SELECT group_concat('\"' || c.name || '\"') FROM "
                                 "pragma_table_info(s.name, 'copy') c) FROM copy.sqlite_schema s "
                                 "WHERE s.type = 'table' AND s.name <> 'store'";
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    char query[QUERY_SIZE];
    int tables = 0;

    assert_int_equal(
        sqlite3_open_v2(temp_home_path(home, "automagi.db"), &db, SQLITE_OPEN_READWRITE, NULL),
        SQLITE_OK);
    (void)snprintf(query, sizeof query, "ATTACH '%s/%s/automagi.db' AS copy", home, copy);
    (void)ask(db, query);
    assert_int_equal(sqlite3_prepare_v2(db, TABLES, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        compare_table(db, (const char *)sqlite3_column_text(statement, 0),
                      (const char *)sqlite3_column_text(statement, 1));
        tables++;
    }
    assert_true(tables > 40);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void upgrade(void)
{
    need(upgrade_make(home, &asker, NULL, &report, &fault));
}

/* ---- the pins */

static void assert_pinned(int version, struct store_fingerprint found)
{
    const struct store_version *known = store_version(version);

    assert_int_equal(sizeof released / sizeof released[0], STORE_VERSION);
    if (known->fingerprint.sum != found.sum || known->fingerprint.count != found.count)
        fail_msg(
            "the tables of version %d are not those it was released with, and their fingerprint is "
            "{UINT64_C(0x%" PRIx64 "), %" PRIu64 "}: stores that are in use would not open. A "
            "change of core/store/schema.sql is a new version: see core/README.md, \"A change of "
            "the schema\"",
            version, found.sum, found.count);
    if (known->fingerprint.sum != released[version - 1].sum)
        fail_msg("the pin of version %d was changed; a change of the schema is a new version",
                 version);
}

static void every_version_is_what_it_was_released_with(void **state)
{
    struct text statements;
    int version;

    (void)state;
    assert_pinned(STORE_VERSION, store_fingerprint_of(SCHEMA_SQL));
    for (version = 1; version < STORE_VERSION; version++) {
        older_home_schema(version, &statements);
        assert_pinned(version, store_fingerprint_of(text_string(&statements)));
        text_release(&statements);
        assert_non_null(store_version(version + 1)->upgrade);
        assert_non_null(store_version(version + 1)->kept);
    }
    assert_null(store_version(0));
    assert_null(store_version(STORE_VERSION + 1));
}

static void a_fingerprint_is_of_what_sqlite_reads(void **state)
{
    struct store_fingerprint plain = store_fingerprint_of("CREATE TABLE a(b);CREATE TABLE c(d)");
    struct store_fingerprint told = store_fingerprint_of(
        "-- first; then\n CREATE TABLE c( -- why\n  d);\n\nCREATE TABLE a(b);\n");
    struct store_fingerprint other = store_fingerprint_of("CREATE TABLE a(b);CREATE TABLE c(e)");

    (void)state;
    assert_true(plain.sum == told.sum && plain.count == told.count && plain.count == 2);
    assert_true(plain.sum != other.sum);
}

/* ---- what it makes */

/* A store of version 2, as the first of the steps leaves it. */
static void go_one_step(int said)
{
    struct text statements;

    text_init(&statements, OLDER_TEXT_MAX);
    text_append_string(&statements, "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;");
    text_append_string(&statements, UPGRADE_2_SQL);
    text_printf(&statements, "UPDATE store SET version = %d, min_reader = %d, min_writer = %d",
                said, said, said);
    temp_home_plant(home, text_string(&statements));
    text_release(&statements);
}

static void nothing_is_lost(void **state)
{
    struct store *store = NULL;

    (void)state;
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), -EPROTONOSUPPORT);
    assert_non_null(strstr(fault.text, "`automagi upgrade`"));
    upgrade();
    assert_int_equal(report.from, 1);
    assert_int_equal(report.to, STORE_VERSION);
    assert_int_equal(report.tasks, OLDER_TASKS);
    assert_int_equal(version_of(), STORE_VERSION);
    assert_int_equal(temp_home_ask(home, "SELECT min_reader * 100 + min_writer FROM store"), 203);
    assert_all_rows_kept(report.copy);
    assert_adds_up();
    assert_int_equal(temp_home_ask(home,
                                   "SELECT count(*) FROM idea WHERE answer IS NOT NULL AND "
                                   "answered_by = 'not recorded' AND answered_ms = changed_ms"),
                     2);
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM idea WHERE department_text = ''"),
                     OLDER_IDEAS);
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM demo"), 0);
}

static void the_audit_says_it(void **state)
{
    char query[QUERY_SIZE];

    (void)state;
    upgrade();
    (void)snprintf(
        query, sizeof query,
        "SELECT count(*) FROM audit WHERE account = 'tester' AND by_whom = 'Invented Tester' "
        "AND action = 'upgrade' AND subject = 'version ' || (detail ->> 'to') AND "
        "detail ->> 'from' = detail ->> 'to' - 1 AND detail ->> 'copy' = '%s'",
        report.copy);
    assert_int_equal(temp_home_ask(home, query), STORE_VERSION - 1);
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM audit"),
                     OLDER_AUDIT + STORE_VERSION - 1);
}

static void a_store_of_today_is_left_alone(void **state)
{
    char name[ASIDE_NAME_MAX];

    (void)state;
    upgrade();
    upgrade();
    assert_int_equal(report.from, STORE_VERSION);
    assert_int_equal(report.to, STORE_VERSION);
    assert_string_equal(report.copy, "");
    assert_int_equal(older_home_count(home, ASIDE_UPGRADE, name), 1);
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM audit"),
                     OLDER_AUDIT + STORE_VERSION - 1);
    need(upgrade_rehearse(home, NULL, &report, &fault));
    assert_int_equal(report.from, report.to);
}

/* Programs made stores of version 2 that said 1: the tables stay, with what is in them. */
static void a_store_that_says_too_little_is_marked(void **state)
{
    (void)state;
    go_one_step(1);
    temp_home_plant(home,
                    "INSERT INTO demo VALUES(1, 5); UPDATE idea SET answered_by = 'Somebody'");
    upgrade();
    assert_int_equal(report.from, 1);
    assert_int_equal(version_of(), STORE_VERSION);
    assert_int_equal(temp_home_ask(home, "SELECT made_ms FROM demo"), 5);
    assert_int_equal(
        temp_home_ask(home, "SELECT count(*) FROM idea WHERE answered_by = 'Somebody'"),
        OLDER_IDEAS);
}

/* Nobody wrote down whether its business date had been given. */
static void an_item_of_before_has_no_word_of_its_date(void **state)
{
    (void)state;
    go_one_step(2);
    temp_home_plant(
        home, "INSERT INTO item(id, robot_id, window, ref_hash, state, priority, business_day, "
              "attempts, payload_hash, masked, created_ms, changed_ms) VALUES "
              "(3, 1, 2025, zeroblob(16), 5, 0, 20180, 1, zeroblob(8), '*1', 5, 6), "
              "(4, 1, 2026, zeroblob(16), 5, 0, 20600, 1, zeroblob(8), '*2', 7, 8)");
    upgrade();
    assert_int_equal(report.from, 2);
    assert_int_equal(version_of(), STORE_VERSION);
    assert_all_rows_kept(report.copy);
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM item WHERE is_dated IS NULL"), 2);
}

/* A program of version 2 reads it rightly; it would write what it does not know. */
static void the_one_before_may_read_it(void **state)
{
    (void)state;
    upgrade();
    assert_int_equal(temp_home_ask(home, "SELECT min_reader * 100 + min_writer FROM store"),
                     (int64_t)store_version(STORE_VERSION)->min_reader * 100 +
                         store_version(STORE_VERSION)->min_writer);
    assert_int_equal(store_version(3)->min_reader, 2);
    assert_int_equal(store_version(3)->min_writer, 3);
}

static void a_rehearsal_changes_nothing(void **state)
{
    int64_t generation = temp_home_ask(home, "SELECT generation FROM store");

    (void)state;
    need(upgrade_rehearse(home, NULL, &report, &fault));
    assert_int_equal(report.from, 1);
    assert_int_equal(report.to, STORE_VERSION);
    assert_int_equal(report.tasks, OLDER_TASKS);
    assert_int_equal(version_of(), 1);
    assert_int_equal(temp_home_ask(home, "SELECT generation FROM store"), generation);
    older_home_nothing_left(home);
}

/* ---- what it refuses */

static void refused(int error, const char *words)
{
    struct store *store = NULL;
    int64_t version = version_of();

    fault.text[0] = '\0';
    assert_int_equal(upgrade_make(home, &asker, NULL, &report, &fault), error);
    if (strstr(fault.text, words) == NULL)
        fail_msg("'%s' is not in: %s", words, fault.text);
    assert_null(strchr(fault.text, '\n'));
    assert_int_equal(version_of(), version);
    assert_true(store_open(home, STORE_WRITE, &store, &fault) < 0);
    older_home_nothing_left(home);
}

static void a_newer_store_is_refused(void **state)
{
    (void)state;
    temp_home_plant(home, "UPDATE store SET version = 4, min_reader = 4, min_writer = 4");
    refused(-EPROTO, "install a newer Automagi");
}

static void a_store_of_no_version_is_refused(void **state)
{
    (void)state;
    temp_home_plant(home, "ALTER TABLE gain ADD COLUMN colour TEXT");
    refused(-EBADMSG, "not those of its version");
}

static void a_broken_reference_is_refused(void **state)
{
    (void)state;
    temp_home_plant(home, "UPDATE robot_share SET department_id = 99 WHERE robot_id = 2");
    refused(-EBADMSG, "of robot_share refers to what is not in department");
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM sqlite_schema WHERE name = 'gate'"),
                     0);
}

/* What the new tables do not take: the whole step is undone. */
static void a_row_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    temp_home_plant(home, "UPDATE idea SET status = 9 WHERE id = 2");
    refused(-EINVAL, "does not take this value");
    assert_int_equal(temp_home_ask(home, "SELECT count(*) FROM idea"), OLDER_IDEAS);
}

static void it_can_be_cancelled(void **state)
{
    static const volatile sig_atomic_t yes = 1;
    const struct backup_progress progress = {.is_cancelled = &yes};

    (void)state;
    assert_int_equal(upgrade_make(home, &asker, &progress, &report, &fault), -ECANCELED);
    assert_int_equal(version_of(), 1);
    older_home_nothing_left(home);
    upgrade();
}

/* The service's first command is `init`, before the daemon upgrades. */
static void init_leaves_it_as_it_is(void **state)
{
    bool is_made = true;

    (void)state;
    need(home_init(home, &is_made, &fault));
    assert_false(is_made);
    assert_int_equal(version_of(), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(every_version_is_what_it_was_released_with),
        TEST(a_fingerprint_is_of_what_sqlite_reads),
        TEST(nothing_is_lost),
        TEST(the_audit_says_it),
        TEST(a_store_of_today_is_left_alone),
        TEST(a_store_that_says_too_little_is_marked),
        TEST(an_item_of_before_has_no_word_of_its_date),
        TEST(the_one_before_may_read_it),
        TEST(a_rehearsal_changes_nothing),
        TEST(a_newer_store_is_refused),
        TEST(a_store_of_no_version_is_refused),
        TEST(a_broken_reference_is_refused),
        TEST(a_row_that_does_not_fit_is_refused),
        TEST(it_can_be_cancelled),
        TEST(init_leaves_it_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
