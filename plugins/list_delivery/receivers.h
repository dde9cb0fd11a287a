/*
 * receivers.h - who gets a unit's list: a CSV with the columns "unit" and "receiver".
 *
 * A unit with an empty receiver has none (a vacant post), like one that is not there.
 *
 * Threads: no shared state. Memory: receivers_release().
 */
#ifndef LIST_DELIVERY_RECEIVERS_H
#define LIST_DELIVERY_RECEIVERS_H

#include <stddef.h>

struct ag_table;

enum { RECEIVERS_PROBLEM_MAX = 300, RECEIVERS_TEXT_MAX = 201 };

struct receiver {
    char *unit;
    char *name; /* "" = none */
};

struct receivers {
    struct receiver *list; /* by unit */
    size_t count;
};

/* 0, -EINVAL with `problem` (Danish, begins "linje N" or with the column), -ENOMEM. Release after
 * either. */
int receivers_take(struct receivers *receivers, const struct ag_table *table,
                   char problem[RECEIVERS_PROBLEM_MAX]);
/* Where paths are made of receivers: do no two of them make one, so that the one would see what the other gets? Names that
 * differ in case alone are one receiver's. 0, -EINVAL with `problem`, -ENOMEM. */
int receivers_tell_apart(const struct receivers *receivers, char problem[RECEIVERS_PROBLEM_MAX]);
/* Takes NULL or zeroed receivers. */
void receivers_release(struct receivers *receivers);

/* The receiver of the unit, NULL when it has none. */
const char *receivers_find(const struct receivers *receivers, const char *unit);

#endif
