/*
 * cron.h - five plain fields: minute, hour, day of month, month, weekday.
 *
 * Lists, ranges and steps of numbers: "0,30 6-18/2 * * 1-5". Weekday 0-7, 0 and 7 are
 * Sunday. As in Debian's cron: when both day fields are restricted, either may match.
 * Time is local (clock.h's zone). When clocks go forward, a fixed hour in the gap fires once, at the
 * first moment after it, and a wildcard or stepped hour nothing for the gap; when they go back, a
 * fixed hour fires in the first pass only, a wildcard or stepped hour in both.
 */
#ifndef AUTOMAGI_SCHEDULE_CRON_H
#define AUTOMAGI_SCHEDULE_CRON_H

#include <stdbool.h>
#include <stdint.h>

struct fault;

struct cron {
    uint64_t minutes; /* bit per value */
    uint32_t hours;
    uint32_t days;             /* bits 1-31 */
    uint16_t months;           /* bits 1-12 */
    uint8_t weekdays;          /* bits 0-6 */
    bool any_day, any_weekday; /* the field begins with *, also with a step: then both must match */
    bool is_hour_wild;         /* the hour field had a * or a step */
};

/* -EINVAL names the field and what is allowed. */
int cron_parse(const char *text, struct cron *ret_cron, struct fault *fault)
    __attribute__((warn_unused_result));

/* The first fire strictly after `after_ms`; 0 when there is none within eight years
 * ("0 0 30 2 *"). */
int64_t cron_next(const struct cron *cron, int64_t after_ms);

#endif
