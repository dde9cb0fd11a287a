/* follows.c - a plugin whose items bring others: one is put on the queue in each of its callbacks. The item's
 * payload says whether it jumps out of flush(), and asks for another; or waits for a stop, as collect() does when
 * the configuration says so. */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "plugins/sdk/automagi.h"

static sigjmp_buf place;

static int32_t put(const struct ag_host *host, const char *reference)
{
    const struct ag_item item = {
        .size = (uint32_t)sizeof(item), .reference = reference, .payload = ""};

    return host->add(host->run, &item);
}

static void leave(int number)
{
    (void)number;
    siglongjmp(place, 1);
}

/* After a tenth of a second, if it has not returned by then. */
static int32_t jump_out_of_flush(const struct ag_host *host)
{
    const struct itimerval soon = {.it_value = {.tv_usec = 100000}};
    struct sigaction action;

    (void)memset(&action, 0, sizeof(action));
    action.sa_handler = leave;
    (void)sigaction(SIGALRM, &action, NULL);
    if (sigsetjmp(place, 1) == 0) {
        (void)setitimer(ITIMER_REAL, &soon, NULL);
        return host->flush(host->run);
    }
    return AG_OK;
}

static int32_t open_run(const struct ag_host *host, void **state, char note[AG_NOTE_MAX])
{
    (void)state;
    (void)note;
    return put(host, "of open");
}

/* Its flush() tells the daemon's side where the run is. */
static int32_t put_when_stopped(const struct ag_host *host, const char *reference)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    int32_t r = host->flush(host->run);

    while (!host->stopping(host->run))
        (void)nanosleep(&moment, NULL);
    return r == AG_OK ? put(host, reference) : r;
}

/* At another millisecond than that of open(). */
static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    const struct timespec moment = {.tv_nsec = 2000000};

    (void)state;
    (void)note;
    (void)nanosleep(&moment, NULL);
    if (strstr(host->configuration, "stop") != NULL)
        (void)put_when_stopped(host, "of a stopped collect");
    return put(host, "of collect");
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    int32_t r;

    (void)state;
    (void)result;
    if (strcmp(item->payload, "nothing") == 0)
        return AG_OK;
    r = put(host, "of perform");
    if (strcmp(item->payload, "stop") == 0) {
        r = put_when_stopped(host, "of a stopped perform");
        return r == AG_OK ? host->flush(host->run) : r;
    }
    if (strcmp(item->payload, "jump") != 0)
        return r;
    (void)jump_out_of_flush(host);
    (void)put(host, "after the jump");
    return host->flush(host->run);
}

static int32_t probe(const struct ag_host *host, void *state, const struct ag_item *item,
                     struct ag_result *result)
{
    (void)state;
    (void)item;
    (void)result;
    (void)put(host, "of probe");
    return put_when_stopped(host, "of a stopped probe");
}

static void close_run(const struct ag_host *host, void *state)
{
    (void)state;
    (void)put(host, "of close");
}

AG_NOTE("{\"id\": \"follows\", \"version\": \"1\", \"title\": \"Brings more\","
        "\"side_effects\": \"idempotent\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER,   .open = open_run,
                                                    .collect = collect, .perform = perform,
                                                    .probe = probe,     .close = close_run};
