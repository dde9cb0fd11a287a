#include "tests/standins/wrapped_calls.h"

#include <sqlite3.h>
#include <stddef.h>

static _Thread_local struct {
    enum wrapped_call kind;
    long left; /* calls until one fails; 0: none does */
    int code;
    bool is_healed;
    bool has_failed;
    bool is_column; /* the handle's error is that of a column */
} calls;

static bool fails(enum wrapped_call kind)
{
    if (calls.left == 0 || calls.is_healed || calls.kind != kind || --calls.left > 0)
        return false;
    calls.has_failed = true;
    return true;
}

/* The linker gives these their callers, and theirs below the names with __real_. */
int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *text, int size, unsigned flags,
                              sqlite3_stmt **ret_statement, const char **ret_tail);
int __real_sqlite3_prepare_v3(sqlite3 *db, const char *text, int size, unsigned flags,
                              sqlite3_stmt **ret_statement, const char **ret_tail);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_step(sqlite3_stmt *statement);
const void *__wrap_sqlite3_column_blob(sqlite3_stmt *statement, int column);
const void *__real_sqlite3_column_blob(sqlite3_stmt *statement, int column);
const unsigned char *__wrap_sqlite3_column_text(sqlite3_stmt *statement, int column);
const unsigned char *__real_sqlite3_column_text(sqlite3_stmt *statement, int column);
int __wrap_sqlite3_errcode(sqlite3 *db);
int __real_sqlite3_errcode(sqlite3 *db);
void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);
void *__real_realloc(void *bytes, size_t size);
void *__wrap_reallocarray(void *bytes, size_t count, size_t size);
void *__real_reallocarray(void *bytes, size_t count, size_t size);
char *__wrap_strdup(const char *string);
char *__real_strdup(const char *string);

int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *text, int size, unsigned flags,
                              sqlite3_stmt **ret_statement, const char **ret_tail)
{
    return fails(WRAPPED_PREPARE)
               ? calls.code
               : __real_sqlite3_prepare_v3(db, text, size, flags, ret_statement, ret_tail);
}

int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    return fails(WRAPPED_STEP) ? calls.code : __real_sqlite3_step(statement);
}

static bool column_fails(void)
{
    calls.is_column = fails(WRAPPED_COLUMN);
    return calls.is_column;
}

const void *__wrap_sqlite3_column_blob(sqlite3_stmt *statement, int column)
{
    return column_fails() ? NULL : __real_sqlite3_column_blob(statement, column);
}

const unsigned char *__wrap_sqlite3_column_text(sqlite3_stmt *statement, int column)
{
    return column_fails() ? NULL : __real_sqlite3_column_text(statement, column);
}

int __wrap_sqlite3_errcode(sqlite3 *db)
{
    return calls.is_column ? SQLITE_NOMEM : __real_sqlite3_errcode(db);
}

void *__wrap_malloc(size_t size)
{
    return fails(WRAPPED_ALLOCATION) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(WRAPPED_ALLOCATION) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *bytes, size_t size)
{
    return fails(WRAPPED_ALLOCATION) ? NULL : __real_realloc(bytes, size);
}

void *__wrap_reallocarray(void *bytes, size_t count, size_t size)
{
    return fails(WRAPPED_ALLOCATION) ? NULL : __real_reallocarray(bytes, count, size);
}

char *__wrap_strdup(const char *string)
{
    return fails(WRAPPED_ALLOCATION) ? NULL : __real_strdup(string);
}

void wrapped_calls_fail(enum wrapped_call kind, long call, int code)
{
    calls.kind = kind;
    calls.left = call;
    calls.code = code;
    calls.has_failed = false;
    calls.is_healed = false;
}

void wrapped_calls_heal(void)
{
    calls.is_healed = true;
    calls.is_column = false;
}

long wrapped_calls_left(void)
{
    return calls.left;
}

bool wrapped_calls_have_failed(void)
{
    return calls.has_failed;
}

bool wrapped_calls_await_one(void)
{
    return calls.left > 0 && !calls.is_healed;
}
