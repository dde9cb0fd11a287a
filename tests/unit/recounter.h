/*
 * recounter.h - recount_figures.py as a partner: figures go to it, its verdict comes back.
 */
#ifndef AUTOMAGI_TESTS_RECOUNTER_H
#define AUTOMAGI_TESTS_RECOUNTER_H

#include <stdio.h>
#include <sys/types.h>

struct recounter {
    FILE *questions, *verdicts;
    pid_t process;
};

/* Fails the test when it cannot be started. */
void recounter_open(struct recounter *recounter);
/* One line of JSON; "ok", or what differs. Valid until the next call. */
const char *recounter_ask(struct recounter *recounter, const char *question);
/* Fails the test when the program did not end well. */
void recounter_close(struct recounter *recounter);

#endif
