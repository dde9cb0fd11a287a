/* The commands of what people enter on scorecards: what stays, what is refused, what is shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/json.h"
#include "tests/unit/command_caller.h"

/* Noon of 2026-06-30. */
static const int64_t NOW_MS = INT64_C(1782813600000);
static struct caller caller;

static int open_town(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, caller_town);
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

static void must(const char *command, const char *arguments)
{
    caller_must(&caller, command, NULL, caller_quoted(arguments));
}

static void refused(const char *command, const char *arguments, const char *part)
{
    caller_refused_with(&caller, command, NULL, caller_quoted(arguments), part);
}

#define BASELINE                                                                                   \
    "'robot':'r','parameter':'quality','indicator':'wrong accounts','unit':'per 100',"             \
    "'lower-is-better':true,'baseline':'8.5','baseline-on':'2026-03-31','baseline-n':200,"         \
    "'baseline-method':'drawn by lot','owner':'Invented Owner','review-on':'2026-12-30',"          \
    "'by':'Invented Owner'"

static void expect(const struct json *list, size_t row, const char *member, const char *expected)
{
    const char *cell = caller_cell(list, row, member);

    if (strcmp(cell, expected) != 0)
        fail_msg("%s is %s, not %s", member, cell, expected);
}

static void what_is_not_given_stays(void **state)
{
    struct json *list;

    (void)state;
    must("scorecard set", "{" BASELINE "}");
    must("scorecard set", "{'robot':'r','parameter':'quality','target':'2','target-on':"
                          "'2026-12-31','by':'Other Person'}");
    must("scorecard set",
         "{'robot':'r','parameter':'quality','actual':'-3.000001','actual-on':'2026-06-30',"
         "'actual-n':50,'evidence':'E2','link':'case 26/1','comment':'measured anew','by':'Other "
         "Person'}");
    must("scorecard approve", "{'robot':'r','parameter':'quality','by':'Invented Head'}");
    list = caller_read(&caller, "scorecard indicators", caller_quoted("{'robot':'r','all':true}"));
    assert_int_equal(json_count(json_member(list, "rows")), 3);
    expect(list, 0, "version", "1");
    assert_true(json_is_null(json_member(json_first(json_member(list, "rows")), "target")));
    expect(list, 1, "baseline", "8.5");
    expect(list, 1, "baseline_n", "200");
    expect(list, 1, "target", "2");
    expect(list, 2, "version", "3");
    expect(list, 2, "from", "2026-06-30");
    expect(list, 2, "status", "in use");
    expect(list, 2, "indicator", "wrong accounts");
    expect(list, 2, "unit", "per 100");
    expect(list, 2, "better", "lower");
    expect(list, 2, "baseline_method", "drawn by lot");
    expect(list, 2, "target_on", "2026-12-31");
    expect(list, 2, "actual", "-3.000001");
    expect(list, 2, "actual_n", "50");
    expect(list, 2, "evidence", "E2");
    expect(list, 2, "link", "case 26/1");
    expect(list, 2, "owner", "Invented Owner");
    expect(list, 2, "review_on", "2026-12-30");
    expect(list, 2, "comment", "measured anew");
    expect(list, 2, "set_by", "Other Person");
    expect(list, 2, "approved_by", "Invented Head");
    json_free(list);
    list = caller_read(&caller, "scorecard indicators", "{}");
    assert_int_equal(json_count(json_member(list, "rows")), 1);
    json_free(list);
}

/* A number of answers, a method or a link is of its value, and does not lend itself to another. */
static void what_is_of_a_value_does_not_outlive_it(void **state)
{
    struct json *list;

    (void)state;
    must("scorecard set", "{" BASELINE ",'actual':'5','actual-on':'2026-06-01','actual-n':200,"
                          "'evidence':'E1','link':'case 26/1'}");
    refused("scorecard set",
            "{'robot':'r','parameter':'quality','actual':'1','actual-on':'2026-06-30','by':'x'}",
            "say how well the new value is known, with --evidence; the one before had E1");
    refused("scorecard set",
            "{'robot':'r','parameter':'quality','actual':'1','actual-on':'2026-06-30',"
            "'evidence':'E2','by':'x'}",
            "give --link (E");
    must("scorecard set", "{'robot':'r','parameter':'quality','actual':'1','actual-on':"
                          "'2026-06-30','evidence':'E0','baseline':'9','baseline-on':"
                          "'2026-03-30','by':'x'}");
    list = caller_read(&caller, "scorecard indicators", "{}");
    expect(list, 0, "baseline", "9");
    assert_true(json_is_null(json_member(json_first(json_member(list, "rows")), "actual_n")));
    assert_true(json_is_null(json_member(json_first(json_member(list, "rows")), "link")));
    assert_true(json_is_null(json_member(json_first(json_member(list, "rows")), "baseline_n")));
    assert_true(
        json_is_null(json_member(json_first(json_member(list, "rows")), "baseline_method")));
    json_free(list);
    must("scorecard set", "{'robot':'r','parameter':'quality','higher-is-better':true,'by':'x'}");
    refused("scorecard set",
            "{'robot':'r','parameter':'service','target-on':'2026-12-31','by':'x'}",
            "there is no target yet");
}

static void an_indicator_ends_and_another_begins(void **state)
{
    struct json *list;

    (void)state;
    must("scorecard set", "{" BASELINE "}");
    must("scorecard set", "{'robot':'r','parameter':'quality','ended':true,'by':'x'}");
    list = caller_read(&caller, "scorecard indicators", "{}");
    expect(list, 0, "status", "ended");
    expect(list, 0, "indicator", "wrong accounts");
    json_free(list);
    refused("scorecard set", "{'robot':'r','parameter':'quality','anew':true,'by':'x'}",
            "the indicator is not complete; give --indicator, --unit, --owner, --review-on (");
    must("scorecard set", "{'robot':'r','parameter':'quality','anew':true,'indicator':'late "
                          "answers','unit':'days','owner':'o','review-on':'2026-07-01','by':'x'}");
    list = caller_read(&caller, "scorecard indicators", "{}");
    expect(list, 0, "indicator", "late answers");
    expect(list, 0, "better", "higher");
    assert_true(json_is_null(json_member(json_first(json_member(list, "rows")), "baseline")));
    json_free(list);
    must("scorecard set", "{'robot':'form','parameter':'well-being','not-relevant':true,'by':'x'}");
    list = caller_read(&caller, "scorecard indicators", "{\"robot\":\"form\"}");
    expect(list, 0, "status", "not relevant");
    json_free(list);
}

static void what_is_overdue_is_shown_so(void **state)
{
    struct json *list;

    (void)state;
    must("scorecard set", "{" BASELINE "}");
    temp_home_plant(caller.home, "UPDATE indicator SET review_day = 20633"); /* 2026-06-29 */
    list = caller_read(&caller, "scorecard indicators", "{}");
    expect(list, 0, "status", "overdue");
    json_free(list);
    refused("scorecard set", "{'robot':'r','parameter':'quality','comment':'x','by':'x'}",
            "the day of review has passed; give the next with --review-on");
}

static void usage_that_is_wrong_is_told(void **state)
{
    (void)state;
    refused("scorecard set", "{'robot':'r','parameter':'saving','by':'x'}",
            "expected quality|service|wellbeing|well-being");
    refused("scorecard set", "{'robot':'r','parameter':'quality'}", "--by is missing");
    refused("scorecard set", "{'robot':'r','parameter':'quality','slot':3,'by':'x'}", "--slot");
    refused("scorecard set", "{'robot':'r','parameter':'quality','actual':'1','by':'x'}",
            "--actual needs --actual-on");
    refused("scorecard set",
            "{'robot':'r','parameter':'quality','baseline-on':'2026-01-01','by':'x'}",
            "--baseline-on needs --baseline");
    refused("scorecard set",
            "{'robot':'r','parameter':'quality','lower-is-better':true,'higher-is-better':true,"
            "'by':'x'}",
            "say which way is better");
    refused("scorecard set",
            "{'robot':'r','parameter':'quality','not-relevant':true,'ended':true,'by':'x'}",
            "say one of");
    refused("scorecard approve", "{'robot':'r','parameter':'quality','by':'x'}",
            "r has no indicator 1 of quality");
    refused("scorecard gate", "{'item':'dpia','state':'green','note':'x','by':'x'}", "whose gate");
    refused("scorecard gate",
            "{'robot':'r','idea':1,'item':'dpia','state':'green','note':'x','by':'x'}",
            "whose gate");
    refused("scorecard gate", "{'idea':1,'item':'dpia','state':'green','note':'x','by':'x'}",
            "there is no idea 1");
    refused("scorecard gate", "{'robot':'x','item':'dpia','state':'green','note':'x','by':'x'}",
            "there is no robot");
    refused("scorecard bands", "{'parameter':'time','least':'1,2,3','by':'x'}",
            "expected four amounts");
    refused("scorecard bands", "{'parameter':'time','least':'1,2,3,4,5','by':'x'}",
            "expected four amounts");
    refused("scorecard bands", "{'parameter':'time','least':'1,2,3,4.001','by':'x'}",
            "expected four amounts");
    refused("scorecard bands", "{'parameter':'time','least':'1,2,,4','by':'x'}",
            "expected four amounts");
    refused("scorecard bands", "{'parameter':'time','least':'4,3,2,1','by':'x'}", "do not rise");
    refused("scorecard weights", "{'saving':1001,'by':'x'}", "--saving");
}

static void a_gate_is_shown_whole_or_what_is_red(void **state)
{
    struct json *list;

    (void)state;
    must("backlog add", "{'title':'Letters','sender':'Invented Sender'}");
    must("scorecard gate", "{'robot':'r','item':'archive-duty','state':'red','note':'not asked',"
                           "'by':'Invented Officer'}");
    assert_true(caller.effects.robots_changed);
    must("scorecard gate", "{'idea':1,'item':'dpia','state':'red','note':'none','by':'o'}");
    assert_false(caller.effects.robots_changed);
    must("scorecard gate", "{'robot':'r','item':'dpia','state':'not-relevant','by':'o'}");
    list = caller_read(&caller, "scorecard gates", "{\"robot\":\"r\"}");
    assert_int_equal(json_count(json_member(list, "rows")), 6);
    expect(list, 0, "state", "open");
    expect(list, 1, "item", "dpia");
    expect(list, 1, "state", "not-relevant");
    expect(list, 5, "state", "red");
    expect(list, 5, "note", "not asked");
    expect(list, 5, "by", "Invented Officer");
    json_free(list);
    list = caller_read(&caller, "scorecard gates", "{}");
    assert_int_equal(json_count(json_member(list, "rows")), 2);
    expect(list, 0, "of", "r");
    expect(list, 1, "of", "idea 1");
    json_free(list);
}

static void an_idea_with_a_red_gate_stays_where_it_is(void **state)
{
    (void)state;
    must("backlog add", "{'title':'Letters','sender':'Invented Sender'}");
    must("backlog approve", "{'id':1,'by':'Invented Head'}");
    must("scorecard gate",
         "{'idea':1,'item':'legal-basis','state':'red','note':'no law named','by':'o'}");
    refused("backlog move", "{'id':1,'status':'development'}",
            "idea 1: its gate is red: legal-basis (no law named)");
    refused("backlog move", "{'id':1,'status':'operation'}", "its gate is red");
    caller_must(&caller, "backlog move", "Invented Head",
                "{\"id\":1,\"status\":\"wish\",\"reason\":\"no law\"}");
    must("backlog approve", "{'id':1,'by':'Invented Head'}");
    must("scorecard gate",
         "{'idea':1,'item':'legal-basis','state':'green','note':'the law','by':'o'}");
    must("backlog move", "{'id':1,'status':'development'}");
}

static void assert_red(const char *message)
{
    struct json *answer = caller_do(
        &caller, "scorecard gate", NULL,
        caller_quoted("{'idea':1,'item':'dpia','state':'red','note':'not made','by':'o'}"));

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

static void assert_remark(const char *remark)
{
    struct json *list = caller_read(&caller, "backlog list", "{}");
    struct json *shown = caller_read(&caller, "backlog show", "{\"id\":1}");
    const struct json *of_shown = json_member(shown, "remark");

    assert_string_equal(caller_cell(list, 0, "remark"), remark);
    assert_string_equal(json_is_string(of_shown) ? json_string(of_shown) : "null", remark);
    json_free(shown);
    json_free(list);
}

static void a_red_gate_of_an_idea_is_told_where_ideas_are_looked_at(void **state)
{
    (void)state;
    must("backlog add", "{'title':'Letters','sender':'Invented Sender'}");
    assert_remark("null");
    assert_red(
        "idea 1: dpia is red; it does not go into development until that is green: not made");
    assert_remark("its gate is red: dpia");
    must("scorecard gate", "{'idea':1,'item':'dpia','state':'green','note':'case 1','by':'o'}");
    assert_remark("null");
    must("backlog approve", "{'id':1,'by':'Invented Head'}");
    must("backlog move", "{'id':1,'status':'development'}");
    assert_red("idea 1: dpia is red; it does not go into operation until that is green: not made");
    assert_remark("its gate is red: dpia");
    must("scorecard gate",
         "{'idea':1,'item':'legal-basis','state':'red','note':'no law','by':'o'}");
    assert_remark("its gate is red: legal-basis");
    must("backlog move", "{'id':1,'status':'rejected','answer':'no law'}");
    assert_red("idea 1: dpia is red; it is rejected and stays so: not made");
    assert_remark("null");
}

/* What was an idea is held by its robot's gate alone, so nobody shall believe in the other one. */
static void an_idea_in_operation_has_no_gate_that_holds(void **state)
{
    (void)state;
    must("backlog add", "{'title':'Letters','sender':'Invented Sender'}");
    must("backlog approve", "{'id':1,'by':'Invented Head'}");
    must("backlog move", "{'id':1,'status':'operation'}");
    refused("scorecard gate", "{'idea':1,'item':'dpia','state':'red','note':'none','by':'o'}",
            "scorecard gate ROBOT --item dpia");
    must("backlog move", "{'id':1,'status':'operation','robot':'r'}");
    refused("scorecard gate", "{'idea':1,'item':'dpia','state':'red','note':'none','by':'o'}",
            "idea 1 is in operation; the gate that holds it is its robot's: `automagi scorecard "
            "gate r --item dpia --state red");
    must("scorecard gate", "{'idea':1,'item':'dpia','state':'green','note':'x','by':'o'}");
}

static void settings_are_shown_and_set(void **state)
{
    struct json *list;

    (void)state;
    must("scorecard bands", "{'parameter':'saving','least':'1,2.5,3000,40000','by':'o'}");
    must("scorecard weights", "{'quality':3,'saving':0,'by':'o'}");
    list = caller_read(&caller, "scorecard settings", "{}");
    expect(list, 0, "two", "1");
    expect(list, 0, "three", "2.5");
    expect(list, 0, "five", "40000");
    expect(list, 0, "weight", "0");
    expect(list, 1, "five", "200");
    expect(list, 1, "weight", "1");
    expect(list, 2, "weight", "3");
    json_free(list);
    list = caller_read(&caller, "scorecard settings", "{\"on\":\"2026-06-29\"}");
    expect(list, 0, "two", "5000");
    expect(list, 2, "weight", "1");
    json_free(list);
    refused("scorecard weights", "{'time':0,'quality':0,'service':0,'wellbeing':0,'by':'o'}",
            "all weights are 0");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_given_stays),
        TEST(what_is_of_a_value_does_not_outlive_it),
        TEST(an_indicator_ends_and_another_begins),
        TEST(what_is_overdue_is_shown_so),
        TEST(usage_that_is_wrong_is_told),
        TEST(a_gate_is_shown_whole_or_what_is_red),
        TEST(an_idea_with_a_red_gate_stays_where_it_is),
        TEST(a_red_gate_of_an_idea_is_told_where_ideas_are_looked_at),
        TEST(an_idea_in_operation_has_no_gate_that_holds),
        TEST(settings_are_shown_and_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
