/* begins_thread.c - a plugin whose constructor begins a thread and leaves it. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static void *sit(void *nothing)
{
    while (pause() == -1)
        continue;
    return nothing;
}

__attribute__((constructor)) static void begin(void)
{
    pthread_t thread;

    (void)pthread_create(&thread, NULL, sit, NULL);
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

AG_NOTE("{\"id\": \"begins_thread\", \"version\": \"1\", \"title\": \"begins_thread\", "
        "\"side_effects\": "
        "\"manual\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
