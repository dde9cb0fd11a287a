/*
 * nearest.h - which robot or calendar was meant by an id that is not there. Departments:
 * department_refuse() (organisation.h).
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_COMMAND_NEAREST_H
#define AUTOMAGI_COMMAND_NEAREST_H

struct fault;
struct store;

/* Adds "; did you mean ID?" to the fault of an id that is not there; nothing when none is near or the store cannot be
 * read. Return `code`. */
int nearest_robot(struct store *store, const char *wanted, int code, struct fault *fault);
/* Also the computed ones. */
int nearest_calendar(struct store *store, const char *wanted, int code, struct fault *fault);

#endif
