/*
 * list.h - a list as it is delivered: rows with a key, a unit, and the cells to show.
 *
 * Only what is configured to be delivered is taken over from the file; what else stood in it is
 * nowhere in the plugin's memory once the table is freed, and in nothing that it writes.
 *
 * Threads: no shared state. Memory: list_release().
 */
#ifndef LIST_DELIVERY_LIST_H
#define LIST_DELIVERY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ag_table;
struct settings;

enum { LIST_PROBLEM_MAX = 400, LIST_UNIT_MAX = 65, LIST_KEY_MAX = 101, LIST_CELL_MAX = 1001 };

struct list_row {
    char *key;
    char *unit;
    char *cells;   /* one after the other, each with its NUL; list_cell() */
    unsigned line; /* in the file */
    bool negative; /* a number is below zero that may not be */
};

/* A unit, as its first row, and what its file is known by (text_file_key()). */
struct list_file {
    char *key;
    const struct list_row *row;
};

struct list {
    struct list_row *rows; /* in the file's order */
    size_t count;
    const struct list_row **sorted; /* by unit, then key */
    struct list_file *files;        /* by key; of a list that list_take() took */
    size_t file_count;
    size_t columns;
    int32_t day; /* what the date column says; 0 without one */
};

/* Takes a list over from its table, and holds it against the configuration: columns are there
 * once, there is a row, every key and unit is there, no key twice, no CPR number in what is delivered,
 * numbers and days are some, one date in all rows, no two units with one file name. 0;
 * -EINVAL with `problem`, a Danish sentence without a full stop; -ENOMEM. Release after either. */
int list_take(struct list *list, const struct settings *settings, const struct ag_table *table,
              char problem[LIST_PROBLEM_MAX]);

/* Appends a row, for readers of what was delivered before; list_sort() when all are there. The texts
 * become the list's, also when it fails with -ENOMEM. */
int list_append(struct list *list, struct list_row row);
int list_sort(struct list *list);
/* Takes NULL or a zeroed list. */
void list_release(struct list *list);

/* The text of a cell, "" outside. */
const char *list_cell(const struct list *list, const struct list_row *row, size_t column);

/* The row with this unit and key, or NULL. */
const struct list_row *list_find(const struct list *list, const char *unit, const char *key);

/* Would the file of this unit be that of one of the list's? Also of the list's own units. 0 or -ENOMEM. */
int list_has_file(const struct list *list, const char *unit, bool *ret_has);

/* The rows of a unit in list->sorted: the first one's index; *ret_count of them. */
size_t list_unit(const struct list *list, const char *unit, size_t *ret_count);

#endif
