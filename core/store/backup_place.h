/*
 * backup_place.h - a folder in which a backup is put together, or looked at before it is used.
 *
 * It lies in the folder that its contents are renamed into later, as .automagi-backup-<16 digits>,
 * mode 0700, and is locked (flock) for as long as its maker lives. One that nobody holds is what a
 * call that was killed has left: the next one in the same folder removes it.
 */
#ifndef AUTOMAGI_STORE_BACKUP_PLACE_H
#define AUTOMAGI_STORE_BACKUP_PLACE_H

#include "core/store/store.h"

struct fault;

enum { BACKUP_PLACE_NAME = 48 };

struct backup_place {
    int parent_fd, fd;            /* -1: none */
    char name[BACKUP_PLACE_NAME]; /* in its parent; "": it was given another name, or removed */
    char path[STORE_PATH_MAX];    /* absolute, without links */
};

/* Removes what others have left, then makes one in `folder`. */
int backup_place_make(const char *folder, struct backup_place *ret_place, struct fault *fault)
    __attribute__((warn_unused_result));
/* Removes it with all that is in it. Takes one that is zeroed but for its descriptors. */
void backup_place_release(struct backup_place *place);

/* The store's write-ahead log and its index, of a store that is closed and has nothing in them. */
void backup_place_drop_log(const struct backup_place *place);

#endif
