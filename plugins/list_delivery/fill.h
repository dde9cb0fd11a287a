/*
 * fill.h - texts with names in braces, "{unit}", that are filled in: letters' wording, files' paths.
 *
 * The names: {unit} {receiver} {date} (2026-11-23) {month} (2026-11) {year}; of a letter also
 * {day} (23-11-2026), {month_name} (november 2026) and {rows}. Other braces are refused.
 *
 * Threads: no state.
 */
#ifndef LIST_DELIVERY_FILL_H
#define LIST_DELIVERY_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILL_PATH_PARTS = 5, FILL_ALL = 8, FILL_PARTS_MAX = 4, FILL_PATH_MAX = 512 };

struct fill {
    const char *unit;
    const char *receiver;
    int32_t day; /* of the list */
    size_t rows;
};

/* Is every {...} one of the first `names` names above (FILL_PATH_PARTS or FILL_ALL)? */
bool fill_is_valid(const char *text, unsigned names);

/* Is it a path below a folder: 1 to FILL_PARTS_MAX parts, none empty, and one of them with
 * {unit} and without {receiver}, so that two units never have one file? */
bool fill_is_path(const char *text);

/* The text filled in, for free(); NULL: no memory. */
char *fill_text(const char *text, const struct fill *fill);

/* The path filled in, each part made a name by text_file_name() (so that a '/' in a unit leads
 * nowhere). False: it is too long. */
bool fill_path(const char *text, const struct fill *fill, char target[FILL_PATH_MAX]);

#endif
