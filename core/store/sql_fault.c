/* What SQLite says, as an errno and a line for a person. */
#include "core/store/sql.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/fault.h"

struct meaning {
    int error;          /* negative errno */
    const char *advice; /* what is wrong and what to do */
};

static bool is_full(int system_error)
{
    return system_error == ENOSPC || system_error == EDQUOT;
}

static struct meaning full(void)
{
    return (struct meaning){-ENOSPC, "the disk is full; make room and start again"};
}

static struct meaning of_io(int code, int system_error)
{
    if (code == SQLITE_IOERR_NOMEM)
        return (struct meaning){-ENOMEM, "out of memory"};
    if (is_full(system_error))
        return full();
    if (system_error == EFBIG)
        return (struct meaning){-EIO,
                                "a file may not grow that large; raise the limit of files' sizes "
                                "(`ulimit -f`, LimitFSIZE= of a service), then start again"};
    return (struct meaning){-EIO, "the disk failed; look in the system's log, then start again "
                                  "and run `automagi verify`"};
}

static struct meaning of_constraint(int code)
{
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
        code == SQLITE_CONSTRAINT_ROWID)
        return (struct meaning){-EEXIST, "there is such a row already"};
    return (struct meaning){-EINVAL, "the store does not take this value; correct it"};
}

/* ENOENT is of a file beside the store, which was seen before it was opened (store_check_file()), or of one that was taken
 * away since. Neither is a home without a store, nor a key or a robot that is not there. */
static struct meaning of_open(int system_error)
{
    if (system_error == EMFILE || system_error == ENFILE)
        return (struct meaning){-system_error, "too many files are open; raise the limit"};
    if (is_full(system_error))
        return full();
    return (struct meaning){-EACCES, "it cannot be opened; look at the rights of the file and "
                                     "its folder, and use the account that owns them"};
}

static struct meaning of_readonly(int code)
{
    if (code == SQLITE_READONLY_DBMOVED)
        return (struct meaning){-EIO, "the file was replaced while it was open; start again"};
    return (struct meaning){-EACCES, "it cannot be written; look at the rights of the file and "
                                     "its folder, and use the account that owns them"};
}

static struct meaning meaning_of(int code, int system_error)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return (struct meaning){-EBUSY, "another program has locked it; end that program, or try "
                                        "again later"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return (struct meaning){-EBADMSG, "the store is damaged; keep a copy of it as it is, and "
                                          "restore the latest backup"};
    case SQLITE_FULL:
        return full();
    case SQLITE_IOERR:
        return of_io(code, system_error);
    case SQLITE_CONSTRAINT:
        return of_constraint(code);
    case SQLITE_CANTOPEN:
        return of_open(system_error);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return of_readonly(code);
    case SQLITE_NOMEM:
        return (struct meaning){-ENOMEM, "out of memory"};
    case SQLITE_TOOBIG:
        return (struct meaning){-E2BIG, "a value is too large; shorten it"};
    case SQLITE_INTERRUPT:
        return (struct meaning){-EINTR, "it was interrupted; try again"};
    default: /* SQLite's codes are no enum; the rest are statements that do not fit */
        return (struct meaning){-EBADMSG, "the store does not fit this program; use the version "
                                          "that made it, and report this"};
    }
}

/* The extended code says more, when the handle's last failure is the one asked about. */
static int widest_code(const struct store *store, int code)
{
    int last = store->db != NULL ? sqlite3_extended_errcode(store->db) : code;

    return (last & 0xff) == (code & 0xff) ? last : code;
}

/* In the midst of the writer's transaction a file that cannot be opened or written any more is no
 * property of what was asked for: one half may be written, and the other never will. */
static bool is_lost(const struct store *store, int code)
{
    int kind = code & 0xff;

    return store->mode == STORE_WRITE && store->db != NULL && !sqlite3_get_autocommit(store->db) &&
           (kind == SQLITE_READONLY || kind == SQLITE_PERM || kind == SQLITE_CANTOPEN);
}

/* What a write to the file before the store (rollback journal or write-ahead log) failed of: undoing the transaction has
 * overwritten errno by the time that SQLite keeps it. 0: it does not say. */
static int log_errno(sqlite3 *db)
{
    sqlite3_file *log = NULL;
    int error = 0;

    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log) != SQLITE_OK ||
        log == NULL || log->pMethods == NULL ||
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error) != SQLITE_OK)
        return 0;
    return error;
}

static int system_errno(const struct store *store, int wide)
{
    int error = 0;

    if (store->db == NULL)
        return 0;
    if (wide == SQLITE_IOERR_WRITE)
        error = log_errno(store->db);
    return error != 0 ? error : sqlite3_system_errno(store->db);
}

int sql_fault(struct store *store, int code, struct fault *fault)
{
    int wide = widest_code(store, code);
    bool is_last = store->db != NULL && sqlite3_errcode(store->db) != SQLITE_OK;
    struct meaning meaning = meaning_of(wide, system_errno(store, wide));

    if (meaning.error == -EIO || meaning.error == -ENOSPC || is_lost(store, code))
        store->has_failed = true;
    return fault_set(fault, meaning.error, "%s/automagi.db: %s: %s", store->home,
                     is_last ? sqlite3_errmsg(store->db) : sqlite3_errstr(code), meaning.advice);
}
