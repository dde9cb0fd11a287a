/*
 * misbehaves_takes.h - plugins that take what there is: processes, memory, descriptors, disk. Part of
 * misbehaves.h.
 */
#ifndef AUTOMAGI_STANDINS_MISBEHAVES_TAKES_H
#define AUTOMAGI_STANDINS_MISBEHAVES_TAKES_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/standins/plugins/misbehaves_ends.h"

enum { CHUNK = 1 << 20, MOST_CHUNKS = 512, MOST_PROCESSES = 3000, MOST_FDS = 70000 };

/* It got more than it may have: that is for the run's note. */
static int32_t tell(const struct harm *harm, const char *what, long got)
{
    (void)snprintf(harm->note, AG_NOTE_MAX, "it got %ld %s", got, what);
    return AG_BROKEN;
}

_Noreturn static void outlive(void)
{
    (void)setsid();
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    if (fork() != 0)
        _exit(0);
    for (;;)
        (void)pause();
}

static int32_t harm_daemonise(const struct harm *harm)
{
    (void)harm;
    if (fork() == 0)
        outlive();
    return AG_OK;
}

/* Another program, which looks for a parent of its own and holds on to the run's descriptors. */
static int32_t harm_browser(const struct harm *harm)
{
    (void)harm;
    if (fork() == 0) {
        (void)setsid();
        (void)signal(SIGTERM, SIG_IGN);
        (void)signal(SIGHUP, SIG_IGN);
        if (fork() != 0)
            _exit(0);
        (void)execl("/bin/sleep", "sleep", "600", (char *)NULL);
        _exit(1);
    }
    return AG_OK;
}

/* More than limits.processes (the number) would be a lie of the kernel. */
static int32_t harm_fork_bomb(const struct harm *harm)
{
    long got = 0;
    pid_t pid;

    while (got < MOST_PROCESSES) {
        pid = fork();
        if (pid == 0)
            (void)pause();
        if (pid < 0)
            break;
        got++;
    }
    return got > harm->number ? tell(harm, "processes", got) : AG_OK;
}

/* They fork and die as fast as they can, and never look after each other. */
static int32_t harm_fork_storm(const struct harm *harm)
{
    (void)harm;
    (void)signal(SIGTERM, SIG_IGN);
    for (;;)
        if (fork() > 0 && getpid() != 1)
            _exit(0);
}

/* So many that use the processor, beside the one that waits for them. */
static int32_t harm_spin_many(const struct harm *harm)
{
    long i;

    for (i = 0; i < harm->number; i++)
        if (fork() == 0)
            (void)harm_spin(harm);
    return harm_spin(harm);
}

static void *sit(void *nothing)
{
    for (;;)
        (void)pause();
    return nothing;
}

static int32_t harm_threads(const struct harm *harm)
{
    pthread_t thread;
    long got = 0;

    while (got < MOST_PROCESSES && pthread_create(&thread, NULL, sit, NULL) == 0)
        got++;
    return got > harm->number ? tell(harm, "threads", got) : AG_OK;
}

/* All that malloc gives, touched. */
static int32_t harm_malloc(const struct harm *harm)
{
    long got = 0;
    char *memory;

    while (got < MOST_CHUNKS && (memory = malloc(CHUNK)) != NULL) {
        (void)memset(memory, 1, CHUNK);
        got++;
    }
    return got > harm->number ? tell(harm, "MiB", got) : AG_OK;
}

/* ... in ever smaller pieces, until not even the smallest is left. */
static int32_t harm_malloc_rest(const struct harm *harm)
{
    size_t got = 0;
    size_t size = CHUNK;
    char *memory;

    while (size >= sizeof(long) && got / CHUNK < MOST_CHUNKS) {
        memory = malloc(size);
        if (memory == NULL) {
            size /= 2;
            continue;
        }
        (void)memset(memory, 1, size);
        got += size;
    }
    return (long)(got / CHUNK) > harm->number ? tell(harm, "MiB", (long)(got / CHUNK)) : AG_OK;
}

static int32_t harm_mmap(const struct harm *harm)
{
    const void *memory = NULL;
    long got = 0;

    while (got < MOST_CHUNKS && memory != MAP_FAILED) {
        memory = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        got += memory != MAP_FAILED;
    }
    return got > harm->number ? tell(harm, "MiB", got) : AG_OK;
}

/* Memory behind descriptors: each a file, none larger than limits.file_mib (the number). */
static int32_t harm_memfd(const struct harm *harm)
{
    int fd = memfd_create("hoard", 0);
    long got = 0;

    while (fd >= 0 && got < MOST_CHUNKS && posix_fallocate(fd, got * CHUNK, CHUNK) == 0)
        got++;
    return got > harm->number ? tell(harm, "MiB of a file in memory", got) : AG_OK;
}

/* A segment that belongs to no process, and outlives all of them. */
static int32_t harm_segment(const struct harm *harm)
{
    int id = shmget((key_t)harm->number, CHUNK, IPC_CREAT | 0600);
    char *memory = shmat(id, NULL, 0);

    if ((intptr_t)memory == -1)
        return AG_OK;
    (void)memset(memory, 1, CHUNK);
    (void)shmdt(memory);
    return AG_OK;
}

static int32_t harm_descriptors(const struct harm *harm)
{
    long got = 0;

    while (got < MOST_FDS && dup(STDIN_FILENO) >= 0)
        got++;
    return got > harm->number ? tell(harm, "descriptors", got) : AG_OK;
}

static long fill(int folder, const char *name)
{
    static char zeros[CHUNK];
    long got = 0;
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    while (fd >= 0 && got < MOST_CHUNKS && write(fd, zeros, CHUNK) == CHUNK)
        got++;
    if (fd >= 0)
        (void)close(fd);
    return got;
}

/* One file, which may have limits.file_mib. */
static int32_t harm_one_file(const struct harm *harm)
{
    long got = fill(harm->host->work_folder(harm->host->run), "large");

    return got > harm->number ? tell(harm, "MiB in one file", got) : AG_OK;
}

/* Files without end; the work folders of a robot have four times limits.file_mib. */
static int32_t harm_many_files(const struct harm *harm)
{
    int folder = harm->host->work_folder(harm->host->run);
    char name[32];
    long got = 0;
    long last = 1;
    int i;

    for (i = 0; last > 0 && i < MOST_CHUNKS; i++, got += last) {
        (void)snprintf(name, sizeof(name), "file-%d", i);
        last = fill(folder, name);
    }
    return got > harm->number ? tell(harm, "MiB in files", got) : AG_OK;
}

/* A tree that is as deep as it can be made, for whoever is to remove it. */
static int32_t harm_deep_tree(const struct harm *harm)
{
    int folder = dup(harm->host->work_folder(harm->host->run));
    long i;

    for (i = 0; i < harm->number && folder >= 0; i++) {
        int next;

        if (mkdirat(folder, "deeper", 0700) < 0)
            break;
        next = openat(folder, "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        (void)close(folder);
        folder = next;
    }
    return AG_OK;
}

/* A higher limit, a better place in the queue of the processor, pages that stay. */
static int32_t harm_raise_limits(const struct harm *harm)
{
    static const int resources[] = {RLIMIT_AS,     RLIMIT_CPU,   RLIMIT_FSIZE,
                                    RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_CORE};
    struct rlimit limit;
    long got = 0;
    size_t i;

    for (i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
        if (getrlimit((__rlimit_resource_t)resources[i], &limit) < 0)
            return tell(harm, "limits that cannot be read", 1);
        limit.rlim_max = limit.rlim_max == RLIM_INFINITY ? limit.rlim_max : limit.rlim_max + 1;
        limit.rlim_cur = limit.rlim_max;
        got += limit.rlim_max == RLIM_INFINITY ||
               setrlimit((__rlimit_resource_t)resources[i], &limit) == 0;
    }
    got += setpriority(PRIO_PROCESS, 0, -20) == 0;
    return got > harm->number ? tell(harm, "of its limits raised", got) : AG_OK;
}

#endif
