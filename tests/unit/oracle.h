/* oracle.h - cron_oracle.py as a stream. */
#ifndef AUTOMAGI_TESTS_ORACLE_H
#define AUTOMAGI_TESTS_ORACLE_H

#include <stdio.h>
#include <sys/types.h>

struct oracle {
    FILE *stream;
    pid_t process;
};

/* Up to three arguments; the rest NULL. Fails the test when it cannot be started. */
void oracle_open(struct oracle *oracle, const char *const arguments[3]);
/* Fails the test when the program did not end well. */
void oracle_close(struct oracle *oracle);

#endif
