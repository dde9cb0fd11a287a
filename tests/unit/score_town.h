/*
 * score_town.h - a small organisation with scorecards, for tests of what they compute.
 *
 * An hour is worth 600 kroner, a task of robot r takes 6 minutes: 10 tasks are an hour. It serves
 * department a alone. Every function ends the test when what it does fails. Days as in savings_town.h.
 */
#ifndef AUTOMAGI_TESTS_SCORE_TOWN_H
#define AUTOMAGI_TESTS_SCORE_TOWN_H

#include <stdint.h>

#include "scorecards/scorecard.h"
#include "tests/unit/one_town.h"

extern int64_t a, b; /* departments */
extern int64_t r;    /* robot, in operation from 2025-02-01 */

/* For cmocka_unit_test_setup_teardown(). */
int score_town_set_up(void **state);
int score_town_tear_down(void **state);

/* Robot 0: all. scorecard_list_release(). */
struct scorecard_list score_town_read(int64_t robot, const char *as_of);
/* The card of the robot in it. */
const struct scorecard *score_town_card(const struct scorecard_list *list, int64_t robot);

/* A running cost of so many øre a month, from the day on; to NULL: it goes on. */
void score_town_cost(int64_t robot, const char *from, const char *to, int64_t ore);

/* In whole units, measured before and after: baseline of 2025-01-15, target of 2026-12-31, actual value of
 * 2025-03-01, review 2025-09-01. */
struct indicator score_town_indicator(int64_t robot, enum scorecard_parameter parameter,
                                      int64_t baseline, int64_t target, int64_t actual);
/* Sets it on that day; gives its number. */
int64_t score_town_put(const struct indicator *indicator, const char *on);
/* Somebody else approves that version on that day. */
void score_town_approve(int64_t id, const char *on);

/* An idea that became the robot; gives its number. */
int64_t score_town_idea(int64_t robot);
/* What it was expected to score, from that day on. */
void score_town_expect(int64_t idea, enum scorecard_parameter parameter, int low, int likely,
                       int high, const char *on);

#endif
