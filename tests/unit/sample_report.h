/*
 * sample_report.h - a small invented report with every kind of column and cell, for the tests of renderers.
 */
#ifndef AUTOMAGI_TESTS_UNIT_SAMPLE_REPORT_H
#define AUTOMAGI_TESTS_UNIT_SAMPLE_REPORT_H

#include <stddef.h>

#include "scorecards/report/document.h"

/* Begins the document and writes it; document_release() it. Tables: "departments" (of every kind, a total and
 * a weak row), "months" behind a figure, "empty" without rows. */
void sample_report(struct document *document, enum language language);

/* Texts that a spreadsheet computes when it is let. */
extern const char *const SAMPLE_FORMULAS[];
extern const size_t SAMPLE_FORMULA_COUNT;

/* One of them in every place where a text can stand. */
void sample_hostile_report(struct document *document, enum language language);

#endif
