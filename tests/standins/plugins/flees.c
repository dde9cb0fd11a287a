/* flees.c - a plugin whose run begins with a grandchild that leaves its session, heeds no order to
 * stop, closes whatever it could be known by, and would outlive it. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    (void)host;
    (void)state;
    (void)note;
    if (fork() == 0) {
        (void)setsid();
        (void)signal(SIGTERM, SIG_IGN);
        (void)signal(SIGHUP, SIG_IGN);
        (void)close_range(0, ~0U, 0);
        if (fork() != 0)
            _exit(0);
        for (;;)
            (void)pause();
    }
    (void)wait(NULL);
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

AG_NOTE("{\"id\":\"flees\",\"version\":\"1\",\"title\":\"Flees\","
        "\"folders\":{\"out\":\"by which its processes are known\"}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform};
