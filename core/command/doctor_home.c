/* doctor: the folder that is the installation, its disk and its keys. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/command/doctor.h"
#include "core/store/home.h"
#include "core/store/room.h"
#include "core/store/store.h"
#include "core/store/verify.h"

enum {
    OTHERS = 077,        /* rights of everybody but the owner */
    FILES_LEAST = 10000, /* free names on the disk */
    KEYS_MAX = 100000,   /* key files looked at */
    WRONG_KEY_MAX = 768  /* bytes said of one */
};

static const int64_t MEGABYTE = 1000000;
static const int64_t FREE_WRONG_MB = 500;
static const int64_t FREE_NOTE_MB = 2000;
static const int64_t LOG_NOTE_MB = 128; /* twice what the store's log is cut to */
static const int64_t LOG_WRONG_MB = 1000;

static bool is_folder_with_entries(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool has_one = false;

    while (folder != NULL && !has_one && (entry = readdir(folder)) != NULL)
        has_one = entry->d_name[0] != '.';
    if (folder != NULL)
        (void)closedir(folder);
    return has_one;
}

/* Keys without a store are what is left of an installation: `init` makes none beside them. Of what
 * no command puts right the fault says what to do. */
static void fix_missing(struct doctor *doctor)
{
    const char *home = doctor->settings->home;
    char keys[STORE_PATH_MAX];
    struct stat about;

    if (file_join(keys, sizeof(keys), home, "keys") && is_folder_with_entries(keys))
        doctor_fix_here(doctor, "restore FILE");
    else if (stat(home, &about) < 0 || S_ISDIR(about.st_mode))
        doctor_fix_here(doctor, "init");
}

/* False: it is not ours to look at. */
static bool check_installation(struct doctor *doctor)
{
    const char *home = doctor->settings->home;
    struct fault fault = {.text = ""};
    struct stat about;
    int result = home_check(home, &fault);

    if (result == 0)
        return true;
    if (result == -EPERM && stat(home, &about) == 0)
        doctor_fix(doctor, "sudo -u '#%ju' automagi --home %s doctor", (uintmax_t)about.st_uid,
                   doctor->quoted_home);
    else if (result == -EPERM)
        doctor_fix(doctor, "sudo automagi --home %s doctor", doctor->quoted_home);
    else if (result == -ENOENT)
        fix_missing(doctor);
    doctor_row(doctor, DOCTOR_WRONG, "home: %s; the rest was not looked at", fault.text);
    return false;
}

/* Whoever may read the store or the keys reads what tasks were about. */
static void check_rights(struct doctor *doctor)
{
    static const char *const names[] = {"", "automagi.db", "automagi.db-wal", "automagi.db-shm",
                                        "keys"};
    const char *home = doctor->settings->home;
    char path[STORE_PATH_MAX];
    char quoted[DOCTOR_FIX_MAX];
    struct stat about;
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!file_join(path, sizeof(path), home, names[i]))
            continue;
        if (lstat(path, &about) < 0) {
            if (errno == ENOENT)
                continue;
            doctor_row(doctor, DOCTOR_WRONG, "home: %s cannot be looked at: %s", path,
                       strerror(errno));
            return;
        }
        if ((about.st_mode & OTHERS) == 0 && about.st_uid == geteuid())
            continue;
        doctor_quote(path, quoted);
        if (about.st_uid != geteuid()) {
            doctor_fix(doctor, "chown %ju %s", (uintmax_t)geteuid(), quoted);
            doctor_row(doctor, DOCTOR_WRONG, "home: %s belongs to account number %ju", path,
                       (uintmax_t)about.st_uid);
        } else {
            doctor_fix(doctor, "chmod go= %s", quoted);
            doctor_row(doctor, DOCTOR_WRONG, "home: others have rights to %s (mode %03o)", path,
                       (unsigned)about.st_mode & 0777);
        }
        return; /* the first says it; the next look finds the next */
    }
    doctor_row(doctor, DOCTOR_OK, "home: %s is its owner's alone", home);
}

bool doctor_home(struct doctor *doctor)
{
    if (!check_installation(doctor))
        return false;
    check_rights(doctor);
    return true;
}

static void check_log(struct doctor *doctor)
{
    char path[STORE_PATH_MAX];
    char quoted[DOCTOR_FIX_MAX];
    enum doctor_state state = DOCTOR_OK;
    struct stat about;
    int64_t size_mb;

    if (!file_join(path, sizeof(path), doctor->settings->home, "automagi.db-wal"))
        return;
    if (lstat(path, &about) < 0) {
        if (errno != ENOENT)
            doctor_row(doctor, DOCTOR_WRONG, "log of the store: cannot be looked at: %s",
                       strerror(errno));
        return;
    }
    size_mb = (int64_t)about.st_size / MEGABYTE;
    if (size_mb >= LOG_NOTE_MB) {
        state = size_mb >= LOG_WRONG_MB ? DOCTOR_WRONG : DOCTOR_NOTE;
        doctor_quote(path, quoted);
        doctor_fix(doctor, "fuser -v %s", quoted);
    }
    doctor_row(doctor, state, "log of the store: %" PRId64 ".%" PRId64 " MB%s", size_mb,
               (int64_t)about.st_size % MEGABYTE * 10 / MEGABYTE,
               state == DOCTOR_OK
                   ? ""
                   : "; some program reads the store all the time, and keeps it from "
                     "being worked in: end it");
}

void doctor_disk(struct doctor *doctor)
{
    int64_t free_mb = room_free(doctor->settings->home);
    enum doctor_state state = DOCTOR_OK;
    struct statvfs disk;
    const char *names;
    bool is_short_of_names;

    if (statvfs(doctor->settings->home, &disk) < 0) {
        doctor_row(doctor, DOCTOR_WRONG, "disk: cannot be asked: %s", strerror(errno));
        return;
    }
    if (free_mb >= 0)
        free_mb /= MEGABYTE;
    is_short_of_names = disk.f_files > 0 && disk.f_favail < FILES_LEAST;
    names = is_short_of_names ? ", but hardly a file more (inodes)" : "";
    if ((free_mb >= 0 && free_mb < FREE_WRONG_MB) || is_short_of_names)
        state = DOCTOR_WRONG;
    else if (free_mb >= 0 && free_mb < FREE_NOTE_MB)
        state = DOCTOR_NOTE;
    if (state != DOCTOR_OK)
        doctor_fix(doctor, "df -h %s; du -xh %s | sort -h | tail -n 20", doctor->quoted_home,
                   doctor->quoted_home);
    if (free_mb < 0)
        doctor_row(doctor, state, "disk: it does not say how much is free%s", names);
    else
        doctor_row(doctor, state, "disk: %" PRId64 ".%" PRId64 " GB are free%s", free_mb / 1000,
                   free_mb % 1000 / 100, names);
    check_log(doctor);
}

static const char NO_FILE[] = "is no file";
static const char MISPLACED[] =
    "is out of place: there is a folder for each robot, of its keys alone";

/* What is wrong with one key, or one folder of keys, or NULL. */
static const char *key_fault(int folder, const char *name, bool is_folder)
{
    struct stat about;

    if (fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) < 0)
        return "cannot be looked at";
    if (!S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode))
        return NO_FILE;
    if (S_ISDIR(about.st_mode) != is_folder)
        return MISPLACED;
    if (about.st_uid != geteuid())
        return "belongs to another account";
    if ((about.st_mode & OTHERS) != 0)
        return "can be read by others";
    if (faccessat(folder, name, is_folder ? R_OK | X_OK : R_OK, AT_EACCESS) < 0)
        return "cannot be read";
    return NULL;
}

/* Key files below one folder; stops at the first fault. */
static const char *look_at_keys(int parent, const char *name, int64_t *count, char where[256])
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const char *found = NULL;
    const struct dirent *entry;

    if (folder == NULL) {
        if (fd >= 0)
            (void)close(fd);
        (void)text_copy(where, 256, name);
        return "cannot be opened";
    }
    while (found == NULL && *count < KEYS_MAX && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        ++*count;
        found = key_fault(dirfd(folder), entry->d_name, false);
        (void)text_copy(where, 256, entry->d_name);
    }
    (void)closedir(folder);
    return found;
}

/* Only the keys, for all that was done since the backup would go with the whole of it. */
static void tell_unopened(struct doctor *doctor, const char *path, int error)
{
    if (error == ENOENT)
        doctor_fix(doctor, "(umask 077; tar -x --no-same-owner -f FILE -C %s keys)",
                   doctor->quoted_home);
    else if (error == EACCES)
        doctor_fix(doctor, "chmod u=rwx,go= %s/keys", doctor->quoted_home);
    doctor_row(doctor, DOCTOR_WRONG,
               "keys: %s cannot be opened: %s; without its keys the store takes no task of a time "
               "it has: each backup has those of its time, with those that were destroyed since",
               path, strerror(error));
}

struct wrong_keys {
    int64_t count;
    char first[WRONG_KEY_MAX];
};

static void keep_wrong_key(const char *difference, void *context)
{
    struct wrong_keys *wrong = context;

    if (wrong->count++ == 0)
        (void)text_copy(wrong->first, sizeof(wrong->first), difference);
}

/* A file that lies under another's name can be read as well, and nothing dated in its window is taken. */
static bool has_wrong_keys(struct doctor *doctor)
{
    struct wrong_keys wrong = {0};
    struct fault fault = {.text = ""};
    int result = doctor->store != NULL
                     ? verify_store_keys(doctor->store, keep_wrong_key, &wrong, &fault)
                     : 0;

    if (result < 0) {
        doctor_failed(doctor, result, "keys", &fault);
    } else if (wrong.count > 0) {
        doctor_fix_here(doctor, "verify");
        doctor_row(doctor, DOCTOR_WRONG,
                   "keys: %" PRId64 " of those that the store knows cannot be used; %s",
                   wrong.count, wrong.first);
    }
    return result < 0 || wrong.count > 0;
}

void doctor_keys(struct doctor *doctor)
{
    char path[STORE_PATH_MAX] = "";
    char where[256] = "";
    const char *found = NULL;
    const struct dirent *entry;
    DIR *folder = NULL;
    int64_t count = 0;

    if (file_join(path, sizeof(path), doctor->settings->home, "keys"))
        folder = opendir(path);
    if (folder == NULL) {
        tell_unopened(doctor, path, errno);
        return;
    }
    while (found == NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        found = key_fault(dirfd(folder), entry->d_name, true);
        (void)text_copy(where, sizeof(where), entry->d_name);
        if (found == NULL)
            found = look_at_keys(dirfd(folder), entry->d_name, &count, where);
    }
    (void)closedir(folder);
    if (found == NO_FILE || found == MISPLACED) {
        doctor_fix(doctor, "find %s/keys%s -ls", doctor->quoted_home,
                   found == NO_FILE ? " ! -type f ! -type d" : "");
        doctor_row(doctor, DOCTOR_WRONG, "keys: %s in %s %s", where, path, found);
    } else if (found != NULL) {
        doctor_fix(doctor, "chown -R %ju %s/keys; chmod -R u+rwX,go= %s/keys", (uintmax_t)geteuid(),
                   doctor->quoted_home, doctor->quoted_home);
        doctor_row(doctor, DOCTOR_WRONG, "keys: %s in %s %s", where, path, found);
    } else if (!has_wrong_keys(doctor)) {
        doctor_row(doctor, DOCTOR_OK, "keys: %" PRId64 " can be read, by their owner alone", count);
    }
}
