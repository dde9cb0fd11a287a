/*
 * period_town.h - a small organisation whose months are closed, for tests of periods.
 *
 * Two robots with half and whole shares, two departments, a rate from 2025 on; today is
 * 2026-06-15 unless a test moves now_ms. Every function ends the test when what it does fails.
 */
#ifndef AUTOMAGI_TESTS_PERIOD_TOWN_H
#define AUTOMAGI_TESTS_PERIOD_TOWN_H

#include <stdint.h>

#include "scorecards/period.h"
#include "tests/unit/one_town.h"

struct fault;

enum { JANUARY = 2026 * 12, FIRST_LINE = 1024 };

extern int64_t it, schools;  /* departments */
extern int64_t mona, franco; /* robots: 2 minutes, half the schools'; 3 minutes, all it's */
extern int64_t now_ms;
extern char first_line[FIRST_LINE]; /* of the last period_town_differences() */

/* For cmocka_unit_test_setup_teardown(). */
int period_town_set_up(void **state);
int period_town_tear_down(void **state);

/* In a transaction of its own; what it gives is not looked at. */
int period_town_close(int32_t month, struct period_month *ret_month, struct fault *fault);
struct period_month period_town_closed(int32_t month);
/* period_verify(): how many it finds; that it finds none. */
int64_t period_town_differences(void);
void period_town_verified(void);
/* The month's row of period_list_read(). */
struct period_month period_town_listed(int32_t month);

#endif
