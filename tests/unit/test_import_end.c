/* import end: what was cut short is given up; what it has counted stays counted, once. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/effect.h"
#include "core/store/import.h"
#include "tests/unit/patient.h"

#define END "{'import':1,'reason':'its file is gone'}"

static struct patient patient;

static const char *const rows[] = {
    "[2,'r','A',1743400000000,'done',null,null]",
    "[3,'r','B',1743400000000,'business',null,null]",
    "[4,'r','C',1743400000000,'done',null,null]",
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void must(const char *command, const char *arguments)
{
    caller_must(&patient.caller, command, "Bo", caller_quoted(arguments));
}

static void refused(const char *command, const char *arguments, const char *part)
{
    caller_refused_with(&patient.caller, command, "Bo", caller_quoted(arguments), part);
}

static void begin(void)
{
    must("import begin", "{'file':'big.csv','rows':3,'content_hash':'"
                         "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}");
}

static const char *rows_arguments(int import, int first, int count)
{
    static char text[1024];
    size_t used;
    int i;

    used = (size_t)snprintf(text, sizeof text, "{'import':%d,'first':%d,'rows':[", import, first);
    for (i = first; i < first + count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > first ? "," : "",
                                 rows[i]);
    (void)snprintf(text + used, sizeof text - used, "]}");
    return text;
}

/* Import 1, of which two rows are in. */
static int open_patient(void **state)
{
    (void)state;
    patient_open(&patient);
    begin();
    must("import rows", rows_arguments(1, 0, 2));
    return 0;
}

static int close_patient(void **state)
{
    (void)state;
    patient_close(&patient);
    return 0;
}

static void expect_cell(const char *command, size_t row, const char *member, const char *expected)
{
    struct json *answer = caller_read(&patient.caller, command, "{}");

    assert_string_equal(caller_cell(answer, row, member), expected);
    json_free(answer);
}

static void expect_tasks(size_t count)
{
    struct json *answer = caller_read(&patient.caller, "task list", "{}");
    struct json *verified = caller_read(&patient.caller, "verify", "{}");

    assert_int_equal(json_count(json_member(answer, "rows")), count);
    assert_true(json_bool(json_member(verified, "ok")));
    json_free(verified);
    json_free(answer);
}

static void keeps_what_it_counted(void **state)
{
    struct json *answer;

    (void)state;
    expect_cell("runs", 0, "state", "running");
    answer = caller_do(&patient.caller, "import end", "Bo", caller_quoted(END));
    assert_string_equal(
        caller_message(answer),
        "import 1 is given up; 2 of its 3 rows are in, and what they counted stays");
    json_free(answer);
    expect_cell("import list", 0, "state", "given up");
    expect_cell("import list", 0, "applied", "2");
    expect_cell("runs", 0, "state", "stopped");
    expect_cell("runs", 0, "note", "the import was given up by Bo: its file is gone");
    expect_cell("audit", 0, "action", "import end");
    expect_cell("audit", 0, "subject", "import 1");
    expect_tasks(1);
    patient_look(&patient);
    patient_never_said(&patient, "imports:");
}

static void takes_no_more_rows(void **state)
{
    (void)state;
    must("import end", END);
    refused("import rows", rows_arguments(1, 2, 1), "import 1 was given up; import the file again");
    refused("import finish", "{'import':1}", "2 of 3 rows were applied");
    refused("import end", END, "import 1 was given up before");
    expect_tasks(1);
}

/* The third row, which was never in, is not lost with it. */
static void its_file_is_a_new_import(void **state)
{
    struct json *answer;
    int i;

    (void)state;
    for (i = 1; i <= 2; i++) { /* what is given up twice is told apart */
        char end[64];

        (void)snprintf(end, sizeof end, "{'import':%d,'reason':'refused'}", i);
        must("import end", end);
        begin();
        must("import rows", rows_arguments(i + 1, 0, 2));
    }
    must("import rows", rows_arguments(3, 2, 1));
    must("import finish", "{'import':3}");
    answer = caller_read(&patient.caller, "import list", "{}");
    assert_string_equal(caller_cell(answer, 0, "state"), "finished");
    assert_string_equal(caller_cell(answer, 0, "new"), "1");
    assert_string_equal(caller_cell(answer, 0, "repeated"), "2");
    assert_string_equal(caller_cell(answer, 1, "state"), "given up");
    assert_string_equal(caller_cell(answer, 2, "state"), "given up");
    json_free(answer);
    expect_tasks(2);
    refused("import end", "{'import':3,'reason':'x'}", "import 3 is finished");
}

static void ends_none_that_is_at_work(void **state)
{
    int work_fd = import_work_begin(patient.caller.home);

    (void)state;
    assert_true(work_fd >= 0);
    import_work_on(work_fd, 1);
    refused("import end", END, "import 1 is at work");
    import_work_end(work_fd);
    refused("import end", "{'import':2,'reason':'x'}", "there is no import 2");
    refused("import end", "{'import':1}", "--reason is missing");
    expect_cell("import list", 0, "state", "cut short");
    must("import end", END);
}

/* Who sent them was killed before it said so. */
static void finishes_what_is_in(void **state)
{
    struct json *answer;

    (void)state;
    must("import rows", rows_arguments(1, 2, 1));
    answer = caller_do(&patient.caller, "import end", "Bo", caller_quoted(END));
    assert_string_equal(caller_message(answer), "import 1 is finished: all of its 3 rows were in");
    json_free(answer);
    expect_cell("import list", 0, "state", "finished");
    expect_cell("runs", 0, "state", "done");
    expect_tasks(2);
}

static void says_before_what_is_lost(void **state)
{
    struct fault fault = {.text = ""};
    struct json *arguments = NULL;
    struct text text;
    const char *quoted = caller_quoted(END);

    (void)state;
    text_init(&text, 65536);
    assert_int_equal(json_parse(quoted, strlen(quoted), 65536, &arguments, &fault), 0);
    assert_int_equal(
        command_preview(patient.caller.store, command_find("import end"), arguments, &text, &fault),
        0);
    assert_non_null(
        strstr(text_string(&text),
               "2 of the 3 rows of big.csv are in and what they counted stays; the other is "
               "not counted"));
    json_free(arguments);
    text_release(&text);
}

static void doctor_names_it(void **state)
{
    (void)state;
    patient_looks(&patient, "imports", "note",
                  "when the file is gone or is refused, `automagi import end 1 --reason WHY` gives "
                  "the import up",
                  " task import big.csv");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_patient, close_patient)
    static const struct CMUnitTest tests[] = {
        EACH(keeps_what_it_counted),     EACH(takes_no_more_rows),  EACH(its_file_is_a_new_import),
        EACH(ends_none_that_is_at_work), EACH(finishes_what_is_in), EACH(says_before_what_is_lost),
        EACH(doctor_names_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
