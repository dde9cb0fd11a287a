/* Figures that open down to their tasks: by department, uncounted, and taken back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/unit/command_caller.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */
#define NOON   INT64_C(1743501600000) /* 2025-04-01 12:00 in Copenhagen */
#define DAY_MS INT64_C(86400000)

/* "half" gives a quarter of its tasks to nobody and changes on 3 April; "whole" is all of b's;
 * "unsigned" is not signed. */
static const char TOWN[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2024-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"b\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]}],"
    "\"robots\":[{\"id\":\"half\",\"name\":\"Half\",\"runs\":\"external\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],"
    "\"departments\":[{\"id\":\"a\",\"share\":\"0.5\",\"from\":\"2025-04-01\"},"
    "{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-04-01\"},"
    "{\"id\":\"a\",\"share\":\"1\",\"from\":\"2025-04-03\"}],"
    "\"estimates\":[{\"minutes\":3,\"from\":\"2025-04-01\",\"set_by\":\"O\",\"reason\":\"x\","
    "\"signed_by\":\"H\",\"signed_on\":\"2025-04-01\"}]},"
    "{\"id\":\"whole\",\"name\":\"Whole\",\"runs\":\"external\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],"
    "\"departments\":[{\"id\":\"b\",\"share\":\"1\",\"from\":\"2025-04-01\"}],"
    "\"estimates\":[{\"minutes\":2.5,\"from\":\"2025-04-02\",\"set_by\":\"O\",\"reason\":\"x\","
    "\"signed_by\":\"H\",\"signed_on\":\"2025-04-02\"}]},"
    "{\"id\":\"unsigned\",\"name\":\"Unsigned\",\"runs\":\"external\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],"
    "\"estimates\":[{\"minutes\":9,\"from\":\"2025-04-01\",\"set_by\":\"O\",\"reason\":\"x\"}]}]}";

static struct caller caller;
static int imports;

/* One line, at noon of the so-manieth day from 1 April; department NULL: the shares decide. */
static void import(const char *robot, const char *reference, int day, const char *outcome,
                   const char *department)
{
    char arguments[512];

    imports++;
    (void)snprintf(arguments, sizeof arguments,
                   "{\"file\":\"t.csv\",\"rows\":1,\"content_hash\":\"%064d\"}", imports);
    caller_must(&caller, "import begin", NULL, arguments);
    (void)snprintf(
        arguments, sizeof arguments,
        "{\"import\":%d,\"first\":0,\"rows\":[[2,\"%s\",\"%s\",%lld,\"%s\",null,%s%s%s]]}", imports,
        robot, reference, (long long)(NOON + (day - 1) * DAY_MS), outcome,
        department != NULL ? "\"" : "", department != NULL ? department : "null",
        department != NULL ? "\"" : "");
    caller_must(&caller, "import rows", NULL, arguments);
    (void)snprintf(arguments, sizeof arguments, "{\"import\":%d}", imports);
    caller_must(&caller, "import finish", NULL, arguments);
}

static int open_caller(void **state)
{
    (void)state;
    imports = 0;
    caller_open_loaded(&caller, NOW_MS, TOWN);
    import("half", "H-1", 1, "done", NULL);
    import("half", "H-2", 3, "done", NULL);
    import("half", "H-3", 1, "done", "b");
    import("half", "H-4", 1, "business", NULL);
    import("whole", "W-1", 1, "done", NULL); /* before the estimate */
    import("whole", "W-2", 2, "done", NULL);
    import("whole", "W-3", 2, "done", NULL);
    import("whole", "W-3", 2, "undone", NULL);
    import("unsigned", "U-1", 1, "done", NULL);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

/* The rows as "reference share minutes kroner;", and the total likewise. */
static void expect_list(const char *arguments, const char *expected)
{
    static const char *const members[] = {"reference", "share", "minutes", "kroner"};
    struct json *answer = caller_read(&caller, "task list", arguments);
    const struct json *total = json_member(answer, "total");
    size_t count = json_count(json_member(answer, "rows"));
    struct text found;
    size_t i;
    size_t j;

    text_init(&found, 4096);
    for (i = 0; i < count; i++)
        for (j = 0; j < 4; j++)
            text_printf(&found, "%s%s", caller_cell(answer, i, members[j]), j == 3 ? ";" : " ");
    for (j = 1; j < 4 && total != NULL; j++) {
        text_append_char(&found, ' ');
        if (json_member(total, members[j]) != NULL)
            assert_int_equal(json_print(json_member(total, members[j]), &found), 0);
    }
    if (strcmp(text_string(&found), expected) != 0)
        fail_msg("%s: %s", arguments, text_string(&found));
    text_release(&found);
    json_free(answer);
}

static void tasks_show_what_they_save(void **state)
{
    (void)state;
    expect_list("{}", "*1  null null;*2  2.5 14.2529;*1  null null;*3  3 17.1035;*2  3 17.1035;"
                      "*1  3 17.1035;  11.5 65.5634");
    expect_list("{\"all\":true,\"from\":\"2025-04-02\",\"to\":\"2025-04-02\"}",
                "*3  0 0;*2  2.5 14.2529;  2.5 14.2529");
    expect_list("{\"all\":true,\"robot\":\"half\",\"to\":\"2025-04-01\"}",
                "*4  0 0;*3  3 17.1035;*1  3 17.1035;  6 34.207");
}

static void a_department_has_its_share_of_each(void **state)
{
    (void)state;
    expect_list("{\"department\":\"a\"}", "*2 1 3 17.1035;*1 0.5 1.5 8.5518; 1.5 4.5 25.6553");
    expect_list("{\"department\":\"b\"}",
                "*2 1 2.5 14.2529;*1 1 null null;*3 1 3 17.1035;*1 0.25 0.75 4.2759;"
                " 2.25 6.25 35.6323");
    expect_list("{\"department\":\"tvaergaaende\"}",
                "*1 1 null null;*1 0.25 0.75 4.2759; 0.25 0.75 4.2759");
    /* the limit counts what is the department's */
    expect_list("{\"department\":\"a\",\"limit\":1}", "*2 1 3 17.1035; 1 3 17.1035");
    expect_list("{\"department\":\"a\",\"robot\":\"whole\"}", "");
}

static void uncounted_tasks_are_found(void **state)
{
    (void)state;
    expect_list("{\"uncounted\":true}", "*1  null null;*1  null null;  0 0");
    expect_list("{\"uncounted\":true,\"department\":\"b\"}", "*1 1 null null; 0 0 0");
    expect_list("{\"uncounted\":true,\"robot\":\"half\"}", "");
}

static void a_list_says_what_it_leaves_out(void **state)
{
    struct json *answer = caller_read(&caller, "task list", "{\"limit\":2}");

    (void)state;
    assert_true(json_bool(json_member(answer, "more")));
    assert_string_equal(caller_cell(answer, 0, "counted"), "false");
    assert_string_equal(caller_cell(answer, 1, "counted"), "true");
    json_free(answer);
    answer = caller_read(&caller, "task list", "{\"limit\":6}");
    assert_false(json_bool(json_member(answer, "more")));
    assert_string_equal(caller_message(answer), "");
    json_free(answer);
    answer = caller_read(&caller, "task list", "{\"from\":\"2025-05-01\"}");
    assert_string_equal(caller_message(answer), "no tasks");
    json_free(answer);
}

/* Every row of savings is the sum of its department's tasks. */
static void tasks_add_up_to_the_savings(void **state)
{
    struct json *savings = caller_read(&caller, "savings", "{}");
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        struct json *answer;
        char arguments[128];
        struct text minutes;

        (void)snprintf(arguments, sizeof arguments, "{\"department\":\"%s\"}",
                       caller_cell(savings, i, "id"));
        answer = caller_read(&caller, "task list", arguments);
        text_init(&minutes, 64);
        assert_int_equal(json_print(json_member(json_member(answer, "total"), "minutes"), &minutes),
                         0);
        assert_string_equal(text_string(&minutes), caller_cell(savings, i, "minutes"));
        text_release(&minutes);
        json_free(answer);
    }
    json_free(savings);
}

static void expect_message(const char *arguments, const char *expected)
{
    struct json *answer = caller_read(&caller, "task list", arguments);

    assert_int_equal(json_count(json_member(answer, "rows")), 0);
    assert_string_equal(caller_message(answer), expected);
    json_free(answer);
}

static void a_task_is_found_by_its_reference(void **state)
{
    (void)state;
    expect_list("{\"robot\":\"half\",\"reference\":\" H-2 \"}", "*2  3 17.1035;  3 17.1035");
    expect_list("{\"robot\":\"whole\",\"reference\":\"W-3\"}", "*3  0 0;  0 0");
    expect_list("{\"robot\":\"half\",\"reference\":\"H-1\",\"department\":\"b\"}",
                "*1 0.25 0.75 4.2759; 0.25 0.75 4.2759");
    /* one for each window; the days are those of the task */
    import("half", "H-1", -120, "done", NULL);
    expect_list("{\"robot\":\"half\",\"reference\":\"H-1\"}",
                "*1  3 17.1035;*1  null null;  3 17.1035");
    expect_list("{\"robot\":\"half\",\"reference\":\"H-1\",\"from\":\"2025-01-01\"}",
                "*1  3 17.1035;  3 17.1035");
    expect_list("{\"robot\":\"half\",\"reference\":\"H-1\",\"to\":\"2024-12-31\"}",
                "*1  null null;  0 0");
    expect_list("{\"robot\":\"half\",\"reference\":\"H-1\",\"run\":1}",
                "*1  3 17.1035;  3 17.1035");
}

static void a_reference_that_is_not_counted_is_not_found(void **state)
{
    char path[128];

    (void)state;
    expect_message("{\"robot\":\"half\",\"reference\":\"W-2\"}",
                   "no counted task of half has this reference");
    expect_message("{\"robot\":\"half\",\"reference\":\"H-4\"}",
                   "no counted task of half has this reference");
    (void)snprintf(path, sizeof path, "%s/keys/half/2025", caller.home);
    assert_int_equal(unlink(path), 0);
    expect_message("{\"robot\":\"half\",\"reference\":\"H-1\"}",
                   "no counted task of half has this reference; in 1 of its windows the "
                   "references have been erased");
}

static void one_task_is_shown(void **state)
{
    struct json *list = caller_read(&caller, "task list", "{\"robot\":\"half\"}");
    struct json *answer;
    char arguments[64];

    (void)state;
    (void)snprintf(arguments, sizeof arguments, "{\"run\":%s,\"seq\":%s}",
                   caller_cell(list, 0, "run"), caller_cell(list, 0, "seq"));
    json_free(list);
    answer = caller_read(&caller, "task show", arguments);
    assert_string_equal(json_string(json_member(answer, "department")), "b");
    assert_true(json_bool(json_member(answer, "counted")));
    assert_true(json_is_number(json_member(answer, "kroner")));
    assert_string_equal(json_string(json_member(answer, "run_cause")), "import");
    json_free(answer);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(tasks_show_what_they_save),
        EACH(a_department_has_its_share_of_each),
        EACH(uncounted_tasks_are_found),
        EACH(a_list_says_what_it_leaves_out),
        EACH(tasks_add_up_to_the_savings),
        EACH(a_task_is_found_by_its_reference),
        EACH(a_reference_that_is_not_counted_is_not_found),
        EACH(one_task_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
