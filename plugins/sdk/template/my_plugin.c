/* my_plugin.c - one task for every text file in a folder. Change collect() and perform(). */
#include "automagi.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Read without running the plugin. side_effects "idempotent": an item may be done twice. */
AG_NOTE("{\"id\":\"my_plugin\",\"version\":\"0.1.0\",\"title\":\"My plugin\","
        "\"side_effects\":\"idempotent\",\"folders\":{\"input\":\"text files, *.txt\"},"
        "\"configuration\":{\"type\":\"object\",\"properties\":{}}}");

/* Once per run: find work, and put it on the queue. What was seen before is left alone. */
static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    int fd = openat(host->folder(host->run, "input"), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    (void)state;
    if (folder == NULL) {
        if (fd >= 0)
            (void)close(fd);
        (void)snprintf(note, AG_NOTE_MAX, "The folder \"input\" cannot be read by uid %u.",
                       (unsigned)getuid());
        return AG_BROKEN;
    }
    while (!host->stopping(host->run) && (entry = readdir(folder)) != NULL) {
        struct ag_item item = {.size = sizeof(item), .reference = entry->d_name, .payload = ""};
        const char *dot = strrchr(entry->d_name, '.');

        if (dot != NULL && strcmp(dot, ".txt") == 0)
            (void)host->add(host->run, &item);
    }
    (void)closedir(folder);
    return AG_OK;
}

/* Once per item: do it. What is returned is what is recorded. */
static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    int fd = -1;
    char bytes[4096];
    ssize_t count;
    long total = 0;

    (void)state;
    if (strchr(item->reference, '/') == NULL) /* stay in the folder */
        fd = openat(host->folder(host->run, "input"), item->reference,
                    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    while (fd >= 0 && (count = read(fd, bytes, sizeof(bytes))) != 0) {
        if (count < 0) {
            (void)close(fd);
            fd = -1;
            break;
        }
        total += count;
    }
    if (fd < 0) { /* gone, or not now: it is tried again */
        (void)snprintf(result->note, AG_NOTE_MAX, "%.200s cannot be read", item->reference);
        return AG_TRANSIENT;
    }
    (void)close(fd);
    if (total == 0) { /* for a person: which work, what is wrong, what to do */
        (void)snprintf(result->note, AG_NOTE_MAX, "%.200s is empty; fill it, then retry",
                       item->reference);
        return AG_BUSINESS;
    }
    host->log(host->run, AG_LOG_INFO, "%s: %ld bytes", item->reference, total);
    (void)snprintf(result->note, AG_NOTE_MAX, "%.200s: %ld bytes", item->reference, total);
    return AG_OK;
}

const struct ag_plugin automagi_plugin = {
    AG_PLUGIN_HEADER,
    .collect = collect,
    .perform = perform,
};
