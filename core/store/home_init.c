/* Making an installation. The store comes last: with it, the installation is complete. */
#include "core/store/home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/store/restore.h"
#include "core/store/store_inner.h"

/* What an init that was cut short may have left. Folders must be empty: keys or logs
 * without a store are an installation that lost it. */
static const char *const our_folders[] = {"keys", "logs", "work", "plugins"};
static const char *const our_files[] = {"lock", "automagi.db.new", "automagi.db.new-journal",
                                        "automagi.db.new-wal", "automagi.db.new-shm"};

static bool is_among(const char *name, const char *const *names, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* "." and ".." left out. NULL at the end, with errno 0. */
static const char *next_name(DIR *folder)
{
    struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(folder);
    } while (entry != NULL &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry != NULL ? entry->d_name : NULL;
}

static DIR *open_folder(int folder_fd, const char *name)
{
    int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;

    if (fd >= 0 && folder == NULL)
        (void)close(fd);
    return folder;
}

static bool is_empty_folder(int folder_fd, const char *name)
{
    DIR *folder = open_folder(folder_fd, name);
    bool is_empty = folder != NULL && next_name(folder) == NULL && errno == 0;

    if (folder != NULL)
        (void)closedir(folder);
    return is_empty;
}

static int check_entry(const char *home, int folder_fd, const char *name, struct fault *fault)
{
    struct stat about;

    if (is_among(name, our_folders, sizeof our_folders / sizeof our_folders[0]) &&
        is_empty_folder(folder_fd, name))
        return 0;
    if (is_among(name, our_files, sizeof our_files / sizeof our_files[0]) &&
        fstatat(folder_fd, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode))
        return 0;
    return fault_set(fault, -ENOTEMPTY,
                     "%s: holds something else (%s) and no store; give a missing or empty folder, "
                     "or restore a backup",
                     home, name);
}

/* Anything but what we would make? Writes nothing. */
static int check_entries(const char *home, int folder_fd, struct fault *fault)
{
    DIR *folder = open_folder(folder_fd, ".");
    const char *name;
    int result = 0;

    if (folder == NULL)
        return fault_set(fault, -errno, "%s: cannot be read: %s; look at its rights", home,
                         strerror(errno));
    while (result == 0 && (name = next_name(folder)) != NULL)
        result = check_entry(home, folder_fd, name, fault);
    (void)closedir(folder);
    return result;
}

/* So that the new folder's own name survives a power cut. */
static int sync_parent(int folder_fd)
{
    int parent_fd = openat(folder_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = 0;

    if (parent_fd < 0)
        return errno == EACCES ? 0 : -errno; /* we may enter it, but not read it */
    if (fsync(parent_fd) < 0 && errno != EINVAL && errno != EROFS)
        result = -errno;
    (void)close(parent_fd);
    return result;
}

static int open_home(const char *home, int *ret_fd, struct fault *fault)
{
    struct stat about;
    bool made = mkdir(home, 0700) == 0;
    int result = 0;
    int fd;

    if (!made && errno == ENOENT)
        return fault_set(fault, -ENOENT,
                         "%s: the folder it should lie in is missing; make that "
                         "first",
                         home);
    if (!made && errno != EEXIST)
        return fault_set(fault, -errno,
                         "%s: cannot be made: %s; look at the rights of the folder "
                         "it lies in",
                         home, strerror(errno));
    if (stat(home, &about) < 0 || !S_ISDIR(about.st_mode))
        return fault_set(fault, -ENOTDIR, "%s: is not a folder; give another home", home);
    if (about.st_uid != geteuid())
        return fault_set(fault, -EPERM, "%s: belongs to another account; use that account", home);
    fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s; look at its rights", home,
                         strerror(errno));
    result = sync_parent(fd); /* also when it was there: who made it may have been killed */
    if (result < 0) {
        (void)close(fd);
        return fault_set(fault, result, "%s: did not reach the disk: %s", home, strerror(-result));
    }
    *ret_fd = fd;
    return 0;
}

static bool has_store(int folder_fd)
{
    struct stat about;

    return fstatat(folder_fd, "automagi.db", &about, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Would it be let in, now or when it is upgraded? A foreign or damaged file is no installation. */
static int check_store(const char *home, bool is_demo, struct fault *fault)
{
    struct store *store = NULL;
    int result = store_open_any(home, STORE_READ, &store, fault);

    if (result == 0 && is_demo && !store_is_demo(store))
        result = fault_set(fault, -EEXIST,
                           "%s: is an installation already, and none becomes a demo home; give a "
                           "missing or empty folder",
                           home);
    store_close(store);
    return result;
}

static int make_contents(const char *home, int folder_fd, bool is_demo, struct fault *fault)
{
    int result = 0;
    size_t i;

    if (fchmod(folder_fd, 0700) < 0)
        return fault_set(fault, -errno, "%s: its rights cannot be set: %s", home, strerror(errno));
    for (i = 0; i < sizeof our_folders / sizeof our_folders[0] && result == 0; i++)
        result = file_make_folder(folder_fd, our_folders[i], 0700, fault);
    if (result < 0)
        return fault_prefix(fault, result, "%s", home);
    return is_demo ? store_create_demo(home, fault) : store_create(home, fault);
}

static int init(const char *home, bool is_demo, bool *ret_made, struct fault *fault)
{
    bool made = false;
    int folder_fd = -1;
    struct home_lock lock = HOME_UNLOCKED;
    int result = open_home(home, &folder_fd, fault);

    if (result < 0)
        return result;
    if (restore_is_due(home)) { /* taking the lock finishes it */
        result = home_lock(home, &lock, fault);
        if (result < 0)
            goto out;
        home_unlock(&lock);
    }
    if (!has_store(folder_fd)) {
        result = check_entries(home, folder_fd, fault);
        if (result == 0)
            result = home_lock(home, &lock, fault);
        else if (has_store(folder_fd))
            result = 0; /* what is there is of a store that another init has made meanwhile */
        if (result < 0)
            goto out;
    }
    /* Another init may have been faster to the lock. */
    if (has_store(folder_fd)) {
        /* Its name may not be on the disk, when the init that gave it was killed then. */
        if (fsync(folder_fd) < 0)
            result =
                fault_set(fault, -errno, "%s: did not reach the disk: %s", home, strerror(errno));
        if (result == 0)
            result = check_store(home, is_demo, fault);
    } else {
        result = make_contents(home, folder_fd, is_demo, fault);
        made = result == 0;
    }
    if (result == 0)
        *ret_made = made;
out:
    home_unlock(&lock);
    (void)close(folder_fd);
    return result;
}

int home_init(const char *home, bool *ret_made, struct fault *fault)
{
    return init(home, false, ret_made, fault);
}

int home_init_demo(const char *home, bool *ret_made, struct fault *fault)
{
    return init(home, true, ret_made, fault);
}
