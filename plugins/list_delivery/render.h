/*
 * render.h - what one receiver gets: a CSV, or a letter in plain text (both UTF-8 with a byte order
 * mark, CRLF). The same lists give the same bytes: nothing in them is of the time of writing.
 *
 * Threads: no state.
 */
#ifndef LIST_DELIVERY_RENDER_H
#define LIST_DELIVERY_RENDER_H

#include <stddef.h>
#include <stdint.h>

struct changes;
struct list;
struct settings;

struct render {
    const struct settings *settings;
    const struct list *list;
    const struct list *before;     /* NULL: there is none */
    const char *before_period;     /* "2026-10-31", "2026-10" */
    const struct changes *changes; /* of `list` since `before`, of this unit or of all */
    const char *unit;
    const char *receiver;
    int32_t day; /* of the list */
};

/* The file's bytes, for free(). 0 or -ENOMEM. */
int render_bytes(const struct render *render, char **ret_bytes, size_t *ret_size);

#endif
