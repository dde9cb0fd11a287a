/* What doctor says of a home, its daemon and its keys, and what it says to do. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/version.h"
#include "core/store/reference_key.h"
#include "core/store/store.h"
#include "tests/unit/patient.h"

static void finds_no_installation(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient.settings.home = "/nowhere/it's here";
    patient_looks(&patient, "home", "wrong", "there is no installation",
                  "automagi --home '/nowhere/it'\\''s here' init");
    patient.settings.home = "/dev/null";
    patient_looks(&patient, "home", "wrong", "is not a folder", NULL);
    assert_null(json_string(json_member(patient_row(&patient, "home", NULL), "fix")));
    patient.settings.home = patient.caller.home;
    store_close(patient.caller.store);
    patient.caller.store = NULL;
    assert_int_equal(unlink(temp_home_path(patient.caller.home, "automagi.db")), 0);
    patient_looks(&patient, "home", "wrong", "there is no installation", " init");
    assert_int_equal(mkdir(temp_home_path(patient.caller.home, "keys/r"), 0700), 0);
    patient_looks(&patient, "home", "wrong", "there is no installation", " restore FILE");
    patient_close(&patient);
}

static void finds_open_rights(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    assert_int_equal(chmod(patient.caller.home, 0755), 0);
    patient_looks(&patient, "home", "wrong", "mode 755", patient_home(&patient, "chmod go= ", ""));
    assert_int_equal(chmod(patient.caller.home, 0700), 0);
    assert_int_equal(chmod(temp_home_path(patient.caller.home, "automagi.db"), 0640), 0);
    patient_looks(&patient, "home", "wrong", "mode 640",
                  patient_home(&patient, "chmod go= ", "/automagi.db"));
    patient_close(&patient);
}

/* A command that signals process 0 would end the shell it is copied to; one that does not wait
 * finds the lock still held; and another home's service is not this one's. */
static void finds_what_ails_the_daemon(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient.settings.daemon = DAEMON_SILENT;
    patient_file(&patient, "lock", "");
    patient_looks(&patient, "daemon", "wrong", "does not answer",
                  patient_home(&patient, "fuser -v ", "/lock"));
    patient_file(&patient, "lock", "4711\n");
    patient_looks(&patient, "daemon", "wrong", "does not answer",
                  patient_home(&patient,
                               "kill -KILL 4711; tail --pid=4711 -f /dev/null; automagi --home ",
                               " serve"));
    patient.settings.has_systemd = true;
    patient_looks(&patient, "daemon", "wrong", "does not answer", "kill -KILL 4711");
    patient_file(&patient, "automagi.service", "ExecStart=/usr/bin/automagid --home /elsewhere\n");
    patient_looks(&patient, "daemon", "wrong", "does not answer", "kill -KILL 4711");
    patient_file(&patient, "automagi.service",
                 patient_home(&patient, "ExecStart=/d --home ", "er\n"));
    patient_looks(&patient, "daemon", "wrong", "does not answer", "kill -KILL 4711");
    patient_file(&patient, "automagi.service",
                 patient_home(&patient, "ExecStart=/d --home ", "\n"));
    patient_looks(&patient, "daemon", "wrong", "does not answer", "systemctl restart automagi");
    patient.settings.daemon = DAEMON_OTHER;
    patient_looks(&patient, "daemon", "wrong", "another one", "systemctl restart automagi");
    patient.settings.daemon = DAEMON_ANSWERS;
    (void)snprintf(patient.settings.version, sizeof(patient.settings.version), "0.0.9");
    patient_looks(&patient, "daemon", "wrong", "is version 0.0.9", "systemctl restart automagi");

    patient.settings.daemon = DAEMON_ABSENT;
    patient_looks(&patient, "daemon", "note", "is not running", "systemctl start automagi");
    patient_plant(
        &patient,
        "INSERT INTO trigger(robot_id, kind, cron, misfire, misfire_limit, overlap, is_added,"
        " made_by, since_ms) SELECT id, 1, '0 6 * * *', 2, 1, 1, 0, 't', 1 FROM robot"
        " WHERE slug = 'r'");
    patient_looks(&patient, "daemon", "wrong", "1 triggers pass", "systemctl start automagi");
    patient_plant(&patient,
                  "INSERT INTO run(robot_id, cause, state, asked_by, fence, created_ms,"
                  " started_ms) SELECT id, 1, 2, 't', 5, 1, 2 FROM robot WHERE slug = 'r'");
    patient.settings.has_systemd = false;
    patient_looks(&patient, "daemon", "wrong", "1 runs were lost",
                  patient_home(&patient, "automagi --home ", " serve"));
    patient_close(&patient);
}

/* It lives all the same, and is not the process that a file in the place of its lock names. */
static void finds_a_daemon_whose_lock_was_removed(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient_file(&patient, "lock", "4711\n");
    patient.settings.daemon = DAEMON_ANSWERS;
    patient.settings.has_systemd = true;
    patient_file(&patient, "automagi.service",
                 patient_home(&patient, "ExecStart=/d --home ", "\n"));
    (void)snprintf(patient.settings.version, sizeof(patient.settings.version), "%s",
                   automagi_version);
    patient_looks(&patient, "daemon", "ok", "process 4711 answers", NULL);
    patient.settings.lock_is_gone = true; /* whoever is named where it was */
    patient.settings.pid = 4712;
    patient_looks(&patient, "daemon", "wrong", "process 4712 runs, but its lock's file",
                  "systemctl restart automagi");
    patient.settings.has_systemd = false;
    patient_looks(&patient, "daemon", "wrong", "process 4712 runs, but its lock's file",
                  "kill -TERM 4712; tail --pid=4712 -f /dev/null; automagi --home ");
    patient.settings.daemon = DAEMON_SILENT;
    patient_looks(&patient, "daemon", "wrong", "process 4712 runs, its lock's file removed, and",
                  "kill -KILL 4712; ");
    patient.settings.pid = 0;
    patient_looks(&patient, "daemon", "wrong", "does not answer",
                  patient_home(&patient, "fuser -v ", "/automagi.db"));
    patient.settings.daemon = DAEMON_ABSENT; /* its socket was removed too */
    patient_looks(&patient, "daemon", "wrong", "a program that has the store runs, but",
                  patient_home(&patient, "fuser -v ", "/automagi.db"));
    patient.settings.pid = 4712;
    patient_looks(&patient, "daemon", "wrong", "process 4712 runs, but its lock's file",
                  "kill -TERM 4712; tail --pid=4712");
    patient_close(&patient);
}

static void finds_open_or_missing_keys(void **state)
{
    struct patient patient;
    char folder[TEMP_HOME_PATH + 32];
    char key[TEMP_HOME_PATH + 40];
    int fd;

    (void)state;
    patient_open(&patient);
    (void)snprintf(folder, sizeof(folder), "%s/keys/r", patient.caller.home);
    (void)snprintf(key, sizeof(key), "%s/2025", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    fd = open(key, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    patient_looks(&patient, "keys", "ok", "1 can be read", NULL);
    assert_int_equal(chmod(key, 0604), 0);
    patient_looks(&patient, "keys", "wrong", "2025 in ", "chmod -R u+rwX,go= ");
    assert_int_equal(unlink(key), 0);
    assert_int_equal(symlink("/etc/passwd", key), 0);
    patient_looks(&patient, "keys", "wrong", "2025 in ", " ! -type f ! -type d -ls");
    assert_int_equal(unlink(key), 0);
    assert_int_equal(chmod(folder, 0750), 0);
    patient_looks(&patient, "keys", "wrong", "r in ", "chmod -R");
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(temp_home_path(patient.caller.home, "keys")), 0);
    patient_looks(&patient, "keys", "wrong", "each backup has those of its time",
                  patient_home(&patient, "tar -x --no-same-owner -f FILE -C ", " keys"));
    patient_close(&patient);
}

static void give_key(struct patient *patient, int64_t window)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    struct fault fault = {.text = ""};

    if (reference_hash(patient->caller.store, 1, WINDOW_YEAR, window, "a", hash, &fault) != 0)
        fail_msg("%s", fault.text);
}

static void move_key(const struct patient *patient, const char *from, const char *target)
{
    char path[TEMP_HOME_PATH + 32];

    (void)snprintf(path, sizeof(path), "%s", temp_home_path(patient->caller.home, from));
    assert_int_equal(rename(path, temp_home_path(patient->caller.home, target)), 0);
}

/* Each can be read, and is no use where it lies. */
static void finds_keys_that_were_swapped(void **state)
{
    struct patient patient;
    struct fault fault = {.text = ""};

    (void)state;
    patient_open(&patient);
    assert_int_equal(store_begin(patient.caller.store, &fault), 0);
    give_key(&patient, 2025);
    give_key(&patient, 2026);
    assert_int_equal(store_commit(patient.caller.store, &fault), 0);
    patient_looks(&patient, "keys", "ok", "2 can be read", NULL);
    move_key(&patient, "keys/r/2025", "keys/r/x");
    move_key(&patient, "keys/r/2026", "keys/r/2025");
    move_key(&patient, "keys/r/x", "keys/r/2026");
    patient_looks(&patient, "keys", "wrong", "2 of those that the store knows cannot be used",
                  " verify");
    patient_expect(&patient, "keys", "wrong", "another key lies in keys/r/2025", NULL);
    assert_int_equal(unlink(temp_home_path(patient.caller.home, "keys/r/2025")), 0); /* erased */
    assert_int_equal(unlink(temp_home_path(patient.caller.home, "keys/r/2026")), 0);
    patient_looks(&patient, "keys", "ok", "0 can be read", NULL);
    patient_close(&patient);
}

/* As `mv` puts a folder of keys back when another of its name has been made meanwhile. */
static void finds_keys_in_a_folder_too_many(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    assert_int_equal(mkdir(temp_home_path(patient.caller.home, "keys/r"), 0700), 0);
    assert_int_equal(mkdir(temp_home_path(patient.caller.home, "keys/r/r"), 0700), 0);
    patient_looks(&patient, "keys", "wrong", "r in ", " -ls");
    patient_expect(&patient, "keys", "wrong", "is out of place", NULL);
    move_key(&patient, "keys/r/r", "keys/aya");
    patient_looks(&patient, "keys", "ok", "0 can be read", NULL);
    patient_file(&patient, "keys/2025", "");
    patient_looks(&patient, "keys", "wrong", "2025 in ", " -ls");
    patient_close(&patient);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_no_installation),
        cmocka_unit_test(finds_open_rights),
        cmocka_unit_test(finds_what_ails_the_daemon),
        cmocka_unit_test(finds_a_daemon_whose_lock_was_removed),
        cmocka_unit_test(finds_open_or_missing_keys),
        cmocka_unit_test(finds_keys_that_were_swapped),
        cmocka_unit_test(finds_keys_in_a_folder_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
