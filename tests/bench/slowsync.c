/*
 * slowsync.so - a disk whose flush takes SLOWSYNC_US microseconds longer, and as long as there is
 * a file SLOWSYNC_WHILE.
 *
 * Preloaded into every program of a benchmark. Virtual machines often acknowledge a flush
 * without waiting for a medium; a missing group commit only shows when it takes as long as on a
 * real disk.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int sync_call(int fd);

/* A disk that does not answer, until the test lets it. */
static void wait_for_the_disk(void)
{
    const char *stuck = getenv("SLOWSYNC_WHILE");
    struct timespec tick = {0, 10000000};

    while (stuck != NULL && access(stuck, F_OK) == 0)
        (void)nanosleep(&tick, NULL);
}

static void wait_longer(void)
{
    const char *text = getenv("SLOWSYNC_US");
    long microseconds = text != NULL ? strtol(text, NULL, 10) : 1000;
    struct timespec pause = {microseconds / 1000000, microseconds % 1000000 * 1000};

    (void)nanosleep(&pause, NULL);
}

static int call_next(const char *name, int fd)
{
    sync_call *next;

    *(void **)&next = dlsym(RTLD_NEXT, name);
    wait_longer();
    wait_for_the_disk();
    return next(fd);
}

int fsync(int fd)
{
    return call_next("fsync", fd);
}

int fdatasync(int fd)
{
    return call_next("fdatasync", fd);
}
