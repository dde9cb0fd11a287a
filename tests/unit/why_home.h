/*
 * why_home.h - an installation for tests of why: robots that are and are not in operation, of which r and other are
 * installed, served as by a daemon.
 *
 * Every function ends the test when what it does fails, or finds something else.
 */
#ifndef AUTOMAGI_TESTS_UNIT_WHY_HOME_H
#define AUTOMAGI_TESTS_UNIT_WHY_HOME_H

#include <stdint.h>

#include "tests/unit/command_caller.h"

/* 2025-06-16, a Monday, 08:00 in Copenhagen. */
#define NOW_MS    INT64_C(1750053600000)
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

extern struct caller caller;

/* For cmocka: before and after each test. */
int why_open(void **state);
int why_close(void **state);
/* As a daemon has its home: locked, and listening. */
void why_serve(void);
void why_serve_no_more(void);
/* The text of a robot.json. */
void why_install(const char *definition);
void expect_why(const char *robot, const char *cause, const char *sentence);

#endif
