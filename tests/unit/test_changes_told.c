/* What `changes` says beside the kroner: what was entered since, and of a month that goes on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "tests/unit/load_town.h"

#define NEXT_DAY_MS (INT64_C(1750000000000) + INT64_C(24) * 3600 * 1000) /* 2025-06-16 */

static struct caller caller;

static int set_up(void **state)
{
    (void)state;
    load_town_open(&caller);
    json_free(load_town(&caller, load_town_text));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    load_town_close(&caller);
    return 0;
}

/* The words of those rows that are a `what`, each followed by "|". */
static const char *told(const char *arguments, const char *what)
{
    static char words[2048];
    struct json *answer = caller_read(&caller, "changes", arguments);
    const struct json *row;
    size_t used = 0;

    words[0] = '\0';
    for (row = json_first(json_member(answer, "rows")); row != NULL; row = json_next(row))
        if (strcmp(json_string(json_member(row, "what")), what) == 0)
            used += (size_t)snprintf(words + used, sizeof words - used, "%s|",
                                     json_string(json_member(row, "words")));
    json_free(answer);
    return words;
}

static void expect_told(const char *arguments, const char *what, const char *words)
{
    assert_string_equal(told(caller_quoted(arguments), what), words);
}

static void expect_message(const char *arguments, const char *part, bool is_said)
{
    struct json *answer = caller_read(&caller, "changes", caller_quoted(arguments));

    if ((strstr(caller_message(answer), part) != NULL) != is_said)
        fail_msg("\"%s\": %s", part, caller_message(answer));
    json_free(answer);
}

static void close_month(const char *month, const char *by)
{
    char arguments[128];

    (void)snprintf(arguments, sizeof arguments, "{\"month\":\"%s\",\"by\":\"%s\"}", month, by);
    caller_must(&caller, "period close", by, arguments);
}

static void closings_are_one_line_per_closer_and_day(void **state)
{
    (void)state;
    load_town_task(&caller, "r", "2025-01-02T12:00:00+01:00");
    assert_string_equal(told("{}", "closed"), "");
    close_month("2025-01", "Invented Controller");
    close_month("2025-02", "Invented Controller");
    close_month("2025-03", "Invented Controller");
    close_month("2025-04", "Another Controller");
    clock_pretend(NEXT_DAY_MS);
    close_month("2025-05", "Another Controller");
    assert_string_equal(told("{}", "closed"),
                        "2025-01 to 2025-03 closed (3 months) by Invented Controller on 2025-06-15|"
                        "2025-04 closed by Another Controller on 2025-06-15|"
                        "2025-05 closed by Another Controller on 2025-06-16|");
}

/* By the day it was entered: what was there before the earlier range ended is nothing new. */
static void what_waited_before_is_not_told(void **state)
{
    (void)state;
    caller_must(&caller, "estimate dispute", "X",
                "{\"robot\":\"r\",\"by\":\"X\",\"reason\":\"too much\"}");
    assert_string_equal(told("{}", "signature"),
                        "1 min from 2025-04-01 waits for a signature, set by Owner on 2025-06-15|");
    assert_string_equal(told("{}", "dispute"),
                        "the estimate is contested, by X on 2025-06-15: too much|");
    temp_home_plant(caller.home, "UPDATE estimate SET set_ms = 1745000000000;"
                                 "UPDATE dispute SET at_ms = 1745000000000;"); /* 2025-04-18 */
    assert_string_equal(told("{}", "signature"), "");
    assert_string_equal(told("{}", "dispute"), "");
}

static void a_range_that_goes_on_says_so(void **state)
{
    (void)state;
    expect_message("{\"month\":\"2025-06\"}", "the later range is not over, and has no task so far",
                   true);
    load_town_task(&caller, "r", "2025-05-02T12:00:00+02:00");
    load_town_task(&caller, "r", "2025-06-03T12:00:00+02:00");
    load_town_task(&caller, "r", "2025-06-10T12:00:00+02:00");
    expect_message("{\"month\":\"2025-06\"}",
                   "the later range is not over: its last task so far is of 2025-06-10", true);
    expect_message("{}", "not over", false);
    expect_message("{'before-from':'2025-05-01','before-to':'2025-05-31','from':'2025-06-01',"
                   "'to':'2025-06-14'}",
                   "not over", false);
    expect_message("{'before-from':'2025-05-01','before-to':'2025-05-31','from':'2025-06-01',"
                   "'to':'2025-06-15'}",
                   "not over", true); /* today may bring more */
}

/* Its departments' parts are one sum, by robot and in the total. */
static void a_robot_of_three_departments_is_said_once(void **state)
{
    (void)state;
    load_town_task(&caller, "r", "2025-05-02T12:00:00+02:00");
    load_town_task(&caller, "r", "2025-05-03T12:00:00+02:00");
    expect_told("{'by':'robot'}", "tasks", "r +2 tasks, +29 kr|r +2 tasks, +29 kr|");
    expect_told("{}", "tasks",
                "r +1 tasks, +14 kr|r +1 tasks, +7 kr|r +1 tasks, +7 kr|r +2 tasks, +29 kr|");
}

/* A merger moves them; none of the robots has shares of its own that began. */
static void a_merger_alone_needs_no_robot(void **state)
{
    (void)state;
    load_town_task(&caller, "r", "2025-04-02T12:00:00+02:00");
    load_town_task(&caller, "r", "2025-05-02T12:00:00+02:00");
    caller_must(&caller, "department merge", "P",
                caller_quoted("{'departments':'a','into':'b','from':'2025-05-01','by':'P',"
                              "'reason':'one'}"));
    expect_told("{}", "share", "a goes to b from 2025-05-01|a goes to b from 2025-05-01|");
}

static void what_is_dated_back_is_named(void **state)
{
    (void)state;
    load_town_task(&caller, "r", "2025-04-20T12:00:00+02:00");
    load_town_task(&caller, "r", "2025-05-20T12:00:00+02:00");
    close_month("2025-04", "Invented Controller");
    caller_must(&caller, "rate set", "P",
                caller_quoted("{'from':'2025-04-10','kroner':'400','by':'P','reason':'agreed',"
                              "'book-difference':true}"));
    expect_told("{'department':'a'}", "backdated",
                "342.07 -> 400 kroner per hour from 2025-04-10, by P: agreed; "
                "dated back into months that were closed|");
    caller_must(&caller, "department merge", "R",
                caller_quoted("{'departments':'b','into':'a','from':'2025-04-05','by':'R',"
                              "'reason':'one','book-difference':true}"));
    caller_must(&caller, "share set", "Q",
                caller_quoted("{'robot':'r','from':'2025-04-12','share':'a=1',"
                              "'reason':'found','book-difference':true}"));
    expect_told("{'department':'a'}", "backdated",
                "342.07 -> 400 kroner per hour from 2025-04-10, by P: agreed; "
                "r: other shares from 2025-04-12, by Q: found; "
                "b goes to a from 2025-04-05, by R: one; "
                "dated back into months that were closed|");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(closings_are_one_line_per_closer_and_day),
        TEST(what_waited_before_is_not_told),
        TEST(a_range_that_goes_on_says_so),
        TEST(a_robot_of_three_departments_is_said_once),
        TEST(a_merger_alone_needs_no_robot),
        TEST(what_is_dated_back_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
