/*
 * sample_document.h - a report that uses all a document can hold: every block, every kind of cell, figures with
 * their tables behind them, a table of 24 columns, small charts in rows, long Danish words.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_TESTS_UNIT_SAMPLE_DOCUMENT_H
#define AUTOMAGI_TESTS_UNIT_SAMPLE_DOCUMENT_H

#include "core/base/language.h"

struct document;

/* Initialised here; the caller releases it. */
void sample_document(struct document *ret_document, enum language language);

#endif
