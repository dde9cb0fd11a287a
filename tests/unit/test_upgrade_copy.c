/* The copy that an upgrade makes first: what it is, that it is on the disk before anything is changed, and room for it. */
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
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store_inner.h"
#include "core/store/upgrade.h"
#include "core/store/upgrade_inner.h"
#include "tests/unit/older_home.h"

enum { EVENTS_SIZE = 2048, LINK_SIZE = 256 };

static const struct upgrade_asker asker = {.account = "tester"};

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct upgrade_report report;
static int64_t free_bytes; /* of the disk; negative: as it is */
static struct text events; /* "sync NAME; name NAME; " as they came */

static void note(const char *what, const char *name)
{
    text_append_string(&events, what);
    text_append_char(&events, ' ');
    text_append_string(&events, name);
    text_append_string(&events, "; ");
}

/* The last part of the path that a descriptor is of. */
static void name_of(int fd, char target[static LINK_SIZE])
{
    char path[64];
    char found[LINK_SIZE];
    const char *slash;
    ssize_t length;

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    length = readlink(path, found, sizeof found - 1);
    found[length > 0 ? length : 0] = '\0';
    slash = strrchr(found, '/');
    (void)snprintf(target, LINK_SIZE, "%s", slash != NULL ? slash + 1 : found);
}

/* ---- in the place of the system's */

int statvfs(const char *path, struct statvfs *ret_disk)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fstatvfs(fd, ret_disk);

    if (fd >= 0)
        (void)close(fd);
    if (result == 0 && free_bytes >= 0)
        ret_disk->f_bfree = ret_disk->f_bavail = (fsblkcnt_t)free_bytes / ret_disk->f_frsize;
    return result;
}

int fsync(int fd)
{
    char name[LINK_SIZE];

    name_of(fd, name);
    note("sync", strncmp(name, ".automagi-backup-", 17) == 0 ? "folder" : name);
    return (int)syscall(SYS_fsync, fd);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    note("name", strncmp(to, ASIDE_UPGRADE, sizeof ASIDE_UPGRADE - 1) == 0 ? "copy" : to);
    return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    free_bytes = -1;
    memset(&report, 0, sizeof report);
    text_init(&events, EVENTS_SIZE);
    older_home_make(home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    text_release(&events);
    return temp_home_remove(home);
}

static void need(int result)
{
    if (result != 0)
        fail_msg("%s", fault.text);
}

static mode_t mode_of(const char *name)
{
    struct stat about;

    assert_int_equal(lstat(temp_home_path(home, name), &about), 0);
    return about.st_mode & 07777;
}

static void upgrade(void)
{
    need(upgrade_make(home, &asker, NULL, &report, &fault));
}

/* What the earlier program goes on with. */
static void the_copy_is_the_store_as_it_was(void **state)
{
    char name[ASIDE_NAME_MAX];
    char path[ASIDE_NAME_MAX + TEMP_HOME_PATH];
    int64_t version = 0;

    (void)state;
    upgrade();
    assert_int_equal(older_home_count(home, ASIDE_UPGRADE "1-", name), 1);
    assert_string_equal(name, report.copy);
    assert_int_equal(mode_of(name), 0700);
    (void)snprintf(path, sizeof path, "%s/automagi.db", name);
    assert_int_equal(mode_of(path), 0600);
    (void)snprintf(path, sizeof path, "%s/%s", home, name);
    assert_int_equal(older_home_count(home, ".automagi-backup-", name), 0);
    need(upgrade_look(path, &version, &fault));
    assert_int_equal(version, 1);
    assert_int_equal(temp_home_ask(path, "SELECT count(*) FROM ledger"), OLDER_TASKS);
    assert_int_equal(temp_home_ask(path, "SELECT count(*) FROM audit"), OLDER_AUDIT);
}

/* A name says that what it is of is whole. */
static void the_copy_is_on_the_disk_before_it_has_its_name(void **state)
{
    char expected[EVENTS_SIZE];
    struct store *store = NULL;
    bool is_made = false;

    (void)state;
    need(store_open_any(home, STORE_WRITE, &store, &fault));
    text_release(&events);
    text_init(&events, EVENTS_SIZE);
    need(upgrade_copy(store, NULL, report.copy, &is_made, &fault));
    (void)snprintf(expected, sizeof expected, "sync automagi.db; sync folder; name copy; sync %s; ",
                   strrchr(home, '/') + 1);
    assert_string_equal(text_string(&events), expected);
    store_close(store);
}

static void nothing_is_changed_before_there_is_a_copy(void **state)
{
    static const char *const queries[] = {
        "SELECT version FROM store", "SELECT count(*) FROM audit",
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('demo', 'gate')"};
    int64_t before[3];
    char name[ASIDE_NAME_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++)
        before[i] = temp_home_ask(home, queries[i]);
    free_bytes = 0;
    assert_int_equal(upgrade_make(home, &asker, NULL, &report, &fault), -ENOSPC);
    for (i = 0; i < 3; i++)
        assert_int_equal(temp_home_ask(home, queries[i]), before[i]);
    free_bytes = -1;
    upgrade();
    assert_int_equal(older_home_count(home, ASIDE_UPGRADE, name), 1);
}

/* As a call that is killed between the copy and the steps. */
static void copy_and_be_killed(char made[static ASIDE_NAME_MAX])
{
    struct store *store = NULL;
    bool is_made = false;

    need(store_open_any(home, STORE_WRITE, &store, &fault));
    need(upgrade_copy(store, NULL, made, &is_made, &fault));
    assert_true(is_made);
    store_close(store);
}

static void a_copy_of_the_same_state_is_used_again(void **state)
{
    char name[ASIDE_NAME_MAX];
    char made[ASIDE_NAME_MAX];

    (void)state;
    copy_and_be_killed(made);
    upgrade();
    assert_string_equal(report.copy, made);
    assert_int_equal(older_home_count(home, ASIDE_UPGRADE, name), 1);
}

static void a_copy_of_another_state_is_not(void **state)
{
    char name[ASIDE_NAME_MAX];
    char made[ASIDE_NAME_MAX];

    (void)state;
    copy_and_be_killed(made);
    temp_home_plant(home, "UPDATE store SET generation = generation + 1");
    upgrade();
    assert_string_not_equal(report.copy, made);
    assert_int_equal(older_home_count(home, ASIDE_UPGRADE, name), 2);
}

static void a_disk_without_room_is_refused(void **state)
{
    int64_t size = temp_home_ask(home, "SELECT page_count * 4096 FROM pragma_page_count");

    (void)state;
    free_bytes = size;
    assert_int_equal(upgrade_make(home, &asker, NULL, &report, &fault), -ENOSPC);
    assert_non_null(strstr(fault.text, "make room, nothing is changed"));
    older_home_nothing_left(home);
    assert_int_equal(upgrade_rehearse(home, NULL, &report, &fault), -ENOSPC);
    older_home_nothing_left(home);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(the_copy_is_the_store_as_it_was),
        TEST(the_copy_is_on_the_disk_before_it_has_its_name),
        TEST(nothing_is_changed_before_there_is_a_copy),
        TEST(a_copy_of_the_same_state_is_used_again),
        TEST(a_copy_of_another_state_is_not),
        TEST(a_disk_without_room_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
