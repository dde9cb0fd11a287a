/* added_item.c - what a plugin passes to add(), and whether it can be taken. */
#include "core/run/host/added_item.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "core/run/host/child_services.h"

enum {
    PRIORITY_MOST = 1000,
    DAY_MS = 86400000,
    TIME_DAYS_MOST = 3653, /* ITEM_AHEAD_DAYS of store/item.h, which lies out of sight */
    RUN_DAYS_MOST = 8      /* timeouts.run_s is a week at most */
};

/* The size of struct ag_item in ABI 1.0: none is smaller. */
#define ITEM_SIZE_LEAST (offsetof(struct ag_item, payload) + sizeof(((struct ag_item *)0)->payload))

/* The daemon asks the same when the item reaches it, which may be as late as the run's end. */
static bool is_near(int32_t business_day)
{
    int32_t today;

    if (business_day == 0)
        return true;
    today = (int32_t)(clock_now_ms() / DAY_MS); /* of UTC: what local time is, is not asked here */
    return clock_is_business_day(business_day, today) &&
           clock_is_business_day(business_day, today + RUN_DAYS_MOST);
}

/* Times of items are asked about by the daemon as well, later; what is near there is near here. */
static bool is_time_near(int64_t at_ms)
{
    int64_t now_ms = clock_now_ms();
    int64_t far_ms = TIME_DAYS_MOST * (int64_t)DAY_MS;

    return at_ms == 0 || (at_ms > 0 && at_ms <= now_ms + far_ms &&
                          at_ms >= now_ms - far_ms + RUN_DAYS_MOST * (int64_t)DAY_MS);
}

/* What was added to struct ag_item after ABI 1.0; 0 from a plugin that was built without. */
static int64_t deadline_of(const struct ag_item *item)
{
    return AG_HAS(item, struct ag_item, deadline_ms) ? item->deadline_ms : 0;
}

static int64_t not_before_of(const struct ag_item *item)
{
    int64_t at_ms = AG_HAS(item, struct ag_item, not_before_ms) ? item->not_before_ms : 0;

    return at_ms < 0 || at_ms > clock_now_ms() ? at_ms : 0; /* long past is as good as at once */
}

static int32_t check_times(const struct ag_item *item)
{
    if (is_time_near(deadline_of(item)) && is_time_near(not_before_of(item)))
        return AG_OK;
    services_log(AG_LOG_ERROR,
                 "add: the deadline %" PRId64 " or the not_before %" PRId64
                 " of \"%s\" is over ten years from now; they are milliseconds since 1970",
                 deadline_of(item), not_before_of(item),
                 services_line(item->reference, AG_REFERENCE_MAX, WIRE_REFERENCE_MAX));
    return AG_BROKEN;
}

static int32_t check_item(const struct ag_item *item, size_t *ret_reference, size_t *ret_payload)
{
    char normalised[REFERENCE_MAX + 1];
    struct fault fault;

    if (!item || item->size < ITEM_SIZE_LEAST || !item->reference || !item->payload) {
        services_log(AG_LOG_ERROR, "add: the item's size is not set, or its texts are NULL");
        return AG_BROKEN;
    }
    *ret_reference = strnlen(item->reference, AG_REFERENCE_MAX);
    *ret_payload = strnlen(item->payload, AG_PAYLOAD_MAX);
    if (*ret_reference > WIRE_REFERENCE_MAX || *ret_payload > WIRE_PAYLOAD_MAX) {
        services_log(AG_LOG_ERROR, "add: a reference over %d or a payload over %d bytes",
                     WIRE_REFERENCE_MAX, WIRE_PAYLOAD_MAX);
        return AG_TOO_BIG;
    }
    if (*ret_reference == 0 || !text_is_line(item->reference, *ret_reference)) {
        services_log(AG_LOG_ERROR, "add: the reference \"%s\" must be one line of UTF-8, not empty",
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX));
        return AG_BROKEN;
    }
    /* What the store would refuse is this item's fault, and not the run's. */
    if (reference_normalise(item->reference, normalised, &fault) < 0) {
        services_log(AG_LOG_ERROR, "add: \"%s\": %s",
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX),
                     fault.text);
        return AG_BROKEN;
    }
    if (!text_is_utf8(item->payload, *ret_payload)) {
        services_log(AG_LOG_ERROR, "add: the payload of \"%s\" is not UTF-8",
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX));
        return AG_BROKEN;
    }
    if (item->priority < -PRIORITY_MOST || item->priority > PRIORITY_MOST) {
        services_log(AG_LOG_ERROR, "add: the priority %d of \"%s\" is not within -%d to %d",
                     (int)item->priority,
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX),
                     PRIORITY_MOST, PRIORITY_MOST);
        return AG_BROKEN;
    }
    if (!is_near(item->business_day)) {
        services_log(AG_LOG_ERROR,
                     "add: the business day %d of \"%s\" is over ten years back or two ahead",
                     (int)item->business_day,
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX));
        return AG_BROKEN;
    }
    return check_times(item);
}

int32_t added_item_take(const struct ag_item *item, struct wire_item *ret_item)
{
    size_t reference = 0;
    size_t payload = 0;
    int32_t outcome = check_item(item, &reference, &payload);

    if (outcome != AG_OK)
        return outcome;
    *ret_item = (struct wire_item){
        .priority = item->priority,
        .business_day = item->business_day,
        .deadline_ms = deadline_of(item),
        .not_before_ms = not_before_of(item),
        .reference = {item->reference, (uint32_t)reference},
        .payload = {item->payload, (uint32_t)payload},
    };
    return AG_OK;
}
