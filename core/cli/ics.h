/*
 * ics.h - the days of an iCalendar file (RFC 5545).
 *
 * Read by libical, which no other file of the programs sees: the daemon never parses such a file.
 *
 *   - Events with whole days are these days; DTEND is the first day behind them.
 *   - Events with times are the days they touch in the organisation's zone (clock.h); one that ends at
 *     midnight does not touch the day that begins then.
 *   - Repeated ones (RRULE, RDATE, without EXDATE) are expanded inside the span asked for; an
 *     occurrence that was moved (RECURRENCE-ID) is where it was moved to. Cancelled ones are left out.
 *   - The name of a day is the event's SUMMARY as one line, or "closed".
 *
 * Limits: ICS_SIZE_MAX bytes, lines, events, occurrences, days in a row, entries and time as below; what is over
 * one is refused, with the line of the event where there is one.
 *
 * Threads: one at a time (libical keeps its time zones and its last error).
 */
#ifndef AUTOMAGI_CLI_ICS_H
#define AUTOMAGI_CLI_ICS_H

#include <stddef.h>
#include <stdint.h>

#include "core/command/calendar_days.h"

struct fault;

enum {
    ICS_SIZE_MAX = 4 * 1024 * 1024,
    ICS_LINES_MAX = 200000,
    ICS_EVENTS_MAX = 10000,
    ICS_STEPS_MAX = 200000, /* occurrences looked at, of all events together */
    ICS_EVENT_DAYS_MAX = 1000,
    ICS_SECONDS_MAX = 5 /* on a processor, for repetitions of all events together */
};

/* Days from first_day to last_day alone; sorted, the same name on days in a row as one entry. day_list_release()
 * it. -EINVAL begins with "line N: ". Reads the text alone: no file, no clock but that
 * of the time it takes. */
int ics_read(const char *text, size_t length, int32_t first_day, int32_t last_day,
             struct day_list *ret_days, struct fault *fault) __attribute__((warn_unused_result));

#endif
