/* Who contests an estimate, who answers, and what it stands beside. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/unit/command_caller.h"
#include "tests/unit/one_town.h"

static struct caller caller;
static int64_t robot;

/* 10 kr. a minute; 10 minutes in April (2 tasks), 5 from May on (3 tasks). */
static int set_up(void **state)
{
    (void)one_town_open(state);
    caller = (struct caller){.store = town.store};
    town_rate(&town, town_day("2020-01-01"), 60000);
    robot = town_robot(&town, "r");
    (void)town_estimate(&town, robot, town_day("2025-04-01"), 1000, 1);
    (void)town_estimate(&town, robot, town_day("2025-05-01"), 500, 1);
    (void)town_tasks(&town, robot, town_day("2025-04-10"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-05-10"), 0, 3);
    return 0;
}

static void dispute(const char *more)
{
    char arguments[300];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r\",\"reason\":\"it takes less\",\"by\":\"Invented Person\"%s}",
                   more);
    caller_must(&caller, "estimate dispute", "Invented Person", arguments);
}

static void answer(const char *by)
{
    char arguments[200];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"dispute\":1,\"answer\":\"measured again\",\"by\":\"%s\"}", by);
    caller_must(&caller, "estimate answer", by, arguments);
}

static int64_t saved(void)
{
    struct savings savings;
    int64_t kroner;

    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_ROBOT, &savings);
    kroner = savings.total.kroner;
    savings_release(&savings);
    return kroner;
}

static void it_stands_beside_the_kroner_of_its_version(void **state)
{
    struct json *list;

    (void)state;
    dispute(",\"minutes\":\"2.5\"");
    dispute(",\"from\":\"2025-04-01\"");
    list = caller_read(&caller, "estimate disputes", "{}");
    assert_int_equal(json_count(json_member(list, "rows")), 2);
    assert_string_equal(caller_cell(list, 0, "robot"), "r");
    assert_string_equal(caller_cell(list, 0, "from"), "2025-05-01");
    assert_string_equal(caller_cell(list, 0, "minutes"), "5");
    assert_string_equal(caller_cell(list, 0, "held"), "2.5");
    assert_string_equal(caller_cell(list, 0, "kroner"), "150");
    assert_string_equal(caller_cell(list, 0, "by"), "Invented Person");
    assert_string_equal(caller_cell(list, 0, "on"), "2025-06-15");
    assert_string_equal(caller_cell(list, 0, "state"), "open");
    assert_string_equal(caller_cell(list, 1, "from"), "2025-04-01");
    assert_string_equal(caller_cell(list, 1, "held"), "null");
    assert_string_equal(caller_cell(list, 1, "kroner"), "200");
    json_free(list);
    assert_int_equal(saved(), 350); /* a dispute changes no figure */
}

static void who_disputes_does_not_answer(void **state)
{
    struct json *list;

    (void)state;
    dispute("");
    (void)caller_refused(&caller, "estimate answer", "INVENTED  person",
                         "{\"dispute\":1,\"answer\":\"x\",\"by\":\"INVENTED  person\"}");
    assert_non_null(strstr(caller.error, "cannot answer it; they can withdraw it"));
    answer("Owner");
    (void)caller_refused(&caller, "estimate answer", "Owner",
                         "{\"dispute\":1,\"answer\":\"x\",\"by\":\"Owner\"}");
    assert_non_null(strstr(caller.error, "is answered already, by \"Owner\""));
    (void)caller_refused(&caller, "estimate answer", "Owner",
                         "{\"dispute\":7,\"answer\":\"x\",\"by\":\"Owner\"}");
    assert_non_null(strstr(caller.error, "there is no dispute 7"));
    list = caller_read(&caller, "estimate disputes", "{}");
    assert_int_equal(json_count(json_member(list, "rows")), 0);
    json_free(list);
    list = caller_read(&caller, "estimate disputes", "{\"all\":true}");
    assert_string_equal(caller_cell(list, 0, "state"), "answered");
    assert_string_equal(caller_cell(list, 0, "answer"), "measured again");
    assert_string_equal(caller_cell(list, 0, "answered_by"), "Owner");
    assert_string_equal(caller_cell(list, 0, "kroner"), "null");
    json_free(list);
}

static void only_who_disputes_withdraws(void **state)
{
    struct json *list;

    (void)state;
    dispute("");
    (void)caller_refused(&caller, "estimate withdraw", "Owner", "{\"dispute\":1,\"by\":\"Owner\"}");
    assert_non_null(strstr(caller.error, "only they can withdraw it"));
    caller_must(&caller, "estimate withdraw", "invented person",
                "{\"dispute\":1,\"by\":\"invented person\"}");
    list = caller_read(&caller, "estimate disputes", "{\"all\":true,\"robot\":\"r\"}");
    assert_string_equal(caller_cell(list, 0, "state"), "withdrawn");
    assert_string_equal(caller_cell(list, 0, "answer"), "null");
    json_free(list);
}

static void the_history_has_them(void **state)
{
    struct json *list;

    (void)state;
    dispute("");
    dispute("");
    answer("Owner");
    list = caller_read(&caller, "estimate history", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(list, 0, "disputes"), "null");
    assert_string_equal(caller_cell(list, 1, "disputes"), "1 open, 1 answered");
    assert_string_equal(caller_cell(list, 1, "document"), "null"); /* signed past the command */
    assert_int_equal(json_count(json_member(list, "disputes")), 2);
    json_free(list);
}

static void a_version_must_be_there(void **state)
{
    (void)state;
    (void)caller_refused(&caller, "estimate dispute", "X",
                         "{\"robot\":\"r\",\"reason\":\"x\",\"by\":\"X\",\"from\":\"2025-04-02\"}");
    assert_non_null(strstr(caller.error, "r has no estimate from that day"));
    (void)caller_refused(&caller, "estimate dispute", "X",
                         "{\"robot\":\"r\",\"reason\":\"x\",\"by\":\"X\",\"for\":\"handover\"}");
    assert_non_null(strstr(caller.error, "r has no signed estimate that is valid today"));
}

/* A robot that was made by mistake goes with all that was said of it. */
static void a_robot_is_removed_with_its_disputes(void **state)
{
    static const char town_text[] =
        "{\"organisation\":\"Town\",\"robots\":[{\"id\":\"slip\",\"name\":\"Slip\",\"runs\":"
        "\"external\",\"estimates\":[{\"minutes\":1,\"from\":\"2025-05-01\",\"set_by\":\"O\"}]}]}";
    char *arguments = caller_file("town.json", town_text);

    (void)state;
    caller_must(&caller, "load", NULL, arguments);
    caller_must(&caller, "estimate dispute", "A",
                "{\"robot\":\"slip\",\"reason\":\"x\",\"by\":\"A\",\"from\":\"2025-05-01\"}");
    caller_must(&caller, "robot remove", NULL, "{\"robot\":\"slip\"}");
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM dispute"), 0);
    free(arguments);
}

static void no_cpr_number_is_kept(void **state)
{
    (void)state;
    caller_must(&caller, "estimate dispute", "A",
                "{\"robot\":\"r\",\"reason\":\"as 010203-1234 said\",\"by\":\"A\"}");
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM dispute WHERE reason = 'as "
                                              "[CPR] said'"),
                     1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, one_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_stands_beside_the_kroner_of_its_version),
        TEST(who_disputes_does_not_answer),
        TEST(only_who_disputes_withdraws),
        TEST(the_history_has_them),
        TEST(a_version_must_be_there),
        TEST(a_robot_is_removed_with_its_disputes),
        TEST(no_cpr_number_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
