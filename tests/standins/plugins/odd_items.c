/* odd_items.c - a plugin that tries to put what may not be put on the queue. */
#include <stdio.h>
#include <string.h>

#include "plugins/sdk/automagi.h"

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
