/*
 * patient.h - an installation for tests of doctor: nothing is wrong with it but what a test plants.
 *
 * Every function ends the test when what it does fails, or finds something else.
 */
#ifndef AUTOMAGI_TESTS_UNIT_PATIENT_H
#define AUTOMAGI_TESTS_UNIT_PATIENT_H

#include <stdint.h>

#include "core/command/doctor.h"
#include "tests/unit/command_caller.h"

enum { NOON = 1743501600000 / 1000000 }; /* a day in April 2025, in thousand seconds */
#define NOW_MS ((int64_t)NOON * 1000000)
#define DAY    ((int64_t)86400000)

struct patient {
    struct caller caller;
    struct doctor_settings settings;
    struct json *answer; /* of the last look */
};

void patient_open(struct patient *patient);
void patient_close(struct patient *patient);
void patient_look(struct patient *patient);
/* The row whose check begins with the word: the one that says it, when there is one. */
const struct json *patient_row(const struct patient *patient, const char *word, const char *said);
/* The check is in that state, says what was found, and what puts it right. NULL: whatever. */
void patient_expect(const struct patient *patient, const char *word, const char *state,
                    const char *said, const char *fix);
/* A look, and what it is expected to find. */
void patient_looks(struct patient *patient, const char *word, const char *state, const char *said,
                   const char *fix);
/* No row of the last look says it. */
void patient_never_said(const struct patient *patient, const char *part);
void patient_plant(struct patient *patient, const char *statements);
/* Installs r with this definition, past what `robot add` would have looked at. */
void patient_define(struct patient *patient, const char *members);
/* "<words><home><more>", until the next call. */
const char *patient_home(const struct patient *patient, const char *words, const char *more);
/* A file in the home. */
void patient_file(const struct patient *patient, const char *name, const char *contents);

#endif
