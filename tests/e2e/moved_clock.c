/*
 * moved_clock.so - a wall clock that a test moves, for whole programs.
 *
 * Preloaded. MOVED_CLOCK names a file that holds one 64-bit number: how many nanoseconds the wall
 * clock is away from the machine's. Writing another number is what setting the clock is: as the
 * kernel does, a timer of the wall clock that was armed with TFD_TIMER_CANCEL_ON_SET becomes ready
 * at once, and reading it fails with ECANCELED. Durations (CLOCK_MONOTONIC) stay as they are.
 * MOVED_ZONES names a folder that is read in the place of the system's time zones.
 */
#undef _FORTIFY_SOURCE /* it makes read() an inline function, which is not to be replaced */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000, LOOK_NS = 2000000, FDS_MAX = 1024, PATH_SIZE = 4096 };

static const _Atomic int64_t *offset_ns; /* NULL: the clock is not moved */
static atomic_bool is_wall[FDS_MAX];     /* timers of the wall clock */
static atomic_bool is_armed[FDS_MAX];    /* ... armed to be cancelled when it is set */
static atomic_bool is_cancelled[FDS_MAX];

static void move(struct timespec *time, int64_t by_ns)
{
    int64_t ns = (int64_t)time->tv_sec * NS_PER_S + time->tv_nsec + by_ns;

    time->tv_sec = ns / NS_PER_S;
    time->tv_nsec = ns % NS_PER_S;
}

int clock_gettime(clockid_t id, struct timespec *time)
{
    int result = (int)syscall(SYS_clock_gettime, id, time);

    if (result == 0 && offset_ns != NULL && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        move(time, atomic_load(offset_ns));
    return result;
}

/* The path of a file in the place of one of the system's zones. */
static const char *zone_path(const char *path, char target[static PATH_SIZE])
{
    static const char system[] = "/usr/share/zoneinfo/";
    const char *folder = getenv("MOVED_ZONES");

    if (folder == NULL || strncmp(path, system, strlen(system)) != 0)
        return path;
    (void)snprintf(target, PATH_SIZE, "%s/%s", folder, path + strlen(system));
    return target;
}

int open(const char *path, int flags, ...)
{
    char moved[PATH_SIZE];
    mode_t mode = 0;
    va_list more;

    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    return (int)syscall(SYS_openat, AT_FDCWD, zone_path(path, moved), flags, mode);
}

int stat(const char *path, struct stat *ret_about)
{
    char moved[PATH_SIZE];

    return fstatat(AT_FDCWD, zone_path(path, moved), ret_about, 0);
}

time_t time(time_t *ret_time)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (ret_time != NULL)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}

int timerfd_create(int id, int flags)
{
    int fd = (int)syscall(SYS_timerfd_create, id, flags);

    if (fd >= 0 && fd < FDS_MAX) {
        atomic_store(&is_wall[fd], id == CLOCK_REALTIME);
        atomic_store(&is_armed[fd], false);
    }
    return fd;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    struct itimerspec moved = *value;
    bool is_set = value->it_value.tv_sec != 0 || value->it_value.tv_nsec != 0;

    if (offset_ns != NULL && fd < FDS_MAX && atomic_load(&is_wall[fd])) {
        if ((flags & TFD_TIMER_ABSTIME) != 0 && is_set)
            move(&moved.it_value, -atomic_load(offset_ns));
        if (moved.it_value.tv_sec < 0)
            moved.it_value = (struct timespec){0, 1};
        atomic_store(&is_armed[fd], (flags & TFD_TIMER_CANCEL_ON_SET) != 0);
    }
    return (int)syscall(SYS_timerfd_settime, fd, flags, &moved, old);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    if (fd >= 0 && fd < FDS_MAX && atomic_exchange(&is_cancelled[fd], false)) {
        (void)syscall(SYS_read, fd, bytes, size);
        errno = ECANCELED;
        return -1;
    }
    return syscall(SYS_read, fd, bytes, size);
}

/* What the kernel does when somebody sets the clock. */
static void cancel_timers(void)
{
    const struct itimerspec now = {{0, 0}, {0, 1}};
    int fd;

    for (fd = 0; fd < FDS_MAX; fd++) {
        if (!atomic_load(&is_wall[fd]) || !atomic_load(&is_armed[fd]))
            continue;
        atomic_store(&is_cancelled[fd], true);
        (void)syscall(SYS_timerfd_settime, fd, 0, &now, NULL);
    }
}

static void *watch(void *context)
{
    const struct timespec pause = {0, LOOK_NS};
    int64_t known = atomic_load(offset_ns);

    (void)context;
    for (;;) {
        int64_t offset = atomic_load(offset_ns);

        if (offset != known)
            cancel_timers();
        known = offset;
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("MOVED_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    struct stat about;
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    void *page;

    if (fd < 0)
        return;
    if (fstat(fd, &about) < 0 || about.st_size < (off_t)sizeof(int64_t)) {
        (void)close(fd);
        return;
    }
    page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (page == MAP_FAILED)
        return;
    offset_ns = page;
    (void)sigfillset(&all); /* signals are the program's own */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, watch, NULL) == 0)
        (void)pthread_detach(thread);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}
