#include "core/base/clock.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/fault.h"
#include "core/base/zone.h"

enum { MS_PER_SECOND = 1000, MS_PER_DAY = 24 * 60 * 60 * MS_PER_SECOND, MINUTES_PER_DAY = 24 * 60 };

/* 100 million days either way: beyond it a day would not fit its type. */
#define WALL_MAX_MS ((int64_t)100000000 * MS_PER_DAY)

static _Atomic int64_t pretended_ms;

/* The organisation's zone. One that was replaced stays, for another thread may be reading it; there is
 * one for each time that the system's zone data was renewed. */
struct known_zone {
    struct zone *zone;
    struct known_zone *older;
};
static struct known_zone *_Atomic known_zone;

static int know_zone(struct zone *zone, struct known_zone *expected, struct fault *fault)
{
    struct known_zone *known = calloc(1, sizeof *known);

    if (known == NULL) {
        zone_close(zone);
        return fault_no_memory(fault);
    }
    known->zone = zone;
    known->older = expected;
    if (!atomic_compare_exchange_strong(&known_zone, &expected, known)) {
        zone_close(zone); /* another thread was first */
        free(known);
    }
    return 0;
}

int clock_set_zone(const char *name, struct fault *fault)
{
    struct known_zone *known = atomic_load(&known_zone);
    struct zone *zone = NULL;
    int result;

    if (known == NULL || strcmp(zone_name(known->zone), name) != 0 ||
        zone_is_outdated(known->zone)) {
        result = zone_open(name, &zone, fault);
        if (result == 0)
            result = know_zone(zone, known, fault);
        if (result < 0)
            return result;
    }
    /* for what else in the process, or started by it, asks the C library */
    if (setenv("TZ", name, 1) < 0)
        return fault_no_memory(fault);
    tzset();
    return 0;
}

int clock_renew_zone(struct fault *fault)
{
    struct known_zone *known = atomic_load(&known_zone);
    struct zone *zone = NULL;
    int result;

    if (known == NULL || zone_name(known->zone)[0] == '\0' || !zone_is_outdated(known->zone))
        return 0;
    result = zone_open(zone_name(known->zone), &zone, fault);
    if (result == 0)
        result = know_zone(zone, known, fault);
    return result < 0 ? result : 1;
}

const struct zone *clock_zone(void)
{
    struct known_zone *known = atomic_load(&known_zone);
    struct zone *zone = NULL;

    if (known != NULL)
        return known->zone;
    if (zone_open_local(&zone, NULL) < 0 || know_zone(zone, NULL, NULL) < 0)
        fault_end_no_memory(); /* before anything was done */
    return atomic_load(&known_zone)->zone;
}

static int64_t read_us(clockid_t id)
{
    struct timespec now = {0};

    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
    int64_t pretended = atomic_load(&pretended_ms);

    return pretended != 0 ? pretended : read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_monotonic_ms(void)
{
    return clock_monotonic_us() / 1000;
}

int64_t clock_monotonic_us(void)
{
    int64_t pretended = atomic_load(&pretended_ms);

    return pretended != 0 ? pretended * 1000 : read_us(CLOCK_MONOTONIC);
}

void clock_pretend(int64_t wall_ms)
{
    atomic_store(&pretended_ms, wall_ms);
}

static int64_t floor_divide(int64_t numerator, int64_t denominator)
{
    int64_t quotient = numerator / denominator;

    return numerator % denominator < 0 ? quotient - 1 : quotient;
}

/* The local day is asked for with every row, so the span of the last answer is remembered. Zones are not
 * freed: an address is a zone. */
static int64_t offset_at(int64_t wall_ms)
{
    static _Thread_local const struct zone *known;
    static _Thread_local struct zone_span span;
    const struct zone *zone = clock_zone();
    int64_t utc_s = floor_divide(wall_ms, MS_PER_SECOND);

    if (known != zone || utc_s < span.from_s || utc_s >= span.to_s) {
        zone_span(zone, utc_s, &span);
        known = zone;
    }
    return (int64_t)span.offset_s * MS_PER_SECOND;
}

static int64_t clamp_wall(int64_t wall_ms)
{
    if (wall_ms > WALL_MAX_MS)
        return WALL_MAX_MS;
    return wall_ms < -WALL_MAX_MS ? -WALL_MAX_MS : wall_ms;
}

int32_t clock_local_day(int64_t wall_ms)
{
    wall_ms = clamp_wall(wall_ms);
    return (int32_t)floor_divide(wall_ms + offset_at(wall_ms), MS_PER_DAY);
}

int64_t clock_day_end_ms(int32_t day)
{
    int64_t within = ((int64_t)day - 2) * MS_PER_DAY; /* no zone is two days off UTC */
    int64_t behind = ((int64_t)day + 3) * MS_PER_DAY;

    while (behind - within > 1) {
        int64_t middle = within + (behind - within) / 2;

        if (clock_local_day(middle) <= day)
            within = middle;
        else
            behind = middle;
    }
    return within;
}

void clock_local_minute(int64_t wall_ms, int32_t *ret_day, int *ret_minute, int *ret_offset_minutes)
{
    int64_t offset_ms;
    int64_t local_ms;
    int64_t day;

    wall_ms = clamp_wall(wall_ms);
    offset_ms = offset_at(wall_ms);
    local_ms = wall_ms + offset_ms;
    day = floor_divide(local_ms, MS_PER_DAY);
    *ret_day = (int32_t)day;
    *ret_minute = (int)((local_ms - day * MS_PER_DAY) / 60000);
    *ret_offset_minutes = (int)(offset_ms / 60000);
}

int32_t clock_day_in(const struct zone *zone, int64_t wall_ms, int *ret_minute)
{
    int64_t utc_s = floor_divide(clamp_wall(wall_ms), MS_PER_SECOND);
    int64_t minute =
        floor_divide(utc_s + zone_offset_s(zone != NULL ? zone : clock_zone(), utc_s), 60);
    int64_t day = floor_divide(minute, MINUTES_PER_DAY);

    if (ret_minute != NULL)
        *ret_minute = (int)(minute - day * MINUTES_PER_DAY);
    return (int32_t)day;
}

/* Years are counted from 1 March, so that the leap day is the last; 719468 is
 * the days from 0000-03-01 to 1970-01-01, 146097 those of 400 years. */
int32_t clock_day(int year, int month, int day_of_month)
{
    int64_t shifted = (int64_t)year - (month <= 2);
    int64_t era = floor_divide(shifted, 400);
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day_of_month - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (int32_t)(era * 146097 + day_of_era - 719468);
}

void clock_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day_of_month)
{
    int64_t shifted = (int64_t)day + 719468;
    int64_t era = floor_divide(shifted, 146097);
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    *ret_day_of_month = (int)(of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = (int)(year + era * 400 + (*ret_month <= 2));
}

int32_t clock_month_of_day(int32_t day)
{
    int year;
    int month;
    int day_of_month;

    clock_civil(day, &year, &month, &day_of_month);
    return year * 12 + month - 1;
}

int32_t clock_first_day_of_month(int32_t month)
{
    int64_t year = floor_divide(month, 12);

    return clock_day((int)year, (int)(month - year * 12) + 1, 1);
}

int32_t clock_last_day_of_month(int32_t month)
{
    return clock_first_day_of_month(month + 1) - 1;
}

int32_t clock_day_after_months(int32_t day, int32_t months)
{
    int32_t month = clock_month_of_day(day);
    int32_t same = clock_first_day_of_month(month + months) + day - clock_first_day_of_month(month);
    int32_t last = clock_last_day_of_month(month + months);

    return same < last ? same : last;
}

bool clock_is_business_day(int32_t day, int32_t today)
{
    return (int64_t)day >= (int64_t)today - CLOCK_BUSINESS_PAST_DAYS &&
           (int64_t)day <= (int64_t)today + CLOCK_BUSINESS_AHEAD_DAYS;
}

int clock_weekday(int32_t day)
{
    return (day % 7 + 7 + 4) % 7;
}

void clock_iso_week(int32_t day, int *ret_year, int *ret_week)
{
    int32_t thursday = day + 3 - (clock_weekday(day) + 6) % 7;
    int month;
    int day_of_month;

    clock_civil(thursday, ret_year, &month, &day_of_month);
    *ret_week = (thursday - clock_day(*ret_year, 1, 1)) / 7 + 1;
}
