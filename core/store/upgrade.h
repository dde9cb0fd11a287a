/*
 * upgrade.h - a store that an earlier Automagi made is brought to the schema of this one.
 *
 * Under the home's lock, before anything else opens the store:
 *   1. A copy of the store as it is: HOME/before-upgrade-<version>-<instant>/automagi.db, mode 0600. It is
 *      read through, on the disk, and gets that name last; from it the earlier program goes on
 *      (README, "Updating Automagi"). A copy that a call which was cut off has made of the same state
 *      is used again, so that calls which are killed one after the other leave one.
 *   2. For each version in between one transaction (store_version.h): is it still the version before;
 *      the statements; does it have the tables of that version, do all references hold, is what was
 *      copied the same; the version; the audit's row.
 * Whatever fails or is cut off, at any instruction: the store is of one of the versions, whole, and the next
 * call goes on.
 */
#ifndef AUTOMAGI_STORE_UPGRADE_H
#define AUTOMAGI_STORE_UPGRADE_H

#include <stdint.h>

#include "core/store/aside.h"
#include "core/store/backup.h"

struct fault;

struct upgrade_report {
    int64_t from, to;          /* equal: there was nothing to do */
    int64_t bytes;             /* of the store before */
    int64_t tasks;             /* that it holds */
    int64_t took_ms;           /* of all */
    char copy[ASIDE_NAME_MAX]; /* the copy's folder in the home; "" when there is none */
};

struct upgrade_asker {
    const char *account, *by; /* for the audit; by may be NULL */
};

/* The version of the store in `home`, which may be that of this program or an earlier one it can bring to its own;
 * else as store_open(). */
int upgrade_look(const char *home, int64_t *ret_version, struct fault *fault)
    __attribute__((warn_unused_result));

/* The caller holds the home's lock. 0 also when there is nothing to do. Nothing is changed: -ENOSPC: there is no room
 * for the copy; -EBADMSG: the store is damaged; -ECANCELED; else as store_open(). */
int upgrade_make(const char *home, const struct upgrade_asker *asker,
                 const struct backup_progress *progress, struct upgrade_report *ret_report,
                 struct fault *fault) __attribute__((warn_unused_result));

/* The same on a copy that is recounted (verify.h, and progress->recount) and removed; the home is not changed and needs no lock. */
int upgrade_rehearse(const char *home, const struct backup_progress *progress,
                     struct upgrade_report *ret_report, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
