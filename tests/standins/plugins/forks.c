/* forks.c - a plugin that forks wherever it is called, and forgets in the copy to end it: that returns as the
 * first process does, which waits for it. And the same with a copy that is the first of a process namespace of its
 * own, where it may have one. */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

/* True in the copy. */
static bool fork_and_forget(void)
{
    pid_t pid = fork();

    if (pid > 0) {
        (void)waitpid(pid, NULL, 0);
        pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
        if (pid > 0)
            (void)waitpid(pid, NULL, 0);
    }
    return pid == 0;
}

__attribute__((constructor)) static void begin(void)
{
    (void)fork_and_forget();
}

static int32_t open_all(const struct ag_host *host, void **state, char note[AG_NOTE_MAX])
{
    (void)host;
    (void)state;
    (void)note;
    (void)fork_and_forget();
    return AG_OK;
}

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    struct ag_item item = {
        .size = (uint32_t)sizeof(item), .reference = "of the copy", .payload = ""};

    (void)state;
    (void)note;
    if (fork_and_forget()) {
        (void)host->add(host->run, &item);
        (void)host->flush(host->run);
    }
    return AG_OK;
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    (void)fork_and_forget();
    return AG_OK;
}

static int32_t probe(const struct ag_host *host, void *state, const struct ag_item *item,
                     struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    (void)fork_and_forget();
    return AG_NOT_DONE;
}

static void close_all(const struct ag_host *host, void *state)
{
    (void)host;
    (void)state;
    (void)fork_and_forget();
}

AG_NOTE("{\"id\": \"forks\", \"version\": \"1\", \"title\": \"forks\", \"side_effects\": "
        "\"probeable\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER,   .open = open_all,
                                                    .collect = collect, .perform = perform,
                                                    .probe = probe,     .close = close_all};
