/*
 * power_check.h - is all that power_work() had acknowledged in what a cut left, and does it go on from there?
 */
#ifndef AUTOMAGI_TESTS_UNIT_POWER_CHECK_H
#define AUTOMAGI_TESTS_UNIT_POWER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct power_check;

/* power_check_free() frees it. */
struct power_check *power_check_new(void);
void power_check_free(struct power_check *check);

/* Reads on in what was said: `said` is all of it so far. */
void power_check_hear(struct power_check *check, const char *said, size_t length);

/* Is the folder as it must be? It is changed: what a start does is done. With goes_on the work is
 * taken up again too. False, and one line why. */
bool power_check_laid(struct power_check *check, const char *root, bool goes_on, char *ret_why,
                      size_t size);

struct power_checked {
    int64_t acknowledged;     /* by now */
    int64_t acknowledgements; /* held against what a cut left, all together */
    int64_t backups;          /* proved */
};
struct power_checked power_check_figures(const struct power_check *check);

#endif
