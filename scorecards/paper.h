/*
 * paper.h - the layout of documents that people sign: Danish plain text.
 *
 * Lines of at most PAPER_COLUMNS characters; headings at the margin, what stands below them indented. Numbers and
 * days are written by language.h: an amount's no-break space keeps it on one line.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_PAPER_H
#define AUTOMAGI_SCORECARDS_PAPER_H

struct text;

enum { PAPER_COLUMNS = 100, PAPER_INDENT = 4 };

/* The first line of a document of a demo home. */
void paper_demo_mark(struct text *target);
/* One paragraph, wrapped. */
void paper_paragraph(struct text *target, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A label, and its words beside it, wrapped. */
void paper_labelled(struct text *target, const char *label, const char *words);

#endif
