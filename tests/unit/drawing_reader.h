/*
 * drawing_reader.h - what a chart has drawn, by kind and in order, so that tests hold places against values.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_TESTS_UNIT_DRAWING_READER_H
#define AUTOMAGI_TESTS_UNIT_DRAWING_READER_H

#include <stddef.h>

struct text;

enum { SHAPES_MAX = 400, WORDS_MAX = 64 };

struct shape {
    int x, y, width,
        height; /* of a rectangle; of a line x and y to width and height; of a circle its middle */
    char colour[8];        /* it is filled with; of a line it is drawn with */
    char words[WORDS_MAX]; /* of a text */
};
struct shapes {
    struct shape at[SHAPES_MAX];
    size_t count;
};
struct drawing {
    struct shapes boxes, lines, circles, texts;
};

/* Fails the test that runs when it is not read. The text is released; free() what is returned. */
struct drawing *drawing_read(struct text *svg);
/* NULL: it is not written there. */
const struct shape *drawing_text(const struct drawing *drawing, const char *words);
/* Fails without it. */
struct shape drawing_the_text(const struct drawing *drawing, const char *words);

#endif
