/*
 * delivery.h - delivers a list: checks all of it, writes the files, then remembers it.
 *
 * In this order, so that an end at any point can be repeated: nothing is written before everything
 * was checked; files are whole and have the same names and bytes each time; the state of the list is
 * kept last, and what a list is compared with is of an earlier period (snapshot.h).
 *
 * Threads: the run's first.
 */
#ifndef LIST_DELIVERY_DELIVERY_H
#define LIST_DELIVERY_DELIVERY_H

#include <stddef.h>
#include <stdint.h>

struct ag_host;
struct list;
struct receivers;
struct settings;

struct delivery {
    const struct ag_host *host;
    const struct settings *settings;
    const struct receivers *receivers;
    const struct list *list;
    const char *file; /* the list's, for the note */
    int32_t day;      /* of the list */
    int outbox;       /* borrowed descriptors */
    int state;
};

/* All units' files (unit NULL), or one unit's. AG_OK, AG_BUSINESS, AG_TRANSIENT or AG_BROKEN, with one
 * Danish sentence in `note` (AG_NOTE_MAX). */
int32_t delivery_make(const struct delivery *delivery, const char *unit, char *note);

/* The list's period: "2026-11-23", or "2026-11" of a monthly list. */
void delivery_period(const struct settings *settings, int32_t day, char target[16]);

#endif
