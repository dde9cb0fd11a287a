/*
 * terminal.h - what a person sees who sits at a terminal: its width, and colours.
 *
 * Colours are for streams that are a terminal, unless --color says otherwise. As no-color.org asks,
 * NO_COLOR in the environment (not empty) turns them off, and so does TERM=dumb. States have a
 * colour: red for what failed, yellow for what waits for somebody, green for what is well.
 *
 * Threads: the program's first alone.
 */
#ifndef AUTOMAGI_CLI_TERMINAL_H
#define AUTOMAGI_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum terminal_colour {
    TERMINAL_AUTO,
    TERMINAL_ALWAYS,
    TERMINAL_NEVER
}; /* as --color's choices are ordered */
enum terminal_style { STYLE_PLAIN, STYLE_HEADING, STYLE_BAD, STYLE_WAITS, STYLE_WELL };

/* --color, once, before anything is printed. */
void terminal_choose(enum terminal_colour colour);
bool terminal_has_colour(FILE *target);
bool terminal_is(FILE *target);
/* 0: not a terminal, or one that does not say. */
size_t terminal_columns(FILE *target);
size_t terminal_rows(FILE *target);
/* What is printed to `stand_in` (memory) is shown on `shown` later: its width and colours hold for
 * both, until this is called with NULL. */
void terminal_stand_in(FILE *stand_in, FILE *shown);

/* The text in the style, where the stream has colours; else the text. */
void terminal_put(enum terminal_style style, const char *text, FILE *target);
/* Of a word for a state, such as "failed" or "signed, retroactive". */
enum terminal_style terminal_style_of(const char *state);

/* How many bytes of a line fit into so many columns; escapes of terminal_put() take none. */
size_t terminal_fit(const char *line, size_t length, size_t columns);

#endif
