/* What calendars make of a schedule, and what is offered for an id that is not there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/unit/command_caller.h"

/* 2026-10-05, a Monday, 08:00 in Copenhagen. */
#define NOW_MS INT64_C(1791180000000)

static const char TOWN[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]}],"
    "\"robots\":[{\"id\":\"r\",\"name\":\"R\",\"runs\":\"plugin\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}]},"
    "{\"id\":\"s\",\"name\":\"S\",\"runs\":\"plugin\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}]},"
    "{\"id\":\"t\",\"name\":\"T\",\"runs\":\"plugin\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":\"2026-10-06\"}]},"
    "{\"id\":\"u\",\"name\":\"U\",\"runs\":\"plugin\","
    "\"operation\":[{\"from\":\"2026-11-20\",\"to\":null}]},"
    "{\"id\":\"form\",\"name\":\"F\",\"runs\":\"external\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}]}]}";

static struct caller caller;

static int open_caller(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, TOWN);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

static void expect_error(const char *command, const char *arguments, const char *part)
{
    const char *error = caller_refused(&caller, command, NULL, arguments);

    if (strstr(error, part) == NULL)
        fail_msg("%s: expected \"%s\" in \"%s\"", command, part, error);
}

static void a_schedule_says_what_calendars_leave_of_it(void **state)
{
    struct json *answer;

    (void)state;
    expect_error("trigger add", "{\"robot\":\"r\",\"cron\":\"30 6 31 2 *\"}",
                 "the schedule \"30 6 31 2 *\" never comes");
    assert_int_equal(caller.status, 2);
    expect_error("trigger add", "{\"robot\":\"r\",\"cron\":\"0 0 31W 2 *\"}", "never comes");
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"r\",\"cron\":\"0 0 29 2 *\"}");
    answer = caller_do(&caller, "trigger add", NULL,
                       "{\"robot\":\"s\",\"cron\":\"0 9 * * sat\",\"not-on\":\"weekends\"}");
    assert_non_null(strstr(caller_message(answer),
                           "; none of its times until 2036 will run: each of them is a day off"));
    assert_int_equal(json_count(json_member(answer, "rows")), 3);
    json_free(answer);
    answer = caller_read(&caller, "trigger next", "{\"robot\":\"s\"}");
    assert_int_equal(json_count(json_member(answer, "rows")), 3);
    assert_string_equal(caller_cell(answer, 2, "skipped"),
                        "Saturday (weekends); more are skipped after it");
    json_free(answer);
    answer = caller_do(&caller, "trigger add", NULL,
                       "{\"robot\":\"s\",\"cron\":\"30 6 LB-1 * *\","
                       "\"not-on\":\"danish-holidays,week-42,weekends\"}");
    assert_non_null(strstr(caller_message(answer), "; danish-holidays and week-42 and weekends "
                                                   "leave out none of its times until 2036"));
    json_free(answer);
    answer =
        caller_do(&caller, "trigger add", NULL,
                  "{\"robot\":\"s\",\"cron\":\"*/5 * 10-20 10 *\",\"not-on\":\"week-41,week-42\"}");
    assert_int_equal(json_count(json_member(answer, "rows")), 6);
    assert_string_equal(caller_cell(answer, 0, "skipped"), "week 41");
    assert_string_equal(caller_cell(answer, 2, "skipped"), "week 41; more are skipped after it");
    assert_string_equal(caller_cell(answer, 3, "skipped"), "null");
    assert_string_equal(caller_cell(answer, 3, "date"), "2026-10-19");
    json_free(answer);
}

static void a_definition_with_a_schedule_that_never_comes_is_refused(void **state)
{
    char *arguments = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\",\"triggers\":[{"
                                                "\"cron\":\"0 0 30 2 *\"}]}");

    (void)state;
    caller_plant_plugin(&caller);
    expect_error("robot add", arguments, "the schedule \"0 0 30 2 *\" never comes");
    free(arguments);
}

static void what_was_meant_is_offered(void **state)
{
    (void)state;
    caller_must(&caller, "calendar put", NULL,
                "{\"calendar\":\"town-closing\",\"days\":[[\"2026-12-24\",\"2026-12-24\",\"x\"]]}");
    expect_error("robot pause", "{\"robot\":\"for\"}", "; did you mean form?");
    expect_error("robot pause", "{\"robot\":\"from\"}", "; did you mean form?");
    expect_error("robot pause", "{\"robot\":\"quite-another\"}", "shows those there are");
    assert_null(strstr(caller.error, "did you mean"));
    expect_error("trigger add", "{\"robot\":\"r\",\"after\":\"forms\"}", "; did you mean form?");
    expect_error("trigger add",
                 "{\"robot\":\"r\",\"cron\":\"0 6 * * *\",\"not-on\":\"danish-holiday\"}",
                 "; did you mean danish-holidays?");
    expect_error("trigger add", "{\"robot\":\"r\",\"cron\":\"0 6 * * *\",\"not-on\":\"week42\"}",
                 "; did you mean week-42?");
    expect_error("calendar remove", "{\"calendar\":\"closing\"}", "; did you mean town-closing?");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_caller, close_caller)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_schedule_says_what_calendars_leave_of_it),
        TEST(a_definition_with_a_schedule_that_never_comes_is_refused),
        TEST(what_was_meant_is_offered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
