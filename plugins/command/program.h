/*
 * program.h - the program a robot consists of: started, spoken to, ended.
 *
 * It runs in the granted folder, in a process group of its own, with PATH and LANG as its
 * whole environment, nothing to read on descriptor 0, the run's log on 1 and 2, one
 * end of a stream socket on 3, and no other descriptor. When it is to have a home, that is on
 * 4, and HOME is /proc/self/fd/4: the run's own folder can be reached by descriptor, but the
 * path to it leads through folders the robot may not enter.
 *
 * The plugin's process is the first of its process namespace, so orphans of the
 * program become its children: every wait here reaps whatever has ended.
 *
 * Threads: one program belongs to one thread.
 */
#ifndef COMMAND_PROGRAM_H
#define COMMAND_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lines.h"

enum { PROGRAM_PROBLEM_MAX = 600, PROGRAM_NAME_MAX = 96, PROGRAM_STOP_GRACE_MS = 2000 };

struct program {
    pid_t pid; /* 0 when it was never started, or has been reaped */
    int socket;
    int64_t deadline_ms; /* on the monotonic clock, once a stop was asked for; 0 before */
    bool ended;
    int status; /* as from waitpid(), once ended */
    struct lines lines;
    char name[PROGRAM_NAME_MAX]; /* its words, for sentences */
};

/* Starts argv (ends with NULL) in the folder `folder`. argv[0] without '/' is sought in
 * PATH and then in the folder; with '/' it is relative to the folder. What is in the folder is
 * so also when all links have been followed: relative ones, none that lead out. `home` is a folder's
 * descriptor or -1. 0, or a negative errno with `problem`, a Danish sentence that names the program
 * and what to do. */
int program_start(struct program *program, char *const argv[], int folder, int home,
                  char problem[PROGRAM_PROBLEM_MAX]);

/* Sends a request and waits for the first line of the answer (valid until the next
 * call). When the host asks for a stop, the program gets SIGTERM and
 * PROGRAM_STOP_GRACE_MS to answer. 0, -ECANCELED (stopped), -EPIPE (it ended, or
 * closed its side), -E2BIG (too long a line), -EPROTO (it said something before it was
 * asked; nothing was sent) or another errno. */
int program_ask(struct program *program, const struct ag_host *host, const char *request,
                const char **ret_line, size_t *ret_length);
/* Waits for one more line. As program_ask(). */
int program_next(struct program *program, const struct ag_host *host, const char **ret_line,
                 size_t *ret_length);

/* Is it still there? False once it has ended and nothing more can come. */
bool program_lives(struct program *program);
/* How it ended, as a piece of a sentence: "sluttede med kode 1", "lukkede forbindelsen". */
void program_ending(struct program *program, char *target, size_t size);

/* Ends it: with `polite`, a last request and 3 s to end by itself; then SIGTERM and
 * PROGRAM_STOP_GRACE_MS; then SIGKILL. Frees everything. Takes a zeroed program. */
void program_stop(struct program *program, const char *polite);

#endif
