#include "core/base/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/zone_inner.h"

void zone_close(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->changes);
    free(zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

int zone_add(struct zone *zone, int64_t at_s, int32_t offset_s)
{
    int32_t before_s;

    while (zone->count > 0 && zone->changes[zone->count - 1].at_s >= at_s)
        zone->count--;
    before_s = zone->count > 0 ? zone->changes[zone->count - 1].offset_s : zone->first_offset_s;
    if (offset_s == before_s)
        return 0;
    if (zone->count == zone->capacity) {
        size_t capacity = zone->capacity == 0 ? 64 : zone->capacity * 2;
        struct zone_change *changes = reallocarray(zone->changes, capacity, sizeof *changes);

        if (changes == NULL)
            return -ENOMEM;
        zone->changes = changes;
        zone->capacity = capacity;
    }
    zone->changes[zone->count].at_s = at_s;
    zone->changes[zone->count].offset_s = offset_s;
    zone->count++;
    return 0;
}

static int year_of(int64_t utc_s)
{
    int year;
    int month;
    int day_of_month;

    clock_civil((int32_t)(utc_s / ZONE_DAY_S), &year, &month, &day_of_month);
    return year;
}

/* A year more than a cycle: the first may be cut by the changes that the file lists. */
int zone_extend(struct zone *zone, const struct zone_rule *rule, int64_t listed_s)
{
    int first = listed_s != INT64_MIN ? year_of(listed_s) : 1900;
    int year;
    int result = 0;

    for (year = first - 1; year <= first + 1 + ZONE_CYCLE_YEARS && result == 0; year++) {
        struct zone_change changes[2];
        int i;

        zone_rule_year(rule, year, changes);
        for (i = 0; i < 2 && result == 0; i++)
            if (changes[i].at_s > listed_s)
                result = zone_add(zone, changes[i].at_s, changes[i].offset_s);
    }
    /* Rules reach into the neighbouring year by at most a week. */
    zone->cycle_end_s = (int64_t)clock_day(first + 1 + ZONE_CYCLE_YEARS, 6, 1) * ZONE_DAY_S;
    return result;
}

/* How many of the changes are at or before that time. */
static size_t changes_until(const struct zone *zone, int64_t utc_s)
{
    size_t from = 0;
    size_t to = zone->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (zone->changes[middle].at_s <= utc_s)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static int32_t offset_after(const struct zone *zone, size_t count)
{
    return count > 0 ? zone->changes[count - 1].offset_s : zone->first_offset_s;
}

/* By how much a time lies beyond the table, in whole cycles. */
static int64_t beyond(const struct zone *zone, int64_t utc_s)
{
    if (utc_s < zone->cycle_end_s)
        return 0;
    return ((utc_s - zone->cycle_end_s) / ZONE_CYCLE_S + 1) * ZONE_CYCLE_S;
}

int32_t zone_offset_s(const struct zone *zone, int64_t utc_s)
{
    return offset_after(zone, changes_until(zone, utc_s - beyond(zone, utc_s)));
}

void zone_span(const struct zone *zone, int64_t utc_s, struct zone_span *ret_span)
{
    int64_t shift_s = beyond(zone, utc_s);
    size_t count = changes_until(zone, utc_s - shift_s);

    ret_span->offset_s = offset_after(zone, count);
    ret_span->before_s = offset_after(zone, count > 0 ? count - 1 : 0);
    ret_span->from_s = count > 0 ? zone->changes[count - 1].at_s : INT64_MIN;
    ret_span->to_s = count < zone->count ? zone->changes[count].at_s : INT64_MAX;
    if (ret_span->to_s >
        zone->cycle_end_s) /* in the table the end is a border, with no change at it */
        ret_span->to_s = zone->cycle_end_s;
    if (shift_s == 0)
        return;
    ret_span->from_s += shift_s;
    ret_span->to_s = ret_span->to_s > INT64_MAX - shift_s ? INT64_MAX : ret_span->to_s + shift_s;
}
