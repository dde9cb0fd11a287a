/* Triggers, calendars, systems and limits by command, and a run's input. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/run_record.h"
#include "core/store/trigger.h"
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
static struct fault fault;

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

static void expect_message(const char *command, const char *arguments, const char *message)
{
    struct json *answer = caller_do(&caller, command, NULL, arguments);

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

static void what_is_added_is_said_in_words_with_its_times(void **state)
{
    struct json *answer;

    (void)state;
    answer =
        caller_do(&caller, "trigger add", "Anna",
                  "{\"robot\":\"r\",\"cron\":\"30 6 16 * *\",\"not-on\":\"week-42, weekends\"}");
    assert_string_equal(caller_message(answer),
                        "trigger 1: r runs at 06:30 on the 16th of the month, not on week-42 or "
                        "weekends; it does not start now: it is not installed, `automagi robot add "
                        "FILE` does that");
    assert_true(caller.effects.robots_changed);
    assert_string_equal(caller_cell(answer, 0, "date"), "2026-10-16");
    assert_string_equal(caller_cell(answer, 0, "weekday"), "Fri");
    assert_string_equal(caller_cell(answer, 0, "time"), "06:30");
    assert_string_equal(caller_cell(answer, 0, "zone"), "Europe/Copenhagen");
    assert_string_equal(caller_cell(answer, 0, "skipped"), "week 42");
    assert_string_equal(caller_cell(answer, 1, "date"), "2026-11-16");
    assert_string_equal(caller_cell(answer, 1, "skipped"), "null");
    assert_string_equal(caller_cell(answer, 3, "skipped"), "Saturday (weekends)"); /* 2027-01-16 */
    json_free(answer);
    answer = caller_read(&caller, "trigger list", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(answer, 0, "from"), "Anna");
    assert_string_equal(caller_cell(answer, 0, "not_on"), "week-42,weekends");
    assert_string_equal(caller_cell(answer, 0, "next"), "2026-11-16T06:30:00+01:00");
    json_free(answer);
    expect_error("trigger add",
                 "{\"robot\":\"r\",\"cron\":\"30 6 16 * *\",\"not-on\":\"weekends,week-42\"}",
                 "r: the robot has this trigger already: it is number 1");
    expect_error("trigger add", "{\"robot\":\"r\",\"cron\":\"30 6 * * *\",\"not-on\":\"nope\"}",
                 "there is no calendar \"nope\"");
    expect_error("trigger add", "{\"robot\":\"r\",\"cron\":\"30 6 30 2 *\"}", "fits no day");
    caller_must(&caller, "trigger add", NULL,
                "{\"robot\":\"r\",\"cron\":\"30 6 29 2 *\"}"); /* every fourth year */
    caller_must(&caller, "trigger remove", NULL, "{\"trigger\":2}");
    expect_error("trigger add", "{\"robot\":\"form\",\"cron\":\"30 6 * * *\"}", "runs elsewhere");
    expect_error("trigger add", "{\"robot\":\"r\",\"once\":\"2026-10-05T07:59\"}", "has passed");
    expect_message("trigger remove", "{\"trigger\":1}",
                   "trigger 1 of r is removed: at 06:30 on the 16th of the month, not on week-42 "
                   "or weekends");
    expect_error("trigger remove", "{\"trigger\":1}", "there is no trigger 1");
}

/* More times are skipped before it than anybody would look at one by one. */
static void the_next_run_is_found_behind_many_skipped_times(void **state)
{
    struct json *answer;

    (void)state;
    caller_must(&caller, "trigger add", NULL,
                "{\"robot\":\"r\",\"cron\":\"* * * * *\",\"not-on\":\"week-41\"}");
    caller_must(&caller, "trigger add", NULL,
                "{\"robot\":\"s\",\"cron\":\"* * * * *\",\"zone\":\"America/New_York\","
                "\"not-on\":\"week-41\"}");
    caller_must(&caller, "trigger add", NULL,
                "{\"robot\":\"t\",\"cron\":\"* * * * *\",\"not-on\":\"week-41\"}");
    /* Its operation begins with a day of the organisation's zone. */
    caller_must(&caller, "trigger add", NULL,
                "{\"robot\":\"u\",\"cron\":\"0 * * * *\",\"zone\":\"America/New_York\"}");
    answer = caller_read(&caller, "trigger list", "{}");
    assert_string_equal(caller_cell(answer, 3, "next"), "2026-11-20T00:00:00+01:00");
    assert_string_equal(caller_cell(answer, 0, "next"), "2026-10-12T00:00:00+02:00");
    assert_string_equal(caller_cell(answer, 1, "next"), "2026-10-12T06:00:00+02:00");
    assert_string_equal(caller_cell(answer, 2, "next"), "null"); /* its operation ends before */
    json_free(answer);
}

static void a_time_of_another_zone_is_said_as_there(void **state)
{
    struct json *answer;

    (void)state;
    answer = caller_do(&caller, "trigger add", NULL,
                       "{\"robot\":\"r\",\"once\":\"2026-12-01T20:30\","
                       "\"zone\":\"America/New_York\"}");
    assert_non_null(
        strstr(caller_message(answer), "once, on 2026-12-01 at 20:30, America/New_York time"));
    assert_string_equal(caller_cell(answer, 0, "time"), "20:30");
    json_free(answer);
    answer = caller_read(&caller, "trigger list", "{}");
    assert_string_equal(caller_cell(answer, 0, "starts"), "once, on 2026-12-01 at 20:30");
    assert_string_equal(caller_cell(answer, 0, "next"), "2026-12-02T02:30:00+01:00");
    json_free(answer);
}

static void what_comes_is_in_order_and_says_what_is_skipped(void **state)
{
    struct json *answer;

    (void)state;
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"r\",\"cron\":\"0 9 * * *\"}");
    caller_must(&caller, "trigger add", NULL,
                "{\"robot\":\"t\",\"cron\":\"0 4 * * *\",\"zone\":\"America/New_York\"}");
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"s\",\"after\":\"r\"}");
    caller_must(&caller, "robot pause", NULL, "{\"robot\":\"r\"}");
    answer = caller_read(&caller, "trigger next", "{\"count\":5}");
    assert_string_equal(caller_message(answer), "1 trigger has no times: they wait for another "
                                                "robot or a queue, see `automagi trigger list`");
    assert_int_equal(json_count(json_member(answer, "rows")), 5);
    assert_string_equal(caller_cell(answer, 0, "robot"), "r"); /* 09:00 */
    assert_string_equal(caller_cell(answer, 0, "skipped"), "the robot is paused");
    assert_string_equal(caller_cell(answer, 1, "robot"), "t"); /* 10:00 here */
    assert_string_equal(caller_cell(answer, 1, "time"), "04:00");
    assert_string_equal(caller_cell(answer, 1, "skipped"), "null");
    assert_string_equal(caller_cell(answer, 1, "at"), "2026-10-05T10:00:00+02:00");
    assert_string_equal(caller_cell(answer, 4, "robot"), "r");
    json_free(answer);
    answer = caller_read(&caller, "trigger next",
                         "{\"robot\":\"t\",\"count\":1,\"from\":\"2026-10-07\"}");
    assert_string_equal(caller_cell(answer, 0, "date"), "2026-10-07");
    assert_string_equal(caller_cell(answer, 0, "skipped"),
                        "the robot is not in operation on this day");
    json_free(answer);
    answer = caller_read(&caller, "trigger next", "{\"trigger\":2,\"count\":5}");
    assert_string_equal(caller_cell(answer, 4, "trigger"), "2");
    json_free(answer);
}

static void circles_are_refused_by_name(void **state)
{
    char *arguments = caller_file(
        "robot.json", "{\"id\":\"t\",\"plugin\":\"ok\",\"triggers\":[{\"after\":\"r\"}]}");

    (void)state;
    caller_plant_plugin(&caller);
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"s\",\"after\":\"t\"}");
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    expect_error("trigger add", "{\"robot\":\"r\",\"after\":\"r\"}", "r cannot start after itself");
    expect_error("trigger add", "{\"robot\":\"r\",\"after\":\"nobody\"}", "nobody");
    expect_error("trigger add", "{\"robot\":\"r\",\"after\":\"s\",\"when\":\"either\"}",
                 "r starts after s starts after t starts after r: a circle");
    arguments = caller_file("robot.json",
                            "{\"id\":\"t\",\"plugin\":\"ok\",\"triggers\":[{\"after\":\"s\"}]}");
    expect_error("robot add", arguments, "t starts after s starts after t: a circle");
    free(arguments);
    arguments = caller_file("robot.json", "{\"id\":\"t\",\"plugin\":\"ok\"}");
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"r\",\"after\":\"s\"}");
}

static void triggers_of_robot_json_are_removed_there(void **state)
{
    char *arguments = caller_file(
        "robot.json", "{\"id\":\"r\",\"plugin\":\"ok\",\"triggers\":[{\"cron\":\"@daily\"}]}");

    (void)state;
    caller_plant_plugin(&caller);
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    expect_error("trigger remove", "{\"trigger\":1}", "is of r's robot.json: take it out there");
    arguments = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\",\"triggers\":[{\"cron\":"
                                          "\"@daily\",\"not_on\":[\"nope\"]}]}");
    expect_error("robot add", arguments, "there is no calendar \"nope\"");
    free(arguments);
    arguments =
        caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\",\"systems\":[\"opus\"]}");
    expect_error("robot add", arguments, "there is no system \"opus\"");
    caller_must(&caller, "system set", NULL, "{\"system\":\"opus\"}");
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    expect_error("system remove", "{\"system\":\"opus\"}", "r meets opus");
}

static void a_trigger_shows_its_last_times(void **state)
{
    struct json *answer;
    const struct json *entry;
    int64_t run_id = 0;

    (void)state;
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"r\",\"cron\":\"0 6 * * *\"}");
    assert_int_equal(store_begin(caller.store, &fault), 0);
    assert_int_equal(fire_run(caller.store, &(struct fire){.trigger_id = 1, .nominal_ms = 1000}, 0,
                              NOW_MS, &run_id, &fault),
                     0);
    assert_int_equal(
        fire_skip(caller.store,
                  &(struct fire){.trigger_id = 1, .nominal_ms = 2000, .skipped = "week 42"},
                  &fault),
        0);
    assert_int_equal(store_commit(caller.store, &fault), 0);
    answer = caller_read(&caller, "trigger show", "{\"trigger\":1}");
    assert_string_equal(json_string(json_member(answer, "starts")), "at 06:00 every day");
    entry = json_first(json_member(answer, "fires"));
    assert_string_equal(json_string(json_member(entry, "skipped")), "week 42");
    assert_true(json_is_null(json_member(entry, "run")));
    entry = json_next(entry);
    assert_true(json_is_number(json_member(entry, "run")));
    assert_string_equal(json_string(json_member(entry, "state")), run_state_word(RUN_QUEUED));
    assert_null(json_next(entry));
    json_free(answer);
}

static void calendars_are_replaced_by_files_and_grow_by_hand(void **state)
{
    struct json *answer;

    (void)state;
    expect_message("calendar put",
                   "{\"calendar\":\"town\",\"source\":\"a.ics\",\"days\":[[\"2026-12-24\","
                   "\"2026-12-31\",\"Jul\"],[\"2026-10-05\",\"2026-10-05\",\"Now 010203-1234\"]]}",
                   "town is new: 2 entries, 2 added, 0 removed");
    expect_message("calendar put",
                   "{\"calendar\":\"town\",\"source\":\"a.ics\",\"days\":[[\"2026-12-24\","
                   "\"2026-12-31\",\"Jul\"]]}",
                   "town is changed: 1 entry, 0 added, 1 removed");
    expect_message("calendar put",
                   "{\"calendar\":\"town\",\"days\":[[\"2027-01-01\",\"2027-01-01\",\"CPR "
                   "010203-1234\"]]}",
                   "town is changed: 2 entries, 1 added, 0 removed");
    expect_message("calendar put",
                   "{\"calendar\":\"town\",\"days\":[[\"2026-12-24\",\"2026-12-31\",\"Jul\"]]}",
                   "town: no change, 2 entries");
    answer = caller_read(&caller, "calendar show", "{\"calendar\":\"town\",\"year\":2027}");
    assert_string_equal(caller_cell(answer, 0, "name"), "CPR [CPR]");
    assert_int_equal(json_count(json_member(answer, "rows")), 1);
    json_free(answer);
    caller_must(&caller, "trigger add", NULL,
                "{\"robot\":\"r\",\"cron\":\"0 6 * * *\",\"not-on\":\"town\"}");
    expect_error("calendar remove", "{\"calendar\":\"town\"}", "trigger 1 of r");
    clock_pretend(NOW_MS + 60000);
    expect_message("calendar remove", "{\"calendar\":\"town\",\"day\":\"2026-12-24\"}",
                   "town: 1 entry from 2026-12-24 on removed, 1 left");
    answer = caller_read(&caller, "calendar list", "{}");
    assert_string_equal(caller_cell(answer, 0, "changed"), "2026-10-05T08:01:00+02:00");
    assert_string_equal(caller_cell(answer, 0, "source"), "by hand");
    json_free(answer);
    expect_error("calendar remove", "{\"calendar\":\"town\",\"day\":\"2026-12-24\"}",
                 "has no entry that begins on 2026-12-24");
    caller_must(&caller, "trigger remove", NULL, "{\"trigger\":1}");
    expect_message("calendar remove", "{\"calendar\":\"town\"}", "town is removed");
    expect_error("calendar put", "{\"calendar\":\"week-42\",\"days\":[]}", "is computed");
    expect_error("calendar put", "{\"calendar\":\"x\",\"days\":[[\"2026-12-24\"]]}", "entry 1");
    answer = caller_read(&caller, "calendar show", "{\"calendar\":\"week-42\"}");
    assert_string_equal(caller_cell(answer, 0, "from"), "2026-10-12");
    assert_string_equal(caller_cell(answer, 0, "to"), "2026-10-18");
    assert_string_equal(caller_cell(answer, 1, "from"), "2027-10-18");
    json_free(answer);
    answer = caller_read(&caller, "calendar show", "{\"calendar\":\"week-42\",\"year\":2025}");
    assert_int_equal(json_count(json_member(answer, "rows")), 1);
    json_free(answer);
}

static void systems_and_limits_are_set_listed_and_removed(void **state)
{
    struct json *answer;

    (void)state;
    expect_message("system set",
                   "{\"system\":\"opus\",\"closed\":\"18:00-06:00, lør, sun\",\"title\":\"Opus\"}",
                   "opus is closed 18:00-06:00, lør, sun; it is open now");
    expect_error("system set", "{\"system\":\"opus\",\"closed\":\"at night\"}", "at night");
    expect_message("system set", "{\"system\":\"opus\",\"closed\":\"mon 07:00-09:00\"}",
                   "opus is closed mon 07:00-09:00; it opens at 2026-10-05T09:00:00+02:00");
    answer = caller_read(&caller, "system list", "{}");
    assert_string_equal(caller_cell(answer, 0, "title"), "Opus");
    assert_string_equal(caller_cell(answer, 0, "state"), "closed");
    json_free(answer);
    expect_message("system set", "{\"system\":\"opus\",\"closed\":\"never\"}",
                   "opus is always open");
    expect_message("system remove", "{\"system\":\"opus\"}", "opus is removed");
    expect_error("system remove", "{\"system\":\"opus\"}", "there is no system \"opus\"");
    expect_message("limit set", "{\"plugin\":\"ok\",\"runs\":2}",
                   "at most 2 runs at once of all robots of the plugin ok");
    expect_message("limit set", "{\"machine\":true,\"runs\":1}",
                   "at most 1 run at once on this machine");
    expect_error("limit set", "{\"runs\":1}", "say whose limit");
    expect_error("limit set", "{\"runs\":1,\"machine\":true,\"plugin\":\"ok\"}", "say whose limit");
    caller_plant_plugin(&caller);
    {
        char *arguments = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\"}");

        caller_must(&caller, "robot add", NULL, arguments);
        free(arguments);
    }
    caller_must(&caller, "run", NULL, "{\"robot\":\"r\"}");
    answer = caller_read(&caller, "limit list", "{}");
    assert_string_equal(caller_cell(answer, 0, "of"), "the machine");
    assert_string_equal(caller_cell(answer, 0, "runs"), "1");
    assert_string_equal(caller_cell(answer, 1, "of"), "ok");
    assert_string_equal(caller_cell(answer, 1, "waiting"), "1");
    json_free(answer);
    expect_message("limit remove", "{\"machine\":true}",
                   "the limit of the machine is removed; it was 1");
    expect_error("limit remove", "{\"machine\":true}", "no limit is set there");
}

static void a_pause_is_told_in_lists(void **state)
{
    struct json *answer;
    char *arguments = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\"}");

    (void)state;
    caller_plant_plugin(&caller);
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"r\",\"cron\":\"0 9 * * *\"}");
    caller_must(&caller, "robot pause", "Anna", "{\"robot\":\"r\"}");
    answer = caller_read(&caller, "robot list", "{}");
    assert_string_equal(caller_cell(answer, 0, "state"), "paused");
    assert_string_equal(caller_cell(answer, 0, "state_words"), "paused by Anna");
    json_free(answer);
    answer = caller_read(&caller, "status", "{}");
    assert_string_equal(caller_cell(answer, 0, "state_words"), "paused by Anna");
    json_free(answer);
    answer = caller_read(&caller, "trigger list", "{}");
    assert_string_equal(caller_cell(answer, 0, "next"), "null");
    assert_string_equal(caller_cell(answer, 0, "next_words"), "paused");
    json_free(answer);
    caller_must(&caller, "robot resume", NULL, "{\"robot\":\"r\"}");
    answer = caller_read(&caller, "trigger list", "{}");
    assert_string_equal(caller_cell(answer, 0, "next_words"), "2026-10-05T09:00:00+02:00");
    json_free(answer);
    caller_must(&caller, "robot pause", "Anna",
                "{\"robot\":\"r\",\"reason\":\"the form is new, 010203-1234\"}");
    answer = caller_read(&caller, "robot list", "{}");
    assert_string_equal(caller_cell(answer, 0, "state_words"),
                        "paused by Anna: the form is new, [CPR]");
    json_free(answer);
    answer = caller_read(&caller, "why", "{\"robot\":\"r\"}");
    assert_non_null(strstr(caller_message(answer), ", the form is new, [CPR];"));
    json_free(answer);
}

static void an_input_is_an_object_and_not_in_the_audit(void **state)
{
    struct json *answer;
    char *arguments = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\"}");

    (void)state;
    caller_plant_plugin(&caller);
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    caller_must(&caller, "run", NULL, "{\"robot\":\"r\",\"input\":{\"case\":\"secret-7\"}}");
    expect_error("run", "{\"robot\":\"r\",\"input\":\"x\"}", "a JSON object of at most 32768");
    answer = caller_read(&caller, "audit", "{\"limit\":1}");
    assert_null(strstr(caller_cell(answer, 0, "detail"), "secret-7"));
    assert_non_null(strstr(caller_cell(answer, 0, "detail"), "\"has_input\":true"));
    json_free(answer);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_caller, close_caller)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_added_is_said_in_words_with_its_times),
        TEST(the_next_run_is_found_behind_many_skipped_times),
        TEST(a_time_of_another_zone_is_said_as_there),
        TEST(what_comes_is_in_order_and_says_what_is_skipped),
        TEST(circles_are_refused_by_name),
        TEST(triggers_of_robot_json_are_removed_there),
        TEST(a_trigger_shows_its_last_times),
        TEST(calendars_are_replaced_by_files_and_grow_by_hand),
        TEST(systems_and_limits_are_set_listed_and_removed),
        TEST(a_pause_is_told_in_lists),
        TEST(an_input_is_an_object_and_not_in_the_audit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
