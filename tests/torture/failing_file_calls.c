/* Files, sockets and processes that fail. */
#undef _FORTIFY_SOURCE /* it makes read() and others inline functions, which are not to be replaced */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/torture/failing_calls.h"

/* NOLINTBEGIN(bugprone-macro-parentheses): names and types cannot stand in parentheses */
/* A definition of `name` that fails with `failure` when it is meant, and is the usual one else. */
#define FAILING(class, error, type, failure, name, parameters, arguments)                          \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*next) parameters;                                                             \
                                                                                                   \
        if (torture_fails(class, #name)) {                                                         \
            errno = torture_error(error);                                                          \
            return failure;                                                                        \
        }                                                                                          \
        if (next == NULL)                                                                          \
            *(void **)&next = torture_next(#name);                                                 \
        return next arguments;                                                                     \
    }

/* Sending on a socket of this machine fails for want of the kernel's memory alone, as long as both ends are there. */
#define FAILING_SEND(type, failure, name, parameters, arguments)                                   \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*next) parameters;                                                             \
                                                                                                   \
        if (torture_fails(TORTURE_WRITE, #name)) {                                                 \
            errno = ENOBUFS;                                                                       \
            return failure;                                                                        \
        }                                                                                          \
        if (next == NULL)                                                                          \
            *(void **)&next = torture_next(#name);                                                 \
        return next arguments;                                                                     \
    }

/* The same of what takes a mode when it makes a file. */
#define FAILING_OPEN(name, parameters, arguments)                                                  \
    int name parameters                                                                            \
    {                                                                                              \
        static int(*next) parameters;                                                              \
        va_list rest;                                                                              \
        mode_t mode;                                                                               \
                                                                                                   \
        va_start(rest, flags);                                                                     \
        mode =                                                                                     \
            (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                                              \
        if (torture_fails(TORTURE_OPEN, #name)) {                                                  \
            errno = torture_error(EMFILE);                                                         \
            return -1;                                                                             \
        }                                                                                          \
        if (next == NULL)                                                                          \
            *(void **)&next = torture_next(#name);                                                 \
        return next arguments;                                                                     \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room);

/* one on each line, as in a table */
/* clang-format off */
FAILING_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
FAILING_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
FAILING_OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
FAILING_OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))
FAILING(TORTURE_OPEN, EMFILE, FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
FAILING(TORTURE_OPEN, EMFILE, FILE *, NULL, fopen64, (const char *path, const char *mode), (path, mode))
FAILING(TORTURE_OPEN, EMFILE, FILE *, NULL, fdopen, (int fd, const char *mode), (fd, mode))
FAILING(TORTURE_OPEN, EMFILE, FILE *, NULL, tmpfile, (void), ())
FAILING(TORTURE_OPEN, EMFILE, DIR *, NULL, opendir, (const char *path), (path))
FAILING(TORTURE_OPEN, EMFILE, DIR *, NULL, fdopendir, (int fd), (fd))
FAILING(TORTURE_OPEN, EMFILE, int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
FAILING(TORTURE_OPEN, ENOSPC, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
FAILING(TORTURE_OPEN, ENOSPC, int, -1, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))

FAILING(TORTURE_SYNC, EIO, int, -1, syncfs, (int fd), (fd))

FAILING(TORTURE_WRITE, ENOSPC, ssize_t, -1, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))
FAILING(TORTURE_WRITE, ENOSPC, ssize_t, -1, pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
FAILING(TORTURE_WRITE, ENOSPC, ssize_t, -1, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
FAILING(TORTURE_WRITE, ENOSPC, ssize_t, -1, sendfile, (int to, int from, off_t *at, size_t size), (to, from, at, size))
FAILING_SEND( ssize_t, -1, send, (int fd, const void *bytes, size_t size, int flags), (fd, bytes, size, flags))
FAILING_SEND( ssize_t, -1, sendto, (int fd, const void *bytes, size_t size, int flags, __CONST_SOCKADDR_ARG to, socklen_t to_size), (fd, bytes, size, flags, to, to_size))
FAILING_SEND( ssize_t, -1, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
FAILING_SEND( int, -1, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags), (fd, messages, count, flags))

FAILING(TORTURE_NAME, EIO, int, -1, rename, (const char *from, const char *to), (from, to))
FAILING(TORTURE_NAME, EIO, int, -1, renameat, (int at, const char *from, int to_at, const char *to), (at, from, to_at, to))
FAILING(TORTURE_NAME, EIO, int, -1, renameat2, (int at, const char *from, int to_at, const char *to, unsigned flags), (at, from, to_at, to, flags))
FAILING(TORTURE_NAME, EIO, int, -1, linkat, (int at, const char *from, int to_at, const char *to, int flags), (at, from, to_at, to, flags))
FAILING(TORTURE_NAME, EIO, int, -1, unlink, (const char *path), (path))
FAILING(TORTURE_NAME, EIO, int, -1, unlinkat, (int at, const char *path, int flags), (at, path, flags))
FAILING(TORTURE_NAME, EIO, int, -1, rmdir, (const char *path), (path))
FAILING(TORTURE_NAME, EIO, int, -1, ftruncate, (int fd, off_t size), (fd, size))
FAILING(TORTURE_NAME, EIO, int, -1, ftruncate64, (int fd, off64_t size), (fd, size))
FAILING(TORTURE_NAME, EIO, int, -1, chmod, (const char *path, mode_t mode), (path, mode))
FAILING(TORTURE_NAME, EIO, int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
FAILING(TORTURE_NAME, EIO, int, -1, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))

FAILING(TORTURE_READ, EIO, ssize_t, -1, read, (int fd, void *bytes, size_t size), (fd, bytes, size))
FAILING(TORTURE_READ, EIO, ssize_t, -1, pread, (int fd, void *bytes, size_t size, off_t at), (fd, bytes, size, at))
FAILING(TORTURE_READ, EIO, ssize_t, -1, pread64, (int fd, void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
FAILING(TORTURE_READ, EIO, ssize_t, -1, __read_chk, (int fd, void *bytes, size_t size, size_t room), (fd, bytes, size, room))
FAILING(TORTURE_READ, EIO, ssize_t, -1, recv, (int fd, void *bytes, size_t size, int flags), (fd, bytes, size, flags))
FAILING(TORTURE_READ, EIO, ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
FAILING(TORTURE_READ, EIO, int, -1, fstat, (int fd, struct stat *about), (fd, about))
FAILING(TORTURE_READ, EIO, int, -1, stat, (const char *path, struct stat *about), (path, about))
FAILING(TORTURE_READ, EIO, int, -1, lstat, (const char *path, struct stat *about), (path, about))
FAILING(TORTURE_READ, EIO, int, -1, fstatat, (int at, const char *path, struct stat *about, int flags), (at, path, about, flags))
FAILING(TORTURE_READ, EIO, int, -1, statx, (int at, const char *path, int flags, unsigned mask, struct statx *about), (at, path, flags, mask, about))
FAILING(TORTURE_READ, EIO, int, -1, fstat64, (int fd, struct stat64 *about), (fd, about))
FAILING(TORTURE_READ, EIO, int, -1, stat64, (const char *path, struct stat64 *about), (path, about))
FAILING(TORTURE_READ, EIO, int, -1, lstat64, (const char *path, struct stat64 *about), (path, about))
FAILING(TORTURE_READ, EIO, struct dirent *, NULL, readdir, (DIR * folder), (folder))
FAILING(TORTURE_READ, EIO, ssize_t, -1, readlink, (const char *path, char *target, size_t size), (path, target, size))

FAILING(TORTURE_PROCESS, EMFILE, int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol))
FAILING(TORTURE_PROCESS, EMFILE, int, -1, socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends))
FAILING(TORTURE_PROCESS, EMFILE, int, -1, accept4, (int fd, __SOCKADDR_ARG from, socklen_t *size, int flags), (fd, from, size, flags))
FAILING(TORTURE_PROCESS, EIO, int, -1, bind, (int fd, __CONST_SOCKADDR_ARG address, socklen_t size), (fd, address, size))
FAILING(TORTURE_PROCESS, EIO, int, -1, listen, (int fd, int backlog), (fd, backlog))
FAILING(TORTURE_PROCESS, EIO, int, -1, connect, (int fd, __CONST_SOCKADDR_ARG address, socklen_t size), (fd, address, size))
FAILING(TORTURE_PROCESS, EIO, int, -1, flock, (int fd, int operation), (fd, operation))
FAILING(TORTURE_PROCESS, EMFILE, int, -1, pipe2, (int ends[2], int flags), (ends, flags))
FAILING(TORTURE_PROCESS, EMFILE, int, -1, epoll_create1, (int flags), (flags))
FAILING(TORTURE_PROCESS, ENOMEM, int, -1, epoll_ctl, (int epoll, int operation, int fd, struct epoll_event *event), (epoll, operation, fd, event))
FAILING(TORTURE_PROCESS, EMFILE, int, -1, eventfd, (unsigned value, int flags), (value, flags))
FAILING(TORTURE_PROCESS, EMFILE, int, -1, signalfd, (int fd, const sigset_t *signals, int flags), (fd, signals, flags))
FAILING(TORTURE_PROCESS, EMFILE, int, -1, timerfd_create, (int clock, int flags), (clock, flags))
FAILING(TORTURE_PROCESS, EINVAL, int, -1, timerfd_settime, (int fd, int flags, const struct itimerspec *value, struct itimerspec *old), (fd, flags, value, old))
FAILING(TORTURE_PROCESS, EAGAIN, pid_t, -1, fork, (void), ())
FAILING(TORTURE_PROCESS, EAGAIN, int, torture_error(EAGAIN), pthread_create, (pthread_t * thread, const pthread_attr_t *how, void *(*begin)(void *), void *context), (thread, how, begin, context))
FAILING(TORTURE_PROCESS, EPERM, int, -1, unshare, (int flags), (flags))
FAILING(TORTURE_MEMORY, ENOMEM, void *, MAP_FAILED, mmap, (void *where, size_t size, int protection, int flags, int fd, off_t at), (where, size, protection, flags, fd, at))
FAILING(TORTURE_MEMORY, ENOMEM, void *, MAP_FAILED, mmap64, (void *where, size_t size, int protection, int flags, int fd, off64_t at), (where, size, protection, flags, fd, at))
/* clang-format on */

/* SQLite does not look at whether a folder was synced, so that is told apart. */
static bool sync_fails(int fd, const char *call, const char *of_folder)
{
    struct stat about;
    bool is_folder = syscall(SYS_fstat, fd, &about) == 0 && S_ISDIR(about.st_mode);

    if (!torture_fails(TORTURE_SYNC, is_folder ? of_folder : call))
        return false;
    errno = torture_error(EIO);
    return true;
}

int fsync(int fd)
{
    return sync_fails(fd, "fsync", "fsync of a folder") ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_fails(fd, "fdatasync", "fdatasync of a folder") ? -1
                                                                : (int)syscall(SYS_fdatasync, fd);
}

/* No file, pipe or socket, but what wakes a loop up: that has no disk that fails. */
static bool is_eventfd(int fd)
{
    struct stat about;

    return syscall(SYS_fstat, fd, &about) == 0 && (about.st_mode & S_IFMT) == 0;
}

/* Standard error is where a failure is told; what fails there cannot be told. */
ssize_t write(int fd, const void *bytes, size_t size)
{
    static ssize_t (*next)(int, const void *, size_t);

    if (fd != STDERR_FILENO && !is_eventfd(fd) && torture_fails(TORTURE_WRITE, "write")) {
        errno = torture_error(ENOSPC);
        return -1;
    }
    if (next == NULL)
        *(void **)&next = torture_next("write");
    return next(fd, bytes, size);
}

int clone(int (*begin)(void *), void *stack, int flags, void *argument, ...)
{
    static int (*next)(int (*)(void *), void *, int, void *, ...);
    va_list rest;
    int *parent;

    va_start(rest, argument);
    parent = va_arg(rest, int *); /* all that is handed over here; what is not there is not read */
    va_end(rest);
    if (torture_fails(TORTURE_PROCESS, "clone")) {
        errno = torture_error(EAGAIN);
        return -1;
    }
    if (next == NULL)
        *(void **)&next = torture_next("clone");
    return next(begin, stack, flags, argument, parent);
}

/* A host gets no environment, so it gets this one. */
int execve(const char *program, char *const *arguments, char *const *environment)
{
    static int (*next)(const char *, char *const *, char *const *);

    if (next == NULL)
        *(void **)&next = torture_next("execve");
    return next(program, arguments,
                torture_environment != NULL && environment[0] == NULL ? torture_environment
                                                                      : environment);
}
