/*
 * verify_home.h - an installation that is all right, and what verify_store() says when it is not.
 *
 * Every function ends the test when what it does fails.
 */
#ifndef AUTOMAGI_TESTS_UNIT_VERIFY_HOME_H
#define AUTOMAGI_TESTS_UNIT_VERIFY_HOME_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/fault.h"
#include "core/store/verify.h"
#include "tests/unit/temp_home.h"

enum { VERIFY_LINES_MAX = 64, VERIFY_LINE_SIZE = 1024, ANY = -1 };

struct verify_home {
    char path[TEMP_HOME_PATH];
    struct fault fault;
    struct verify_report report; /* of the last verify */
    char lines[VERIFY_LINES_MAX][VERIFY_LINE_SIZE];
    int64_t said; /* lines, also those beyond the array */
};
extern struct verify_home verified;

/* With tasks of two days and two items of the robot "ove" (1), and none of "aya" (2). For
 * cmocka_unit_test_setup_teardown(). */
int verify_home_set_up(void **state);
int verify_home_tear_down(void **state);
/* Removes it, and makes one with nothing in it. */
void verify_home_anew(void);
/* What verify_home_set_up() fills in. */
void verify_home_fill(void);

/* A verify_callback for the lines. */
void verify_home_keep(const char *difference, void *context);
/* Over all of it; nothing is expected. */
void verify_home_verify(void);
void verify_home_good(void);
/* So many differences (or ANY number), and one of the lines holds the words. */
void verify_home_said(int64_t differences, const char *words);

struct planted {
    const char *statements;
    int64_t differences;
    const char *words;
};
/* Each in a new home: it is found. */
void verify_home_each(const struct planted *planted, size_t count);
#define VERIFY_EACH(planted) verify_home_each(planted, sizeof(planted) / sizeof(planted)[0])

#endif
