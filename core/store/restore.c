/* A backup unpacked, proved, and compared with what is there. */
#include "core/store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/restore_inner.h"
#include "core/store/sql.h"
#include "core/store/store_inner.h"
#include "core/store/upgrade_inner.h"

static int open_file(const char *path, int *ret_fd, int64_t *ret_size, struct fault *fault)
{
    struct stat about;
    int result = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &about) < 0)
        result = fault_set(fault, -errno, "%s: cannot be looked at: %s", path, strerror(errno));
    else if (!S_ISREG(about.st_mode))
        result = fault_set(fault, -EBADMSG, "%s: is not a regular file, so no backup", path);
    if (result < 0) {
        (void)close(fd);
        return result;
    }
    *ret_fd = fd;
    *ret_size = about.st_size;
    return 0;
}

/* What the file says of itself must be what is found. */
static int check_counts(const struct backup_manifest *said, const struct backup_manifest *found,
                        const char *path, struct fault *fault)
{
    if (said->tasks == found->tasks && said->items == found->items && said->keys == found->keys &&
        said->keys_gone == found->keys_gone && said->newest_ms == found->newest_ms &&
        strcmp(said->installation, found->installation) == 0)
        return 0;
    return fault_set(fault, -EBADMSG,
                     "%s: is no whole backup: what is in it is not what it says of itself; use "
                     "another copy of it",
                     path);
}

/* One that an earlier program made: it is the same that it says of itself also afterwards. */
static int bring_up(struct restore *restore, const char *path,
                    const struct backup_progress *progress, struct fault *fault)
{
    int result = upgrade_place(&restore->place, progress, &restore->report.version, fault);

    return result < 0 ? fault_prefix(fault, result, "%s", path) : 0;
}

static int unpack(struct restore *restore, int fd, const char *path,
                  const struct backup_progress *progress, struct fault *fault)
{
    struct backup_manifest found = {.program = ""};
    struct backup_manifest *manifest = &restore->report.manifest;
    int result = backup_read_seal(fd, path, progress, restore->report.sha256, fault);

    if (result == 0)
        result = backup_read_members(fd, path, &restore->place, progress, manifest, fault);
    if (result < 0)
        return result;
    result = backup_tell(progress, "proving", 0, 0, fault);
    if (result == 0)
        result = bring_up(restore, path, progress, fault);
    if (result == 0)
        result = backup_prove(&restore->place, path, progress, &found, fault);
    if (result == 0)
        result = backup_tell(progress, "proved", 0, 0, fault);
    return result == 0 ? check_counts(manifest, &found, path, fault) : result;
}

int restore_open(const char *path, const char *folder, const struct backup_progress *progress,
                 struct restore **ret_restore, struct fault *fault)
{
    struct restore *restore = calloc(1, sizeof *restore);
    int64_t begun_ms = clock_monotonic_ms();
    int fd = -1;
    int result;

    if (restore == NULL)
        return fault_no_memory(fault);
    restore->place = (struct backup_place){.parent_fd = -1, .fd = -1};
    result = open_file(path, &fd, &restore->report.size_bytes, fault);
    if (result == 0)
        result = backup_place_make(folder, &restore->place, fault);
    if (result == 0)
        result = unpack(restore, fd, path, progress, fault);
    if (fd >= 0)
        (void)close(fd);
    restore->report.took_ms = clock_monotonic_ms() - begun_ms;
    if (result == 0)
        *ret_restore = restore;
    else
        restore_close(restore);
    return result;
}

void restore_close(struct restore *restore)
{
    if (restore == NULL)
        return;
    backup_place_release(&restore->place);
    backup_report_release(&restore->report);
    free(restore);
}

const struct backup_report *restore_report(const struct restore *restore)
{
    return &restore->report;
}

const char *restore_home(const struct restore *restore)
{
    return restore->place.path;
}

struct comparing {
    const struct restore *restore;
    int home_fd;
    struct restore_difference *difference;
};

/* Named by the store that is there, gone from its folder, and in the copy. */
static int compare_key(const char *name, void *context, struct fault *fault)
{
    struct comparing *comparing = context;
    struct restore_difference *difference = comparing->difference;
    int there = file_is_there(comparing->home_fd, name);
    int kept = there == 0 ? file_is_there(comparing->restore->place.fd, name) : 0;
    int unseen = there < 0 ? there : kept;

    if (unseen < 0)
        return fault_set(fault, unseen, "%s: cannot be looked at: %s", name, strerror(-unseen));
    if (kept == 0)
        return 0;
    if (difference->keys_back++ == 0)
        (void)text_copy(difference->key_back, sizeof difference->key_back, name);
    return 0;
}

static int compare_store(const struct restore *restore, struct store *store,
                         struct restore_difference *difference, struct fault *fault)
{
    struct comparing comparing = {restore, -1, difference};
    char installation[BACKUP_INSTALLATION_TEXT];
    int64_t tasks = 0;
    int result = backup_identify(store, installation, &tasks, fault);

    if (result < 0)
        return result;
    difference->is_same = strcmp(installation, restore->report.manifest.installation) == 0;
    difference->tasks = tasks - restore->report.manifest.tasks;
    if (!difference->is_same)
        return 0;
    comparing.home_fd = open(store->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (comparing.home_fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", store->home, strerror(errno));
    result = backup_each_key(store, compare_key, &comparing, fault);
    (void)close(comparing.home_fd);
    return result;
}

struct comparing_items {
    struct store *copy;
    int64_t missing;
};

/* By its number, for items that are ready have no index by reference; two that lived on from one copy have given the same
 * number to different items. One that is closed in the copy would not be done. */
static int compare_item(sqlite3_stmt *row, void *context, struct fault *fault)
{
    static const char SQL[] = "SELECT count(*) FROM item WHERE id = ?1 AND robot_id = ?2 AND "
                              "window = ?3 AND ref_hash = ?4 AND state IN (0, 2, 3)";
    struct comparing_items *comparing = context;
    sqlite3_stmt *statement = NULL;
    int64_t kept = 0;
    int result = sql_use(comparing->copy, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, sqlite3_column_int64(row, 0));
        sqlite3_bind_int64(statement, 2, sqlite3_column_int64(row, 1));
        sqlite3_bind_int64(statement, 3, sqlite3_column_int64(row, 2));
        sql_bind_blob(statement, 4, sql_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3));
        result = sql_step_number(comparing->copy, statement, &kept, fault);
    }
    sql_done(statement);
    comparing->missing += result == 0 && kept == 0;
    return result;
}

static int compare_items(const struct restore *restore, struct store *store, int64_t *ret_missing,
                         struct fault *fault)
{
    /* enum item_state: ready (or leased), deferred, waiting */
    static const char SQL[] =
        "SELECT id, robot_id, window, ref_hash FROM item WHERE state IN (0, 2, 3)";
    struct comparing_items comparing = {.copy = NULL};
    int result = store_open(restore->place.path, STORE_READ, &comparing.copy, fault);

    if (result == 0)
        result = sql_each(store, SQL, compare_item, &comparing, fault);
    store_close(comparing.copy);
    *ret_missing = result == 0 ? comparing.missing : -1;
    return result;
}

static bool is_demo_copy(const struct restore *restore)
{
    struct store *store = NULL;
    bool is_demo =
        store_open(restore->place.path, STORE_READ, &store, NULL) == 0 && store_is_demo(store);

    store_close(store);
    return is_demo;
}

void restore_compare(const struct restore *restore, const char *home,
                     struct restore_difference *ret_difference)
{
    struct restore_difference difference = {.is_there = false};
    struct fault fault = {.text = ""};
    struct store *store = NULL;
    int result = store_open_any(home, STORE_READ, &store, &fault);

    if (result == 0)
        result = compare_store(restore, store, &difference, &fault);
    if (result == 0)
        difference.is_other_kind = store_is_demo(store) != is_demo_copy(restore);
    difference.is_there = result == 0;
    if (result == 0 && difference.is_same)
        result = compare_items(restore, store, &difference.items, &fault);
    store_close(store);
    if (result < 0 && result != -ENOENT)
        (void)text_copy(difference.unreadable, sizeof difference.unreadable, fault.text);
    *ret_difference = difference;
}

int64_t restore_plugins(const struct restore *restore, const char *home, int64_t *ret_others,
                        char ret_first[static BACKUP_FILE_NAME_MAX + 1])
{
    const struct backup_manifest *copy = &restore->report.manifest;
    struct backup_manifest there = {.program = ""};
    int64_t count = 0;
    size_t i;
    size_t k;

    *ret_others = 0;
    ret_first[0] = '\0';
    /* What cannot be read is as good as absent. */
    if (backup_plugins_list(home, &there, NULL) < 0)
        there.plugin_count = 0;
    for (i = 0; i < copy->plugin_count; i++) {
        for (k = 0; k < there.plugin_count; k++)
            if (strcmp(copy->plugins[i].file, there.plugins[k].file) == 0)
                break;
        if (k < there.plugin_count && strcmp(copy->plugins[i].sha256, there.plugins[k].sha256) == 0)
            continue;
        *ret_others += k < there.plugin_count;
        if (count++ == 0)
            (void)text_copy(ret_first, BACKUP_FILE_NAME_MAX + 1, copy->plugins[i].file);
    }
    backup_manifest_release(&there);
    return count;
}
