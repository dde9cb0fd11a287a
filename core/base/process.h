/*
 * process.h - which process a number means: numbers are given again, a number and its start are not.
 */
#ifndef AUTOMAGI_BASE_PROCESS_H
#define AUTOMAGI_BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_BOOT_ID_MAX = 64 };

/* When it was started, in clock ticks since the machine was (field 22 of /proc/PID/stat, proc(5)); 0 when it is gone, or a
 * zombie. Negative errno: that cannot be read, and nobody knows. */
int process_started(pid_t pid, unsigned long long *ret_started) __attribute__((warn_unused_result));

/* Has it ended, or is it about to: whatever it had open is closed in its last moments, which is when others see that? */
bool process_is_ending(pid_t pid);

/* Which start of the machine this is (/proc/sys/kernel/random/boot_id). -EIO: it cannot be read. */
int process_boot_id(char target[static PROCESS_BOOT_ID_MAX]) __attribute__((warn_unused_result));

/* The process namespace that numbers are of (pid_namespaces(7)): the inode of /proc/self/ns/pid. It is given again only when
 * no process is left in that namespace, nor in one below it. Negative errno: it cannot be read. */
int process_namespace(unsigned long long *ret_namespace) __attribute__((warn_unused_result));

#endif
