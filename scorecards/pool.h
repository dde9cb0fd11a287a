/*
 * pool.h - the common pool: half of what a department saved beyond its target (rule R6).
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_POOL_H
#define AUTOMAGI_SCORECARDS_POOL_H

#include <stdint.h>

struct fault;
struct store;

/*
 * Credits the pool for a year: each department that has a target >= 0 as it stood on 31 December and
 * whose savings of the year (by booking, whole kroner as the table by department shows them) exceed it
 * gives half of the surplus; an odd krone stays with the department. Tværgående gives nothing: it has no
 * target. by: who closed the year; now_ms: when.
 *
 * A department that has ended by 31 December gives nothing: its target has moved to its successors, and what it
 * saved in the year is held against theirs, by their parts (task_successors_each()), in whole kroner that add up
 * with all others. An end that was booked after December moved no target of the year, and moves no savings here.
 *
 * Inside a transaction, after December is closed. A department that was credited for the year is passed
 * over, so that doing it again does nothing. -EPERM: December of the year is open.
 */
int pool_credit_year(struct store *store, int32_t year, const char *by, int64_t now_ms,
                     struct fault *fault) __attribute__((warn_unused_result));

#endif
