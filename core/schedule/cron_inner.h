/* cron_inner.h - what the files of cron share. */
#ifndef AUTOMAGI_SCHEDULE_CRON_INNER_H
#define AUTOMAGI_SCHEDULE_CRON_INNER_H

#include "core/schedule/cron.h"

enum { CRON_HALF_HOUR = 30, CRON_ALL_WEEKDAYS = 0x7f, CRON_ALL_HOURS = 0xffffff };

#define CRON_ALL_MINUTES ((UINT64_C(1) << 60) - 1)

static inline uint64_t cron_minutes(const struct cron *cron)
{
    return (uint64_t)cron->minutes[1] << CRON_HALF_HOUR | cron->minutes[0];
}

/* The days of a month (clock.h's; its first day is given too) on which it fires, bits 1-31. */
uint32_t cron_days_of_month(const struct cron *cron, int32_t month, int32_t first, int32_t length);

#endif
