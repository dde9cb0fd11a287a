/*
 * apart.h - something done in a process of its own, for a library that may crash or writes on standard error.
 *
 * Whatever becomes of that process, this one goes on and knows it. Nothing that was buffered here is written there,
 * nothing that is done at an exit is done twice, and it ends with this process.
 */
#ifndef AUTOMAGI_BASE_APART_H
#define AUTOMAGI_BASE_APART_H

struct fault;
struct text;

/* 0, or a negative errno with a fault. It has a copy of all that is here; what it leaves behind is in files. */
typedef int apart_function(void *context, struct fault *fault);

/* The function's result and fault, -ENOMEM where it lacked memory (memory.h). What it wrote on standard error is
 * appended to `said`, as much as fits. Its standard output and input are nothing. `who` is what a fault calls it.
 * -ECHILD: it did not come to an end; the fault says by which signal. Else negative errno when it cannot be started.
 *
 * Threads: no other one, for a lock that one holds is never given back there. */
int apart_do(const char *who, apart_function *function, void *context, struct text *said,
             struct fault *fault) __attribute__((warn_unused_result));

/* A file in memory, never in the place of a standard descriptor; the caller closes it. Negative errno. */
int apart_file(const char *name) __attribute__((warn_unused_result));

#endif
