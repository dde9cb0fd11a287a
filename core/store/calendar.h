/*
 * calendar.h - days on which triggers do not fire, the systems robots meet and their quiet
 * hours, and how many runs there may be at once: as they are stored.
 *
 * Threads: the store's.
 */
#ifndef AUTOMAGI_STORE_CALENDAR_H
#define AUTOMAGI_STORE_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

enum {
    CALENDAR_SLUG_MAX = 64,
    CALENDAR_NAME_MAX = 200,
    CALENDAR_SPANS_MOST = 5000, /* of one calendar */
    SYSTEM_CLOSED_MAX = 512,
    CALENDARS_MOST = 1000,
    SYSTEMS_MOST = 1000
};

/* Closed days in a row. */
struct calendar_span {
    int32_t from_day, to_day; /* inclusive */
    const char *name;         /* "Sommerlukket"; not empty */
};

struct calendar {
    int64_t id;
    char slug[CALENDAR_SLUG_MAX];
    char name[CALENDAR_NAME_MAX];
    char source[CALENDAR_NAME_MAX]; /* "by hand", or the file's name */
    int64_t changed_ms;
    int64_t days;     /* spans */
    int64_t triggers; /* that name it */
};

/* By slug. The callback returns 0 to go on. */
typedef int calendar_each_callback(const struct calendar *calendar, void *context);
int calendar_each(struct store *store, calendar_each_callback *callback, void *context,
                  struct fault *fault) __attribute__((warn_unused_result));
/* -ENOENT names it and what to do. */
int calendar_find(struct store *store, const char *slug, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Of one calendar, by day; id 0: of all. */
typedef int calendar_span_callback(int64_t calendar_id, const struct calendar_span *span,
                                   void *context);
int calendar_span_each(struct store *store, int64_t id, calendar_span_callback *callback,
                       void *context, struct fault *fault) __attribute__((warn_unused_result));

/* Makes the calendar or changes its name and source. */
int calendar_put(struct store *store, const char *slug, const char *name, const char *source,
                 int64_t now_ms, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Adds spans; the same span twice is one. -E2BIG over CALENDAR_SPANS_MOST. */
int calendar_spans_add(struct store *store, int64_t id, const struct calendar_span *spans,
                       size_t count, struct fault *fault) __attribute__((warn_unused_result));
int calendar_spans_clear(struct store *store, int64_t id, struct fault *fault)
    __attribute__((warn_unused_result));
/* -EBUSY when triggers name it. */
int calendar_remove(struct store *store, int64_t id, struct fault *fault)
    __attribute__((warn_unused_result));

struct system {
    int64_t id;
    char slug[CALENDAR_SLUG_MAX];
    char name[CALENDAR_NAME_MAX];
    char closed[SYSTEM_CLOSED_MAX]; /* as quiet.h reads it; "": always open */
};
typedef int system_each_callback(const struct system *system, void *context);
int system_each(struct store *store, system_each_callback *callback, void *context,
                struct fault *fault) __attribute__((warn_unused_result));
/* Makes or changes it. */
int system_put(struct store *store, const char *slug, const char *name, const char *closed,
               struct fault *fault) __attribute__((warn_unused_result));
/* -ENOENT; whether robots name it is the caller's to have checked. */
int system_remove(struct store *store, const char *slug, struct fault *fault)
    __attribute__((warn_unused_result));

/* plugin "": of the machine. */
typedef int run_limit_callback(const char *plugin, int runs, void *context);
int run_limit_each(struct store *store, run_limit_callback *callback, void *context,
                   struct fault *fault) __attribute__((warn_unused_result));
/* runs 0: no limit of its own any more. */
int run_limit_set(struct store *store, const char *plugin, int runs, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
