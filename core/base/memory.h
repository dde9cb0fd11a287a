/*
 * memory.h - what was wanted on this thread and could not be had for want of memory.
 *
 * Where a text breaks (text.h) or a value of the store is not read or bound, what stands in its place is shorter
 * than what was meant. Whoever makes it may go on; what is made of it is not to be believed, so each statement, each
 * commit and each answer of a command asks here, and fails with -ENOMEM instead. No caller needs to look at each
 * text of a line for this.
 */
#ifndef AUTOMAGI_BASE_MEMORY_H
#define AUTOMAGI_BASE_MEMORY_H

#include <stdbool.h>

void memory_lack(void);
/* True once after memory_lack(): whoever asks fails for it, or has given up what it was for. */
bool memory_lacked(void);

#endif
