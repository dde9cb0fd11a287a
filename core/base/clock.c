#include "core/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fault.h"

enum {
    MS_PER_SECOND = 1000,
    MS_PER_QUARTER = 15 * 60 * MS_PER_SECOND,
    MS_PER_DAY = 24 * 60 * 60 * MS_PER_SECOND,
    ZONE_MAX = 64
};

/* 100 million days either way: beyond it a day would not fit its type. */
#define WALL_MAX_MS ((int64_t)100000000 * MS_PER_DAY)

/* A span of time in which the offset from UTC is known to stand still. */
struct span {
    int64_t from_ms;
    int64_t to_ms; /* not included; from == to: nothing is known */
    int64_t offset_ms;
    unsigned generation;
};

static _Atomic int64_t pretended_ms;
static atomic_uint zone_generation; /* spans of an earlier zone are not used */

static bool zone_is_safe(const char *zone)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "_+-/";
    size_t length = strlen(zone);

    return length > 0 && length < ZONE_MAX && zone[0] != '/' && strspn(zone, safe) == length;
}

static bool zone_exists(const char *zone)
{
    char path[ZONE_MAX + sizeof "/usr/share/zoneinfo/"];
    char magic[4];
    bool found;
    int fd;

    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", ZONE_MAX - 1, zone);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    found = read(fd, magic, sizeof magic) == (ssize_t)sizeof magic &&
            memcmp(magic, "TZif", sizeof magic) == 0;
    (void)close(fd);
    return found;
}

int clock_set_zone(const char *zone, struct fault *fault)
{
    if (!zone_is_safe(zone) || !zone_exists(zone))
        return fault_set(fault, -EINVAL,
                         "the time zone \"%s\" is not in /usr/share/zoneinfo; use a name such as "
                         "Europe/Copenhagen and install the package tzdata",
                         zone);
    if (setenv("TZ", zone, 1) < 0)
        return fault_no_memory(fault);
    tzset();
    atomic_fetch_add(&zone_generation, 1);
    return 0;
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

static int64_t read_offset_ms(int64_t wall_ms)
{
    time_t seconds = (time_t)floor_divide(wall_ms, MS_PER_SECOND);
    struct tm parts = {0};

    return localtime_r(&seconds, &parts) != NULL ? (int64_t)parts.tm_gmtoff * MS_PER_SECOND : 0;
}

/* Does the offset hold from the first to the last millisecond of a block of
 * local time around wall_ms? */
static bool block_is_steady(int64_t wall_ms, int64_t offset_ms, int64_t block_ms, struct span *span)
{
    int64_t from_ms = floor_divide(wall_ms + offset_ms, block_ms) * block_ms - offset_ms;
    int64_t to_ms = from_ms + block_ms;

    if (read_offset_ms(from_ms) != offset_ms || read_offset_ms(to_ms - 1) != offset_ms)
        return false;
    span->from_ms = from_ms;
    span->to_ms = to_ms;
    return true;
}

/* The local day is asked for with every row, and localtime_r() takes a lock;
 * so the current day is remembered. On the days the clocks change it is the
 * current quarter of an hour. */
static int64_t offset_at(int64_t wall_ms)
{
    static _Thread_local struct span known;
    unsigned generation = atomic_load(&zone_generation);

    if (known.generation == generation && wall_ms >= known.from_ms && wall_ms < known.to_ms)
        return known.offset_ms;
    known.generation = generation;
    known.offset_ms = read_offset_ms(wall_ms);
    if (!block_is_steady(wall_ms, known.offset_ms, MS_PER_DAY, &known) &&
        !block_is_steady(wall_ms, known.offset_ms, MS_PER_QUARTER, &known))
        known.to_ms = known.from_ms;
    return known.offset_ms;
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

bool clock_is_business_day(int32_t day, int32_t today)
{
    return (int64_t)day >= (int64_t)today - CLOCK_BUSINESS_PAST_DAYS &&
           (int64_t)day <= (int64_t)today + CLOCK_BUSINESS_AHEAD_DAYS;
}

int clock_weekday(int32_t day)
{
    return (day % 7 + 7 + 4) % 7;
}
