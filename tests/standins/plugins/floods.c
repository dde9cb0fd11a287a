/* floods.c - a plugin that passes the library by: what it writes on the run's channel, without
 * end and without reading an answer, is for the configuration to say. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

enum { CHANNEL_FD = 3, FRAME_ADD = 33, FRAME_FLUSH = 34, FRAME_LEASE = 36, FRAME_MAX = 80 };

static char frame[FRAME_MAX];
static size_t length;

static void put(uint32_t value)
{
    (void)memcpy(frame + length, &value, sizeof(value));
    length += sizeof(value);
}

/* One new item "r" with this business day. */
static void put_add(int32_t business_day)
{
    put(FRAME_ADD);
    put(1);
    put(0);
    put(0); /* the id: 64 bits */
    put(0);
    put(0);
    put(0);
    put((uint32_t)business_day);
    put(0); /* no deadline, nothing that it waits for, and when it was added: 64 bits each */
    put(0);
    put(0);
    put(0);
    put(0);
    put(0);
    put(1);
    frame[length++] = 'r';
    put(0);
}

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    useconds_t pause_us = 0;

    (void)state;
    (void)note;
    length = 0;
    if (strstr(host->configuration, "\"far day\"") != NULL) {
        put_add(INT32_MAX);
    } else if (strstr(host->configuration, "\"lease after stop\"") != NULL) {
        while (!host->stopping(host->run))
            (void)usleep(1000);
        put(FRAME_LEASE);
        put(1);
    } else {
        put(FRAME_FLUSH);
        /* Slow enough that each is answered before the next comes. */
        pause_us = strstr(host->configuration, "\"slow flush\"") != NULL ? 200 : 0;
    }
    for (;;) {
        if (send(CHANNEL_FD, frame, length, MSG_NOSIGNAL) < 0 && errno != EINTR)
            return AG_BROKEN;
        if (pause_us > 0)
            (void)usleep(pause_us);
    }
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

AG_NOTE("{\"id\": \"floods\", \"version\": \"1\", \"title\": \"floods\","
        "\"side_effects\": \"idempotent\","
        "\"configuration\": {\"type\": \"object\", \"properties\": {\"with\": {\"type\": "
        "\"string\"}}}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform};
