/*
 * fault.h - what went wrong, in one line for a person.
 *
 * A function that can fail for a reason a person must read takes a
 * `struct fault *` as its last parameter and returns a negative errno. The
 * line says what is wrong, where, and what to do. It holds no newline: those
 * and other control or unseen characters are shown as \xNN.
 *
 * Threads: a fault belongs to its caller; nothing here is shared.
 */
#ifndef AUTOMAGI_BASE_FAULT_H
#define AUTOMAGI_BASE_FAULT_H

enum { FAULT_TEXT_MAX = 1024 };

struct fault {
    char text[FAULT_TEXT_MAX]; /* "" until set */
};

/* Writes the line into *fault (which may be NULL) and returns `code`, which
 * must be a negative errno, so that a caller can write
 * `return fault_set(fault, -EINVAL, "...")`. Overlong text is cut and ends
 * in "...". */
int fault_set(struct fault *fault, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<prefix>: " before the text already there; for a caller that knows
 * the file or the line. Returns `code`. */
int fault_prefix(struct fault *fault, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* -ENOMEM with the text "out of memory". */
int fault_no_memory(struct fault *fault);

/* For a text that is broken (text.h): fault_no_memory() when that is why, else as fault_set(). */
int fault_broken(struct fault *fault, int broken, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Ends the process with status 1 and one line on stderr: for a library that can be told of no failure, and
 * for what is needed before anything can be done. Nothing else is done, as when it is killed. */
_Noreturn void fault_end_no_memory(void);

#endif
