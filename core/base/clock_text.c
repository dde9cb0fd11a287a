/* The written forms of clock.h. */
#include "core/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_LEAST = 1900, YEAR_MOST = 2199, OFFSET_MOST_MINUTES = 18 * 60 };

/* Exactly `count` digits at *at, which moves past them. */
static bool take_number(const char **at, int count, int least, int most, int *ret_number)
{
    int number = 0;

    for (; count > 0; count--, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        number = number * 10 + (**at - '0');
    }
    *ret_number = number;
    return number >= least && number <= most;
}

static bool take_char(const char **at, char character)
{
    if (**at != character)
        return false;
    (*at)++;
    return true;
}

static bool take_month(const char **at, int *ret_year, int *ret_month)
{
    return take_number(at, 4, YEAR_LEAST, YEAR_MOST, ret_year) && take_char(at, '-') &&
           take_number(at, 2, 1, 12, ret_month);
}

static bool take_day(const char **at, int32_t *ret_day)
{
    int year = 0;
    int month = 0;
    int day_of_month = 0;
    int32_t last;

    if (!take_month(at, &year, &month) || !take_char(at, '-') ||
        !take_number(at, 2, 1, 31, &day_of_month))
        return false;
    last = clock_last_day_of_month(year * 12 + month - 1);
    *ret_day = clock_day(year, month, day_of_month);
    return *ret_day <= last;
}

/* "09:30", "09:30:00" or "09:30:00.123456789". */
static bool take_time(const char **at, int64_t *ret_ms)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    int ms = 0;
    int unit = 100;
    int digits = 0;

    if (!take_number(at, 2, 0, 23, &hour) || !take_char(at, ':') ||
        !take_number(at, 2, 0, 59, &minute))
        return false;
    if (take_char(at, ':')) {
        if (!take_number(at, 2, 0, 59, &second))
            return false;
        if (take_char(at, '.')) {
            int digit = 0;

            for (; digits < 9 && take_number(at, 1, 0, 9, &digit); digits++, unit /= 10)
                ms += digit * unit;
            if (digits == 0)
                return false;
        }
    }
    *ret_ms = ((hour * 60 + minute) * 60 + second) * (int64_t)1000 + ms;
    return true;
}

static bool take_offset(const char **at, int *ret_minutes)
{
    int sign = 1;
    int hours = 0;
    int minutes = 0;

    if (take_char(at, 'Z')) {
        *ret_minutes = 0;
        return true;
    }
    if (take_char(at, '-'))
        sign = -1;
    else if (!take_char(at, '+'))
        return false;
    if (!take_number(at, 2, 0, 23, &hours) || !take_char(at, ':') ||
        !take_number(at, 2, 0, 59, &minutes))
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return hours * 60 + minutes <= OFFSET_MOST_MINUTES;
}

bool clock_parse_day(const char *string, int32_t *ret_day)
{
    int32_t day = 0;

    if (!take_day(&string, &day) || *string != '\0')
        return false;
    *ret_day = day;
    return true;
}

bool clock_parse_month(const char *string, int32_t *ret_month)
{
    int year = 0;
    int month = 0;

    if (!take_month(&string, &year, &month) || *string != '\0')
        return false;
    *ret_month = year * 12 + month - 1;
    return true;
}

bool clock_parse_instant(const char *string, int64_t *ret_wall_ms)
{
    int32_t day = 0;
    int64_t ms = 0;
    int offset_minutes = 0;

    if (!take_day(&string, &day) || (!take_char(&string, 'T') && !take_char(&string, ' ')) ||
        !take_time(&string, &ms) || !take_offset(&string, &offset_minutes) || *string != '\0')
        return false;
    *ret_wall_ms = day * (int64_t)86400000 + ms - offset_minutes * (int64_t)60000;
    return true;
}

/* Four digits are what the forms have room for. */
static unsigned shown_year(int year)
{
    return year < 0 ? 0 : year > 9999 ? 9999 : (unsigned)year;
}

void clock_format_day(int32_t day, char target[static CLOCK_DAY_TEXT])
{
    int year;
    int month;
    int day_of_month;

    clock_civil(day, &year, &month, &day_of_month);
    (void)snprintf(target, CLOCK_DAY_TEXT, "%04u-%02u-%02u", shown_year(year) % 10000,
                   (unsigned)month % 100, (unsigned)day_of_month % 100);
}

void clock_format_month(int32_t month, char target[static CLOCK_MONTH_TEXT])
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(clock_first_day_of_month(month), day);
    memcpy(target, day, CLOCK_MONTH_TEXT - 1);
    target[CLOCK_MONTH_TEXT - 1] = '\0';
}

void clock_format_instant(int64_t wall_ms, char target[static CLOCK_INSTANT_TEXT])
{
    char day_text[CLOCK_DAY_TEXT];
    int32_t day = 0;
    int minute = 0;
    int offset = 0;
    int64_t second = (wall_ms % 60000 + 60000) % 60000 / 1000;

    clock_local_minute(wall_ms, &day, &minute, &offset);
    clock_format_day(day, day_text);
    (void)snprintf(target, CLOCK_INSTANT_TEXT, "%sT%02u:%02u:%02u%c%02u:%02u", day_text,
                   (unsigned)minute / 60 % 100, (unsigned)minute % 60, (unsigned)second % 100,
                   offset < 0 ? '-' : '+', (unsigned)abs(offset) / 60 % 100,
                   (unsigned)abs(offset) % 60);
}
