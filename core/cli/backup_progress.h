/*
 * backup_progress.h - how far a backup or restore is, on a terminal's stderr, when it takes long.
 */
#ifndef AUTOMAGI_CLI_BACKUP_PROGRESS_H
#define AUTOMAGI_CLI_BACKUP_PROGRESS_H

#include <stdint.h>

#include "core/store/backup.h"

struct cli_progress {
    int64_t begun_ms, shown_ms; /* monotonic; shown_ms 0: never */
};

/* `progress` tells `shown`, which must outlive it. */
void cli_progress_begin(struct cli_progress *shown, struct backup_progress *ret_progress);
/* Ends the line that was begun, if one was. */
void cli_progress_end(struct cli_progress *shown);

#endif
