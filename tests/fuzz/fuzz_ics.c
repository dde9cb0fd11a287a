/*
 * Any bytes are an iCalendar file or a fault. The days of one are in the span asked for, in order, and each has a
 * name of one line.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/cli/ics.h"
#include "tests/fuzz/target.h"

/* And a step of libical's, which ends where no day fits in the year 2582. */
const int target_seconds_most = ICS_SECONDS_MAX + 5;

enum { FIRST_DAY = 20000, LAST_DAY = 24000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct day_list days = {0};
    struct fault fault = {.text = ""};
    size_t i;

    if (ics_read((const char *)data, size, FIRST_DAY, LAST_DAY, &days, &fault) < 0) {
        if (fault.text[0] == '\0')
            abort();
        return 0;
    }
    for (i = 0; i < days.count; i++) {
        const struct day_entry *span = &days.entries[i];

        if (span->from_day < FIRST_DAY || span->to_day > LAST_DAY ||
            span->from_day > span->to_day || span->name[0] == '\0' ||
            !text_is_line(span->name, strlen(span->name)) ||
            (i > 0 && days.entries[i - 1].from_day > span->from_day))
            abort();
    }
    day_list_release(&days);
    return 0;
}
