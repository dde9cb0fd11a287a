/* random_inner.h - what the files of random_organisation.h share; not for others. */
#ifndef AUTOMAGI_TESTS_RANDOM_INNER_H
#define AUTOMAGI_TESTS_RANDOM_INNER_H

#include <stdbool.h>

#include "tests/unit/random_organisation.h"

/* 0 to below - 1. */
int64_t chance(struct random_organisation *town, int64_t below);
int32_t today(const struct random_organisation *town);
/* Gives it as a person does, and says whether it was taken. arguments: JSON. */
bool decide(struct random_organisation *town, const char *command, const char *by,
            const char *arguments);
/* Savings by department of a range, as text; free() it. from_day INT32_MIN: from the first task. */
char *savings_text(struct random_organisation *town, int32_t from_day, int32_t to_day);

/* random_imports.c: rows of a file, most of them late. */
void random_import(struct random_organisation *town);
/* Closed months are recounted without a difference. */
void random_hold_periods(struct random_organisation *town);
/* What export writes is loaded, and nothing changes. */
void random_reload(struct random_organisation *town);
/* A question, and what the program answers to it. */
void put_check(struct random_organisation *town, struct text *question, const char *kind,
               const char *arguments);

/* random_opened.c: every department's and robot's figure opened, and what changed between ranges. */
void ask_opened(struct random_organisation *town, struct text *question);

/* random_money.c: an entry of money; a closed month's net and what is spread, free() it. */
void random_money(struct random_organisation *town);
char *random_money_text(struct random_organisation *town, int32_t month);

/* random_decisions.c: one random decision of a person. */
void random_decision(struct random_organisation *town);

#endif
