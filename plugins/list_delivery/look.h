/*
 * look.h - one look at the source: which list is there, of which day, and can it be delivered?
 *
 * Threads: no shared state. Memory: look_release().
 */
#ifndef LIST_DELIVERY_LOOK_H
#define LIST_DELIVERY_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"
#include "source.h"

struct settings;

enum { LOOK_PROBLEM_MAX = 800 };

struct look {
    struct source_file file; /* name "": none was found */
    struct list list;
    int32_t day; /* the list's: what its date column says, else the Danish day the file was
                  * changed. Of a list that is missing, too old or of a day to come, and so is
                  * not the one that should be there: today */
    char problem[LOOK_PROBLEM_MAX];
};

/* Looks at the file `name` (NULL: the newest that matches). AG_OK; else with look->problem, one Danish
 * sentence: AG_BUSINESS (missing, not readable as such a list, too old, of a day to come),
 * AG_TRANSIENT or AG_BROKEN (the folder, the disk, memory). look_release() after each. */
int32_t look_take(struct look *look, const struct settings *settings, int folder, const char *name,
                  int64_t now_s);
/* Takes NULL or a zeroed look. */
void look_release(struct look *look);

#endif
