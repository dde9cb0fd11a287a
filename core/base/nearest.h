/*
 * nearest.h - which id was meant by one that is not there.
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_BASE_NEAREST_H
#define AUTOMAGI_BASE_NEAREST_H

struct fault;

enum { NEAREST_MAX = 64 }; /* bytes of an id with the NUL; longer ones are not compared */

/* The candidates so far; begin with {.wanted = ID}. */
struct nearest {
    const char *wanted;
    char found[NEAREST_MAX]; /* "": none is near */
    unsigned cost;           /* of the one found */
};

/* Takes the candidate when it is nearer than those before: is the wanted one, begins like it, has it in it, or differs
 * in few letters. */
void nearest_look(struct nearest *nearest, const char *candidate);
/* The same for another word that the id is known by, of any length; both have been folded alike. */
void nearest_look_at(struct nearest *nearest, const char *word, const char *id);

/* Adds "; did you mean ID?" to the fault of an id that is not there; nothing when none is near. Returns `code`. */
int nearest_say(const struct nearest *nearest, int code, struct fault *fault);

#endif
