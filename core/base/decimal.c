#include "core/base/decimal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 18 };

__extension__ typedef unsigned __int128 uint128;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* value × 10 − digit: kept negative while parsing, INT64_MIN has no positive. */
static bool push_digit(int64_t *value, int digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_sub_overflow(*value, digit, value);
}

/* Takes the digits after the point, at most `digits` of them but for zeros. NULL when there are more,
 * or none; else where they end. */
static const char *take_decimals(const char *string, unsigned digits, int64_t *value,
                                 unsigned *ret_decimals)
{
    unsigned decimals = 0;

    if (!is_digit(*string))
        return NULL;
    for (; is_digit(*string); string++) {
        if (decimals < digits ? !push_digit(value, *string - '0') : *string != '0')
            return NULL;
        if (decimals < digits)
            decimals++;
    }
    *ret_decimals = decimals;
    return string;
}

bool decimal_parse(const char *string, unsigned digits, int64_t *ret_scaled)
{
    bool negative = string[0] == '-';
    int64_t value = 0;
    unsigned decimals = 0;

    if (negative)
        string++;
    if (!is_digit(*string))
        return false;
    for (; is_digit(*string); string++)
        if (!push_digit(&value, *string - '0'))
            return false;
    if (*string == '.')
        string = take_decimals(string + 1, digits, &value, &decimals);
    if (string == NULL || *string != '\0')
        return false;
    for (; decimals < digits && value != 0; decimals++)
        if (!push_digit(&value, 0))
            return false;
    if (!negative && __builtin_sub_overflow((int64_t)0, value, &value))
        return false;
    *ret_scaled = value;
    return true;
}

void decimal_format(int128 scaled, unsigned digits, char *target, size_t size)
{
    uint128 left = scaled < 0 ? 0 - (uint128)scaled : (uint128)scaled;
    char text[DECIMAL_TEXT_MAX]; /* filled from its end */
    char *at = text + sizeof text - 1;

    assert(digits <= DIGITS_MAX);
    *at = '\0';
    for (; digits > 0 && left % 10 == 0; digits--)
        left /= 10;
    if (digits > 0) {
        for (; digits > 0; digits--, left /= 10)
            *--at = (char)('0' + (int)(left % 10));
        *--at = '.';
    }
    do
        *--at = (char)('0' + (int)(left % 10));
    while ((left /= 10) > 0);
    if (scaled < 0)
        *--at = '-';
    assert((size_t)(text + sizeof text - at) <= size);
    memcpy(target, at, (size_t)(text + sizeof text - at));
}

int128 decimal_divide_floor(int128 numerator, int128 denominator)
{
    int128 quotient = numerator / denominator;

    return numerator % denominator < 0 ? quotient - 1 : quotient;
}

int128 decimal_divide_half_up(int128 numerator, int128 denominator)
{
    int128 quotient = decimal_divide_floor(numerator, denominator);
    int128 rest = numerator - quotient * denominator;

    return rest >= denominator - rest ? quotient + 1 : quotient;
}

struct remainder {
    int128 rest;
    size_t row;
};

static int by_largest(const void *left, const void *right)
{
    const struct remainder *a = left;
    const struct remainder *b = right;

    if (a->rest != b->rest)
        return a->rest > b->rest ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* The rows rounded down into `floors`, what each lost, and the total. */
static int round_rows(const int128 *exact, size_t count, int128 denominator, int64_t *floors,
                      struct remainder *remainders, int64_t *ret_missing, int64_t *ret_total)
{
    int128 sum = 0;
    int128 total;
    int128 missing;
    size_t i;

    for (i = 0; i < count; i++)
        if (__builtin_add_overflow(sum, exact[i], &sum))
            return -ERANGE;
    total = decimal_divide_half_up(sum, denominator);
    missing = total;
    for (i = 0; i < count; i++) {
        int128 floor = decimal_divide_floor(exact[i], denominator);

        /* One short of the maximum: a row may get one more. */
        if (floor < INT64_MIN || floor >= INT64_MAX)
            return -ERANGE;
        floors[i] = (int64_t)floor;
        remainders[i].rest = exact[i] - floor * denominator;
        remainders[i].row = i;
        missing -= floor;
    }
    if (total < INT64_MIN || total > INT64_MAX)
        return -ERANGE;
    *ret_missing = (int64_t)missing;
    *ret_total = (int64_t)total;
    return 0;
}

int decimal_apportion(const int128 *exact, size_t count, int128 denominator, int64_t *ret_rows,
                      int64_t *ret_total)
{
    struct remainder *remainders = NULL;
    int64_t *rows = NULL;
    int64_t missing = 0;
    int64_t total = 0;
    size_t i;
    int result = 0;

    if (count == 0) {
        *ret_total = 0;
        return 0;
    }
    remainders = calloc(count, sizeof *remainders);
    rows = calloc(count, sizeof *rows);
    if (remainders == NULL || rows == NULL) {
        result = -ENOMEM;
        goto out;
    }
    result = round_rows(exact, count, denominator, rows, remainders, &missing, &total);
    if (result < 0)
        goto out;
    qsort(remainders, count, sizeof *remainders, by_largest);
    for (i = 0; i < count && (int64_t)i < missing; i++)
        rows[remainders[i].row]++;
    memcpy(ret_rows, rows, count * sizeof *rows);
    *ret_total = total;
out:
    free(rows);
    free(remainders);
    return result;
}

bool decimal_parse_whole(const char *string, int128 *ret_number)
{
    const char *at = string;
    bool is_negative = at[0] == '-';
    int128 number = 0;

    if (is_negative)
        at++;
    if (at[0] == '\0')
        return false;
    for (; at[0] != '\0'; at++) {
        int digit = at[0] - '0';

        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, (int128)10, &number) ||
            __builtin_add_overflow(number, (int128)(is_negative ? -digit : digit), &number))
            return false;
    }
    *ret_number = number;
    return true;
}
