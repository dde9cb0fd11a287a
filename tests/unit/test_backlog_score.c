/* Ideas are sent, scored, ranked, shown and answered: by their commands. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/unit/command_caller.h"

/* Noon of 2026-06-30. */
static const int64_t NOW_MS = INT64_C(1782813600000);

static const char town[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"60\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"b\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]}],"
    "\"budgets\":[{\"department\":\"a\",\"year\":2026,\"kroner\":1000},"
    "{\"department\":\"b\",\"year\":2026,\"kroner\":5000}],"
    "\"robots\":[]}";

static struct caller caller;

static int open_town(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, town);
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

static void refused_with(const char *command, const char *arguments, const char *part)
{
    caller_refused_with(&caller, command, NULL, caller_quoted(arguments), part);
}

static void says(const char *command, const char *arguments, const char *message)
{
    struct json *answer = caller_do(&caller, command, NULL, caller_quoted(arguments));

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

static void holds_member(const struct json *object, const char *name, const char *expected)
{
    const struct json *value = json_member(object, name);
    struct text text;

    text_init(&text, 4096);
    assert_non_null(value);
    assert_int_equal(json_print(value, &text), 0);
    if (strcmp(text_string(&text), expected) != 0)
        fail_msg("%s: %s instead of %s", name, text_string(&text), expected);
    text_release(&text);
}

/* ---- sending ---- */

static void test_three_sentences_and_no_kroner(void **state)
{
    struct json *list;

    (void)state;
    must("backlog add", "{'title':'Breve','sender':'Invented Sender','today':'We write letters',"
                        "'trouble':'It takes long!','wish':'That they lie ready '}");
    must("backlog add", "{'title':'Andet','sender':'Invented Sender','wish':'Less of it'}");
    must("backlog add",
         "{'title':'Tredje','sender':'Invented Sender','description':'As it was before'}");
    list = caller_read(&caller, "backlog list", "{\"order\":\"department\"}");
    assert_string_equal(caller_cell(list, 0, "description"),
                        "We write letters. It takes long! That they lie ready.");
    assert_string_equal(caller_cell(list, 0, "status"), "wish");
    holds_member(json_first(json_member(list, "rows")), "kroner", "null");
    holds_member(json_first(json_member(list, "rows")), "hours", "null");
    assert_string_equal(caller_cell(list, 1, "description"), "Less of it.");
    assert_string_equal(caller_cell(list, 2, "description"), "As it was before");
    json_free(list);
}

static void test_a_description_is_said_one_way(void **state)
{
    (void)state;
    refused_with("backlog add",
                 "{'title':'T','sender':'Invented Sender','trouble':'x','description':'y'}",
                 "--trouble and --description say the same");
    assert_int_equal(caller.status, 2);
    refused_with("backlog add", "{'title':'T','sender':'Invented Sender','wish':'1\\n2'}",
                 "one line");
}

/* ---- scoring ---- */

static const char EASE[] = "{'id':1,'rules':4,'digital':5,'structured':4,'stability':3,"
                           "'interface':5,'systems':3,'by':'Invented Scorer'}";

static void test_scores_are_said_a_piece_at_a_time(void **state)
{
    (void)state;
    must("backlog add", "{'title':'Breve','sender':'S'}");
    says("backlog score",
         "{'id':1,'saving':'0, 1, 2','time':'3','quality':'2,3,4',"
         "'wellbeing':'none','by':'Invented Scorer'}",
         "idea 1 (Breve) is scored, but not ranked yet: nobody has said rules, digital, "
         "structured, stability, interface, the number of systems");
    says("backlog score", EASE,
         "idea 1 (Breve): benefit 46.67 (33.33 to 60), ease 74, priority 58.77, quick-win");
    says("backlog score", "{'id':1,'time':'5','systems':2,'by':'Invented Other'}",
         "idea 1 (Breve): benefit 60 (46.67 to 73.33), ease 84, priority 70.99, build-now");
    says("backlog score",
         "{'id':1,'saving':'none','time':'none','quality':'none','by':'Invented Other'}",
         "idea 1 (Breve) is scored, but not ranked yet: nobody has said any of the five benefits "
         "that weighs");
}

static void test_what_is_no_score_is_wrong_usage(void **state)
{
    static const char *const wrong[] = {
        "'saving':'6'",     "'saving':'-1'",     "'saving':'1,2'",   "'saving':'3,2,4'",
        "'saving':'1,3,2'", "'saving':'1,2,3,'", "'saving':'1 2 3'", "'saving':'None'",
        "'saving':''",      "'saving':'2.5'",    "'rules':6",        "'rules':-1",
        "'interface':0",    "'systems':51",      "'time':'1,2,3,4'", "'wellbeing':'11111111111111'",
    };
    char arguments[256];
    size_t i;

    (void)state;
    must("backlog add", "{'title':'Breve','sender':'S'}");
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        (void)snprintf(arguments, sizeof arguments, "{'id':1,'by':'Invented Scorer',%s}", wrong[i]);
        caller_refused(&caller, "backlog score", NULL, caller_quoted(arguments));
        if (caller.status != 2)
            fail_msg("%s: %s", wrong[i], caller.error);
    }
    refused_with("backlog score", "{'id':1,'by':'Invented Scorer'}", "at least one score");
    refused_with("backlog score", "{'id':2,'saving':'1','by':'Invented Scorer'}",
                 "there is no idea 2");
    refused_with("backlog score", "{'id':1,'saving':'1','by':'...'}", "nobody's name");
    refused_with("backlog score", "{'id':1,'saving':'1'}", "by");
}

/* ---- order ---- */

/* In words: "3 1 2-" are ideas by their ids, - behind what has no rank. */
static void listed(const char *arguments, const char *expected)
{
    struct json *list = caller_read(&caller, "backlog list", caller_quoted(arguments));
    const struct json *row = json_first(json_member(list, "rows"));
    struct text text;
    int64_t id = 0;

    text_init(&text, 1024);
    for (; row != NULL; row = json_next(row)) {
        assert_true(json_int64(json_member(row, "id"), &id));
        text_printf(&text, "%s%d%s", text.length > 0 ? " " : "", (int)id,
                    json_is_null(json_member(row, "rank")) ? "-" : "");
    }
    if (strcmp(text_string(&text), expected) != 0)
        fail_msg("%s: %s instead of %s", arguments, text_string(&text), expected);
    text_release(&text);
    json_free(list);
}

static void score(int id, int points, int ease)
{
    char arguments[256];

    (void)snprintf(arguments, sizeof arguments,
                   "{'id':%d,'saving':'%d','rules':%d,'digital':%d,'structured':%d,'stability':%d,"
                   "'interface':%d,'systems':1,'by':'Invented Scorer'}",
                   id, points, ease, ease, ease, ease, ease);
    must("backlog score", arguments);
}

static void test_the_list_is_ranked(void **state)
{
    struct json *list;

    (void)state;
    must("backlog add", "{'title':'one','sender':'S','department':'b','priority':2}");
    must("backlog add", "{'title':'two','sender':'S','department':'b','priority':1}");
    must("backlog add", "{'title':'three','sender':'S'}");
    must("backlog add", "{'title':'four','sender':'S','department':'a','hours':'10'}");
    listed("{}", "4- 1- 2- 3-");
    score(3, 4, 4);
    score(4, 2, 3);
    score(1, 3, 2);
    listed("{}", "3 1 4 2-"); /* 80 × 80; 60 × 40 and 40 × 60: b lacks most */
    listed("{'order':'priority'}", "3 1 4 2-");
    listed("{'order':'department'}", "4 2- 1 3");
    listed("{'department':'b'}", "1 2-");
    listed("{'department':'tvaergaaende'}", "3");
    listed("{'status':'approved'}", "");
    list = caller_read(&caller, "backlog list", "{}");
    assert_string_equal(caller_cell(list, 0, "rank"), "1");
    assert_string_equal(caller_cell(list, 0, "benefit"), "80");
    assert_string_equal(caller_cell(list, 0, "ease"), "80");
    assert_string_equal(caller_cell(list, 0, "score"), "80");
    assert_string_equal(caller_cell(list, 0, "quadrant"), "build-now");
    assert_string_equal(caller_cell(list, 1, "score"), "48.99");
    assert_string_equal(caller_cell(list, 1, "quadrant"), "plan");
    assert_string_equal(caller_cell(list, 1, "priority"), "2"); /* the department's own */
    assert_string_equal(caller_cell(list, 2, "quadrant"), "quick-win");
    assert_string_equal(caller_cell(list, 2, "kroner"), "600");
    json_free(list);
}

static void test_a_weight_changes_the_order(void **state)
{
    (void)state;
    must("backlog add", "{'title':'saves','sender':'S','department':'a'}");
    must("backlog add", "{'title':'serves','sender':'S','department':'b'}");
    score(1, 4, 3);
    must("backlog score", "{'id':1,'service':'1','by':'Invented Scorer'}");
    score(2, 1, 3);
    must("backlog score", "{'id':2,'service':'5','by':'Invented Scorer'}");
    listed("{}", "2 1");
    temp_home_plant(caller.home,
                    "INSERT INTO score_weight(from_day, parameter, weight, set_by, set_ms) VALUES"
                    "(20000, 1, 3, 'S', 0), (20000, 2, 1, 'S', 0), (20000, 3, 1, 'S', 0), "
                    "(20000, 4, 1, 'S', 0), (20000, 5, 1, 'S', 0)");
    listed("{}", "1 2");
}

/* ---- one idea ---- */

static void test_everything_of_one_idea(void **state)
{
    struct json *idea;

    (void)state;
    must("backlog add", "{'title':'Breve','sender':'Invented Sender','today':'We write',"
                        "'trouble':'It takes long','wish':'Less','department':'b'}");
    must("backlog score", "{'id':1,'saving':'0,1,2','wellbeing':'none','by':'Invented Other'}");
    must("backlog score", EASE);
    must("backlog approve", "{'id':1,'by':'Invented Head','answer':'Yes'}");
    must("backlog answer", "{'id':1,'by':'Invented Owner','answer':'We begin in March'}");
    idea = caller_read(&caller, "backlog show", "{\"id\":1}");
    holds_member(idea, "rank", "1");
    holds_member(idea, "ranked_ideas", "1");
    holds_member(idea, "description", "\"We write. It takes long. Less.\"");
    holds_member(idea, "benefit", "20");
    holds_member(idea, "benefit_high", "40");
    holds_member(idea, "expected",
                 "[{\"of\":\"saving\",\"how\":\"expected\",\"low\":0,\"likely\":1,\"high\":2},"
                 "{\"of\":\"time\",\"how\":\"not said\",\"low\":null,\"likely\":null,"
                 "\"high\":null},"
                 "{\"of\":\"quality\",\"how\":\"not said\",\"low\":null,\"likely\":null,"
                 "\"high\":null},"
                 "{\"of\":\"service\",\"how\":\"not said\",\"low\":null,\"likely\":null,"
                 "\"high\":null},"
                 "{\"of\":\"wellbeing\",\"how\":\"not relevant\",\"low\":null,\"likely\":null,"
                 "\"high\":null}]");
    holds_member(idea, "ease_parts",
                 "{\"rules\":4,\"digital\":5,\"structured\":4,\"stability\":3,\"interface\":5,"
                 "\"systems\":3}");
    holds_member(idea, "scored_by", "\"Invented Scorer\"");
    holds_member(idea, "approved_by", "\"Invented Head\"");
    holds_member(idea, "approved_on", "\"2026-06-30\"");
    holds_member(idea, "answer", "\"We begin in March\"");
    holds_member(idea, "answered_by", "\"Invented Owner\"");
    holds_member(idea, "robot", "null");
    assert_string_equal(json_string(json_member(json_first(json_member(idea, "gate")), "item")),
                        "legal-basis");
    json_free(idea);
}

static void test_what_became_of_it(void **state)
{
    struct json *idea;

    (void)state;
    temp_home_plant(caller.home, "INSERT INTO robot(slug, name, position, external, one_off) "
                                 "VALUES('ove', 'Ove', 1, 0, 0)");
    must("backlog add", "{'title':'Breve','sender':'S'}");
    must("backlog approve", "{'id':1,'by':'Invented Head'}");
    must("backlog move", "{'id':1,'status':'operation','robot':'ove'}");
    idea = caller_read(&caller, "backlog show", "{\"id\":1}");
    holds_member(idea, "robot", "\"ove\"");
    holds_member(idea, "status", "\"operation\"");
    holds_member(idea, "scored_by", "null");
    json_free(idea);
}

static void test_a_sender_is_answered_at_any_time(void **state)
{
    struct json *list;

    (void)state;
    must("backlog add", "{'title':'Breve','sender':'Invented Sender'}");
    says("backlog answer", "{'id':1,'answer':'We look at it','by':'Invented Head'}",
         "the answer to Invented Sender about idea 1 (Breve) is kept");
    must("backlog move", "{'id':1,'status':'rejected'}"); /* it was answered */
    must("backlog answer", "{'id':1,'answer':'Not this year','by':'Invented Head'}");
    list = caller_read(&caller, "backlog list", "{}");
    assert_string_equal(caller_cell(list, 0, "answer"), "Not this year");
    assert_string_equal(caller_cell(list, 0, "status"), "rejected");
    json_free(list);
    list = caller_read(&caller, "audit", "{}");
    assert_string_equal(caller_cell(list, 0, "action"), "backlog answer");
    assert_non_null(strstr(caller_cell(list, 0, "detail"), "Not this year"));
    json_free(list);
    refused_with("backlog answer", "{'id':1,'answer':'x'}", "by");
    refused_with("backlog answer", "{'id':1,'by':'Invented Head'}", "answer");
    refused_with("backlog answer", "{'id':1,'answer':'','by':'Invented Head'}", "not empty");
    refused_with("backlog answer", "{'id':1,'answer':'x','by':'--'}", "nobody's name");
    refused_with("backlog answer", "{'id':9,'answer':'x','by':'Invented Head'}", "no idea 9");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_three_sentences_and_no_kroner),
        TEST(test_a_description_is_said_one_way),
        TEST(test_scores_are_said_a_piece_at_a_time),
        TEST(test_what_is_no_score_is_wrong_usage),
        TEST(test_the_list_is_ranked),
        TEST(test_a_weight_changes_the_order),
        TEST(test_everything_of_one_idea),
        TEST(test_what_became_of_it),
        TEST(test_a_sender_is_answered_at_any_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
