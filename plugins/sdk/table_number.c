#include <string.h>

#include "danish.h"
#include "table_inner.h"

/* What Excel keeps of a number and shows of it; digits after these are the noise of binary
 * fractions. */
enum { DIGITS_MAX = 15, EXPONENT_MAX = 400, PLACES_MAX = 100000 };

/* Of days: digits before the point, and after it, a tenth of a microsecond. */
enum { DAYS_DIGITS = 8, PART_DIGITS = 12, SECONDS_A_DAY = 86400 };
#define PART INT64_C(1000000000000)

/* 0.d1d2d3... times ten to the power of `point`; d1 is not 0, unless count is. */
struct number {
    char digits[DIGITS_MAX + 1]; /* one more, for rounding */
    int count;
    int point;
    bool is_negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits with at most one point among them. */
static const char *read_digits(const char *text, struct number *number)
{
    bool is_past_point = false;
    int seen = 0;
    int places = 0; /* a text without end is no number */

    for (; (is_digit(*text) || (*text == '.' && !is_past_point)) && places < PLACES_MAX; text++) {
        if (*text == '.') {
            is_past_point = true;
            continue;
        }
        seen++;
        places++;
        if (number->count == 0 && *text == '0') {
            number->point -= is_past_point ? 1 : 0;
            continue;
        }
        number->point += is_past_point ? 0 : 1;
        if (number->count <= DIGITS_MAX)
            number->digits[number->count++] = *text;
    }
    return seen > 0 ? text : NULL;
}

static const char *read_exponent(const char *text, struct number *number)
{
    int value = 0;
    int sign = 1;
    const char *start;

    if (*text != 'E' && *text != 'e')
        return text;
    text++;
    if (*text == '-' || *text == '+')
        sign = *text++ == '-' ? -1 : 1;
    for (start = text; is_digit(*text); text++) {
        value = value * 10 + (*text - '0');
        if (value > EXPONENT_MAX)
            return NULL;
    }
    number->point += sign * value;
    return text > start ? text : NULL;
}

/* Rounds away the digit that is one too many. */
static void round_last(struct number *number)
{
    if (number->count <= DIGITS_MAX)
        return;
    number->count = DIGITS_MAX;
    if (number->digits[DIGITS_MAX] < '5')
        return;
    while (number->count > 0 && number->digits[number->count - 1] == '9')
        number->count--;
    if (number->count > 0) {
        number->digits[number->count - 1]++;
        return;
    }
    number->digits[0] = '1'; /* 999... is 1000... */
    number->count = 1;
    number->point++;
}

static bool scale(const struct number *number, unsigned decimals, int64_t *ret_scaled)
{
    int places = number->point + (int)decimals; /* digits before the point when scaled */
    int64_t value = 0;
    int i;

    for (i = 0; i < number->count; i++) {
        if (i >= places && number->digits[i] != '0')
            return false;
    }
    for (i = 0; number->count > 0 && i < places; i++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, i < number->count ? number->digits[i] - '0' : 0, &value))
            return false;
    }
    *ret_scaled = number->is_negative ? -value : value;
    return true;
}

static bool parse(const char *text, struct number *number)
{
    memset(number, 0, sizeof(*number));
    if (*text == '-' || *text == '+')
        number->is_negative = *text++ == '-';
    text = read_digits(text, number);
    if (text != NULL)
        text = read_exponent(text, number);
    if (text == NULL || *text != '\0')
        return false;
    round_last(number);
    return true;
}

bool ag_table_is_plain_number(const char *text)
{
    struct number number;

    return parse(text, &number);
}

bool ag_table_plain_number(const char *text, unsigned decimals, int64_t *ret_scaled)
{
    struct number number;

    return decimals <= AG_DANISH_DECIMALS_MAX && parse(text, &number) &&
           scale(&number, decimals, ret_scaled);
}

/* `count` digits from the place `from` on; 0 is the first one after the point. */
static int64_t digits_at(const struct number *number, int from, int count)
{
    int64_t value = 0;
    int i;

    for (i = number->point + from; count > 0; count--, i++)
        value = value * 10 + (i >= 0 && i < number->count ? number->digits[i] - '0' : 0);
    return value;
}

bool ag_table_plain_seconds(const char *text, int64_t *ret_seconds)
{
    struct number number;
    int64_t part;

    if (!parse(text, &number) || number.is_negative || number.point > DAYS_DIGITS)
        return false;
    part = digits_at(&number, 0, PART_DIGITS) * SECONDS_A_DAY;
    *ret_seconds =
        digits_at(&number, -DAYS_DIGITS, DAYS_DIGITS) * SECONDS_A_DAY + (part + PART / 2) / PART;
    return true;
}
