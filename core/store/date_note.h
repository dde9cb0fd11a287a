/*
 * date_note.h - the note of a task that is counted in another window than that of the day it was done on: behind a
 * semicolon stands what else there is to be said of it. It is all that says so.
 *
 *   business date 2025-12-01                     an item's or a row's own date; verify holds an import's against
 *                                                the ledger
 *   clock ahead, done 2025-11-20 to 2025-11-21   by a clock that stood ahead, or of an item that one had put there;
 *                                                on which days it was done by the clock that was set right
 *
 * What was done in a window that lies after now's and has neither was done ahead, nobody yet knows when.
 *
 * A note of its own has the row of an import that is work which a robot had handed over in another window:
 *
 *   was handed over: run 3, attempt 7            it takes that handover back; verify holds both against each other
 */
#ifndef AUTOMAGI_STORE_DATE_NOTE_H
#define AUTOMAGI_STORE_DATE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATE_NOTE_MAX = 80 }; /* with nothing behind it */
/* rest: "" or NULL for none. What has no room is cut off at its end. */
void date_note_write(int32_t business_day, const char *rest, char *target, size_t size);
/* False: it is no such note. NULL is none. */
bool date_note_read(const char *note, int32_t *ret_business_day);

void ahead_note_write(int32_t from_day, int32_t to_day, const char *rest, char *target,
                      size_t size);
bool ahead_note_read(const char *note, int32_t *ret_from_day, int32_t *ret_to_day);

void handover_note_write(int64_t run_id, int64_t seq, char target[static DATE_NOTE_MAX]);
bool handover_note_read(const char *note, int64_t *ret_run_id, int64_t *ret_seq);

/* A plugin's note of what is counted in the window of its day: as it is, unless it begins as one of these do; then with
 * "note: " before it, in target. NULL stays so. */
const char *date_note_foreign(const char *note, char *target, size_t size);

#endif
