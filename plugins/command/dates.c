#include "dates.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MINUTE_MS = 60000, DAY_MS = 86400000, OFFSET_MOST_MINUTES = 18 * 60 };

static const int64_t LAST_MS = INT64_C(253402300799000); /* 9999-12-31T23:59:59Z */

static int number(const char *text, size_t count)
{
    int value = 0;

    for (; count > 0; count--, text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = value * 10 + (*text - '0');
    }
    return value;
}

int date_read(const char *text, int32_t *ret_day)
{
    static const int before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day, leap, past;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return -EINVAL;
    year = number(text, 4);
    month = number(text + 5, 2);
    day = number(text + 8, 2);
    if (year < 1971 || month < 1 || month > 12 || day < 1)
        return -EINVAL;
    leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > days[month - 1] + (month == 2 ? leap : 0))
        return -EINVAL;
    past = year - 1; /* leap days of the years gone by, less those before 1970 */
    *ret_day = (year - 1970) * 365 + past / 4 - past / 100 + past / 400 - 477 + before[month - 1] +
               (month > 2 ? leap : 0) + day - 1;
    return 0;
}

/* Two digits up to `most`, at *at, which moves past them. */
static bool take_two(const char **at, int most, int *ret_value)
{
    int value = strnlen(*at, 2) == 2 ? number(*at, 2) : -1;

    if (value < 0 || value > most)
        return false;
    *at += 2;
    *ret_value = value;
    return true;
}

static bool take_one(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

/* "14:00", "14:00:30", "14:00:30.5" as milliseconds of the day. */
static bool take_time(const char **at, int64_t *ret_ms)
{
    int hour = 0, minute = 0, second = 0, part_ms = 0;
    int unit_ms = 100;
    int digits = 0;
    bool has_seconds;

    if (!take_two(at, 23, &hour) || !take_one(at, ':') || !take_two(at, 59, &minute))
        return false;
    has_seconds = take_one(at, ':');
    if (has_seconds && !take_two(at, 59, &second))
        return false;
    if (has_seconds && take_one(at, '.')) {
        for (; **at >= '0' && **at <= '9' && digits < 9; (*at)++, digits++, unit_ms /= 10)
            part_ms += (**at - '0') * unit_ms;
        if (digits == 0)
            return false;
    }
    *ret_ms = (hour * 60 + minute) * (int64_t)MINUTE_MS + second * 1000 + part_ms;
    return true;
}

static bool take_offset(const char **at, int *ret_minutes)
{
    int sign = **at == '-' ? -1 : 1;
    int hours = 0, minutes = 0;

    *ret_minutes = 0;
    if (take_one(at, 'Z'))
        return true;
    if (!take_one(at, '-') && !take_one(at, '+'))
        return false;
    if (!take_two(at, 23, &hours) || !take_one(at, ':') || !take_two(at, 59, &minutes))
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return hours * 60 + minutes <= OFFSET_MOST_MINUTES;
}

int instant_read(const char *text, int64_t *ret_ms)
{
    const char *at;
    char date[11] = "";
    int32_t day = 0;
    int64_t ms = 0;
    int offset_minutes = 0;

    if (strlen(text) < 17)
        return -EINVAL;
    memcpy(date, text, 10);
    at = text + 10;
    if (date_read(date, &day) != 0 || !(take_one(&at, 'T') || take_one(&at, ' ')) ||
        !take_time(&at, &ms) || !take_offset(&at, &offset_minutes) || *at != '\0')
        return -EINVAL;
    *ret_ms = day * (int64_t)DAY_MS + ms - offset_minutes * (int64_t)MINUTE_MS;
    return 0;
}

void instant_write(int64_t at_ms, char target[static DATES_INSTANT_MAX])
{
    time_t seconds = (time_t)((at_ms < 0 ? 0 : at_ms > LAST_MS ? LAST_MS : at_ms) / 1000);
    struct tm parts;

    target[0] = '\0';
    if (gmtime_r(&seconds, &parts) != NULL)
        (void)strftime(target, DATES_INSTANT_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
