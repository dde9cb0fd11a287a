/*
 * upgrade_inner.h - private to upgrade*.c and restore.c: the parts of an upgrade.
 *
 * Each returns 0 or a negative errno with a fault.
 */
#ifndef AUTOMAGI_STORE_UPGRADE_INNER_H
#define AUTOMAGI_STORE_UPGRADE_INNER_H

#include "core/store/backup_inner.h"
#include "core/store/upgrade.h"

struct store;

/* upgrade_copy.c. The store as it is to a folder in its home; nobody writes meanwhile. ret_made: it was made now, and
 * not found. */
int upgrade_copy(struct store *store, const struct backup_progress *progress,
                 char ret_copy[static ASIDE_NAME_MAX], bool *ret_made, struct fault *fault)
    __attribute__((warn_unused_result));
/* The pages in one view into the place, read through there. -ENOSPC before anything is written when there is no room. */
int upgrade_copy_pages(struct store *store, const struct backup_place *place,
                       const struct backup_progress *progress, struct fault *fault)
    __attribute__((warn_unused_result));

/* upgrade_step.c. All steps from the version that it has, on a store that store_open_any() opened for writing. asker
 * NULL: no audit; copy: for it. store->version is then that of the last step that is committed, also on failure. */
int upgrade_steps(struct store *store, const struct upgrade_asker *asker, const char *copy,
                  const struct backup_progress *progress, struct fault *fault)
    __attribute__((warn_unused_result));
/* The same of the store in a place, which nobody else looks at; its log is dropped. ret_version: that it had. */
int upgrade_place(const struct backup_place *place, const struct backup_progress *progress,
                  int64_t *ret_version, struct fault *fault) __attribute__((warn_unused_result));

#endif
