/*
 * run_signals.h - the signals of a run's first process.
 *
 * It is pid 1 of its process namespace, and the kernel drops what pid 1 sends itself
 * or is sent with the default action. So SIGTERM, SIGABRT, SIGXCPU and SIGXFSZ have handlers. The host
 * puts them in place once, with SIGTERM blocked, and a fork inherits them: no time in
 * which a stop is lost, and no system call per run but the unblocking.
 */
#ifndef AUTOMAGI_RUN_HOST_RUN_SIGNALS_H
#define AUTOMAGI_RUN_HOST_RUN_SIGNALS_H

#include <stdbool.h>

/* In the host, which is the first process from then on: before the plugin is loaded, and after (its constructors may
 * have set others). */
int run_signals_prepare(void) __attribute__((warn_unused_result));

/* In the child, which is the run's first process: from here SIGTERM means stop. */
void run_signals_enter(void);

/* Is this the first process, of the run or of its host? A copy that the plugin forked is not, in
 * a process namespace of its own either. */
bool run_is_first(void);

/* Was a stop asked for? */
bool run_is_stopping(void);

#endif
