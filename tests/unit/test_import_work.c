/* An import that was cut short is told of; one that a process is at is not. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/task_import.h"
#include "core/store/import.h"
#include "tests/unit/patient.h"

static struct patient patient;

static int open_patient(void **state)
{
    (void)state;
    patient_open(&patient);
    return 0;
}

static int close_patient(void **state)
{
    (void)state;
    patient_close(&patient);
    return 0;
}

/* Of sixty rows three are in. */
static void plant_import(int id, bool is_finished)
{
    char statement[512];

    (void)snprintf(
        statement, sizeof(statement),
        "INSERT INTO import(id, file, content_hash, rows, applied, new_rows, "
        "repeated_rows, not_done_rows, undone_rows, by_whom, begun_ms, finished_ms) "
        "VALUES(%d, 'big %d.csv', CAST(%d AS BLOB), 60, %d, 3, 0, 0, 0, 'x', 1743501600000, %s)",
        id, id, id, is_finished ? 60 : 3, is_finished ? "1743501600001" : "NULL");
    patient_plant(&patient, statement);
}

static void expect_states(const char *newest, const char *oldest)
{
    struct json *answer = caller_read(&patient.caller, "import list", "{}");

    assert_string_equal(caller_cell(answer, 0, "state"), newest);
    assert_string_equal(caller_cell(answer, 1, "state"), oldest);
    json_free(answer);
}

static void tells_what_was_cut_short(void **state)
{
    (void)state;
    plant_import(1, true);
    patient_look(&patient);
    patient_never_said(&patient, "imports:");
    plant_import(2, false);
    patient_looks(
        &patient, "imports", "note",
        "import 2, of big 2.csv, which was begun at 2025-04-01T12:00:00+02:00, was cut short: "
        "3 of its 60 rows are in",
        " task import 'big 2.csv'");
    patient_never_said(&patient, "import 1");
    expect_states("cut short", "finished");
}

static void passes_over_what_is_at_work(void **state)
{
    int work_fd = import_work_begin(patient.caller.home);

    (void)state;
    plant_import(1, false);
    plant_import(2, false);
    assert_true(work_fd >= 0);
    expect_states("at work", "at work"); /* which it is nobody knows yet */
    import_work_on(work_fd, 2);
    expect_states("at work", "cut short");
    patient_look(&patient);
    patient_never_said(&patient, "import 2");
    patient_expect(&patient, "imports", "note", "import 1, of big 1.csv", NULL);
    import_work_end(work_fd);
    expect_states("cut short", "cut short");
    patient_look(&patient);
    patient_expect(&patient, "imports", "note", "import 2, of big 2.csv", NULL);
}

/* Carries out what an import sends; while its rows are, that one alone is at work. */
static int carry_out(void *context, const char *command, const char *arguments,
                     struct json **ret_result, struct fault *fault)
{
    int *looks = context;

    (void)fault;
    if (strcmp(command, "import rows") == 0) {
        expect_states("at work", "cut short");
        ++*looks;
    }
    *ret_result = caller_do(&patient.caller, command, NULL, arguments);
    return 0;
}

static void send_one_row(const struct task_import_sender *sender)
{
    static const char lines[] =
        "robot,reference,completed_at,outcome\nr,a,2025-03-31T10:00Z,done\n";
    struct task_import_wrong wrong = {.count = 0};
    struct task_import import = {0};
    struct task_import_answer answer = {0};
    struct fault fault = {.text = ""};
    int fd = memfd_create("tasks", MFD_CLOEXEC);

    assert_int_equal(write(fd, lines, sizeof(lines) - 1), sizeof(lines) - 1);
    if (task_import_check(patient.caller.store, fd, NOW_MS, &import, &wrong, &fault) < 0 ||
        task_import_send(&import, fd, "tasks.csv", NOW_MS, sender, &answer, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_int_equal(answer.new_rows, 1);
    assert_int_equal(answer.met.repeated_undone, 0);
    task_import_release(&import);
    (void)close(fd);
}

static void says_which_one_it_is_at(void **state)
{
    int looks = 0;
    struct task_import_sender sender = {
        .request = carry_out, .context = &looks, .home = patient.caller.home};

    (void)state;
    plant_import(1, false);
    send_one_row(&sender);
    assert_int_equal(looks, 1);
    expect_states("finished", "cut short");
}

/* As a daemon does that was started before the programs were installed anew. */
static int carry_out_as_before(void *context, const char *command, const char *arguments,
                               struct json **ret_result, struct fault *fault)
{
    static const char reply[] = "{\"import\":1,\"taken\":1,\"waiting\":0,\"leased\":0}";

    (void)context;
    *ret_result = caller_do(&patient.caller, command, NULL, arguments);
    if (strcmp(command, "import rows") != 0)
        return 0;
    json_free(*ret_result);
    return json_parse(reply, sizeof(reply) - 1, sizeof(reply), ret_result, fault);
}

/* The rows are in by then: what it does not know to tell is no reason to end. */
static void goes_on_beside_an_earlier_daemon(void **state)
{
    struct task_import_sender sender = {.request = carry_out_as_before,
                                        .home = patient.caller.home};

    (void)state;
    send_one_row(&sender);
}

static void tells_of_so_many(void **state)
{
    int i;

    (void)state;
    for (i = 1; i <= 23; i++)
        plant_import(i, false);
    patient_looks(&patient, "imports", "note", "imports: 3 more were cut short", " import list");
    patient_expect(&patient, "imports", "note", "import 4, ", NULL);
    patient_never_said(&patient, "import 3, ");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_patient, close_patient)
    static const struct CMUnitTest tests[] = {
        EACH(tells_what_was_cut_short), EACH(passes_over_what_is_at_work),
        EACH(says_which_one_it_is_at),  EACH(goes_on_beside_an_earlier_daemon),
        EACH(tells_of_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
