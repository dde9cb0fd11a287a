/*
 * The store's file, its log or the log's index is removed or moved while the writer serves: by somebody who takes them for
 * left-overs. It goes on then in files without a name. Whoever opens the store meanwhile makes others, and goes by those.
 *
 * What the writer has open is whole still, so all is brought into the store's file from there. The log is emptied, too:
 * by an index that somebody else has made of it older pages would be read over newer ones.
 */
#include "core/store/store_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/fault.h"

static const char *const names[STORE_FILES] = {"automagi.db-wal", "automagi.db-shm", "automagi.db"};

int store_hold_files(struct store *store, struct fault *fault)
{
    struct stat about;
    int i;

    for (i = 0; i < STORE_FILES; i++) {
        if (fstatat(store->home_fd, names[i], &about, AT_SYMLINK_NOFOLLOW) < 0)
            return fault_set(fault, -EBUSY,
                             "%s/%s: was removed while the store was opened; leave it where it is",
                             store->home, names[i]);
        store->files[i] = (struct file_identity){about.st_dev, about.st_ino};
    }
    return 0;
}

/* NULL: none. By the folder, which may have been moved with all that is in it. */
static const char *find_gone(const struct store *store)
{
    struct stat about;
    int i;

    for (i = 0; i < STORE_FILES; i++) {
        if (fstatat(store->home_fd, names[i], &about, AT_SYMLINK_NOFOLLOW) < 0) {
            if (errno == ENOENT)
                return names[i];
        } else if (about.st_ino != store->files[i].number || about.st_dev != store->files[i].device)
            return names[i];
    }
    return NULL;
}

int store_check_files(struct store *store, struct fault *fault)
{
    const char *gone = find_gone(store);
    struct fault why;
    int result;

    if (gone == NULL)
        return 0;
    result = store_empty_log(store, &why);
    if (result == -EBUSY)
        return fault_set(fault, result,
                         "%s/%s: was removed or moved while it was in use, and what it held cannot "
                         "be saved while another program reads; end that program (`fuser -v "
                         "%s/automagi.db` names it)",
                         store->home, gone, store->home);
    store->has_failed = true;
    if (result < 0)
        return fault_set(
            fault, result,
            "%s/%s: was removed or moved while it was in use, and what it held could not "
            "be saved: %.400s",
            store->home, gone, why.text);
    if (store_is_replaced(store))
        return fault_set(fault, -EIO,
                         "%s/automagi.db: was removed or moved while it was in use; put it back, "
                         "which holds all, "
                         "or restore the latest backup",
                         store->home);
    return fault_set(
        fault, -ESTALE,
        "%s/%s: was removed or moved while it was in use; all that it held was saved in "
        "automagi.db; leave automagi.db-wal and automagi.db-shm where they are",
        store->home, gone);
}
