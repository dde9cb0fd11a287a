/*
 * fork.h - fork() with what glibc's lacks: a process namespace.
 *
 * Straight to the kernel, so glibc's atfork handlers do not run: only for a program of
 * one thread, whose allocator cannot be locked by another at that moment.
 */
#ifndef AUTOMAGI_RUN_HOST_FORK_H
#define AUTOMAGI_RUN_HOST_FORK_H

#include <sys/types.h>

/* 0 in the child, which is pid 1 of a new process namespace; its pid in the parent; a
 * negative errno. SIGCHLD tells of its end. Where the kernel has them it is also in a new namespace of
 * System V memory, semaphores and queues: those belong to no process, and would outlive it. */
pid_t fork_into_namespace(void);

/* The same without a new namespace. */
pid_t fork_plain(void);

#endif
