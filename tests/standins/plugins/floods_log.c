/* floods_log.c - a plugin that prints without end until it is told to stop. */
#include <stdio.h>

#include "plugins/sdk/automagi.h"

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    while (!host->stopping(host->run))
        (void)puts("all work and no play makes a robot a dull robot");
    return AG_OK;
}

AG_NOTE("{\"id\": \"floods_log\", \"version\": \"1\", \"title\": \"floods_log\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
