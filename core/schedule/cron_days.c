/* Which days of a month a cron means: all of a month at once, in the bits of a word. */
#include "core/base/clock.h"
#include "core/schedule/cron_inner.h"
#include "core/schedule/holiday.h"

enum { SATURDAY = 6, SUNDAY = 0, MONDAY_TO_FRIDAY = 0x3e };

static uint32_t bit(int32_t number)
{
    return UINT32_C(1) << number;
}

/* The days with one of these weekdays, in a month whose 1st has the weekday `begins`. */
static uint32_t spread(uint32_t weekdays, int begins, uint32_t all)
{
    static const uint64_t six_weeks = UINT64_C(0x810204081);

    return (uint32_t)(weekdays * six_weeks >> begins << 1) & all;
}

static uint32_t by_weekday(const struct cron *cron, int begins, int32_t length, uint32_t all)
{
    uint32_t days = spread(cron->weekdays, begins, all);
    int i;

    for (i = 0; i < CRON_NTH_LAST; i++)
        if (cron->nth[i] != 0)
            days |= spread(cron->nth[i], begins, all) & (uint32_t)(UINT64_C(0xfe) << i * 7);
    if (cron->nth[CRON_NTH_LAST] != 0)
        days |= spread(cron->nth[CRON_NTH_LAST], begins, all) &
                (uint32_t)(UINT32_C(0xfe) << (length - 7));
    return days;
}

/* The Monday to Friday nearest to a day that the month has. */
static int32_t nearest_workday(int32_t day, int begins, int32_t length)
{
    int weekday = (begins + day - 1) % 7;

    if (weekday == SATURDAY)
        return day > 1 ? day - 1 : day + 2;
    if (weekday == SUNDAY)
        return day < length ? day + 1 : day - 2;
    return day;
}

static uint32_t by_workday(uint32_t asked, int begins, int32_t length, uint32_t all)
{
    uint32_t days = 0;

    if (asked & 1)
        days |= bit(31 - __builtin_clz(spread(MONDAY_TO_FRIDAY, begins, all)));
    for (asked &= all; asked != 0; asked &= asked - 1)
        days |= bit(nearest_workday(__builtin_ctz(asked), begins, length));
    return days;
}

static uint32_t by_bank_day(const struct cron *cron, int32_t month)
{
    uint32_t left = holiday_bank_days(month);
    int32_t count = __builtin_popcount(left);
    uint32_t days = 0;
    int32_t i;

    for (i = 0; i < count; i++, left &= left - 1)
        if ((cron->bank_days >> i & 1) != 0 ||
            (cron->bank_days_before_last >> (count - 1 - i) & 1) != 0)
            days |= left & -left;
    return days;
}

uint32_t cron_days_of_month(const struct cron *cron, int32_t month, int32_t first, int32_t length)
{
    uint32_t all = UINT32_MAX >> (31 - length) & ~UINT32_C(1);
    int begins = clock_weekday(first);
    uint32_t weekdays = by_weekday(cron, begins, length, all);
    uint32_t days = cron->days & all;
    uint32_t before_last = cron->days_before_last;

    for (; before_last != 0; before_last &= before_last - 1)
        if (__builtin_ctz(before_last) < length)
            days |= bit(length - __builtin_ctz(before_last));
    if (cron->workdays != 0)
        days |= by_workday(cron->workdays, begins, length, all);
    if (cron->bank_days != 0 || cron->bank_days_before_last != 0)
        days |= by_bank_day(cron, month);
    return cron->any_day || cron->any_weekday ? days & weekdays : days | weekdays;
}
