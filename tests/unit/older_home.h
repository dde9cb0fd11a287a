/*
 * older_home.h - an installation with the store of an earlier version, as a program of that time left it.
 *
 * tests/unit/schema/version_N.sql is the schema of that version, version_N_rows.sql what was in it. Every function
 * ends the test when what it does fails.
 */
#ifndef AUTOMAGI_TESTS_UNIT_OLDER_HOME_H
#define AUTOMAGI_TESTS_UNIT_OLDER_HOME_H

#include "core/base/text.h"
#include "core/store/aside.h"
#include "tests/unit/temp_home.h"

enum { OLDER_TEXT_MAX = 1024 * 1024 };

/* What there is in the rows of version 1. */
enum { OLDER_TASKS = 5, OLDER_IDEAS = 3, OLDER_AUDIT = 19 };

/* A new folder with a store of version 1. */
void older_home_make(char home[static TEMP_HOME_PATH]);
/* The same in a folder that is there. */
void older_home_fill(const char *home);
/* Entries of the home whose names begin so; ret_name: one of them, or "". */
int older_home_count(const char *home, const char *prefix, char ret_name[static ASIDE_NAME_MAX]);
/* No copy and nothing half made. */
void older_home_nothing_left(const char *home);
/* The schema of the version, as statements; text_release() frees it. */
void older_home_schema(int version, struct text *target);

#endif
