/*
 * descendants.h - ending every process that came from this one.
 *
 * A browser starts processes in groups and sessions of their own, so no signal to a group ends them
 * all. A process that adopts gets the orphans below it as its own children, and so ends all of them.
 */
#ifndef AUTOMAGI_PRINT_DESCENDANTS_H
#define AUTOMAGI_PRINT_DESCENDANTS_H

#include <stdint.h>

/* From now on orphans below this process become its children. */
void descendants_adopt(void);
/* Kills and reaps all children, and theirs, until there is none; at most for `limit_ms`. 0, or
 * -ETIMEDOUT when one does not die (the kernel waits for a device, or it is another user's). */
int descendants_end(int64_t limit_ms) __attribute__((warn_unused_result));

#endif
