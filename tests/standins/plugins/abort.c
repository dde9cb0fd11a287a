/* abort.c - a plugin that calls abort() in its first item. */
#include <stdlib.h>

#include "plugins/sdk/automagi.h"

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    abort();
}

AG_NOTE("{\"id\": \"abort\", \"version\": \"1\", \"title\": \"abort\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
