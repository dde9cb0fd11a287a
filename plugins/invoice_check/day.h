/*
 * day.h - calendar days as days since 1970-01-01, without time zones.
 *
 * Threads: no state.
 */
#ifndef INVOICE_CHECK_DAY_H
#define INVOICE_CHECK_DAY_H

#include <stdint.h>

#define DAY_TEXT_MAX 16

/* Reads exactly "yyyy-mm-dd", years 2000 to 2199. 0, or -EINVAL when it is not
 * of that form or there is no such day. */
int day_parse(const char *text, int32_t *ret_day);

/* "31.01.2026", as a caseworker writes it. */
void day_format(int32_t day, char target[DAY_TEXT_MAX]);

#endif
