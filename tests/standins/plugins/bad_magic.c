/* bad_magic.c - a plugin with another magic number. */

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

AG_NOTE("{\"id\": \"bad_magic\", \"version\": \"1\", \"title\": \"bad_magic\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {.magic = 0x12345678u,
                                                    .abi = AG_ABI,
                                                    .size = (uint32_t)sizeof(struct ag_plugin),
                                                    .perform = perform};
