/*
 * danish.h - numbers and days as Danish systems and people write them.
 *
 * A reader takes a whole text or nothing: what could mean two things ("1.23", "01-02-26") is no
 * number and no day, because a guess that is wrong by a factor of a hundred is found by nobody.
 * Blanks before and after (space, tab, no-break space) do not count.
 *
 * Numbers are integers scaled by a power of ten, never floating point: with two decimals
 * "1.234,50" is 123450. Days are counted from 1970-01-01, without time zones.
 *
 * Threads: no state.
 */
#ifndef AG_DANISH_H
#define AG_DANISH_H

#include <stdbool.h>
#include <stdint.h>

#define AG_DANISH_DECIMALS_MAX    18u
#define AG_DANISH_DAY_TEXT_MAX    11
#define AG_DANISH_NUMBER_TEXT_MAX 32

/* Reads "1234", "7,3", "2.351" (two thousand three hundred and fifty-one), "-1.234,50", "+7", and
 * "1.234,50-", as mainframes print it. Points stand between groups of three, in all places or in
 * none, and not after a lone zero ("0.123"). False, and nothing written: another text, more
 * decimals than `decimals` that are not 0, `decimals` over AG_DANISH_DECIMALS_MAX, or a number
 * that an int64_t cannot hold. */
bool ag_danish_number(const char *text, unsigned decimals, int64_t *ret_scaled);

/* Reads "dd-mm-yyyy", "dd/mm/yyyy" and "dd.mm.yyyy", with one digit or two for day and month, and
 * "yyyy-mm-dd". False, and nothing written: another text (two digits for the year among them), no
 * day of the calendar, or a year outside 1900 to 2199. */
bool ag_danish_day(const char *text, int32_t *ret_day);

/* "dd-mm-yyyy"; "ukendt dag" outside 1900 to 2199. */
void ag_danish_day_text(int32_t day, char target[AG_DANISH_DAY_TEXT_MAX]);

/* "1.234,50" for 123450 with two decimals. Any int64_t; decimals over AG_DANISH_DECIMALS_MAX are
 * taken as that many. */
void ag_danish_number_text(int64_t scaled, unsigned decimals,
                           char target[AG_DANISH_NUMBER_TEXT_MAX]);

#endif
