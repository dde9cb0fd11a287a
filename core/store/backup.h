/*
 * backup.h - a consistent copy of an installation as one file, while the daemon writes.
 *
 * The file is a plain tar (tar.h) of mode 0600, with these members in this order:
 *   automagi-backup.json   what it is (backup_manifest.h)
 *   automagi.db            the store, with robots' definitions, settings, queue and record
 *   keys/ROBOT/WINDOW      each key of references that the store names and that is there
 *   SHA256                 of all bytes before this member: `head -c N FILE | sha256sum`
 * Plugins are code and are not in it, but listed with their digests. Logs are not in it.
 *
 * It holds keys. Destroying a key in the home erases nothing in a backup made before: that is
 * erased when the backup is deleted.
 *
 * The store is copied by a reader in one view, page by page: the writer goes on meanwhile, and its
 * log grows by what it commits until the copy is done. Twice the store's size is needed for a
 * while in the folder of the file.
 */
#ifndef AUTOMAGI_STORE_BACKUP_H
#define AUTOMAGI_STORE_BACKUP_H

#include <signal.h>
#include <stdint.h>

#include "core/store/backup_manifest.h"
#include "core/store/verify.h"

struct fault;
struct store;

/* Recounts in a copy what the layers above have frozen there (scorecards/period.h), which the store itself
 * cannot; says each difference, and how many they are. */
typedef int backup_recount(struct store *copy, verify_callback *say, void *context,
                           int64_t *ret_differences, struct fault *fault);

/* Who asks. show: told now and then; `what` is a literal. NULL: nobody looks. What is begun ends with
 * -ECANCELED, and leaves nothing, when *is_cancelled is not 0 (a signal's handler may set it); NULL:
 * never. recount: asked after verify_store() of each copy that is proved; NULL: that is all. */
struct backup_progress {
    void (*show)(void *context, const char *what, int64_t done, int64_t total);
    void *context;
    const volatile sig_atomic_t *is_cancelled;
    backup_recount *recount;
};

struct backup_report {
    struct backup_manifest manifest;
    char sha256[BACKUP_DIGEST_TEXT]; /* that the file ends in */
    int64_t size_bytes;
    int64_t took_ms;
    int64_t version; /* of the store in a file that is restored (upgrade.h); else 0 */
};

/*
 * Makes `path`, proved: the copy was recounted (verify.h, and progress->recount), written to the disk and read back. Complete
 * or not at all. -EEXIST: there is something of that name; -EBADMSG: the store (or what was read
 * back) is not whole; -EBUSY: a restore put another in its place meanwhile, and the keys read may be
 * that one's. backup_report_release() frees the report.
 */
int backup_make(const char *home, const char *path, const struct backup_progress *progress,
                struct backup_report *ret_report, struct fault *fault)
    __attribute__((warn_unused_result));
void backup_report_release(struct backup_report *report);

#endif
