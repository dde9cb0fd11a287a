/*
 * money.h - amounts as whole øre, and the one multiplication an invoice needs.
 *
 * An amount is an int64_t of øre (hundredths, whatever the currency), never a
 * double. MONEY_MAX keeps the product of an amount and a percent, and the sum
 * of the most lines an invoice may have, inside 63 bits.
 *
 * Threads: no state.
 */
#ifndef INVOICE_CHECK_MONEY_H
#define INVOICE_CHECK_MONEY_H

#include <stdint.h>

#define MONEY_MAX      INT64_C(1000000000000) /* øre, either sign: 10 billion kroner */
#define MONEY_TEXT_MAX 48

/* A percent is held in ten-thousandths: 25 % is 250000. At most 100 %. */
#define MONEY_PERCENT_MAX INT32_C(1000000)

/* Reads an xs:decimal ("1250", "-0.5", "+12.500") whose decimal mark is
 * `mark`; no blanks and no thousands marks. 0, -EINVAL (not a number), -EDOM
 * (a third decimal that is not 0) or -ERANGE (beyond MONEY_MAX). */
int money_parse(const char *text, char mark, int64_t *ret_oere);

/* Reads a percent with '.' as mark. Errors as money_parse; -ERANGE outside 0 to 100,
 * -EDOM for a fifth decimal that is not 0. */
int money_percent_parse(const char *text, int32_t *ret_percent);

/* `oere` x `percent`, rounded half away from zero to whole øre. Both must be
 * within the limits above. */
int64_t money_part(int64_t oere, int32_t percent);

/* "1.234,50 kr." for DKK, else "1.234,50 EUR". Any int64_t. */
void money_format(int64_t oere, const char *currency, char target[MONEY_TEXT_MAX]);

#endif
