/* crash.c - a plugin that follows a wild pointer in its first item. */
#include <stddef.h>

#include "plugins/sdk/automagi.h"

static volatile int *volatile nowhere;

/* The sanitizers would tell of it in their own way. */
__attribute__((no_sanitize("undefined", "address"))) static int32_t
perform(const struct ag_host *host, void *state, const struct ag_item *item,
        struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    *nowhere = 1;
    return AG_OK;
}

AG_NOTE("{\"id\": \"crash\", \"version\": \"1\", \"title\": \"crash\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
