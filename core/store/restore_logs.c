/* Logs of runs that the copy does not have: its runs to come get the same numbers, and a log is
 * never written over nor added to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/restore_inner.h"

enum { NAME_MAX_BYTES = 255, PASSES_MAX = 1000 };

struct moving {
    int home_fd;
    const char *aside;
    int64_t newest_run; /* of the copy */
    int64_t moved;
};

static DIR *open_folder(int parent_fd, const char *name)
{
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;

    if (folder == NULL && fd >= 0)
        (void)close(fd);
    return folder;
}

/* "<run>.log" */
static bool is_later(const char *name, int64_t newest_run)
{
    char digits[24];
    size_t length = strspn(name, "0123456789");
    int64_t run = 0;

    if (length == 0 || length >= sizeof digits || strcmp(name + length, ".log") != 0)
        return false;
    memcpy(digits, name, length);
    digits[length] = '\0';
    return text_to_int64(digits, 1, INT64_MAX, &run) && run > newest_run;
}

/* Where the robot's go: a folder is made when there is one to go there. */
static int open_target(const struct moving *moving, const char *robot, int *ret_fd,
                       struct fault *fault)
{
    char logs[RESTORE_ASIDE_MAX + 8];
    char path[RESTORE_ASIDE_MAX + NAME_MAX_BYTES + 16];
    int result = file_make_folder(moving->home_fd, moving->aside, 0700, fault);

    if (result == 0 && (!file_join(logs, sizeof logs, moving->aside, "logs") ||
                        !file_join(path, sizeof path, logs, robot)))
        result = fault_set(fault, -ENAMETOOLONG, "%s: the name is too long", robot);
    if (result == 0)
        result = file_make_folder(moving->home_fd, logs, 0700, fault);
    if (result == 0)
        result = file_make_folder(moving->home_fd, path, 0700, fault);
    if (result < 0)
        return result;
    *ret_fd = openat(moving->home_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd >= 0 ? 0 : fault_set(fault, -errno, "%s: %s", path, strerror(errno));
}

static int move_of_robot(struct moving *moving, DIR *folder, const char *robot, struct fault *fault)
{
    const struct dirent *entry;
    int target_fd = -1;
    int result = 0;

    while (result == 0 && (entry = readdir(folder)) != NULL) {
        if (!is_later(entry->d_name, moving->newest_run))
            continue;
        if (target_fd < 0)
            result = open_target(moving, robot, &target_fd, fault);
        if (result == 0 && renameat(dirfd(folder), entry->d_name, target_fd, entry->d_name) < 0 &&
            errno != ENOENT)
            result =
                fault_set(fault, -errno, "logs/%s/%s: %s", robot, entry->d_name, strerror(errno));
        moving->moved++;
    }
    if (target_fd >= 0)
        (void)close(target_fd);
    return result;
}

static int move_once(struct moving *moving, struct fault *fault)
{
    DIR *logs = open_folder(moving->home_fd, "logs");
    const struct dirent *entry;
    int result = 0;

    if (logs == NULL)
        return errno == ENOENT ? 0 : fault_set(fault, -errno, "logs: %s", strerror(errno));
    while (result == 0 && (entry = readdir(logs)) != NULL) {
        DIR *folder = entry->d_name[0] != '.' ? open_folder(dirfd(logs), entry->d_name) : NULL;

        if (folder == NULL)
            continue; /* not a robot's */
        result = move_of_robot(moving, folder, entry->d_name, fault);
        (void)closedir(folder);
    }
    (void)closedir(logs);
    return result;
}

int restore_move_logs(int home_fd, const char *aside, int64_t newest_run, struct fault *fault)
{
    struct moving moving = {.home_fd = home_fd, .aside = aside, .newest_run = newest_run};
    int passes = 0;
    int result;

    /* What a folder gives while it changes is not said: until it gives none. */
    do {
        moving.moved = 0;
        result = move_once(&moving, fault);
    } while (result == 0 && moving.moved > 0 && ++passes < PASSES_MAX);
    return result;
}
