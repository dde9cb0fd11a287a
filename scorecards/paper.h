/*
 * paper.h - the layout of documents that people sign: Danish plain text.
 *
 * Lines of at most PAPER_COLUMNS characters; headings at the margin, what stands below them indented.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_PAPER_H
#define AUTOMAGI_SCORECARDS_PAPER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"

struct text;

enum { PAPER_COLUMNS = 100, PAPER_INDENT = 4 };

struct paper_number {
    char text[DECIMAL_TEXT_MAX];
};
/* As it is written in Danish: "2,5". */
struct paper_number paper_number(int128 scaled, unsigned digits);
/* Money always has both decimals: "342,07", "14,50". */
struct paper_number paper_money(int64_t ore);

struct paper_day {
    char text[40];
};
/* "1. april 2025" */
struct paper_day paper_day(int32_t day);

/* The first line of a document of a demo home. */
void paper_demo_mark(struct text *target);
/* One paragraph, wrapped. */
void paper_paragraph(struct text *target, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A label, and its words beside it, wrapped. */
void paper_labelled(struct text *target, const char *label, const char *words);

#endif
