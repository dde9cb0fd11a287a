/* An estimate that is dated into closed months: they stay, and the difference is booked. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "tests/unit/command_caller.h"
#include "tests/unit/savings_town.h"

static struct town town;
static struct caller caller;
static int64_t robot;

/* 10 kr. a minute. Tasks: April 1 + 2, May 2, June 4. April and May are closed. */
static int set_up(void **state)
{
    struct robot_share share = {.from_day = town_day("2025-01-01"), .millionths = SHARE_WHOLE};

    (void)state;
    clock_pretend(INT64_C(1751200000000)); /* 2025-06-29 */
    town_open(&town);
    caller = (struct caller){.store = town.store};
    town_rate(&town, town_day("2020-01-01"), 60000);
    share.department_id = town_department(&town, "a", "A");
    robot = town_robot(&town, "r");
    town_shares(&town, robot, &share, 1);
    (void)town_estimate(&town, robot, town_day("2025-04-01"), 1000, 1);
    (void)town_tasks(&town, robot, town_day("2025-04-10"), 0, 1);
    (void)town_tasks(&town, robot, town_day("2025-04-20"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-05-10"), 0, 2);
    (void)town_tasks(&town, robot, town_day("2025-06-10"), 0, 4);
    temp_home_plant(town.home, "INSERT INTO period VALUES(24303, 1, 'test', zeroblob(32)), "
                               "(24304, 1, 'test', zeroblob(32));");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    town_close(&town);
    clock_pretend(0);
    return 0;
}

static int64_t kroner(const char *from, const char *to)
{
    struct savings savings;
    int64_t sum;

    town_savings(&town, town_day(from), town_day(to), SAVINGS_BY_DEPARTMENT, &savings);
    sum = savings.total.kroner;
    savings_release(&savings);
    return sum;
}

static void set(const char *from, const char *minutes)
{
    char arguments[160];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r\",\"minutes\":\"%s\",\"from\":\"%s\",\"by\":\"Owner\"}", minutes,
                   from);
    caller_must(&caller, "estimate set", "Owner", arguments);
}

#define BOOKED "{\"robot\":\"r\",\"from\":\"%s\",\"by\":\"Head\",\"book-difference\":true}"

/* What the signature answers holds the words. */
static void sign_booked(const char *from, const char *words)
{
    char arguments[160];
    struct json *answer;

    (void)snprintf(arguments, sizeof arguments, BOOKED, from);
    answer = caller_do(&caller, "estimate sign", "Head", arguments);
    if (strstr(caller_message(answer), words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, caller_message(answer));
    json_free(answer);
}

static void closed_months_do_not_move(void **state)
{
    (void)state;
    set("2025-04-15", "6");
    sign_booked("2025-04-15", "2 counter-entries of together -160 kr. are booked in 2025-06");
    assert_int_equal(kroner("2025-04-01", "2025-04-30"), 300);
    assert_int_equal(kroner("2025-05-01", "2025-05-31"), 200);
    assert_int_equal(kroner("2025-06-01", "2025-06-30"), 4 * 60 - 160);
    assert_int_equal(temp_home_ask(town.home, "SELECT booking_from FROM estimate WHERE id = 2"),
                     24305);
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM adjustment WHERE cause = 1 AND "
                                              "booking = 24305 AND by_whom = 'Head'"),
                     2);
}

/* All that was booked is what all versions together make. */
static void a_second_late_version_books_only_the_rest(void **state)
{
    (void)state;
    set("2025-04-15", "6");
    sign_booked("2025-04-15", "in months that are not closed changes from 400 to 240 kr. (-160)");
    set("2025-05-01", "5");
    sign_booked("2025-05-01", "1 counter-entry of together -20 kr. is booked in 2025-06; what is "
                              "counted in months that are not closed changes from 240 to 200 kr.");
    assert_int_equal(kroner("2025-04-01", "2025-05-31"), 500);
    assert_int_equal(kroner("2025-01-01", "2025-12-31"), 100 + 2 * 60 + 2 * 50 + 4 * 50);
}

static void it_is_refused_unless_asked_for(void **state)
{
    struct json *answer =
        caller_do(&caller, "estimate set", "Owner",
                  "{\"robot\":\"r\",\"minutes\":\"6\",\"from\":\"2025-05-31\",\"by\":\"Owner\"}");

    (void)state;
    assert_non_null(strstr(caller_message(answer),
                           "2025-05 is closed: signing it will need --book-difference"));
    json_free(answer);
    assert_non_null(strstr(
        caller_refused(&caller, "estimate sign", "Head", "{\"robot\":\"r\",\"by\":\"Head\"}"),
        "the estimate of r would change from 2025-05-31, in a month that is "
        "closed; begin it on 2025-06-01 or later"));
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM document"), 0);
    assert_int_equal(kroner("2025-01-01", "2025-12-31"), 900);
}

/* The flag does no harm where it is not needed, and nothing is said of closed months. */
static int64_t counted(const char *from, const char *to, bool is_uncounted)
{
    struct savings savings;
    int64_t tasks;

    town_savings(&town, town_day(from), town_day(to), SAVINGS_BY_DEPARTMENT, &savings);
    tasks = is_uncounted ? savings.total.uncounted_tasks : savings.total.tasks;
    savings_release(&savings);
    return tasks;
}

/* Tasks that counted for nothing when their month was closed count by the counter-entry, which
 * takes them from the uncounted ones. */
static void the_first_signature_may_come_late(void **state)
{
    (void)state;
    temp_home_plant(town.home, "DELETE FROM estimate;");
    assert_int_equal(counted("2025-01-01", "2025-12-31", true), 9);
    set("2025-04-15", "2");
    sign_booked("2025-04-15",
                "2 counter-entries of together 80 kr. are booked in 2025-06; what is "
                "counted in months that are not closed changes from 0 to 80 kr. (+80)");
    assert_int_equal(counted("2025-04-01", "2025-05-31", true), 5);
    assert_int_equal(counted("2025-06-01", "2025-06-30", true), -4);
    assert_int_equal(counted("2025-06-01", "2025-06-30", false), 8);
    assert_int_equal(counted("2025-01-01", "2025-12-31", true), 1); /* the one before the 15th */
    assert_int_equal(kroner("2025-01-01", "2025-12-31"), 160);
}

static void an_open_month_needs_no_counter_entry(void **state)
{
    struct json *answer;

    (void)state;
    set("2025-06-01", "6");
    answer = caller_do(&caller, "estimate sign", "Head",
                       "{\"robot\":\"r\",\"by\":\"Head\",\"book-difference\":true}");
    assert_null(strstr(caller_message(answer), "counter-entr"));
    assert_non_null(strstr(caller_message(answer), "from 400 to 240 kr. (-160)"));
    json_free(answer);
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM adjustment"), 0);
    assert_int_equal(temp_home_ask(town.home, "SELECT max(booking_from) FROM estimate"), 0);
}

static void an_estimate_of_help_is_another(void **state)
{
    (void)state;
    caller_must(&caller, "estimate set", "Owner",
                "{\"robot\":\"r\",\"minutes\":\"2\",\"from\":\"2025-04-01\",\"by\":\"Owner\","
                "\"for\":\"handover\"}");
    (void)caller_refused(&caller, "estimate sign", "Head", "{\"robot\":\"r\",\"by\":\"Head\"}");
    assert_non_null(strstr(caller.error, "no unsigned estimate"));
    caller_must(&caller, "estimate sign", "Head",
                "{\"robot\":\"r\",\"by\":\"Head\",\"for\":\"handover\",\"book-difference\":true}");
    assert_int_equal(kroner("2025-01-01", "2025-12-31"), 900);
    (void)caller_refused(&caller, "estimate set", "Owner",
                         "{\"robot\":\"r\",\"minutes\":\"3\",\"from\":\"2025-04-01\",\"by\":"
                         "\"Owner\",\"for\":\"handover\"}");
    assert_non_null(strstr(caller.error, "is signed by Head"));
}

/* The kroner beside a dispute are those of the version, however they were booked. */
static void a_dispute_stands_beside_counter_entries_too(void **state)
{
    struct json *list;

    (void)state;
    set("2025-04-15", "6");
    sign_booked("2025-04-15", "2 counter-entries");
    caller_must(&caller, "estimate dispute", "X",
                "{\"robot\":\"r\",\"reason\":\"x\",\"by\":\"X\"}");
    list = caller_read(&caller, "estimate disputes", "{}");
    assert_string_equal(caller_cell(list, 0, "kroner"), "480"); /* 2 + 2 + 4 tasks */
    json_free(list);
}

static void a_file_books_no_difference(void **state)
{
    static const char format[] =
        "{\"organisation\":\"Town\",\"robots\":[{\"id\":\"r\",\"name\":\"r\",\"runs\":\"external\","
        "\"estimates\":[{\"minutes\":10,\"from\":\"2025-04-01\",\"set_by\":\"owner\",\"reason\":"
        "\"test\",\"signed_by\":\"head\",\"signed_on\":\"2025-04-01\"},{\"minutes\":6,\"from\":"
        "\"2025-05-01\",\"set_by\":\"owner\"%s}]}]}";
    char text[1024];
    char *arguments;

    (void)state;
    (void)snprintf(text, sizeof text, format,
                   ",\"signed_by\":\"head\",\"signed_on\":\"2025-05-02\"");
    arguments = caller_file("/x/town.json", text);
    (void)caller_refused(&caller, "load", NULL, arguments);
    free(arguments);
    assert_non_null(strstr(caller.error, "robots[0].estimates[1]: the estimate of r from "
                                         "2025-05-01 is signed and begins in a month that is "
                                         "closed"));
    (void)snprintf(text, sizeof text, format, "");
    arguments = caller_file("/x/town.json", text);
    caller_must(&caller, "load", NULL, arguments);
    sign_booked("2025-05-01", "1 counter-entry of together -80 kr.");
    (void)snprintf(text, sizeof text, format,
                   ",\"signed_by\":\"Head\",\"signed_on\":\"2025-06-29\"");
    free(arguments);
    arguments = caller_file("/x/town.json", text);
    caller_must(&caller, "load", NULL, arguments); /* it is there already */
    free(arguments);
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM estimate"), 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(closed_months_do_not_move),
        TEST(the_first_signature_may_come_late),
        TEST(a_second_late_version_books_only_the_rest),
        TEST(it_is_refused_unless_asked_for),
        TEST(an_open_month_needs_no_counter_entry),
        TEST(an_estimate_of_help_is_another),
        TEST(a_file_books_no_difference),
        TEST(a_dispute_stands_beside_counter_entries_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
