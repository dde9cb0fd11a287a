/* The file of a backup, what it refuses, and a restore's steps. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/backup.h"
#include "core/store/backup_inner.h"
#include "core/store/home.h"
#include "core/store/restore.h"
#include "core/store/tar.h"
#include "tests/unit/verify_home.h"

enum { FILE_MAX = 16 * 1024 * 1024 };

static char outside[TEMP_HOME_PATH]; /* where files and other homes lie */
static struct fault fault;
static struct text file; /* a good backup's bytes */

static const char *at(const char *name)
{
    return temp_home_path(outside, name);
}

static int set_up(void **state)
{
    fault.text[0] = '\0';
    text_init(&file, FILE_MAX);
    return verify_home_set_up(state) < 0 || temp_home_make(outside) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    text_release(&file);
    return temp_home_remove(outside) < 0 || verify_home_tear_down(state) < 0 ? -1 : 0;
}

/* The installation as one file "b"; its bytes in `file`. */
static void back_up(struct backup_report *ret_report)
{
    if (backup_make(verified.path, at("b"), NULL, ret_report, &fault) != 0)
        fail_msg("%s", fault.text);
    assert_int_equal(file_read(AT_FDCWD, at("b"), &file, &fault), 0);
    assert_int_equal(file.length, (size_t)ret_report->size_bytes);
}

static void back_up_only(void)
{
    struct backup_report report = {.size_bytes = 0};

    back_up(&report);
    backup_report_release(&report);
}

/* What opening these bytes as a backup gives; nothing of it stays. */
static int look_at(const char *bytes, size_t length)
{
    struct restore *restore = NULL;
    int result;

    assert_int_equal(file_write(AT_FDCWD, at("looked"), bytes, length, 0600, &fault), 0);
    fault.text[0] = '\0';
    result = restore_open(at("looked"), outside, NULL, &restore, &fault);
    restore_close(restore);
    return result;
}

static void refused(const char *bytes, size_t length, const char *words)
{
    assert_int_equal(look_at(bytes, length), -EBADMSG);
    if (strstr(fault.text, "looked: ") == NULL || strstr(fault.text, words) == NULL)
        fail_msg("'%s' and the file's name are not in: %s", words, fault.text);
}

static void a_header_has_one_spelling(void **state)
{
    static const int64_t sizes[] = {0, 1, 511, 512, 8589934591, 8589934592, INT64_MAX};
    struct tar_member member = {.name = "keys/ove/2025", .modified_s = 1743595200};
    struct tar_member read = {.name = ""};
    unsigned char block[TAR_BLOCK];
    size_t i;
    int k;

    (void)state;
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        member.size_bytes = sizes[i];
        tar_header(&member, block);
        assert_true(tar_header_read(block, &read));
        assert_string_equal(read.name, member.name);
        assert_int_equal(read.size_bytes, sizes[i]);
        assert_int_equal(read.modified_s, member.modified_s);
        for (k = 0; k < TAR_BLOCK; k++) {
            block[k] ^= 0x20;
            assert_false(tar_header_read(block, &read));
            block[k] ^= 0x20;
        }
    }
    assert_int_equal(tar_padding(0), 0);
    assert_int_equal(tar_padding(1), 511);
    assert_int_equal(tar_padding(512), 0);
}

static void names_of_keys_lead_nowhere_else(void **state)
{
    static const char *const bad[] = {"keys/../x",      "keys/ove/..",
                                      "keys/ove/",      "keys/ove",
                                      "keys//2025",     "/keys/ove/2025",
                                      "keys/ove/2025/", "keys/ove/a/b",
                                      "keys/Ove/1",     "keys/ove/-",
                                      "key/ove/1",      "keys/ove/.",
                                      "keys/ove/20 25", "keys/ove/0123456789abcdef"};
    size_t i;

    (void)state;
    assert_true(backup_key_is_name("keys/ove/2025"));
    assert_true(backup_key_is_name("keys/ove/2025-01-31"));
    assert_true(backup_key_is_name("keys/ove-2/ever"));
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (backup_key_is_name(bad[i]))
            fail_msg("%s is a key's name", bad[i]);
}

static void descriptions_are_checked(void **state)
{
    static const char GOOD[] =
        "{\"format\":1,\"program\":\"0.1\",\"made_ms\":5,\"installation\":"
        "\"00112233445566778899aabbccddeeff\",\"database_bytes\":4096,\"tasks\":1,\"items\":2,"
        "\"newest_ms\":3,\"keys\":4,\"keys_gone\":0,\"plugins\":[]}";
    static const char *const changes[][2] = {
        {"\"format\":1", "\"format\":2"},
        {"\"format\":1", "\"format\":0"},
        {"\"tasks\":1", "\"tasks\":-1"},
        {"\"keys\":4", "\"keys\":10000001"},
        {"\"tasks\"", "\"tusks\""},
        {"4096", "0"},
        {"ddeeff\"", "ddeef\""},
        {"ddeeff\"", "ddeeFF\""},
        {"\"0.1\"", "\"0\\u001b1\""},
        {"[]", "{}"},
        {"[]", "[{\"file\":\"../x.so\",\"size_bytes\":1,\"sha256\":\"\"}]"},
    };
    struct backup_manifest manifest = {.program = ""};
    size_t i;

    (void)state;
    assert_int_equal(backup_manifest_read(GOOD, strlen(GOOD), &manifest, &fault), 0);
    assert_int_equal(manifest.keys, 4);
    backup_manifest_release(&manifest);
    for (i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char changed[1024];
        const char *place = strstr(GOOD, changes[i][0]);

        assert_non_null(place);
        (void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(place - GOOD), GOOD,
                       changes[i][1], place + strlen(changes[i][0]));
        if (backup_manifest_read(changed, strlen(changed), &manifest, &fault) == 0)
            fail_msg("taken: %s", changed);
    }
}

static void a_backup_holds_store_and_keys(void **state)
{
    struct backup_report report = {.size_bytes = 0};
    struct restore *restore = NULL;
    struct stat about;

    (void)state;
    assert_int_equal(file_write(AT_FDCWD, temp_home_path(verified.path, "keys/ove/unused"), "x", 1,
                                0600, &fault),
                     0);
    back_up(&report);
    assert_int_equal(report.manifest.tasks, 2);
    assert_int_equal(report.manifest.items, 2);
    assert_int_equal(report.manifest.keys, 1);
    assert_int_equal(stat(at("b"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(restore_open(at("b"), outside, NULL, &restore, &fault), 0);
    assert_int_equal(access(temp_home_path(restore_home(restore), "keys/ove/2025"), F_OK), 0);
    assert_int_equal(access(temp_home_path(restore_home(restore), "keys/ove/unused"), F_OK), -1);
    restore_close(restore);
    assert_int_equal(backup_make(verified.path, at("b"), NULL, &report, &fault), -EEXIST);
    backup_report_release(&report);
}

static void a_store_that_does_not_add_up_is_no_backup(void **state)
{
    struct backup_report report = {.size_bytes = 0};

    (void)state;
    temp_home_plant(verified.path, "UPDATE rollup_day SET count = count + 1");
    assert_int_equal(backup_make(verified.path, at("b"), NULL, &report, &fault), -EBADMSG);
    assert_non_null(strstr(fault.text, "does not add up"));
    assert_int_equal(access(at("b"), F_OK), -1);
}

/* Every byte of what surrounds the store, and some of it. */
static void a_changed_byte_is_refused(void **state)
{
    size_t i;

    (void)state;
    back_up_only();
    for (i = 0; i < file.length; i += i < 2048 || i + 4096 > file.length ? 13 : 4099) {
        file.bytes[i] ^= 0x04;
        refused(file.bytes, file.length, "is no whole backup");
        file.bytes[i] ^= 0x04;
    }
    refused(file.bytes, 0, "cut off");
    refused(file.bytes, file.length - 512, "is no whole backup");
    assert_int_equal(look_at(file.bytes, file.length), 0);
}

/* The end that belongs to what was changed: whoever forges a file can make that. */
static void seal_anew(struct text *target)
{
    unsigned char digest[BACKUP_DIGEST];
    unsigned char seal[BACKUP_SEAL_SIZE];

    (void)crypto_hash_sha256(digest, (const unsigned char *)target->bytes, target->length);
    backup_seal(digest, 0, seal);
    text_append(target, seal, sizeof seal);
}

static void append_member(struct text *target, const char *name, const char *bytes, size_t length)
{
    static const char zeros[TAR_BLOCK];
    struct tar_member member = {.size_bytes = (int64_t)length};
    unsigned char block[TAR_BLOCK];

    (void)text_copy(member.name, sizeof member.name, name);
    tar_header(&member, block);
    text_append(target, block, sizeof block);
    text_append(target, bytes, length);
    text_append(target, zeros, tar_padding((int64_t)length));
}

/* The good file with the last `cut` bytes before its seal taken off, and a member put there. */
static void forge(const char *name, size_t cut, const char *words)
{
    static const char secret[BACKUP_KEY_SIZE];
    struct text forged;

    text_init(&forged, FILE_MAX);
    text_append(&forged, file.bytes, file.length - BACKUP_SEAL_SIZE - cut);
    append_member(&forged, name, secret, sizeof secret);
    seal_anew(&forged);
    assert_int_equal(forged.broken, 0);
    refused(forged.bytes, forged.length, words);
    text_release(&forged);
}

static void only_a_store_and_its_keys_are_taken(void **state)
{
    enum { KEY_MEMBER = 2 * TAR_BLOCK };

    (void)state;
    back_up_only();
    forge("keys/../../x", KEY_MEMBER, "holds keys/../../x of 32 bytes where a key");
    forge("plugins/x.so", KEY_MEMBER, "where a key is expected");
    forge("keys/ove/2024", KEY_MEMBER, "cannot be opened");
    forge("keys/ove/2025", KEY_MEMBER, "does not add up"); /* not the key of that window */
    forge("keys/ove/2024", 0, "where SHA256 is expected");
    assert_int_equal(access(at("x"), F_OK), -1);
}

static void what_a_dead_call_left_is_removed(void **state)
{
    struct backup_place place = {.parent_fd = -1, .fd = -1};
    const char *held = ".automagi-backup-00000000000000aa";
    int fd;

    (void)state;
    assert_int_equal(mkdir(at(".automagi-backup-0123456789abcdef"), 0700), 0);
    assert_int_equal(mkdir(at(".automagi-backup-other"), 0700), 0);
    assert_int_equal(mkdir(at(held), 0700), 0);
    fd = open(at(held), O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(backup_place_make(outside, &place, &fault), 0);
    assert_int_equal(access(at(".automagi-backup-0123456789abcdef"), F_OK), -1);
    assert_int_equal(access(at(".automagi-backup-other"), F_OK), 0);
    assert_int_equal(access(at(held), F_OK), 0);
    (void)close(fd);
    backup_place_release(&place);
    assert_int_equal(access(place.path, F_OK), -1);
}

static void put_into(const char *home, char aside[static RESTORE_ASIDE_MAX])
{
    const struct restore_asker asker = {"nobody", NULL, at("b"), false};
    struct restore *restore = NULL;
    struct home_lock lock = HOME_UNLOCKED;

    if (restore_prepare_home(home, &fault) != 0 || home_lock(home, &lock, &fault) != 0 ||
        restore_open(at("b"), home, NULL, &restore, &fault) != 0 ||
        restore_put(restore, home, &asker, aside, &fault) != 0)
        fail_msg("%s", fault.text);
    restore_close(restore);
    home_unlock(&lock);
}

static void a_restore_outranks_both_stores(void **state)
{
    char aside[RESTORE_ASIDE_MAX];

    (void)state;
    back_up_only();
    temp_home_plant(verified.path, "UPDATE store SET generation = 70");
    put_into(verified.path, aside);
    assert_int_equal(strncmp(aside, "before-restore-", 15), 0);
    assert_true(temp_home_ask(verified.path, "SELECT generation FROM store") > 70);
    assert_int_equal(temp_home_ask(verified.path, "SELECT count(*) FROM audit WHERE action = "
                                                  "'restore'"),
                     1);
    assert_int_equal(
        temp_home_ask(temp_home_path(verified.path, aside), "SELECT generation FROM store"), 70);
    verify_home_good();
}

/* As `automagi init` makes it, also of a folder that was there. */
static void an_empty_folder_becomes_its_owners_alone(void **state)
{
    char aside[RESTORE_ASIDE_MAX];
    struct stat about;

    (void)state;
    back_up_only();
    assert_int_equal(mkdir(at("empty"), 0755), 0);
    assert_int_equal(chmod(at("empty"), 0755), 0);
    /* All that a daemon makes there stays when it is killed, and the store may be what was lost. */
    assert_int_equal(close(creat(at("empty/reserve"), 0600)), 0);
    assert_int_equal(close(creat(at("empty/hosts.new"), 0600)), 0);
    put_into(at("empty"), aside);
    assert_string_equal(aside, "");
    assert_int_equal(stat(at("empty"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
}

static void plant_log(const char *name)
{
    char path[160];

    (void)mkdir(temp_home_path(verified.path, "logs"), 0700);
    (void)snprintf(path, sizeof path, "%s/logs/ove-overskud", verified.path);
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    assert_int_equal(file_write(AT_FDCWD, temp_home_path(path, name), "x", 1, 0600, &fault), 0);
}

static bool has_log(const char *folder, const char *name)
{
    char path[200];

    (void)snprintf(path, sizeof path, "%s/%s/logs/ove-overskud/%s", verified.path, folder, name);
    return access(path, F_OK) == 0;
}

/* The next run of the copy has the number of one that it does not know, and a log of its own. */
static void logs_of_runs_that_the_copy_has_not_go_aside(void **state)
{
    char aside[RESTORE_ASIDE_MAX];
    char known[32];
    char next[32];
    int64_t newest;

    (void)state;
    back_up_only();
    newest = temp_home_ask(verified.path, "SELECT ifnull(max(id), 0) FROM run");
    (void)snprintf(known, sizeof known, "%lld.log", (long long)newest);
    (void)snprintf(next, sizeof next, "%lld.log", (long long)newest + 1);
    plant_log(known);
    plant_log(next);
    plant_log("note.log");
    put_into(verified.path, aside);
    assert_true(has_log(".", known) && has_log(".", "note.log"));
    assert_false(has_log(".", next));
    assert_true(has_log(aside, next));
    assert_false(has_log(aside, known));
    /* Of another installation no run is the copy's, whatever its number. */
    temp_home_plant(verified.path, "UPDATE store SET installation = randomblob(16)");
    put_into(verified.path, aside);
    assert_true(has_log(aside, known));
    assert_true(has_log(".", "note.log"));
}

static void a_restore_that_was_cut_off_is_finished_with_the_lock(void **state)
{
    char ready[128];
    struct home_lock lock = HOME_UNLOCKED;

    (void)state;
    (void)snprintf(ready, sizeof ready, "%s/restore.ready", verified.path);
    /* As a power cut leaves it between the moves: the old store is aside, the new not in place. */
    assert_int_equal(mkdir(ready, 0700), 0);
    assert_int_equal(
        file_write(AT_FDCWD, temp_home_path(ready, "aside"), "before-restore-1", 16, 0600, &fault),
        0);
    assert_int_equal(file_write(AT_FDCWD, temp_home_path(ready, "runs"), "7", 1, 0600, &fault), 0);
    assert_int_equal(
        rename(temp_home_path(verified.path, "automagi.db"), temp_home_path(ready, "automagi.db")),
        0);
    assert_int_equal(home_check(verified.path, &fault), 0);
    assert_int_equal(access(ready, F_OK), -1);
    verify_home_verify();
    assert_int_equal(home_lock(verified.path, &lock, &fault), 0);
    home_unlock(&lock);
}

static void a_destroyed_key_that_is_back_is_named(void **state)
{
    struct restore_difference difference;
    struct restore *restore = NULL;

    (void)state;
    back_up_only();
    assert_int_equal(unlink(temp_home_path(verified.path, "keys/ove/2025")), 0);
    assert_int_equal(restore_open(at("b"), outside, NULL, &restore, &fault), 0);
    restore_compare(restore, verified.path, &difference);
    assert_true(difference.is_there && difference.is_same);
    assert_int_equal(difference.keys_back, 1);
    assert_string_equal(difference.key_back, "keys/ove/2025");
    assert_int_equal(difference.tasks, 0);
    restore_compare(restore, at("none"), &difference);
    assert_false(difference.is_there);
    restore_close(restore);
}

static void plugins_that_are_missing_are_told(void **state)
{
    char first[BACKUP_FILE_NAME_MAX + 1];
    struct restore *restore = NULL;
    int64_t others = 0;

    (void)state;
    assert_int_equal(mkdir(temp_home_path(verified.path, "plugins"), 0700), 0);
    assert_int_equal(
        file_write(AT_FDCWD, temp_home_path(verified.path, "plugins/a.so"), "a", 1, 0600, &fault),
        0);
    back_up_only();
    assert_int_equal(restore_open(at("b"), outside, NULL, &restore, &fault), 0);
    assert_int_equal(restore_plugins(restore, verified.path, &others, first), 0);
    assert_int_equal(restore_plugins(restore, at("none"), &others, first), 1);
    assert_string_equal(first, "a.so");
    assert_int_equal(others, 0);
    assert_int_equal(
        file_write(AT_FDCWD, temp_home_path(verified.path, "plugins/a.so"), "b", 1, 0600, &fault),
        0);
    assert_int_equal(restore_plugins(restore, verified.path, &others, first), 1);
    assert_int_equal(others, 1);
    restore_close(restore);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_header_has_one_spelling),
        TEST(names_of_keys_lead_nowhere_else),
        TEST(descriptions_are_checked),
        TEST(a_backup_holds_store_and_keys),
        TEST(a_store_that_does_not_add_up_is_no_backup),
        TEST(a_changed_byte_is_refused),
        TEST(only_a_store_and_its_keys_are_taken),
        TEST(what_a_dead_call_left_is_removed),
        TEST(a_restore_outranks_both_stores),
        TEST(logs_of_runs_that_the_copy_has_not_go_aside),
        TEST(an_empty_folder_becomes_its_owners_alone),
        TEST(a_restore_that_was_cut_off_is_finished_with_the_lock),
        TEST(a_destroyed_key_that_is_back_is_named),
        TEST(plugins_that_are_missing_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
