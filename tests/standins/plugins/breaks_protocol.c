/* breaks_protocol.c - a plugin that puts bytes of its own on the run's channel while it does the
 * second of six items, and then goes on. Each that is done is a line of the file `effects` in the
 * granted folder "out"; class of side effects: manual. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

enum { CHANNEL_FD = 3 };

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    struct ag_item item = {.size = (uint32_t)sizeof(item), .payload = "", .business_day = 20700};
    char reference[16];
    int i;

    (void)state;
    (void)note;
    for (i = 0; i < 6; i++) {
        (void)snprintf(reference, sizeof(reference), "sag-%d", i);
        item.reference = reference;
        if (host->add(host->run, &item) != AG_OK)
            return AG_BROKEN;
    }
    return AG_OK;
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    char line[300];
    int length = snprintf(line, sizeof(line), "%s\n", item->reference);
    int fd = openat(host->folder(host->run, "out"), "effects",
                    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int is_bad = fd < 0 || write(fd, line, (size_t)length) != length;

    (void)state;
    (void)result;
    if (fd >= 0)
        close(fd);
    if (strcmp(item->reference, "sag-1") == 0)
        is_bad = is_bad || write(CHANNEL_FD, "none", 4) != 4;
    return is_bad ? AG_BROKEN : AG_OK;
}

AG_NOTE("{\"id\":\"breaks_protocol\",\"version\":\"1\",\"title\":\"breaks the protocol\","
        "\"folders\":{\"out\":\"the outside world\"}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform};
