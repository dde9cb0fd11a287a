/* estimate set, sign and agreement as they are asked for, and a file that says all of an estimate. */
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
#include "core/command/organisation_file.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/load_town.h"

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

/* A new version of r's; `more` are further arguments. What is said contains the words. */
static void set_says(const char *more, const char *words)
{
    char arguments[1024];
    struct json *answer;

    (void)snprintf(arguments, sizeof arguments, "{\"robot\":\"r\",\"by\":\"Owner\"%s}", more);
    answer = caller_do(&caller, "estimate set", "Owner", arguments);
    if (strstr(caller_message(answer), words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, caller_message(answer));
    json_free(answer);
}

static const char *refused(const char *more)
{
    char arguments[1024];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r\",\"by\":\"Owner\",\"minutes\":\"3\",\"from\":\"2025-05-01\"%s}",
                   more);
    return caller_refused(&caller, "estimate set", "Owner", arguments);
}

static void minutes_above_the_median_are_warned_of(void **state)
{
    (void)state;
    set_says(",\"minutes\":\"3.51\",\"from\":\"2025-05-01\",\"timings\":\"3.5,4,2.75\"",
             "; mean 3.42 and median 3.5 of 3 timings: the minutes lie above the median");
    set_says(",\"minutes\":\"3.5\",\"from\":\"2025-05-02\",\"timings\":\"3.5,4,2.75\"",
             "median 3.5 of 3 timings");
    set_says(",\"minutes\":\"3.5\",\"from\":\"2025-05-03\",\"timings\":\"7\"", "of 1 timing");
    assert_non_null(strstr(refused(",\"timings\":\"3,x\""), "timing 2 is \"x\""));
    assert_non_null(strstr(refused(",\"timings\":\"3.125\""), "timing 1 is \"3.125\""));
}

static void what_is_not_said_holds_on(void **state)
{
    struct json *history;

    (void)state;
    set_says(",\"minutes\":\"3\",\"from\":\"2025-05-01\",\"task\":\"one case\",\"method\":"
             "\"stopwatch\",\"timings\":\"3\"",
             "3 minutes per task");
    set_says(",\"minutes\":\"2\",\"from\":\"2025-05-02\",\"method\":\"asked\"", "");
    set_says(",\"minutes\":\"1\",\"from\":\"2025-05-03\",\"for\":\"handover\"",
             "1 minutes per handover from 2025-05-03, set by Owner; it counts when the head of "
             "department has signed it (`automagi estimate sign r --for handover --by NAME`)");
    history = caller_read(&caller, "estimate history", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(history, 2, "task"), "one case");
    assert_string_equal(caller_cell(history, 2, "method"), "asked");
    assert_string_equal(caller_cell(history, 2, "timings"), "null"); /* those were of the other */
    assert_string_equal(caller_cell(history, 3, "for"), "handover");
    assert_string_equal(caller_cell(history, 3, "task"), "null");
    json_free(history);
}

static const char *text_of(struct json *answer)
{
    static char text[8192];

    (void)text_copy(text, sizeof text, json_string(json_member(answer, "text")));
    json_free(answer);
    return text;
}

static void the_signature_writes_the_agreement(void **state)
{
    char draft[8192];
    struct json *answer;

    (void)state;
    set_says(",\"minutes\":\"3\",\"from\":\"2025-05-01\",\"task\":\"one case\"", "");
    (void)text_copy(draft, sizeof draft,
                    text_of(caller_read(&caller, "estimate agreement",
                                        "{\"robot\":\"r\",\"from\":\"2025-05-01\"}")));
    assert_non_null(strstr(draft, "UDKAST"));
    answer = caller_do(&caller, "estimate sign", "Head",
                       "{\"robot\":\"r\",\"by\":\"Head\",\"on\":\"2025-06-01\"}");
    assert_non_null(strstr(caller_message(answer), "; the agreement is document 2"));
    json_free(answer);
    (void)text_copy(draft, sizeof draft,
                    text_of(caller_read(&caller, "estimate agreement", "{\"robot\":\"r\"}")));
    assert_null(strstr(draft, "UDKAST"));
    assert_non_null(
        strstr(draft, "    Afdelingsleder    Head\n    Dato              1. juni 2025"));
    assert_string_equal(draft, text_of(caller_read(&caller, "document show", "{\"document\":2}")));
    /* What is said of it later is not in it. */
    caller_must(&caller, "estimate dispute", "X",
                "{\"robot\":\"r\",\"by\":\"X\",\"reason\":\"too much\"}");
    assert_string_equal(draft,
                        text_of(caller_read(&caller, "estimate agreement", "{\"robot\":\"r\"}")));
    answer = caller_read(&caller, "document list", "{\"subject\":\"r\",\"limit\":1}");
    assert_string_equal(caller_cell(answer, 0, "document"), "2");
    assert_string_equal(caller_cell(answer, 0, "signed_by"), "Head");
    assert_true(json_bool(json_member(answer, "more")));
    json_free(answer);
}

/* Signed on paper in April, entered in June; who signs here on the day enters nothing late. */
static void a_signature_that_was_taken_over_says_when(void **state)
{
    struct json *history;

    (void)state;
    set_says(",\"minutes\":\"3\",\"from\":\"2025-05-01\"", "");
    caller_must(&caller, "estimate sign", "Head", "{\"robot\":\"r\",\"by\":\"Head\"}");
    history = caller_read(&caller, "estimate history", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(history, 0, "signed_on"), "2025-04-02");
    assert_string_equal(caller_cell(history, 0, "entered_on"), "2025-06-15");
    assert_string_equal(caller_cell(history, 1, "signed_on"), "2025-06-15");
    assert_string_equal(caller_cell(history, 1, "entered_on"), "null");
    json_free(history);
}

static void what_a_file_signs_has_a_document_too(void **state)
{
    const char *text = text_of(caller_read(&caller, "document show", "{\"document\":1}"));

    (void)state;
    assert_non_null(strstr(text, "    Version           1\n"));
    assert_non_null(strstr(text, "Underskriften er ikke givet her: navn og dato er overtaget fra "
                                 "filen town.json."));
    load_town_no_change(&caller, load_town_text);
    assert_int_equal(temp_home_ask(caller.home, "SELECT count(*) FROM document"), 1);
}

#define SIGNED "\"signed_by\":\"Head\",\"signed_on\":\"2025-04-02\",\"reason\":\"measured\"}"

/* Another installation that loads what the first wrote is written the same. */
static void what_is_exported_is_loaded(void **state)
{
    static const char full[] = SIGNED
        ",{\"minutes\":3,\"from\":\"2025-04-05\",\"set_by\":\"Owner\",\"signed_by\":"
        "\"Head\",\"signed_on\":\"2025-06-02\",\"task\":\"one case\",\"method\":\"stopwatch, "
        "2 cases\",\"timings\":\"3.50, 4\",\"booked_from\":\"2025-06\"},{\"minutes\":1.25,"
        "\"from\":\"2025-04-01\",\"set_by\":\"Owner\",\"for\":\"handover\",\"signed_by\":"
        "\"Head\",\"signed_on\":\"2025-04-02\"}";
    struct fault fault = {.text = ""};
    struct text first;
    struct text second;
    char *changed = sample_text_replace(strdup(load_town_text), SIGNED, full);

    (void)state;
    text_init(&first, 1 << 20);
    text_init(&second, 1 << 20);
    json_free(load_town(&caller, changed));
    load_town_no_change(&caller, changed);
    load_town_no_change(&caller, load_town_text); /* what is not said is as it is */
    assert_int_equal(organisation_export(caller.store, &first, &fault), 0);
    assert_null(strstr(text_string(&first), "booked_from")); /* no month is closed here */
    assert_non_null(strstr(text_string(&first), "\"timings\": \"3.5,4\""));
    load_town_close(&caller);
    load_town_open(&caller);
    json_free(load_town(&caller, text_string(&first)));
    load_town_no_change(&caller, text_string(&first));
    assert_int_equal(organisation_export(caller.store, &second, &fault), 0);
    assert_string_equal(text_string(&first), text_string(&second));
    text_release(&first);
    text_release(&second);
    free(changed);
}

static void refuses_load(const char *to, const char *words)
{
    char *text = sample_text_replace(strdup(load_town_text), SIGNED, to);
    char *arguments = caller_file("town.json", text);

    (void)caller_refused(&caller, "load", NULL, arguments);
    if (strstr(caller.error, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, caller.error);
    free(arguments);
    free(text);
}

static void a_wrong_member_is_named(void **state)
{
    (void)state;
    refuses_load("\"for\":\"both\"}", "estimates[0].for: expected \"task\" or \"handover\"");
    refuses_load("\"timings\":\"1,,2\"}", "estimates[0].timings: timing 2 is \"\"");
    refuses_load("\"task\":5}", "estimates[0].task");
    refuses_load("\"booked_from\":\"2025-06\"}", "estimates[0].booked_from");
    refuses_load("\"signed_by\":\"Head\",\"signed_on\":\"2025-04-02\",\"booked_from\":\"2025-04\"}",
                 "estimates[0].booked_from");
    refuses_load("\"signed_by\":\"Head\",\"signed_on\":\"2025-04-02\",\"reason\":\"measured\","
                 "\"task\":\"another\"}",
                 "is signed (2.5 minutes");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(minutes_above_the_median_are_warned_of),
        TEST(what_is_not_said_holds_on),
        TEST(the_signature_writes_the_agreement),
        TEST(a_signature_that_was_taken_over_says_when),
        TEST(what_a_file_signs_has_a_document_too),
        TEST(what_is_exported_is_loaded),
        TEST(a_wrong_member_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
