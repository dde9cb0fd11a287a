/*
 * timing.h - sample timings behind an estimate: how long a person took for single tasks.
 *
 * They are kept as the text "3.5,4,2.75": minutes with a point and at most two decimals, a comma
 * between them. What is made of them is exact: hundredths of a minute, no rounding but in `mean`.
 */
#ifndef AUTOMAGI_STORE_TIMING_H
#define AUTOMAGI_STORE_TIMING_H

#include <stddef.h>
#include <stdint.h>

struct fault;

enum {
    TIMINGS_MAX = 100,
    TIMING_HUNDREDTHS_MAX = 10000000, /* 100,000 minutes */
    TIMINGS_TEXT_MAX = TIMINGS_MAX * 10
};

struct timings {
    size_t count;
    int64_t hundredths[TIMINGS_MAX]; /* in the order they were given */
    int64_t mean;                    /* hundredths, rounded half up */
    int64_t twice_median;            /* hundredths: of an even count the median may be a half */
};

/* 1 to TIMINGS_MAX decimals above 0. "" is 0 of them. -EINVAL says which one is none. Blanks
 * around a timing are passed over. */
int timings_read(const char *text, struct timings *ret_timings, struct fault *fault)
    __attribute__((warn_unused_result));
/* As they are kept: without blanks and trailing zeros. */
void timings_write(const struct timings *timings, char target[static TIMINGS_TEXT_MAX]);

#endif
