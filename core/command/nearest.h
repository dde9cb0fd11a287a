/*
 * nearest.h - which id was meant by one that is not there.
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_COMMAND_NEAREST_H
#define AUTOMAGI_COMMAND_NEAREST_H

struct fault;
struct organisation;
struct store;

enum { NEAREST_MAX = 64 }; /* bytes of an id with the NUL; longer ones are not compared */

/* The candidates so far; begin with {.wanted = ID}. */
struct nearest {
    const char *wanted;
    char found[NEAREST_MAX]; /* "": none is near */
    unsigned cost;           /* of the one found */
};

/* Takes the candidate when it is nearer than those before: begins like the wanted one, has it in it, or differs in few
 * letters. */
void nearest_look(struct nearest *nearest, const char *candidate);

/* Adds "; did you mean ID?" to the fault of an id that is not there; nothing when none is near or the store cannot be
 * read. Return `code`. */
int nearest_department_of(const struct organisation *organisation, const char *wanted, int code,
                          struct fault *fault);
int nearest_robot(struct store *store, const char *wanted, int code, struct fault *fault);
int nearest_department(struct store *store, const char *wanted, int code, struct fault *fault);
/* Also the computed ones. */
int nearest_calendar(struct store *store, const char *wanted, int code, struct fault *fault);

#endif
