/*
 * old_logs.h - the logs of runs live as long as their robot's retention.
 *
 * Threads: any; it waits for the disk, so not the loop's.
 */
#ifndef AUTOMAGI_RUN_OLD_LOGS_H
#define AUTOMAGI_RUN_OLD_LOGS_H

#include <stdint.h>

struct fault;

enum { OLD_LOGS_AT_ONCE = 256 };

/*
 * Removes what was last written before the instant from HOME/logs/SLUG, at most OLD_LOGS_AT_ONCE
 * files; *ret_removed says how many: as many as that, and there may be more. The folder belongs to
 * the robot's account, so no link in it is followed. Negative errno with a fault that names it.
 */
int old_logs_remove(const char *home, const char *slug, int64_t before_ms, int64_t *ret_removed,
                    struct fault *fault) __attribute__((warn_unused_result));

#endif
