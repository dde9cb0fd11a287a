/* ignores_term.c - a plugin that never stops by itself. */
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)state;
    (void)item;
    (void)result;
    while (host)
        (void)pause();
    return AG_OK;
}

AG_NOTE("{\"id\": \"ignores_term\", \"version\": \"1\", \"title\": \"ignores_term\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
