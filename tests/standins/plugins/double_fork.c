/* double_fork.c - a plugin whose grandchild leaves the session and would outlive it. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    if (fork() == 0) {
        (void)setsid();
        (void)signal(SIGTERM, SIG_IGN);
        (void)signal(SIGHUP, SIG_IGN);
        if (fork() != 0)
            _exit(0);
        for (;;)
            (void)pause();
    }
    (void)wait(NULL);
    return AG_OK;
}

AG_NOTE("{\"id\": \"double_fork\", \"version\": \"1\", \"title\": \"double_fork\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
