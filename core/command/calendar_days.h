/*
 * calendar_days.h - the closed days of a calendar as a list, read from the store or from what
 * `calendar add` sends.
 *
 * Threads: a list belongs to its caller.
 */
#ifndef AUTOMAGI_COMMAND_CALENDAR_DAYS_H
#define AUTOMAGI_COMMAND_CALENDAR_DAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/calendar.h"

struct fault;
struct json;
struct store;

/* Days in a row. */
struct day_entry {
    int32_t from_day, to_day; /* inclusive */
    char *name;
};

/* day_list_release() it. */
struct day_list {
    struct day_entry *entries;
    size_t count, capacity;
};

/* -E2BIG over CALENDAR_SPANS_MOST, -ENOMEM. */
int day_list_add(struct day_list *list, const struct calendar_span *span, struct fault *fault)
    __attribute__((warn_unused_result));
/* Takes out what begins on the day; returns how many that were. */
size_t day_list_drop(struct day_list *list, int32_t day);
void day_list_release(struct day_list *list);
/* Adds them to a calendar in the store, as calendar_spans_add(). */
int day_list_put(struct store *store, int64_t id, const struct day_list *list, struct fault *fault)
    __attribute__((warn_unused_result));
/* Those of a calendar in the store. */
int day_list_read(struct store *store, int64_t id, struct day_list *ret_list, struct fault *fault)
    __attribute__((warn_unused_result));
/* [["2026-12-24", "2027-01-01", "Juleferie"], ...]; without CPR numbers. -EINVAL names the entry. */
int day_list_of_json(const struct json *days, struct day_list *ret_list, struct fault *fault)
    __attribute__((warn_unused_result));
/* "2026-12-24" or "2026-12-24..2027-01-01" of `length` bytes: the span's days. */
bool day_span_read(const char *text, size_t length, struct calendar_span *ret_span);
/* The command's check of `calendar add`: a file, or days with a name. */
int calendar_add_check(const struct json *arguments, struct fault *fault)
    __attribute__((warn_unused_result));
/* How many of `wanted` are not in `list`, as (first day, last day, name). Both by first day. */
size_t day_list_missing(const struct day_list *list, const struct day_list *wanted);

#endif
