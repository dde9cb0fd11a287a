/*
 * progress.h - a line on standard error while something takes long: how far it is, how fast, how long
 * it will still take. Where the total is not known, how long it has taken.
 *
 * Only on a terminal, and only after a second; the line is taken away at the end. Of unknown totals a
 * thread keeps it true, which touches nothing else.
 */
#ifndef AUTOMAGI_CLI_PROGRESS_H
#define AUTOMAGI_CLI_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

struct progress;

/* what: "task import"; unit: "rows" (total 0: not known, unit is not used). NULL where nobody looks,
 * which all that follow take. */
struct progress *progress_begin(const char *what, const char *unit, int64_t total);
/* So many are done. Of a known total alone. */
void progress_at(struct progress *progress, int64_t done);
void progress_end(struct progress *progress);

/* The line: "task import: 2000 of 8000 rows, 25 %, 1000 a second, 6 s left", "verify: 12 s". */
void progress_line(const char *what, const char *unit, int64_t done, int64_t total,
                   int64_t elapsed_ms, char *target, size_t size);

#endif
