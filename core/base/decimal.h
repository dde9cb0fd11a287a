/*
 * decimal.h - exact decimal numbers as scaled integers.
 *
 * Money, minutes and shares never pass through a double: "342.07" with two
 * digits is 34207.
 */
#ifndef AUTOMAGI_BASE_DECIMAL_H
#define AUTOMAGI_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 int128; /* the one place that names the extension */

/* Parses [-]digits[.digits] (a point, no exponent, no spaces, no plus), with at
 * most `digits` decimals, into value × 10^digits. False when malformed, when
 * it has more decimals than `digits` (trailing zeros do not count), or does
 * not fit. */
bool decimal_parse(const char *string, unsigned digits, int64_t *ret_scaled);

/* Parses [-]digits, a whole number of 128 bits. False when malformed or too large. */
bool decimal_parse_whole(const char *string, int128 *ret_number);

/* Writes a scaled integer as a decimal: without trailing zeros and without a
 * point when whole ("3", "2.5"). digits at most 18; size at least DECIMAL_TEXT_MAX, or 32 for
 * what 64 bits hold. */
enum { DECIMAL_TEXT_MAX = 64 };
void decimal_format(int128 scaled, unsigned digits, char *target, size_t size);

/* numerator / denominator rounded half up (towards plus infinity at .5);
 * denominator > 0. */
int128 decimal_divide_half_up(int128 numerator, int128 denominator);
/* numerator / denominator rounded down (towards minus infinity). */
int128 decimal_divide_floor(int128 numerator, int128 denominator);

/*
 * Largest remainder: shares an exact sum out as whole numbers that add up.
 *
 * exact[i] / denominator are the rows. The total is the exact sum rounded
 * half up; each row is rounded down, and what is then missing goes one each to
 * the rows with the largest fractions, ties to the earlier row. Writes
 * ret_rows[i] and *ret_total. Source of the rule: how the municipality's
 * printed tables are reproduced to the krone.
 * Returns 0, -ENOMEM, or -ERANGE when the sum, the total or a row is too large.
 */
int decimal_apportion(const int128 *exact, size_t count, int128 denominator, int64_t *ret_rows,
                      int64_t *ret_total) __attribute__((warn_unused_result));

#endif
