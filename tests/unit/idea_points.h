/*
 * idea_points.h - expected scores of an idea, written in one line of a test's table.
 */
#ifndef AUTOMAGI_TESTS_IDEA_POINTS_H
#define AUTOMAGI_TESTS_IDEA_POINTS_H

#include "core/store/idea.h"

enum { OPEN = -1, NONE = -2 }; /* nobody has said; not relevant */

/* Likely scores of the five (low is one less, high one more, within 0 to 5), the five of ease, systems. */
struct idea_scores idea_points(const int likely[SCORECARD_PARAMETERS], const int ease[EASES],
                               int systems);

#endif
