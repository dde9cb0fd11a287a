#include "core/schedule/holiday.h"

#include <stddef.h>

#include "core/base/clock.h"

enum { LAST_PRAYER_DAY = 2023, FIRST_CLOSED_AFTER_ASCENSION = 2009 };

/* Days from Easter Sunday. */
struct movable {
    int after_easter;
    int first_year, last_year;
    bool is_public;
    const char *name;
};

static const struct movable movables[] = {
    {-3, 0, HOLIDAY_YEAR_MOST, true, "skærtorsdag"},
    {-2, 0, HOLIDAY_YEAR_MOST, true, "langfredag"},
    {0, 0, HOLIDAY_YEAR_MOST, true, "påskedag"},
    {1, 0, HOLIDAY_YEAR_MOST, true, "2. påskedag"},
    {26, 0, LAST_PRAYER_DAY, true, "store bededag"},
    {39, 0, HOLIDAY_YEAR_MOST, true, "Kristi himmelfartsdag"},
    {49, 0, HOLIDAY_YEAR_MOST, true, "pinsedag"},
    {50, 0, HOLIDAY_YEAR_MOST, true, "2. pinsedag"},
    {40, FIRST_CLOSED_AFTER_ASCENSION, HOLIDAY_YEAR_MOST, false,
     "dagen efter Kristi himmelfartsdag"},
};

struct fixed {
    int month, day_of_month;
    bool is_public;
    const char *name;
};

static const struct fixed fixeds[] = {
    {1, 1, true, "nytårsdag"},        {12, 25, true, "juledag"},
    {12, 26, true, "2. juledag"},     {6, 5, false, "grundlovsdag"},
    {12, 24, false, "juleaftensdag"}, {12, 31, false, "nytårsaftensdag"},
};

enum { MOVABLES = sizeof movables / sizeof movables[0], FIXEDS = sizeof fixeds / sizeof fixeds[0] };

/* The computus of an anonymous correspondent of Nature (1876), with Butcher's and Meeus' letters: `epact` is
 * their h, `to_sunday` their l. */
int32_t holiday_easter(int year)
{
    int golden = year % 19;
    int century = year / 100;
    int of_century = year % 100;
    int moon = (8 * century + 13) / 25;
    int epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    int to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    int late = (golden + 11 * epact + 22 * to_sunday) / 451;
    int days = epact + to_sunday - 7 * late + 21; /* after 1 March */

    return clock_day(year, 3, 1) + days;
}

/* Looks the day up among the public holidays, or among all closing days. */
static const char *find_name(int32_t day, bool only_public)
{
    const char *name = NULL;
    int year;
    int month;
    int day_of_month;
    int32_t after_easter;
    int i;

    clock_civil(day, &year, &month, &day_of_month);
    if (year < HOLIDAY_YEAR_LEAST || year > HOLIDAY_YEAR_MOST)
        return NULL;
    after_easter = day - holiday_easter(year);
    for (i = 0; i < FIXEDS && name == NULL; i++)
        if (fixeds[i].month == month && fixeds[i].day_of_month == day_of_month &&
            (fixeds[i].is_public || !only_public))
            name = fixeds[i].name;
    for (i = 0; i < MOVABLES; i++)
        if (movables[i].after_easter == after_easter && year >= movables[i].first_year &&
            year <= movables[i].last_year &&
            (movables[i].is_public || (!only_public && name == NULL)))
            name = movables[i].name;
    return name;
}

const char *holiday_name(int32_t day)
{
    return find_name(day, true);
}

bool holiday_is_bank_day(int32_t day)
{
    int year;
    int month;
    int day_of_month;

    clock_civil(day, &year, &month, &day_of_month);
    return holiday_bank_days(year * 12 + month - 1) >> day_of_month & 1;
}

const char *holiday_bank_closed_name(int32_t day)
{
    const char *name = find_name(day, false);
    int year;
    int month;
    int day_of_month;

    if (name != NULL)
        return name;
    clock_civil(day, &year, &month, &day_of_month);
    if (year < HOLIDAY_YEAR_LEAST || year > HOLIDAY_YEAR_MOST)
        return NULL;
    switch (clock_weekday(day)) {
    case 0:
        return "søndag";
    case 6:
        return "lørdag";
    default:
        return NULL;
    }
}

/* Bits 1-31 of the days of a month that are Monday to Friday. */
static uint32_t working_days(int32_t first, int32_t last)
{
    static const uint64_t mondays_to_fridays =
        UINT64_C(0x1f3e7cf9f3e); /* bit 0 is a Sunday; six weeks */

    return (uint32_t)(mondays_to_fridays >> clock_weekday(first) << 1) &
           (UINT32_MAX >> (30 - (last - first))) & ~UINT32_C(1);
}

uint32_t holiday_bank_days(int32_t month)
{
    int32_t year = month / 12;
    int32_t first;
    int32_t last;
    int32_t easter;
    uint32_t days;
    int i;

    if (month < HOLIDAY_YEAR_LEAST * 12 || year > HOLIDAY_YEAR_MOST)
        return 0;
    first = clock_first_day_of_month(month);
    last = clock_last_day_of_month(month);
    days = working_days(first, last);
    for (i = 0; i < FIXEDS; i++)
        if (fixeds[i].month == month % 12 + 1)
            days &= ~(UINT32_C(1) << fixeds[i].day_of_month);
    if (month % 12 < 2 || month % 12 > 5)
        return days; /* Easter and what follows it fall in March to June */
    easter = holiday_easter(year);
    for (i = 0; i < MOVABLES; i++) {
        int32_t day = easter + movables[i].after_easter;

        if (day >= first && day <= last && year >= movables[i].first_year &&
            year <= movables[i].last_year)
            days &= ~(UINT32_C(1) << (day - first + 1));
    }
    return days;
}
