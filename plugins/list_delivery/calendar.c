#include "calendar.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_LEAST = 1970, YEAR_MOST = 2199, DAY_S = 86400, HOUR_S = 3600, PRAYER_DAY_LAST = 2023 };

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

struct calendar_date calendar_date(int32_t day)
{
    struct calendar_date found = {.year = YEAR_LEAST, .month = 1, .date = 1};
    int32_t left = day < 0 ? 0 : day;

    for (; found.year < YEAR_MOST && left >= (is_leap(found.year) ? 366 : 365); found.year++)
        left -= is_leap(found.year) ? 366 : 365;
    for (; found.month < 12 && left >= month_days(found.year, found.month); found.month++)
        left -= month_days(found.year, found.month);
    found.date = left < 31 ? (int)left + 1 : 31;
    return found;
}

int32_t calendar_day(int year, int month, int date)
{
    int32_t day = 0;
    int i;

    for (i = YEAR_LEAST; i < year; i++)
        day += is_leap(i) ? 366 : 365;
    for (i = 1; i < month; i++)
        day += month_days(year, i);
    return day + date - 1;
}

/* 0 is Sunday; 1970-01-01 was a Thursday. */
static int weekday(int32_t day)
{
    return (int)((day % 7 + 11) % 7);
}

static int32_t last_sunday(int year, int month)
{
    int32_t day = calendar_day(year, month, 31);

    return day - weekday(day);
}

int32_t calendar_danish_day(int64_t time_s)
{
    int year = calendar_date((int32_t)(time_s / DAY_S)).year;
    int64_t begins_s = (int64_t)last_sunday(year, 3) * DAY_S + HOUR_S;
    int64_t ends_s = (int64_t)last_sunday(year, 10) * DAY_S + HOUR_S;
    int64_t ahead_s = time_s >= begins_s && time_s < ends_s ? 2 * HOUR_S : HOUR_S;

    return (int32_t)((time_s + ahead_s) / DAY_S);
}

const char *calendar_weekday(int32_t day)
{
    static const char *const names[7] = {"søndag",  "mandag", "tirsdag", "onsdag",
                                         "torsdag", "fredag", "lørdag"};

    return names[weekday(day)];
}

/* Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher). */
static int32_t easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int g = (8 * b + 13) / 25;
    int h = (19 * a + b - b / 4 - g + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int sum = h + l - 7 * m + 114;

    return calendar_day(year, sum / 31, sum % 31 + 1);
}

const char *calendar_holiday(int32_t day)
{
    static const struct {
        int after; /* Easter Sunday, in days */
        const char *name;
    } movable[] = {
        {-3, "skærtorsdag"}, {-2, "langfredag"},    {0, "påskedag"},
        {1, "2. påskedag"},  {26, "store bededag"}, {39, "kristi himmelfartsdag"},
        {49, "pinsedag"},    {50, "2. pinsedag"},
    };
    struct calendar_date date = calendar_date(day);
    int after = (int)(day - easter(date.year));
    size_t i;

    if (date.month == 1 && date.date == 1)
        return "nytårsdag";
    if (date.month == 12 && date.date == 25)
        return "juledag";
    if (date.month == 12 && date.date == 26)
        return "2. juledag";
    for (i = 0; i < sizeof(movable) / sizeof(movable[0]); i++) {
        if (movable[i].after == after && (after != 26 || date.year <= PRAYER_DAY_LAST))
            return movable[i].name;
    }
    return NULL;
}

bool calendar_is_working_day(int32_t day)
{
    if (day < 0 || day >= calendar_day(YEAR_MOST + 1, 1, 1))
        return false;
    return weekday(day) != 0 && weekday(day) != 6 && calendar_holiday(day) == NULL;
}

void calendar_iso(int32_t day, char target[CALENDAR_ISO_MAX])
{
    struct calendar_date date = calendar_date(day);

    (void)snprintf(target, CALENDAR_ISO_MAX, "%04u-%02u-%02u", (unsigned)date.year % 10000,
                   (unsigned)date.month % 100, (unsigned)date.date % 100);
}

void calendar_iso_month(int32_t day, char target[CALENDAR_ISO_MAX])
{
    struct calendar_date date = calendar_date(day);

    (void)snprintf(target, CALENDAR_ISO_MAX, "%04u-%02u", (unsigned)date.year % 10000,
                   (unsigned)date.month % 100);
}

void calendar_month_name(int32_t day, char target[CALENDAR_MONTH_NAME_MAX])
{
    static const char *const names[12] = {"januar",    "februar", "marts",    "april",
                                          "maj",       "juni",    "juli",     "august",
                                          "september", "oktober", "november", "december"};
    struct calendar_date date = calendar_date(day);

    (void)snprintf(target, CALENDAR_MONTH_NAME_MAX, "%s %d", names[date.month - 1], date.year);
}

void calendar_period_name(const char *period, char target[CALENDAR_MONTH_NAME_MAX])
{
    size_t length = strlen(period);
    long year = length >= 7 ? strtol(period, NULL, 10) : 0;
    long month = length >= 7 ? strtol(period + 5, NULL, 10) : 0;

    if (length == 7 && year >= YEAR_LEAST && year <= YEAR_MOST && month >= 1 && month <= 12)
        calendar_month_name(calendar_day((int)year, (int)month, 1), target);
    else if (length == 10)
        (void)snprintf(target, CALENDAR_MONTH_NAME_MAX, "%.2s-%.2s-%.4s", period + 8, period + 5,
                       period);
    else
        (void)snprintf(target, CALENDAR_MONTH_NAME_MAX, "%.31s", period);
}
