/*
 * holiday.h - Denmark's public holidays, and the days on which its banks are closed.
 *
 * Computed, for the years 1900-2199, of the Gregorian calendar's Easter:
 *   - public holidays (helligdage): folkekirkens helligdage and nytårsdag. Store bededag was one until
 *     and including 2023 (lov nr. 214 af 6. marts 2023).
 *   - the banks' closing days besides (banklukkedage), as Danmarks Nationalbank and Finans Danmark
 *     publish them (nationalbanken.dk, "Banklukkedage"): the day after Kristi himmelfartsdag (since 2009;
 *     the list of 2006 does not have it yet), 5 June, 24 December, 31 December.
 * A bank day is a Monday to Friday that is neither.
 *
 * Days are those of clock.h. Threads: any; nothing is kept.
 */
#ifndef AUTOMAGI_SCHEDULE_HOLIDAY_H
#define AUTOMAGI_SCHEDULE_HOLIDAY_H

#include <stdbool.h>
#include <stdint.h>

enum { HOLIDAY_YEAR_LEAST = 1900, HOLIDAY_YEAR_MOST = 2199 };

/* The day of Easter Sunday. */
int32_t holiday_easter(int year);

/* The Danish name ("skærtorsdag"), NULL on a day that is no public holiday. A literal. */
const char *holiday_name(int32_t day);

/* False outside 1900-2199. */
bool holiday_is_bank_day(int32_t day);
/* Why banks are closed: a public holiday's name, or "dagen efter Kristi himmelfartsdag", "grundlovsdag",
 * "juleaftensdag", "nytårsaftensdag", or "lørdag", "søndag". NULL on a bank day and outside
 * 1900-2199. A literal. */
const char *holiday_bank_closed_name(int32_t day);

/* The bank days of a month (clock.h's), bit 1-31 per day; 0 outside 1900-2199. */
uint32_t holiday_bank_days(int32_t month);

#endif
