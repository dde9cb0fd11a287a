/*
 * temporary_home.h - a folder for one test, in memory where the system has that.
 */
#ifndef AUTOMAGI_TESTS_TEMPORARY_HOME_H
#define AUTOMAGI_TESTS_TEMPORARY_HOME_H

struct temporary_home {
    char path[64];
};

/* Makes an installation in a new folder. Ends the test when it cannot. */
void temporary_home_make(struct temporary_home *home);
/* Removes it with all that is in it. */
void temporary_home_remove(struct temporary_home *home);

#endif
