/*
 * temp_home.h - a folder for one test, and a second way into its store.
 */
#ifndef AUTOMAGI_TESTS_UNIT_TEMP_HOME_H
#define AUTOMAGI_TESTS_UNIT_TEMP_HOME_H

#include <stddef.h>
#include <stdint.h>

struct store;

enum { TEMP_HOME_PATH = 64 };

/* A new empty folder, in memory where the system has that. 0, or -1. */
int temp_home_make(char home[static TEMP_HOME_PATH]);
/* The same, with an installation in it; ends the test when it cannot. */
void temp_home_install(char home[static TEMP_HOME_PATH]);
/* Removes it with all below it. */
int temp_home_remove(const char *home);
/* "<home>/<name>"; valid until the fourth call after it. */
const char *temp_home_path(const char *home, const char *name);

/* Runs statements on HOME/automagi.db through a connection of its own, without foreign keys
 * and CHECKs, past the store's own code; ends the test when one fails. */
void temp_home_plant(const char *home, const char *statements);
/* The first column of the first row; INT64_MIN for none. */
int64_t temp_home_ask(const char *home, const char *query);

/* store_create() in the home, and store_open() for writing; end the test when they fail. */
void temp_home_create(const char *home);
struct store *temp_home_open(const char *home);

#endif
