/* Step 1: the copy made ready, and the moment of change. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/aside.h"
#include "core/store/audit.h"
#include "core/store/restore_inner.h"
#include "core/store/robot.h"
#include "core/store/sql.h"
#include "core/store/store_inner.h"

enum { DETAIL_SIZE_MAX = 65536, NAME_SIZE = 256, NUMBER_TEXT = 24 };

static bool begins(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* What an installation has, whole or in parts, and what calls that were cut off have left. */
static bool is_known(const char *name)
{
    static const char *const known[] = {"keys",  "logs",      "work",   "plugins", "lock",
                                        "hosts", "hosts.new", "socket", "reserve", RESTORE_READY};
    size_t i;

    for (i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i]) == 0)
            return true;
    return begins(name, BACKUP_DATABASE) || aside_is_name(name) ||
           begins(name, ".automagi-backup-");
}

static int check_entries(const char *home, struct fault *fault)
{
    DIR *folder = opendir(home);
    const struct dirent *entry;
    int result = 0;

    if (folder == NULL)
        return fault_set(fault, -errno, "%s: cannot be read: %s; look at its rights", home,
                         strerror(errno));
    while (result == 0 && (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !is_known(entry->d_name))
            result = fault_set(fault, -ENOTEMPTY,
                               "%s: holds something else (%s) and no store; give a missing or "
                               "empty folder, or an installation",
                               home, entry->d_name);
    (void)closedir(folder);
    return result;
}

static int refuse_unseen(const char *path, int error, struct fault *fault)
{
    return fault_set(fault, error, "%s: cannot be looked at: %s; see to its disk", path,
                     strerror(-error));
}

static int make_folders(const char *home, struct fault *fault)
{
    static const char *const folders[] = {"logs", "work", "plugins"};
    int fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = 0;
    size_t i;

    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", home, strerror(errno));
    for (i = 0; i < sizeof folders / sizeof folders[0] && result == 0; i++)
        result = file_make_folder(fd, folders[i], 0700, fault);
    (void)close(fd);
    return result < 0 ? fault_prefix(fault, result, "%s", home) : 0;
}

int restore_prepare_home(const char *home, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    struct stat about;
    bool is_new = true;
    int is_there;

    if (mkdir(home, 0700) < 0 && errno != EEXIST)
        return fault_set(fault, -errno,
                         "%s: cannot be made: %s; the folder it lies in must be there", home,
                         strerror(errno));
    if (stat(home, &about) < 0 || !S_ISDIR(about.st_mode))
        return fault_set(fault, -ENOTDIR, "%s: is not a folder; give another home", home);
    if (about.st_uid != geteuid())
        return fault_set(fault, -EPERM, "%s: belongs to another account; use that account", home);
    if (!file_join(path, sizeof path, home, BACKUP_DATABASE))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long; use a shorter one", home);
    is_there = file_is_there(AT_FDCWD, path);
    if (is_there == 0)
        is_there = check_entries(home, fault);
    else if (is_there < 0)
        (void)refuse_unseen(path, is_there, fault);
    else
        is_new = false;
    if (is_there < 0)
        return is_there;
    if (is_new && chmod(home, 0700) < 0)
        return fault_set(fault, -errno, "%s: its rights cannot be set: %s", home, strerror(errno));
    return make_folders(home, fault);
}

static void put_int(struct json_writer *writer, const char *name, int64_t value)
{
    json_key(writer, name);
    json_put_int(writer, value);
}

static int add_audit(const struct restore *restore, struct store *store,
                     const struct restore_asker *asker, const char *aside, struct fault *fault)
{
    const struct backup_report *report = &restore->report;
    const char *slash = strrchr(asker->path, '/');
    char subject[NAME_SIZE];
    struct audit_record record = {
        .account = asker->account, .by_whom = asker->by, .action = "restore", .subject = subject};
    struct json_writer writer;
    struct text text;
    int result;

    (void)text_copy(subject, sizeof subject, slash == NULL ? asker->path : slash + 1);
    text_init(&text, DETAIL_SIZE_MAX);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    json_key(&writer, "path");
    json_put_string(&writer, asker->path);
    json_key(&writer, "sha256");
    json_put_string(&writer, report->sha256);
    put_int(&writer, "made_ms", report->manifest.made_ms);
    put_int(&writer, "tasks", report->manifest.tasks);
    put_int(&writer, "version", report->version);
    json_key(&writer, "aside");
    json_put_string(&writer, aside);
    json_key(&writer, "paused");
    json_put_bool(&writer, asker->is_paused);
    json_end_object(&writer);
    record.detail = text_string(&text);
    result = text.broken != 0 ? fault_no_memory(fault) : audit_add(store, &record, fault);
    text_release(&text);
    return result;
}

static int raise_generation(struct store *store, int64_t above, struct fault *fault)
{
    static const char SQL[] = "UPDATE store SET generation = max(generation, ?1 + 1) WHERE id = 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, above);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* 0 when the store that is there cannot be read: then nothing of it goes on either. */
static int64_t generation_of(const char *home)
{
    struct store *store = NULL;
    int64_t generation = 0;

    if (store_open_any(home, STORE_READ, &store, NULL) == 0)
        generation = store_generation(store);
    store_close(store);
    return generation;
}

/* For step 2, which opens no store. Of another installation no run is the copy's. */
static int note_newest_run(const struct restore *restore, struct store *store, bool is_same,
                           struct fault *fault)
{
    char text[NUMBER_TEXT];
    int64_t newest = 0;
    int result = 0;

    if (is_same)
        result = store_ask_int(store, "SELECT ifnull(max(id), 0) FROM run", &newest, fault);
    (void)snprintf(text, sizeof text, "%" PRId64, newest);
    return result == 0
               ? file_write(restore->place.fd, RESTORE_RUNS, text, strlen(text), 0600, fault)
               : result;
}

/* So that nothing starts before somebody has looked. One that is paused keeps who did it and why. */
static int pause_robots(struct store *store, const struct restore_asker *asker, struct fault *fault)
{
    const char *by = asker->by != NULL ? asker->by : asker->account;
    struct robot_list list = {0};
    int result = robot_list_read(store, &list, fault);
    size_t i;

    for (i = 0; i < list.count && result == 0; i++)
        if (list.robots[i].plugin != NULL && !list.robots[i].is_paused)
            result = robot_pause(store, list.robots[i].id, by, "restore --paused", clock_now_ms(),
                                 fault);
    robot_list_release(&list);
    return result;
}

static int mark(const struct restore *restore, const char *home, const struct restore_asker *asker,
                const char *aside, struct fault *fault)
{
    int64_t above = generation_of(home);
    struct restore_difference difference;
    struct store *store = NULL;
    int result;

    restore_compare(restore, home, &difference);
    if (difference.is_other_kind)
        return fault_set(fault, -EPERM,
                         "%s: either it or the copy is a demo home, where everything is invented, "
                         "and the other is not; give another home",
                         home);
    result = store_open(restore->place.path, STORE_WRITE, &store, fault);
    if (result < 0)
        return result;
    result = store_begin(store, fault);
    if (result == 0)
        result = raise_generation(store, above < INT32_MAX - 2 ? above : INT32_MAX - 2, fault);
    if (result == 0 && asker->is_paused)
        result = pause_robots(store, asker, fault);
    if (result == 0)
        result = add_audit(restore, store, asker, aside, fault);
    if (result == 0)
        result = store_commit(store, fault);
    if (result == 0)
        result = note_newest_run(restore, store, !difference.is_there || difference.is_same, fault);
    if (result == 0)
        result = store_empty_log(store, fault);
    store_close(store);
    if (result == 0)
        backup_place_drop_log(&restore->place);
    return result;
}

/* 1 or 0. */
static int is_anything_there(int home_fd, const char *home, struct fault *fault)
{
    int is_there = file_is_there(home_fd, BACKUP_DATABASE);

    if (is_there == 0)
        is_there = file_is_there(home_fd, "keys");
    return is_there < 0 ? refuse_unseen(home, is_there, fault) : is_there;
}

/* The moment of change. */
static int make_ready(struct restore *restore, const char *aside, struct fault *fault)
{
    struct backup_place *place = &restore->place;
    int result = file_make_folder(place->fd, "keys", 0700, fault); /* it may hold no key at all */

    if (result == 0)
        result = file_write(place->fd, RESTORE_ASIDE, aside, strlen(aside), 0600, fault);
    if (result == 0 && syncfs(place->fd) < 0)
        result = fault_set(fault, -errno, "%s: did not reach the disk: %s", place->path,
                           strerror(errno));
    if (result < 0)
        return result;
    if (renameat(place->parent_fd, place->name, place->parent_fd, RESTORE_READY) < 0)
        return fault_set(fault, -errno, "%s: cannot be put in place: %s", place->path,
                         strerror(errno));
    place->name[0] = '\0'; /* it is not ours to remove any more */
    if (fsync(place->parent_fd) < 0)
        return fault_set(fault, -errno, "%s: did not reach the disk: %s", RESTORE_READY,
                         strerror(errno));
    return 0;
}

int restore_put(struct restore *restore, const char *home, const struct restore_asker *asker,
                char ret_aside[static RESTORE_ASIDE_MAX], struct fault *fault)
{
    char aside[RESTORE_ASIDE_MAX] = "";
    int is_there = is_anything_there(restore->place.parent_fd, home, fault);
    int result = is_there < 0 ? is_there
                              : aside_choose(restore->place.parent_fd, ASIDE_RESTORE, aside, fault);

    if (result == 0)
        result = mark(restore, home, asker, is_there ? aside : "", fault);
    if (result == 0)
        result = make_ready(restore, aside, fault);
    if (result == 0)
        result = restore_finish(home, fault);
    if (result == 0)
        (void)text_copy(ret_aside, RESTORE_ASIDE_MAX, is_there ? aside : "");
    return result;
}
