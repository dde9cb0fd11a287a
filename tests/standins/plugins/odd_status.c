/* odd_status.c - a plugin whose constructor takes the host's place and tells of each run that it
 * ended with a number that is no status. */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

enum { CONTROL_FD = 3, FRAME_READY = 4, FRAME_RUN = 6, FRAME_ENDED = 9 };

struct __attribute__((packed)) ended {
    uint32_t type;
    int64_t run;
    int32_t status;
    int64_t cpu_ms, rss_kib, log_bytes;
    uint32_t step, begun;
};

__attribute__((constructor)) static void take_over(void)
{
    const uint32_t ready = FRAME_READY;
    struct ended ended = {.type = FRAME_ENDED, .status = INT32_MIN};
    char bytes[4096];
    uint32_t type;

    (void)send(CONTROL_FD, &ready, sizeof(ready), MSG_NOSIGNAL);
    /* The channel that comes along is not taken: the kernel closes it. */
    while (recv(CONTROL_FD, bytes, sizeof(bytes), 0) > 0) {
        (void)memcpy(&type, bytes, sizeof(type));
        if (type != FRAME_RUN)
            continue;
        (void)memcpy(&ended.run, bytes + sizeof(type), sizeof(ended.run));
        (void)send(CONTROL_FD, &ended, sizeof(ended), MSG_NOSIGNAL);
    }
    _exit(0);
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

AG_NOTE("{\"id\": \"odd_status\", \"version\": \"1\", \"title\": \"odd_status\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
