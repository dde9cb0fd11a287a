/*
 * line.h - private to core/store: names and reasons that people wrote, before they are stored.
 */
#ifndef AUTOMAGI_STORE_LINE_H
#define AUTOMAGI_STORE_LINE_H

#include <stdbool.h>

struct fault;

enum { LINE_BYTES_MAX = 1023 };

/* One line of UTF-8, not empty, at most LINE_BYTES_MAX bytes. -EINVAL with a fault that
 * begins with `what` ("the estimate's reason"). NULL is empty. */
int line_check(const char *what, const char *string, struct fault *fault)
    __attribute__((warn_unused_result));

/* As above, and -EINVAL when it holds a CPR number (cpr.h): for what is read by many, and by whom a mark in
 * the place of a number would not help. It may be stored as it is. */
int line_check_clean(const char *what, const char *string, struct fault *fault)
    __attribute__((warn_unused_result));

/* As line_check(), and what may be stored of it: without CPR numbers. */
int line_take(const char *what, const char *string, char ret_line[static LINE_BYTES_MAX + 1],
              struct fault *fault) __attribute__((warn_unused_result));

/* As above, of who did something: it names somebody (name.h). */
int line_take_name(const char *what, const char *name, char ret_line[static LINE_BYTES_MAX + 1],
                   struct fault *fault) __attribute__((warn_unused_result));

/* Do two names mean one person (name.h), however they are written? -ENOMEM. Both are UTF-8. */
int line_same_name(const char *left, const char *right, bool *ret_same, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
