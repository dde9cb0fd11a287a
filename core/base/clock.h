/*
 * clock.h - wall and monotonic time, and the calendar of the organisation.
 *
 * The only place that reads a clock. Tests replace it with clock_pretend().
 * Wall time is UTC, in milliseconds since 1970. A *day* is the number of days
 * from 1970-01-01 to a local calendar day (Europe/Copenhagen unless the
 * organisation says otherwise); it is stored with every row, so later
 * time-zone data never moves history. A *month* is year × 12 + (month − 1).
 *
 * Threads: clock_set_zone() once before any thread is started; the rest may be
 * called from any thread. Without clock_set_zone() local time is that of the
 * process (its TZ, or the system's) when it is first asked for.
 */
#ifndef AUTOMAGI_BASE_CLOCK_H
#define AUTOMAGI_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct zone;

enum {
    CLOCK_DAY_TEXT = 11,             /* "2025-04-01" and NUL */
    CLOCK_MONTH_TEXT = 8,            /* "2025-04" and NUL */
    CLOCK_INSTANT_TEXT = 32,         /* "2025-04-01T09:30:00.000+02:00" and NUL */
    CLOCK_BUSINESS_PAST_DAYS = 3653, /* of a business date: ten years back */
    CLOCK_BUSINESS_AHEAD_DAYS = 731  /* two years ahead */
};

/* Loads the zone ("Europe/Copenhagen"). -EINVAL when the system's time-zone
 * data does not know it (package tzdata). */
int clock_set_zone(const char *name, struct fault *fault) __attribute__((warn_unused_result));
/* Reads the zone anew when its file on disk is another by now (an update of tzdata): 1, else 0. The old
 * one stays in memory. -EINVAL when the new file cannot be used; then the old one goes on. To be asked
 * about once a minute by a program that runs for long; never by two threads at a time. */
int clock_renew_zone(struct fault *fault) __attribute__((warn_unused_result));
/* The zone in use. Borrowed; it is never closed. */
const struct zone *clock_zone(void);

int64_t clock_now_ms(void);       /* wall, UTC */
int64_t clock_monotonic_ms(void); /* for durations only */
int64_t clock_monotonic_us(void);

/* Tests: both clocks stand still at this wall time until moved; 0 ends it. */
void clock_pretend(int64_t wall_ms);

/* The local day of an instant. */
int32_t clock_local_day(int64_t wall_ms);
/* The last instant of a local day. */
int64_t clock_day_end_ms(int32_t day);
/* What a local clock shows at an instant, in minutes (0-1439; on a day the clocks
 * change it jumps with them), and its offset from UTC in minutes. */
void clock_local_minute(int64_t wall_ms, int32_t *ret_day, int *ret_minute,
                        int *ret_offset_minutes);
/* The day of an instant in a zone (NULL: the organisation's), and what its clock shows then, in
 * minutes (may be NULL). */
int32_t clock_day_in(const struct zone *zone, int64_t wall_ms, int *ret_minute);

int32_t clock_day(int year, int month, int day_of_month); /* proleptic Gregorian; month 1-12 */
void clock_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day_of_month);
int32_t clock_month_of_day(int32_t day);
int32_t clock_first_day_of_month(int32_t month);
int32_t clock_last_day_of_month(int32_t month);
/* The same day so many months on (or back); where that month is too short for it, its last day. */
int32_t clock_day_after_months(int32_t day, int32_t months);
/* May work that is found today belong to this day? A date further away is a mistake, and each
 * could open a window with a key of its own. */
bool clock_is_business_day(int32_t day, int32_t today);
/* 0 = Sunday … 6 = Saturday. */
int clock_weekday(int32_t day);
/* ISO 8601: weeks begin on Monday, week 1 has the year's first Thursday; so the year of a week can be
 * another than that of the day. */
void clock_iso_week(int32_t day, int *ret_year, int *ret_week);

/* "YYYY-MM-DD", a date that exists, years 1900-2199. */
bool clock_parse_day(const char *string, int32_t *ret_day);
/* "YYYY-MM". */
bool clock_parse_month(const char *string, int32_t *ret_month);
/* ISO 8601 with offset: "2025-04-01T09:30:00+02:00" or "...Z"; seconds and a
 * fraction (1-9 digits, kept to the millisecond) may be left out. A space is
 * accepted for the T. False without an offset: local time is never guessed. */
bool clock_parse_instant(const char *string, int64_t *ret_wall_ms);

void clock_format_day(int32_t day, char target[static CLOCK_DAY_TEXT]);
void clock_format_month(int32_t month, char target[static CLOCK_MONTH_TEXT]);
/* Local time with offset, to the second: "2025-04-01T09:30:00+02:00". */
void clock_format_instant(int64_t wall_ms, char target[static CLOCK_INSTANT_TEXT]);

#endif
