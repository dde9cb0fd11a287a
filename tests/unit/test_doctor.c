#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "tests/unit/patient.h"

/* A disk that is full: statvfs() of this program is the one the checks call. */
static fsblkcnt_t planted_blocks;
static bool says_nothing; /* as a file system without numbers */
int statvfs(const char *path, struct statvfs *ret)
{
    int (*real)(const char *, struct statvfs *);
    int result;

    *(void **)&real = dlsym(RTLD_NEXT, "statvfs");
    result = real(path, ret);
    if (says_nothing) {
        ret->f_blocks = ret->f_bfree = ret->f_bavail = 0;
    } else if (planted_blocks != 0) {
        ret->f_frsize = 4096;
        ret->f_bfree = ret->f_bavail = planted_blocks;
    } else {
        ret->f_bfree = ret->f_bavail = 1 << 30;
    }
    return result;
}

static void finds_nothing_wrong(void **state)
{
    static const char *const checks[] = {"home",      "disk",      "store",  "daemon",  "keys",
                                         "clock",     "runs",      "queue",  "plugins", "folders",
                                         "time zone", "libraries", "service"};
    struct patient patient;
    size_t i;

    (void)state;
    patient_open(&patient);
    patient_look(&patient);
    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        patient_expect(&patient, checks[i], "ok", NULL, NULL);
    patient_expect(&patient, "backup", "note", "no backup has been made", "/var/backups/automagi-");
    patient_expect(&patient, "robots", "note", "1 in operation but not installed: r", NULL);
    assert_true(json_bool(json_member(patient.answer, "ok")));
    patient_close(&patient);
}

static void finds_disputes_that_nobody_answers(void **state)
{
    struct patient patient;
    char plant[512];

    (void)state;
    patient_open(&patient);
    (void)snprintf(
        plant, sizeof(plant),
        "INSERT INTO estimate(id, robot_id, from_day, hundredths, set_by, set_ms, reason) "
        "VALUES(77, 1, 20000, 100, 'x', 1, '');"
        "INSERT INTO dispute(id, estimate_id, reason, by_whom, at_ms) "
        "VALUES(5, 77, 'x', 'y', %lld), (6, 77, 'x', 'y', %lld);",
        (long long)(NOW_MS - 60 * DAY), (long long)(NOW_MS - 61 * DAY));
    patient_plant(&patient, plant);
    patient_looks(&patient, "estimates", "note",
                  "estimates: 1 dispute without an answer for over 60 days: r",
                  " estimate answer 6 --answer TEXT --by NAME");
    patient_plant(&patient, "UPDATE dispute SET answer = 'a', answered_by = 'b', answered_ms = 1;");
    patient_look(&patient);
    patient_never_said(&patient, "estimates:");
    patient_close(&patient);
}

static void finds_red_gates_and_reviews_that_are_overdue(void **state)
{
    static const char indicator[] =
        "INSERT INTO indicator(robot_id, parameter, slot, version, from_day, status, title, unit, "
        "is_lower_better, baseline_method, evidence, link, owner, review_day, comment, set_by, "
        "set_ms) VALUES(1, 3, 1, %d, 20000, %d, 'x', 'x', 0, '', 0, '', 'x', %d, '', 'x', 1);";
    static const int32_t today = 20179; /* NOW_MS */
    struct patient patient;
    char plant[512];

    (void)state;
    patient_open(&patient);
    patient_plant(&patient, "INSERT INTO gate(robot_id, item, state, note, by_whom, at_ms) "
                            "VALUES(1, 2, 2, 'x', 'x', 1);");
    patient_looks(&patient, "robots", "note", "1 with a red gate", " scorecard gates r");
    (void)snprintf(plant, sizeof plant, indicator, 1, 1, today);
    patient_plant(&patient, plant);
    patient_look(&patient);
    patient_never_said(&patient, "day of review");
    patient_plant(&patient, "UPDATE indicator SET review_day = review_day - 1");
    patient_looks(&patient, "robots", "note", "1 with an indicator whose day of review has passed",
                  " scorecard indicators r");
    patient_plant(&patient, "UPDATE robot_operation SET to_day = 20178"); /* it is retired */
    patient_look(&patient);
    patient_never_said(&patient, "day of review");
    patient_plant(&patient, "UPDATE robot_operation SET to_day = 20180");
    patient_looks(&patient, "robots", "note", "1 with an indicator whose day of review has passed",
                  " scorecard indicators r");
    (void)snprintf(plant, sizeof plant, indicator, 2, 3, today - 1); /* it is ended */
    patient_plant(&patient, plant);
    patient_look(&patient);
    patient_never_said(&patient, "day of review");
    patient_close(&patient);
}

static void finds_a_damaged_store(void **state)
{
    static const char garbage[4096] = "this is not a page of a store";
    struct patient patient;
    struct stat about;
    char path[TEMP_HOME_PATH + 32];
    int fd;

    (void)state;
    patient_open(&patient);
    store_close(patient.caller.store); /* so that the file holds all */
    patient.caller.store = NULL;
    (void)snprintf(path, sizeof(path), "%s/automagi.db", patient.caller.home);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(fstat(fd, &about), 0);
    assert_int_equal(pwrite(fd, garbage, sizeof(garbage), about.st_size - 3 * 4096), 4096);
    patient_looks(&patient, "store", "wrong", "is damaged", " restore FILE");
    patient_expect(&patient, "keys", "ok", NULL, NULL); /* the rest is still looked at */
    patient_expect(&patient, "libraries", "ok", "SQLite 3.", NULL);
    assert_int_equal(pwrite(fd, garbage, 100, 0), 100);
    patient_looks(&patient, "store", "wrong", "is no SQLite file", " restore FILE");
    close(fd);
    patient_close(&patient);
}

static void finds_a_full_disk(void **state)
{
    struct patient patient;
    char path[TEMP_HOME_PATH + 32];

    (void)state;
    patient_open(&patient);
    planted_blocks = 100000; /* 409.6 MB */
    patient_looks(&patient, "disk", "wrong", "0.4 GB are free",
                  patient_home(&patient, "df -h ", "; du"));
    planted_blocks = 300000;
    patient_looks(&patient, "disk", "note", "1.2 GB are free", "du -xh");
    planted_blocks = 0;
    says_nothing = true;
    patient_looks(&patient, "disk", "ok", "does not say how much", NULL);
    says_nothing = false;
    store_close(patient.caller.store);
    patient.caller.store = NULL;
    (void)snprintf(path, sizeof(path), "%s/automagi.db-wal", patient.caller.home);
    assert_int_equal(truncate(path, 200000000), 0);
    patient_looks(&patient, "log of the store", "note", "200.0 MB",
                  patient_home(&patient, "fuser -v ", ""));
    assert_int_equal(truncate(path, 1100000000), 0);
    patient_looks(&patient, "log of the store", "wrong", "1100.0 MB", "fuser -v ");
    patient_close(&patient);
}

static void reads_the_record(void **state)
{
    struct patient patient;
    char sql[512];

    (void)state;
    patient_open(&patient);
    patient.settings.now_ms = NOW_MS - 2 * DAY;
    patient_looks(&patient, "clock", "wrong", "the clock is behind", "timedatectl set-ntp true");
    patient.settings.now_ms = NOW_MS;
    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO run(robot_id, cause, state, ending, asked_by, fence, created_ms,"
                   " ended_ms) SELECT id, 1, 3, 5, 't', 5, %lld, %lld FROM robot",
                   (long long)(NOW_MS - 2 * DAY), (long long)(NOW_MS - DAY));
    patient_plant(&patient, sql);
    patient_looks(&patient, "runs", "note", "2 were lost with the daemon within a week: r, form",
                  "runs --robot r");
    patient.settings.now_ms = NOW_MS + 8 * DAY;
    patient_looks(&patient, "runs", "ok", NULL, NULL);
    patient.settings.now_ms = NOW_MS;

    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO audit(at_ms, account, action, subject, detail)"
                   " VALUES(%lld, 'a', 'backup', 'b', '{}')",
                   (long long)(NOW_MS - 2 * DAY));
    patient_plant(&patient, sql);
    patient_looks(&patient, "backup", "wrong", "more than a day old", "/var/backups/automagi-");
    (void)snprintf(sql, sizeof(sql), "UPDATE audit SET at_ms = %lld WHERE action = 'backup'",
                   (long long)(NOW_MS - DAY / 2));
    patient_plant(&patient, sql);
    patient_looks(&patient, "backup", "ok", NULL, NULL);

    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO item(robot_id, window, ref_hash, state, priority, business_day,"
                   " attempts, payload_hash, masked, created_ms, changed_ms)"
                   " SELECT id, 2025, zeroblob(16), 3, 0, 20000, 1, zeroblob(8), '*', 1, %lld"
                   " FROM robot WHERE slug = 'r'",
                   (long long)(NOW_MS - 8 * DAY));
    patient_plant(&patient, sql);
    patient_looks(&patient, "queue", "wrong", "1 items have waited for a person for over a week: r",
                  "queue list --state waiting --robot r");
    patient.settings.now_ms = NOW_MS - 2 * DAY;
    patient_looks(&patient, "queue", "ok", NULL, NULL);
    patient_close(&patient);
}

static void looks_at_robots(void **state)
{
    struct patient patient;
    char members[256];
    char path[TEMP_HOME_PATH + 32];
    int fd;

    (void)state;
    patient_open(&patient);
    patient_define(&patient, "");
    patient_looks(&patient, "plugins", "wrong", "the plugin nothere was not found",
                  patient_home(&patient, "cp nothere.so ", "/plugins/"));
    patient_expect(&patient, "robots", "note", "without an estimate", "estimate set r --minutes N");
    (void)snprintf(path, sizeof(path), "%s/plugins/nothere.so", patient.caller.home);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    close(fd);
    patient_looks(&patient, "plugins", "wrong", "robot r cannot run",
                  patient_home(&patient, "automagi plugin check ", "/plugins/nothere.so"));
    patient_define(&patient, ",\"no such member\":1");
    patient_looks(&patient, "plugins", "wrong", "no such member", "robot add /srv/r/robot.json");

    patient_define(&patient, ",\"folders\":{\"out\":\"/nowhere/at all\"}");
    patient_looks(&patient, "folders", "wrong", "No such file", "mkdir -p '/nowhere/at all'");
    (void)snprintf(path, sizeof(path), "%s/work", patient.caller.home);
    (void)snprintf(members, sizeof(members), ",\"folders\":{\"out\":\"%s\"}", path);
    patient_define(&patient, members);
    assert_int_equal(chmod(path, geteuid() == 0 ? 0700 : 0), 0);
    patient_looks(&patient, "folders", "wrong", "Permission denied", "# package acl");
    assert_int_equal(chmod(path, geteuid() == 0 ? 0711 : 0100), 0); /* nobody sees what is in it */
    patient_looks(&patient, "folders", "wrong", "Permission denied", "setfacl -m u:");
    assert_int_equal(chmod(path, 0755), 0);
    patient_looks(&patient, "folders", "ok", "1 can be entered", NULL);
    patient_close(&patient);
}

static void says_what_rests(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_define(&patient, "");
    patient_looks(&patient, "robots", "note", NULL, NULL);
    patient_plant(&patient, "UPDATE robot SET paused = 1 WHERE slug = 'r'");
    caller_must(&patient.caller, "estimate set", NULL,
                "{\"robot\":\"r\",\"minutes\":\"2\",\"from\":\"2025-04-01\",\"by\":\"owner\"}");
    caller_must(&patient.caller, "estimate set", NULL,
                "{\"robot\":\"form\",\"minutes\":\"2\",\"from\":\"2025-04-01\",\"by\":\"owner\"}");
    patient_look(&patient);
    {
        static const char *const wanted[][2] = {
            {"robots: 1 paused: r", " robot resume r"},
            {"robots: 1 without a trigger, started only by hand: r", " run r"},
            {"robots: 2 with an estimate that nobody has signed", " estimate sign "},
        };
        size_t i;

        for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
            const struct json *row = json_first(json_member(patient.answer, "rows"));

            while (row != NULL && strncmp(json_string(json_member(row, "check")), wanted[i][0],
                                          strlen(wanted[i][0])) != 0)
                row = json_next(row);
            if (row == NULL)
                fail_msg("nothing says \"%s\"", wanted[i][0]);
            assert_string_equal(json_string(json_member(row, "state")), "note");
            assert_non_null(strstr(json_string(json_member(row, "fix")), wanted[i][1]));
        }
    }
    patient_close(&patient);
}

/* The daemon keeps such a trigger out (triggers.h), and nobody reads in its log why. */
static void finds_triggers_of_an_unknown_zone(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_define(&patient, "");
    patient_plant(&patient,
                  "INSERT INTO trigger(id, robot_id, kind, cron, zone, misfire, misfire_limit,"
                  " overlap, is_added, made_by, since_ms)"
                  " SELECT 7, id, 1, '0 6 * * *', 'Nowhere/Gone', 1, 1, 1, 1, 'x', 1"
                  " FROM robot WHERE slug = 'r'");
    patient_looks(&patient, "trigger 7 of r", "wrong",
                  "trigger 7 of r: its zone \"Nowhere/Gone\" is not known on this machine; it does "
                  "not start the robot",
                  "apt-get install --reinstall tzdata");
    assert_false(json_bool(json_member(patient.answer, "ok")));
    patient_plant(&patient, "UPDATE trigger SET zone = 'Europe/London'");
    patient_look(&patient);
    patient_never_said(&patient, "trigger 7");
    patient_close(&patient);
}

static void looks_for_the_unit(void **state)
{
    struct patient patient;
    char path[TEMP_HOME_PATH + 64];
    int fd;

    (void)state;
    patient_open(&patient);
    patient.settings.has_systemd = true;
    patient_looks(&patient, "service", "note", "is in no folder of systemd", "make install");
    (void)snprintf(path, sizeof(path), "%s/automagi.service", patient.caller.home);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    close(fd);
    patient_looks(&patient, "service", "note", "is not started with the machine",
                  "systemctl enable --now automagi");
    (void)snprintf(path, sizeof(path), "%s/multi-user.target.wants", patient.caller.home);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/multi-user.target.wants/automagi.service",
                   patient.caller.home);
    assert_int_equal(symlink("../automagi.service", path), 0);
    patient_looks(&patient, "service", "ok", "starts with the machine", NULL);
    patient_close(&patient);
}

/* It ended in September; what is counted later is said, and what was taken back is not. */
static void tells_tasks_outside_an_operation(void **state)
{
    const struct json *row;
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_plant(&patient, "UPDATE robot_operation SET to_day = 20200 WHERE robot_id = 1;"
                            "INSERT INTO rollup_month VALUES (24303, 1, 24303, 0, 0, 13, 0),"
                            "(24303, 1, 24303, 0, 6, 2, 0), (24305, 1, 24305, 0, 0, 400, 0);"
                            "INSERT INTO rollup_day VALUES (20200, 1, 24303, 0, 0, 7, 0),"
                            "(20201, 1, 24303, 0, 0, 2, 0), (20201, 1, 24303, 0, 6, 2, 0),"
                            "(20202, 1, 24303, 0, 0, 3, 0), (20202, 1, 24303, 0, 2, 5, 0),"
                            "(20240, 1, 24305, 0, 0, 400, 0);");
    patient_looks(&patient, "operation", "note",
                  "robot r: 403 tasks counted on days outside its operation (first 2025-04-24, "
                  "last 2025-06-01): correct its operation with `automagi robot operate`, or take "
                  "them back",
                  " robot operate r --from 2025-04-24 --to 2025-06-01");
    patient_plant(&patient, "UPDATE robot_operation SET to_day = NULL WHERE robot_id = 1;");
    patient_look(&patient);
    for (row = json_first(json_member(patient.answer, "rows")); row != NULL; row = json_next(row))
        assert_null(strstr(json_string(json_member(row, "check")), "outside its operation"));
    patient_close(&patient);
}

/* Those of a window that is not there yet alone, and not those by a date or of a file. */
static void tells_what_a_clock_ahead_counted(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_plant(
        &patient,
        "UPDATE robot SET window_kind = 1 WHERE id = 1; UPDATE robot SET window_kind = 2 WHERE id "
        "= 2;"
        "INSERT INTO run(id, robot_id, cause, state, asked_by, fence, created_ms) VALUES"
        "(91, 1, 1, 2, 't', 1, 1), (92, 1, 4, 2, 't', 1, 1), (93, 2, 1, 2, 't', 1, 1);"
        "INSERT INTO attempt(run_id, seq, outcome, day, completed_ms, masked) VALUES"
        "(91, 1, 0, 20179, 1, 'x'), (91, 2, 0, 20200, 1, 'x'), (91, 3, 0, 20201, 1, 'x'),"
        "(91, 4, 0, 20179, 1, 'x'), (92, 1, 0, 20202, 1, 'x'), (93, 1, 0, 20209, 1, 'x');"
        "INSERT INTO attempt_note VALUES (91, 4, 'business date 2025-05-01'),"
        "(91, 2, 'clock ahead, done 2025-04-01 to 2025-04-01'),"
        "(91, 3, 'clock ahead, done 2025-04-01 to 2025-04-01; two pages');"
        "INSERT INTO ledger VALUES (1, 20179, zeroblob(16), 91, 1),"
        "(1, 20210, zeroblob(16), 91, 4), (1, 20202, zeroblob(16), 92, 1);");
    patient_look(&patient);
    patient_never_said(&patient, "stood ahead");
    patient_plant(&patient, "INSERT INTO ledger VALUES (1, 20200, zeroblob(16), 91, 2);");
    patient_looks(&patient, "clock", "note",
                  "robot r: 1 reference was counted for 2025-04-22, which is not there yet, by a "
                  "clock that stood ahead: when it comes its own work with it will be taken for a "
                  "repeat, and not be done; put that on the queue under a reference of its own",
                  " task list --robot r --from 2025-04-22 --to 2025-04-22");
    patient_plant(&patient, "INSERT INTO ledger VALUES (1, 20201, zeroblob(16), 91, 3),"
                            "(2, 24304, zeroblob(16), 93, 1);");
    patient_looks(&patient, "clock", "note",
                  "robot r: 2 references were counted for 2025-04-22 to 2025-04-23, which",
                  " task list --robot r --from 2025-04-22 --to 2025-04-23");
    patient_expect(&patient, "clock", "note",
                   "1 reference was counted for 2025-05, which is not there yet, by a clock that "
                   "stood ahead (or now's is behind):",
                   NULL);
    patient_close(&patient);
}

static void names_each_once(void **state)
{
    struct doctor_names names = {.text = ""};
    char name[64];
    int i;

    (void)state;
    doctor_name(&names, "ab");
    doctor_name(&names, "a");
    doctor_name(&names, "ab");
    doctor_name(&names, "a");
    assert_string_equal(names.text, "ab, a");
    assert_string_equal(names.first, "ab");
    for (i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof(name), "robot-%d", i);
        doctor_name(&names, name);
    }
    assert_true(strlen(names.text) < DOCTOR_NAMES_MAX);
    assert_string_equal(names.text + strlen(names.text) - 9, " and more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_nothing_wrong),
        cmocka_unit_test(finds_disputes_that_nobody_answers),
        cmocka_unit_test(finds_red_gates_and_reviews_that_are_overdue),
        cmocka_unit_test(finds_a_damaged_store),
        cmocka_unit_test(finds_a_full_disk),
        cmocka_unit_test(reads_the_record),
        cmocka_unit_test(looks_at_robots),
        cmocka_unit_test(says_what_rests),
        cmocka_unit_test(finds_triggers_of_an_unknown_zone),
        cmocka_unit_test(looks_for_the_unit),
        cmocka_unit_test(tells_tasks_outside_an_operation),
        cmocka_unit_test(tells_what_a_clock_ahead_counted),
        cmocka_unit_test(names_each_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
