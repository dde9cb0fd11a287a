/*
 * store_inner.h - private to store*.c: the steps of making and opening a store.
 *
 * Each returns 0 or a negative errno with a fault, as store_open() documents.
 */
#ifndef AUTOMAGI_STORE_STORE_INNER_H
#define AUTOMAGI_STORE_STORE_INNER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/store/sql.h"

enum {
    STORE_APPLICATION_ID = 0x41474d49, /* "AGMI": marks the file as ours */
    STORE_LOG_SALT = 8
};

/* A handle with nothing open; NULL out of memory. store_close() frees it. */
struct store *store_new(const char *home, enum store_mode mode);
/* The home without symbolic links into target[STORE_PATH_MAX]: SQLite is told to follow
 * none, in any part of a path. -ENOENT when it is not there. */
int store_resolve_home(const char *home, char *target, struct fault *fault)
    __attribute__((warn_unused_result));
/* "<home>/<name>" into target[STORE_PATH_MAX]. -ENAMETOOLONG. */
int store_path(const struct store *store, const char *name, char *target, struct fault *fault)
    __attribute__((warn_unused_result));
/* Opens the named file of the home, read-only or for reading and writing, without creating it. */
int store_open_file(struct store *store, const char *name, struct fault *fault)
    __attribute__((warn_unused_result));

/*
 * As store_open(), but takes a store of an earlier version too, which store->version is then; raises no
 * generation. What is asked of it must be there in every version; for upgrade*.c and for who looks
 * at a home that is to be replaced.
 */
int store_open_any(const char *home, enum store_mode mode, struct store **ret_store,
                   struct fault *fault) __attribute__((warn_unused_result));

/* Before the file is opened: is there one, and is it a regular file? */
int store_check_file(const struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));
/* Before anything is asked of SQLite: magic, whose file, and that it is not cut off. */
int store_check_header(struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));
/* Where what is committed ends in the log. All zeros: it holds nothing. */
struct store_log_end {
    int64_t frame; /* the last of the last transaction */
    unsigned char salt[STORE_LOG_SALT];
};
/* While nobody else writes: -EBADMSG when the write-ahead log is damaged in its midst. Who opened the store to write has it
 * on the disk then, whoever wrote it; the error of fdatasync(2) when not. */
int store_check_log(const struct store *store, struct store_log_end *ret_end, struct fault *fault)
    __attribute__((warn_unused_result));
/*
 * By which index of the log will SQLite write? By the one that is there, when another program has it open: it must end
 * where the log does, or what is newest would be written over. One that nobody has open, or that is not whole, SQLite makes
 * anew from the log. -EBUSY: it ends elsewhere; all is well when that program has ended. A writer's, before it opens the
 * store; this process must have no handle of the same store, whose locks would go with the look.
 */
int store_check_index(const struct store *store, const struct store_log_end *end,
                      struct fault *fault) __attribute__((warn_unused_result));
/* Version gate, schema; sets the version and the generation. */
int store_check_contents(struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));

/* Settings of this connection alone, read back. Changes no file. */
int store_set_connection(struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));
/* WAL, persistent. A reader only asks. */
int store_set_journal(struct store *store, struct fault *fault) __attribute__((warn_unused_result));

/* The writer's own file and those beside it, when they have been made: as they are now they are to stay. */
int store_hold_files(struct store *store, struct fault *fault) __attribute__((warn_unused_result));

/* Does another file lie under the name of the one that is open, or none? A restore puts another there. */
bool store_is_replaced(const struct store *store);

/* All into the file itself: its log can be left behind. -EBUSY: somebody reads it. */
int store_empty_log(struct store *store, struct fault *fault) __attribute__((warn_unused_result));

/* The first row's first column as a number. */
int store_ask_int(struct store *store, const char *text, int64_t *ret_value, struct fault *fault)
    __attribute__((warn_unused_result));
/* Sets, reads back, and fails when it is not `wanted`. */
int store_insist(struct store *store, const char *set, const char *get, int64_t wanted,
                 struct fault *fault) __attribute__((warn_unused_result));

#endif
