/*
 * cpr.h - what is taken for a civil registration number (CPR), wherever one is hidden.
 *
 * Ten digits that read as DDMMYY and four more, with a day 01-31 (or 61-91: a replacement
 * number) and a month 01-12. Between day, month, year and the four there may be separators, up
 * to CPR_SEPARATORS_MAX each: space, tab, hyphen, dot, slash, and Unicode's spaces, hyphens and
 * dashes (NBSP, en dash, minus; in Windows-1252 too). A digit just before or after it makes it a part of a longer
 * number, such as an EAN, and no CPR number; "\x09" written out for a byte counts as no digit.
 *
 * Modulus 11 is not asked for: newer numbers do not hold it. So an amount or a number of an
 * invoice that reads like a date with four digits behind it ("120525 1000") is taken for one as
 * well: too much is hidden rather than too little. A date with a year of four digits is not
 * ("12.05.2025 1000"), nor is a time ("12:05:25").
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_BASE_CPR_H
#define AUTOMAGI_BASE_CPR_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CPR_SEPARATORS_MAX = 3,
    CPR_BYTES_MAX = 10 + 3 * CPR_SEPARATORS_MAX * 3, /* a separator has up to 3 bytes */
    CPR_UNFINISHED_MAX = 4 * CPR_BYTES_MAX
};

/* The bytes from bytes[at] on to hide, or 0 when no CPR number begins there: the number, and
 * such as begin within it and end behind it ("01 01 010190 1234" reads as two). Of `length`
 * bytes nothing but what lies near `at` is read. */
size_t cpr_at(const char *bytes, size_t length, size_t at);
/* Is there one anywhere? */
bool cpr_is_in(const char *bytes, size_t length);
/* Copies the string with "[CPR]" for each, which never takes more bytes. target[strlen + 1];
 * it may be the string itself. */
void cpr_hide(const char *string, char *target);
/* How many bytes at the end not to cut off from what follows: a number may begin there that goes
 * on. At most CPR_UNFINISHED_MAX. */
size_t cpr_unfinished(const char *bytes, size_t length);

#endif
