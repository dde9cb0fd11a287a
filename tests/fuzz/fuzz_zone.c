/*
 * Any bytes are a zone or a fault. A zone's spans follow each other without a gap, say of every moment what the
 * offset says, and end.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "core/base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a file of 4 KiB lists, then more than one cycle of its rule; each is as the one before it. */
enum { SPANS_MOST = 1700 };

/* Returns where the span ends. */
static int64_t check_moment(const struct zone *zone, int64_t at_s)
{
    struct zone_span span;

    zone_span(zone, at_s, &span);
    if (span.from_s > at_s || (span.to_s <= at_s && span.to_s != INT64_MAX) ||
        span.offset_s != zone_offset_s(zone, at_s) || abs(span.offset_s) >= 26 * 3600)
        abort();
    return span.to_s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *zone = NULL;
    struct fault fault = {.text = ""};
    int64_t at_s = -(INT64_C(1) << 41);
    int i;

    if (zone_parse("Fuzz", data, size, &zone, &fault) < 0) {
        if (fault.text[0] == '\0')
            abort();
        return 0;
    }
    for (i = 0; i < SPANS_MOST; i++) {
        at_s = check_moment(zone, at_s);
        if (at_s == INT64_MAX)
            break;
        if (check_moment(zone, at_s - 1) != at_s)
            abort();
    }
    (void)check_moment(zone, INT64_MAX);
    (void)check_moment(zone, INT64_MIN);
    zone_close(zone);
    return 0;
}
