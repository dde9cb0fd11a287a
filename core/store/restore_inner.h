/*
 * restore_inner.h - private to restore*.c.
 */
#ifndef AUTOMAGI_STORE_RESTORE_INNER_H
#define AUTOMAGI_STORE_RESTORE_INNER_H

#include "core/store/backup_inner.h"
#include "core/store/backup_place.h"
#include "core/store/restore.h"

#define RESTORE_READY "restore.ready" /* in the home: step 2 is due */
#define RESTORE_ASIDE "aside"         /* in that: the name of the folder for the old state */

struct restore {
    struct backup_place place;
    struct backup_report report;
};

#endif
