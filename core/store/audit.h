/*
 * audit.h - who did what: one row per command of a person or system and one per run, in the
 * transaction of the change itself; and one each for the daemon's start and orderly stop.
 */
#ifndef AUTOMAGI_STORE_AUDIT_H
#define AUTOMAGI_STORE_AUDIT_H

#include <stdint.h>

struct fault;
struct store;

struct audit_record {
    int64_t id;
    int64_t at_ms;
    const char *account; /* the operating system's account */
    const char *by_whom; /* --by NAME; NULL when not given */
    const char *action;  /* "robot pause" */
    const char *subject; /* "franco-fakturatjek-momentum" */
    const char *detail;  /* JSON object */
};

/* record->id and at_ms are set by the store. */
int audit_add(struct store *store, const struct audit_record *record, struct fault *fault)
    __attribute__((warn_unused_result));

/* 0 to go on; a negative result ends it and is returned, a positive one ends it with 0. */
typedef int audit_each_callback(const struct audit_record *record, void *context);
struct audit_filter {
    int32_t from_day, to_day; /* local, inclusive */
    const char *action;       /* this one, or every one that begins with these words; NULL: any */
    const char *subject;      /* NULL: any */
    const char *who;          /* the account or by_whom; NULL: anybody */
    int64_t limit;            /* negative: none */
};

/* Newest first. */
int audit_each(struct store *store, const struct audit_filter *filter,
               audit_each_callback *callback, void *context, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
