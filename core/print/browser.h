/*
 * browser.h - a browser's driver, started for this process alone and gone after it.
 *
 * Chromium's driver runs below a keeper: a process that waits for this one's end, by whatever means,
 * and then kills everything that came from the driver and removes its folder. The driver and all that
 * it starts see a folder of their own (page, profile, temporary files), an environment that tells
 * nothing of the caller's, and no descriptor of the caller's.
 *
 * This process adopts orphans (descendants.h): it must have no other children while a browser runs.
 * Threads: one browser, one thread.
 */
#ifndef AUTOMAGI_PRINT_BROWSER_H
#define AUTOMAGI_PRINT_BROWSER_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct text;

enum { BROWSER_PATH_SIZE = 1024 };

struct browser {
    char program[BROWSER_PATH_SIZE]; /* Chromium */
    char folder[BROWSER_PATH_SIZE];  /* "" once it is removed */
    int port;                        /* the driver's, on 127.0.0.1 */
    int keeper;                      /* its process; 0: none */
    int life_fd;                     /* the keeper lives as long as it is open */
    int output_fd; /* what the driver says; open, for it would die of a closed one */
};

/* Finds chromium and chromedriver on the PATH (/usr/bin and /bin when there is none) and starts the
 * driver in a new folder below TMPDIR, or /tmp when that cannot be (or is too long for a socket's path). Ends with -ECANCELED when stop_fd can be read (-1:
 * never), -ETIMEDOUT at the deadline of clock_monotonic_ms(). -ENOENT: one of the programs is not
 * there, the fault says what to install. On failure nothing is left behind. */
int browser_start(int stop_fd, int64_t deadline_ms, struct browser *ret_browser,
                  struct fault *fault) __attribute__((warn_unused_result));
/* Writes a page into the browser's folder; ret_url is its address, a file: URL. -E2BIG and errnos of
 * files. */
int browser_put_page(const struct browser *browser, const void *bytes, size_t length,
                     struct text *ret_url, struct fault *fault) __attribute__((warn_unused_result));
/* Kills what was started and removes the folder. Takes a zeroed browser, and one that has ended.
 * Negative errno when something is left; the fault names it. */
int browser_end(struct browser *browser, struct fault *fault);

#endif
