/*
 * slow.h - a plugin whose effect on the outside world can be counted: perform() appends the
 * item's reference to the file `effects` in the granted folder "out", then takes "ms"
 * milliseconds to return; after "held" items of a run each one also takes until there is a file
 * `go` in that folder, or the run is asked to end. Included once by slow_manual.c, slow_idempotent.c and
 * slow_probeable.c, which differ in SLOW_ID and SLOW_CLASS alone.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static long configured(const struct ag_host *host, const char *member, long fallback)
{
    const char *at = strstr(host->configuration, member);

    return at != NULL ? strtol(at + strlen(member), NULL, 10) : fallback;
}

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    struct ag_item item = {.size = (uint32_t)sizeof(item), .payload = "work"};
    long count = configured(host, "\"items\":", 10);
    char reference[64];
    long i;

    (void)state;
    (void)note;
    for (i = 0; i < count; i++) {
        (void)snprintf(reference, sizeof(reference), "sag-%ld", i);
        item.reference = reference;
        item.business_day = 20700;
        if (host->add(host->run, &item) != AG_OK)
            return AG_BROKEN;
    }
    return AG_OK;
}

/* Work that does not end before a test has done what it wants to do meanwhile. */
static void hold(const struct ag_host *host)
{
    static long performed;
    const struct timespec moment = {0, 5000000};
    long held = configured(host, "\"held\":", 0);

    performed++;
    while (held > 0 && performed > held && !host->stopping(host->run) &&
           faccessat(host->folder(host->run, "out"), "go", F_OK, 0) != 0)
        (void)nanosleep(&moment, NULL);
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    long ms = configured(host, "\"ms\":", 5);
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    char line[300];
    int length = snprintf(line, sizeof(line), "%s\n", item->reference);
    int fd = openat(host->folder(host->run, "out"), "effects",
                    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

    (void)state;
    if (fd < 0 || write(fd, line, (size_t)length) != length) {
        (void)snprintf(result->note, sizeof(result->note), "the folder out cannot be written");
        return AG_BROKEN;
    }
    close(fd);
    (void)nanosleep(&pause, NULL);
    hold(host);
    return AG_OK;
}

#ifdef SLOW_PROBE
/* Was the reference written? The file is the system that is asked. */
static int32_t probe(const struct ag_host *host, void *state, const struct ag_item *item,
                     struct ag_result *result)
{
    int fd = openat(host->folder(host->run, "out"), "effects", O_RDONLY | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    size_t length = strlen(item->reference);
    char line[300];
    int found = 0;

    (void)state;
    (void)result;
    if (file == NULL)
        return AG_NOT_DONE;
    while (!found && fgets(line, (int)sizeof(line), file) != NULL)
        found = strncmp(line, item->reference, length) == 0 && line[length] == '\n';
    (void)fclose(file);
    return found ? AG_OK : AG_NOT_DONE;
}
#endif

AG_NOTE("{\"id\":\"" SLOW_ID
        "\",\"version\":\"1\",\"title\":\"Slow\",\"side_effects\":\"" SLOW_CLASS
        "\",\"folders\":{\"out\":\"the outside world\"},\"configuration\":{\"type\":\"object\","
        "\"properties\":{\"items\":{\"type\":\"integer\"},\"ms\":{\"type\":\"integer\"},"
        "\"held\":{\"type\":\"integer\"}}}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {
    AG_PLUGIN_HEADER,
    .collect = collect,
    .perform = perform,
#ifdef SLOW_PROBE
    .probe = probe,
#endif
};
