/* fills_queue.c - a plugin that finds more than there can be: small items of one day, large ones, or
 * one for each day back from today. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugins/sdk/automagi.h"

enum { LARGE = 65000, DAY_S = 86400, DAYS_MOST = 3600 };

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    static char payload[LARGE + 1];
    char reference[32];
    struct ag_item item = {
        .size = (uint32_t)sizeof(item), .reference = reference, .payload = payload};
    bool is_daily = strstr(host->configuration, "\"days\"") != NULL;
    int32_t r = AG_OK;
    int i;

    (void)state;
    (void)note;
    if (strstr(host->configuration, "\"large\"") != NULL)
        (void)memset(payload, 'x', LARGE);
    for (i = 1; r == AG_OK && !host->stopping(host->run) && (!is_daily || i < DAYS_MOST); i++) {
        (void)snprintf(reference, sizeof(reference), "found-%d", i);
        if (is_daily)
            item.business_day = (int32_t)(time(NULL) / DAY_S) - i;
        r = host->add(host->run, &item);
    }
    if (r == AG_OK)
        r = host->flush(host->run);
    return r == AG_STOPPED ? AG_OK : r;
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

AG_NOTE("{\"id\": \"fills_queue\", \"version\": \"1\", \"title\": \"fills_queue\","
        "\"side_effects\": \"idempotent\","
        "\"configuration\": {\"type\": \"object\", \"properties\": {\"with\": {\"type\": "
        "\"string\"}}}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform};
