/* What the power cut out of the log was told to nobody, and what broke in it is found (store_log.c). */
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
#include <unistd.h>

#include <sqlite3.h>

#include "core/base/fault.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

enum { FILE_MOST = 1 << 20, SECTOR = 512, FRAME = 24 + 4096, SMALL = 80 };

static char home[TEMP_HOME_PATH];
static struct fault fault;

/* The store with nothing in its log, and a log: as it was, and how a transaction that is being written changes it. */
static unsigned char whole[FILE_MOST], before[FILE_MOST], after[FILE_MOST];
static size_t whole_length, before_length, after_length;

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

static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    if (temp_home_make(home) < 0)
        return -1;
    temp_home_create(home);
    whole_length = read_file("automagi.db", whole);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

static void do_in(sqlite3 *db, const char *statement)
{
    if (sqlite3_exec(db, statement, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", statement, sqlite3_errmsg(db));
}

static sqlite3 *begin(void)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(temp_home_path(home, "automagi.db"), &db), SQLITE_OK);
    do_in(db, "PRAGMA wal_autocheckpoint = 0");
    return db;
}

/* Transactions of one frame. */
static void write_small(sqlite3 *db, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        do_in(db, "UPDATE store SET created_ms = created_ms + 1");
}

/* One of so many frames and a few. */
static void write_large(sqlite3 *db, int frames)
{
    char statement[160];

    (void)snprintf(statement, sizeof statement,
                   "INSERT OR REPLACE INTO organisation VALUES"
                   "(1, hex(randomblob(%d)), 'Europe/Copenhagen', 1)",
                   2000 * frames);
    do_in(db, statement);
}

static void leave(sqlite3 *db, unsigned char log[static FILE_MOST], size_t *ret_length)
{
    *ret_length = read_file("automagi.db-wal", log);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* What a process leaves that ended at this moment. */
static void lay(const unsigned char *log, size_t length)
{
    write_file("automagi.db", whole, whole_length);
    write_file("automagi.db-wal", log, length);
    (void)remove(temp_home_path(home, "automagi.db-shm"));
}

static int open_with(const unsigned char *log, size_t length, enum store_mode mode)
{
    struct store *store = NULL;
    int result;

    lay(log, length);
    result = store_open(home, mode, &store, &fault);
    store_close(store);
    return result;
}

/* The sector, and the one so far behind it, are not written. */
static void lose(size_t sector, size_t behind)
{
    static unsigned char log[FILE_MOST];

    memcpy(log, after, after_length);
    memcpy(log + SECTOR * sector, before + SECTOR * sector, SECTOR);
    memcpy(log + SECTOR * (sector + behind), before + SECTOR * (sector + behind), SECTOR);
    if (open_with(log, after_length, STORE_READ) < 0)
        fail_msg("without sectors %zu and %zu: %s", sector, sector + behind, fault.text);
}

static void sectors_are_lost_where_a_log_begins_anew(void **state)
{
    sqlite3 *db;
    size_t sector;

    (void)state;
    db = begin();
    write_small(db, SMALL);
    before_length = read_file("automagi.db-wal", before);
    assert_int_equal(before_length, 32 + SMALL * FRAME);
    do_in(db, "PRAGMA wal_checkpoint(RESTART)");
    write_large(db, 70);
    leave(db, after, &after_length);
    /* Headers lie across the border of two sectors in either way. */
    assert_true(after_length > (size_t)64 * FRAME);
    for (sector = 1; sector + 4 < after_length / SECTOR; sector++) {
        lose(sector, 0);
        lose(sector, 3);
    }
}

/* What an earlier power cut has torn has the salt of what is written over it. */
static void sectors_are_lost_over_what_was_torn(void **state)
{
    size_t first = 60, sector, begins = 32 + first * FRAME;
    int frames;

    (void)state;
    for (frames = 1; frames <= 6; frames++) {
        sqlite3 *db = begin();

        write_small(db, first);
        write_large(db, frames);
        leave(db, before, &before_length);
        before[begins + FRAME / 2] ^= 1;
        lay(before, before_length);
        db = begin();
        write_large(db, 40);
        leave(db, after, &after_length);
        assert_memory_equal(before, after, begins);
        for (sector = begins / SECTOR + 1; sector < before_length / SECTOR; sector++)
            lose(sector, 0);
        lay(before, 0);
    }
}

/* One sector alone is written. */
static void keep(size_t sector)
{
    static unsigned char log[FILE_MOST];

    memcpy(log, before, before_length);
    memcpy(log + SECTOR * sector, after + SECTOR * sector, SECTOR);
    if (open_with(log, before_length, STORE_READ) < 0)
        fail_msg("with sector %zu: %s", sector, fault.text);
}

/* A frame of the same page was there before, behind the end of a transaction. */
static void a_sector_is_kept_over_the_same_page(void **state)
{
    size_t first = 61, sector, begins = 32 + first * FRAME;
    sqlite3 *db;

    (void)state;
    db = begin();
    write_large(db, 1);
    do_in(db, "PRAGMA wal_checkpoint(RESTART)");
    whole_length = read_file("automagi.db", whole);
    write_small(db, first + 1);
    write_large(db, 1);
    before_length = read_file("automagi.db-wal", before);
    assert_int_equal(before_length, begins + (size_t)2 * FRAME);
    do_in(db, "PRAGMA wal_checkpoint(RESTART)");
    write_small(db, first);
    do_in(db, "BEGIN");
    write_small(db, 1);
    write_large(db, 1);
    do_in(db, "COMMIT");
    leave(db, after, &after_length);
    assert_int_equal(after_length, before_length);
    memcpy(before, after, begins); /* is on the disk */
    for (sector = begins / SECTOR; sector < before_length / SECTOR; sector++)
        keep(sector);
}

/* What ends in these frames is not known to have ended, where one transaction alone is behind (store_log.c). */
static bool is_unseen(size_t frame, size_t at)
{
    bool is_summed = at < 8 || at >= 24;

    return ((frame % 64 == 42 || frame % 64 == 63) && is_summed) ||
           (frame % 64 == 62 && at >= 8 && at < 16);
}

static void expect_damage(size_t frames, size_t at, bool is_seen)
{
    before[at] ^= 4;
    if ((open_with(before, 32 + frames * FRAME, STORE_READ) == -EBADMSG) != is_seen)
        fail_msg("byte %zu of %zu frames has changed, and was %s", at, frames,
                 is_seen ? "not found" : "found");
    before[at] ^= 4;
}

static void a_byte_of_a_transaction_breaks(void **state)
{
    size_t at, frame;
    sqlite3 *db;

    (void)state;
    db = begin();
    write_small(db, SMALL);
    leave(db, before, &before_length);
    for (at = 0; at < before_length - (size_t)2 * FRAME; at += at % FRAME < 64 ? 5 : 509)
        expect_damage(SMALL, at, true);
    for (frame = 40; frame < 66; frame++)
        for (at = 0; at < FRAME; at += at < 24 ? 1 : 815)
            expect_damage(frame + 1, 32 + (frame - 1) * FRAME + at, !is_unseen(frame, at));
    assert_int_equal(open_with(before, before_length, STORE_READ), 0);
}

/* In the place of the system's: how long the log is when it is synced first. */
static off_t synced_length;
int fdatasync(int fd)
{
    struct stat log, about;

    if (synced_length == 0 && stat(temp_home_path(home, "automagi.db-wal"), &log) == 0 &&
        fstat(fd, &about) == 0 && about.st_ino == log.st_ino)
        synced_length = log.st_size;
    return (int)syscall(SYS_fdatasync, fd);
}

static void what_was_killed_reaches_the_disk_before_more_is_written(void **state)
{
    sqlite3 *db;

    (void)state;
    db = begin();
    write_small(db, 3);
    leave(db, before, &before_length);
    synced_length = 0;
    assert_int_equal(open_with(before, before_length, STORE_WRITE), 0);
    assert_int_equal(synced_length, before_length);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sectors_are_lost_where_a_log_begins_anew),
        TEST(sectors_are_lost_over_what_was_torn),
        TEST(a_sector_is_kept_over_the_same_page),
        TEST(a_byte_of_a_transaction_breaks),
        TEST(what_was_killed_reaches_the_disk_before_more_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
