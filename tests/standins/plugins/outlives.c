/* outlives.c - a plugin whose constructor asks the kernel not to end its process when the parent ends. */
#include <sys/prctl.h>

#include "plugins/sdk/automagi.h"

__attribute__((constructor)) static void begin(void)
{
    (void)prctl(PR_SET_PDEATHSIG, 0);
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    return AG_OK;
}

AG_NOTE("{\"id\": \"outlives\", \"version\": \"1\", \"title\": \"outlives\", \"side_effects\": "
        "\"manual\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
