/*
 * one_town.h - the town of a test file: made before each of its tests, gone after it.
 *
 * The clock stands still meanwhile. For cmocka_unit_test_setup_teardown().
 */
#ifndef AUTOMAGI_TESTS_ONE_TOWN_H
#define AUTOMAGI_TESTS_ONE_TOWN_H

#include <stdint.h>

#include "tests/unit/savings_town.h"

extern struct town town;

/* It is 2025-06-15. */
int one_town_open(void **state);
/* It is 2026-01-01: the year before is over. */
int one_town_open_in_2026(void **state);
int one_town_close(void **state);

/* town_day(), for tables of days. */
int32_t day(const char *text);

#endif
