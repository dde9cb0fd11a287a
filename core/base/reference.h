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
 * that is empty or over REFERENCE_MAX bytes, not UTF-8, with control characters, or with one that would make two
 * references of what people see as one: any space but U+0020, and whatever is not seen (soft hyphens, joiners,
 * selectors, fillers); `fault` names it. Spaces within stay as they are: one and two are not the same.
 * target[REFERENCE_MAX + 1]. */
int reference_normalise(const char *reference, char *target, struct fault *fault)
    __attribute__((warn_unused_result));

/* ... with all spaces and most of the unseen taken: for names, and to look up what was counted when references
 * had them. Of the unseen only utf8_is_unseen() is refused. */
int reference_compose(const char *text, char *target, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
