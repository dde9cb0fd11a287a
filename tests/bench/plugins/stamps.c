/*
 * stamps - the first thing that collect() does is to look at the clock: nanoseconds since 1970 go
 * to the run's log, as "stamp N". There is nothing to perform.
 */
#include "automagi.h"

#include <time.h>

AG_NOTE("{\"id\":\"stamps\",\"version\":\"1\",\"title\":\"When it began\","
        "\"side_effects\":\"idempotent\"}");

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)state;
    (void)note;
    host->log(host->run, AG_LOG_INFO, "stamp %lld%09ld", (long long)now.tv_sec, now.tv_nsec);
    return AG_OK;
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

const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect, .perform = perform};
