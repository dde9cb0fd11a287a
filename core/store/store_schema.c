/* The schema that is compiled in: applied once, and compared at each open. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/store_inner.h"
#include "core/store/store_version.h"
#include "schema_sql.h"

static const char *skip_comment(const char *at)
{
    return at + strcspn(at, "\n");
}

static bool is_comment(const char *at)
{
    return at[0] == '-' && at[1] == '-';
}

static bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* The next statement's first character, or NULL at the end. */
static const char *statement_begin(const char *at)
{
    for (;;) {
        while (is_space(at[0]) || at[0] == ';')
            at++;
        if (is_comment(at))
            at = skip_comment(at);
        else
            return at[0] != '\0' ? at : NULL;
    }
}

/* Its semicolon: the texts have them elsewhere in comments alone. */
static const char *statement_end(const char *at)
{
    while (at[0] != '\0' && at[0] != ';')
        at = is_comment(at) ? skip_comment(at) : at + 1;
    return at;
}

/* What is said of a table beside its statement may change, and no store is another by that. */
static void add(struct store_fingerprint *fingerprint, const char *at, const char *end)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    while (at < end) {
        if (is_comment(at)) {
            at = skip_comment(at);
        } else {
            if (!is_space(at[0]))
                hash = (hash ^ (unsigned char)at[0]) * UINT64_C(0x100000001b3);
            at++;
        }
    }
    hash ^= hash >> 32;
    fingerprint->sum += hash * UINT64_C(0x9E3779B97F4A7C15);
    fingerprint->count++;
}

struct store_fingerprint store_fingerprint_of(const char *statements)
{
    struct store_fingerprint fingerprint = {0};
    const char *at = statements;

    while ((at = statement_begin(at)) != NULL) {
        const char *end = statement_end(at);

        add(&fingerprint, at, end);
        at = end;
    }
    return fingerprint;
}

static int take_object(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const char *text = sql_text(row, 0);

    (void)fault;
    add(context, text, text + strlen(text));
    return 0;
}

int store_fingerprint(struct store *store, struct store_fingerprint *ret_fingerprint,
                      struct fault *fault)
{
    /* SQLite's own: sqlite_sequence, sqlite_stat1, the indexes of UNIQUE. */
    static const char SQL[] = "SELECT sql FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'";
    struct store_fingerprint fingerprint = {0};
    int result = sql_each(store, SQL, take_object, &fingerprint, fault);

    if (result == 0)
        *ret_fingerprint = fingerprint;
    return result;
}

int store_has_schema(struct store *store, int64_t version, bool *ret_has, struct fault *fault)
{
    const struct store_version *known = store_version(version);
    struct store_fingerprint found = {0};
    int result = store_fingerprint(store, &found, fault);

    if (result == 0)
        *ret_has = known != NULL && known->fingerprint.sum == found.sum &&
                   known->fingerprint.count == found.count;
    return result;
}

int store_run_statements(struct store *store, const char *statements, store_tell_callback *tell,
                         void *context, struct fault *fault)
{
    const char *at = statements;

    while ((at = statement_begin(at)) != NULL) {
        const char *end = statement_end(at);
        sqlite3_stmt *statement = NULL;
        int result = tell == NULL ? 0 : tell(context, fault);
        int code;

        if (result < 0)
            return result;
        code = sqlite3_prepare_v2(store->db, at, (int)(end - at), &statement, NULL);
        if (code == SQLITE_OK)
            code = sqlite3_step(statement);
        (void)sqlite3_finalize(statement);
        if (code != SQLITE_DONE)
            return sql_fault(store, code, fault);
        at = end;
    }
    return 0;
}

/* A schema that is no version's would make stores that nobody opens. */
int store_schema_apply(struct store *store, struct fault *fault)
{
    struct store_fingerprint made = store_fingerprint_of(SCHEMA_SQL);
    const struct store_version *newest = store_version(STORE_VERSION);

    if (made.sum != newest->fingerprint.sum || made.count != newest->fingerprint.count)
        return fault_set(
            fault, -EBADMSG,
            "core/store/schema.sql is not version %d (its fingerprint is {UINT64_C(0x%" PRIx64
            "), %" PRIu64 "}): a change of the schema is a new version with the way to "
            "it, see core/README.md",
            STORE_VERSION, made.sum, made.count);
    return store_run_statements(store, SCHEMA_SQL, NULL, NULL, fault);
}
