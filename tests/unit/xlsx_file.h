/*
 * xlsx_file.h - XLSX files for tests, made of parts given as text.
 *
 * Threads: none. Every function fails the test that it is called from.
 */
#ifndef AUTOMAGI_TESTS_UNIT_XLSX_FILE_H
#define AUTOMAGI_TESTS_UNIT_XLSX_FILE_H

#include <stddef.h>

#include "plugins/sdk/table.h"

/* What stands in a workbook; NULL: what a small one has, with the sheet "Ark1". */
struct xlsx_file {
    const char *sheet_data; /* rows, put into a worksheet */
    const char *strings;    /* <si> elements */
    const char *formats;    /* <numFmt> elements */
    const char *styles;     /* <xf> elements */
    const char *root_relations;
    const char *workbook;
    const char *relations;
    const char *sheet;      /* the whole part, instead of sheet_data */
    size_t padding;         /* blanks after the sheet's root element */
    size_t entries;         /* empty files more */
    const char *added;      /* the name of a file more, */
    const char *added_text; /* and what it holds */
    const char *password;
};

/* The bytes of the file, to be freed. */
char *xlsx_file_make(const struct xlsx_file *file, size_t *ret_length);

/* A descriptor of bytes in memory, at their start; the caller closes it. */
int xlsx_file_open(const char *bytes, size_t length);

/* Why the last read failed; then it is one line. */
extern char xlsx_file_problem[AG_TABLE_PROBLEM_MAX];

/* Read a table as ag_table_read_xlsx() does; the last one fails the test when there is none. */
int xlsx_file_read_bytes(const char *bytes, size_t length, const char *sheet,
                         const struct ag_table_limits *limits, struct ag_table **ret_table);
int xlsx_file_read(const struct xlsx_file *file, const char *sheet,
                   const struct ag_table_limits *limits, struct ag_table **ret_table);
struct ag_table *xlsx_file_read_good(const struct xlsx_file *file);

#endif
