/*
 * failing_memory.h - SQLite's memory, which is used up at the call one asks for.
 *
 * Allocations of SQLite alone are counted; the store's own are not. Not for threads.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_FAILING_MEMORY_H
#define AUTOMAGI_TESTS_STANDINS_FAILING_MEMORY_H

#include <stdbool.h>

/* Before anything is asked of SQLite. 0, or a code of SQLite's. */
int failing_memory_use(void);
/* The allocation with this number fails, from 1, and with is_for_good all after it. Counts anew. */
void failing_memory_fail(long call, bool is_for_good);
/* None fails any more. */
void failing_memory_heal(void);
/* Whether one has failed since failing_memory_fail(). */
bool failing_memory_has_failed(void);

#endif
