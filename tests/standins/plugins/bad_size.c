/* bad_size.c - a plugin whose struct is shorter than any version's. */

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

AG_NOTE("{\"id\": \"bad_size\", \"version\": \"1\", \"title\": \"bad_size\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {
    .magic = AG_ABI_MAGIC, .abi = AG_ABI, .size = 24, .perform = perform};
