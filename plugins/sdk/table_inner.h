/*
 * table_inner.h - how the readers of files make a table; no part of what plugins see.
 *
 * Cells refer to text that lies in one piece, so that a text which stands in a million cells
 * (a shared string of XLSX) is kept once. text[0] is NUL, so that place 0 is the empty cell.
 *
 * Threads: a table belongs to the one who makes it until it is done.
 */
#ifndef AG_TABLE_INNER_H
#define AG_TABLE_INNER_H

#include <errno.h>

#include "table.h"

enum ag_table_kind {
    AG_TABLE_TEXT,
    AG_TABLE_NUMBER, /* as XLSX writes it */
    AG_TABLE_OTHER   /* a day, a time, a boolean: never a number */
};

/* Two bits of a cell say the kind, the others the place in the text. */
#define AG_TABLE_TEXT_MAX (UINT32_C(1) << 30)

struct ag_table_row {
    uint32_t first; /* in cells */
    uint32_t count;
    uint32_t line;
};

struct ag_table {
    char *text;
    size_t text_length;
    size_t text_room;
    uint32_t *cells;
    size_t cell_count;
    size_t cell_room;
    struct ag_table_row *rows;
    size_t row_count;
    size_t row_room;
    size_t columns;
    size_t begun; /* the first cell of the row that is being made */
};

/* Writes the sentence; its value is `error`, seen by those who look for paths that cannot be. */
#define ag_table_fail(problem, error, ...) ((void)ag_table_say((problem), __VA_ARGS__), (error))
void ag_table_say(char problem[AG_TABLE_PROBLEM_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* -ENOMEM with its sentence. */
#define ag_table_no_memory(problem) ((void)ag_table_say_no_memory(problem), -ENOMEM)
void ag_table_say_no_memory(char problem[AG_TABLE_PROBLEM_MAX]);

/* Makes room for `more` elements of `size` bytes after `count`. 0 or -ENOMEM. */
int ag_table_reserve(void **list, size_t *room, size_t count, size_t more, size_t size);

/* Reads all of fd into memory that the caller frees, at most `most` bytes; a NUL stands after them.
 * 0, -E2BIG, -EIO, -ENOMEM. */
int ag_table_read_file(int fd, size_t most, char **ret_bytes, size_t *ret_length,
                       char problem[AG_TABLE_PROBLEM_MAX]);

/* Appends a cell to the row that is being made; the caller has seen to the number of columns.
 * -E2BIG (cells), -ENOMEM. */
int ag_table_put(struct ag_table *table, const struct ag_table_limits *limits,
                 enum ag_table_kind kind, size_t place, char problem[AG_TABLE_PROBLEM_MAX]);

/* Ends the row that is being made: empty cells at its end are cut off, and a blank one is
 * forgotten. -E2BIG (rows), -ENOMEM. */
int ag_table_end_row(struct ag_table *table, const struct ag_table_limits *limits, uint32_t line,
                     char problem[AG_TABLE_PROBLEM_MAX]);

/* Are two names the same, as ag_table_column() sees it? */
bool ag_table_same_name(const char *a, const char *b);

/* The number in a text as XLSX writes it, as ag_table_number() says. */
bool ag_table_plain_number(const char *text, unsigned decimals, int64_t *ret_scaled);
bool ag_table_is_plain_number(const char *text);

/* The whole seconds, nearest, in such a number of days. False: no number, negative, or over a
 * hundred million days. */
bool ag_table_plain_seconds(const char *text, int64_t *ret_seconds);

/* Makes the table's text, UTF-8 from place 1 on with a NUL after it, of a CSV file's bytes in
 * whatever encoding they are. -EINVAL (no text; the sentence names the line), -E2BIG, -ENOMEM. */
int ag_table_decode(struct ag_table *table, const char *bytes, size_t length,
                    char problem[AG_TABLE_PROBLEM_MAX]);

#endif
