#include "danish.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { YEAR_LEAST = 1900, YEAR_MOST = 2199 };

/* A piece of a text. */
struct span {
    const char *at;
    const char *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How many bytes at the span's start are a blank; 0 for none. */
static size_t blank_first(struct span span)
{
    if (span.at < span.end && (*span.at == ' ' || *span.at == '\t'))
        return 1;
    return span.end - span.at >= 2 && memcmp(span.at, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static size_t blank_last(struct span span)
{
    if (span.at < span.end && (span.end[-1] == ' ' || span.end[-1] == '\t'))
        return 1;
    return span.end - span.at >= 2 && memcmp(span.end - 2, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static struct span trimmed(const char *text)
{
    struct span span = {text, text + strlen(text)};
    size_t blank;

    while ((blank = blank_first(span)) > 0)
        span.at += blank;
    while ((blank = blank_last(span)) > 0)
        span.end -= blank;
    return span;
}

static bool add_digit(int64_t *value, char digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_add_overflow(*value, digit - '0', value);
}

/* Takes the sign off, at one end or the other. */
static bool take_sign(struct span *span)
{
    if (span->at == span->end)
        return false;
    if (*span->at == '-' || *span->at == '+')
        return *span->at++ == '-';
    if (span->end[-1] != '-')
        return false;
    span->end--;
    return true;
}

/* Digits up to the decimal mark, in groups of three when there is a point. */
static bool read_whole(struct span *span, int64_t *value)
{
    const char *start = span->at;
    bool is_grouped = false;
    size_t group = 0;

    for (; span->at < span->end && *span->at != ','; span->at++) {
        if (*span->at == '.') {
            if (is_grouped ? group != 3 : group < 1 || group > 3 || *start == '0')
                return false;
            is_grouped = true;
            group = 0;
        } else if (!is_digit(*span->at) || !add_digit(value, *span->at)) {
            return false;
        } else {
            group++;
        }
    }
    return is_grouped ? group == 3 : group > 0;
}

static bool read_decimals(struct span *span, unsigned decimals, int64_t *value)
{
    unsigned done = 0;

    if (span->at < span->end && ++span->at == span->end) /* past the mark, which needs digits */
        return false;
    for (; span->at < span->end; span->at++) {
        if (!is_digit(*span->at) || (done == decimals && *span->at != '0'))
            return false;
        if (done < decimals) {
            done++;
            if (!add_digit(value, *span->at))
                return false;
        }
    }
    for (; done < decimals; done++) {
        if (!add_digit(value, '0'))
            return false;
    }
    return true;
}

bool ag_danish_number(const char *text, unsigned decimals, int64_t *ret_scaled)
{
    struct span span = trimmed(text);
    bool is_negative = take_sign(&span);
    int64_t value = 0;

    if (decimals > AG_DANISH_DECIMALS_MAX || !read_whole(&span, &value) ||
        !read_decimals(&span, decimals, &value))
        return false;
    *ret_scaled = is_negative ? -value : value;
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970 to the year's first. */
static int32_t days_before(int year)
{
    int past = year - 1;

    return 365 * (year - 1970) + (past / 4 - past / 100 + past / 400) -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
}

/* A number of `least` to `most` digits. */
static bool read_digits(struct span *span, int least, int most, int *value)
{
    int count = 0;

    for (*value = 0; span->at < span->end && is_digit(*span->at) && count < most; count++)
        *value = *value * 10 + (*span->at++ - '0');
    return count >= least;
}

static bool take(struct span *span, char c)
{
    if (span->at == span->end || *span->at != c)
        return false;
    span->at++;
    return true;
}

/* The three numbers of a day, in one order or the other. */
static bool read_day(struct span span, int *day, int *month, int *year)
{
    struct span from = span;
    char mark;

    if (read_digits(&span, 4, 4, year))
        return take(&span, '-') && read_digits(&span, 2, 2, month) && take(&span, '-') &&
               read_digits(&span, 2, 2, day) && span.at == span.end;
    span = from;
    if (!read_digits(&span, 1, 2, day) || span.at == span.end || strchr("-/.", *span.at) == NULL)
        return false;
    mark = *span.at++;
    return read_digits(&span, 1, 2, month) && take(&span, mark) && read_digits(&span, 4, 4, year) &&
           span.at == span.end;
}

bool ag_danish_day(const char *text, int32_t *ret_day)
{
    int day, month, year, i;
    int32_t result;

    if (!read_day(trimmed(text), &day, &month, &year) || year < YEAR_LEAST || year > YEAR_MOST ||
        month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return false;
    result = days_before(year) + day - 1;
    for (i = 1; i < month; i++)
        result += month_days(year, i);
    *ret_day = result;
    return true;
}

void ag_danish_day_text(int32_t day, char target[AG_DANISH_DAY_TEXT_MAX])
{
    int year = YEAR_LEAST;
    int month = 1;

    if (day < days_before(YEAR_LEAST) || day >= days_before(YEAR_MOST + 1)) {
        (void)snprintf(target, AG_DANISH_DAY_TEXT_MAX, "ukendt dag");
        return;
    }
    while (day >= days_before(year + 1))
        year++;
    day -= days_before(year);
    for (; day >= month_days(year, month); month++)
        day -= month_days(year, month);
    (void)snprintf(target, AG_DANISH_DAY_TEXT_MAX, "%02u-%02u-%04u", (unsigned)(day + 1) % 100,
                   (unsigned)month % 100, (unsigned)year % 10000);
}

void ag_danish_number_text(int64_t scaled, unsigned decimals,
                           char target[AG_DANISH_NUMBER_TEXT_MAX])
{
    char reversed[AG_DANISH_NUMBER_TEXT_MAX];
    uint64_t left = scaled < 0 ? -(uint64_t)scaled : (uint64_t)scaled;
    size_t length = 0;
    size_t digits = 0; /* at most 19, so with marks and sign everything is under 32 */
    size_t i;

    if (decimals > AG_DANISH_DECIMALS_MAX)
        decimals = AG_DANISH_DECIMALS_MAX;
    for (; left > 0 || digits <= decimals; left /= 10, digits++) {
        if (digits > 0 && digits == decimals)
            reversed[length++] = ',';
        else if (digits > decimals && (digits - decimals) % 3 == 0)
            reversed[length++] = '.';
        reversed[length++] = (char)('0' + left % 10);
    }
    if (scaled < 0)
        reversed[length++] = '-';
    for (i = 0; i < length; i++)
        target[i] = reversed[length - 1 - i];
    target[length] = '\0';
}
