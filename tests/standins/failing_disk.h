/*
 * failing_disk.h - a disk that fails at the call one asks for, below SQLite.
 *
 * Stands between SQLite and the system's files. Reads, writes, syncs, truncations and questions
 * for a size are counted; what maps the write-ahead log's index is passed on. Not for threads.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_FAILING_DISK_H
#define AUTOMAGI_TESTS_STANDINS_FAILING_DISK_H

#include <stdbool.h>

enum failing_disk_as { FAILING_DISK_BROKEN, FAILING_DISK_FULL /* only writes fail */ };

/* From now on every store that is opened lies on it. 0, or a code of SQLite's. */
int failing_disk_use(void);
/* The call with this number fails, from 1, and with is_for_good all after it. Counts anew. */
void failing_disk_fail(long call, enum failing_disk_as as, bool is_for_good);
/* No call fails any more. */
void failing_disk_heal(void);
/* Whether a call has failed since failing_disk_fail(). */
bool failing_disk_has_failed(void);

#endif
