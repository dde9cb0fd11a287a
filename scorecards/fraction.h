/*
 * fraction.h - exact fractions, and how they become whole numbers that add up.
 *
 * A forecast divides each robot's tasks by its own number of months, so the kroner of a department
 * are a sum of fractions with many denominators. Their common denominator soon has more digits than 128
 * bits hold, and a sum that is rounded on its way can fall on the wrong side of half a krone; so
 * they are GMP's rational numbers, which are exact at any size.
 *
 * GMP ends the process when there is no memory for a number; they are some hundred bytes each.
 * Threads: nothing here is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_FRACTION_H
#define AUTOMAGI_SCORECARDS_FRACTION_H

#include <stddef.h>
#include <stdint.h>

#include <gmp.h>

#include "core/base/decimal.h"

/* An array of so many, each 0. NULL without memory. fractions_free() takes NULL. */
mpq_ptr fractions_new(size_t count) __attribute__((warn_unused_result));
void fractions_free(mpq_ptr fractions, size_t count);

/* numerator / denominator, which is above 0. The fraction is initialised. */
void fraction_set(mpq_ptr fraction, int128 numerator, int128 denominator);
/* *sum += addend. */
void fraction_add(mpq_ptr sum, mpq_srcptr addend);
/* fraction *= factor. */
void fraction_multiply(mpq_ptr fraction, int64_t factor);

/* Rounded half up (towards plus infinity at .5), or down; -ERANGE when it does not fit. */
int fraction_half_up(mpq_srcptr fraction, int64_t *ret_whole) __attribute__((warn_unused_result));
int fraction_floor(mpq_srcptr fraction, int64_t *ret_whole) __attribute__((warn_unused_result));
double fraction_double(mpq_srcptr fraction); /* for intervals alone */

/* The rule of decimal_apportion(), of fractions: the total is the exact sum rounded half up, rows are
 * rounded down, what is then missing goes one each to the largest fractions, ties to the earlier row.
 * -ENOMEM, -ERANGE. */
int fraction_apportion(mpq_srcptr exact, size_t count, int64_t *ret_rows, int64_t *ret_total)
    __attribute__((warn_unused_result));
/* The same for a total that is given: the exact sum rounded up or down. */
int fraction_apportion_to(mpq_srcptr exact, size_t count, int64_t total, int64_t *ret_rows)
    __attribute__((warn_unused_result));

#endif
