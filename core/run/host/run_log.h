/*
 * run_log.h - what a run wrote to stdout and stderr, line by line into its log.
 *
 * Each line gets the time and passes log_redact(). The file "<run>.log" is made
 * when the first byte comes. A log that reached its limit says so in one last line; what
 * comes after is thrown away. A log that cannot be written ends the log, not the run.
 */
#ifndef AUTOMAGI_RUN_HOST_RUN_LOG_H
#define AUTOMAGI_RUN_HOST_RUN_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RUN_LOG_LINE_MAX = 8192 }; /* longer lines are split */

struct run_log {
    int fd;        /* -1 until the first byte */
    int folder_fd; /* borrowed */
    int64_t run;   /* names the file */
    int64_t limit; /* bytes */
    int64_t bytes; /* in the file */
    char *line;    /* owned; the unfinished line, RUN_LOG_LINE_MAX; NULL when there is none */
    size_t held;   /* bytes in it */
    bool is_over;  /* limit reached or file lost: throw away */
};

/* Allocates nothing, opens nothing. */
void run_log_init(struct run_log *log, int folder_fd, int64_t run, int64_t limit_bytes);
/* Takes in bytes as they came from the pipe. */
void run_log_feed(struct run_log *log, const char *bytes, size_t length);
/* Writes the unfinished line and closes the file; `bytes` stays readable. */
void run_log_close(struct run_log *log);

#endif
