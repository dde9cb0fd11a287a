/*
 * backup_progress.h - what a backup, a restore and a rehearsal are asked with: closed months are recounted in
 * each copy as well (scorecards/period.h), and how far it is stands on a terminal's stderr when it takes long.
 */
#ifndef AUTOMAGI_CLI_BACKUP_PROGRESS_H
#define AUTOMAGI_CLI_BACKUP_PROGRESS_H

#include <signal.h>
#include <stdint.h>

#include "core/store/backup.h"

struct cli_request;
struct fault;

enum { CLI_PROGRESS_SIGNALS = 3 };

struct cli_progress {
    int64_t begun_ms, shown_ms; /* monotonic; shown_ms 0: never */
    struct sigaction before[CLI_PROGRESS_SIGNALS];
};

/* `progress` tells `shown`, which must outlive it. Until the end the first SIGINT, SIGTERM or SIGHUP
 * cancels what goes on, so that no copy of keys is left; the second ends the program. */
void cli_progress_begin(struct cli_progress *shown, struct backup_progress *ret_progress);
/* Ends the line that was begun, if one was. */
void cli_progress_clear(struct cli_progress *shown);
/* That, and signals are what they were. */
void cli_progress_end(struct cli_progress *shown);

/* For who asks between begin and end: */
/* -ECANCELED when such a signal has come. */
int cli_progress_heed(const struct cli_request *request, struct fault *fault)
    __attribute__((warn_unused_result));
/* cli_ask(), to which such a signal is a no, whenever it comes. */
int cli_progress_ask(const struct cli_request *request, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
