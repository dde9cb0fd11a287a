#include "core/store/sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/store/list.h"

enum { SLOT_BITS = 9 };
_Static_assert(SQL_STATEMENTS_MAX == 1 << SLOT_BITS, "a slot is the upper bits of a product");

/* The upper bits of address × 2^64 / golden ratio. */
static size_t first_slot(const char *text)
{
    return (size_t)((uint64_t)(uintptr_t)text * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SLOT_BITS));
}

static int prepare(struct store *store, struct sql_entry *entry, const char *text,
                   struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);

    if (code != SQLITE_OK)
        return sql_fault(store, code, fault);
    entry->text = text;
    entry->statement = statement;
    return 0;
}

int sql_use(struct store *store, const char *text, sqlite3_stmt **ret_statement,
            struct fault *fault)
{
    size_t slot = first_slot(text);
    size_t tries;

    *ret_statement = NULL;
    for (tries = 0; tries < SQL_STATEMENTS_MAX; tries++) {
        struct sql_entry *entry = &store->entries[slot];

        if (entry->text == NULL) {
            int result = prepare(store, entry, text, fault);

            if (result < 0)
                return result;
        }
        if (entry->text == text) {
            if (sqlite3_stmt_busy(entry->statement))
                return fault_set(fault, -EBUSY,
                                 "a statement was used inside itself (%.40s...); please report "
                                 "this mistake in the program",
                                 text);
            *ret_statement = entry->statement;
            return 0;
        }
        slot = (slot + 1) % SQL_STATEMENTS_MAX;
    }
    return fault_set(
        fault, -E2BIG,
        "more than %d statements are in use; please report this mistake in the program",
        SQL_STATEMENTS_MAX);
}

int sql_step(struct store *store, sqlite3_stmt *statement, struct fault *fault)
{
    int code;

    if (memory_lacked())
        return fault_no_memory(fault);
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : sql_fault(store, code, fault);
}

int sql_run(struct store *store, sqlite3_stmt *statement, struct fault *fault)
{
    int result;

    do
        result = sql_step(store, statement, fault);
    while (result > 0);
    (void)sqlite3_reset(statement);
    return result;
}

int sql_step_number(struct store *store, sqlite3_stmt *statement, int64_t *ret_number,
                    struct fault *fault)
{
    int result = sql_step(store, statement, fault);

    if (result <= 0)
        return result;
    *ret_number = sqlite3_column_int64(statement, 0);
    return 0;
}

void sql_done(sqlite3_stmt *statement)
{
    if (statement == NULL)
        return;
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

int64_t sql_changes(const struct store *store)
{
    return sqlite3_changes64(store->db);
}

int sql_run_plain(struct store *store, const char *text, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result == 0)
        result = sql_run(store, statement, fault);
    return result;
}

static int take_rows(struct store *store, sqlite3_stmt *statement, sql_take_callback *take,
                     void *context, struct fault *fault)
{
    int result;

    while ((result = sql_step(store, statement, fault)) > 0) {
        result = take(statement, context, fault);
        if (result < 0)
            break;
    }
    sql_done(statement);
    return result;
}

int sql_run_numbers(struct store *store, const char *text, int64_t first, int64_t second,
                    struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, first);
        if (sqlite3_bind_parameter_count(statement) > 1)
            sqlite3_bind_int64(statement, 2, second);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int sql_each(struct store *store, const char *text, sql_take_callback *take, void *context,
             struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    return result < 0 ? result : take_rows(store, statement, take, context, fault);
}

int sql_each_in(struct store *store, const char *text, struct sql_range range,
                sql_take_callback *take, void *context, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, range.first);
    sqlite3_bind_int64(statement, 2, range.last);
    return take_rows(store, statement, take, context, fault);
}

/* -ENOMEM is the one cause; lengths are below SQLite's limit: fields are checked before. */
void sql_bind_text(sqlite3_stmt *statement, int index, const char *string)
{
    if (sqlite3_bind_text(statement, index, string, -1, SQLITE_STATIC) != SQLITE_OK)
        memory_lack();
}

void sql_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, size_t length)
{
    int code = bytes != NULL && length == 0
                   ? sqlite3_bind_zeroblob(statement, index, 0)
                   : sqlite3_bind_blob64(statement, index, bytes, length, SQLITE_STATIC);

    if (code != SQLITE_OK)
        memory_lack();
}

/* NULL is a column without a value, or one that there was no memory for. */
static void look_why_null(sqlite3_stmt *statement)
{
    if (sqlite3_errcode(sqlite3_db_handle(statement)) == SQLITE_NOMEM)
        memory_lack();
}

const char *sql_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *bytes = sqlite3_column_text(statement, column);

    if (bytes == NULL)
        look_why_null(statement);
    return bytes != NULL ? (const char *)bytes : "";
}

const void *sql_blob(sqlite3_stmt *statement, int column)
{
    const void *bytes = sqlite3_column_blob(statement, column);

    if (bytes == NULL)
        look_why_null(statement);
    return bytes;
}

char *sql_copy(sqlite3_stmt *statement, int column, int *result)
{
    char *copy = NULL;

    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return NULL;
    copy = strdup(sql_text(statement, column));
    if (copy == NULL)
        *result = -ENOMEM;
    return copy;
}

const char *sql_keep(sqlite3_stmt *row, int column, char ***texts, size_t *count, int *result,
                     struct fault *fault)
{
    void *grown;

    if (*result < 0 || sqlite3_column_type(row, column) == SQLITE_NULL)
        return NULL;
    grown = list_grow(*texts, *count, sizeof **texts, result, fault);
    if (grown == NULL)
        return NULL;
    *texts = grown;
    (*texts)[*count] = strdup(sql_text(row, column));
    if ((*texts)[*count] == NULL)
        *result = fault_no_memory(fault);
    return (*texts)[(*count)++];
}
