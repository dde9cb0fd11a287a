/* odd_items.c - a plugin that tries to put what may not be put on the queue. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugins/sdk/automagi.h"

/* Times over ten years from now, and those of a plugin that was built before there were any. */
static int add_times(const struct ag_host *host)
{
    struct ag_item item = {.size = (uint32_t)sizeof(item), .reference = "t1", .payload = ""};
    static const int64_t far[] = {-1, 1, INT64_MIN, INT64_MAX, INT64_C(1000000000)};
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    size_t i;

    for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        item.deadline_ms = far[i];
        if (host->add(host->run, &item) != AG_BROKEN)
            return -1;
    }
    item.deadline_ms = now_ms + 7200000;
    item.not_before_ms = -1;
    if (host->add(host->run, &item) != AG_BROKEN)
        return -2;
    item.not_before_ms = INT64_MAX;
    if (host->add(host->run, &item) != AG_BROKEN)
        return -3;
    item.not_before_ms = now_ms + 3600000;
    if (host->add(host->run, &item) != AG_OK)
        return -4;
    item.reference = "t2";
    item.size = 32; /* all there was in ABI 1.0: what lies behind is none of the item */
    item.deadline_ms = -1;
    if (host->add(host->run, &item) != AG_OK)
        return -5;
    item.reference = "t3";
    item.size = (uint32_t)sizeof(item);
    item.deadline_ms = now_ms - 3600000;
    item.not_before_ms = 5; /* long past is at once */
    return host->add(host->run, &item) == AG_OK ? 0 : -6;
}

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    static char long_reference[AG_REFERENCE_MAX + 10];
    static char long_payload[AG_PAYLOAD_MAX + 10];
    static char largest[AG_PAYLOAD_MAX];
    static char grows[AG_REFERENCE_MAX]; /* a character that composition takes apart */
    struct ag_item item = {.size = (uint32_t)sizeof(item), .reference = "a", .payload = ""};
    struct {
        const char *reference;
        const char *payload;
        int32_t priority;
        int32_t expected;
        int32_t business_day;
    } const tries[] = {{"", "", 0, AG_BROKEN, 0},
                       {"a\nb", "", 0, AG_BROKEN, 0},
                       {"\xff", "", 0, AG_BROKEN, 0},
                       {" \xc2\xa0 ", "", 0, AG_BROKEN, 0},
                       {grows, "", 0, AG_BROKEN, 0},
                       {NULL, "", 0, AG_BROKEN, 0},
                       {"a", NULL, 0, AG_BROKEN, 0},
                       {"a", "\xc3", 0, AG_BROKEN, 0},
                       {"a", "", 1001, AG_BROKEN, 0},
                       {"a", "", -1001, AG_BROKEN, 0},
                       {"a", "", 0, AG_BROKEN, 1},
                       {"a", "", 0, AG_BROKEN, INT32_MAX},
                       {"a", "", 0, AG_BROKEN, INT32_MIN},
                       {long_reference, "", 0, AG_TOO_BIG, 0},
                       {"a", long_payload, 0, AG_TOO_BIG, 0},
                       {"l1", largest, 1000, AG_OK, 0},
                       {"l2", largest, -1000, AG_OK, 0},
                       {"l3", "tab\tand\nline", 0, AG_OK, 0}};
    size_t i;

    (void)state;
    (void)memset(long_reference, 'r', sizeof(long_reference) - 1);
    (void)memset(long_payload, 'p', sizeof(long_payload) - 1);
    (void)memset(largest, 'q', sizeof(largest) - 1);
    for (i = 0; i + 3 < sizeof(grows); i += 3)
        (void)memcpy(grows + i, "\xe0\xa5\x98", 3);
    for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        item.reference = tries[i].reference;
        item.payload = tries[i].payload;
        item.priority = tries[i].priority;
        item.business_day = tries[i].business_day;
        if (host->add(host->run, &item) != tries[i].expected) {
            (void)snprintf(note, AG_NOTE_MAX, "try %zu", i);
            return AG_BROKEN;
        }
    }
    if (add_times(host) < 0) {
        (void)snprintf(note, AG_NOTE_MAX, "times: %d", add_times(host));
        return AG_BROKEN;
    }
    item.size = 8;
    if (host->add(host->run, &item) != AG_BROKEN)
        return 17;
    return AG_OK;
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    return AG_OK;
}

AG_NOTE("{\"id\": \"odd_items\", \"version\": \"1\", \"title\": \"Odd items\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform};
