/* A restore whose disk does not say whether a file is there: it says so, and loses nothing for it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/store/aside.h"
#include "core/store/backup.h"
#include "core/store/home.h"
#include "core/store/restore.h"
#include "tests/unit/verify_home.h"

static char outside[TEMP_HOME_PATH];
static struct fault fault;
static const char *unseen; /* what ends in this cannot be looked at; NULL: all can */
static const char *unmade; /* what ends in this cannot be made */

static bool ends_in(const char *path, const char *end)
{
    size_t length = strlen(path);

    return length >= strlen(end) && strcmp(path + length - strlen(end), end) == 0;
}

/* In the place of the C library's. */
int fstatat(int folder_fd, const char *path, struct stat *about, int flags)
{
    if (unseen != NULL && ends_in(path, unseen)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_newfstatat, folder_fd, path, about, flags);
}

/* The same, of SQLite. */
int open64(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode = 0;

    va_start(arguments, flags);
    if ((flags & O_CREAT) != 0)
        mode = va_arg(arguments, mode_t);
    va_end(arguments);
    if (unmade != NULL && (flags & O_CREAT) != 0 && ends_in(path, unmade)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int set_up(void **state)
{
    unseen = NULL;
    unmade = NULL;
    fault.text[0] = '\0';
    return verify_home_set_up(state) < 0 || temp_home_make(outside) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    unseen = NULL;
    unmade = NULL;
    return temp_home_remove(outside) < 0 || verify_home_tear_down(state) < 0 ? -1 : 0;
}

static const char *ready(const char *name)
{
    static char path[256];

    (void)snprintf(path, sizeof path, "%s/restore.ready/%s", verified.path, name);
    return path;
}

static void move_in(const char *name)
{
    assert_int_equal(rename(temp_home_path(verified.path, name), ready(name)), 0);
}

/* As a restore is cut off before its moves: the new store and its keys are ready, an old log lies in the home. */
static void cut_off(void)
{
    assert_int_equal(mkdir(ready(""), 0700), 0);
    assert_int_equal(file_write(AT_FDCWD, ready("aside"), "before-restore-1", 16, 0600, &fault), 0);
    assert_int_equal(file_write(AT_FDCWD, ready("runs"), "7", 1, 0600, &fault), 0);
    move_in("automagi.db");
    move_in("keys");
    assert_int_equal(file_write(AT_FDCWD, temp_home_path(verified.path, "automagi.db-wal"), "old",
                                3, 0600, &fault),
                     0);
}

static void a_restore_goes_on_only_when_it_knows_what_is_there(void **state)
{
    static const char *const names[] = {"automagi.db", "automagi.db-wal", "automagi.db-shm",
                                        "keys"};
    struct home_lock lock = HOME_UNLOCKED;
    size_t i;

    (void)state;
    cut_off();
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        unseen = names[i];
        assert_int_equal(home_lock(verified.path, &lock, &fault), -EIO);
        if (strstr(fault.text, "the restore cannot be finished") == NULL)
            fail_msg("%s: %s", names[i], fault.text);
        unseen = NULL;
        assert_int_equal(access(ready("automagi.db"), F_OK), 0);
    }
    assert_int_equal(home_lock(verified.path, &lock, &fault), 0);
    home_unlock(&lock);
    assert_int_equal(access(ready(""), F_OK), -1);
    assert_int_equal(
        access(temp_home_path(verified.path, "before-restore-1/automagi.db-wal"), F_OK), 0);
    verify_home_verify();
    verify_home_good();
}

static void what_it_takes_the_place_of_must_be_known(void **state)
{
    const char *file = temp_home_path(outside, "b");
    const struct restore_asker asker = {"nobody", NULL, file, false};
    struct backup_report report = {.size_bytes = 0};
    struct restore *restore = NULL;
    char aside[RESTORE_ASIDE_MAX] = "";
    static const char *const names[] = {"automagi.db", "keys"};
    size_t i;

    (void)state;
    assert_int_equal(backup_make(verified.path, file, NULL, &report, &fault), 0);
    backup_report_release(&report);
    assert_int_equal(restore_open(file, verified.path, NULL, &restore, &fault), 0);
    for (i = 0; i < 2; i++) {
        unseen = names[i];
        if (i == 1)
            assert_int_equal(unlink(temp_home_path(verified.path, "automagi.db")), 0);
        assert_int_equal(restore_put(restore, verified.path, &asker, aside, &fault), -EIO);
        assert_non_null(strstr(fault.text, "cannot be looked at"));
        assert_int_equal(access(ready(""), F_OK), -1);
    }
    restore_close(restore);
}

static void a_home_that_cannot_be_looked_into_is_not_new(void **state)
{
    struct stat about;

    (void)state;
    assert_int_equal(chmod(verified.path, 0750), 0);
    unseen = "automagi.db";
    assert_int_equal(restore_prepare_home(verified.path, &fault), -EIO);
    assert_non_null(strstr(fault.text, "automagi.db: cannot be looked at"));
    assert_int_equal(stat(verified.path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0750);
}

static void no_folder_is_chosen_that_may_be_there(void **state)
{
    char name[ASIDE_NAME_MAX] = "";
    int fd = open(outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    unseen = "Z";
    assert_int_equal(aside_choose(fd, ASIDE_RESTORE, name, &fault), -EIO);
    unseen = NULL;
    assert_int_equal(aside_choose(fd, ASIDE_RESTORE, name, &fault), 0);
    assert_true(aside_is_name(name));
    (void)close(fd);
}

/* SQLite looks for the file beside it that it could not make, and says that this is not there. */
static void a_store_that_cannot_be_opened_is_not_absent(void **state)
{
    const char *file = temp_home_path(outside, "b");
    struct restore_difference difference;
    struct backup_report report = {.size_bytes = 0};
    struct restore *restore = NULL;

    (void)state;
    assert_int_equal(backup_make(verified.path, file, NULL, &report, &fault), 0);
    backup_report_release(&report);
    assert_int_equal(restore_open(file, outside, NULL, &restore, &fault), 0);
    (void)unlink(temp_home_path(verified.path, "automagi.db-shm"));
    unmade = "automagi.db-shm";
    restore_compare(restore, verified.path, &difference);
    unmade = NULL;
    assert_false(difference.is_there);
    assert_non_null(strstr(difference.unreadable, "cannot be opened; look at the rights"));
    restore_close(restore);
}

/* A key that is gone was destroyed by somebody who meant it: of one that cannot be looked at nobody says that. */
static void a_key_that_cannot_be_looked_at_is_not_gone(void **state)
{
    struct backup_report report = {.size_bytes = 0};
    struct verify_report verify = {.differences = 0};
    struct restore_difference difference;
    struct restore *restore = NULL;
    struct store *store = NULL;
    const char *file = temp_home_path(outside, "b");

    (void)state;
    unseen = "keys/ove/2025";
    assert_int_equal(backup_make(verified.path, file, NULL, &report, &fault), -EIO);
    assert_non_null(strstr(fault.text, "keys/ove/2025: cannot be looked at"));
    unseen = NULL;
    assert_int_equal(backup_make(verified.path, file, NULL, &report, &fault), 0);
    backup_report_release(&report);
    assert_int_equal(restore_open(file, outside, NULL, &restore, &fault), 0);

    assert_int_equal(unlink(temp_home_path(verified.path, "keys/ove/2025")), 0);
    unseen = "keys/ove/2025";
    restore_compare(restore, verified.path, &difference);
    assert_non_null(strstr(difference.unreadable, "keys/ove/2025: cannot be looked at"));
    restore_close(restore);
    assert_int_equal(store_open(verified.path, STORE_READ, &store, &fault), 0);
    assert_int_equal(verify_store(store, verify_home_keep, verified.lines, &verify, &fault), -EIO);
    assert_non_null(strstr(fault.text, "keys/ove/2025: cannot be looked at"));
    store_close(store);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_restore_goes_on_only_when_it_knows_what_is_there),
        TEST(what_it_takes_the_place_of_must_be_known),
        TEST(a_home_that_cannot_be_looked_into_is_not_new),
        TEST(no_folder_is_chosen_that_may_be_there),
        TEST(a_store_that_cannot_be_opened_is_not_absent),
        TEST(a_key_that_cannot_be_looked_at_is_not_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
