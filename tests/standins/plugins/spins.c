/* spins.c - a plugin that uses CPU time until it may no more. */
#include "plugins/sdk/automagi.h"

static volatile unsigned long turns;

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)state;
    (void)item;
    (void)result;
    while (host)
        turns++;
    return AG_OK;
}

AG_NOTE("{\"id\": \"spins\", \"version\": \"1\", \"title\": \"spins\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
