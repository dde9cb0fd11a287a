/*
 * snapshot.h - the lists that were delivered, kept to compare the next one with.
 *
 * One file per delivered list, WHAT_PERIOD.csv ("liste_2026-11-23.csv", "E101_2026-11.csv"), written
 * when all of it was delivered. The one to compare with is the newest of an earlier period, never "the
 * last that was written": delivering a list again, after a crash at any point, finds the same.
 * Only what was delivered is in it, and the keys and units.
 *
 * Threads: no shared state.
 */
#ifndef LIST_DELIVERY_SNAPSHOT_H
#define LIST_DELIVERY_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

struct list;
struct settings;

enum {
    SNAPSHOT_PERIOD_MAX = 16,
    SNAPSHOT_NAME_MAX = 160,
    SNAPSHOT_ENTRIES_MAX = 50000,
    SNAPSHOT_KEPT = 40, /* of each WHAT */
    SNAPSHOT_PROBLEM_MAX = 300
};

/* Which list: of what, and of which period ("2026-11-23" or "2026-11"). */
struct snapshot_id {
    const char *what; /* a name without '/' */
    const char *period;
};

/* Reads the newest one before `id`. *ret_period is "" when there is none. 0 (list_release() it); -EBADMSG
 * with `problem` when it is there and cannot be read as one; or what the system said. */
int snapshot_previous(struct list *list, int folder, const struct settings *settings,
                      const struct snapshot_id *id, char ret_period[SNAPSHOT_PERIOD_MAX],
                      char problem[SNAPSHOT_PROBLEM_MAX]);

/* Keeps the rows of `unit` (NULL: all) of the list. Then all but the newest SNAPSHOT_KEPT of this WHAT
 * are removed. 0 or what the system said. */
int snapshot_write(const struct list *list, const char *unit, int folder,
                   const struct settings *settings, const struct snapshot_id *id);

#endif
