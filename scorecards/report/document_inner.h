/*
 * document_inner.h - the memory of a document; document*.c alone.
 *
 * Memory comes in blocks that live as long as the document, so that what points into it stays where it is.
 * Once it is broken nothing is given any more.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_DOCUMENT_INNER_H
#define AUTOMAGI_SCORECARDS_REPORT_DOCUMENT_INNER_H

#include <stddef.h>

struct document;

/* Zeroed; NULL when the document is broken, or now is. */
void *document_allocate(struct document *document, size_t count, size_t size);
/* A copy of the text; NULL for NULL, or broken. */
const char *document_copy(struct document *document, const char *text);
/* Room for one more element at items[count]: the array, moved when it was full. NULL: broken. */
void *document_room(struct document *document, void *items, size_t count, size_t *room,
                    size_t size);
/* The first reason stands. */
void document_break(struct document *document, int reason);

#endif
