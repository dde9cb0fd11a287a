/*
 * restore.h - a backup's file looked at, proved, and put in the place of an installation.
 *
 * The file is distrusted: its checksum first, then its members, which can only be a store and keys
 * (tar.h, backup.h), then, of an earlier program's, the upgrade (upgrade.h), then every check of verify.h. All of that happens in a folder of its own; the
 * installation is not touched before.
 *
 * Put in place, as a whole or not at all:
 *   1. the new store and keys lie complete, on the disk, in HOME/restore.ready. The rename to that
 *      name is the moment of change: before it the home is the old one, from it on the new one.
 *   2. what was there (automagi.db, its log, keys/, and logs of runs that the copy does not have, for
 *      their numbers are given again) is moved to HOME/before-restore-<instant>, the new takes its
 *      place, restore.ready is removed.
 * When 2 is cut off, whoever takes the home's lock next finishes it (home_lock() does), and no
 * program opens the store before.
 */
#ifndef AUTOMAGI_STORE_RESTORE_H
#define AUTOMAGI_STORE_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/store/aside.h"
#include "core/store/backup.h"
#include "core/store/store.h"

struct fault;
struct restore;

/* What the installation that is there has and the copy has not, each compared one by one: the copy need not be what the home
 * once was. -1: it is not known, or the home is absent or of another installation. A reference of a window whose key each of
 * the two made for itself, since they parted, is another one in each. */
struct restore_difference {
    bool is_there;       /* there is a store, and it can be read */
    bool is_same;        /* of the installation that the copy is of */
    bool is_other_kind;  /* one of the two is a demo home's: restore_put() refuses */
    int64_t tasks;       /* counted there (also those taken back since) and not in the copy */
    int64_t corrections; /* taken back there, and not in the copy */
    int64_t months;      /* closed there and not in the copy, or there with other figures */
    int64_t items;       /* open on queues there and not in the copy: one added again is another */
    int64_t reopened;    /* open in the copy and closed there (done by hand, or dropped) */
    int64_t reopened_ready; /* of those: a run would do them, and no person has to say so */
    int64_t keys_back;      /* destroyed there since the copy was made: they would be back */
    char key_back[96];      /* one of them: "keys/ROBOT/WINDOW" */
    char unreadable[512];   /* why it, or some of that, cannot be read; "": it can, or is absent */
};

/* Unpacks and proves the file in a folder below `folder`, which must be there. -EBADMSG, -EPROTO:
 * the file is not good; the fault names it. restore_close() ends it. */
int restore_open(const char *path, const char *folder, const struct backup_progress *progress,
                 struct restore **ret_restore, struct fault *fault)
    __attribute__((warn_unused_result));
/* Removes the folder. Takes NULL. */
void restore_close(struct restore *restore);

/* As written in the file, its tasks, items, newest_ms and keys as counted. Borrowed. */
const struct backup_report *restore_report(const struct restore *restore);
/* The folder it lies in, which store_open() takes as a home. */
const char *restore_home(const struct restore *restore);

/* Against the installation `home`. Reads both ledgers once, and keeps nothing of them in memory. */
void restore_compare(const struct restore *restore, const char *home,
                     struct restore_difference *ret_difference);
/* The first of the plugins that the home lacks, or has with other contents ("" when there is none);
 * how many they are is returned, of which *ret_others have other contents. */
int64_t restore_plugins(const struct restore *restore, const char *home, int64_t *ret_others,
                        char ret_first[static BACKUP_FILE_NAME_MAX + 1]);

/* Makes what an installation has besides its store: for a missing or empty home. -ENOTEMPTY: it holds
 * something else. The caller takes its lock afterwards. */
int restore_prepare_home(const char *home, struct fault *fault) __attribute__((warn_unused_result));

enum { RESTORE_ASIDE_MAX = ASIDE_NAME_MAX };
/* Under the home's lock; `folder` of restore_open() was the home. Raises the generation above both
 * stores', so that nothing of the old time fits; writes the audit row; puts it in place. -EPERM: of a
 * demo home and one that is none, so that neither is taken for the other. ret_aside:
 * the folder in the home where the old state lies, "" when there was none. A failure before step 2
 * leaves the old home. */
struct restore_asker {
    const char *account, *by; /* by may be NULL */
    const char *path;         /* of the file, for the audit */
    bool is_paused;           /* every robot that is installed in the copy is paused first */
};
int restore_put(struct restore *restore, const char *home, const struct restore_asker *asker,
                char ret_aside[static RESTORE_ASIDE_MAX], struct fault *fault)
    __attribute__((warn_unused_result));

/* Is there a restore that was cut off in step 2? */
bool restore_is_due(const char *home);
/* Under the home's lock: finishes it. 0 also when there is none. */
int restore_finish(const char *home, struct fault *fault) __attribute__((warn_unused_result));

#endif
