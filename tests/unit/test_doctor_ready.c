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

static void finds_items_that_nothing_starts_a_run_for(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_define(&patient, "");
    patient_plant(&patient, "INSERT INTO item(robot_id, window, ref_hash, state, priority, "
                            "business_day, attempts, payload_hash, masked, created_ms, changed_ms)"
                            " SELECT id, 2025, zeroblob(16), 0, 0, 20000, 1, zeroblob(8), '*', 1, 1"
                            " FROM robot WHERE slug = 'r'");
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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_items_that_nothing_starts_a_run_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
