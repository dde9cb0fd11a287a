/*
 * run_home.h - a run in a temporary home, of which the test is the loop: it hands the writer what the loop would, and
 * waits until that is done.
 *
 * A failure ends the test. Each test program has one; `queue` is loop_home.h's.
 */
#ifndef AUTOMAGI_TESTS_UNIT_RUN_HOME_H
#define AUTOMAGI_TESTS_UNIT_RUN_HOME_H

#include <stdbool.h>

#include "core/run/daemon_inner.h"
#include "tests/unit/loop_home.h"

extern struct daemon daemon_of_test;
extern struct robot_entry robot;
extern struct host host;
extern struct run run;

/* For cmocka: before and after each test. The run's process is gone. */
int run_set_up(void **state);
int run_tear_down(void **state);

/* Has the writer do what was submitted, and ends it. `queue` is usable then. */
void run_work_off(bool has_failed);
/* The queue's run, which is this one then, is handed one item, and ends as failed over it. */
void run_fail_over_one(void);
/* A run of the robot is made, and begins. */
void run_start_one(bool has_failed);

#endif
