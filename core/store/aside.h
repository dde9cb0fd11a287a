/*
 * aside.h - folders in a home that keep what was there before something was done to it.
 *
 *   before-restore-<instant>            restore.h
 *   before-upgrade-<version>-<instant>  upgrade.h
 */
#ifndef AUTOMAGI_STORE_ASIDE_H
#define AUTOMAGI_STORE_ASIDE_H

#include <stdbool.h>

struct fault;

#define ASIDE_RESTORE "before-restore-"
#define ASIDE_UPGRADE "before-upgrade-"

enum { ASIDE_NAME_MAX = 64 };

/* `prefix`, the instant in UTC, and a number when there is one of that name already. -EEXIST: there are too many. */
int aside_choose(int home_fd, const char *prefix, char ret_name[static ASIDE_NAME_MAX],
                 struct fault *fault) __attribute__((warn_unused_result));
/* Is it the name of such a folder? */
bool aside_is_name(const char *name);

#endif
