/*
 * change_list.h - what a command changes, one row per change: for its answer and its audit row.
 *
 * A row says what was there before and what is there after; what was not there was added, what
 * is there no more was removed.
 */
#ifndef AUTOMAGI_COMMAND_CHANGE_LIST_H
#define AUTOMAGI_COMMAND_CHANGE_LIST_H

#include <stddef.h>

struct fault;
struct json_writer;
struct text;

/* A text of this limit that turns broken by it is taken as far as it goes, and ends in "...". */
enum { CHANGE_TEXT_MAX = 4096 };

struct change {
    const char *what;   /* "rate"; lives as long as the program */
    char *id;           /* which one; owned, the other two lie behind it */
    const char *before; /* NULL: it was not there */
    const char *after;  /* NULL: it is there no more */
};

/* Zeroed: empty. change_list_release() frees it. */
struct change_list {
    struct change *changes;
    size_t count, capacity;
    size_t added, changed, removed;
};

/* Adds a row; an empty text stands for nothing. -ENOMEM, also for a text that had none. */
int change_list_add(struct change_list *list, const char *what, const char *id,
                    const struct text *before, const struct text *after, struct fault *fault)
    __attribute__((warn_unused_result));
/* Elements of an array that is open: {"change":"added|changed|removed","what","id","before",
 * "after"}. put_string writes id, before and after: json_put_string, or one that redacts. */
void change_list_put(const struct change_list *list, struct json_writer *writer,
                     void (*put_string)(struct json_writer *writer, const char *string));
void change_list_release(struct change_list *list);

#endif
