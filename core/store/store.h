/*
 * store.h - opening the store, and transactions.
 *
 * The store is one SQLite file, HOME/automagi.db, with HOME/keys/ beside it (see
 * reference_key.h). These headers are the portable boundary: nothing above
 * core/store knows which database is below, and the same test suite runs
 * against each. All statements are prepared; none is built from text.
 *
 * Settings (checked at open, an open that cannot have them fails): WAL,
 * synchronous=FULL (NORMAL loses acknowledged rows in a power cut),
 * foreign_keys, trusted_schema off, secure_delete, cell_size_check, persistent
 * WAL. SQLite before 3.51.3 can lose commits when one connection checkpoints
 * while another writes: so exactly one connection writes and checkpoints, and
 * readers never checkpoint, which is the rule here whatever the version.
 *
 * Threads: a store belongs to one thread at a time.
 */
#ifndef AUTOMAGI_STORE_STORE_H
#define AUTOMAGI_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;

enum { STORE_VERSION = 3, STORE_PATH_MAX = 4096 };

enum store_mode {
    STORE_READ, /* read-only; never checkpoints; holds no lock between statements */
    STORE_WRITE /* the one writer; the caller holds the home's lock (home.h) */
};

/* Makes HOME/automagi.db with the schema, complete or not at all. -EEXIST when
 * there is one already (nothing is touched). */
int store_create(const char *home, struct fault *fault) __attribute__((warn_unused_result));
/* The same with the mark of a demo home: what is in it is invented. A store gets the mark here or never. */
int store_create_demo(const char *home, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Opens HOME/automagi.db. Refuses, by name and with what to do, and changing
 * nothing: a missing file (-ENOENT), one that is not Automagi's (-EINVAL), one
 * that is damaged (-EBADMSG), newer than this program (-EPROTO), older (-EPROTONOSUPPORT; see
 * upgrade.h), locked by another program for more than two seconds (-EBUSY), unreadable (-EACCES).
 * STORE_WRITE is -EBUSY too while another program reads by an index that does not end where the log does: the index's file
 * had been removed, and that program made another.
 * STORE_WRITE raises the generation, durable before this returns.
 * Sets the process's time zone to the organisation's.
 */
int store_open(const char *home, enum store_mode mode, struct store **ret_store,
               struct fault *fault) __attribute__((warn_unused_result));
/* Rolls back what is open, closes. Takes NULL. */
void store_close(struct store *store);

const char *store_home(const struct store *store);
/* Does it still lie there? What goes by the home's path asks this first. 0, or -ESTALE as home_check_held(). */
int store_check_place(const struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));
int64_t store_generation(const struct store *store);
/* Is everything in it invented? Known since it was opened. */
bool store_is_demo(const struct store *store);

/*
 * Transactions of the writer. Everything that changes something is called
 * between store_begin() and store_commit(). Commit writes the rollup's sums
 * first, so they are in the same transaction. After a failed commit (or any
 * -EIO, -ENOSPC) the handle must not be used again but to close it: a failed fsync
 * is never retried on the same handle.
 */
int store_begin(struct store *store, struct fault *fault) __attribute__((warn_unused_result));
int store_commit(struct store *store, struct fault *fault) __attribute__((warn_unused_result));
void store_rollback(struct store *store);
/*
 * The write-ahead log and its index (automagi.db-wal, -shm) are the store as much as its file is: with any of them
 * gone what is committed is seen by nobody else, and is gone with the process. Are they those that this handle has
 * open? Costs three stat(); of the writer, between transactions. 0: they are. -ESTALE: the log or its index is not, and all
 * that was committed has been brought into automagi.db by what the handle still holds; it may only be closed. -EBUSY: some
 * program reads, so not all could be brought there; nothing may be acknowledged until it is asked again and says
 * something else. -EIO and the like: it could not be saved, or automagi.db itself is gone: whether anybody has it, this
 * process cannot know.
 */
int store_check_files(struct store *store, struct fault *fault) __attribute__((warn_unused_result));

/* A part of a transaction that can fail alone (a command among results). Not
 * nested. store_part_end(store, false) undoes all since store_part_begin(). */
int store_part_begin(struct store *store, struct fault *fault) __attribute__((warn_unused_result));
int store_part_end(struct store *store, bool keep, struct fault *fault)
    __attribute__((warn_unused_result));

/* Readers: one consistent view until store_view_end(). Keep it short. */
int store_view_begin(struct store *store, struct fault *fault) __attribute__((warn_unused_result));
void store_view_end(struct store *store);
/* For reads of several statements that must fit together: opens a view, unless a view or a
 * transaction is open already. *ret_entered is for store_view_leave(). */
int store_view_enter(struct store *store, bool *ret_entered, struct fault *fault)
    __attribute__((warn_unused_result));
void store_view_leave(struct store *store, bool entered);

/* The database's own quick check: reads every page once, which takes a second for some hundred
 * megabytes. -EBADMSG names the first fault. Readers. */
int store_quick_check(struct store *store, struct fault *fault) __attribute__((warn_unused_result));
/* "3.40.1", and 3040001. */
const char *store_library_version(int *ret_number);

/* `progress` is called by the thread that owns the store about every million steps of a statement;
 * a long one is seen to go on by it. */
void store_on_progress(struct store *store, void (*progress)(void *context), void *context);

/* Gives cached memory back; for an idle daemon. */
void store_release_memory(struct store *store);

/* For a failure after something was changed: 0 stays 0, -EIO, -ENOSPC and -ENOMEM stay, any other
 * becomes -EIO with the same text. So nobody takes it for a failure that changed nothing and
 * commits one half. */
int store_half_done(int result) __attribute__((warn_unused_result));

#endif
