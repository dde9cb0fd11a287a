/*
 * reference.h - the text that names a task, as it is compared.
 *
 * Whoever puts an item on a queue asks before it is sent, the store asks again: both here.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_BASE_REFERENCE_H
#define AUTOMAGI_BASE_REFERENCE_H

struct fault;

enum { REFERENCE_MAX = 255 }; /* bytes, normalised */

/* The reference as it is hashed: white space (Unicode's) at both ends trimmed, NFC. -EINVAL when
 * that is empty or over REFERENCE_MAX bytes, not UTF-8, or with control or unseen
 * characters.
 * target[REFERENCE_MAX + 1]. */
int reference_normalise(const char *reference, char *target, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
