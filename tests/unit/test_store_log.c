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
    temp_home_plant(home, "INSERT INTO organisation VALUES(1, 'Test', 'Europe/Copenhagen', 1);"
                          "INSERT INTO department_name VALUES(1, 0, printf('%0608d', 0));"
                          "INSERT INTO area VALUES(1, 'test', printf('%0608d', 0));"
                          "PRAGMA wal_checkpoint(TRUNCATE)");
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

/* A transaction of so many frames, 4 at most; the last is always of the same page. The last two pages end alike, so that
 * what was in a sector of one may stay there under the other. */
static void write_frames(sqlite3 *db, size_t count)
{
    static const char *const updates[] = {
        "UPDATE store SET created_ms = created_ms + 1",
        "UPDATE organisation SET name = hex(randomblob(4))",
        "UPDATE department_name SET name = hex(randomblob(4)) || printf('%0600d', 0)",
        "UPDATE area SET name = hex(randomblob(4)) || printf('%0600d', 0)"};
    size_t i;

    do_in(db, "BEGIN");
    for (i = 4 - count; i < 4; i++)
        do_in(db, updates[i]);
    do_in(db, "COMMIT");
}

/* Transactions of one frame. */
static void write_small(sqlite3 *db, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        write_frames(db, 1);
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
    write_small(db, first + 2);
    before_length = read_file("automagi.db-wal", before);
    do_in(db, "PRAGMA wal_checkpoint(RESTART)");
    write_small(db, first);
    write_frames(db, 2);
    leave(db, after, &after_length);
    assert_int_equal(before_length, begins + (size_t)2 * FRAME);
    assert_int_equal(after_length, before_length);
    memcpy(before, after, begins); /* is on the disk */
    for (sector = begins / SECTOR; sector < before_length / SECTOR; sector++)
        keep(sector);
}

static size_t sector_of(size_t frame)
{
    return (32 + (frame - 1) * FRAME) / SECTOR;
}

/* Of each of two transactions that were torn, one over the other, the header of its last frame has been written. */
static void a_sector_of_each_of_two_is_kept(void **state)
{
    sqlite3 *db;

    (void)state;
    db = begin();
    write_small(db, 64);
    do_in(db, "PRAGMA wal_checkpoint(RESTART)");
    write_small(db, 59);
    before_length = read_file("automagi.db-wal", before);
    write_frames(db, 4);
    leave(db, after, &after_length);
    keep(sector_of(63));
    memcpy(before + SECTOR * sector_of(63), after + SECTOR * sector_of(63), SECTOR);
    lay(before, before_length);
    db = begin();
    write_small(db, 1);
    before_length = read_file("automagi.db-wal", before);
    write_frames(db, 2);
    leave(db, after, &after_length);
    keep(sector_of(62));
}

static void expect_damage(size_t at, bool is_seen)
{
    before[at] ^= 4;
    if ((open_with(before, before_length, STORE_READ) == -EBADMSG) != is_seen)
        fail_msg("byte %zu of %zu has changed, and was %s", at, before_length,
                 is_seen ? "not found" : "found");
    before[at] ^= 4;
}

static void a_byte_of_a_transaction_breaks(void **state)
{
    size_t at;
    sqlite3 *db;

    (void)state;
    db = begin();
    write_small(db, SMALL);
    leave(db, before, &before_length);
    for (at = 0; at < before_length - (size_t)2 * FRAME; at += at % FRAME < 64 ? 5 : 509)
        expect_damage(at, true);
    assert_int_equal(open_with(before, before_length, STORE_READ), 0);
}

/* The last transaction but one has so many frames and ends with the frame `last`. */
static void break_before_the_last(size_t last, size_t frames)
{
    sqlite3 *db = begin();
    size_t at, frame;

    write_small(db, last - frames);
    write_frames(db, frames);
    write_small(db, 1);
    leave(db, before, &before_length);
    assert_int_equal(before_length, 32 + (last + 1) * FRAME);
    for (frame = last - frames + 1; frame <= last; frame++)
        for (at = 0; at < FRAME; at += at < 24 ? 1 : 815) {
            /* As store_log.c says. */
            bool is_seen = frame != last || (last != 42 && last != 63) || (at >= 8 && at < 24);

            expect_damage(32 + (frame - 1) * FRAME + at, is_seen);
        }
    lay(before, 0);
}

static void a_byte_breaks_with_one_transaction_behind(void **state)
{
    static const size_t lasts[] = {40, 41, 42, 43, 44, 61, 62, 63, 64, 65};
    size_t i, frames;

    (void)state;
    for (i = 0; i < sizeof lasts / sizeof lasts[0]; i++)
        for (frames = 1; frames <= 3; frames++)
            break_before_the_last(lasts[i], frames);
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
        TEST(a_sector_of_each_of_two_is_kept),
        TEST(a_byte_of_a_transaction_breaks),
        TEST(a_byte_breaks_with_one_transaction_behind),
        TEST(what_was_killed_reaches_the_disk_before_more_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
