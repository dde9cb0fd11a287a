/*
 * power_work.h - a small installation at work, through the writer, that says what was acknowledged.
 *
 * Below `root`, an empty folder: home/, backups, and the file "said", one line for each thing that is
 * acknowledged, when it is:
 *   + ID SQL    from now on this query gives 1 (once the store can be opened)
 *   - ID        it need not any more: what is about to be done changes it
 *   backup NAME the file was made, whole
 *   restore     what was acknowledged before the last backup holds, and, as long as the store has no
 *               record of a restore, all else too
 *   restored    the restore was made
 *   made        there is an installation
 *   resumed N   somebody started again after a kill, and finds that there were N restores; what was leased
 *               is given back soon
 */
#ifndef AUTOMAGI_TESTS_UNIT_POWER_WORK_H
#define AUTOMAGI_TESTS_UNIT_POWER_WORK_H

#include <stdint.h>

enum { POWER_NOW_S = 1743501600 }; /* 2025-04-01 12:00 in Copenhagen */

/* `rounds` runs of some items each, and what comes between them. Ends the program when something fails. */
void power_work(const char *root, unsigned rounds, uint64_t seed);

/* Goes on after power_work() was killed. */
void power_resume(const char *root, unsigned rounds, uint64_t seed);

#endif
