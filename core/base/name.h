/*
 * name.h - names of people, as signatures hold them against each other.
 *
 * There is no sign-in: a name is what somebody writes. So the least that can be asked is that it
 * has letters, and that another way to write it is not another person.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_BASE_NAME_H
#define AUTOMAGI_BASE_NAME_H

#include <stdbool.h>

/* What is left of a name when case, width, composition and everything but letters and digits are
 * put aside, so is what stands for a CPR number (cpr.h): "Hansen, Anna", "anna  hansen" and
 * "Anna-Hansen." are one, and so is "Anna" with letters of Greek or Cyrillic that look like hers. "" when it names
 * nobody: blanks, dots, a number that is hidden. The caller frees it; NULL when out of memory or
 * `name` is not UTF-8. */
char *name_fold(const char *name) __attribute__((warn_unused_result));

/* Does it name somebody? 1, 0, or -ENOMEM when it cannot be told. */
int name_is_somebody(const char *name) __attribute__((warn_unused_result));

#endif
