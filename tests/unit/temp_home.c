#include "tests/unit/temp_home.h"

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/store/home.h"
#include "core/store/store.h"

int temp_home_make(char home[static TEMP_HOME_PATH])
{
    (void)snprintf(home, TEMP_HOME_PATH, "%s/automagi-test-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(home) != NULL ? 0 : -1;
}

void temp_home_install(char home[static TEMP_HOME_PATH])
{
    struct fault fault = {{0}};
    bool made = false;

    assert_int_equal(temp_home_make(home), 0);
    if (home_init(home, &made, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_true(made);
}

int temp_home_remove(const char *home)
{
    return file_remove_tree(AT_FDCWD, home);
}

const char *temp_home_path(const char *home, const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];

    assert_true(file_join(path, sizeof paths[0], home, name));
    return path;
}

static sqlite3 *open_directly(const char *home)
{
    sqlite3 *db = NULL;
    int on = 1;

    assert_int_equal(
        sqlite3_open_v2(temp_home_path(home, "automagi.db"), &db, SQLITE_OPEN_READWRITE, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(db, 5000), SQLITE_OK);
    assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA foreign_keys = OFF", NULL, NULL, NULL), SQLITE_OK);
    return db;
}

void temp_home_plant(const char *home, const char *statements)
{
    sqlite3 *db = open_directly(home);
    const char *at = statements;

    while (*at != '\0') {
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(db, at, -1, &statement, &at);

        while (code == SQLITE_OK && statement != NULL && sqlite3_step(statement) == SQLITE_ROW)
            continue;
        (void)sqlite3_finalize(statement);
        if (sqlite3_errcode(db) != SQLITE_OK && sqlite3_errcode(db) != SQLITE_DONE)
            fail_msg("%s: %s", statements, sqlite3_errmsg(db));
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t temp_home_ask(const char *home, const char *query)
{
    sqlite3 *db = open_directly(home);
    sqlite3_stmt *statement = NULL;
    int64_t answer = INT64_MIN;

    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", query, sqlite3_errmsg(db));
    if (sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return answer;
}

void temp_home_create(const char *home)
{
    struct fault fault = {{0}};

    if (store_create(home, &fault) != 0)
        fail_msg("%s", fault.text);
}

struct store *temp_home_open(const char *home)
{
    struct fault fault = {{0}};
    struct store *store = NULL;

    if (store_open(home, STORE_WRITE, &store, &fault) != 0)
        fail_msg("%s", fault.text);
    return store;
}
