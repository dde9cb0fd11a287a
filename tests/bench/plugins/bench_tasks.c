/*
 * bench_tasks - the least a plugin can do: collect() adds `items` items, perform() multiplies a
 * hundred times. Its class is manual, so each item is begun durably before it is performed.
 * With "folder" and "log" a run also uses its work folder and writes a line to its log.
 */
#include "automagi.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

AG_NOTE(
    "{\"id\":\"bench_tasks\",\"version\":\"1\",\"title\":\"Benchmark\",\"side_effects\":\"manual\","
    "\"configuration\":{\"type\":\"object\",\"properties\":{"
    "\"items\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":10000000},"
    "\"folder\":{\"type\":\"boolean\"},\"log\":{\"type\":\"boolean\"}}}}");

static long configured_items(const char *configuration)
{
    const char *at = strstr(configuration, "\"items\":");

    return at != NULL ? strtol(at + 8, NULL, 10) : 1;
}

static int is_on(const char *configuration, const char *member)
{
    const char *at = strstr(configuration, member);

    return at != NULL && strncmp(at + strlen(member), "true", 4) == 0;
}

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    char reference[64];
    struct ag_item item;
    long count = configured_items(host->configuration);
    long i;

    (void)state;
    (void)note;
    memset(&item, 0, sizeof(item));
    item.size = (uint32_t)sizeof(item);
    item.reference = reference;
    item.payload = "";
    for (i = 0; i < count; i++) {
        (void)snprintf(reference, sizeof(reference), "sag-%lld-%ld", (long long)host->run_id, i);
        if (host->add(host->run, &item) != AG_OK)
            return AG_BROKEN;
    }
    return AG_OK;
}

static int write_file(const struct ag_host *host)
{
    int folder = host->work_folder(host->run);
    int fd = folder >= 0 ? openat(folder, "result", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    ssize_t written;

    if (fd < 0)
        return -1;
    written = write(fd, "done\n", 5);
    close(fd);
    return written == 5 ? 0 : -1;
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    volatile unsigned value = 1;
    int i;

    (void)state;
    (void)result;
    for (i = 1; i <= 100; i++)
        value = value * (unsigned)i;
    if (is_on(host->configuration, "\"folder\":") && write_file(host) < 0)
        return AG_BROKEN;
    if (is_on(host->configuration, "\"log\":"))
        host->log(host->run, AG_LOG_INFO, "done %s", item->reference);
    return AG_OK;
}

const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect, .perform = perform};
