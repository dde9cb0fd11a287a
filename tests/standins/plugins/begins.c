/* begins.c - a plugin whose constructor begins what would outlive runs: a process, one of a session of its own whose
 * parent has ended, and one that is the first of a process namespace. A thread that it joins is over. perform() fails when
 * one of the processes lives: each holds a lock that the kernel takes from whoever is gone. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

enum { OF_CHILD, OF_ORPHAN, OF_NAMESPACE, LOCKS };

static pthread_mutex_t *locks; /* shared with all that is forked */

static void make_locks(void)
{
    pthread_mutexattr_t kind;
    int i;

    locks = mmap(NULL, LOCKS * sizeof(*locks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    if (locks == MAP_FAILED)
        _exit(1);
    (void)pthread_mutexattr_init(&kind);
    (void)pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    (void)pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    for (i = 0; i < LOCKS; i++)
        (void)pthread_mutex_init(&locks[i], &kind);
}

static _Noreturn void live(int number)
{
    if (pthread_mutex_lock(&locks[number]) != 0)
        _exit(1);
    for (;;)
        (void)pause();
}

/* Does somebody hold it, who lives? */
static bool is_held(int number)
{
    int result = pthread_mutex_trylock(&locks[number]);

    if (result == 0)
        (void)pthread_mutex_unlock(&locks[number]);
    return result == EBUSY;
}

/* A child that ends when another one lives that is its own. */
static void begin_orphan(int number)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)setsid();
        if (number == OF_NAMESPACE && unshare(CLONE_NEWPID) < 0)
            _exit(1);
        if (fork() == 0)
            live(number);
        _exit(0);
    }
    (void)waitpid(pid, NULL, 0);
}

static void *end_at_once(void *nothing)
{
    return nothing;
}

__attribute__((constructor)) static void begin(void)
{
    pthread_t thread;
    int i;

    make_locks();
    if (fork() == 0)
        live(OF_CHILD);
    begin_orphan(OF_ORPHAN);
    begin_orphan(OF_NAMESPACE);
    for (i = 0; i < LOCKS; i++)
        while (!is_held(i))
            (void)
                sched_yield(); /* without end when it did not begin: then the plugin does not load */
    if (pthread_create(&thread, NULL, end_at_once, NULL) != 0 || pthread_join(thread, NULL) != 0)
        _exit(1);
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    return is_held(OF_CHILD) || is_held(OF_ORPHAN) || is_held(OF_NAMESPACE) ? AG_BROKEN : AG_OK;
}

AG_NOTE("{\"id\": \"begins\", \"version\": \"1\", \"title\": \"begins\", \"side_effects\": "
        "\"manual\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
