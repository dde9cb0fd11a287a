/*
 * drawn_town.h - a savings_town filled at random, with what comes late and what was closed.
 */
#ifndef AUTOMAGI_TESTS_DRAWN_TOWN_H
#define AUTOMAGI_TESTS_DRAWN_TOWN_H

#include <stdint.h>

#include "tests/unit/savings_town.h"

/* Books the task, which has no department of its own, as one that came after its month was closed. */
void drawn_town_book_late(struct town *town, int64_t task, int64_t robot, int32_t on_day,
                          int32_t booking);
/* Months, first to last. */
void drawn_town_close(struct town *town, int32_t first, int32_t last);
/* Departments a, b, c (a may end in March), robots p, q, r with versions, tasks, corrections and late
 * bookings from January to May 2025. The same seed gives the same town. */
void drawn_town_fill(struct town *town, uint64_t seed);

#endif
