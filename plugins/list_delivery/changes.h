/*
 * changes.h - what is new, changed and gone from one list to the next, by unit and key.
 *
 * A row that has moved to another unit is gone in one and new in the other: nobody sees another unit's.
 *
 * Threads: no shared state. Memory: changes_release(). Both lists must outlive it.
 */
#ifndef LIST_DELIVERY_CHANGES_H
#define LIST_DELIVERY_CHANGES_H

#include <stddef.h>

struct list;
struct list_row;

enum { CHANGES_SAID_MAX = 128 };

enum change { CHANGE_NONE, CHANGE_NEW, CHANGE_CHANGED };

struct changes {
    enum change *marks;           /* for each row of `now`, in its order */
    const struct list_row **gone; /* of `before`, in its order */
    size_t new_count, changed_count, gone_count;
};

/* Of the rows of `unit`, NULL: of all. `before` NULL: there is nothing to compare with, and nothing
 * is marked. Lists with other columns are compared by key alone. 0 or -ENOMEM. */
int changes_find(struct changes *changes, const struct list *now, const struct list *before,
                 const char *unit);
/* Takes NULL or zeroed changes. */
void changes_release(struct changes *changes);

/* "1 ny, 2 ændrede og 1 udgået". */
void changes_say(size_t new_count, size_t changed_count, size_t gone_count,
                 char target[CHANGES_SAID_MAX]);

#endif
