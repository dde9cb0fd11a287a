/*
 * xlsx_file.h - XLSX files for tests, made of parts given as text.
 *
 * Threads: none. Every function fails the test that it is called from.
 */
#ifndef AUTOMAGI_TESTS_UNIT_XLSX_FILE_H
#define AUTOMAGI_TESTS_UNIT_XLSX_FILE_H

#include <stddef.h>

/* What stands in a workbook; NULL: what a small one has, with the sheet "Ark1". */
struct xlsx_file {
    const char *sheet_data; /* rows, put into a worksheet */
    const char *strings;    /* <si> elements */
    const char *formats;    /* <numFmt> elements */
    const char *styles;     /* <xf> elements */
    const char *root_relations;
    const char *workbook;
    const char *relations;
    const char *sheet; /* the whole part, instead of sheet_data */
    size_t padding;    /* blanks after the sheet's root element */
    size_t entries;    /* empty files more */
    const char *added; /* the name of a file more, which holds the letter x */
    const char *password;
};

/* The bytes of the file, to be freed. */
char *xlsx_file_make(const struct xlsx_file *file, size_t *ret_length);

/* A descriptor of bytes in memory, at their start; the caller closes it. */
int xlsx_file_open(const char *bytes, size_t length);

#endif
