/*
 * date_note.h - the note of an attempt that is counted in the window of a business date, and not in that of the
 * day it was completed on: "business date 2025-12-01", and behind a semicolon what else there is to be said. It is all
 * that says so: verify holds an import's against the ledger, and what was done in a window that lies after now's
 * without one was done, or put on the queue, by a clock that stood ahead (item_look_ahead()).
 */
#ifndef AUTOMAGI_STORE_DATE_NOTE_H
#define AUTOMAGI_STORE_DATE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATE_NOTE_MAX = 32 }; /* with nothing behind it */
/* rest: "" or NULL for none. What has no room is cut off at its end. */
void date_note_write(int32_t business_day, const char *rest, char *target, size_t size);
/* False: it is no such note. NULL is none. */
bool date_note_read(const char *note, int32_t *ret_business_day);

#endif
