/* doctor: items that are ready, and no run that would do them is near. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/unit/patient.h"

/* Of the robot; with columns of that kind. */
static void plant_trigger(struct patient *patient, int kind, const char *columns,
                          const char *values)
{
    char statement[512];

    (void)snprintf(
        statement, sizeof(statement),
        "INSERT INTO trigger(robot_id, kind, misfire, misfire_limit, overlap, is_added, made_by, "
        "since_ms, %s) SELECT id, %d, 1, 1, 1, 1, 'x', 1, %s FROM robot WHERE slug = 'r'",
        columns, kind, values);
    patient_plant(patient, statement);
}

/* Of the robot; in that state, due then. */
static void plant_item(struct patient *patient, int state, const char *due_ms)
{
    char statement[512];

    (void)snprintf(
        statement, sizeof(statement),
        "INSERT INTO item(robot_id, window, ref_hash, state, due_ms, priority, "
        "business_day, attempts, payload_hash, masked, created_ms, changed_ms) SELECT "
        "id, 2025, CAST('000000000000000%d' AS BLOB), %d, %s, 0, 20000, 1, zeroblob(8), '*', 1, "
        "1 FROM robot WHERE slug = 'r'",
        state, state, due_ms);
    patient_plant(patient, statement);
}

static void finds_items_that_nothing_starts_a_run_for(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_define(&patient, "");
    plant_item(&patient, 0, "NULL");
    patient_looks(
        &patient, "robots", "note",
        "robots: r has 1 item ready, since 01:00 on Thu 1970-01-01, and nothing that starts a run",
        " run r");
    patient_never_said(&patient, "without a trigger");
    /* A day of every year, another robot's run, and more items than there are. */
    plant_trigger(&patient, 4, "threshold", "2");
    plant_trigger(&patient, 3, "after_robot_id, after_ending",
                  "(SELECT id FROM robot WHERE slug = 'form'), 1");
    patient_looks(&patient, "robots", "note", "nothing that starts a run", " run r");
    plant_trigger(&patient, 1, "cron", "'0 6 31 12 *'");
    patient_looks(&patient, "robots", "note", "its next run is due 06:00 on Wed 2025-12-31",
                  " run r");
    plant_trigger(&patient, 1, "cron", "'0 6 * * *'");
    patient_look(&patient);
    patient_never_said(&patient, "item ready");
    patient_plant(&patient, "DELETE FROM trigger WHERE kind = 1");
    plant_trigger(&patient, 5, "threshold", "60"); /* it has been so for longer */
    patient_look(&patient);
    patient_never_said(&patient, "item ready");
    patient_plant(&patient, "DELETE FROM trigger");
    patient_looks(&patient, "robots", "note", "nothing that starts a run", " run r");
    patient_plant(&patient, "INSERT INTO run(robot_id, cause, state, asked_by, fence, created_ms)"
                            " SELECT id, 3, 1, 'automagid', 0, 1 FROM robot WHERE slug = 'r'");
    patient_look(&patient);
    patient_never_said(&patient, "nothing that starts a run");
    patient_close(&patient);
}

/* r, with what is ready, what is due and what waits for a person, is kept from starting by that. */
static void expect_kept(struct patient *patient, const char *why, const char *fix)
{
    char said[256];

    (void)snprintf(said, sizeof(said),
                   "robots: r has 2 items that nothing does (1 ready, 1 deferred): %s", why);
    patient_looks(patient, "robots", "note", said, fix);
}

static void finds_items_of_a_robot_that_does_not_start(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_define(&patient, "");
    patient_plant(&patient, "UPDATE robot SET paused = 1 WHERE slug = 'r'");
    patient_look(&patient);
    patient_never_said(&patient, "that nothing does");
    plant_item(&patient, 3, "NULL");
    patient_look(&patient);
    patient_never_said(&patient, "that nothing does");
    plant_item(&patient, 0, "NULL");
    plant_item(&patient, 2, "1");
    expect_kept(&patient, "it is paused", " robot resume r");
    patient_expect(&patient, "robots", "note", "robots: 1 paused: r", NULL);
    patient_plant(&patient, "INSERT INTO run(robot_id, cause, state, asked_by, fence, created_ms)"
                            " SELECT id, 3, 2, 'automagid', 1, 1 FROM robot WHERE slug = 'r'");
    patient_look(&patient);
    patient_never_said(&patient, "that nothing does");
    patient_plant(&patient, "DELETE FROM run; UPDATE robot SET paused = 0");
    patient_look(&patient);
    patient_never_said(&patient, "that nothing does");
    caller_must(&patient.caller, "robot suspend", NULL,
                "{\"robot\":\"r\",\"from\":\"2025-04-10\",\"to\":\"2025-04-20\"}");
    caller_must(&patient.caller, "robot retire", NULL, "{\"robot\":\"r\",\"on\":\"2025-04-30\"}");
    patient.settings.now_ms = NOW_MS + 14 * DAY;
    expect_kept(&patient, "it is suspended", " queue list --robot r");
    patient.settings.now_ms = NOW_MS + 60 * DAY;
    expect_kept(&patient, "it is retired", " queue list --robot r");
    patient_plant(&patient, "DELETE FROM item WHERE state <> 3");
    patient_look(&patient);
    patient_never_said(&patient, "that nothing does");
    patient_close(&patient);
}

/* What stops it is named, and so is what lies there. */
static void finds_items_behind_a_red_gate(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_define(&patient, "");
    plant_item(&patient, 0, "NULL");
    plant_item(&patient, 2, "1");
    caller_must(
        &patient.caller, "scorecard gate", NULL,
        "{\"robot\":\"r\",\"item\":\"dpia\",\"state\":\"red\",\"note\":\"n\",\"by\":\"B\"}");
    expect_kept(&patient, "its gate is red", " scorecard gates r");
    patient_plant(&patient, "UPDATE robot SET paused = 1 WHERE slug = 'r'"); /* too */
    expect_kept(&patient, "its gate is red", " scorecard gates r");
    patient_close(&patient);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_items_that_nothing_starts_a_run_for),
        cmocka_unit_test(finds_items_of_a_robot_that_does_not_start),
        cmocka_unit_test(finds_items_behind_a_red_gate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
