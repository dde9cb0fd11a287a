/*
 * random_organisation.h - an organisation that lives through a year or two by chance.
 *
 * Robots do tasks, hand some over, report late and take back; estimates, rates, shares, departments
 * and targets change, also in the past; months are closed. All changes are commands, as a person gives
 * them; some are refused, which is right. Meanwhile it is held that nothing moves which must not:
 * a closed month, and what lies before the day from which a version is valid.
 */
#ifndef AUTOMAGI_TESTS_RANDOM_ORGANISATION_H
#define AUTOMAGI_TESTS_RANDOM_ORGANISATION_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "tests/unit/command_caller.h"

enum { RANDOM_TASKS_MAX = 400, RANDOM_MONTHS_MAX = 48 };

struct random_task {
    int64_t robot, run, number; /* the number is its reference */
    int is_done, is_undone;
};

struct random_organisation {
    struct caller caller;
    uint64_t seed;
    int64_t departments, robots;
    int64_t now_ms;
    int64_t runs[8]; /* by robot, from 1 */
    int64_t sequences[8];
    struct random_task tasks[RANDOM_TASKS_MAX];
    size_t task_count;
    char *closed[RANDOM_MONTHS_MAX];       /* savings of each month that was closed, as it was */
    char *closed_money[RANDOM_MONTHS_MAX]; /* costs, gains and what is spread; NULL: not held */
    int32_t closed_months[RANDOM_MONTHS_MAX];
    size_t closed_count;
    size_t accepted, refused; /* commands */
};

/* Lives it; the test ends when something moved. random_organisation_close() it. */
void random_organisation_live(struct random_organisation *town, uint64_t seed);
void random_organisation_close(struct random_organisation *town);
/* The question for recounter.h: figures of random ranges and forecasts of random days. */
void random_organisation_question(struct random_organisation *town, struct text *question);

#endif
