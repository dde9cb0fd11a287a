#include "tests/unit/patient.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/version.h"

void patient_open(struct patient *patient)
{
    *patient = (struct patient){.answer = NULL};
    caller_open_loaded(&patient->caller, NOW_MS, caller_town);
    patient->settings = (struct doctor_settings){.home = patient->caller.home,
                                                 .unit_folders = patient->caller.home,
                                                 .daemon = DAEMON_ANSWERS,
                                                 .now_ms = NOW_MS};
    (void)snprintf(patient->settings.version, sizeof(patient->settings.version), "%s",
                   automagi_version);
}

void patient_close(struct patient *patient)
{
    json_free(patient->answer);
    caller_close(&patient->caller);
}

void patient_look(struct patient *patient)
{
    struct fault fault = {.text = ""};
    struct text text;

    json_free(patient->answer);
    patient->answer = NULL;
    text_init(&text, 1 << 20);
    if (doctor_run(&patient->settings, &text, &fault) < 0 ||
        json_parse(text_string(&text), text.length, 1 << 20, &patient->answer, &fault) < 0)
        fail_msg("%s", fault.text);
    text_release(&text);
}

const struct json *patient_row(const struct patient *patient, const char *word, const char *said)
{
    const struct json *row;
    const struct json *found = NULL;

    for (row = json_first(json_member(patient->answer, "rows")); row != NULL;
         row = json_next(row)) {
        const char *check = json_string(json_member(row, "check"));

        if (strncmp(check, word, strlen(word)) == 0 && check[strlen(word)] == ':' &&
            (found == NULL || (said != NULL && strstr(check, said) != NULL)))
            found = row;
    }
    if (found == NULL)
        fail_msg("there is no check of %s", word);
    return found;
}

void patient_expect(const struct patient *patient, const char *word, const char *state,
                    const char *said, const char *fix)
{
    const struct json *row = patient_row(patient, word, said);
    const char *found_fix = json_string(json_member(row, "fix"));
    const char *check = json_string(json_member(row, "check"));

    if (strcmp(json_string(json_member(row, "state")), state) != 0)
        fail_msg("\"%s\" is %s", check, json_string(json_member(row, "state")));
    if (said != NULL && strstr(check, said) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", check, said);
    if (fix != NULL && (found_fix == NULL || strstr(found_fix, fix) == NULL))
        fail_msg("\"%s\": its fix is \"%s\"", check, found_fix != NULL ? found_fix : "");
    assert_int_equal(
        json_bool(json_member(patient->answer, "ok")),
        strstr(json_string(json_member(patient->answer, "message")), "nothing is wrong") != NULL);
    if (strcmp(state, "wrong") == 0)
        assert_false(json_bool(json_member(patient->answer, "ok")));
}

void patient_looks(struct patient *patient, const char *word, const char *state, const char *said,
                   const char *fix)
{
    patient_look(patient);
    patient_expect(patient, word, state, said, fix);
}

void patient_never_said(const struct patient *patient, const char *part)
{
    const struct json *row;

    for (row = json_first(json_member(patient->answer, "rows")); row != NULL; row = json_next(row))
        assert_null(strstr(json_string(json_member(row, "check")), part));
}

void patient_plant(struct patient *patient, const char *statements)
{
    temp_home_plant(patient->caller.home, statements);
}

void patient_define(struct patient *patient, const char *members)
{
    char sql[1024];

    (void)snprintf(sql, sizeof(sql),
                   "UPDATE robot SET plugin = 'nothere', side_effects = 1, folder = '/srv/r',"
                   " definition = '{\"id\":\"r\",\"plugin\":\"nothere\"%s}' WHERE slug = 'r'",
                   members);
    patient_plant(patient, sql);
}

const char *patient_home(const struct patient *patient, const char *words, const char *more)
{
    static char text[512];

    (void)snprintf(text, sizeof(text), "%s%s%s", words, patient->caller.home, more);
    return text;
}

void patient_file(const struct patient *patient, const char *name, const char *contents)
{
    struct fault fault = {.text = ""};

    if (file_write(AT_FDCWD, temp_home_path(patient->caller.home, name), contents, strlen(contents),
                   0600, &fault) < 0)
        fail_msg("%s", fault.text);
}
