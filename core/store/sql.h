/*
 * sql.h - private to core/store: the handle, and prepared statements.
 *
 * The only header that shows SQLite. A statement is prepared once per handle and
 * kept under the address of its text, which must be a string literal that
 * lives as long as the program:
 *
 *   static const char SQL[] = "SELECT count(*) FROM item WHERE robot_id = ?1";
 *   result = sql_use(store, SQL, &statement, fault);
 *   sqlite3_bind_int64(statement, 1, robot_id);
 *   result = sql_step(store, statement, fault);     1: a row, 0: done, negative: fault set
 *   ...
 *   sql_done(statement);                            always, also after a failure
 */
#ifndef AUTOMAGI_STORE_SQL_H
#define AUTOMAGI_STORE_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/store/store.h"

struct fault;
struct key_cache;    /* reference_key.c */
struct rollup_batch; /* rollup.c */

enum { SQL_STATEMENTS_MAX = 512, STORE_FILES = 3 };

struct sql_entry {
    const char *text;
    sqlite3_stmt *statement;
};

/* Which file it is, whatever name it has. */
struct file_identity {
    dev_t device;
    ino_t number;
};

struct store {
    sqlite3 *db;
    enum store_mode mode;
    bool has_failed; /* -EIO or -ENOSPC was seen, or it cannot be written any more in the midst
                      * of a transaction: the handle may only be closed */
    char home[STORE_PATH_MAX];               /* absolute, without symbolic links */
    int home_fd;                             /* home_hold(); -1: it is being made */
    struct file_identity files[STORE_FILES]; /* store_hold_files() */
    int64_t version; /* of the schema; STORE_VERSION but where store_open_any() opened it */
    int64_t generation;
    bool is_demo;
    bool keeps_zone;                              /* a writer has it: see organisation_set() */
    uint32_t fence_count;                         /* fences given since open; see run_start() */
    struct sql_entry entries[SQL_STATEMENTS_MAX]; /* open-addressed by text's address */
    struct key_cache *keys;                       /* NULL until used; key_cache_free() */
    struct rollup_batch *rollup;                  /* NULL until used; rollup_batch_free() */
    void (*progress)(void *context);              /* store_on_progress() */
    void *progress_context;
};

/* Finds or prepares. *ret_statement is NULL on failure. -EBUSY: the same statement is being
 * stepped by a caller further up; -E2BIG: more than SQL_STATEMENTS_MAX (both are mistakes). */
int sql_use(struct store *store, const char *text, sqlite3_stmt **ret_statement,
            struct fault *fault) __attribute__((warn_unused_result));
/* 1: a row, 0: done; negative errno with a fault (-EIO for the disk, -ENOSPC, -EBUSY,
 * -EEXIST for a unique or primary key, -EINVAL for any other constraint, -EBADMSG damaged). */
int sql_step(struct store *store, sqlite3_stmt *statement, struct fault *fault)
    __attribute__((warn_unused_result));
/* Steps to the end and resets: for INSERT, UPDATE, DELETE. 0 or as sql_step(). */
int sql_run(struct store *store, sqlite3_stmt *statement, struct fault *fault)
    __attribute__((warn_unused_result));
/* Steps once, for an aggregate or RETURNING: the first column of the row; without a row *ret_number stays.
 * 0 or as sql_step(). */
int sql_step_number(struct store *store, sqlite3_stmt *statement, int64_t *ret_number,
                    struct fault *fault) __attribute__((warn_unused_result));
/* Resets and clears the bindings. Takes NULL. */
void sql_done(sqlite3_stmt *statement);
/* Rows changed by the last sql_run(). */
int64_t sql_changes(const struct store *store);
/* A statement without parameters, run to its end. */
int sql_run_plain(struct store *store, const char *text, struct fault *fault)
    __attribute__((warn_unused_result));
/* A statement with one or two numbers as parameters, run to its end; of one with one, `second` is not
 * looked at. */
int sql_run_numbers(struct store *store, const char *text, int64_t first, int64_t second,
                    struct fault *fault) __attribute__((warn_unused_result));
/* Calls `take` for each row of a statement without parameters; a negative result ends it
 * and is returned (the fault is the callback's). */
typedef int sql_take_callback(sqlite3_stmt *row, void *context, struct fault *fault);
int sql_each(struct store *store, const char *text, sql_take_callback *take, void *context,
             struct fault *fault) __attribute__((warn_unused_result));

/* As sql_each() for a statement that takes a range of ids as ?1 and ?2, both inclusive. */
struct sql_range {
    int64_t first, last;
};
int sql_each_in(struct store *store, const char *text, struct sql_range range,
                sql_take_callback *take, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

/* NULL binds NULL. Borrowed until sql_done(). What cannot be bound, or read by the functions below, for want
 * of memory makes the next step of this thread fail with -ENOMEM, so a row never has NULL or "" in its place;
 * see base/memory.h. */
void sql_bind_text(sqlite3_stmt *statement, int index, const char *string);
void sql_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, size_t length);
/* Never NULL: "" for NULL. Borrowed until the next step. */
const char *sql_text(sqlite3_stmt *statement, int column);
/* NULL for NULL, for no bytes, and when there is no memory. Borrowed until the next step. */
const void *sql_blob(sqlite3_stmt *statement, int column);
/* A copy on the heap; NULL for NULL. *result turns -ENOMEM when it cannot. */
char *sql_copy(sqlite3_stmt *statement, int column, int *result);
/* A copy that the array of texts owns, which list_grow() made; NULL for NULL. *result turns negative, with a
 * fault, when it cannot; nothing is done when it is already. */
const char *sql_keep(sqlite3_stmt *row, int column, char ***texts, size_t *count, int *result,
                     struct fault *fault);

/* Maps a SQLite code to an errno and writes the fault. Besides those of sql_step():
 * -EACCES, -ENOMEM, -E2BIG, -EINTR; a statement the store does not fit is -EBADMSG. */
int sql_fault(struct store *store, int code, struct fault *fault);

void key_cache_free(struct key_cache *keys);
void rollup_batch_free(struct rollup_batch *rollup);

#endif
