/*
 * rest.h - when nothing is to start: days off of calendars, quiet hours of systems.
 *
 * A calendar is a list of days on which the triggers that name it ("not_on") do not fire: the time
 * gets its record, skipped, with the day's name as the reason. Some are computed and always there:
 *
 *   weekends               Saturday and Sunday
 *   danish-holidays        public holidays (holiday.h)
 *   danish-bank-holidays   Monday to Friday on which banks are closed (holiday.h)
 *   week-N                 ISO week N of every year, 1 to 53
 *
 * All others are the installation's own (core/store/calendar.h).
 *
 * Quiet hours are of a system that robots meet: while one is closed no run of such a robot starts,
 * and a run that goes on is given no more items; nothing fails. They are written as
 * "18:00-06:00, sat, sun 00:00-12:00": entries between commas; each is weekdays, hours, or both.
 * Weekdays are names or a range of them (mon-fri), English or Danish, as in cron.h; none: every
 * day. Hours HH:MM-HH:MM, to 24:00; over midnight they end on the next day; none: the whole day.
 * They are of the local day: where the clock jumps, they jump with it.
 *
 * Threads: a set is immutable once read; the rest has no state.
 */
#ifndef AUTOMAGI_SCHEDULE_REST_H
#define AUTOMAGI_SCHEDULE_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;
struct zone;

enum { REST_REASON_MAX = 256, QUIET_ENTRIES_MAX = 16 };

/* The installation's calendars with their days. */
struct calendar_set;
int calendar_set_read(struct store *store, struct calendar_set **ret_set, struct fault *fault)
    __attribute__((warn_unused_result));
void calendar_set_free(struct calendar_set *set);

/* Is there such a calendar, computed or of the installation? */
bool calendar_is_known(const struct calendar_set *set, const char *slug);
/* Is it one of those that are computed? */
bool calendar_is_computed(const char *slug);
/*
 * Is the day off by one of the calendars of the list ("a,b"; "" is none)? The reason is one line:
 * "Langfredag (danish-holidays)". An unknown calendar has no days. O(log spans) per calendar.
 */
bool calendar_day_off(const struct calendar_set *set, const char *not_on, int32_t day,
                      char ret_reason[static REST_REASON_MAX]);

struct quiet_entry {
    uint8_t weekdays;               /* bit 0 Sunday ... 6 Saturday: of the day it begins on */
    int16_t from_minute, to_minute; /* of the day; to_minute <= from_minute: over midnight */
};
/* A value. */
struct quiet {
    struct quiet_entry entries[QUIET_ENTRIES_MAX];
    size_t count;
};

/* "" is always open. -EINVAL says which entry is wrong and what is allowed. */
int quiet_parse(const char *text, struct quiet *ret_quiet, struct fault *fault)
    __attribute__((warn_unused_result));
/* 0: open at that moment; else the moment it opens (INT64_MAX: not within eight days). zone NULL:
 * the organisation's. */
int64_t quiet_until(const struct quiet *quiet, const struct zone *zone, int64_t now_ms);

#endif
