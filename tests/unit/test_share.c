/* Shares, keys and operation from a day on: what is worth what to whom, and what is refused. */
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
#include "core/base/text.h"
#include "core/store/operation.h"
#include "core/store/organisation.h"
#include "tests/unit/command_caller.h"
#include "tests/unit/one_town.h"

static struct caller caller;
static int64_t a, b, robot;

/* Departments a and b; robot r without shares, 6 minutes a task, 600 kr. an hour. */
static int open_town(void **state)
{
    (void)one_town_open(state);
    caller = (struct caller){.store = town.store};
    town_rate(&town, town_day("2025-01-01"), 60000);
    a = town_department(&town, "a", "Avenue");
    b = town_department(&town, "b", "Bridge");
    robot = town_robot(&town, "r");
    town_estimate(&town, robot, town_day("2025-01-01"), 600, 1);
    return 0;
}

/* What it says. */
static const char *said(const char *command, const char *arguments)
{
    static char text[1024];
    struct json *answer = caller_do(&caller, command, "Invented Person", caller_quoted(arguments));

    (void)text_copy(text, sizeof text, caller_message(answer));
    json_free(answer);
    return text;
}

static void says(const char *command, const char *arguments, const char *part)
{
    const char *text = said(command, arguments);

    if (strstr(text, part) == NULL)
        fail_msg("%s: \"%s\" is not in \"%s\"", command, part, text);
}

static void refused(const char *command, const char *arguments, const char *part)
{
    caller_refused_with(&caller, command, "Invented Person", caller_quoted(arguments), part);
}

static int64_t kroner(const char *id, const char *from, const char *to)
{
    struct savings savings = {0};
    int64_t kroner;

    town_savings(&town, town_day(from), town_day(to), SAVINGS_BY_DEPARTMENT, &savings);
    kroner = id[0] == '\0' ? savings.total.kroner : town_row(&savings, id)->kroner;
    savings_release(&savings);
    return kroner;
}

static void close_april(void)
{
    temp_home_plant(town.home, "INSERT INTO period(month, closed_ms, closed_by, hash) "
                               "VALUES(2025 * 12 + 3, 0, 'x', zeroblob(32))");
}

static void a_version_holds_from_its_day(void **state)
{
    (void)state;
    (void)town_tasks(&town, robot, town_day("2025-05-31"), 0, 10);
    (void)town_tasks(&town, robot, town_day("2025-06-01"), 0, 10);
    (void)town_tasks(&town, robot, town_day("2025-06-10"), 0, 10);
    (void)town_tasks(&town, robot, town_day("2025-06-10"), a, 1);
    says("share set", "{'robot':'r','from':'2025-06-01','share':'a=0.5,b=0.3'}",
         "r from 2025-06-01: a 0.5, b 0.3, and 0.2 of it is Tværgående");
    says("share set", "{'robot':'r','from':'2025-06-10','share':'b=1'}", "r from 2025-06-10: b 1");
    assert_int_equal(kroner("tvaergaaende", "2025-05-31", "2025-05-31"), 600);
    assert_int_equal(kroner("a", "2025-06-01", "2025-06-01"), 300);
    assert_int_equal(kroner("b", "2025-06-01", "2025-06-01"), 180);
    assert_int_equal(kroner("tvaergaaende", "2025-06-01", "2025-06-01"), 120);
    assert_int_equal(kroner("a", "2025-06-10", "2025-06-10"), 60);
    assert_int_equal(kroner("b", "2025-06-10", "2025-06-10"), 600);
    says("share set", "{'robot':'r','from':'2025-06-10','share':'b=1'}", "no change");
    says("share set", "{'robot':'r','from':'2025-06-01','share':'a=0'}",
         "a 0, and 1 of it is Tværgående; its shares from 2025-06-10 stay as they are");
    /* What was before is told also where it was another version's. */
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM audit WHERE action = 'share "
                                              "set' AND detail LIKE '%\"before\":\"from "
                                              "2025-06-01: a 0.5, b 0.3\"%'"),
                     2);
    assert_int_equal(kroner("tvaergaaende", "2025-06-01", "2025-06-01"), 600);
}

static void a_list_has_every_version(void **state)
{
    struct json *answer;

    (void)state;
    answer = caller_read(&caller, "share list", caller_quoted("{'robot':'r'}"));
    assert_int_equal(json_count(json_member(answer, "rows")), 0);
    json_free(answer);
    (void)said("share set", "{'robot':'r','from':'2025-06-01','share':'a=0.5,b=0.3'}");
    (void)said("share set", "{'robot':'r','from':'2025-06-10','share':'b=1'}");
    answer = caller_read(&caller, "share list", caller_quoted("{'robot':'r'}"));
    assert_int_equal(json_count(json_member(answer, "rows")), 4);
    assert_string_equal(caller_cell(answer, 0, "department"), "a");
    assert_string_equal(caller_cell(answer, 0, "name"), "Avenue");
    assert_string_equal(caller_cell(answer, 2, "department"), "tvaergaaende");
    assert_string_equal(caller_cell(answer, 2, "share"), "0.2");
    assert_string_equal(caller_cell(answer, 3, "from"), "2025-06-10");
    json_free(answer);
}

static void what_cannot_be_shared_is_refused(void **state)
{
    (void)state;
    refused("share set", "{'robot':'r','from':'2025-06-01','share':'a=0.6,b=0.5'}",
            "the shares add up to 1.1; at most 1 is allowed");
    assert_int_equal(caller.status, 2);
    refused("share set", "{'robot':'r','from':'2025-06-01','share':'aa=0.6'}",
            "there is no department \"aa\"");
    refused("share set", "{'robot':'rr','from':'2025-06-01','share':'a=0.6'}", "did you mean r?");
    refused("share set", "{'robot':'r','from':'2025-06-01','share':'a=1','book-difference':true}",
            "--book-difference needs --reason");
}

static void a_closed_month_stays_and_the_difference_is_booked(void **state)
{
    struct json *answer;

    (void)state;
    (void)town_tasks(&town, robot, town_day("2025-04-10"), 0, 10);
    (void)town_tasks(&town, robot, town_day("2025-05-10"), 0, 10);
    close_april();
    refused("share set", "{'robot':'r','from':'2025-04-01','share':'a=1'}",
            "the shares of r would change from 2025-04-01, in a month that is closed");
    says("share set",
         "{'robot':'r','from':'2025-04-01','share':'a=0.5','book-difference':true,"
         "'reason':'A late decision'}",
         "the difference is booked in 2025-05: 1 counter-entry");
    assert_int_equal(kroner("a", "2025-04-01", "2025-04-30"), 0);
    assert_int_equal(kroner("tvaergaaende", "2025-04-01", "2025-04-30"), 600);
    assert_int_equal(kroner("a", "2025-05-01", "2025-05-31"), 600);
    assert_int_equal(kroner("tvaergaaende", "2025-05-01", "2025-05-31"), 0);
    assert_int_equal(kroner("", "2025-05-01", "2025-05-31"), 600);
    says("share set",
         "{'robot':'r','from':'2025-04-01','share':'b=0.5','book-difference':true,"
         "'reason':'Another one'}",
         "1 counter-entry");
    assert_int_equal(kroner("a", "2025-04-01", "2025-05-31"), 0);
    assert_int_equal(kroner("b", "2025-04-01", "2025-05-31"), 600);
    answer = caller_read(&caller, "share list", caller_quoted("{'robot':'r'}"));
    assert_string_equal(caller_cell(answer, 0, "booked_from"), "2025-05");
    json_free(answer);
}

static void keys_are_versions_too(void **state)
{
    struct organisation organisation = {0};
    const struct distribution_key *first = NULL;
    struct fault fault = {.text = ""};

    (void)state;
    says("key set", "{'from':'2025-06-01','share':'a=0.4,b=0.5'}",
         "a 0.4, b 0.5; 0.1 of it stays Tværgående");
    says("key set", "{'from':'2025-06-10','share':'b=1'}", "from 2025-06-10");
    refused("key set", "{'from':'2025-06-10','share':'x=1'}", "no department \"x\"");
    assert_int_equal(organisation_read(town.reader, &organisation, &fault), 0);
    assert_int_equal(organisation_keys_on(&organisation, town_day("2025-05-31"), &first), 0);
    assert_int_equal(organisation_keys_on(&organisation, town_day("2025-06-09"), &first), 2);
    assert_int_equal(first[1].millionths, 500000);
    assert_int_equal(organisation_keys_on(&organisation, town_day("2025-06-10"), &first), 1);
    assert_int_equal(first[0].department_id, b);
    organisation_release(&organisation);
}

static void operation_is_added_to_and_cut(void **state)
{
    (void)state;
    says("robot operate", "{'robot':'r','from':'2025-04-01'}",
         "r is in operation 2025-04-01.. (before: on no day)");
    says("robot suspend", "{'robot':'r','from':'2025-06-01','to':'2025-06-10'}",
         "2025-04-01..2025-05-31, 2025-06-11.. (before");
    says("robot suspend", "{'robot':'r','from':'2025-06-03','to':'2025-06-10'}", "no change");
    says("robot operate", "{'robot':'r','from':'2025-06-01','to':'2025-06-10'}",
         "r is in operation 2025-04-01.. (");
    says("robot suspend", "{'robot':'r','from':'2025-07-01'}", "2025-04-01..2025-06-30 (");
    close_april();
    refused("robot suspend", "{'robot':'r','from':'2025-04-30'}",
            "the operation of r would change from 2025-04-30, in a month that is closed");
    refused("robot operate", "{'robot':'r','from':'2025-03-01'}", "from 2025-03-01");
    says("robot operate", "{'robot':'r','from':'2025-04-10','to':'2025-08-01'}",
         "2025-04-01..2025-08-01 (");
    refused("robot retire", "{'robot':'r','on':'2025-04-29'}",
            "the operation of r would change from 2025-04-30");
    says("robot retire", "{'robot':'r','on':'2025-04-30'}", "its last day of operation is");
}

/* Against a plain map of days. */
static void lists_hold_the_days_they_should(void **state)
{
    enum { DAYS = 40, ROUNDS = 2000 };

    bool days[DAYS] = {false};
    struct operation_list list = {.count = 0};
    struct fault fault = {.text = ""};
    unsigned seed = 7;
    int round;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        struct operation_list next = {.count = 0};
        struct robot_operation interval;
        int32_t changed = -1;
        int32_t first = -1;
        bool is_added = (round / 3) % 2 == 0;
        int32_t at;
        size_t i = 0;

        seed = seed * 1103515245U + 12345U;
        interval.from_day = (int32_t)(seed >> 16) % (DAYS - 2);
        interval.to_day = interval.from_day + (int32_t)(seed >> 8) % (DAYS - interval.from_day);
        if (interval.to_day >= DAYS)
            interval.to_day = DAYS - 1;
        if (is_added)
            assert_int_equal(
                operation_list_add(list.operations, list.count, &interval, &next, &fault), 0);
        else
            assert_int_equal(
                operation_list_cut(list.operations, list.count, &interval, &next, &fault), 0);
        for (at = interval.from_day; at <= interval.to_day; at++) {
            if (days[at] != is_added && first < 0)
                first = at;
            days[at] = is_added;
        }
        assert_int_equal(operation_first_change(&list, &next, &changed), first >= 0);
        assert_int_equal(changed, first);
        for (at = 0; at < DAYS; at++) {
            while (i < next.count && next.operations[i].to_day < at)
                i++;
            assert_int_equal(days[at], i < next.count && next.operations[i].from_day <= at);
        }
        for (i = 1; i < next.count; i++)
            assert_true(next.operations[i].from_day > next.operations[i - 1].to_day + 1);
        operation_list_release(&list);
        list = next;
    }
    operation_list_release(&list);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, one_town_close)

static void read_refused(const char *command, const char *arguments, const char *part)
{
    const char *quoted = caller_quoted(arguments);
    struct json *given = NULL;
    struct fault fault = {.text = ""};
    struct text answer;

    text_init(&answer, COMMAND_REPLY_MAX);
    assert_int_equal(json_parse(quoted, strlen(quoted), COMMAND_REPLY_MAX, &given, &fault), 0);
    assert_int_equal(command_check_arguments(command_find(command), given, &fault), 0);
    assert_int_equal(command_read(caller.store, command_find(command), given, &answer, &fault),
                     -ENOENT);
    if (strstr(fault.text, "there is no department \"") == NULL || strstr(fault.text, part) == NULL)
        fail_msg("%s: \"%s\" is not in \"%s\"", command, part, fault.text);
    text_release(&answer);
    json_free(given);
}

/* One sentence in every command, with the id that a name stands for. */
static void a_name_says_which_id_was_meant(void **state)
{
    static const char *const commands[][2] = {
        {"savings", ""},
        {"explain", ",'figure':'kroner'"},
        {"explain", ",'figure':'forecast'"},
        {"forecast", ",'backtest':true"},
        {"gap", ""},
        {"changes", ""},
        {"task list", ""},
        {"round show", ""},
    };
    static const char *const names[][2] = {
        {"Ældre, Sundhed & Social", "; did you mean aess?"},
        {"ældre sundhed", "; did you mean aess?"},
        {"Ældre, Sundhed og Social", "; did you mean aess?"},
        {"AES", "; did you mean aess?"},
        {"DS", "; did you mean b?"},
        {"Care and Health", "; did you mean aess?"},
        {"avenue", "; did you mean a?"},
        {"nobody", "shows those there are"},
    };
    struct fault fault;
    char *aliases[] = {(char[]){"ds"}};
    char arguments[256];
    int64_t aess;
    size_t i;
    size_t j;

    (void)state;
    aess = town_department(&town, "aess", "Care and Health");
    town_department_name(&town, aess, town_day("2025-03-01"), "Ældre, Sundhed & Social");
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(department_aliases_set(town.store, b, aliases, 1, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        for (j = 0; j < sizeof names / sizeof names[0]; j++) {
            (void)snprintf(arguments, sizeof arguments, "{'department':'%s'%s}", names[j][0],
                           commands[i][1]);
            read_refused(commands[i][0], arguments, names[j][1]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_version_holds_from_its_day),
        TEST(a_list_has_every_version),
        TEST(what_cannot_be_shared_is_refused),
        TEST(a_closed_month_stays_and_the_difference_is_booked),
        TEST(keys_are_versions_too),
        TEST(operation_is_added_to_and_cut),
        cmocka_unit_test(lists_hold_the_days_they_should),
        TEST(a_name_says_which_id_was_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
