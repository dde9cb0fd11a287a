/* What the power cut out of the log was told to nobody, and what broke in it is found (store_log.c). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "core/base/fault.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

enum { FILE_MOST = 1 << 20, SECTOR = 512, FRAME = 24 + 4096, SMALL = 80 };

static char home[TEMP_HOME_PATH];
static struct fault fault;

/* A log of small transactions, each of them one frame, and how a large one that is written over it has changed it;
 * the store as it is without either. */
static unsigned char small[FILE_MOST], large[FILE_MOST], whole[FILE_MOST];
static size_t small_length, large_length, whole_length;

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

static size_t read_file(const char *name, unsigned char bytes[static FILE_MOST])
{
    FILE *file = fopen(temp_home_path(home, name), "re");
    size_t length;

    assert_non_null(file);
    length = fread(bytes, 1, FILE_MOST, file);
    assert_int_equal(fclose(file), 0);
    return length;
}

static void do_in(sqlite3 *db, const char *statement)
{
    if (sqlite3_exec(db, statement, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", statement, sqlite3_errmsg(db));
}

static void make_logs(void)
{
    sqlite3 *db = NULL;
    int i;

    temp_home_create(home);
    whole_length = read_file("automagi.db", whole);
    assert_int_equal(sqlite3_open(temp_home_path(home, "automagi.db"), &db), SQLITE_OK);
    do_in(db, "PRAGMA wal_autocheckpoint = 0");
    for (i = 0; i < SMALL; i++)
        do_in(db, "UPDATE store SET created_ms = created_ms + 1");
    small_length = read_file("automagi.db-wal", small);
    assert_int_equal(small_length, 32 + SMALL * FRAME);
    do_in(db, "PRAGMA wal_checkpoint(RESTART)");
    do_in(db, "INSERT OR REPLACE INTO organisation VALUES"
              "(1, hex(randomblob(140000)), 'Europe/Copenhagen', 1)");
    large_length = read_file("automagi.db-wal", large);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int open_with(const unsigned char *log, size_t length)
{
    struct store *store = NULL;
    int result;

    write_file("automagi.db", whole, whole_length);
    write_file("automagi.db-wal", log, length);
    (void)remove(temp_home_path(home, "automagi.db-shm"));
    result = store_open(home, STORE_READ, &store, &fault);
    store_close(store);
    return result;
}

/* The sector, and the one so far behind it, as they were before the large transaction. */
static void lose(size_t sector, size_t behind)
{
    static unsigned char log[FILE_MOST];
    size_t i;

    memcpy(log, large, large_length);
    for (i = sector; i <= sector + behind; i += behind > 0 ? behind : 1)
        memcpy(log + SECTOR * i, small + SECTOR * i, SECTOR);
    if (open_with(log, large_length) < 0)
        fail_msg("without sectors %zu and %zu: %s", sector, sector + behind, fault.text);
}

static void sectors_of_a_transaction_are_lost(void **state)
{
    size_t sector;

    (void)state;
    make_logs();
    /* Headers lie across the border of two sectors in either way. */
    assert_true(large_length > (size_t)64 * FRAME);
    for (sector = 1; sector + 4 < large_length / SECTOR; sector++) {
        lose(sector, 0);
        lose(sector, 3);
    }
}

/* Also where the salt is what broke, or a header lies in two sectors: there are more transactions behind. */
static void a_byte_of_a_transaction_breaks(void **state)
{
    size_t at;

    (void)state;
    make_logs();
    for (at = 0; at < small_length - (size_t)2 * FRAME; at += at % FRAME < 64 ? 5 : 509) {
        small[at] ^= 4;
        if (open_with(small, small_length) != -EBADMSG)
            fail_msg("byte %zu has changed, and the log is taken", at);
        small[at] ^= 4;
    }
    assert_int_equal(open_with(small, small_length), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sectors_of_a_transaction_are_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_byte_of_a_transaction_breaks, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
