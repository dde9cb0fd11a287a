#include "day.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

enum { YEAR_LEAST = 2000, YEAR_MOST = 2199, DAYS_BEFORE_2000 = 10957 };

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static int digits(const char *text, int count)
{
    int value = 0;

    for (; count > 0; count--, text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = value * 10 + (*text - '0');
    }
    return value;
}

int day_parse(const char *text, int32_t *ret_day)
{
    int32_t day = DAYS_BEFORE_2000;
    int year = digits(text, 4);
    int month, date, i;

    if (year < YEAR_LEAST || year > YEAR_MOST || text[4] != '-')
        return -EINVAL;
    month = digits(text + 5, 2);
    if (month < 1 || month > 12 || text[7] != '-')
        return -EINVAL;
    date = digits(text + 8, 2);
    if (date < 1 || date > month_days(year, month) || text[10] != '\0')
        return -EINVAL;
    for (i = YEAR_LEAST; i < year; i++)
        day += is_leap(i) ? 366 : 365;
    for (i = 1; i < month; i++)
        day += month_days(year, i);
    *ret_day = day + date - 1;
    return 0;
}

void day_format(int32_t day, char target[DAY_TEXT_MAX])
{
    int32_t left = day - DAYS_BEFORE_2000;
    int year = YEAR_LEAST;
    int month = 1;

    if (left < 0 || left > 366 * (YEAR_MOST - YEAR_LEAST + 1)) {
        (void)snprintf(target, DAY_TEXT_MAX, "ukendt dag");
        return;
    }
    for (; left >= (is_leap(year) ? 366 : 365); year++)
        left -= is_leap(year) ? 366 : 365;
    for (; left >= month_days(year, month); month++)
        left -= month_days(year, month);
    (void)snprintf(target, DAY_TEXT_MAX, "%02u.%02u.%04u", (unsigned)(left + 1) % 100,
                   (unsigned)month % 100, (unsigned)year % 10000);
}
