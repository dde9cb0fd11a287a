/*
 * fork.h - fork() with what glibc's lacks: a process namespace and a pidfd.
 *
 * Straight to the kernel, so glibc's atfork handlers do not run: only for a program of
 * one thread, whose allocator cannot be locked by another at that moment.
 */
#ifndef AUTOMAGI_RUN_HOST_FORK_H
#define AUTOMAGI_RUN_HOST_FORK_H

#include <sys/types.h>

/* 0 in the child, which is pid 1 of a new process namespace; its pid in the parent,
 * with *ret_pidfd (close-on-exec); a negative errno. */
pid_t fork_into_namespace(int *ret_pidfd);

/* The same without a new namespace. */
pid_t fork_plain(int *ret_pidfd);

#endif
