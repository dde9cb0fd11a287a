/*
 * restore_inner.h - private to restore*.c.
 */
#ifndef AUTOMAGI_STORE_RESTORE_INNER_H
#define AUTOMAGI_STORE_RESTORE_INNER_H

#include <stdint.h>

#include "core/store/backup_inner.h"
#include "core/store/backup_place.h"
#include "core/store/restore.h"

#define RESTORE_READY "restore.ready" /* in the home: step 2 is due */
#define RESTORE_RUNS  "runs"          /* in that: the number of the copy's newest run */
#define RESTORE_ASIDE "aside"         /* in that: the name of the folder for the old state */

struct restore {
    struct backup_place place;
    struct backup_report report;
};

/* restore_logs.c. Moves HOME/logs/ROBOT/RUN.log of later runs to below `aside`, a folder in the
 * home that is made when there are any. Can be begun anew. */
int restore_move_logs(int home_fd, const char *aside, int64_t newest_run, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
