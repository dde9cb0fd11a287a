/*
 * rows_import.h - rows of files that are imported beside a queue.
 */
#ifndef AUTOMAGI_TESTS_UNIT_ROWS_IMPORT_H
#define AUTOMAGI_TESTS_UNIT_ROWS_IMPORT_H

#include <stdint.h>

#include "core/store/import.h"

struct queue;

struct rows_import {
    struct queue *queue;
    int64_t id;           /* of the last */
    int64_t done_ago_ms;  /* before now, of what rows_apply() says was done */
    int32_t business_day; /* likewise; 0: none */
    struct import_met met;
};
/* Each time another file. */
void rows_begin(struct rows_import *rows, int64_t count);
/* The row of that number, which is on the line after it. */
void rows_apply(struct rows_import *rows, const char *reference, enum import_outcome outcome,
                int64_t number);
/* It is refused, with such words, and nothing is changed. */
void rows_expect(struct rows_import *rows, const char *reference, int64_t number, int result,
                 const char *words);
/* The sum of a column of all imports. */
int64_t rows_count(struct rows_import *rows, const char *column);

#endif
