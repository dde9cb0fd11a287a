/*
 * failing_statement.h - SQLite's statements, of which one is not prepared, or is the last thing its process does.
 *
 * Of every connection that is opened after failing_statement_use(). Not for threads.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_FAILING_STATEMENT_H
#define AUTOMAGI_TESTS_STANDINS_FAILING_STATEMENT_H

#include <stdbool.h>

enum { FAILING_STATEMENT_DEATH = 77 /* exit status */ };

/* Before the first connection. 0, or a code of SQLite's. */
int failing_statement_use(void);
/* The part of a statement with this number, from 1, is denied when it is prepared: what it reads, writes or does. */
void failing_statement_deny(long part);
/* The process ends, with nothing closed, when the statement with this number, from 1, is about to be carried out. */
void failing_statement_die(long statement);
/* All are carried out again. */
void failing_statement_heal(void);
/* Whether one was denied since failing_statement_deny(). */
bool failing_statement_has_denied(void);

#endif
