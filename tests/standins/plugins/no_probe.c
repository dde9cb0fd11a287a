/* no_probe.c - a plugin that says probeable, but has no probe(). */

#include "plugins/sdk/automagi.h"

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    return AG_OK;
}

AG_NOTE("{\"id\": \"no_probe\", \"version\": \"1\", \"title\": \"no_probe\","
        "\"side_effects\": \"probeable\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
