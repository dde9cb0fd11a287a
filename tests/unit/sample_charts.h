/*
 * sample_charts.h - each kind of chart with what may come: usual figures, negative ones, nothing, one row,
 * many rows, 60 months, numbers as large as they get, long Danish names.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_TESTS_UNIT_SAMPLE_CHARTS_H
#define AUTOMAGI_TESTS_UNIT_SAMPLE_CHARTS_H

#include <stddef.h>

#include "core/base/language.h"

struct text;

/* How many there are. */
size_t sample_charts(void);
/* "bars-usual": a slug, which is the id of the chart too. */
const char *sample_chart_name(size_t chart);
/* Appended: one <svg>. */
void sample_chart(struct text *target, size_t chart, enum language language);
/* Five small bars, with an id of their own. */
void sample_scores(struct text *target, const char *id, enum language language, size_t which);

#endif
