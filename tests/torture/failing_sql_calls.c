/*
 * Calls of SQLite that fail. Only what the program calls itself: what SQLite calls of its own is
 * part of the call that led there. What failed is said again by sqlite3_errcode().
 */
#include <sqlite3.h>
#include <stddef.h>

#include "tests/torture/failing_calls.h"

static __thread int last_code; /* of the call that was made to fail; SQLITE_OK: ask SQLite */

static bool fails(const char *call, const void *caller)
{
    last_code = SQLITE_OK;
    if (!torture_is_own(caller) || !torture_fails(TORTURE_SQL, call))
        return false;
    last_code = torture_error(SQLITE_NOMEM);
    return true;
}

/* Of what reads and binds a value, where memory alone can be missing. */
static bool lacks_memory(const char *call, const void *caller)
{
    if (!fails(call, caller))
        return false;
    last_code = SQLITE_NOMEM;
    return true;
}

#define CALLER __builtin_return_address(0)

/* NOLINTBEGIN(bugprone-macro-parentheses): names and types cannot stand in parentheses */
/* As in failing_file_calls.c; `failure` may be last_code. */
#define FAILING(when, type, failure, name, parameters, arguments)                                  \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*next) parameters;                                                             \
                                                                                                   \
        if (when(#name, CALLER))                                                                   \
            return failure;                                                                        \
        if (next == NULL)                                                                          \
            *(void **)&next = torture_next(#name);                                                 \
        return next arguments;                                                                     \
    }

/* What says the code of the last call. */
#define SAYING(name)                                                                               \
    int name(sqlite3 *db)                                                                          \
    {                                                                                              \
        static int (*next)(sqlite3 *);                                                             \
                                                                                                   \
        if (last_code != SQLITE_OK && torture_is_own(CALLER))                                      \
            return last_code;                                                                      \
        if (next == NULL)                                                                          \
            *(void **)&next = torture_next(#name);                                                 \
        return next(db);                                                                           \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

/* one on each line, as in a table */
/* clang-format off */
SAYING(sqlite3_errcode)
SAYING(sqlite3_extended_errcode)
FAILING(fails, int, last_code, sqlite3_prepare_v2, (sqlite3 * db, const char *text, int size, sqlite3_stmt **ret, const char **rest), (db, text, size, ret, rest))
FAILING(fails, int, last_code, sqlite3_prepare_v3, (sqlite3 * db, const char *text, int size, unsigned flags, sqlite3_stmt **ret, const char **rest), (db, text, size, flags, ret, rest))
FAILING(fails, int, last_code, sqlite3_step, (sqlite3_stmt * statement), (statement))
FAILING(fails, int, last_code, sqlite3_exec, (sqlite3 * db, const char *text, int (*take)(void *, int, char **, char **), void *context, char **ret_error), (db, text, take, context, ret_error))
FAILING(lacks_memory, int, last_code, sqlite3_bind_blob64, (sqlite3_stmt * statement, int index, const void *bytes, sqlite3_uint64 size, void (*release)(void *)), (statement, index, bytes, size, release))
FAILING(lacks_memory, int, last_code, sqlite3_bind_text, (sqlite3_stmt * statement, int index, const char *text, int size, void (*release)(void *)), (statement, index, text, size, release))
FAILING(lacks_memory, int, last_code, sqlite3_bind_zeroblob, (sqlite3_stmt * statement, int index, int size), (statement, index, size))
FAILING(lacks_memory, const void *, NULL, sqlite3_column_blob, (sqlite3_stmt * statement, int column), (statement, column))
FAILING(lacks_memory, const unsigned char *, NULL, sqlite3_column_text, (sqlite3_stmt * statement, int column), (statement, column))
FAILING(fails, int, last_code, sqlite3_file_control, (sqlite3 * db, const char *name, int option, void *value), (db, name, option, value))
FAILING(fails, sqlite3_backup *, NULL, sqlite3_backup_init, (sqlite3 * to, const char *to_name, sqlite3 *from, const char *from_name), (to, to_name, from, from_name))
FAILING(fails, int, last_code, sqlite3_backup_step, (sqlite3_backup * backup, int pages), (backup, pages))
/* clang-format on */

/* A handle is made, as SQLite says it does of all failures but of memory. */
int sqlite3_open_v2(const char *path, sqlite3 **ret_db, int flags, const char *vfs)
{
    static int (*next)(const char *, sqlite3 **, int, const char *);

    if (fails("sqlite3_open_v2", CALLER)) {
        *ret_db = NULL;
        return last_code;
    }
    if (next == NULL)
        *(void **)&next = torture_next("sqlite3_open_v2");
    return next(path, ret_db, flags, vfs);
}
