/* A backup of a home that is restored while it is copied, or whose keys are hidden by something else. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/backup.h"
#include "core/store/home.h"
#include "core/store/restore.h"
#include "tests/unit/verify_home.h"

/* Nothing is open any more: so its key may be erased. */
static const char ALL_CLOSED[] = "DELETE FROM lease; UPDATE item SET state = 5, note = 'x'";
static const char KEY[] = "keys/ove/2025";

static char outside[TEMP_HOME_PATH]; /* where files lie */
static struct fault fault;

static const char *at(const char *name)
{
    return temp_home_path(outside, name);
}

static int set_up(void **state)
{
    fault.text[0] = '\0';
    if (verify_home_set_up(state) < 0 || temp_home_make(outside) < 0)
        return -1;
    temp_home_plant(verified.path, ALL_CLOSED);
    return 0;
}

static int tear_down(void **state)
{
    return temp_home_remove(outside) < 0 || verify_home_tear_down(state) < 0 ? -1 : 0;
}

static void back_up(const char *name, struct backup_report *ret_report)
{
    if (backup_make(verified.path, at(name), NULL, ret_report, &fault) != 0)
        fail_msg("%s", fault.text);
}

/* What is done once, when the store was copied and its keys were not. */
struct meanwhile {
    void (*act)(void);
    bool is_over;
};

static void between_store_and_keys(void *context, const char *what, int64_t done, int64_t total)
{
    struct meanwhile *meanwhile = context;

    if (meanwhile->is_over || strcmp(what, "copied") != 0 || done != total)
        return;
    meanwhile->is_over = true;
    meanwhile->act();
}

/* Of the file "without". */
static void restore_here(void)
{
    const struct restore_asker asker = {"nobody", NULL, at("without"), false};
    struct home_lock lock = HOME_UNLOCKED;
    struct restore *restore = NULL;
    char aside[RESTORE_ASIDE_MAX];

    if (home_lock(verified.path, &lock, &fault) != 0 ||
        restore_open(asker.path, verified.path, NULL, &restore, &fault) != 0 ||
        restore_put(restore, verified.path, &asker, aside, &fault) != 0)
        fail_msg("%s", fault.text);
    restore_close(restore);
    home_unlock(&lock);
}

static void begin_a_restore(void)
{
    assert_int_equal(mkdir(temp_home_path(verified.path, "restore.ready"), 0700), 0);
}

static bool is_empty_but(const char *folder, const char *name)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    int others = 0;

    assert_non_null(entries);
    while ((entry = readdir(entries)) != NULL)
        others += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                  strcmp(entry->d_name, name) != 0;
    (void)closedir(entries);
    return others == 0;
}

static void refused_while(void (*act)(void))
{
    struct meanwhile meanwhile = {act, false};
    const struct backup_progress progress = {.show = between_store_and_keys, .context = &meanwhile};
    struct backup_report report = {.size_bytes = 0};
    int result = backup_make(verified.path, at("copy"), &progress, &report, &fault);

    backup_report_release(&report);
    assert_true(meanwhile.is_over);
    assert_int_equal(result, -EBUSY);
    if (strstr(fault.text, ": the home was restored while it was copied; nothing is left") == NULL)
        fail_msg("%s", fault.text);
    assert_true(is_empty_but(outside, "without"));
}

/* The store that is copied has its key, and the home that takes its place has none of that name. */
static void a_home_that_was_restored_meanwhile_leaves_none(void **state)
{
    struct backup_report report = {.size_bytes = 0};

    (void)state;
    assert_int_equal(rename(temp_home_path(verified.path, KEY), at("key")), 0);
    back_up("without", &report);
    assert_int_equal(report.manifest.keys, 0);
    assert_int_equal(report.manifest.keys_gone, 1);
    backup_report_release(&report);
    assert_int_equal(rename(at("key"), temp_home_path(verified.path, KEY)), 0);
    refused_while(restore_here);
    back_up("copy", &report); /* of the home as it is now */
    assert_int_equal(report.manifest.keys_gone, 1);
    backup_report_release(&report);
}

/* Before the store is taken away, or when it is there and other things are not. */
static void a_restore_that_goes_on_leaves_none(void **state)
{
    struct backup_report report = {.size_bytes = 0};

    (void)state;
    refused_while(begin_a_restore);
    assert_int_equal(rmdir(temp_home_path(verified.path, "restore.ready")), 0);
    back_up("copy", &report);
    assert_int_equal(report.manifest.keys, 1);
    backup_report_release(&report);
}

/* What is put in the place of the folder `name` says nothing of the keys that were in it. */
static void refused_when_a_file_is(const char *name)
{
    struct backup_report report = {.size_bytes = 0};
    FILE *file;
    int result;

    assert_int_equal(rename(temp_home_path(verified.path, name), at("aside")), 0);
    file = fopen(temp_home_path(verified.path, name), "we");
    assert_non_null(file);
    (void)fclose(file);
    result = backup_make(verified.path, at("copy"), NULL, &report, &fault);
    backup_report_release(&report);
    assert_int_equal(result, -ENOTDIR);
    if (strstr(fault.text, "keys/ove/2025: cannot be opened: a folder in its path is none") == NULL)
        fail_msg("%s", fault.text);
    assert_true(is_empty_but(outside, "aside"));
    assert_int_equal(unlink(temp_home_path(verified.path, name)), 0);
    assert_int_equal(rename(at("aside"), temp_home_path(verified.path, name)), 0);
}

static void a_file_for_a_folder_of_keys_leaves_none(void **state)
{
    struct backup_report report = {.size_bytes = 0};

    (void)state;
    refused_when_a_file_is("keys/ove");
    refused_when_a_file_is("keys");
    back_up("copy", &report);
    assert_int_equal(report.manifest.keys, 1);
    backup_report_release(&report);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_home_that_was_restored_meanwhile_leaves_none),
        TEST(a_restore_that_goes_on_leaves_none),
        TEST(a_file_for_a_folder_of_keys_leaves_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
