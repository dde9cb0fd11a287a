/*
 * cron.h - five fields: minute, hour, day of month, month, weekday; or a word such as @daily.
 *
 * Every field takes * or a list of values and ranges, ranges and * also with a step: "0,30 6-18/2 * * 1-5". Months and
 * weekdays have names, English and Danish, short and long, in small or capital letters: jan, maj, december, mon, søn
 * (also son, soen), fredag. Weekday 0-7, 0 and 7 are Sunday. A range of months or weekdays may pass the end of its
 * cycle: nov-feb, fri-mon; others go upwards.
 *
 *   day of month   L        the last day; L-3 is three days before it
 *                  15W      the Monday to Friday nearest to the 15th in the same month (nothing in a month without it)
 *                  LW       the last Monday to Friday
 *                  3B       the third bank day of the month (holiday.h)
 *                  LB       the last bank day; LB-1 is the one before it
 *   weekday        fri#2    the second Friday of the month (1-5)
 *                  friL     the last Friday; also 5L
 *   whole          @yearly @annually @monthly @weekly @daily @midnight @hourly
 *
 * As in Debian's cron: when both day fields are restricted, either may match; when one begins with *, also with a step,
 * both must. The forms above restrict like any number.
 *
 * Time is local. When clocks go forward, a fixed hour in the gap fires once, at the first moment after it, and a
 * wildcard or stepped hour nothing for the gap; when they go back, a fixed hour fires in the first pass only, a
 * wildcard or stepped hour in both.
 *
 * Threads: a cron is a plain value; nothing here is shared.
 */
#ifndef AUTOMAGI_SCHEDULE_CRON_H
#define AUTOMAGI_SCHEDULE_CRON_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct text;
struct zone;

enum {
    CRON_TEXT_MAX = 128, /* bytes of a schedule as written, with NUL */
    CRON_NTH_LAST = 5    /* of nth[]; 0 is the first */
};

/* 40 bytes, for there may be a million of them. A bit per value. */
struct cron {
    uint32_t minutes[2];       /* 0-29, 30-59 */
    uint32_t days;             /* bits 1-31 */
    uint32_t days_before_last; /* bit n: L-n */
    uint32_t workdays;         /* bits 1-31: nW; bit 0: LW */
    uint32_t hours : 24;
    uint32_t weekdays : 7;     /* 0 is Sunday */
    uint32_t is_hour_wild : 1; /* the hour field had a * or a step */
    uint32_t bank_days : 23;   /* bit n-1: nB */
    uint32_t any_day : 1;      /* the field begins with *, also with a step: then both must match */
    uint32_t any_weekday : 1;  /* likewise */
    uint32_t bank_days_before_last; /* bit n: LB-n */
    uint8_t nth[6];                 /* weekdays of #1 to #5, and of L */
    uint16_t months;                /* bits 1-12 */
};

/* -EINVAL: the fault names the field, what was found in it, and what is allowed. */
int cron_parse(const char *text, struct cron *ret_cron, struct fault *fault)
    __attribute__((warn_unused_result));

/* The first fire strictly after `after_ms` (UTC; what is before 1970 counts as its beginning) in a zone, NULL: the
 * organisation's (clock_zone()). 0 when there is none within 41 years, after which leap days and weekdays have met in
 * every way ("0 0 30 2 *"), or none before the year 2200. */
int64_t cron_next(const struct cron *cron, const struct zone *zone, int64_t after_ms);

/* Adds it in English words to an initialised text: "at 06:30 on the second-last bank day of the month". */
void cron_describe(const struct cron *cron, struct text *target);

#endif
