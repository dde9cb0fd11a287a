/*
 * backup_inner.h - private to backup*.c and restore*.c: the steps.
 *
 * Each returns 0 or a negative errno with a fault.
 */
#ifndef AUTOMAGI_STORE_BACKUP_INNER_H
#define AUTOMAGI_STORE_BACKUP_INNER_H

#include "core/store/backup.h"
#include "core/store/backup_place.h"
#include "core/store/robot.h"

#define BACKUP_DATABASE "automagi.db"
#define BACKUP_MANIFEST "automagi-backup.json"
#define BACKUP_SEAL     "SHA256"

enum {
    BACKUP_WINDOW_TEXT = 16,
    BACKUP_KEY_SIZE = 32,
    BACKUP_KEY_NAME_MAX = sizeof "keys//" + ROBOT_SLUG_MAX + BACKUP_WINDOW_TEXT
};

/* backup_copy.c. The database as it is in the open view of `source`, then the keys it names: a
 * key's file is made before the row that names it is committed. */
int backup_copy(struct store *source, const struct backup_place *place,
                const struct backup_progress *progress, struct backup_manifest *manifest,
                struct fault *fault) __attribute__((warn_unused_result));
/* The database alone, and the keys alone: of them manifest->keys and keys_gone are counted on. -EBUSY: the
 * home was restored meanwhile, or is being; -ESTALE as store_check_place(). */
int backup_copy_database(struct store *source, const struct backup_place *place,
                         const struct backup_progress *progress, struct fault *fault)
    __attribute__((warn_unused_result));
int backup_copy_keys(struct store *source, const struct backup_place *place,
                     const struct backup_progress *progress, struct backup_manifest *manifest,
                     struct fault *fault) __attribute__((warn_unused_result));
/* Each key that the store names, by robot and window: its name below the home,
 * "keys/ROBOT/WINDOW". */
typedef int backup_key_callback(const char *name, void *context, struct fault *fault);
int backup_each_key(struct store *store, backup_key_callback *callback, void *context,
                    struct fault *fault) __attribute__((warn_unused_result));

/* backup_key.c. A whole key's file; folder_fd is the home's. 0, 1: there is none. -ENOTDIR: something else lies where
 * its folder was, and says nothing of whether there is one. */
int backup_key_read(int folder_fd, const char *name, unsigned char ret_key[static BACKUP_KEY_SIZE],
                    struct fault *fault) __attribute__((warn_unused_result));
/* Makes its folder, too. -EEXIST. */
int backup_key_write(int folder_fd, const char *name,
                     const unsigned char key[static BACKUP_KEY_SIZE], struct fault *fault)
    __attribute__((warn_unused_result));
/* "keys/ROBOT/WINDOW" as we write it? */
bool backup_key_is_name(const char *name);

/* backup_prove.c. The store in the place recounted: every check of verify_store(), and what the asker
 * recounts (progress, which may be NULL). Then what the manifest says of it: ret_manifest's tasks, items, newest_ms, installation, keys, keys_gone.
 * `what` is the name of the file in faults. -EBADMSG: it is not whole. */
int backup_prove(const struct backup_place *place, const char *what,
                 const struct backup_progress *progress, struct backup_manifest *ret_manifest,
                 struct fault *fault) __attribute__((warn_unused_result));
/* The installation's mark, and the tasks it holds. */
int backup_identify(struct store *store, char ret_installation[static BACKUP_INSTALLATION_TEXT],
                    int64_t *ret_tasks, struct fault *fault) __attribute__((warn_unused_result));

/* backup_plugins.c. The files HOME/plugins/NAME.so by name. */
int backup_plugins_list(const char *home, struct backup_manifest *manifest, struct fault *fault)
    __attribute__((warn_unused_result));

/* backup_file.c. Writes the place's store and keys as one file, "backup" in the place, to the disk. */
int backup_file_write(const struct backup_place *place, const struct backup_manifest *manifest,
                      const struct backup_progress *progress, struct fault *fault)
    __attribute__((warn_unused_result));

/* backup_read.c. An open file: its end is the seal of all before it. -EBADMSG names the file. */
int backup_read_seal(int fd, const char *path, const struct backup_progress *progress,
                     char ret_sha256[static BACKUP_DIGEST_TEXT], struct fault *fault)
    __attribute__((warn_unused_result));
/* Its members into the place; nothing else can come of it. ret_manifest: as it is written in the
 * file; backup_manifest_release() frees it. */
int backup_read_members(int fd, const char *path, const struct backup_place *place,
                        const struct backup_progress *progress,
                        struct backup_manifest *ret_manifest, struct fault *fault)
    __attribute__((warn_unused_result));
/* The last bytes of a file whose bytes before them have this digest. */
enum { BACKUP_SEAL_SIZE = 2048, BACKUP_DIGEST = 32 };
void backup_seal(const unsigned char digest[static BACKUP_DIGEST], int64_t modified_s,
                 unsigned char ret_seal[static BACKUP_SEAL_SIZE]);
void backup_hex(const unsigned char *bytes, size_t length, char *target);

/* -ECANCELED: to go on no further. */
int backup_tell(const struct backup_progress *progress, const char *what, int64_t done,
                int64_t total, struct fault *fault) __attribute__((warn_unused_result));

#endif
