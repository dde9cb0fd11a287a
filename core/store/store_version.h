/*
 * store_version.h - private to core/store: the versions of the schema, and the way from each to the next.
 *
 * schema.sql is the schema of the newest, STORE_VERSION. Of each version the fingerprint is pinned, so
 * that a store is known for what it is and no version ever means two schemas. How to make a new one:
 * core/README.md, "A change of the schema".
 */
#ifndef AUTOMAGI_STORE_STORE_VERSION_H
#define AUTOMAGI_STORE_STORE_VERSION_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;

/* Of all tables and indexes, to the letter but for white space and comments, in any order: VACUUM
 * changes the order. */
struct store_fingerprint {
    uint64_t sum;
    uint64_t count;
};

struct store_version {
    int64_t version;
    int64_t min_reader, min_writer; /* programs of an earlier version do not understand it */
    struct store_fingerprint fingerprint;
    const char *upgrade; /* the statements from the version before; NULL: the first */
    const char *const
        *kept;         /* queries for a number that is the same before and after; ends with NULL */
    bool was_unmarked; /* programs made stores of it that say the version before */
};

/* NULL when this program knows none of that number. */
const struct store_version *store_version(int64_t version);

/* The fingerprint of statements, as the compiled-in ones. */
struct store_fingerprint store_fingerprint_of(const char *statements);
/* The fingerprint of the store that is open. */
int store_fingerprint(struct store *store, struct store_fingerprint *ret_fingerprint,
                      struct fault *fault) __attribute__((warn_unused_result));
/* Does the store have the tables of that version? False for one that is not known. */
int store_has_schema(struct store *store, int64_t version, bool *ret_has, struct fault *fault)
    __attribute__((warn_unused_result));

/* Makes all tables of STORE_VERSION. */
int store_schema_apply(struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));
/* Carries out the statements of a compiled-in text, one after the other; `tell`, when it is not NULL, is
 * asked before each, and a negative result ends it and is returned. */
typedef int store_tell_callback(void *context, struct fault *fault);
int store_run_statements(struct store *store, const char *statements, store_tell_callback *tell,
                         void *context, struct fault *fault) __attribute__((warn_unused_result));

#endif
