/*
 * report_days.h - the days that a report is of, from what was said of them, and what a reader should know of them.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_CLI_REPORT_DAYS_H
#define AUTOMAGI_CLI_REPORT_DAYS_H

#include <stdint.h>

struct fault;
struct json;
struct report_query;
struct store;

/* One for days that lie ahead, one for those before the first task. */
enum { REPORT_NOTES = 2, REPORT_NOTE_MAX = 160 };
struct report_notes {
    int count;
    char lines[REPORT_NOTES][REPORT_NOTE_MAX];
};

/* Writes the first and the last day. Where one is not said: up to the last month that is over, and from
 * 1 January of the year of the last day. -EINVAL: no month that is over begins behind --from. */
int report_days(const struct json *arguments, int32_t today, struct report_query *query,
                struct fault *fault) __attribute__((warn_unused_result));

/* What of the days cannot hold anything. */
int report_days_note(struct store *store, const struct report_query *query, int32_t today,
                     struct report_notes *ret_notes, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
