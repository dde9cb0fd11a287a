#include "core/schedule/cron.h"

#include "core/base/clock.h"
#include "core/base/zone.h"
#include "core/schedule/cron_inner.h"
#include "core/schedule/holiday.h"

/*
 * Times are whole minutes since 1970, of UTC, or of a local clock: then they are what it shows, and some are shown
 * twice or never.
 */
enum {
    MINUTES_PER_DAY = 1440,
    MS_PER_MINUTE = 60000,
    HORIZON_YEARS = 41, /* a leap day meets each weekday within 28 years, around 2100 within 40 */
    OFFSETS_MOST = 2 * 26 * 60 /* two offsets from UTC differ by less (zone.h) */
};

_Static_assert(sizeof(struct cron) == 40, "a million of them are held");

#define NEVER   INT64_MAX
#define LAST_MS ((int64_t)84006 * MINUTES_PER_DAY * MS_PER_MINUTE) /* 2200-01-01 */

/* As zone.h's, in minutes. What is not whole minutes (Liberia until 1972) is rounded. */
struct stretch {
    int64_t from, to; /* UTC */
    int64_t offset, before;
};

static int64_t floor_divide(int64_t numerator, int64_t denominator)
{
    return numerator / denominator - (numerator % denominator < 0);
}

static void read_stretch(const struct zone *zone, int64_t utc, struct stretch *stretch)
{
    struct zone_span span;

    zone_span(zone, utc * 60 + 59, &span); /* the minute in which it changes has the new offset */
    stretch->from = floor_divide(span.from_s, 60);
    stretch->to = floor_divide(span.to_s, 60);
    stretch->offset = floor_divide(span.offset_s, 60);
    stretch->before = floor_divide(span.before_s, 60);
}

/* The first minute of a day, at `from` or later, at which it fires; -1: none. */
static int first_on_day(const struct cron *cron, int from)
{
    uint64_t minutes = cron_minutes(cron);
    uint32_t hours = cron->hours >> from / 60;

    if (hours & 1) {
        uint64_t left = minutes >> from % 60;

        if (left != 0)
            return from + __builtin_ctzll(left);
    }
    hours &= ~UINT32_C(1);
    if (hours == 0)
        return -1;
    return (from / 60 + __builtin_ctz(hours)) * 60 + __builtin_ctzll(minutes);
}

static int32_t length_of(int32_t month)
{
    static const int8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t year = month / 12;
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return lengths[month % 12] + (month % 12 == 1 && is_leap);
}

/* The first local minute at `from` or later at which it fires. */
static int64_t first_match(const struct cron *cron, int64_t from)
{
    int32_t day = (int32_t)floor_divide(from, MINUTES_PER_DAY);
    int year;
    int of_year;
    int day_of_month;
    int minute;
    int32_t month;
    int32_t last;
    int32_t first;
    uint32_t days;

    clock_civil(day, &year, &of_year, &day_of_month);
    month = year * 12 + of_year - 1;
    first = day - day_of_month + 1;
    last = month + HORIZON_YEARS * 12;
    if (last > HOLIDAY_YEAR_MOST * 12 + 11)
        last = HOLIDAY_YEAR_MOST * 12 + 11;
    minute = (int)(from - (int64_t)day * MINUTES_PER_DAY);
    for (; month <= last; first += length_of(month), month++, day_of_month = 1, minute = 0) {
        if ((cron->months >> (month % 12 + 1) & 1) == 0)
            continue;
        days = cron_days_of_month(cron, month, first, length_of(month)) >> day_of_month;
        for (; days != 0; days &= days - 1, minute = 0) {
            int32_t ahead = __builtin_ctz(days);
            int found = first_on_day(cron, ahead == 0 ? minute : 0);

            if (found >= 0)
                return (int64_t)(first + day_of_month - 1 + ahead) * MINUTES_PER_DAY + found;
        }
    }
    return NEVER;
}

int64_t cron_next(const struct cron *cron, const struct zone *zone, int64_t after_ms)
{
    int64_t utc = (after_ms > 0 ? after_ms : 0) / MS_PER_MINUTE + 1;
    struct stretch stretch;

    if (after_ms >= LAST_MS)
        return 0;
    if (zone == NULL)
        zone = clock_zone();
    read_stretch(zone, utc, &stretch);
    for (;;) {
        int64_t local = utc + stretch.offset;
        int64_t shown = stretch.from + stretch.before; /* up to here the clock had come before */
        int64_t offset = stretch.offset;
        int64_t found;

        /* From where the clock stood before: what it left out is made up for at once, what it shows again
         * does not count. */
        if (!cron->is_hour_wild && (utc == stretch.from || local < shown))
            local = shown;
        found = first_match(cron, local);
        if (found == NEVER)
            return 0;
        if (found < utc + offset && utc == stretch.from)
            return utc * MS_PER_MINUTE;
        if (found - offset < stretch.to)
            return (found - offset) * MS_PER_MINUTE;
        utc = stretch.to;
        read_stretch(zone, utc, &stretch);
        /* Unless the clock is set back to before `local`, nothing fires until shortly before `found`. */
        if (local <= utc + stretch.offset && found - OFFSETS_MOST > utc) {
            utc = found - OFFSETS_MOST;
            read_stretch(zone, utc, &stretch);
        }
    }
}
