/*
 * dates.h - dates and points in time as the program writes them.
 *
 * Threads: no shared state.
 */
#ifndef COMMAND_DATES_H
#define COMMAND_DATES_H

#include <stdint.h>

enum { DATES_INSTANT_MAX = 48 /* a written point in time, with its NUL */ };

/* "2026-01-31" as days since 1970-01-01; years 1971 to 9999. 0 or -EINVAL. */
int date_read(const char *text, int32_t *ret_day);

/* "2026-01-31T14:00+01:00" or "...Z" as milliseconds since 1970 UTC; a blank for the T, seconds and a
 * fraction (1 to 9 digits, kept to the millisecond) may be there. 0 or -EINVAL: without an offset
 * it is not known which hour is meant. */
int instant_read(const char *text, int64_t *ret_ms);

/* "2026-01-31T13:00:00Z"; at_ms from 0 to the year 9999, what lies beyond is shown as that. */
void instant_write(int64_t at_ms, char target[static DATES_INSTANT_MAX]);

#endif
