/*
 * calendar.h - Danish days: which one it is now, and whether it is a working day.
 *
 * Days are counted from 1970-01-01. Valid from 1970 to 2199; other days are no working days.
 *
 * Threads: no state.
 */
#ifndef LIST_DELIVERY_CALENDAR_H
#define LIST_DELIVERY_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum { CALENDAR_ISO_MAX = 16, CALENDAR_MONTH_NAME_MAX = 32 };

struct calendar_date {
    int year;
    int month; /* 1 to 12 */
    int date;  /* 1 to 31 */
};

struct calendar_date calendar_date(int32_t day);
int32_t calendar_day(int year, int month, int date);

/* The day it is in Denmark at `time_s` (seconds since 1970, UTC). Summer time by the rule of
 * directive 2000/84/EC: from 01:00 UTC on the last Sunday of March to that of October. It is
 * computed, for a run has no time zone and the machine's may be another. */
int32_t calendar_danish_day(int64_t time_s);

/* "lørdag". */
const char *calendar_weekday(int32_t day);

/* The public holiday's Danish name, NULL when it is none. "Lov om Folkekirkens helligdage", with
 * store bededag until 2023 (abolished by act 214 of 6 March 2023). Days on which many are closed
 * without it being a holiday (1 May, 5 June, 24 and 31 December) are none. */
const char *calendar_holiday(int32_t day);

/* Monday to Friday, but for holidays. */
bool calendar_is_working_day(int32_t day);

/* "2026-11-23"; "2026-11"; "november 2026". */
void calendar_iso(int32_t day, char target[CALENDAR_ISO_MAX]);
void calendar_iso_month(int32_t day, char target[CALENDAR_ISO_MAX]);
void calendar_month_name(int32_t day, char target[CALENDAR_MONTH_NAME_MAX]);

/* "2026-11-23" as "23-11-2026", "2026-11" as "november 2026"; any other text as it is. */
void calendar_period_name(const char *period, char target[CALENDAR_MONTH_NAME_MAX]);

#endif
