/* queue list, add, retry, done, drop, defer: times as people write them, and many items at once. */
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
#include "core/base/text.h"
#include "core/store/item.h"
#include "tests/unit/command_caller.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 17:06:40 in Copenhagen */

enum { ITEMS_MOST = 10000 /* of one command */ };

static struct caller caller;
static struct text listed; /* by the last list() */

static int open_caller(void **state)
{
    struct fault fault;
    char *arguments = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\"}");

    (void)state;
    assert_int_equal(clock_set_zone("Europe/Copenhagen", &fault), 0);
    caller_open_loaded(&caller, NOW_MS, caller_town);
    caller_plant_plugin(&caller);
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    text_release(&listed);
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
    struct json *answer = caller_do(&caller, command, "Bo", arguments);

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

/* Items 1, 2, ... with a deadline or whatever `more` says. */
static void add(const char *reference, const char *more)
{
    char arguments[256];

    (void)snprintf(arguments, sizeof arguments, "{\"robot\":\"r\",\"reference\":\"%s\"%s}",
                   reference, more);
    caller_must(&caller, "queue add", NULL, arguments);
}

/* The member of the rows, each followed by a comma. */
static const char *list(const char *arguments, const char *member)
{
    struct json *answer = caller_read(&caller, "queue list", arguments);
    size_t i;

    text_release(&listed);
    text_init(&listed, 4096);
    for (i = 0; i < json_count(json_member(answer, "rows")); i++) {
        text_append_string(&listed, caller_cell(answer, i, member));
        text_append_char(&listed, ',');
    }
    json_free(answer);
    return text_string(&listed);
}

static void deadlines_order_and_are_shown(void **state)
{
    struct json *answer;

    (void)state;
    add("a", "");
    add("b", ",\"deadline\":\"2025-06-16T08:00+02:00\"");
    answer = caller_read(&caller, "queue list", "{\"overdue\":true}");
    assert_string_equal(json_string(json_member(answer, "empty")), "nothing is overdue");
    json_free(answer);
    add("c", ",\"deadline\":\"2025-06-15 17:00\"");
    assert_int_equal(caller.effects.robots_changed, 0);
    assert_string_equal(list("{}", "item"), "3,2,1,");
    assert_string_equal(list("{}", "deadline"),
                        "2025-06-15T17:00:00+02:00,2025-06-16T08:00:00+02:00,null,");
    assert_string_equal(list("{\"overdue\":true}", "item"), "3,");
    answer = caller_read(&caller, "queue list", "{\"overdue\":true}");
    assert_null(json_member(answer, "empty"));
    json_free(answer);
}

static void the_outlook_of_a_robot(void **state)
{
    struct json *answer;
    struct text text;

    (void)state;
    add("a", ",\"deadline\":\"2025-06-16T08:00+02:00\"");
    add("b", ",\"deadline\":\"2025-06-15 17:00\"");
    add("c", ",\"not-before\":\"2025-06-16 06:00\"");
    answer = caller_read(&caller, "queue list", "{\"robot\":\"r\",\"limit\":1}");
    text_init(&text, 4096);
    assert_int_equal(json_print(json_member(answer, "outlook"), &text), 0);
    assert_string_equal(text_string(&text),
                        "{\"ready\":2,\"leased\":0,\"deferred\":1,\"waiting\":0,\"quarantined\":0,"
                        "\"overdue\":1,\"next_deadline\":\"2025-06-16T08:00:00+02:00\"}");
    text_release(&text);
    json_free(answer);
}

static void an_item_for_later_wakes_the_daemon(void **state)
{
    (void)state;
    add("a", ",\"not-before\":\"2025-06-16 06:00\"");
    assert_true(caller.effects.robots_changed);
    assert_string_equal(list("{\"state\":\"deferred\"}", "due"), "2025-06-16T06:00:00+02:00,");
    add("b", ",\"not-before\":\"2025-06-15 06:00\"");
    assert_false(caller.effects.robots_changed);
    expect_message("queue defer", "{\"item\":[2],\"until\":\"2025-06-17 06:00\",\"reason\":\"r\"}",
                   "item 2 is put off");
    assert_true(caller.effects.robots_changed);
    assert_string_equal(list("{\"state\":\"deferred\"}", "note"),
                        "null,put off until 2025-06-17T06:00:00+02:00 by order of Bo: r; was ready "
                        "after 0 tries,");
}

static void expect_time(const char *text, const char *shown_or_error)
{
    char arguments[256];
    bool is_error = shown_or_error[0] != '2';

    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r\",\"reference\":\"%s\",\"deadline\":\"%s\"}", text, text);
    if (is_error) {
        expect_error("queue add", arguments, shown_or_error);
        return;
    }
    caller_must(&caller, "queue add", NULL, arguments);
    (void)snprintf(arguments, sizeof arguments, "%s,", shown_or_error);
    assert_string_equal(list("{}", "deadline"), arguments);
    caller_must(&caller, "queue drop", NULL,
                "{\"robot\":\"r\",\"state\":\"ready\",\"reason\":\"next\"}");
}

static void times_as_people_write_them(void **state)
{
    (void)state;
    expect_time("2026-12-01T14:00+01:00", "2026-12-01T14:00:00+01:00");
    expect_time("2026-12-01T13:00:00Z", "2026-12-01T14:00:00+01:00");
    expect_time("2026-12-01 14:00", "2026-12-01T14:00:00+01:00");
    expect_time("2026-07-01T14:00:30", "2026-07-01T14:00:30+02:00");
    /* The last Sundays of March and October. */
    expect_time("2026-03-29 01:59", "2026-03-29T01:59:00+01:00");
    expect_time("2026-03-29 02:30", "there is no \"2026-03-29 02:30\"");
    expect_time("2026-03-29 03:00", "2026-03-29T03:00:00+02:00");
    expect_time("2026-10-25 01:59", "2026-10-25T01:59:00+02:00");
    expect_time("2026-10-25 02:30", "comes twice that night");
    expect_time("2026-10-25T02:30+02:00", "2026-10-25T02:30:00+02:00");
    expect_time("2026-10-25T02:30+01:00", "2026-10-25T02:30:00+01:00");
    expect_time("2026-10-25 03:00", "2026-10-25T03:00:00+01:00");
    expect_time("2026-12-01", "expected a time as");
    expect_time("tomorrow", "expected a time as");
    expect_time("2026-12-01 14:00+", "expected a time as");
    expect_time("2066-12-01 14:00", "the deadline must lie within ten years");
    expect_error("queue add",
                 "{\"robot\":\"r\",\"reference\":\"x\",\"deadline\":\"2026-01-01 10:00\","
                 "\"not-before\":\"2026-01-01 11:00\"}",
                 "--not-before lies after --deadline");
    expect_error("queue defer", "{\"item\":[1],\"until\":\"2025-01-01 10:00\",\"reason\":\"r\"}",
                 "must lie ahead");
}

static void add_four(void)
{
    add("a", "");
    add("b", "");
    add("c", "");
    add("d", "");
}

static void several_by_number(void **state)
{
    struct json *answer;

    (void)state;
    add_four();
    expect_message("queue drop", "{\"item\":[1,3],\"reason\":\"not ours\"}", "2 items are dropped");
    answer = caller_read(&caller, "audit", "{\"limit\":1}");
    assert_string_equal(caller_cell(answer, 0, "subject"), "2 items");
    assert_string_equal(caller_cell(answer, 0, "detail"),
                        "{\"reason\":\"not ours\",\"count\":2,\"items\":[1,3]}");
    json_free(answer);
    assert_string_equal(list("{}", "item"), "2,4,");
    expect_message("queue retry", "{\"item\":[3,1]}",
                   "2 items are ready again, for their robot's next run");
    expect_message("queue done", "{\"item\":4}",
                   "item 4 is closed as done by hand; it counts nothing");
}

/* A number that is another when a digit of the only item's payload is. */
static int64_t payload_kept(void)
{
    return temp_home_ask(
        caller.home,
        "WITH RECURSIVE place(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i < 256) "
        "SELECT sum(unicode(substr(hex(payload_hash) || hex(sealed), i, 1)) * i * i) "
        "FROM place, item");
}

static void no_change_to_a_dropped_item_changes_nothing(void **state)
{
    int64_t before;

    (void)state;
    add("a", ",\"payload\":\"old\"");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[1],\"reason\":\"not ours\"}");
    before = payload_kept();
    expect_message("queue add", "{\"robot\":\"r\",\"reference\":\"a\",\"payload\":\"new\"}",
                   "r: no change, an item with this reference is open, done or closed already");
    assert_int_equal(payload_kept(), before);
}

/* A file of one row, on its line 2. */
static void import(int number, const char *outcome)
{
    char arguments[256];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"file\":\"t.csv\",\"rows\":1,\"content_hash\":\"%064d\"}", number);
    caller_must(&caller, "import begin", NULL, arguments);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"import\":%d,\"first\":0,\"rows\":[[2,\"r\",\"a\",%lld,\"%s\",null,null]]}",
                   number, (long long)NOW_MS, outcome);
    caller_must(&caller, "import rows", NULL, arguments);
    (void)snprintf(arguments, sizeof arguments, "{\"import\":%d}", number);
    caller_must(&caller, "import finish", NULL, arguments);
}

static void what_was_taken_back_is_said_to_count_for_nothing(void **state)
{
    static const char ADD[] = "{\"robot\":\"r\",\"reference\":\"a\"}";
    static const char AGAIN[] =
        "r: no change, an item with this reference is open or closed already; line 2 of import 2 "
        "took its task back: done in that window, it would count for nothing";

    (void)state;
    import(1, "done");
    expect_message("queue add", ADD,
                   "r: no change, an item with this reference is open, done or closed already");
    import(2, "undone");
    expect_message(
        "queue add", ADD,
        "item 1 is on the queue of r and waits for a person: line 2 of import 2 took back "
        "the task of this reference: done, it would count for nothing; retry it when "
        "the work is still to be done, or drop it");
    assert_string_equal(list("{}", "state"), "waiting,");
    expect_message("queue add", ADD, AGAIN);
    caller_must(&caller, "queue drop", NULL, "{\"item\":[1],\"reason\":\"not ours\"}");
    expect_message("queue add", ADD, AGAIN);
}

/* A reference that is open again in a year's window after its own. */
static void what_may_be_done_since_is_said_before_it_is(void **state)
{
    struct json *answer;

    (void)state;
    add("a", "");
    add("b", "");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[1,2],\"reason\":\"not ours\"}");
    clock_pretend(NOW_MS + INT64_C(366) * 86400000);
    add("a", "");
    answer = caller_do(&caller, "queue retry", "Bo", "{\"item\":[1,2]}");
    assert_string_equal(
        caller_message(answer),
        "of 2 items 1 are ready again, for their robot's next run, and 1 wait: something else may "
        "have done those since they "
        "were closed, as their notes say; retry them once more when they are still to be done, or "
        "drop them");
    json_free(answer);
    assert_string_equal(list("{}", "state"), "waiting,ready,ready,");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[1],\"reason\":\"not ours\"}");
    expect_message("queue retry", "{\"item\":[1]}",
                   "item 1 waits: something else may have done it since it was closed, as its note "
                   "says; retry it once more when it is still to be done, or drop it");
    expect_message("queue retry", "{\"item\":[1]}",
                   "item 1 is ready again, for its robot's next run");
}

/* One that cannot be changed, and none is. */
static void all_or_none(void **state)
{
    (void)state;
    add_four();
    expect_error("queue drop", "{\"item\":[1,2,9],\"reason\":\"r\"}",
                 "nothing is changed: there is no item 9");
    assert_string_equal(list("{}", "item"), "1,2,3,4,");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[2],\"reason\":\"r\"}");
    expect_error("queue retry", "{\"item\":[2,3]}",
                 "nothing is changed: item 3 is ready: it cannot be tried again");
    assert_string_equal(list("{\"state\":\"dropped\"}", "item"), "2,");
    expect_error("queue drop", "{\"item\":[1,1],\"reason\":\"r\"}", "item 1 is dropped");
    assert_string_equal(list("{}", "item"), "1,3,4,");
}

static void many_by_filter(void **state)
{
    (void)state;
    add_four();
    caller_must(&caller, "queue drop", NULL, "{\"item\":[1],\"reason\":\"Momentum is down\"}");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[2],\"reason\":\"wrong CVR\"}");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[3],\"reason\":\"momentum again\"}");
    assert_string_equal(list("{\"state\":\"dropped\",\"note-contains\":\"MOMENTUM\"}", "item"),
                        "1,3,");
    expect_message("queue retry",
                   "{\"robot\":\"r\",\"state\":\"dropped\",\"note-contains\":"
                   "\"Momentum\"}",
                   "2 items are ready again, for their robot's next run");
    assert_string_equal(list("{}", "item"), "1,3,4,");
    expect_message("queue retry", "{\"robot\":\"r\"}", "no item matches; nothing is changed");
    expect_message("queue defer",
                   "{\"robot\":\"r\",\"state\":\"ready\",\"until\":"
                   "\"2025-06-17 06:00\",\"reason\":\"closed\"}",
                   "3 items are put off");
    expect_message("queue done", "{\"robot\":\"r\",\"state\":\"deferred\"}",
                   "3 items are closed as done by hand; they count nothing");
}

/* One more than a command takes, all ready or all deferred. */
static void add_many(bool is_deferred)
{
    struct item_policy policy = {
        .robot_id = 1, .window = WINDOW_YEAR, .side_effects = 1, .attempts = 1};
    struct fault fault = {""};
    char reference[32];
    int64_t id = 0;
    int i;

    assert_int_equal(store_begin(caller.store, &fault), 0);
    for (i = 0; i < ITEMS_MOST + 1; i++) {
        struct item_new item = {.reference = reference,
                                .payload = "",
                                .not_before_ms = is_deferred ? NOW_MS + 1000 : 0};

        (void)snprintf(reference, sizeof reference, "r%d", i);
        if (item_add(caller.store, &policy, &item, NOW_MS, &id, &fault) < 0)
            fail_msg("%s", fault.text);
    }
    assert_int_equal(store_commit(caller.store, &fault), 0);
}

/* More than one command takes: it says that there are more, and the next has the rest. */
static void more_than_one_command_takes(void **state)
{
    struct json *answer;
    struct text text;

    (void)state;
    add_many(false);
    expect_message("queue drop", "{\"robot\":\"r\",\"state\":\"ready\",\"reason\":\"r\"}",
                   "10000 items are dropped; more match, so say it again");
    answer = caller_read(&caller, "audit", "{\"limit\":1}");
    text_init(&text, 65536);
    assert_int_equal(
        json_print(json_member(json_first(json_member(answer, "rows")), "detail"), &text), 0);
    assert_non_null(strstr(text_string(&text), "\"count\":10000,\"items\":[1,2,3,"));
    assert_non_null(strstr(text_string(&text), ",999,1000]"));
    text_release(&text);
    json_free(answer);
    expect_message("queue drop", "{\"robot\":\"r\",\"state\":\"ready\",\"reason\":\"r\"}",
                   "item 10001 is dropped");
}

/* What was put off stays in the state that it was chosen by: the next command has the rest all the
 * same, and in the end there is none. */
static void more_than_one_command_puts_off(void **state)
{
    static const char arguments[] = "{\"robot\":\"r\",\"state\":\"deferred\",\"until\":"
                                    "\"2025-06-17 06:00\",\"reason\":\"closed\"}";

    (void)state;
    add_many(true);
    expect_message("queue defer", arguments,
                   "10000 items are put off; more match, so say it again");
    expect_message("queue defer", arguments, "item 10001 is put off");
    expect_message("queue defer", arguments, "no item matches; nothing is changed");
}

/* It would have brought a run, and brings it now. */
static void what_is_deferred_and_retried_is_due(void **state)
{
    (void)state;
    add("a", ",\"not-before\":\"2025-06-16 06:00\"");
    add("b", ",\"not-before\":\"2025-06-16 06:00\"");
    add("c", "");
    expect_message("queue retry", "{\"item\":[1]}", "item 1 is due now, and brings a run");
    assert_true(caller.effects.robots_changed);
    assert_string_equal(list("{}", "state"), "deferred,deferred,ready,");
    assert_string_equal(list("{\"state\":\"deferred\"}", "due"),
                        "2025-06-15T17:06:40+02:00,2025-06-16T06:00:00+02:00,");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[3],\"reason\":\"not ours\"}");
    expect_message("queue retry", "{\"item\":[2,3]}",
                   "2 items are ready again, for their robot's next run; 1 of them are due now, "
                   "and bring it");
    caller_must(&caller, "queue drop", NULL, "{\"item\":[3],\"reason\":\"not ours\"}");
    expect_message("queue retry", "{\"item\":[3]}",
                   "item 3 is ready again, for its robot's next run");
    assert_false(caller.effects.robots_changed);
}

/* They stay in the state that they were chosen by, too. */
static void more_than_one_command_retries(void **state)
{
    static const char arguments[] = "{\"robot\":\"r\",\"state\":\"deferred\"}";

    (void)state;
    add_many(true);
    expect_message("queue retry", arguments,
                   "10000 items are ready again, for their robot's next run; 10000 of them are due "
                   "now, and bring it; more match, so say it again");
    expect_message("queue retry", arguments, "item 10001 is due now, and brings a run");
    expect_message("queue retry", arguments, "no item matches; nothing is changed");
}

static void which_must_be_said(void **state)
{
    (void)state;
    add("a", "");
    expect_error("queue retry", "{}", "which items? give their numbers, or --robot");
    expect_error("queue retry", "{\"item\":[1],\"robot\":\"r\"}", "not both");
    expect_error("queue retry", "{\"state\":\"waiting\"}", "--state needs --robot");
    expect_error("queue drop", "{\"overdue\":true,\"reason\":\"r\"}", "--overdue needs --robot");
    expect_error("queue retry", "{\"item\":[]}", "one number or more");
    expect_error("queue retry", "{\"item\":[1,0]}", "a whole number from 1");
    expect_error("queue retry", "{\"item\":[1,\"x\"]}", "a whole number from 1");
    expect_error("queue retry", "{\"robot\":\"r\",\"state\":\"done\"}", "--state");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_caller, close_caller)
    static const struct CMUnitTest tests[] = {
        TEST(deadlines_order_and_are_shown),
        TEST(the_outlook_of_a_robot),
        TEST(an_item_for_later_wakes_the_daemon),
        TEST(times_as_people_write_them),
        TEST(several_by_number),
        TEST(no_change_to_a_dropped_item_changes_nothing),
        TEST(what_was_taken_back_is_said_to_count_for_nothing),
        TEST(what_may_be_done_since_is_said_before_it_is),
        TEST(all_or_none),
        TEST(many_by_filter),
        TEST(more_than_one_command_takes),
        TEST(more_than_one_command_puts_off),
        TEST(what_is_deferred_and_retried_is_due),
        TEST(more_than_one_command_retries),
        TEST(which_must_be_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
