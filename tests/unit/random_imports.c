/* What comes by files: tasks, mostly late; and the organisation as it was written, which changes nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/organisation_file.h"
#include "core/store/import.h"
#include "core/store/store.h"
#include "scorecards/period.h"
#include "tests/unit/random_inner.h"

enum { DAY_MS = 86400000, ROWS_MOST = 12, REFERENCES = 25, EXPORT_MOST = 1 << 20 };

static int import_rows(struct random_organisation *town, int64_t rows, struct fault *fault)
{
    unsigned char content_hash[32] = {0};
    struct import_met met = {0};
    struct import_record import;
    char reference[32];
    int64_t number;
    int result;

    memcpy(content_hash, &town->seed, sizeof town->seed);
    result = import_begin(
        town->caller.store,
        &(struct import_new){
            .file = "test.csv", .content_hash = content_hash, .rows = rows, .by_whom = "test"},
        town->now_ms, &import, fault);
    for (number = 1; number <= rows && result == 0; number++) {
        struct import_row row = {
            .number = number,
            .line = number + 1,
            .robot_id = 1 + chance(town, town->robots),
            .reference = reference,
            .completed_ms = town->now_ms - chance(town, 150 * (int64_t)DAY_MS),
            .outcome = (enum import_outcome)chance(town, 4),
            .duration_ms = -1,
            .department_id = chance(town, 4) == 0 ? 1 + chance(town, town->departments) : 0,
        };

        (void)snprintf(reference, sizeof reference, "I%d", (int)chance(town, REFERENCES));
        if (chance(town, 2) == 0)
            row.outcome = IMPORT_DONE;
        result = import_apply(town->caller.store, import.id, &row, town->now_ms, &met, fault);
    }
    if (result == 0)
        result = import_finish(town->caller.store, import.id, town->now_ms, &import, fault);
    return result;
}

/* In one transaction, which is undone where a row takes back what is not there. */
void random_import(struct random_organisation *town)
{
    struct fault fault = {.text = ""};
    int result;

    assert_int_equal(store_begin(town->caller.store, &fault), 0);
    result = import_rows(town, 1 + chance(town, ROWS_MOST), &fault);
    if (result == 0)
        result = store_commit(town->caller.store, &fault);
    else
        store_rollback(town->caller.store);
    if (result != 0 && result != -ENOENT)
        fail_msg("%s", fault.text);
}

static void fail_with(const char *difference, void *context)
{
    (void)context;
    fail_msg("%s", difference);
}

void random_hold_periods(struct random_organisation *town)
{
    struct period_report report = {0};
    struct fault fault = {.text = ""};

    if (period_verify(town->caller.store, fail_with, NULL, &report, &fault) != 0)
        fail_msg("%s", fault.text);
    assert_int_equal(report.periods, town->closed_count);
}

void random_reload(struct random_organisation *town)
{
    struct fault fault = {.text = ""};
    struct json *answer;
    struct text text;
    char *arguments;

    text_init(&text, EXPORT_MOST);
    assert_int_equal(organisation_export(town->caller.store, &text, &fault), 0);
    arguments = caller_file("town.json", text_string(&text));
    answer = caller_do(&town->caller, "load", NULL, arguments);
    assert_string_equal(caller_message(answer), "Town: no change");
    json_free(answer);
    free(arguments);
    text_release(&text);
}
