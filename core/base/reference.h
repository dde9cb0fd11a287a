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
 * references of what people see as one; `fault` names it:
 * - any space but U+0020;
 * - what is not seen: format controls (Cf: soft hyphens, joiners, marks of direction; with them the few of Arabic,
 *   Syriac and Kaithi that are seen), what Unicode calls ignorable (selectors, fillers), and the blanks and joiners that
 *   it counts among letters, marks and symbols;
 * - what is no character: unassigned (Cn, with noncharacters and what is kept free), or for private use (Co).
 * By the Unicode of the libutf8proc that is linked: what is newer is unassigned to it. Taken is, though it may look
 * like another or like nothing: letters of one script for those of another (Cyrillic for Latin), signs
 * that only join others (viramas and coengs), and U+FFFD, which is seen. Spaces within stay as they are: one
 * and two are not the same. What stores have from before is left as it is: it is refused only when it comes again.
 * target[REFERENCE_MAX + 1]. */
int reference_normalise(const char *reference, char *target, struct fault *fault)
    __attribute__((warn_unused_result));

/* ... with all spaces, most of the unseen and what is no character taken: for names, and to look up what was counted
 * when references had them. Of the unseen only utf8_is_unseen() is refused. */
int reference_compose(const char *text, char *target, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
