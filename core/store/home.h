/*
 * home.h - the folder that is an installation, and its lock.
 *
 *   automagi.db (+ -wal, -shm)   the store
 *   keys/                        reference keys, outside the store on purpose
 *   lock                         held by the one program that may write
 *   socket                       the daemon's command socket
 *   hosts                        processes of the running generation, to prove them gone
 *   plugins/                     plugins of this installation (searched before the built ones)
 *   logs/ROBOT/RUN.log           made when first used
 *   work/ROBOT/                  work folders of running runs
 *   before-restore-<instant>/    the store and keys that a restore took the place of
 *   before-upgrade-<version>-<instant>/  the store as it was before its schema was upgraded
 * Parts of the folder itself are locked by whoever imports (import.h).
 */
#ifndef AUTOMAGI_STORE_HOME_H
#define AUTOMAGI_STORE_HOME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/store/store.h"

struct fault;

/*
 * Makes an installation in a missing or empty folder (mode 0700): store, keys,
 * logs, work, plugins. *ret_made tells whether it was made now; an existing
 * installation is left as it is (0). -ENOTEMPTY: the folder holds something
 * else, nothing was written. An init that was cut short is finished. The folder's
 * parents must be there (-ENOENT). A store that is damaged or foreign is refused as
 * store_open() does; -EPERM, -EWOULDBLOCK as below.
 */
int home_init(const char *home, bool *ret_made, struct fault *fault)
    __attribute__((warn_unused_result));
/* The same for a home in which everything is invented (store_is_demo()). -EEXIST: an installation that
 * is none of that is there; it never becomes one. */
int home_init_demo(const char *home, bool *ret_made, struct fault *fault)
    __attribute__((warn_unused_result));

/* 0 when `home` is an installation that this process's uid owns; -ENOENT, or
 * -EPERM for any other uid (root too); -EMLINK as home_check_names(). Finishes a restore that was cut off (restore.h), unless another
 * program is at it (-EWOULDBLOCK). */
int home_check(const char *home, struct fault *fault) __attribute__((warn_unused_result));

/* HOME/NAME. -ENAMETOOLONG. */
int home_path(const char *home, const char *name, char target[static STORE_PATH_MAX],
              struct fault *fault) __attribute__((warn_unused_result));

/* Whoever works in a home by its path holds its folder open, to know it again: the home may be moved meanwhile, and another
 * one be made in its place. Negative errno. */
int home_hold(const char *home, int *ret_fd, struct fault *fault)
    __attribute__((warn_unused_result));
/* Is the folder that is held what lies at `home`? 0; -ESTALE: it was moved, or another lies there. -1 is held by
 * nobody, and never elsewhere. Threads: any. */
int home_check_held(const char *home, int home_fd, struct fault *fault)
    __attribute__((warn_unused_result));

/* A store has one name: what is newest in it is in a log beside that name, and by another one is neither seen nor kept.
 * -EMLINK: it has a hard link, or is a file that was mounted here without its folder. */
int home_check_names(const char *path, struct fault *fault) __attribute__((warn_unused_result));

/*
 * The right to write, held by one program at a time: a lock of the file HOME/lock, and one of the store's file itself,
 * which goes with that file wherever it is moved, under every name it has, and into every container.
 */
struct home_lock {
    int file_fd;
    int store_fd; /* -1: there was no store */
};
#define HOME_UNLOCKED ((struct home_lock){-1, -1})

/* Takes it, until home_unlock() or the process's end. -EWOULDBLOCK: another program has it. -EBUSY: another program has
 * the store in spite of the lock's file, which somebody removed, or by another name. -EMLINK: the store's file has a
 * second name. HOME/lock then holds our pid for people. A restore that was cut off is finished first: with the
 * lock there is one store, the old or the new. */
int home_lock(const char *home, struct home_lock *ret_lock, struct fault *fault)
    __attribute__((warn_unused_result));
/* After every store of the home that this process has open is closed: SQLite's own locks of a file end with any
 * descriptor of it (fcntl(2), "Advisory record locking"). Takes HOME_UNLOCKED too. */
void home_unlock(struct home_lock *lock);

/* Is the writer's lock held by somebody? */
bool home_is_locked(const char *home);
/* Does a program have the store to write whose lock's file was removed? True takes a second, for one that ends lets go of the
 * lock's file first. False while another one tries for the lock. Threads: any; it forks. */
bool home_has_unseen_writer(const char *home);
/* The process that the lock's file names; 0 when it names none. Of whoever held it last: ask
 * home_is_locked() too. */
int64_t home_lock_pid(const char *home);

#endif
