/*
 * zone_inner.h - what the files of zone share: the table, and the rule of a footer.
 */
#ifndef AUTOMAGI_BASE_ZONE_INNER_H
#define AUTOMAGI_BASE_ZONE_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "core/base/zone.h"

enum {
    ZONE_DAY_S = 86400,
    ZONE_OFFSET_MOST_S = 26 * 3600 - 1, /* RFC 8536, 3.2: within -25 and 26 hours */
    ZONE_CYCLE_YEARS = 400
};

/* 400 years have 146,097 days, which is whole weeks. */
#define ZONE_CYCLE_S ((int64_t)146097 * ZONE_DAY_S)

struct zone_change {
    int64_t at_s;
    int32_t offset_s; /* from then on */
};

struct zone {
    char name[ZONE_NAME_MAX];
    bool has_file;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
    char path[4096];
    int32_t first_offset_s; /* before changes[0] */
    int64_t
        cycle_end_s; /* from here on the last 400 years of the table repeat; INT64_MAX: the last offset holds */
    size_t count;
    size_t capacity;
    struct zone_change *changes; /* ascending; each with another offset than the one before */
};

/* When in a year a rule changes the clock. */
struct zone_date {
    char
        form; /* 'M': month, week, weekday; 'J': day 1-365 that never counts 29 February; 'n': day 0-365 */
    int month;    /* 1-12 */
    int week;     /* 1-5; 5 is the last */
    int day;      /* weekday 0-6, or the day */
    int32_t at_s; /* on the clock that is left behind, from midnight; -167 to 167 hours */
};

/* "CET-1CEST,M3.5.0,M10.5.0/3" */
struct zone_rule {
    int32_t standard_s, summer_s; /* offsets */
    bool has_summer;
    struct zone_date begin, end; /* of summer time */
};

/* False when it is not a rule of RFC 8536, 3.3. */
bool zone_rule_parse(const char *text, struct zone_rule *ret_rule);
/* The two changes of a year, in their order. */
void zone_rule_year(const struct zone_rule *rule, int year, struct zone_change ret_changes[2]);

/* Adds a change; what lies at or after it goes. -ENOMEM. */
int zone_add(struct zone *zone, int64_t at_s, int32_t offset_s);
/* Adds what the rule says after the last time that was listed (INT64_MIN: none was). -ENOMEM. */
int zone_extend(struct zone *zone, const struct zone_rule *rule, int64_t listed_s);

#endif
