/* strays.c - a plugin that calls its host from a thread of its own, and whose perform() is of a library that closes
 * every descriptor it does not know and then connects somewhere: what it connects with has the run's channel's number. */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static const struct ag_host *called;
static int32_t answers[2];

static void *call(void *context)
{
    struct ag_item item = {
        .size = (uint32_t)sizeof(item), .reference = "of the thread", .payload = ""};

    answers[0] = called->add(called->run, &item);
    answers[1] = called->flush(called->run);
    return context;
}

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    pthread_t thread;

    (void)state;
    if (strcmp(host->configuration, "\"thread\"") != 0)
        return AG_OK;
    called = host;
    if (pthread_create(&thread, NULL, call, NULL) != 0 || pthread_join(thread, NULL) != 0)
        return AG_BROKEN;
    if (answers[0] == AG_BROKEN && answers[1] == AG_BROKEN)
        return AG_OK;
    (void)strncpy(note, "another thread was listened to", AG_NOTE_MAX - 1);
    return AG_BROKEN;
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    int connected[2];

    (void)host;
    (void)state;
    (void)item;
    (void)result;
    if (close_range(STDERR_FILENO + 1, UINT_MAX, 0) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, connected) < 0)
        return AG_BROKEN;
    return AG_OK;
}

AG_NOTE("{\"id\": \"strays\", \"version\": \"1\", \"title\": \"strays\", \"side_effects\": "
        "\"manual\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform};
