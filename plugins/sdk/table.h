/*
 * table.h - tables that other systems and people hand over: CSV, and XLSX as Excel saves it.
 *
 * A table is read whole and then never changes. Every cell is UTF-8 text. Row 0 is the header, the
 * first row that is not blank; blank rows (nothing but blanks in every cell) are left out wherever
 * they stand, ag_table_line() says where a row was.
 *
 * Files come by descriptor: it is read from where it stands to its end, stays the caller's, and
 * nothing is ever written. The file is foreign: what is over a limit, broken, or could be read in
 * two ways is refused as a whole, with one sentence for a caseworker (Danish: where, what, what to
 * do). The sentence holds no cell's content, for that may be a person's.
 *
 * CSV, as Danish systems write it: RFC 4180 with `;`. The separator is what the header's line has
 * outside quotes: `;`, else a tab, else `,`; a first line "sep=;" as Excel writes says it itself (of
 * these and `|`) and is no row. UTF-8 with or without a byte order mark; UTF-16 with one; other
 * bytes are Windows-1252. A quote inside a cell that does not begin with one is a character like
 * others. A row may have fewer cells than the header, not more, unless those are empty.
 *
 * XLSX (ECMA-376): text, formulas' stored values, and
 *   numbers   as they stand in the file: a point before decimals, maybe an exponent ("1234.5",
 *             "1E-3", "7.2999999999999998"). Read them with ag_table_number(), never as Danish
 *   days      what a cell's number format shows as one: "2026-01-31"; with the time of day, when the
 *             format shows that too and it is not midnight: "2026-01-31 14:30:00". A number that is
 *             no day from 1900 to 2199 stands as in the file
 *   times     formats without a day: "14:30:00"; hours may be over 23
 *   booleans  "SAND" or "FALSK", as a Danish Excel shows them
 *   errors    (#N/A), and formulas that were never computed, make the file refused, by the cell's
 *             name
 * Of merged cells the first has the value. Hidden rows and columns are read like others.
 *
 * Threads: a table may be read by many; nothing else is shared.
 */
#ifndef AG_TABLE_H
#define AG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ag_table;

/* What is over one of these is refused with -E2BIG. The last three are of XLSX alone, and are
 * counted while unpacking: what an archive says of itself is not believed. */
struct ag_table_limits {
    size_t file_bytes;
    size_t rows; /* with the header, without blank ones */
    size_t columns;
    size_t cell_bytes;     /* of one cell, as UTF-8 */
    size_t zip_entries;    /* files in the archive */
    size_t unpacked_bytes; /* of the parts that are read, together */
    unsigned ratio;        /* unpacked to packed, of each part over 1 MiB */
    size_t cells;          /* of the table, with the empty ones before a row's last */
};

/* 64 MiB, 200000 rows, 256 columns, 32 KiB; 1000 entries, 256 MiB, 200 times; 8 million cells.
 * Memory: about the file's size and that of its text, and 4 bytes for each cell. */
extern const struct ag_table_limits ag_table_usual_limits;

enum { AG_TABLE_PROBLEM_MAX = 512 };

/* Each reads a whole table; `limits` NULL: the usual ones. 0, and *ret_table is the caller's to
 * free; or, with one sentence in `problem`: -EINVAL (not such a file, broken, or it has no rows),
 * -E2BIG (over a limit), -ENOMEM, -EIO (the descriptor could not be read). */
int ag_table_read_csv(int fd, const struct ag_table_limits *limits, struct ag_table **ret_table,
                      char problem[AG_TABLE_PROBLEM_MAX]);
int ag_table_read_csv_bytes(const char *bytes, size_t length, const struct ag_table_limits *limits,
                            struct ag_table **ret_table, char problem[AG_TABLE_PROBLEM_MAX]);

/* `sheet` is a sheet's name, as ag_table_column() compares names; NULL: the first visible one. */
int ag_table_read_xlsx(int fd, const char *sheet, const struct ag_table_limits *limits,
                       struct ag_table **ret_table, char problem[AG_TABLE_PROBLEM_MAX]);

/* Takes NULL. */
void ag_table_free(struct ag_table *table);

/* Rows with the header, at least 1; columns of the widest row. */
size_t ag_table_rows(const struct ag_table *table);
size_t ag_table_columns(const struct ag_table *table);

/* The text of a cell, "" where there is none, also outside the table. The table's. */
const char *ag_table_cell(const struct ag_table *table, size_t row, size_t column);

/* Where the row is in the file, from 1: its first line (CSV), its number in the sheet (XLSX). 0
 * outside the table. */
unsigned ag_table_line(const struct ag_table *table, size_t row);

/* The column whose header is `name`, without regard to blanks around it, case (also of æ, ø, å) and
 * how letters are composed. -1: there is none, or `name` is blank. -2: there are more than one. */
int ag_table_column(const struct ag_table *table, const char *name);

/* The number in a cell, times ten to the power of `decimals`. A number of XLSX is read as the
 * decimal number that Excel shows, with its 15 digits (7.2999999999999998 is 7.3); text of both kinds of
 * files is read by ag_danish_number(). False, and nothing written: no number (also a day, a
 * boolean, an empty cell), more decimals than asked for that are not 0, or too large. */
bool ag_table_number(const struct ag_table *table, size_t row, size_t column, unsigned decimals,
                     int64_t *ret_scaled);

#endif
