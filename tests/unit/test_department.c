/* Departments that end: what tasks are worth to whom before and after, budgets that move, refusals. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/store/department.h"
#include "core/store/verify.h"
#include "tests/unit/command_caller.h"
#include "tests/unit/one_town.h"

static struct caller caller;
static int64_t a, b, c, robot;

/* Departments a, b, c; robot r serves a and b by half, 6 minutes a task, 600 kr. an hour. */
static int open_town(void **state)
{
    struct robot_share shares[2] = {{.millionths = 500000}, {.millionths = 500000}};

    (void)one_town_open(state);
    caller = (struct caller){.store = town.store};
    town_rate(&town, town_day("2025-01-01"), 60000);
    a = town_department(&town, "a", "Avenue");
    b = town_department(&town, "b", "Bridge");
    c = town_department(&town, "c", "Corner");
    robot = town_robot(&town, "r");
    shares[0].from_day = shares[1].from_day = town_day("2025-01-01");
    shares[0].department_id = a;
    shares[1].department_id = b;
    town_shares(&town, robot, shares, 2);
    town_estimate(&town, robot, town_day("2025-01-01"), 600, 1);
    return 0;
}

static int64_t budget_on(const char *slug, int32_t year, const char *day)
{
    struct organisation organisation = {0};
    struct fault fault = {.text = ""};
    int64_t found = 0;

    assert_int_equal(organisation_read(town.reader, &organisation, &fault), 0);
    (void)organisation_budget_on(&organisation, organisation_department(&organisation, slug)->id,
                                 year, town_day(day), &found);
    organisation_release(&organisation);
    return found;
}

/* "a 40, b 30, ..." of the kroner by department; rows that are 0 left out. */
static const char *kroner(const char *from, const char *to)
{
    static char text[512];
    struct savings savings = {0};
    int64_t sum = 0;
    size_t used = 0;
    size_t i;

    text[0] = '\0';
    town_savings(&town, town_day(from), town_day(to), SAVINGS_BY_DEPARTMENT, &savings);
    for (i = 0; i < savings.row_count; i++) {
        sum += savings.rows[i].kroner;
        if (savings.rows[i].kroner != 0)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "%s%s %lld", used > 0 ? ", " : "",
                                 savings.rows[i].id, (long long)savings.rows[i].kroner);
    }
    assert_int_equal(sum, savings.total.kroner);
    savings_release(&savings);
    return text;
}

static void must(const char *command, const char *arguments)
{
    caller_must(&caller, command, "Invented Person", caller_quoted(arguments));
}

static void refused(const char *command, const char *arguments, const char *part)
{
    caller_refused_with(&caller, command, "Invented Person", caller_quoted(arguments), part);
}

static void look_for(const char *difference, void *context)
{
    const char **part = context;

    if (strstr(difference, *part) != NULL)
        *part = "";
}

/* Does `verify` say so? */
static bool is_found(const char *part)
{
    struct verify_report report = {0};
    struct fault fault = {.text = ""};
    struct store *reader = NULL;
    int result;

    assert_int_equal(store_open(town.home, STORE_READ, &reader, &fault), 0);
    result = verify_store(reader, look_for, &part, &report, &fault);
    store_close(reader);
    assert_int_equal(result, 0);
    return part[0] == '\0';
}

static void a_merger_moves_nothing_before_its_day(void **state)
{
    (void)state;
    (void)town_tasks(&town, robot, town_day("2025-04-10"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-05-10"), a, 1);
    (void)town_tasks(&town, robot, town_day("2025-05-20"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-05-21"), a, 1);
    assert_string_equal(kroner("2025-04-01", "2025-05-31"), "a 240, b 120");
    must("department merge",
         "{'departments':'a','into':'c','from':'2025-05-15','by':'Invented Person'}");
    assert_string_equal(kroner("2025-04-01", "2025-05-14"), "a 120, b 60");
    assert_string_equal(kroner("2025-05-15", "2025-05-31"), "b 60, c 120");
    assert_string_equal(kroner("2025-04-01", "2025-05-31"), "a 120, b 120, c 120");
    assert_false(is_found("department"));
    temp_home_plant(town.home, "UPDATE department_successor SET millionths = 999999");
    assert_true(is_found("department a: what goes to its successors is 999999 millionths"));
    temp_home_plant(town.home, "INSERT INTO department_successor(department_id, from_day, "
                               "successor_id, millionths) VALUES(1, 20300, 2, 1)");
    assert_true(is_found("department a: it ends on more than one day"));
}

static void two_go_into_one_and_that_into_another(void **state)
{
    (void)state;
    (void)town_tasks(&town, robot, town_day("2025-04-10"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-05-10"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-06-10"), 0, 2);
    (void)town_department(&town, "d", "Dale");
    must("department merge", "{'departments':'a,b','into':'c','from':'2025-05-01','by':'X Y'}");
    must("department merge", "{'departments':'c','into':'d','from':'2025-06-01','by':'X Y'}");
    assert_string_equal(kroner("2025-04-01", "2025-04-30"), "a 60, b 60");
    assert_string_equal(kroner("2025-05-01", "2025-05-31"), "c 120");
    assert_string_equal(kroner("2025-06-01", "2025-06-30"), "d 120");
}

static void thirds_add_up(void **state)
{
    (void)state;
    (void)town_department(&town, "d", "Dale");
    (void)town_tasks(&town, robot, town_day("2025-06-10"), a, 100);
    refused("department split",
            "{'department':'a','into':'b=0.333333,c=0.333333,d=0.333333','from':'2025-06-01',"
            "'by':'X Y'}",
            "add up to 0.999999");
    must("department split",
         "{'department':'a','into':'b=0.333334,c=0.333333,d=0.333333','from':'2025-06-01',"
         "'by':'X Y'}");
    assert_string_equal(kroner("2025-06-01", "2025-06-30"), "b 2000, c 2000, d 2000");
    (void)town_tasks(&town, robot, town_day("2025-06-11"), a, 1);
    assert_string_equal(kroner("2025-06-11", "2025-06-11"), "b 20, c 20, d 20");
}

static void budgets_move_in_whole_kroner(void **state)
{
    (void)state;
    town_target(&town, a, 2025, town_day("2025-01-01"), 100);
    town_target(&town, a, 2026, town_day("2025-03-01"), 1001);
    town_target(&town, a, 2026, town_day("2025-06-10"), 2002);
    town_target(&town, b, 2025, town_day("2025-01-01"), 7);
    town_target(&town, a, 2024, town_day("2024-01-01"), 50);
    must("department split",
         "{'department':'a','into':'b=0.5,c=0.5','from':'2025-06-01','by':'X Y'}");
    assert_int_equal(budget_on("a", 2024, "2025-06-14"), 50);
    assert_int_equal(budget_on("a", 2025, "2025-05-31"), 100);
    assert_int_equal(budget_on("b", 2025, "2025-05-31"), 7);
    assert_int_equal(budget_on("c", 2025, "2025-05-31"), 0);
    assert_int_equal(budget_on("a", 2025, "2025-06-01"), 0);
    assert_int_equal(budget_on("b", 2025, "2025-06-01"), 57);
    assert_int_equal(budget_on("c", 2025, "2025-06-01"), 50);
    assert_int_equal(budget_on("a", 2026, "2025-06-01"), 0);
    assert_int_equal(budget_on("b", 2026, "2025-06-01"), 501); /* the odd one to the earlier */
    assert_int_equal(budget_on("c", 2026, "2025-06-01"), 500);
    assert_int_equal(budget_on("a", 2026, "2025-06-10"), 0); /* dated later, moved as well */
    assert_int_equal(budget_on("b", 2026, "2025-06-10"), 1001);
    assert_int_equal(budget_on("c", 2026, "2025-06-10"), 1001);
}

/* A file of today says what the year's budget is: an end before today leaves that to the days
 * before it. */
static void a_budget_loaded_later_is_kept_before_the_end(void **state)
{
    (void)state;
    town_target(&town, a, 2025, town_day("2025-06-15"), 100);
    must("department merge", "{'departments':'a','into':'c','from':'2025-06-01','by':'X Y'}");
    assert_int_equal(budget_on("a", 2025, "2025-05-01"), 100);
    assert_int_equal(budget_on("c", 2025, "2025-05-01"), 0);
    assert_int_equal(budget_on("a", 2025, "2025-06-02"), 0);
    assert_int_equal(budget_on("c", 2025, "2025-06-02"), 100);
    assert_int_equal(budget_on("a", 2025, "2025-06-15"), 0);
    assert_int_equal(budget_on("c", 2025, "2025-06-15"), 100);
}

/* Its target is its successors', and a second one beside it would be in no file that `load` takes. */
static void what_has_ended_has_no_target(void **state)
{
    (void)state;
    must("department split",
         "{'department':'a','into':'b=0.5,c=0.5','from':'2025-06-01','by':'X Y'}");
    refused("budget set",
            "{'department':'a','year':2025,'kroner':5,'reason':'r','by':'X Y','from':'2025-06-02'}",
            "a ends on 2025-06-01, and its budget of 2025 is then that of b 0.5, c 0.5");
    refused("budget set",
            "{'department':'a','year':2026,'kroner':5,'reason':'r','by':'X Y','from':'2025-05-02'}",
            "its budget of 2026 is then that of b 0.5, c 0.5");
    must("budget set", "{'department':'a','year':2025,'kroner':0,'reason':'r','by':'X Y'}");
    must("budget set", "{'department':'a','year':2024,'kroner':5,'reason':'r','by':'X Y'}");
    must("budget set", "{'department':'b','year':2025,'kroner':5,'reason':'r','by':'X Y'}");
}

static void what_cannot_end_is_refused_by_name(void **state)
{
    (void)state;
    refused("department merge", "{'departments':'x','into':'c','from':'2025-06-01','by':'X Y'}",
            "no department \"x\"");
    refused("department merge", "{'departments':'a','into':'a','from':'2025-06-01','by':'X Y'}",
            "a cannot go into itself");
    refused("department merge", "{'departments':'a,a','into':'c','from':'2025-06-01','by':'X Y'}",
            "named twice");
    must("department merge", "{'departments':'a','into':'b','from':'2025-06-01','by':'X Y'}");
    refused("department merge", "{'departments':'a','into':'c','from':'2025-06-10','by':'X Y'}",
            "a ends on 2025-06-01");
    refused("department merge", "{'departments':'c','into':'a','from':'2025-06-01','by':'X Y'}",
            "a ends on 2025-06-01; name what goes on in its place: b");
    refused("department merge", "{'departments':'b','into':'a','from':'2025-05-01','by':'X Y'}",
            "a goes into b on 2025-06-01, when that would have ended");
    must("department merge", "{'departments':'b','into':'c','from':'2025-06-05','by':'X Y'}");
    refused("share set", "{'robot':'r','from':'2025-06-10','share':'a=0.5'}",
            "a ends on 2025-06-01; give what it has to its successors: b");
}

/* Nobody goes in a circle, though no day would see it. */
static void a_circle_is_refused(void **state)
{
    (void)state;
    must("department merge", "{'departments':'a','into':'b','from':'2025-06-10','by':'X Y'}");
    must("department merge", "{'departments':'b','into':'c','from':'2025-06-12','by':'X Y'}");
    refused("department merge", "{'departments':'c','into':'a','from':'2025-06-13','by':'X Y'}",
            "a ends on 2025-06-10");
    refused("department merge", "{'departments':'c','into':'a','from':'2025-06-09','by':'X Y'}",
            "b goes into c on 2025-06-12");
}

static void sixteen_follow_each_other(void **state)
{
    char name[32];
    char arguments[160];
    int i;

    (void)state;
    for (i = 0; i <= DEPARTMENT_STEPS_MAX + 1; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        (void)town_department(&town, name, name);
    }
    for (i = 0; i <= DEPARTMENT_STEPS_MAX; i++) {
        (void)snprintf(arguments, sizeof arguments,
                       "{'departments':'n%d','into':'n%d','from':'2025-02-%02d','by':'X Y'}", i,
                       i + 1, i + 1);
        if (i < DEPARTMENT_STEPS_MAX)
            must("department merge", arguments);
        else
            refused("department merge", arguments, "more than 16");
    }
}

static void months_that_are_closed_stay(void **state)
{
    struct json *answer;

    (void)state;
    (void)town_tasks(&town, robot, town_day("2025-04-10"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-05-10"), 0, 2);
    town_target(&town, a, 2025, town_day("2025-01-01"), 100);
    temp_home_plant(town.home, "INSERT INTO period(month, closed_ms, closed_by, hash) "
                               "VALUES(2025 * 12 + 3, 0, 'x', zeroblob(32))");
    refused("department merge", "{'departments':'a','into':'c','from':'2025-04-05','by':'X Y'}",
            "--book-difference");
    refused("department rename", "{'department':'a','name':'Alley','from':'2025-04-30','by':'X Y'}",
            "the name of a would change from 2025-04-30, in a month that is closed");
    refused("department area", "{'department':'a','area':'e','name':'East','from':'2025-04-30'}",
            "the area of a would change");
    refused("key set", "{'from':'2025-04-30','share':'a=0.5'}", "closed");
    answer = caller_do(&caller, "department merge", "X Y",
                       caller_quoted("{'departments':'a','into':'c','from':'2025-04-05','by':'X Y',"
                                     "'book-difference':true,'reason':'A late decision'}"));
    assert_non_null(strstr(caller_message(answer), "booked in 2025-05: 1 counter-entry"));
    json_free(answer);
    assert_string_equal(kroner("2025-04-01", "2025-04-30"), "a 60, b 60");
    assert_string_equal(kroner("2025-05-01", "2025-05-31"), "a -60, b 60, c 120");
    assert_int_equal(budget_on("a", 2025, "2025-04-30"), 100); /* what targets were stays */
    assert_int_equal(budget_on("a", 2025, "2025-05-01"), 0);
    assert_int_equal(budget_on("c", 2025, "2025-05-01"), 100);
}

static void a_list_says_how_things_are_on_a_day(void **state)
{
    struct json *answer;

    (void)state;
    town_target(&town, a, 2025, town_day("2025-01-01"), 100);
    must("department rename", "{'department':'b','name':'Bay','from':'2025-06-10','by':'X Y'}");
    must("department area",
         "{'department':'b','area':'east','name':'Eastern Things','from':'2025-06-01'}");
    must("department area", "{'department':'b','none':true,'from':'2025-06-12'}");
    refused("department area", "{'department':'b','area':'west','from':'2025-06-12'}",
            "--name 'A name for people' makes it");
    refused("department area", "{'department':'b','area':'c','name':'C','from':'2025-06-12'}",
            "c is a department, and an area is never one");
    refused("department add", "{'department':'east','name':'East'}", "east is an area");
    refused("department add", "{'department':'b','name':'East'}", "there is a department b");
    must("department add", "{'department':'e','name':'Elm','from':'2025-06-01'}");
    must("department merge", "{'departments':'a','into':'e','from':'2025-06-10','by':'X Y'}");
    must("robot operate", "{'robot':'r','from':'2025-01-01'}");
    answer = caller_read(&caller, "department list", caller_quoted("{'on':'2025-06-11'}"));
    assert_string_equal(caller_cell(answer, 0, "ends"), "2025-06-10");
    assert_string_equal(caller_cell(answer, 0, "into"), "e");
    assert_string_equal(caller_cell(answer, 0, "robots"), "0");
    assert_string_equal(caller_cell(answer, 0, "budget"), "0");
    assert_string_equal(caller_cell(answer, 1, "name"), "Bay");
    assert_string_equal(caller_cell(answer, 1, "since"), "2025-06-10");
    assert_string_equal(caller_cell(answer, 1, "area"), "east");
    assert_string_equal(caller_cell(answer, 3, "id"), "e");
    assert_string_equal(caller_cell(answer, 3, "robots"), "1");
    assert_string_equal(caller_cell(answer, 3, "budget"), "100");
    json_free(answer);
    answer = caller_read(&caller, "department list", caller_quoted("{'on':'2025-06-09'}"));
    assert_string_equal(caller_cell(answer, 0, "robots"), "1");
    assert_string_equal(caller_cell(answer, 0, "budget"), "100");
    assert_string_equal(caller_cell(answer, 1, "name"), "Bridge");
    json_free(answer);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, one_town_close)

/* A long reason goes into the budgets' shorter one, cut between letters: of two one has a letter at the place. */
static void a_long_reason_is_cut_between_letters(void **state)
{
    static const char LETTER[] = "ø";
    char arguments[1200];
    char reason[902];
    int shift;

    (void)state;
    town_target(&town, a, 2025, town_day("2025-01-01"), 100);
    town_target(&town, b, 2025, town_day("2025-01-01"), 100);
    for (shift = 0; shift < 2; shift++) {
        size_t at;

        for (at = (size_t)shift; at + 2 < sizeof reason; at += 2)
            memcpy(reason + at, LETTER, 2);
        reason[at] = '\0';
        memset(reason, 'x', (size_t)shift);
        (void)snprintf(arguments, sizeof arguments,
                       "{\"departments\":\"%s\",\"into\":\"c\",\"from\":\"2025-06-01\",\"by\":\"X "
                       "Y\",\"reason\":\"%s\"}",
                       shift == 0 ? "a" : "b", reason);
        caller_must(&caller, "department merge", "Invented Person", arguments);
    }
    assert_int_equal(temp_home_ask(town.home, "SELECT count(DISTINCT substr(reason, 1, 1)) FROM "
                                              "budget WHERE reason LIKE '_ ends: %ø'"),
                     2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_merger_moves_nothing_before_its_day),
        TEST(two_go_into_one_and_that_into_another),
        TEST(thirds_add_up),
        TEST(budgets_move_in_whole_kroner),
        TEST(a_budget_loaded_later_is_kept_before_the_end),
        TEST(what_has_ended_has_no_target),
        TEST(what_cannot_end_is_refused_by_name),
        TEST(a_circle_is_refused),
        TEST(sixteen_follow_each_other),
        TEST(months_that_are_closed_stay),
        TEST(a_list_says_how_things_are_on_a_day),
        TEST(a_long_reason_is_cut_between_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
