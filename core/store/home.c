#include "core/store/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/home_author.h"
#include "core/store/restore.h"
#include "core/store/store.h"

int home_path(const char *home, const char *name, char target[static STORE_PATH_MAX],
              struct fault *fault)
{
    if (!file_join(target, STORE_PATH_MAX, home, name))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long; use a shorter one", home);
    return 0;
}

static int refuse_missing(const char *home, struct fault *fault)
{
    return fault_set(fault, -ENOENT, "%s: there is no installation; make one with `automagi init`",
                     home);
}

static int check_owner(const char *home, const struct stat *about, struct fault *fault)
{
    if (about->st_uid == geteuid())
        return 0;
    return fault_set(fault, -EPERM,
                     "%s: belongs to account number %ju, this is number %ju; use the account that "
                     "owns it",
                     home, (uintmax_t)about->st_uid, (uintmax_t)geteuid());
}

int home_hold(const char *home, int *ret_fd, struct fault *fault)
{
    int fd = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", home, strerror(errno));
    *ret_fd = fd;
    return 0;
}

int home_check_held(const char *home, int home_fd, struct fault *fault)
{
    struct stat held;
    struct stat found;

    if (home_fd < 0 || (fstat(home_fd, &held) == 0 && stat(home, &found) == 0 &&
                        held.st_ino == found.st_ino && held.st_dev == found.st_dev))
        return 0;
    return fault_set(
        fault, -ESTALE,
        "%s: the home was moved while it is in use, or another lies in its place; move "
        "it back, or start the daemon again where it is now",
        home);
}

/* A restore that was cut off: taking the lock finishes it. */
static int finish_restore(const char *home, struct fault *fault)
{
    struct home_lock lock;
    int result;

    if (!restore_is_due(home))
        return 0;
    result = home_lock(home, &lock, fault);
    if (result == 0)
        home_unlock(&lock);
    return result;
}

int home_check(const char *home, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    struct stat about;
    int result = home_path(home, "automagi.db", path, fault);

    if (result < 0)
        return result;
    if (stat(home, &about) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return refuse_missing(home, fault);
        return fault_set(fault, errno == EACCES ? -EPERM : -errno,
                         "%s: cannot be looked at: %s; use the account that owns it", home,
                         strerror(errno));
    }
    if (!S_ISDIR(about.st_mode))
        return fault_set(fault, -ENOENT,
                         "%s: is not a folder, so not an installation; give "
                         "another home",
                         home);
    result = check_owner(home, &about, fault);
    if (result == 0)
        result = finish_restore(home, fault);
    if (result < 0)
        return result;
    if (lstat(path, &about) < 0)
        return errno == ENOENT ? refuse_missing(home, fault)
                               : fault_set(fault, -errno,
                                           "%s: cannot be looked at: %s; look at its folder's "
                                           "rights",
                                           path, strerror(errno));
    result = check_owner(path, &about, fault);
    return result < 0 ? result : home_check_names(path, fault);
}
