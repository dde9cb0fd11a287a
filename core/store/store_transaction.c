/* Transactions, parts of them, and readers' views. */
#include "core/store/store.h"

#include <errno.h>

#include <inttypes.h>

#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/store/batch.h"
#include "core/store/sql.h"

static const char BEGIN_WRITE[] = "BEGIN IMMEDIATE";
static const char BEGIN_READ[] = "BEGIN DEFERRED";
static const char FIRST_READ[] = "SELECT 1 FROM store";
static const char COMMIT[] = "COMMIT";
static const char ROLLBACK[] = "ROLLBACK";
static const char PART_BEGIN[] = "SAVEPOINT part";
static const char PART_KEEP[] = "RELEASE part";
static const char PART_UNDO[] = "ROLLBACK TO part";

static int check_usable(const struct store *store, struct fault *fault)
{
    if (store->has_failed)
        return fault_set(fault, -EIO,
                         "%s/automagi.db: the disk has failed or was full; nothing more is "
                         "written, start again",
                         store->home);
    return 0;
}

/* The home's lock keeps a second writer away; but a lock's file can be removed, and a program can be
 * stopped for so long that nobody knows of it any more. What is known here of queues and runs is worth
 * nothing then. */
static int check_generation(struct store *store, struct fault *fault)
{
    static const char SQL[] = "SELECT generation FROM store WHERE id = 1";
    sqlite3_stmt *statement = NULL;
    int64_t found = 0;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0)
        found = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    if (result < 0 || found == store->generation)
        return result < 0 ? result : 0;
    store->has_failed = true;
    return fault_set(fault, -EIO,
                     "%s/automagi.db: another program has taken it over (generation %" PRId64
                     ", ours is %" PRId64 "), so nothing more is written from here; was the home's "
                     "lock removed?",
                     store->home, found, store->generation);
}

int store_begin(struct store *store, struct fault *fault)
{
    int result = check_usable(store, fault);

    batch_renew(store);
    (void)memory_lacked(); /* of what was given up before */
    if (result == 0)
        result = sql_run_plain(store, BEGIN_WRITE, fault);
    if (result == 0 && store->generation != 0) { /* 0: it is being made */
        result = check_generation(store, fault);
        if (result < 0)
            store_rollback(store);
    }
    return result;
}

int store_commit(struct store *store, struct fault *fault)
{
    int result = check_usable(store, fault);

    if (result == 0 && sqlite3_get_autocommit(store->db)) {
        /* SQLite itself undoes a transaction when memory or the disk fails in its midst. */
        store->has_failed = true;
        result = fault_set(fault, -EIO,
                           "%s/automagi.db: the transaction had been undone before its commit; "
                           "start again",
                           store->home);
    }
    if (result == 0)
        result = rollup_flush(store, fault);
    if (result == 0)
        result = sql_run_plain(store, COMMIT, fault);
    return result;
}

void store_rollback(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db)) {
        sqlite3_stmt *statement = NULL;

        (void)memory_lacked(); /* what was wanted is given up */
        /* What still reads would make ROLLBACK wait or fail. */
        while ((statement = sqlite3_next_stmt(store->db, statement)) != NULL)
            (void)sqlite3_reset(statement);
        if (sql_run_plain(store, ROLLBACK, NULL) < 0)
            store->has_failed = true;
    }
    rollup_discard(store); /* afterwards: the rollback marks what is to be forgotten */
}

int store_part_begin(struct store *store, struct fault *fault)
{
    int result = rollup_flush(store, fault);

    if (result == 0)
        rollup_part_begun(store);
    return result == 0 ? sql_run_plain(store, PART_BEGIN, fault) : result;
}

int store_part_end(struct store *store, bool keep, struct fault *fault)
{
    int result = 0;

    if (keep) {
        result = rollup_flush(store, fault);
    } else {
        rollup_discard(store);
        (void)memory_lacked(); /* what was wanted is given up */
        result = sql_run_plain(store, PART_UNDO, fault);
    }
    return result == 0 ? sql_run_plain(store, PART_KEEP, fault) : result;
}

/* The view begins with the first read, so that is done here. */
int store_view_begin(struct store *store, struct fault *fault)
{
    int result;

    (void)memory_lacked(); /* of what was given up before */
    result = sql_run_plain(store, BEGIN_READ, fault);
    if (result == 0)
        result = sql_run_plain(store, FIRST_READ, fault);
    if (result < 0)
        store_view_end(store);
    return result;
}

void store_view_end(struct store *store)
{
    bool lacked = memory_lacked(); /* is for whoever asks when the view is gone, too */

    if (!sqlite3_get_autocommit(store->db) && sql_run_plain(store, ROLLBACK, NULL) < 0)
        store->has_failed = true;
    if (lacked)
        memory_lack();
    batch_renew(store); /* the writer may look through a view, too */
}

int store_view_enter(struct store *store, bool *ret_entered, struct fault *fault)
{
    int result = 0;

    *ret_entered = false;
    if (sqlite3_get_autocommit(store->db)) {
        result = store_view_begin(store, fault);
        *ret_entered = result == 0;
    }
    return result;
}

void store_view_leave(struct store *store, bool entered)
{
    if (entered)
        store_view_end(store);
}
