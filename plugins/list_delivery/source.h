/*
 * source.h - the folder in which lists arrive: which file is the newest, and its table.
 *
 * Nothing is followed out of the folder: names hold no '/', links are not opened, and only
 * regular files are read. Nothing is changed or removed.
 *
 * Threads: no shared state.
 */
#ifndef LIST_DELIVERY_SOURCE_H
#define LIST_DELIVERY_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct ag_table;

enum { SOURCE_NAME_MAX = 256, SOURCE_ENTRIES_MAX = 20000 };

struct source_file {
    char name[SOURCE_NAME_MAX];
    int64_t changed_s; /* since 1970 */
};

/* The regular file that was changed last, of those whose names match `pattern` (fnmatch(3); hidden
 * ones and Excel's "~$NAME" never do) and that have lain unchanged for `settle_s`; of two of one second the later
 * name. -ENOENT: there is none; -E2BIG: over SOURCE_ENTRIES_MAX names in the folder; or what
 * the system said. */
int source_newest(int folder, const char *pattern, int64_t settle_s, int64_t now_s,
                  struct source_file *ret_file);

/* The file of that name. -ENOENT; -EINVAL: no plain name or no regular file; or what the system
 * said. */
int source_find(int folder, const char *name, struct source_file *ret_file);

/* Reads it: XLSX when `xlsx` (the sheet, NULL: the first), else CSV. 0 and *ret_table for
 * ag_table_free(); -EBADMSG with `problem` (AG_TABLE_PROBLEM_MAX): it can be read, but is no such
 * table; or what the system said. */
int source_read(int folder, const char *name, bool xlsx, const char *sheet,
                struct ag_table **ret_table, char *problem);

#endif
