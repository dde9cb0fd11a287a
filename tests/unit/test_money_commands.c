/* rate, budget, cost, gain and pool as a person uses them, in months open and closed. */
#include <stdarg.h>
#include <stdbool.h>
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
#include "core/command/organisation_file.h"
#include "tests/unit/load_town.h"

static const char BY[] = "Invented Person";
static struct caller caller;

/* Today is 2025-06-15; one task in April, one in June. */
static int set_up(void **state)
{
    (void)state;
    load_town_open(&caller);
    json_free(load_town(&caller, load_town_text));
    load_town_task(&caller, "r", "2025-04-10T12:00:00+02:00");
    load_town_task(&caller, "r", "2025-06-10T12:00:00+02:00");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    load_town_close(&caller);
    return 0;
}

static void close_april(void)
{
    temp_home_plant(caller.home, "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES"
                                 "(2025 * 12 + 3, 1, 'x', zeroblob(32))");
}

/* The command line puts --by among the arguments. Valid until the next call. */
static const char *signed_by(const char *arguments)
{
    static char text[1024];

    (void)snprintf(text, sizeof text, "{\"by\":\"%s\",%s", BY, arguments + 1);
    return text;
}

static void must(const char *command, const char *arguments)
{
    caller_must(&caller, command, NULL, signed_by(arguments));
}

static void refuse(const char *command, const char *arguments, const char *words)
{
    const char *said = caller_refused(&caller, command, NULL, signed_by(arguments));

    if (strstr(said, words) == NULL)
        fail_msg("%s %s: \"%s\" does not say \"%s\"", command, arguments, said, words);
}

static void refuse_load(const char *arguments, const char *words)
{
    assert_non_null(strstr(caller_refused(&caller, "load", NULL, arguments), words));
}

static void refuse_remove(const char *arguments, const char *words)
{
    assert_non_null(strstr(caller_refused(&caller, "robot remove", NULL, arguments), words));
}

static void expect_message(const char *command, const char *arguments, const char *words)
{
    struct json *answer = caller_do(&caller, command, NULL, signed_by(arguments));

    if (strstr(caller_message(answer), words) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", command, caller_message(answer), words);
    json_free(answer);
}

static size_t count_rows(const char *command, const char *arguments)
{
    struct json *answer = caller_read(&caller, command, arguments);
    size_t count = json_count(json_member(answer, "rows"));

    json_free(answer);
    return count;
}

static void expect_cell(const char *command, size_t index, const char *member, const char *text)
{
    struct json *answer = caller_read(&caller, command, "{}");

    assert_string_equal(caller_cell(answer, index, member), text);
    json_free(answer);
}

static void expect_total(const char *command, const char *arguments, int64_t kroner)
{
    struct json *answer = caller_read(&caller, command, arguments);
    int64_t found = -1;

    assert_true(json_int64(json_member(json_member(answer, "total"), "kroner"), &found));
    assert_int_equal(found, kroner);
    json_free(answer);
}

static void test_rate(void **state)
{
    (void)state;
    expect_message("rate set", "{\"from\":\"2025-06-11\",\"kroner\":\"351.20\"}",
                   "351.2 kroner per hour from 2025-06-11; where organisation.json has rates, put "
                   "it there too (`automagi export`), or the next load takes it back");
    assert_int_equal(count_rows("rate list", "{}"), 2);
    expect_cell("rate list", 1, "kroner_per_hour", "351.2");
    expect_cell("rate list", 1, "booked_from", "null");
    assert_int_equal(temp_home_ask(caller.home, "SELECT count(*) FROM audit WHERE action = 'rate "
                                                "set' AND detail LIKE '%\"kroner_before\":\"342.07"
                                                "\"%'"),
                     1);
    refuse("rate set", "{\"from\":\"2025-06-10\",\"kroner\":\"351.20\"}",
           "would change tasks that were counted on 2025-06-10 at 342.07 kroner");
    assert_int_equal(caller.status, 1);
    refuse("rate set", "{\"from\":\"2025-07-01\",\"kroner\":\"0\"}", "must be above 0");
    assert_int_equal(caller.status, 2); /* wrong usage */
    refuse("rate set", "{\"from\":\"2025-07-01\",\"kroner\":\"-1\"}", "must be above 0");
    refuse("rate set", "{\"from\":\"2025-07-01\",\"kroner\":\"1.001\"}", "two decimals");
    refuse("rate set", "{\"from\":\"2025-07-01\",\"kroner\":\"1000000.01\"}",
           "--kroner: expected at most 1000000 with");
    assert_int_equal(caller.status, 2);
    /* The same is no change; between the tasks it touches none. */
    must("rate set", "{\"from\":\"2025-03-01\",\"kroner\":\"342.07\"}");
    refuse("rate set", "{\"from\":\"2025-05-01\",\"kroner\":\"300\"}", "2025-06-10");
    must("rate set", "{\"from\":\"2025-06-10\",\"kroner\":\"342.07\",\"reason\":\"as before\"}");
    must("rate set", "{\"from\":\"2025-05-01\",\"kroner\":\"300\"}");
}

static void test_rate_booked(void **state)
{
    int64_t saved;

    (void)state;
    close_april();
    refuse("rate set", "{\"from\":\"2025-03-01\",\"kroner\":\"342.08\"}", "2025-04-10");
    refuse("rate set", "{\"from\":\"2025-04-11\",\"kroner\":\"342.07\"}", "a month that is closed");
    expect_message("rate set",
                   "{\"from\":\"2025-04-01\",\"kroner\":\"684.14\",\"book-difference\":true}",
                   "booked in 2025-05: 1 counter-entry");
    expect_cell("rate list", 1, "booked_from", "2025-05");
    saved = temp_home_ask(caller.home, "SELECT count(*) FROM adjustment WHERE cause = 2 AND month "
                                       "= 2025 * 12 + 3 AND booking = 2025 * 12 + 4");
    assert_int_equal(saved, 1);
}

/* The task of June has no rate at all until one is set. */
static void test_rate_gap(void **state)
{
    (void)state;
    temp_home_plant(caller.home, "DELETE FROM rate");
    refuse("rate set", "{\"from\":\"2025-06-11\",\"kroner\":\"342.07\"}",
           "rate gap: tasks of 2025-06-10");
    must("rate set", "{\"from\":\"2025-06-01\",\"kroner\":\"342.07\"}");
    refuse("rate set", "{\"from\":\"2025-04-30\",\"kroner\":\"342.07\"}",
           "rate gap: tasks of 2025-04-10");
    must("rate set", "{\"from\":\"2025-04-10\",\"kroner\":\"342.07\"}");
}

/* The town with other rates; free() it. */
static char *town_with(const char *rates)
{
    static const char RATE[] = "{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}";
    const char *place = strstr(load_town_text, RATE);
    struct text text;

    text_init(&text, 1 << 16);
    text_append(&text, load_town_text, (size_t)(place - load_town_text));
    text_append_string(&text, rates);
    text_append_string(&text, place + strlen(RATE));
    return text_take(&text);
}

static void test_load_rates(void **state)
{
    static const char BOOKED[] = "{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"},"
                                 "{\"from\":\"2025-04-01\",\"kroner_per_hour\":\"400\","
                                 "\"booked_from\":\"2025-05\"}";
    struct fault fault = {.text = ""};
    struct text exported;
    char *file;
    char *arguments;

    (void)state;
    close_april();
    /* A day of April without a task. */
    file = town_with("{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"},"
                     "{\"from\":\"2025-04-20\",\"kroner_per_hour\":\"1\"},"
                     "{\"from\":\"2025-06-01\",\"kroner_per_hour\":\"342.07\"}");
    arguments = caller_file("town.json", file);
    refuse_load(arguments, "rates: the file would change the rate from 2025-04-20, in a month "
                           "that is closed");
    free(arguments);
    must("rate set", "{\"from\":\"2025-04-01\",\"kroner\":\"400\",\"book-difference\":true}");
    /* Without the booked one what is known latest would change. */
    arguments = caller_file("town.json", load_town_text);
    refuse_load(arguments, "is in use by tasks counted on 2025-04-10");
    free(arguments);
    free(file);
    file = town_with(BOOKED);
    load_town_no_change(&caller, file);
    text_init(&exported, 1 << 20);
    assert_int_equal(organisation_export(caller.store, &exported, &fault), 0);
    assert_non_null(strstr(text_string(&exported), "\"booked_from\": \"2025-05\""));
    load_town_no_change(&caller, text_string(&exported));
    text_release(&exported);
    memcpy(strstr(file, "2025-05"), "2025-04", 7);
    arguments = caller_file("town.json", file);
    refuse_load(arguments, "rates[1].booked_from: expected a month");
    free(arguments);
    free(file);
}

static void test_budget(void **state)
{
    char *arguments;

    (void)state;
    refuse("budget set", "{\"department\":\"aa\",\"year\":2026,\"kroner\":1,\"reason\":\"r\"}",
           "did you mean a?");
    refuse("budget set",
           "{\"department\":\"tvaergaaende\",\"year\":2026,\"kroner\":1,\"reason\":\"r\"}",
           "no department and has no budget");
    refuse("budget set", "{\"department\":\"a\",\"year\":2026,\"kroner\":1}", "--reason");
    expect_total("budget list", "{\"year\":2026}", 24000);
    expect_message(
        "budget set",
        "{\"department\":\"a\",\"year\":2026,\"kroner\":30000,\"from\":\"2025-06-20\","
        "\"reason\":\"council 17 June\"}",
        "30000 kroner in 2026, from 2025-06-20 (before: 24000); where organisation.json has "
        "budgets, put it there too (`automagi export`), or the next load takes it back");
    must("budget set", "{\"department\":\"b\",\"year\":2026,\"kroner\":-5,\"reason\":\"r\"}");
    expect_total("budget list", "{\"year\":2026}", 29995);
    expect_cell("budget list", 0, "since", "2025-06-20");
    expect_cell("budget list", 0, "set_by", BY);
    expect_cell("budget list", 0, "reason", "council 17 June");
    assert_int_equal(count_rows("budget list", "{\"year\":2026,\"history\":true}"), 3);
    assert_int_equal(count_rows("budget list", "{\"year\":2027}"), 0);
    close_april();
    refuse("budget set",
           "{\"department\":\"a\",\"year\":2026,\"kroner\":1,\"from\":\"2025-04-30\","
           "\"reason\":\"r\"}",
           "in a month that is closed; what it was then stays: begin on 2025-05-01");
    /* Of this month, so that they can go; of April they cannot. */
    temp_home_plant(caller.home, "UPDATE budget SET from_day = from_day - 60 WHERE year = 2026 AND "
                                 "department_id = 2");
    arguments = caller_file("town.json", load_town_text);
    refuse_load(arguments, "budgets: b has a target of 2026 since a month that is closed");
    free(arguments);
    temp_home_plant(caller.home, "UPDATE budget SET from_day = from_day + 60 WHERE year = 2026 AND "
                                 "department_id = 2");
    /* The file has 24000 again: a new version of today. */
    json_free(load_town(&caller, load_town_text));
    assert_int_equal(count_rows("budget list", "{\"year\":2026,\"history\":true}"), 2);
}

static void test_realised(void **state)
{
    (void)state;
    assert_int_equal(count_rows("budget realised", "{}"), 0);
    refuse("budget realise", "{\"department\":\"a\",\"year\":2026,\"kroner\":5}", "--document");
    must("budget realise",
         "{\"department\":\"a\",\"year\":2026,\"kroner\":500,\"document\":\"case 1\"}");
    must("budget realise", "{\"department\":\"a\",\"year\":2026,\"kroner\":70,\"robot\":\"r\","
                           "\"document\":\"case of 010203-1234\",\"on\":\"2025-05-01\"}");
    refuse("budget realise",
           "{\"department\":\"a\",\"year\":2026,\"kroner\":-71,\"robot\":\"r\",\"document\":\"d\"}",
           "are 70 kroner here");
    refuse("budget realise",
           "{\"department\":\"a\",\"year\":2027,\"kroner\":-1,\"document\":\"d\"}",
           "are 0 kroner here");
    must("budget realise", "{\"department\":\"a\",\"year\":2026,\"kroner\":-70,\"robot\":\"r\","
                           "\"document\":\"d\"}");
    expect_total("budget realised", "{\"department\":\"a\"}", 500);
    assert_int_equal(count_rows("budget realised", "{\"year\":2025}"), 0);
    expect_cell("budget realised", 0, "robot", "null");
    expect_cell("budget realised", 1, "decided", "2025-05-01");
    assert_int_equal(temp_home_ask(caller.home, "SELECT count(*) FROM budget_reduction WHERE "
                                                "document LIKE '%1234%'"),
                     0);
}

static void test_cost(void **state)
{
    (void)state;
    refuse("cost add", "{\"robot\":\"r\",\"borne-by\":\"a\",\"what\":\"w\"}",
           "either --development");
    refuse("cost add",
           "{\"robot\":\"r\",\"running\":true,\"kroner\":\"5\",\"from\":\"2025-05-01\","
           "\"borne-by\":\"a\",\"what\":\"w\"}",
           "running cost has --monthly");
    refuse("cost add",
           "{\"robot\":\"r\",\"development\":true,\"on\":\"2025-05-01\",\"borne-by\":\"a\","
           "\"what\":\"w\"}",
           "the cost is nothing");
    refuse("cost add",
           "{\"robot\":\"r\",\"development\":true,\"hours\":\"1\",\"on\":\"2024-12-31\","
           "\"borne-by\":\"a\",\"what\":\"w\"}",
           "no hourly rate on 2024-12-31");
    refuse("cost add",
           "{\"robot\":\"r\",\"development\":true,\"hours\":\"1\",\"on\":\"2025-05-01\","
           "\"borne-by\":\"nobody\",\"what\":\"w\"}",
           "there is no department \"nobody\"");
    close_april();
    expect_message("cost add",
                   "{\"robot\":\"r\",\"development\":true,\"hours\":\"37.5\",\"kroner\":"
                   "\"1250.50\",\"on\":\"2025-04-01\",\"borne-by\":\"tvaergaaende\","
                   "\"what\":\"made\"}",
                   "booked in 2025-05");
    must("cost add",
         "{\"robot\":\"r\",\"running\":true,\"monthly\":\"99.95\",\"from\":\"2025-06-01\","
         "\"borne-by\":\"a\",\"what\":\"licence\"}");
    expect_cell("cost list", 0, "kroner", "1250.5");
    expect_cell("cost list", 0, "hours", "37.5");
    expect_cell("cost list", 0, "borne_by", "tvaergaaende");
    expect_cell("cost list", 0, "booked_from", "2025-05");
    expect_cell("cost list", 1, "kind", "running");
    expect_cell("cost list", 1, "to", "null");
    refuse("cost stop", "{\"id\":1,\"on\":\"2025-06-30\"}", "of development");
    refuse("cost stop", "{\"id\":9,\"on\":\"2025-06-30\"}", "there is no cost 9");
    refuse("cost stop", "{\"id\":2,\"on\":\"2025-05-31\"}", "begins on 2025-06-01");
    must("cost stop", "{\"id\":2,\"on\":\"2025-06-30\"}");
    expect_cell("cost list", 1, "to", "2025-06-30");
    refuse("cost stop", "{\"id\":2,\"on\":\"2025-07-31\"}", "ends on 2025-06-30 already");
    assert_int_equal(count_rows("cost list", "{\"robot\":\"form\"}"), 0);
    refuse_remove("{\"robot\":\"r\"}", "it has runs");
}

/* A running cost of months that are closed cannot end in them. */
static void test_cost_stop_closed(void **state)
{
    (void)state;
    must("cost add",
         "{\"robot\":\"form\",\"running\":true,\"monthly\":\"100\",\"from\":\"2025-02-01\","
         "\"borne-by\":\"a\",\"what\":\"licence\"}");
    close_april();
    refuse("cost stop", "{\"id\":1,\"on\":\"2025-03-31\"}", "end it on 2025-04-30 or later");
    refuse_remove("{\"robot\":\"form\"}", "costs, gains or cut budgets");
    /* What came late is booked in May, which is open. */
    must("cost add",
         "{\"robot\":\"form\",\"running\":true,\"monthly\":\"100\",\"from\":\"2025-02-01\","
         "\"borne-by\":\"a\",\"what\":\"licence\"}");
    must("cost stop", "{\"id\":2,\"on\":\"2025-03-31\"}");
    must("cost stop", "{\"id\":1,\"on\":\"2025-04-30\"}");
}

static void test_gain(void **state)
{
    (void)state;
    refuse("gain add",
           "{\"robot\":\"r\",\"kroner\":\"12.000\",\"on\":\"2025-05-03\",\"what\":\"w\","
           "\"document\":\"d\"}",
           "--kroner: 12.000 could mean two things");
    refuse("cost add",
           "{\"robot\":\"r\",\"running\":true,\"monthly\":\"-1.500\",\"from\":\"2025-05-01\","
           "\"borne-by\":\"a\",\"what\":\"w\"}",
           "--monthly: -1.500 could mean two things");
    close_april();
    refuse("gain add", "{\"robot\":\"r\",\"kroner\":\"5\",\"on\":\"2025-05-01\",\"what\":\"w\"}",
           "--document");
    refuse("gain add",
           "{\"robot\":\"r\",\"kroner\":\"0\",\"on\":\"2025-05-01\",\"what\":\"w\","
           "\"document\":\"d\"}",
           "other than 0");
    expect_message("gain add",
                   "{\"robot\":\"r\",\"kroner\":\"500.25\",\"on\":\"2025-03-31\",\"what\":\"w\","
                   "\"document\":\"d\"}",
                   "500.25 kroner by r; its month is closed, so it is booked in 2025-05");
    refuse("gain add",
           "{\"robot\":\"r\",\"kroner\":\"5\",\"on\":\"2025-06-16\",\"what\":\"w\",\"document\":"
           "\"d\"}",
           "--on 2025-06-16 lies ahead");
    refuse("budget realise",
           "{\"department\":\"a\",\"year\":2026,\"kroner\":5,\"document\":\"d\",\"on\":\"2025-06-"
           "16\"}",
           "--on 2025-06-16 lies ahead");
    must("gain add", "{\"robot\":\"r\",\"kroner\":\"-0.25\",\"on\":\"2025-06-01\",\"what\":\"w\","
                     "\"document\":\"d\",\"department\":\"b\"}");
    expect_cell("gain list", 0, "booked_in", "2025-05");
    expect_cell("gain list", 1, "booked_in", "2025-06");
    expect_cell("gain list", 1, "department", "b");
    expect_total("gain list", "{}", 500);
}

/* What its columns add up to is not the exact amount: its help says so, and where that one is. */
static void test_net_is_of_rounded_columns(void **state)
{
    const struct command *net = command_find("net");
    const struct json *row;
    struct json *answer;
    bool is_told = false;

    (void)state;
    assert_non_null(strstr(net->help, "net is made of the rounded ones"));
    assert_non_null(strstr(net->help, "which `automagi explain net` has"));
    must("gain add", "{\"robot\":\"r\",\"kroner\":\"0.49\",\"on\":\"2025-06-01\",\"what\":\"w\","
                     "\"document\":\"d\"}");
    answer = caller_read(&caller, "explain", "{\"figure\":\"net\",\"robot\":\"r\"}");
    for (row = json_first(json_member(answer, "rows")); row != NULL; row = json_next(row))
        is_told = is_told || strcmp(json_string(json_member(row, "what")), "rounding") == 0;
    assert_true(is_told);
    json_free(answer);
}

static void test_pool(void **state)
{
    (void)state;
    assert_int_equal(count_rows("pool list", "{}"), 0);
    refuse("pool spend", "{\"year\":2025,\"kroner\":1,\"reason\":\"r\"}", "has 0 kroner, not 1");
    refuse("pool spend", "{\"year\":2025,\"kroner\":0,\"reason\":\"r\"}", "other than 0");
    temp_home_plant(caller.home, "INSERT INTO pool_entry(year, department_id, kroner, reason, "
                                 "by_whom, at_ms) VALUES(2024, 1, 900, 'half', 'x', 1)");
    expect_message("pool spend", "{\"year\":2025,\"kroner\":300,\"reason\":\"a course\"}",
                   "600 kroner left");
    expect_message("pool spend", "{\"year\":2025,\"kroner\":-1,\"reason\":\"change\"}",
                   "601 kroner left");
    refuse("pool spend", "{\"year\":2025,\"kroner\":-300,\"reason\":\"r\"}",
           "299 kroner were paid out of the common pool of 2025");
    refuse("pool spend", "{\"year\":2026,\"kroner\":-1,\"reason\":\"r\"}",
           "0 kroner were paid out of the common pool of 2026");
    refuse("pool spend", "{\"year\":2025,\"kroner\":602,\"reason\":\"r\"}", "has 601 kroner");
    expect_cell("pool list", 0, "department", "a");
    expect_cell("pool list", 1, "kroner", "-300");
    expect_cell("pool list", 1, "balance", "600");
    expect_total("pool list", "{}", 601);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate_booked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_load_rates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_budget, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_realised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cost_stop_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_net_is_of_rounded_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pool, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
