/* bad_abi.c - a plugin for another major version of the interface. */

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

AG_NOTE("{\"id\": \"bad_abi\", \"version\": \"1\", \"title\": \"bad_abi\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {.magic = AG_ABI_MAGIC,
                                                    .abi = (AG_ABI_MAJOR + 1) << 16,
                                                    .size = (uint32_t)sizeof(struct ag_plugin),
                                                    .perform = perform};
