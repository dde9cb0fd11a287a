#include "core/store/timing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/decimal.h"
#include "core/base/fault.h"

enum { MINUTE_DIGITS = 2, ONE_MAX = 32 };

static int compare(const void *left, const void *right)
{
    const int64_t *one = left;
    const int64_t *other = right;

    return (*one > *other) - (*one < *other);
}

static int read_one(const char *at, size_t length, struct timings *timings, struct fault *fault)
{
    char one[ONE_MAX];
    int64_t hundredths;
    size_t kept;

    while (length > 0 && at[0] == ' ') {
        at++;
        length--;
    }
    while (length > 0 && at[length - 1] == ' ')
        length--;
    if (timings->count == TIMINGS_MAX)
        return fault_set(fault, -EINVAL, "the timings are over %d; give at most so many",
                         TIMINGS_MAX);
    kept = length < sizeof one ? length : sizeof one - 1;
    memcpy(one, at, kept);
    one[kept] = '\0';
    if (kept < length || !decimal_parse(one, MINUTE_DIGITS, &hundredths) || hundredths <= 0 ||
        hundredths > TIMING_HUNDREDTHS_MAX)
        return fault_set(fault, -EINVAL,
                         "timing %zu is \"%s\"; give minutes above 0 with a point and at most two "
                         "decimals, and a comma between them, such as 3.5,4,2.75",
                         timings->count + 1, one);
    timings->hundredths[timings->count++] = hundredths;
    return 0;
}

static void sum_up(struct timings *timings)
{
    int64_t sorted[TIMINGS_MAX];
    size_t count = timings->count;
    int128 sum = 0;
    size_t i;

    for (i = 0; i < count; i++)
        sum += timings->hundredths[i];
    memcpy(sorted, timings->hundredths, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], compare);
    timings->mean = (int64_t)decimal_divide_half_up(sum, (int128)count);
    timings->twice_median = sorted[(count - 1) / 2] + sorted[count / 2];
}

int timings_read(const char *text, struct timings *ret_timings, struct fault *fault)
{
    struct timings timings = {.count = 0};
    int result = 0;

    while (text[0] != '\0' && result == 0) {
        size_t length = strcspn(text, ",");

        result = read_one(text, length, &timings, fault);
        text += length;
        if (text[0] == ',' && text[1] == '\0' && result == 0)
            result = read_one(text + 1, 0, &timings, fault);
        text += text[0] == ',';
    }
    if (result < 0)
        return result;
    if (timings.count > 0)
        sum_up(&timings);
    *ret_timings = timings;
    return 0;
}

void timings_write(const struct timings *timings, char target[static TIMINGS_TEXT_MAX])
{
    char one[ONE_MAX];
    size_t length = 0;
    size_t i;

    target[0] = '\0';
    for (i = 0; i < timings->count; i++) {
        decimal_format(timings->hundredths[i], MINUTE_DIGITS, one, sizeof one);
        length += (size_t)snprintf(target + length, TIMINGS_TEXT_MAX - length, "%s%s",
                                   i > 0 ? "," : "", one);
    }
}
