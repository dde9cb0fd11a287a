/* ok.c - a plugin that does everything right: the configuration says how many items it
 * finds; an item's payload says how it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/sdk/automagi.h"

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    struct ag_item item = {.size = (uint32_t)sizeof(item), .payload = "done"};
    char reference[32];
    int32_t r = AG_OK;
    long count = strtol(host->configuration, NULL, 10);
    int i;

    (void)state;
    for (i = 0; i < count && r == AG_OK; i++) {
        (void)snprintf(reference, sizeof(reference), "case-%d", i);
        item.reference = reference;
        item.priority = i % 3;
        item.business_day = 20000 + i;
        r = host->add(host->run, &item);
    }
    if (r == AG_OK && count > 0)
        r = host->flush(host->run);
    if (r != AG_OK)
        (void)snprintf(note, AG_NOTE_MAX, "add or flush gave %d", (int)r);
    return r;
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    if (strcmp(item->payload, "business") == 0) {
        (void)snprintf(result->note, sizeof(result->note), "%s",
                       "first line\nsecond, 010190-1234, \xff end");
        (void)snprintf(result->department, sizeof(result->department), "%s", "roads");
        return AG_BUSINESS;
    }
    if (strcmp(item->payload, "transient") == 0)
        return AG_TRANSIENT;
    if (strcmp(item->payload, "broken") == 0) {
        (void)snprintf(result->note, sizeof(result->note), "%s", "the target system is gone");
        return AG_BROKEN;
    }
    if (strcmp(item->payload, "odd") == 0)
        return 42;
    return AG_OK;
}

static int32_t probe(const struct ag_host *host, void *state, const struct ag_item *item,
                     struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)result;
    if (strcmp(item->payload, "was done") == 0)
        return AG_OK;
    if (strcmp(item->payload, "cannot tell") == 0)
        return AG_UNKNOWN;
    return AG_NOT_DONE;
}

AG_NOTE("{\"id\": \"ok\", \"version\": \"1\", \"title\": \"Does everything right\","
        "\"side_effects\": \"probeable\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform, .probe = probe};
