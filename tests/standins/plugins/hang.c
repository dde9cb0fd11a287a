/* hang.c - a plugin that waits in perform() until it is told to stop. */
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    while (!host->stopping(host->run))
        (void)usleep(2000);
    return AG_OK;
}

AG_NOTE("{\"id\": \"hang\", \"version\": \"1\", \"title\": \"hang\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
