#include "money.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Reads the digits after the mark into a number of exactly `places` digits. */
static int decimals_parse(const char *text, unsigned places, int64_t *ret_value)
{
    int64_t value = 0;
    unsigned place = 0;

    for (; *text != '\0'; text++, place++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        if (place < places)
            value = value * 10 + (*text - '0');
        else if (*text != '0')
            return -EDOM;
    }
    for (; place < places; place++)
        value *= 10;
    *ret_value = value;
    return 0;
}

/* A decimal scaled by 10^places and within ±limit. */
static int scaled_parse(const char *text, char mark, unsigned places, int64_t limit,
                        int64_t *ret_value)
{
    bool negative = *text == '-';
    int64_t whole = 0;
    int64_t part = 0;
    int64_t scale = 1;
    unsigned place;
    size_t digits = 0;
    int error = 0;

    for (place = 0; place < places; place++)
        scale *= 10;
    if (*text == '-' || *text == '+')
        text++;
    for (; *text >= '0' && *text <= '9'; text++, digits++) {
        whole = whole * 10 + (*text - '0');
        if (whole > limit / scale)
            error = -ERANGE;
        if (error != 0)
            whole = 0; /* the rest is still read: "1e30x" is no number at all */
    }
    if (*text == mark) {
        int failed = decimals_parse(text + 1, places, &part);

        digits += strlen(text + 1);
        if (failed != 0)
            return failed;
    } else if (*text != '\0') {
        return -EINVAL;
    }
    if (digits == 0)
        return -EINVAL;
    if (error != 0 || whole * scale + part > limit)
        return -ERANGE;
    *ret_value = negative ? -(whole * scale + part) : whole * scale + part;
    return 0;
}

int money_parse(const char *text, char mark, int64_t *ret_oere)
{
    return scaled_parse(text, mark, 2, MONEY_MAX, ret_oere);
}

int money_percent_parse(const char *text, int32_t *ret_percent)
{
    int64_t value = 0;
    int error = scaled_parse(text, '.', 4, MONEY_PERCENT_MAX, &value);

    if (error == 0 && value < 0)
        error = -ERANGE;
    if (error == 0)
        *ret_percent = (int32_t)value;
    return error;
}

int64_t money_part(int64_t oere, int32_t percent)
{
    int64_t product = oere * percent;

    /* 100 % is MONEY_PERCENT_MAX, so that is what is divided by. */
    if (product < 0)
        return -((-product + MONEY_PERCENT_MAX / 2) / MONEY_PERCENT_MAX);
    return (product + MONEY_PERCENT_MAX / 2) / MONEY_PERCENT_MAX;
}

void money_format(int64_t oere, const char *currency, char target[MONEY_TEXT_MAX])
{
    char digits[24];
    char grouped[32];
    uint64_t size = oere < 0 ? 0 - (uint64_t)oere : (uint64_t)oere;
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)(size / 100));
    size_t used = 0;
    int i;

    for (i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            grouped[used++] = '.';
        grouped[used++] = digits[i];
    }
    grouped[used] = '\0';
    (void)snprintf(target, MONEY_TEXT_MAX, "%s%s,%02u %.3s", oere < 0 ? "-" : "", grouped,
                   (unsigned)(size % 100), strcmp(currency, "DKK") == 0 ? "kr." : currency);
}
