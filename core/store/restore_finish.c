/*
 * Step 2: each move is made once, however often this is begun anew. The new store's own move is
 * the last: while it is still in restore.ready, what lies in the home is old.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/restore_inner.h"

enum { NUMBER_TEXT = 24 };

struct finishing {
    const char *home;
    int home_fd, ready_fd;
    int aside_fd; /* -1 until something is to be moved there */
    char aside[RESTORE_ASIDE_MAX];
};

bool restore_is_due(const char *home)
{
    char path[STORE_PATH_MAX];
    int is_there;

    if (!file_join(path, sizeof path, home, RESTORE_READY))
        return false;
    /* A disk that does not say is asked again by who finishes it; who may not enter is refused elsewhere. */
    is_there = file_is_there(AT_FDCWD, path);
    return is_there != 0 && is_there != -EACCES;
}

static int failed(const struct finishing *finishing, const char *name, struct fault *fault)
{
    return fault_set(fault, -errno,
                     "%s: the restore cannot be finished, %s: %s; see to it and call any command "
                     "again, which goes on with it",
                     finishing->home, name, strerror(errno));
}

/* 1 or 0; what cannot be told is no "no": it would be left where it must go, or removed. */
static int has(const struct finishing *finishing, int folder_fd, const char *name,
               struct fault *fault)
{
    int is_there = file_is_there(folder_fd, name);

    if (is_there >= 0)
        return is_there;
    errno = -is_there;
    return failed(finishing, name, fault);
}

static int read_aside(struct finishing *finishing, struct fault *fault)
{
    static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyzTZ0123456789-";
    struct text text;
    int result;

    text_init(&text, sizeof finishing->aside - 1);
    result = file_read(finishing->ready_fd, RESTORE_ASIDE, &text, fault);
    if (result == 0 && (!text_copy(finishing->aside, sizeof finishing->aside, text_string(&text)) ||
                        finishing->aside[0] == '\0' ||
                        finishing->aside[strspn(finishing->aside, ALLOWED)] != '\0'))
        result = fault_set(fault, -EINVAL, "it names no folder");
    text_release(&text);
    return result < 0 ? fault_prefix(fault, result, "%s/" RESTORE_READY, finishing->home) : 0;
}

static int move_logs(const struct finishing *finishing, struct fault *fault)
{
    struct text text;
    int64_t newest_run = 0;
    int result;

    text_init(&text, NUMBER_TEXT);
    result = file_read(finishing->ready_fd, RESTORE_RUNS, &text, fault);
    if (result == 0 && !text_to_int64(text_string(&text), 0, INT64_MAX, &newest_run))
        result = fault_set(fault, -EINVAL, RESTORE_RUNS ": holds no number");
    text_release(&text);
    if (result == 0)
        result = restore_move_logs(finishing->home_fd, finishing->aside, newest_run, fault);
    return result < 0
               ? fault_prefix(fault, result, "%s: the restore cannot be finished", finishing->home)
               : 0;
}

static int open_aside(struct finishing *finishing, struct fault *fault)
{
    int result = 0;

    if (finishing->aside_fd >= 0)
        return 0;
    result = file_make_folder(finishing->home_fd, finishing->aside, 0700, fault);
    if (result < 0)
        return fault_prefix(fault, result, "%s", finishing->home);
    finishing->aside_fd = openat(finishing->home_fd, finishing->aside,
                                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return finishing->aside_fd < 0 ? failed(finishing, finishing->aside, fault) : 0;
}

static int move_aside(struct finishing *finishing, const char *name, struct fault *fault)
{
    int result = has(finishing, finishing->home_fd, name, fault);

    if (result <= 0)
        return result;
    result = open_aside(finishing, fault);
    if (result == 0 && renameat(finishing->home_fd, name, finishing->aside_fd, name) < 0)
        result = failed(finishing, name, fault);
    return result;
}

static int move_in(struct finishing *finishing, const char *name, struct fault *fault)
{
    if (renameat(finishing->ready_fd, name, finishing->home_fd, name) < 0)
        return failed(finishing, name, fault);
    return 0;
}

static int sync_all(const struct finishing *finishing, struct fault *fault)
{
    if ((finishing->aside_fd >= 0 && fsync(finishing->aside_fd) < 0) ||
        fsync(finishing->home_fd) < 0 || fsync(finishing->ready_fd) < 0)
        return failed(finishing, "the disk", fault);
    return 0;
}

static int move_keys(struct finishing *finishing, struct fault *fault)
{
    int result = has(finishing, finishing->ready_fd, "keys", fault);

    if (result <= 0)
        return result;
    result = move_aside(finishing, "keys", fault);
    return result == 0 ? move_in(finishing, "keys", fault) : result;
}

/* The log before its store: a store alone is older, a log alone is nothing. Both are still here
 * when this is cut off between them, and moved the next time. */
static int move_all(struct finishing *finishing, struct fault *fault)
{
    int result = move_aside(finishing, "automagi.db-wal", fault);

    if (result == 0)
        result = move_aside(finishing, "automagi.db-shm", fault);
    if (result == 0)
        result = move_aside(finishing, BACKUP_DATABASE, fault);
    if (result == 0)
        result = move_keys(finishing, fault);
    if (result == 0)
        result = sync_all(finishing, fault);
    if (result == 0)
        result = move_in(finishing, BACKUP_DATABASE, fault);
    if (result == 0)
        result = sync_all(finishing, fault);
    return result;
}

static int finish_in(struct finishing *finishing, struct fault *fault)
{
    int result = has(finishing, finishing->ready_fd, BACKUP_DATABASE, fault);

    if (result > 0) {
        result = read_aside(finishing, fault);
        if (result == 0)
            result = move_logs(finishing, fault);
        if (result == 0)
            result = move_all(finishing, fault);
    }
    if (result == 0) {
        result = file_remove_tree(finishing->home_fd, RESTORE_READY);
        if (result == 0 && fsync(finishing->home_fd) < 0)
            result = -errno;
        if (result < 0) {
            errno = -result;
            result = failed(finishing, RESTORE_READY, fault);
        }
    }
    return result;
}

int restore_finish(const char *home, struct fault *fault)
{
    struct finishing finishing = {.home = home, .home_fd = -1, .ready_fd = -1, .aside_fd = -1};
    int result = 0;

    if (!restore_is_due(home))
        return 0;
    finishing.home_fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (finishing.home_fd >= 0)
        finishing.ready_fd = openat(finishing.home_fd, RESTORE_READY,
                                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    result = finishing.ready_fd < 0 ? failed(&finishing, RESTORE_READY, fault)
                                    : finish_in(&finishing, fault);
    if (finishing.aside_fd >= 0)
        (void)close(finishing.aside_fd);
    if (finishing.ready_fd >= 0)
        (void)close(finishing.ready_fd);
    if (finishing.home_fd >= 0)
        (void)close(finishing.home_fd);
    return result;
}
