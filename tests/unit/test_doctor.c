#include <stdarg.h>
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
#include "core/command/doctor.h"
#include "tests/unit/command_caller.h"

enum { NOON = 1743501600000 / 1000000 }; /* a day in April 2025, in thousand seconds */
#define NOW_MS ((int64_t)NOON * 1000000)
#define DAY    ((int64_t)86400000)

/* A disk that is full: statvfs() of this program is the one the checks call. */
static fsblkcnt_t planted_blocks;
int statvfs(const char *path, struct statvfs *ret)
{
    int (*real)(const char *, struct statvfs *);
    int result;

    *(void **)&real = dlsym(RTLD_NEXT, "statvfs");
    result = real(path, ret);
    if (planted_blocks != 0) {
        ret->f_frsize = 4096;
        ret->f_bavail = planted_blocks;
    } else {
        ret->f_bavail = 1 << 30;
    }
    return result;
}

/* An installation with nothing wrong, but what a test plants. */
struct patient {
    struct caller caller;
    struct doctor_settings settings;
    struct json *answer;
};

static void patient_open(struct patient *patient)
{
    *patient = (struct patient){.answer = NULL};
    planted_blocks = 0;
    caller_open_loaded(&patient->caller, NOW_MS, caller_town);
    patient->settings = (struct doctor_settings){.home = patient->caller.home,
                                                 .unit_folders = patient->caller.home,
                                                 .daemon = DAEMON_ANSWERS,
                                                 .now_ms = NOW_MS};
    (void)snprintf(patient->settings.version, sizeof(patient->settings.version), "%s",
                   automagi_version);
}

static void patient_close(struct patient *patient)
{
    json_free(patient->answer);
    caller_close(&patient->caller);
}

static void look(struct patient *patient)
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

/* The row whose check begins with the word: the one that says it, when there is one. */
static const struct json *find_row(const struct patient *patient, const char *word,
                                   const char *said)
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

/* The check is in that state, says what was found, and what puts it right. NULL: whatever. */
static void expect(const struct patient *patient, const char *word, const char *state,
                   const char *said, const char *fix)
{
    const struct json *row = find_row(patient, word, said);
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

static void looks(struct patient *patient, const char *word, const char *state, const char *said,
                  const char *fix)
{
    look(patient);
    expect(patient, word, state, said, fix);
}

static void plant(struct patient *patient, const char *statements)
{
    temp_home_plant(patient->caller.home, statements);
}

/* "<words><home><more>" */
static const char *with_home(const struct patient *patient, const char *words, const char *more)
{
    static char text[512];

    (void)snprintf(text, sizeof(text), "%s%s%s", words, patient->caller.home, more);
    return text;
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
    look(&patient);
    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        expect(&patient, checks[i], "ok", NULL, NULL);
    expect(&patient, "backup", "note", "no backup has been made", "/var/backups/automagi-");
    expect(&patient, "robots", "note", "1 in operation but not installed: r",
           with_home(&patient, "automagi --home ", " robot add robots/r/robot.json"));
    assert_true(json_bool(json_member(patient.answer, "ok")));
    patient_close(&patient);
}

static void finds_no_installation(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient.settings.home = "/nowhere/it's here";
    looks(&patient, "home", "wrong", "there is no installation",
          "automagi --home '/nowhere/it'\\''s here' init");
    patient.settings.home = "/dev/null";
    looks(&patient, "home", "wrong", "is not a folder", NULL);
    assert_null(json_string(json_member(find_row(&patient, "home", NULL), "fix")));
    patient.settings.home = patient.caller.home;
    store_close(patient.caller.store);
    patient.caller.store = NULL;
    assert_int_equal(unlink(temp_home_path(patient.caller.home, "automagi.db")), 0);
    looks(&patient, "home", "wrong", "there is no installation", " init");
    assert_int_equal(mkdir(temp_home_path(patient.caller.home, "keys/r"), 0700), 0);
    looks(&patient, "home", "wrong", "there is no installation", " restore FILE");
    patient_close(&patient);
}

static void finds_open_rights(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    assert_int_equal(chmod(patient.caller.home, 0755), 0);
    looks(&patient, "home", "wrong", "mode 755", with_home(&patient, "chmod go= ", ""));
    assert_int_equal(chmod(patient.caller.home, 0700), 0);
    assert_int_equal(chmod(temp_home_path(patient.caller.home, "automagi.db"), 0640), 0);
    looks(&patient, "home", "wrong", "mode 640", with_home(&patient, "chmod go= ", "/automagi.db"));
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
    looks(&patient, "store", "wrong", "is damaged", " restore FILE");
    expect(&patient, "keys", "ok", NULL, NULL); /* the rest is still looked at */
    expect(&patient, "libraries", "ok", "SQLite 3.", NULL);
    assert_int_equal(pwrite(fd, garbage, 100, 0), 100);
    looks(&patient, "store", "wrong", "is no SQLite file", " restore FILE");
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
    looks(&patient, "disk", "wrong", "0.4 GB are free", with_home(&patient, "df -h ", "; du"));
    planted_blocks = 300000;
    looks(&patient, "disk", "note", "1.2 GB are free", "du -xh");
    planted_blocks = 0;
    store_close(patient.caller.store);
    patient.caller.store = NULL;
    (void)snprintf(path, sizeof(path), "%s/automagi.db-wal", patient.caller.home);
    assert_int_equal(truncate(path, 200000000), 0);
    looks(&patient, "log of the store", "note", "200.0 MB", with_home(&patient, "fuser -v ", ""));
    assert_int_equal(truncate(path, 1100000000), 0);
    looks(&patient, "log of the store", "wrong", "1100.0 MB", "fuser -v ");
    patient_close(&patient);
}

static void write_file(const struct patient *patient, const char *name, const char *contents)
{
    struct fault fault = {.text = ""};

    if (file_write(AT_FDCWD, temp_home_path(patient->caller.home, name), contents, strlen(contents),
                   0600, &fault) < 0)
        fail_msg("%s", fault.text);
}

/* A command that signals process 0 would end the shell it is copied to; one that does not wait
 * finds the lock still held; and another home's service is not this one's. */
static void finds_what_ails_the_daemon(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    patient.settings.daemon = DAEMON_SILENT;
    write_file(&patient, "lock", "");
    looks(&patient, "daemon", "wrong", "does not answer",
          with_home(&patient, "fuser -v ", "/lock"));
    write_file(&patient, "lock", "4711\n");
    looks(&patient, "daemon", "wrong", "does not answer",
          with_home(&patient, "kill -KILL 4711; tail --pid=4711 -f /dev/null; automagi --home ",
                    " serve"));
    patient.settings.has_systemd = true;
    looks(&patient, "daemon", "wrong", "does not answer", "kill -KILL 4711");
    write_file(&patient, "automagi.service", "ExecStart=/usr/bin/automagid --home /elsewhere\n");
    looks(&patient, "daemon", "wrong", "does not answer", "kill -KILL 4711");
    write_file(&patient, "automagi.service", with_home(&patient, "ExecStart=/d --home ", "er\n"));
    looks(&patient, "daemon", "wrong", "does not answer", "kill -KILL 4711");
    write_file(&patient, "automagi.service", with_home(&patient, "ExecStart=/d --home ", "\n"));
    looks(&patient, "daemon", "wrong", "does not answer", "systemctl restart automagi");
    patient.settings.daemon = DAEMON_OTHER;
    looks(&patient, "daemon", "wrong", "another one", "systemctl restart automagi");
    patient.settings.daemon = DAEMON_ANSWERS;
    (void)snprintf(patient.settings.version, sizeof(patient.settings.version), "0.0.9");
    looks(&patient, "daemon", "wrong", "is version 0.0.9", "systemctl restart automagi");

    patient.settings.daemon = DAEMON_ABSENT;
    looks(&patient, "daemon", "note", "is not running", "systemctl start automagi");
    plant(&patient,
          "INSERT INTO trigger(robot_id, kind, cron, misfire, misfire_limit, overlap, is_added,"
          " made_by, since_ms) SELECT id, 1, '0 6 * * *', 2, 1, 1, 0, 't', 1 FROM robot"
          " WHERE slug = 'r'");
    looks(&patient, "daemon", "wrong", "1 triggers pass", "systemctl start automagi");
    plant(&patient, "INSERT INTO run(robot_id, cause, state, asked_by, fence, created_ms,"
                    " started_ms) SELECT id, 1, 2, 't', 5, 1, 2 FROM robot WHERE slug = 'r'");
    patient.settings.has_systemd = false;
    looks(&patient, "daemon", "wrong", "1 runs were lost",
          with_home(&patient, "automagi --home ", " serve"));
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
    looks(&patient, "keys", "ok", "1 can be read", NULL);
    assert_int_equal(chmod(key, 0604), 0);
    looks(&patient, "keys", "wrong", "2025 in ", "chmod -R u+rwX,go= ");
    assert_int_equal(unlink(key), 0);
    assert_int_equal(symlink("/etc/passwd", key), 0);
    looks(&patient, "keys", "wrong", "2025 in ", " ! -type f ! -type d -ls");
    assert_int_equal(unlink(key), 0);
    assert_int_equal(chmod(folder, 0750), 0);
    looks(&patient, "keys", "wrong", "r in ", "chmod -R");
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(temp_home_path(patient.caller.home, "keys")), 0);
    looks(&patient, "keys", "wrong", "each backup has those of its time",
          with_home(&patient, "tar -x --no-same-owner -f FILE -C ", " keys"));
    patient_close(&patient);
}

static void reads_the_record(void **state)
{
    struct patient patient;
    char sql[512];

    (void)state;
    patient_open(&patient);
    patient.settings.now_ms = NOW_MS - 2 * DAY;
    looks(&patient, "clock", "wrong", "the clock is behind", "timedatectl set-ntp true");
    patient.settings.now_ms = NOW_MS;
    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO run(robot_id, cause, state, ending, asked_by, fence, created_ms,"
                   " ended_ms) SELECT id, 1, 3, 5, 't', 5, %lld, %lld FROM robot",
                   (long long)(NOW_MS - 2 * DAY), (long long)(NOW_MS - DAY));
    plant(&patient, sql);
    looks(&patient, "runs", "note", "2 were lost with the daemon within a week: r, form",
          "runs --robot r");
    patient.settings.now_ms = NOW_MS + 8 * DAY;
    looks(&patient, "runs", "ok", NULL, NULL);
    patient.settings.now_ms = NOW_MS;

    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO audit(at_ms, account, action, subject, detail)"
                   " VALUES(%lld, 'a', 'backup', 'b', '{}')",
                   (long long)(NOW_MS - 2 * DAY));
    plant(&patient, sql);
    looks(&patient, "backup", "wrong", "more than a day old", "/var/backups/automagi-");
    (void)snprintf(sql, sizeof(sql), "UPDATE audit SET at_ms = %lld WHERE action = 'backup'",
                   (long long)(NOW_MS - DAY / 2));
    plant(&patient, sql);
    looks(&patient, "backup", "ok", NULL, NULL);

    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO item(robot_id, window, ref_hash, state, priority, business_day,"
                   " attempts, payload_hash, masked, created_ms, changed_ms)"
                   " SELECT id, 2025, zeroblob(16), 3, 0, 20000, 1, zeroblob(8), '*', 1, %lld"
                   " FROM robot WHERE slug = 'r'",
                   (long long)(NOW_MS - 8 * DAY));
    plant(&patient, sql);
    looks(&patient, "queue", "wrong", "1 items have waited for a person for over a week: r",
          "queue list --state waiting --robot r");
    patient.settings.now_ms = NOW_MS - 2 * DAY;
    looks(&patient, "queue", "ok", NULL, NULL);
    patient_close(&patient);
}

/* Installs r with this definition, past what `robot add` would have looked at. */
static void plant_definition(struct patient *patient, const char *members)
{
    char sql[1024];

    (void)snprintf(sql, sizeof(sql),
                   "UPDATE robot SET plugin = 'nothere', side_effects = 1, folder = '/srv/r',"
                   " definition = '{\"id\":\"r\",\"plugin\":\"nothere\"%s}' WHERE slug = 'r'",
                   members);
    plant(patient, sql);
}

static void looks_at_robots(void **state)
{
    struct patient patient;
    char members[256];
    char path[TEMP_HOME_PATH + 32];
    int fd;

    (void)state;
    patient_open(&patient);
    plant_definition(&patient, "");
    looks(&patient, "plugins", "wrong", "the plugin nothere was not found",
          with_home(&patient, "cp nothere.so ", "/plugins/"));
    expect(&patient, "robots", "note", "without an estimate", "estimate set r --minutes N");
    (void)snprintf(path, sizeof(path), "%s/plugins/nothere.so", patient.caller.home);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    close(fd);
    looks(&patient, "plugins", "wrong", "robot r cannot run",
          with_home(&patient, "automagi plugin check ", "/plugins/nothere.so"));
    plant_definition(&patient, ",\"no such member\":1");
    looks(&patient, "plugins", "wrong", "no such member", "robot add /srv/r/robot.json");

    plant_definition(&patient, ",\"folders\":{\"out\":\"/nowhere/at all\"}");
    looks(&patient, "folders", "wrong", "No such file", "mkdir -p '/nowhere/at all'");
    (void)snprintf(path, sizeof(path), "%s/work", patient.caller.home);
    (void)snprintf(members, sizeof(members), ",\"folders\":{\"out\":\"%s\"}", path);
    plant_definition(&patient, members);
    assert_int_equal(chmod(path, geteuid() == 0 ? 0700 : 0), 0);
    looks(&patient, "folders", "wrong", "Permission denied", "setfacl -m u:");
    assert_int_equal(chmod(path, geteuid() == 0 ? 0711 : 0100), 0); /* nobody sees what is in it */
    looks(&patient, "folders", "wrong", "Permission denied", "setfacl -m u:");
    assert_int_equal(chmod(path, 0755), 0);
    looks(&patient, "folders", "ok", "1 can be entered", NULL);
    patient_close(&patient);
}

static void says_what_rests(void **state)
{
    struct patient patient;

    (void)state;
    patient_open(&patient);
    plant_definition(&patient, "");
    looks(&patient, "robots", "note", NULL, NULL);
    plant(&patient, "UPDATE robot SET paused = 1 WHERE slug = 'r'");
    caller_must(&patient.caller, "estimate set", NULL,
                "{\"robot\":\"r\",\"minutes\":\"2\",\"from\":\"2025-04-01\",\"by\":\"owner\"}");
    caller_must(&patient.caller, "estimate set", NULL,
                "{\"robot\":\"form\",\"minutes\":\"2\",\"from\":\"2025-04-01\",\"by\":\"owner\"}");
    look(&patient);
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

static void looks_for_the_unit(void **state)
{
    struct patient patient;
    char path[TEMP_HOME_PATH + 64];
    int fd;

    (void)state;
    patient_open(&patient);
    patient.settings.has_systemd = true;
    looks(&patient, "service", "note", "is in no folder of systemd", "make install");
    (void)snprintf(path, sizeof(path), "%s/automagi.service", patient.caller.home);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    close(fd);
    looks(&patient, "service", "note", "is not started with the machine",
          "systemctl enable --now automagi");
    (void)snprintf(path, sizeof(path), "%s/multi-user.target.wants", patient.caller.home);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/multi-user.target.wants/automagi.service",
                   patient.caller.home);
    assert_int_equal(symlink("../automagi.service", path), 0);
    looks(&patient, "service", "ok", "starts with the machine", NULL);
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
        cmocka_unit_test(finds_no_installation),
        cmocka_unit_test(finds_open_rights),
        cmocka_unit_test(finds_a_damaged_store),
        cmocka_unit_test(finds_a_full_disk),
        cmocka_unit_test(finds_what_ails_the_daemon),
        cmocka_unit_test(finds_open_or_missing_keys),
        cmocka_unit_test(reads_the_record),
        cmocka_unit_test(looks_at_robots),
        cmocka_unit_test(says_what_rests),
        cmocka_unit_test(looks_for_the_unit),
        cmocka_unit_test(names_each_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
