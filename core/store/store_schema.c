/* The schema that is compiled in: applied once, and compared at each open. */
#include "core/store/store_inner.h"

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "schema_sql.h"

/* A sum that does not depend on the order: VACUUM changes the order of the tables. */
struct fingerprint {
    uint64_t sum;
    uint64_t count;
};

static void fingerprint_add(struct fingerprint *fingerprint, const char *text, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    size_t i;

    for (i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    hash ^= hash >> 32;
    fingerprint->sum += hash * UINT64_C(0x9E3779B97F4A7C15);
    fingerprint->count++;
}

static const char *skip_comment(const char *at)
{
    return at + strcspn(at, "\n");
}

/* The next statement's first character, or NULL at the end. */
static const char *statement_begin(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n;");
        if (at[0] == '-' && at[1] == '-')
            at = skip_comment(at);
        else
            return at[0] != '\0' ? at : NULL;
    }
}

/* Its semicolon: the schema has them elsewhere in comments alone. */
static const char *statement_end(const char *at)
{
    while (at[0] != '\0' && at[0] != ';')
        at = at[0] == '-' && at[1] == '-' ? skip_comment(at) : at + 1;
    return at;
}

int store_schema_apply(struct store *store, struct fault *fault)
{
    const char *at = SCHEMA_SQL;

    while ((at = statement_begin(at)) != NULL) {
        const char *end = statement_end(at);
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(store->db, at, (int)(end - at), &statement, NULL);

        if (code == SQLITE_OK)
            code = sqlite3_step(statement);
        (void)sqlite3_finalize(statement);
        if (code != SQLITE_DONE)
            return sql_fault(store, code, fault);
        at = end;
    }
    return 0;
}

static int take_object(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const char *text = sql_text(row, 0);

    (void)fault;
    fingerprint_add(context, text, strlen(text));
    return 0;
}

int store_schema_compare(struct store *store, bool *ret_equal, struct fault *fault)
{
    /* SQLite's own: sqlite_sequence, sqlite_stat1, the indexes of UNIQUE. */
    static const char SQL[] = "SELECT sql FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'";
    struct fingerprint ours = {0};
    struct fingerprint theirs = {0};
    const char *at = SCHEMA_SQL;
    int result;

    while ((at = statement_begin(at)) != NULL) {
        const char *end = statement_end(at);

        fingerprint_add(&ours, at, (size_t)(end - at));
        at = end;
    }
    result = sql_each(store, SQL, take_object, &theirs, fault);
    if (result == 0)
        *ret_equal = ours.sum == theirs.sum && ours.count == theirs.count;
    return result;
}
